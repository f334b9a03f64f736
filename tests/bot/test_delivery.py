"""Exactly one post a work, whatever dies in between. The worker's part is played by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from atelier.languages import say
from atelier.queue import queue_name
from atelier.reconcile import Reconciler
from atelier.results import publish
from atelier.settings import Settings
from atelier.store import PersonRef, Platform, Work
from atelier.works import Artefact, PoemResult
from bot import delivery
from bot.catalogue import BY_NAME
from bot.delivery import Delivery, Note, PostLater, PostNever
from bot.studio import Studio

ANN = PersonRef("telegram", "1")


class Wall:
    """A poster that pins works to a wall; ``trouble`` is raised before each pin while it lasts."""

    platform: Platform = "telegram"

    def __init__(self) -> None:
        self.pinned: list[str] = []
        self.regrets: list[str] = []
        self.warnings: list[tuple[str, str]] = []
        self.told: list[str] = []
        self.files: list[Artefact] = []
        self.trouble: list[Exception] = []
        self.tries = 0

    def lane(self, work: Work) -> str:
        return str(work.place.get("chat"))

    async def started(self, work: Work) -> None:
        self.told.append(work.id)

    async def post(self, work: Work, files: list[Artefact], note: Note) -> None:
        self.tries += 1
        if self.trouble:
            raise self.trouble.pop(0)
        if "pinned" not in work.post:
            self.pinned.append(work.id)
            self.files += files
            await note(pinned=True)

    @staticmethod
    def quote(words: str, /) -> str:
        return words

    async def regret(self, work: Work, sentence: str) -> None:
        self.regrets.append(sentence)

    async def warn(self, admin: str, sentence: str) -> None:
        self.warnings.append((admin, sentence))


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return Studio.open(settings)


async def asked(studio: Studio, number: int = 1, *, chat: int = 1) -> Work:
    ticket = await studio.ask(
        BY_NAME["poem"], {"topic": "snow"}, person=ANN, lang="en", place={"chat": chat},
        source=f"telegram:{number}",
    )  # fmt: skip
    return ticket.work


def make(studio: Studio, work: Work, *, tell: bool = True) -> None:
    """What a worker does."""
    studio.store.started(work.id, "v1")
    text = studio.shelf.keep(work.id, Artefact("poem.txt", "text/plain", b"snow"))
    result = PoemResult(
        seed=1, version="v1", form="haiku", lang="en", title="", lines=["a", "b", "c"], stanzas=[3]
    )
    assert studio.store.made(work.id, result, [text])
    if tell:
        publish(studio.road.redis, "telegram", work.id, "made")


@asynccontextmanager
async def delivering(studio: Studio, wall: Wall) -> AsyncIterator[None]:
    task = asyncio.create_task(Delivery(studio, wall).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


def posted(studio: Studio, work: Work) -> bool:
    row = studio.store.get(work.id)
    return row is not None and row.posted_at is not None


async def test_a_made_work_is_posted_with_its_files(studio: Studio) -> None:
    wall = Wall()
    work = await asked(studio)
    async with delivering(studio, wall):
        make(studio, work)
        await until(lambda: posted(studio, work))
    assert wall.pinned == [work.id]
    assert [file.data for file in wall.files] == [b"snow"]


async def test_what_was_made_while_the_front_end_was_down_is_posted_when_it_is_back(studio: Studio) -> None:
    wall = Wall()
    told, untold = await asked(studio, 1), await asked(studio, 2)
    make(studio, told)
    make(studio, untold, tell=False)  # its event was lost with a flushed Redis
    async with delivering(studio, wall):
        await until(lambda: posted(studio, told) and posted(studio, untold))
    assert sorted(wall.pinned) == sorted([told.id, untold.id])


async def test_a_front_end_killed_in_the_middle_posts_once(studio: Studio) -> None:
    wall = Wall()
    work = await asked(studio)

    class Dies(Wall):
        """Pins, and is gone before it can say so."""

        async def post(self, work: Work, files: list[Artefact], note: Note) -> None:
            await wall.post(work, files, note)
            await asyncio.Event().wait()

    async with delivering(studio, Dies()):
        make(studio, work)
        await until(lambda: wall.pinned)
    assert not posted(studio, work)
    async with delivering(studio, wall):
        await until(lambda: posted(studio, work))
    assert (wall.pinned, wall.tries) == ([work.id], 2)


async def test_the_same_event_twice_is_one_post(studio: Studio) -> None:
    wall = Wall()
    work = await asked(studio)
    make(studio, work)
    for _ in range(5):
        publish(studio.road.redis, "telegram", work.id, "made")
    last = await asked(studio, 2)
    async with delivering(studio, wall):
        make(studio, last)
        await until(lambda: posted(studio, last) and posted(studio, work))
    assert sorted(wall.pinned) == sorted([work.id, last.id])
    assert wall.tries == 2


async def test_a_post_put_off_is_tried_again(studio: Studio) -> None:
    wall = Wall()
    wall.trouble = [PostLater(0.05, "429"), PostLater(0.05), RuntimeError("nobody foresaw this")]
    work = await asked(studio)
    async with delivering(studio, wall):
        make(studio, work)
        await until(lambda: posted(studio, work))
    assert (wall.pinned, wall.tries) == ([work.id], 4)


async def test_one_stuck_post_holds_up_nobody(studio: Studio) -> None:
    wall = Wall()
    wall.trouble = [PostLater(600)]
    stuck = await asked(studio, 1)
    async with delivering(studio, wall):
        make(studio, stuck)
        await until(lambda: wall.tries == 1)
        free = await asked(studio, 2, chat=2)
        make(studio, free)
        await until(lambda: posted(studio, free))
    assert wall.pinned == [free.id]
    assert not posted(studio, stuck)  # still owed: the next start posts it


async def test_one_slow_chat_takes_no_others_turn(make_settings: Callable[..., Settings]) -> None:
    class Slow(Wall):
        """Chat 1 takes each post until the end of time."""

        def __init__(self) -> None:
            super().__init__()
            self.patience = asyncio.Event()

        async def post(self, work: Work, files: list[Artefact], note: Note) -> None:
            if work.place["chat"] == 1:
                await self.patience.wait()
            await super().post(work, files, note)

    wall = Slow()
    studio = Studio.open(make_settings(person_waiting=100))
    slow = [await asked(studio, number) for number in range(delivery.AT_ONCE + 2)]
    async with delivering(studio, wall):
        for work in slow:
            make(studio, work)
        quick = await asked(studio, 100, chat=2)
        make(studio, quick)
        await until(lambda: posted(studio, quick))
        assert wall.pinned == [quick.id]
        wall.patience.set()
        await until(lambda: all(posted(studio, work) for work in slow))
    assert wall.pinned[1:] == [work.id for work in slow]


async def test_a_chat_that_is_put_off_keeps_its_order(studio: Studio) -> None:
    wall = Wall()
    wall.trouble = [PostLater(0.3, "429")]
    works = [await asked(studio, number) for number in range(4)]
    async with delivering(studio, wall):
        for work in works:
            make(studio, work)
        await until(lambda: all(posted(studio, work) for work in works))
    assert wall.pinned == [work.id for work in works]


@pytest.mark.parametrize("reachable", [True, False])
async def test_what_may_not_be_posted_is_set_aside_with_a_sentence(studio: Studio, reachable: bool) -> None:
    class Deaf(Wall):
        """Takes no sentence either."""

        async def regret(self, work: Work, sentence: str) -> None:
            await super().regret(work, sentence)
            raise PostNever("blocked")

    wall = Wall() if reachable else Deaf()
    wall.trouble = [PostNever("no right to send photos", "telegram-no-right")]
    work = await asked(studio)
    async with delivering(studio, wall):
        make(studio, work)
        await until(lambda: posted(studio, work))
    assert wall.regrets == [say("telegram-no-right", "en")]
    assert wall.tries == 1


async def test_what_is_made_waits_for_no_mending(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands that a flushed Redis lost take a while to send again; what is made is posted before."""
    mended = Event()
    monkeypatch.setattr(Reconciler, "turn", lambda _: mended.wait(60))
    wall = Wall()
    work = await asked(studio)
    make(studio, work, tell=False)
    try:
        async with delivering(studio, wall):
            await until(lambda: posted(studio, work))
            mended.set()
    finally:
        mended.set()
    assert wall.pinned == [work.id]


async def test_a_chat_that_is_gone_is_noted_and_left(studio: Studio) -> None:
    wall = Wall()
    wall.trouble = [PostNever("bot was kicked")]
    work = await asked(studio)
    async with delivering(studio, wall):
        make(studio, work)
        await until(lambda: posted(studio, work))
    row = studio.store.get(work.id)
    assert row is not None
    assert row.post["nowhere"] == "bot was kicked"
    assert wall.pinned == []


async def test_a_failure_is_told_in_words(studio: Studio) -> None:
    wall = Wall()
    work = await asked(studio)
    studio.store.started(work.id, "v1")
    studio.store.failed(work.id, "weights-missing", {"model": "poet", "path": "x"})
    async with delivering(studio, wall):
        publish(studio.road.redis, "telegram", work.id, "failed")
        await until(lambda: posted(studio, work))
    assert "atelier models restore poet" in wall.regrets[0]
    assert len(wall.regrets) == 1


async def test_files_that_are_gone_are_made_again_once_and_then_told(studio: Studio) -> None:
    wall = Wall()
    work = await asked(studio)

    def lose() -> None:
        make(studio, work, tell=False)
        row = studio.store.get(work.id)
        assert row is not None
        for ref in row.artefacts:
            studio.shelf.drop(ref)

    lose()
    job = Job.fetch(work.id, connection=studio.road.redis, serializer=JSONSerializer)
    job.set_status(JobStatus.FINISHED)
    studio.road.redis.delete(f"rq:queue:{queue_name('poem')}")  # its worker had taken it
    async with delivering(studio, wall):
        await until(lambda: studio.road.waiting("poem") == 1)
        waits = studio.store.get(work.id)
        assert waits is not None
        assert (waits.state, waits.result, waits.artefacts) == ("queued", None, ())
        assert wall.regrets == []
        lose()
        for _ in range(40):  # told while the attempt before is not quite over, it would wait for the sweep
            publish(studio.road.redis, "telegram", work.id, "made")
            await asyncio.sleep(0.5)
            if posted(studio, work):
                break
        assert posted(studio, work)
    assert "files are gone" in wall.regrets[0]
    assert wall.pinned == []


async def test_being_made_is_told(studio: Studio) -> None:
    wall = Wall()
    work = await asked(studio)
    studio.store.started(work.id, "v1")
    async with delivering(studio, wall):
        publish(studio.road.redis, "telegram", work.id, "started")
        await until(lambda: wall.told == [work.id])
