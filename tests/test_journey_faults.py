"""Things break in the middle of a story; each person still gets exactly one answer."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from atelier import redis_server
from atelier.languages import say
from atelier.store import PersonRef, Work
from tests.fakes.telegram import ALICE, BOB, MEI, Message, Person
from tests.town import WAIT_S, Town, answers, town, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

KIND = "paint"
PARTS = 7  # Redis, three workers, three front ends
TRIES = 12  # a quick model may be done before it is caught


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("faults") / "home") as started:
        yield started


def works_of(here: Town, person: Person) -> list[Work]:
    """What the person asked for on Telegram, newest first."""
    return here.store.recent(PersonRef("telegram", str(person.id)))


def shown_to(here: Town, person: Person) -> list[Message]:
    """The messages that show the person a work: only those have buttons."""
    return [message for message in here.telegram.seen(person) if message.is_work]


def worker_of(here: Town) -> psutil.Process:
    (worker,) = here.up.processes("worker", "--kinds", KIND)
    return worker


async def ask(here: Town, words: str, person: Person) -> Work:
    """Type the command; the row that it leaves."""
    before = len(works_of(here, person))
    await here.telegram.say(f"/{KIND} {words}", user=person)
    await until(lambda: len(works_of(here, person)) > before, "the row")
    return works_of(here, person)[0]


async def all_posted(here: Town, person: Person, number: int) -> None:
    """Each of the person's ``number`` works is posted, and shown in one message."""

    def look() -> bool:
        works = works_of(here, person)
        return len(works) == number and all(work.posted_at for work in works) and here.up.answered("telegram")

    await until(look, f"{number} posted works")
    assert [work.state for work in works_of(here, person)] == ["posted"] * number
    assert len(shown_to(here, person)) == number


def caught(here: Town, worker: psutil.Process, work: Work) -> Work | None:
    """Suspend the worker as it makes this work; its row then, or None: it was quicker."""
    while True:
        now = here.store.get(work.id)
        assert now is not None
        if now.state not in ("accepted", "queued", "running"):
            return None
        if now.state == "running":
            break
        time.sleep(0.001)
    worker.suspend()
    while worker.status() != psutil.STATUS_STOPPED:
        time.sleep(0.001)
    now = here.store.get(work.id)
    assert now is not None
    if now.state == "running":
        return now
    worker.resume()
    return None


async def test_a_worker_killed_during_a_job(here: Town) -> None:
    """The job runs again, and there is one reply."""
    worker = worker_of(here)
    for number in range(1, TRIES + 1):
        work = await ask(here, "a lighthouse", ALICE)
        interrupted = await asyncio.to_thread(caught, here, worker, work)
        if interrupted is not None:
            break
        await all_posted(here, ALICE, number)
    else:
        pytest.fail(f"{TRIES} times the worker was too quick to be interrupted")
    assert (interrupted.made_at, interrupted.result) == (None, None)
    await asyncio.to_thread(here.up.kill, "worker", "--kinds", KIND)
    await all_posted(here, ALICE, number)
    again = here.store.get(work.id)
    assert again is not None
    assert again.started_at is not None
    assert interrupted.started_at is not None
    assert again.started_at > interrupted.started_at
    assert again.result is not None


async def test_a_front_end_killed_before_it_posts(here: Town) -> None:
    """What was made meanwhile is posted when it is back, once."""
    worker = worker_of(here)
    worker.suspend()
    work = await ask(here, "a red apple", BOB)
    card = await here.telegram.until(lambda m: m.by_bot, chat=BOB)
    # Suspended while it writes, it would keep the database's lock: the card is noted last.
    await until(lambda: here.store.work_of_message("telegram", f"{BOB.id}:{card.id}"), "the note of the card")
    (front,) = here.up.processes("bot", "telegram")
    front.suspend()
    worker.resume()
    await until(lambda: works_of(here, BOB)[0].state == "made", "the work")
    await asyncio.to_thread(here.up.kill, "bot", "telegram")
    made = here.store.get(work.id)
    assert made is not None
    assert made.posted_at is None
    assert shown_to(here, BOB) == []
    await all_posted(here, BOB, 1)


async def test_redis_killed(here: Town) -> None:
    """A command that comes while it is down is refused in words and leaves no row; then all works again."""
    carol = here.discord.user("carol")
    person = PersonRef("discord", str(carol.id))
    options = {"prompt" if KIND == "paint" else "description": "a sailing boat"}
    supervisor = psutil.Process(here.up.process.pid)
    supervisor.suspend()  # it would start Redis again before anybody could ask
    try:
        await asyncio.to_thread(here.up.kill, "redis-server")
        await here.telegram.say(f"/{KIND} a sailing boat", user=MEI)
        told = await here.telegram.until(lambda m: m.by_bot, chat=MEI, timeout=WAIT_S)
        assert told.text == say("redis-down", "zh")
        asked = await here.discord.type(f"/{KIND}", options, user=carol)
        refused = await asked.text(WAIT_S)
        assert refused.content == say("redis-down", "en")
        assert works_of(here, MEI) == []
        assert here.store.recent(person) == []
    finally:
        supervisor.resume()
    await until(lambda: redis_server.answering(here.up.home), "Redis to be back")
    asked = await here.discord.type(f"/{KIND}", options, user=carol)
    await asked.work(WAIT_S)
    await ask(here, "a sailing boat", MEI)
    await all_posted(here, MEI, 1)
    await until(lambda: here.up.answered("discord"), "Discord's front end to be done")
    assert [work.state for work in here.store.recent(person)] == ["posted"]
    assert len([message for message in here.discord.posts() if message.is_work]) == 1


async def test_every_process_killed_at_once(here: Town) -> None:
    """All but the supervisor die; a request that was accepted before is answered, once."""
    before = len(works_of(here, BOB))
    worker_of(here).suspend()
    work = await ask(here, "a green leaf", BOB)
    everything = await asyncio.to_thread(here.up.processes)
    await asyncio.to_thread(here.up.kill)
    assert len(everything) >= PARTS
    unmade = here.store.get(work.id)
    assert unmade is not None
    assert unmade.made_at is None
    await all_posted(here, BOB, before + 1)


async def test_nobody_saw_a_traceback(here: Town) -> None:
    shown = [message.text for person in (ALICE, BOB, MEI) for message in here.telegram.seen(person)]
    assert shown
    assert not any("Traceback" in text or "Error" in text for text in shown)


async def test_up_twice_in_one_home_and_ctrl_c(here: Town, tmp_path: Path) -> None:
    """The second one says so and leaves the first alone; Ctrl-C ends everything, and well."""
    home = here.up.home
    twice = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "atelier", "up"], capture_output=True, text=True,
        timeout=60, cwd=tmp_path, env={**os.environ, "ATELIER_HOME": str(home), "LC_ALL": "en_GB.UTF-8"},
    )  # fmt: skip
    assert twice.returncode == 1
    (sentence,) = twice.stderr.strip().splitlines()
    assert str(here.up.process.pid) in sentence
    await until(lambda: answers(here.up.page), "the page, which is still there")
    await until(lambda: len(here.up.processes()) >= PARTS, "all parts")
    assert await asyncio.to_thread(here.up.stop) == 0  # fails where anything is left running
    assert not await asyncio.to_thread(answers, here.up.page)
    assert redis_server.answering(home) is None


async def test_a_wrong_token_stops_only_its_own_chat(tmp_path: Path) -> None:
    wrong = "MTA1.wrong.token-that-nobody-knows-at-all-000000"
    async with town(tmp_path / "home", discord_token=wrong) as alone:
        await until(lambda: "ATELIER_DISCORD_TOKEN" in alone.up.log, "the sentence about the token")
        await ask(alone, "rain", ALICE)
        await all_posted(alone, ALICE, 1)
        assert alone.up.log.count("Traceback") == 0
        assert "nobody-knows" not in alone.up.log
