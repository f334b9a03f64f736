"""Things break in the middle of a story; each person still gets exactly one answer."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from atelier.store import PersonRef, Work
from tests.fakes.telegram import ALICE, BOB, MEI, Message
from tests.town import WAIT_S, Town, answers, town, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("faults") / "home") as started:
        yield started


def works_of(here: Town, person: int) -> list[Work]:
    return here.store.recent(PersonRef("telegram", str(person)))


def pictures(here: Town, person: object) -> list[Message]:
    return [message for message in here.telegram.seen(person) if message.photo]  # type: ignore[arg-type]


async def all_posted(here: Town, person: int, number: int) -> None:
    def look() -> bool:
        works = works_of(here, person)
        return len(works) == number and all(work.posted_at for work in works)

    await until(look, f"{number} posted works")


async def test_a_worker_killed_during_a_job(here: Town) -> None:
    """The job runs again, and there is one reply."""
    (worker,) = here.up.processes("workers", "paint")
    worker.suspend()  # so that the job is surely in its hands, and not finished, when it dies
    await here.telegram.say("/paint a lighthouse", user=ALICE)
    await until(lambda: works_of(here, ALICE.id), "the row")
    worker.resume()
    await until(lambda: works_of(here, ALICE.id)[0].state != "queued", "the worker to take it")
    here.up.kill("workers", "paint")
    await all_posted(here, ALICE.id, 1)
    assert len(pictures(here, ALICE)) == 1


async def test_a_front_end_killed_before_it_posts(here: Town) -> None:
    """What was made meanwhile is posted when it is back, once."""
    (worker,) = here.up.processes("workers", "paint")
    worker.suspend()
    await here.telegram.say("/paint a red apple", user=BOB)
    await until(lambda: works_of(here, BOB.id), "the row")
    await here.telegram.until(lambda m: m.by_bot, chat=BOB)
    (front,) = here.up.processes("bot", "telegram")
    front.suspend()
    worker.resume()
    await until(lambda: works_of(here, BOB.id)[0].state == "made", "the work")
    front.kill()
    await all_posted(here, BOB.id, 1)
    assert len(pictures(here, BOB)) == 1


async def test_redis_killed(here: Town) -> None:
    """What comes while it is down is refused in words or done; afterwards everything works again."""
    here.up.kill("redis-server")
    await here.telegram.say("/paint a sailing boat", user=MEI)
    answer = await here.telegram.until(lambda m: m.by_bot, chat=MEI, timeout=WAIT_S)
    if "没有接受" in answer.text:
        assert works_of(here, MEI.id) == []
        await asyncio.sleep(0)
    await until(lambda: here.up.processes("redis-server"), "Redis to be back")
    carol = here.discord.user("carol")

    async def asks() -> bool:
        asked = await here.discord.type("/poem", {"topic": "rain", "form": "haiku"}, user=carol)
        shown = await asked.text()
        return "queue" not in shown.content or bool(await asked.work(WAIT_S))

    for _ in range(20):
        if await asks() and here.store.recent(PersonRef("discord", str(carol.id))):
            break
        await asyncio.sleep(0.5)
    (work, *_) = here.store.recent(PersonRef("discord", str(carol.id)))
    await until(lambda: (here.store.get(work.id) or work).posted_at, "the poem after the fault")


async def test_every_process_killed_at_once(here: Town) -> None:
    """All but the supervisor die; a request that was accepted before is answered, once."""
    before = len(works_of(here, BOB.id))
    for worker in here.up.processes("workers", "paint"):
        worker.suspend()
    await here.telegram.say("/paint a green leaf", user=BOB)
    await until(lambda: len(works_of(here, BOB.id)) > before, "the row")
    for process in here.up.processes():
        with_children = [process, *process.children(recursive=True)] if process.is_running() else []
        for victim in with_children:
            try:
                victim.kill()
            except psutil.NoSuchProcess:
                continue
    await all_posted(here, BOB.id, before + 1)
    assert len(pictures(here, BOB)) == before + 1


async def test_nobody_saw_a_traceback(here: Town) -> None:
    shown = [m.text for person in (ALICE, BOB, MEI) for m in here.telegram.seen(person)]
    assert not any("Traceback" in text or "Error" in text for text in shown)


async def test_a_wrong_token_stops_only_its_own_chat(tmp_path: Path) -> None:
    async with town(
        tmp_path / "home", discord_token="MTA1.wrong.token-that-nobody-knows-at-all-000000"
    ) as here:
        await until(lambda: "ATELIER_DISCORD_TOKEN" in here.up.log, "the sentence about the token")
        await here.telegram.say("/poem rain form=haiku", user=ALICE)
        await here.telegram.until(lambda m: m.markup and m.text.count("\n") >= 2, chat=ALICE, timeout=WAIT_S)
        assert here.up.log.count("Traceback") == 0
        assert "nobody-knows" not in here.up.log


async def test_up_twice_in_one_home_and_ctrl_c(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as here:
        home = str(tmp_path / "home")
        twice = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "atelier", "up"], capture_output=True, text=True,
            timeout=60, cwd=tmp_path, env={**os.environ, "ATELIER_HOME": home, "LC_ALL": "en_GB.UTF-8"},
        )  # fmt: skip
        assert twice.returncode == 1
        assert len(twice.stderr.strip().splitlines()) == 1
        everything = here.up.processes()
        assert len(everything) >= 6
        here.up.process.send_signal(signal.SIGINT)
        here.up.process.wait(40)
        _, alive = psutil.wait_procs(everything, timeout=5)
        assert alive == []
        assert not answers(here.up.page)
