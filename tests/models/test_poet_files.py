"""The poet's files: the one that carries a poem, and those of a version that are damaged or do not fit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from atelier.errors import WeightsError
from atelier.versions import sha256, write_card
from atelier.works import Made
from models.poet.generate import Poet
from tests.models.test_poet import ask, folder, pack, tiny

__all__ = ["folder", "pack", "tiny"]  # the fixtures


def test_the_file_carries_the_poem_and_where_it_comes_from(tiny: Poet) -> None:
    (made,) = tiny.generate([ask("浣溪沙", "春江")])
    assert isinstance(made, Made)
    (file,) = made.artefacts
    assert (file.name, file.media_type) == ("poem.txt", "text/plain; charset=utf-8")
    text = file.data.decode()
    assert text.startswith("春江\n\n")
    assert "Model: poet v1\nPrompt: 春江" in text
    assert "Seed: 1" in text
    assert text.count("，") >= 2
    assert "\n\n" in text[4:]  # the stanza's break


def test_a_damaged_version_is_named(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / "poet" / "v1")
    weights = broken / "zh.safetensors"
    weights.write_bytes(weights.read_bytes()[:-40])
    with pytest.raises(WeightsError, match=r"zh\.safetensors"):
        Poet.load(broken)
    weights.unlink()
    with pytest.raises(WeightsError, match="restore poet"):
        Poet.load(broken)


@pytest.mark.parametrize("harm", ["shape", "lexicon", "garbage", "settings"])
def test_files_that_do_not_fit_are_refused_though_their_hashes_do(
    folder: Path, tmp_path: Path, harm: str
) -> None:
    broken = shutil.copytree(folder, tmp_path / "v1")
    if harm == "shape":
        arrays = load_file(broken / "en.safetensors")
        name = sorted(arrays)[-1]
        save_file({**arrays, name: arrays[name][:-1].contiguous()}, broken / "en.safetensors")
    elif harm == "lexicon":
        arrays = load_file(broken / "en-lexicon.safetensors")
        save_file({**arrays, "rhyme": arrays["rhyme"][:-1].contiguous()}, broken / "en-lexicon.safetensors")
    elif harm == "garbage":
        (broken / "en.safetensors").write_bytes(b"not a tensor in sight")
    else:
        (broken / "en.json").write_text(json.dumps({"settings": {}, "tokens": []}), "utf-8")
    write_card(broken, json.loads((broken / "card.json").read_text("utf-8")))
    assert json.loads((broken / "card.json").read_text("utf-8"))["files"]["en.json"] == sha256(
        broken / "en.json"
    )
    with pytest.raises(WeightsError, match=r"en\.safetensors"):
        Poet.load(broken)
