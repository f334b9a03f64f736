"""Trained versions on the shelf: another machine fetches one that it lacks, and believes only its hashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atelier import depot, registry
from atelier.artefacts import Shelf
from atelier.errors import Unavailable, WeightsError
from atelier.store import Store, VersionRow
from atelier.versions import CARD, open_version, write_card


def version(folder: Path, name: str, body: str = "weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "poet.safetensors").write_text(body)
    (folder / "words.json").write_text("[]")
    card = {"model": "poet", "version": name, "data": [], "command": "", "parameters": 1, "figures": []}
    write_card(folder, card)
    return folder


@pytest.fixture
def row(store: Store, either_shelf: Shelf, tmp_path: Path) -> VersionRow:
    """A version that another machine trained, whose folder is not here."""
    made = version(tmp_path / "trained", "v1+one")
    found = registry.adopt(store, "poet", made, tmp_path / "there", shelf=either_shelf)
    (tmp_path / "there").rename(tmp_path / "another machine")
    return found


def fetch(store: Store, either_shelf: Shelf, row: VersionRow, home: Path) -> Path:
    return depot.at_hand(store, either_shelf, home, "poet", row.origin)


def test_what_is_not_here_is_fetched_once_and_whole(
    store: Store, either_shelf: Shelf, row: VersionRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert depot.holds(either_shelf, row)
    here = tmp_path / "here"
    folder = fetch(store, either_shelf, row, here)
    assert folder == here / "poet" / "v1+one"
    found, made = open_version(folder), open_version(tmp_path / "trained")
    assert found.card == made.card
    assert found.file("poet.safetensors").read_text() == "weights"
    assert [path.name for path in folder.parent.iterdir()] == ["v1+one"]
    monkeypatch.setattr(Shelf, "get", lambda *_: pytest.fail("it is here"))
    assert fetch(store, either_shelf, row, here) == folder
    monkeypatch.undo()
    # On the machine that trained it nothing is fetched at all.
    (tmp_path / "another machine").rename(tmp_path / "there")
    assert fetch(store, either_shelf, row, tmp_path / "elsewhere") == Path(row.origin)


@pytest.mark.parametrize("name", ["poet.safetensors", CARD])
def test_what_is_not_what_was_written_down_is_refused(
    store: Store, either_shelf: Shelf, row: VersionRow, tmp_path: Path, name: str
) -> None:
    key = f"versions/poet/{row.sha256}/{name}"
    either_shelf.put(key, either_shelf.get(key).replace(b"weights", b"others!") + b" ")
    with pytest.raises(WeightsError) as refused:
        fetch(store, either_shelf, row, tmp_path / "here")
    assert refused.value.key == "weights-damaged"
    assert not list((tmp_path / "here").rglob("*.*"))
    assert depot.holds(either_shelf, row) is (name != CARD)


def test_a_card_names_no_path(store: Store, either_shelf: Shelf, tmp_path: Path) -> None:
    made = version(tmp_path / "trained", "v1+two")
    card = json.loads((made / CARD).read_text())
    card["files"]["../../escaped"] = card["files"]["words.json"]
    (made / CARD).write_text(json.dumps(card))
    found = store.register_version(
        "poet", "v1+two", depot.sha256(made / CARD), "/gone/v1+two", {}, "candidate"
    )
    for name in ("poet.safetensors", "words.json", CARD):
        either_shelf.put(f"versions/poet/{found.sha256}/{name}", (made / name).read_bytes())
    with pytest.raises(WeightsError):
        fetch(store, either_shelf, found, tmp_path / "here" / "deep")
    assert not list((tmp_path / "here").rglob("escaped"))


def test_what_is_nowhere_is_named(store: Store, either_shelf: Shelf, tmp_path: Path) -> None:
    old = store.register_version("poet", "v1+old", "x" * 64, "/gone/v1+old", {}, "candidate")
    assert not depot.holds(either_shelf, old)
    with pytest.raises(WeightsError) as missing:
        fetch(store, either_shelf, old, tmp_path / "here")
    assert missing.value.key == "weights-missing"
    assert "/gone/v1+old" in str(missing.value)
    with pytest.raises(WeightsError):
        registry.promote(store, "poet", "v1+old", shelf=either_shelf)
    assert store.serving("poet") is None


def test_a_version_of_another_machine_is_promoted_and_taken_back(
    store: Store, either_shelf: Shelf, row: VersionRow
) -> None:
    with pytest.raises(WeightsError):
        registry.promote(store, "poet", row.version)  # without the shelf nobody can know that it is there
    assert registry.promote(store, "poet", row.version, shelf=either_shelf).status == "current"
    assert store.serving("poet") == row.origin
    assert registry.rollback(store, "poet", shelf=either_shelf).origin == "shipped"


def test_a_version_that_was_put_half_way_is_not_there(
    store: Store, either_shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, left = Shelf.put, 2

    def dying(self: Shelf, key: str, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Unavailable("artefacts-down")
        plain(self, key, data)

    monkeypatch.setattr(Shelf, "put", dying)
    made = version(tmp_path / "trained", "v1+three")
    with pytest.raises(Unavailable):
        registry.adopt(store, "poet", made, tmp_path / "there", shelf=either_shelf)
    assert all(row.version != "v1+three" for row in store.versions("poet"))
    monkeypatch.undo()
    row = registry.adopt(store, "poet", made, tmp_path / "there", shelf=either_shelf)
    assert depot.holds(either_shelf, row)
