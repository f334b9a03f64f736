"""How much may wait, and who waits for whom."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from redis.exceptions import ResponseError
from rq.job import Job
from rq.serializers import JSONSerializer

from atelier import disk, pace
from atelier.errors import Unavailable
from atelier.languages import LANGS, span
from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import PersonRef, Store
from bot import words
from bot.catalogue import BY_NAME
from bot.studio import Studio, Ticket, sentence

ANN, BEN = PersonRef("discord", "1"), PersonRef("telegram", "2")


async def ask(studio: Studio, source: str, person: PersonRef = ANN, **place: Any) -> Ticket:
    return await studio.ask(
        BY_NAME["poem"], {"topic": "snow"}, person=person, lang="en", place=place, source=source
    )


def measured(studio: Studio, works: int, seconds: float) -> None:
    with studio.road.redis.pipeline() as pipe:
        pace.note(pipe, "poem", works, seconds)
        pipe.execute()


def works(studio: Studio) -> int:
    return int(studio.store.stats()["works"])


async def test_a_person_may_wait_for_so_many(make_settings: Callable[..., Settings]) -> None:
    studio = Studio.open(make_settings(person_waiting=3))
    asked = [await ask(studio, f"a{n}") for n in range(3)]
    with pytest.raises(Unavailable) as refused:
        await ask(studio, "a3")
    assert "waiting for 3 works" in sentence(refused.value, "en")
    assert "3 件作品" in sentence(refused.value, "zh")
    assert (await ask(studio, "a2")).work.id == asked[2].work.id  # asked before: no new one
    await ask(studio, "b0", BEN)
    assert works(studio) == 4
    await studio.cancel(asked[0].work.id, ANN)
    await ask(studio, "a4")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_server_may_wait_for_so_many(
    database: str, make_settings: Callable[..., Settings], request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else None
    studio = Studio.open(make_settings(server_waiting=2, database_url=url))
    here = "1234567890123456789"
    for n in range(2):
        await ask(studio, f"a{n}", PersonRef("discord", str(n)), server=here)
    with pytest.raises(Unavailable) as refused:
        await ask(studio, "a2", PersonRef("discord", "9"), server=here)
    assert refused.value.key == "server-waiting"
    await ask(studio, "a3", PersonRef("discord", "9"), server="1234567890123456788")
    await ask(studio, "a4", PersonRef("discord", "9"), server=None)
    assert works(studio) == 4
    studio.store.close()


async def test_a_full_studio_says_when_there_is_room(make_settings: Callable[..., Settings]) -> None:
    studio = Studio.open(make_settings(studio_waiting=20))
    for n in range(20):
        await ask(studio, f"a{n}", PersonRef("discord", str(n)))
    measured(studio, works=8, seconds=16)  # 2 s each, and nobody else at work
    with pytest.raises(Unavailable) as refused:
        await ask(studio, "b", BEN)
    assert sentence(refused.value, "en") == "The studio is full: please ask again in about 40 s."
    assert works(studio) == 20
    assert studio.road.redis.llen("rq:queue:atelier-poem") == 20


async def test_a_full_studio_goes_by_the_longest_queue(make_settings: Callable[..., Settings]) -> None:
    """Whoever asks for a poem, where pictures fill it; nothing is claimed that was not measured."""
    studio = Studio.open(make_settings(studio_waiting=12))
    for n in range(12):
        kind, options = ("poem", {"topic": "snow"}) if n % 6 == 0 else ("paint", {"prompt": "snow"})
        person = PersonRef("discord", str(n))
        await studio.ask(BY_NAME[kind], options, person=person, lang="en", place={}, source=f"a{n}")
    for lang, said in (("en", "please ask again a little later."), ("zh", "请稍后再来。")):
        with pytest.raises(Unavailable) as refused:
            await ask(studio, "b", BEN)
        assert sentence(refused.value, lang).endswith(said)  # type: ignore[arg-type]
    measured(studio, works=2, seconds=1.0)  # poems: 2 wait, a second's work
    with studio.road.redis.pipeline() as pipe:
        pace.note(pipe, "paint", 1, 3.0)
        pipe.execute()
    with pytest.raises(Unavailable) as refused:
        await ask(studio, "b", BEN)
    assert sentence(refused.value, "en").endswith("in about 30 s.")


async def test_a_flood_of_one_keeps_nobody_waiting(make_settings: Callable[..., Settings]) -> None:
    """One person asks for 1,000; another stands behind no more than two batches, whoever asks first."""
    settings = make_settings(person_waiting=1000)
    studio = Studio.open(settings)
    first = (await ask(studio, "flood")).work

    await asyncio.to_thread(studio.road.send_many, [replace(first, id=f"flood{n}") for n in range(999)])
    batch = 32
    ticket = await ask(studio, "b", BEN)
    assert ticket.place <= settings.person_running + 1 <= 2 * batch
    # And it stays so: those of the flood that step in step in behind.
    queue = studio.road._queues["poem"]
    for _ in range(settings.person_running):
        job_id = queue.pop_job_id()
        assert job_id
        assert job_id != ticket.work.id
        Job.fetch(job_id, connection=studio.road.redis, serializer=JSONSerializer).delete()
        assert queue.count == settings.person_running + 1
    assert await studio.queue_place(ticket.work) == 1


def test_poems_do_not_wait_for_pictures(store: Store, road: Road) -> None:
    studio_of = {"paint": {"prompt": "a sea"}, "poem": {"topic": "snow"}}
    for kind in ("paint",) * 20 + ("poem",):
        request = Studio.read(BY_NAME[kind], studio_of[kind]).seeded()
        work, _ = store.accept(
            person=ANN, kind=request.kind, request=request, lang="en", place={}, source=f"{kind}{id(request)}"
        )
        place = road.send(work)
    assert place == 1


async def test_the_expected_time_is_the_measured_one(make_settings: Callable[..., Settings]) -> None:
    studio = Studio.open(make_settings())
    first = await ask(studio, "a0")
    assert first.seconds is None  # nothing was measured yet, so nothing is claimed
    measured(studio, works=1, seconds=2.0)
    measured(studio, works=3, seconds=6.0)
    for n in range(1, 6):
        ticket = await ask(studio, f"a{n}")
    assert (ticket.place, ticket.seconds) == (6, 12.0)
    said = words.acknowledgement(ticket.work, ticket.place, str, ticket.seconds)
    assert said.endswith("You are number 6 in the queue, about 15 s from now.")


@pytest.mark.parametrize("lang", LANGS)
def test_spans_of_time_are_round(lang: str) -> None:
    said = [span(seconds, lang) for seconds in (0.0, 7.2, 41, 89, 100)]  # type: ignore[arg-type]
    units = {"en": (" s", " min"), "zh": (" 秒", " 分钟")}[lang]
    assert said == [f"{n}{units[0]}" for n in (1, 8, 45, 90)] + [f"2{units[1]}"]


async def test_a_full_disk_accepts_nothing_and_keeps_what_it_has(
    studio_on_full_disk: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = studio_on_full_disk
    with pytest.raises(Unavailable) as refused:
        await ask(studio, "b")
    assert refused.value.key == "disk-full"
    assert works(studio) == 1
    monkeypatch.undo()
    await ask(studio, "b")
    assert studio.road.redis.llen("rq:queue:atelier-poem") == 2


@pytest.fixture
async def studio_on_full_disk(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Studio:
    """One request is accepted, then the disk fills up to the last 50 MiB."""
    studio = Studio.open(make_settings())
    await ask(studio, "a")
    real = shutil.disk_usage

    def usage(path: Any) -> Any:
        return real(path)._replace(free=50 * 2**20)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return studio


async def test_a_worker_that_cannot_keep_works_stops_new_ones(make_settings: Callable[..., Settings]) -> None:
    studio = Studio.open(make_settings())
    disk.tell(studio.road.redis, "disk-full")
    with pytest.raises(Unavailable) as refused:
        await ask(studio, "a")
    assert refused.value.key == "disk-full"
    assert works(studio) == 0


async def test_a_database_without_room_refuses_in_words(make_settings: Callable[..., Settings]) -> None:
    """SQLite's own limit of pages gives the very error that a full disk gives."""
    studio = Studio.open(make_settings())
    engine = studio.store._db.engine
    from sqlalchemy import event

    @event.listens_for(engine, "checkout")
    def _no_room(connection: Any, *_: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    refused = None
    for n in range(500):
        try:
            await ask(studio, f"a{n}", PersonRef("discord", str(n)))
        except Unavailable as fault:
            refused = fault
            break
    assert refused is not None
    assert refused.key == "disk-full"
    event.remove(engine, "checkout", _no_room)
    studio.store.close()
    accepted = studio.store.waiting_for("poem")
    assert accepted == n
    assert studio.road.redis.llen("rq:queue:atelier-poem") == accepted  # each of them is on its way


async def test_a_redis_without_room_refuses_in_words(
    make_settings: Callable[..., Settings], redis_server: Any
) -> None:
    studio = Studio.open(make_settings(redis_url=redis_server.url))
    await ask(studio, "a")
    studio.road.redis.config_set("maxmemory", 1)
    with pytest.raises(Unavailable) as refused:
        await ask(studio, "b")
    assert refused.value.key == "disk-full"
    assert works(studio) == 1
    with pytest.raises(ResponseError):
        studio.road.redis.set("x", 1)
    studio.road.redis.config_set("maxmemory", 0)
    await ask(studio, "b")
