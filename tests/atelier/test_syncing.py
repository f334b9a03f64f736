"""Files get to the disk, and who writes them does not wait."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from atelier.artefacts import Shelf
from atelier.settings import Settings
from atelier.syncing import Syncer
from atelier.works import Artefact

BOUND_S = 20.0  # against hanging


def test_a_file_and_its_folder_are_synced_while_nobody_waits(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings()
    go, done = threading.Event(), threading.Semaphore(0)
    synced: list[int] = []
    fsync = os.fsync

    def slow(place: int) -> None:
        assert go.wait(BOUND_S)
        fsync(place)
        synced.append(os.fstat(place).st_ino)
        done.release()

    monkeypatch.setattr(os, "fsync", slow)
    ref = Shelf.open(settings).keep("abcdefghijkl", Artefact("poem.txt", "text/plain", b"snow"))
    assert synced == []  # the disk takes its time, and the work goes on
    go.set()
    path = settings.home / "artefacts" / ref.key
    ours = [path.stat().st_ino, path.parent.stat().st_ino]
    while [one for one in synced if one in ours] != ours:  # threads of other tests may be syncing, too
        assert done.acquire(timeout=BOUND_S), synced


def test_a_slow_disk_sets_the_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: go.wait(BOUND_S))
    syncer = Syncer(most=2)
    path = tmp_path / "file"
    path.write_bytes(b"x")
    third = threading.Thread(target=lambda: [syncer.soon(path) for _ in range(3)])
    third.start()
    third.join(0.3)
    assert third.is_alive()
    go.set()
    third.join(BOUND_S)
    assert not third.is_alive()
    for _ in range(2):  # until all are over: what is left would sync through the next test's disk
        syncer.soon(tmp_path / "gone")


def test_what_cannot_be_synced_is_logged_and_what_is_gone_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "unsyncable"  # a name of its own: threads of other tests may be syncing, too
    path.write_bytes(b"x")
    gone = tmp_path / "dropped"

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    syncer = Syncer(most=1)  # so that each begins when the one before is over
    with caplog.at_level(logging.ERROR, "atelier.syncing"):
        for each in (gone, path, gone):
            syncer.soon(each)
    told = [record.getMessage() for record in caplog.records]
    assert sum(line.startswith("unsyncable may not be on the disk") for line in told) == 1
    assert not any(line.startswith("dropped") for line in told)
