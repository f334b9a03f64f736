"""A worker with a candidate on trial: both versions warm, each its share, and a damaged one refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atelier.errors import WeightsError
from atelier.queue import Road
from atelier.requests import Kind, PoemRequest
from atelier.settings import Settings
from atelier.shares import falls
from atelier.store import PersonRef, Store, Work
from atelier.works import Artefact, Made, PoemResult
from workers import jobs, workshop
from workers.workshop import ModelShelf, Workshop

SHARE = 0.4


class Poet:
    """Signs with the folder that it was loaded from."""

    def __init__(self, folder: Path | None, calls: list[tuple[str, int]]) -> None:
        self.version = folder.name if folder else "v1"
        self._calls = calls

    def generate(self, requests: Sequence[PoemRequest], **_: Any) -> list[Made]:
        self._calls.append((self.version, len(requests)))
        return [
            Made(
                PoemResult(seed=1, version=self.version, form="free", lang="en", title="",
                           lines=[request.topic], stanzas=[1]),
                (Artefact("poem.txt", "text/plain", b"poem"),),
            )
            for request in requests
        ]  # fmt: skip


class Bench:
    """The worker's parts, and what they did."""

    def __init__(self, settings: Settings) -> None:
        self.loaded: list[str] = []
        self.calls: list[tuple[str, int]] = []
        self.damaged: set[str] = set()
        place = Workshop.open(settings)
        self.place = Workshop(settings, place.store, place.shelf, place.redis, ModelShelf(self._load))

    def _load(self, _kind: Kind, folder: Path | None) -> Any:
        self.loaded.append(folder.name if folder else "v1")
        if folder and folder.name in self.damaged:
            raise WeightsError("weights-damaged", model="poet", path=str(folder))
        return Poet(folder, self.calls)


@pytest.fixture
def bench(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(settings)
    monkeypatch.setattr(workshop, "_current", made.place)
    for name in ("v2", "v3"):
        store.register_version("poet", name, "x", f"/versions/{name}", {})
    return made


def ask(store: Store, count: int, first: int = 0, parent: str | None = None) -> list[Work]:
    works = []
    for number in range(first, first + count):
        request = PoemRequest(topic=f"topic {number}", seed=number)
        work, _ = store.accept(
            person=PersonRef("discord", "1"), kind="poem", request=request, lang="en", place={},
            source=f"test {number}", parent=parent, act="vary-subtle" if parent else None,
        )  # fmt: skip
        store.queued(work.id)
        works.append(work)
    return works


def made(store: Store, works: Sequence[Work]) -> dict[str, str]:
    """Who made each; every one of them is made."""
    assert [end.value for end in jobs.make_many([(work.id,) for work in works])] == ["made"] * len(works)
    rows = store.get_many([work.id for work in works])
    for row in rows.values():
        assert row.result is not None
        assert row.version == row.result.version
    return {work.id: str(rows[work.id].version) for work in works}


def expected(works: Sequence[Work]) -> dict[str, str]:
    return {work.id: "v2" if falls(work.request, "v2", SHARE) else "v1" for work in works}


def test_each_version_makes_its_share_in_one_pass(bench: Bench, store: Store, road: Road) -> None:
    store.begin_trial("poet", "v2", "v1", SHARE)
    works = ask(store, 20)
    by = made(store, works)
    assert by == expected(works)
    assert set(by.values()) == {"v1", "v2"}
    counts = sorted((version, list(by.values()).count(version)) for version in ("v1", "v2"))
    assert sorted(bench.calls) == counts  # each in one call
    again = ask(store, 20, first=20)
    assert made(store, again) == expected(again)
    assert sorted(bench.loaded) == ["v1", "v2"]  # both stay warm
    # Made from another work, it goes where that one was made.
    ours = next(work for work in works if by[work.id] == "v2")
    theirs = next(work for work in works if by[work.id] == "v1")
    for parent, version in ((ours, "v2"), (theirs, "v1")):
        work = ask(store, 1, first=100 + (version == "v2"), parent=parent.id)
        assert made(store, work) == {work[0].id: version}


def test_the_row_says_by_whom_while_it_is_made(bench: Bench, store: Store) -> None:
    store.begin_trial("poet", "v2", "v1", SHARE)
    works = ask(store, 12)
    made(store, works)  # from here on both are at hand
    more = ask(store, 12, first=50)
    begun = store.begin([work.id for work in more], bench.place.models.versions())
    assert begun.tried == {work_id for work_id, by in expected(more).items() if by == "v2"}
    rows = store.get_many([work.id for work in more])
    assert {work_id: row.version for work_id, row in rows.items()} == expected(more)
    assert {row.state for row in rows.values()} == {"running"}


def test_a_damaged_candidate_is_refused_and_its_share_made(bench: Bench, store: Store) -> None:
    bench.damaged.add("v2")
    store.begin_trial("poet", "v2", "v1", SHARE)
    works = ask(store, 20)
    assert set(made(store, works).values()) == {"v1"}
    made(store, ask(store, 20, first=20))
    assert bench.loaded.count("v2") == 1  # refused once, not at every job
    [news] = store.news_for("discord", timedelta(days=1))
    assert (news.key, news.params["version"]) == ("canary-refused", "v2")
    assert "weights" in str(news.params["why"])


def test_a_worker_that_starts_with_a_damaged_version_takes_the_one_before(bench: Bench, store: Store) -> None:
    for name in ("v2", "v3"):
        store.promote("poet", name)
    bench.damaged.add("v3")
    bench.place.warm("poem")
    works = ask(store, 4)
    assert set(made(store, works).values()) == {"v2"}
    assert bench.loaded == ["v3", "v2"]  # refused once, and nothing else was needed
    [news] = store.news_for("discord", timedelta(days=1))
    assert (news.key, news.params["version"], news.params["instead"]) == ("version-refused", "v3", "v2")
    assert "weights" in str(news.params["why"])
    store.rollback("poet")
    made(store, ask(store, 4, first=10))
    assert bench.loaded == ["v3", "v2"]


def test_where_the_one_before_is_damaged_too_what_ships_serves(bench: Bench, store: Store) -> None:
    for name in ("v2", "v3"):
        store.promote("poet", name)
    bench.damaged |= {"v2", "v3"}
    assert set(made(store, ask(store, 4)).values()) == {"v1"}
    assert set(made(store, ask(store, 4, first=10)).values()) == {"v1"}
    assert bench.loaded == ["v3", "v2", "v1"]


def test_of_a_damaged_version_that_was_promoted_administrators_hear(bench: Bench, store: Store) -> None:
    assert set(made(store, ask(store, 2)).values()) == {"v1"}
    bench.damaged.add("v2")
    store.promote("poet", "v2")
    assert set(made(store, ask(store, 2, first=10)).values()) == {"v1"}
    [news] = store.news_for("discord", timedelta(days=1))
    assert (news.key, news.params["instead"]) == ("version-refused", "v1")


def test_what_is_new_is_loaded_between_jobs_and_what_is_over_let_go(bench: Bench, store: Store) -> None:
    bench.place.warm("poem")
    store.begin_trial("poet", "v2", "v1", SHARE)
    bench.place.follow("poem")
    assert bench.loaded == ["v1", "v2"]
    store.promote("poet", "v2")  # it is warm already: nobody waits for the swap
    works = ask(store, 6)
    assert set(made(store, works).values()) == {"v2"}
    bench.place.follow("poem")
    assert bench.loaded == ["v1", "v2"]
    assert set(bench.place.models.versions().values()) == {"v2"}
    store.begin_trial("poet", "v3", "v2", SHARE)
    bench.place.follow("poem")
    store.rollback("poet")  # the trial goes
    bench.place.follow("poem")
    assert set(bench.place.models.versions().values()) == {"v2"}
