"""What becomes of a work that is given up: its row, its person, the administrators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from atelier.errors import PersonError
from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import Store
from tests.workers.conftest import CountingPoet
from tests.workers.test_jobs import ask, events
from workers import jobs, workshop
from workers.workshop import Workshop


def test_what_is_set_aside_says_in_its_row_that_admins_are_to_know(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event comes after the row: killed or cut off between the two, the alarm is found there."""
    place = Workshop.open(make_settings(admins="discord:1"), lambda _kind: CountingPoet())
    monkeypatch.setattr(workshop, "_current", place)
    work = ask(place.store, "hello")
    place.store.note_post(work.id, seen=1)

    def away(*_: object, **__: object) -> None:
        raise RedisConnectionError("no Redis")

    with monkeypatch.context() as cut:
        cut.setattr(jobs, "publish", away)
        with pytest.raises(RedisConnectionError):
            jobs.give_up(work.id, "work-crashed")
    assert [due.id for due in place.store.unalarmed("discord")] == [work.id]
    assert place.store.unalarmed("telegram") == []  # nobody there is to know
    place.store.alarmed(work.id, "discord")
    assert place.store.unalarmed("discord") == []
    row = place.store.get(work.id)
    assert row is not None
    assert row.post["seen"] == 1
    place.store.close()
    place.redis.close()


def test_giving_up_is_told_once(place: Workshop, store: Store, road: Road) -> None:
    work = ask(store, "hello")
    jobs.give_up(work.id, "work-timed-out", seconds=120)
    jobs.give_up(work.id, "work-crashed")
    jobs.give_up("nowhere", "work-crashed")
    failed = store.get(work.id)
    assert failed is not None
    assert failed.failure is not None
    assert (failed.failure.key, failed.failure.params) == ("work-timed-out", {"seconds": 120})
    assert events(road) == [(work.id, "failed")]
    for lang in ("en", "zh"):
        assert "120" in PersonError(failed.failure.key, **failed.failure.params).text(lang)
