"""What the Telegram tests share: a server, a studio that knows it, the front end while a block lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from atelier.store import PersonRef, Work
from bot.studio import Studio
from bot.telegram.app import run
from tests.fakes.telegram import ALICE, FakeTelegram, Message, Person


@asynccontextmanager
async def serving(studio: Studio) -> AsyncIterator[None]:
    """The front end, until the block ends."""
    task = asyncio.create_task(run(studio))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled() or task.exception() is None


def ref(person: Person) -> PersonRef:
    """The person as the store knows them."""
    return PersonRef("telegram", str(person.id))


def latest(studio: Studio, person: Person = ALICE) -> Work:
    """What the person asked for last."""
    return studio.store.recent(ref(person))[0]


def posted(studio: Studio, work: Work) -> bool:
    """Whether the delivery counts the work as told."""
    now = studio.store.get(work.id)
    return now is not None and now.posted_at is not None


async def card_of(telegram: FakeTelegram, asked: Message) -> Message:
    """The bot's first answer to ``asked``."""
    return await telegram.until(lambda m: m.reply_to == asked.id, chat=asked.chat)


async def until(true: Callable[[], object]) -> None:
    """Until something outside the server is so."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


def kinds(message: Message) -> set[str]:
    """The kinds of entities that the server sees in a message."""
    return {entity["type"] for entity in message.entities}
