"""The shelf: in a folder and on S3, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from atelier.artefacts import Shelf
from atelier.errors import Gone, Unavailable
from atelier.settings import Settings
from atelier.works import Artefact

PICTURE = Artefact("picture-1.png", "image/png", os.urandom(70_000))
WORK = "abcdefghijkl"


def test_what_is_kept_is_read(either_shelf: Shelf) -> None:
    ref = either_shelf.keep(WORK, PICTURE)
    assert (ref.name, ref.media_type, ref.size) == ("picture-1.png", "image/png", 70_000)
    assert ref.key == f"ab/{WORK}/picture-1.png"
    assert either_shelf.read(ref) == PICTURE.data


def test_many_are_kept_in_their_order_and_a_fault_is_told(either_shelf: Shelf) -> None:
    files = [(f"{n:012}", Artefact("poem.txt", "text/plain", str(n).encode())) for n in range(20)]
    refs = either_shelf.keep_many(files)
    assert [either_shelf.read(ref) for ref in refs] == [str(n).encode() for n in range(20)]
    assert either_shelf.keep_many([]) == []
    with pytest.raises(ValueError, match="no path"):
        either_shelf.keep_many([*files, (WORK, Artefact("../poem.txt", "text/plain", b""))])


def test_keeping_again_replaces(either_shelf: Shelf) -> None:
    either_shelf.keep(WORK, PICTURE)
    ref = either_shelf.keep(WORK, Artefact("picture-1.png", "image/png", b"other"))
    assert either_shelf.read(ref) == b"other"


def test_what_is_dropped_is_gone(either_shelf: Shelf) -> None:
    ref = either_shelf.keep(WORK, PICTURE)
    either_shelf.drop(ref)
    either_shelf.drop(ref)
    with pytest.raises(Gone):
        either_shelf.read(ref)


def test_names_are_no_paths(either_shelf: Shelf) -> None:
    for name in ("../escape", "a/b", "", ".."):
        with pytest.raises(ValueError, match="no path"):
            either_shelf.keep(WORK, Artefact(name, "text/plain", b""))


def test_a_check_leaves_nothing(either_shelf: Shelf) -> None:
    either_shelf.check()
    assert not list(either_shelf._files.find(either_shelf._root))


def test_s3_knows_the_media_type(s3, make_settings: Callable[..., Settings]) -> None:
    shelf = Shelf.open(make_settings(artefacts_url=s3.url, s3_endpoint=s3.endpoint))
    ref = shelf.keep(WORK, PICTURE)
    assert shelf._files.info(f"{s3.url}/{ref.key}")["ContentType"] == "image/png"


def test_a_folder_that_cannot_be_written(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf.open(make_settings(artefacts_url=(tmp_path / "file").as_uri()))
    for call in (shelf.check, lambda: shelf.keep(WORK, PICTURE)):
        with pytest.raises(Unavailable) as refused:
            call()
        assert refused.value.key == "artefacts-down"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk: this system has no /dev/full")
def test_a_full_disk_leaves_no_half_file(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf.open(make_settings())
    ref = shelf.keep(WORK, Artefact("picture-1.png", "image/png", b"whole"))
    opened = Path.open

    def full(self: Path, mode: str = "r") -> object:
        opened(self, mode).close()
        return opened(Path("/dev/full"), mode)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(Unavailable):
        shelf.keep(WORK, PICTURE)
    monkeypatch.undo()
    assert shelf.read(ref) == b"whole"
    assert [file.name for file in Path(shelf._root, "ab", WORK).iterdir()] == ["picture-1.png"]


def test_an_s3_server_that_is_down(s3, make_settings: Callable[..., Settings]) -> None:
    shelf = Shelf.open(make_settings(artefacts_url=s3.url, s3_endpoint="http://127.0.0.1:9"))
    with pytest.raises(Unavailable):
        shelf.keep(WORK, PICTURE)
