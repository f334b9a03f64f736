"""Somebody floods; another person waits no more than two batches."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atelier.limits import LEAST, slots_of
from atelier.queue import Road
from atelier.requests import KINDS, parse_request
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Work
from models.loading import at_once
from tests.workers.test_worker import DEMO, ends

FLOOD = 1_000
BATCH = at_once("poem", "cpu")


def test_a_persons_slots_are_two_passes_at_most(make_settings: Callable[..., Settings], store: Store) -> None:
    """Also where on-call lowered ATELIER_BATCH for want of memory, or somebody raised the slots."""
    assert {kind: LEAST[kind] for kind in KINDS} == {kind: at_once(kind, "cpu") for kind in KINDS}
    assert all(LEAST[kind] <= at_once(kind, "cuda") for kind in KINDS)
    for changes, slots in (
        ({}, {"paint": 8, "poem": 8, "melody": 8}),
        ({"batch": 1}, {"paint": 2, "poem": 2, "melody": 2}),
        ({"batch": 32, "person_running": 3}, {"paint": 3, "poem": 3, "melody": 3}),
        ({"person_running": 50}, {"paint": 32, "poem": 16, "melody": 8}),
    ):
        settings = make_settings(**changes)
        assert {kind: slots_of(settings, kind) for kind in KINDS} == slots
    road = Road.open(make_settings(batch=1))
    works = [accept(store, "ann", f"poem {n}") for n in range(5)]
    road.send_many(works)
    assert road.waiting("poem") == 2
    assert road.place(works[4]) == 5
    assert road.send(accept(store, "ben", "rain")) == 3
    road.close()


def accept(store: Store, person: str, topic: str) -> Work:
    work, _ = store.accept(
        person=PersonRef("web", person), kind="poem", lang="en", place={}, source=uuid.uuid4().hex,
        request=parse_request("poem", {"topic": topic, "seed": 1}),
    )  # fmt: skip
    return work


def begun(folder: Path) -> list[str]:
    """The topics in the order in which the worker began them."""
    log = folder / "made.log"
    return [line.split(" ", 1)[1] for line in log.read_text().splitlines()] if log.exists() else []


def test_a_flood_of_a_thousand(
    worker: Callable[..., Any], make_settings: Callable[..., Settings], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings = make_settings()
    store, road = Store.open(settings.database), Road.open(settings)
    assert settings.person_running <= 2 * BATCH
    with monkeypatch.context() as quick:  # a thousand rows, and no power cut to fear
        quick.setattr(store._db, "_writer", store._db._hasty)
        flood = [accept(store, "ann", f"sleep 0.0{n % 9 + 1}") for n in range(FLOOD)]
    assert road.send_many(flood) == FLOOD
    worker("poem", script=DEMO, of=settings)
    deadline = time.monotonic() + 60
    while len(begun(tmp_path)) < 3 * BATCH:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    other = accept(store, "ben", "rain")
    place = road.send(other)
    before = len(begun(tmp_path))
    assert ends(store, other) == "made"
    assert place <= settings.person_running + 1
    assert begun(tmp_path).index("rain") - before <= 2 * BATCH
    assert len(begun(tmp_path)) < FLOOD / 2  # most of the flood waits still
    store.close()
    road.close()
