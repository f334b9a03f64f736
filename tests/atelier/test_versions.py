"""A version is loaded whole or not at all; the sentence names the file and the mending command."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import pytest

from atelier.errors import WeightsError
from atelier.versions import CARD, MODELS, open_version, shipped_folder, write_card


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "painter" / "v1"
    folder.mkdir(parents=True)
    (folder / "network.safetensors").write_bytes(b"weights")
    (folder / "words.json").write_text("[]", "utf-8")
    write_card(folder, {"model": "painter", "version": "v1", "data": [], "figures": []})
    return folder


def test_a_whole_version_opens(folder: Path) -> None:
    version = open_version(folder)
    assert (version.model, version.name) == ("painter", "v1")
    assert set(version.card["files"]) == {"network.safetensors", "words.json"}
    assert version.file("words.json").read_text("utf-8") == "[]"


@pytest.mark.parametrize("name", ["network.safetensors", "words.json", CARD])
def test_what_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(WeightsError, match="atelier models restore painter") as caught:
        open_version(folder)
    assert "missing" in str(caught.value)


@pytest.mark.parametrize(("name", "data"), [("network.safetensors", b"weight5"), (CARD, b"{"), (CARD, b"[]")])
def test_what_is_damaged_is_named(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    with pytest.raises(WeightsError, match="damaged") as caught:
        open_version(folder)
    assert name in str(caught.value)


def test_a_card_that_is_written_half_leaves_the_one_before(folder: Path) -> None:
    before = open_version(folder)
    told = {name: value for name, value in before.card.items() if name != "files"}
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))  # no file gets longer: the disk is full
        try:
            write_card(folder, {**told, "notes": "x" * 5000})
        except OSError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert open_version(folder) == before
    now = write_card(folder, {**told, "notes": "y"})
    assert now.card == {**before.card, "notes": "y"}  # what was half written is no file of it


def test_no_version_at_all(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        shipped_folder("painter", tmp_path)


@pytest.mark.parametrize("model", MODELS)
def test_what_ships_is_whole_and_says_where_it_comes_from(model: str) -> None:
    version = open_version(shipped_folder(model), model=model)
    assert version.model == model
    assert {"data", "command", "trained", "figures", "parameters"} <= set(version.card)
    assert version.card["command"].startswith("atelier train")
    for pack in version.card["data"]:
        assert pack["licence"]
    json.dumps(version.card)
