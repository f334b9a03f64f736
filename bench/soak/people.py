"""Two hundred people on both chats: they ask, and what they see is all that counts."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from tests.fakes.botapi_state import Message as Card
from tests.fakes.discord import Conversation, FakeDiscord
from tests.fakes.discord_state import User
from tests.fakes.telegram import FakeTelegram, Person

Kind = Literal["paint", "poem", "melody"]
MOST = 3  # pictures of one request
FIRST = 20_000  # in what is asked for: a number like 8008 is read as letters, and refused
OPTION: dict[Kind, str] = {"paint": "prompt", "poem": "topic", "melody": "description"}
ON_DISCORD = 0.7
UNHEARD_S = 5.0
LOOK_S = 0.05
LOOK_BACK = 500  # messages


@dataclass(eq=False)
class OnDiscord:
    """A command and the conversation that it began."""

    kind: Kind
    words: str
    conversation: Conversation
    at: float = field(default_factory=time.monotonic)
    clock: str = field(default_factory=lambda: time.strftime("%H:%M:%S"))
    answered_at: float | None = None

    @property
    def source(self) -> str:
        """The request's name in the store."""
        return f"discord:{self.conversation.interaction.id}"

    @property
    def acknowledged(self) -> bool:
        """Whether the bot showed a sign of life."""
        return self.conversation.interaction.answered_after_s is not None

    @property
    def texts(self) -> list[str]:
        """What there is to read."""
        return [message.content for message in self.conversation.messages if message.content]

    @property
    def told(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.texts)

    @property
    def refused(self) -> bool:
        """Told why not (a sentence without buttons); or never heard of: the client says so after a while."""
        if not self.acknowledged:
            return time.monotonic() - self.at > UNHEARD_S
        return self.told and not any(message.buttons for message in self.conversation.messages)

    @property
    def waits(self) -> bool:
        """Whether an acknowledgement says that it was accepted."""
        return any(message.buttons and not message.is_work for message in self.conversation.messages)

    def look(self) -> None:
        """Answered when the work is there, or past the token's life in the channel."""
        it = self.conversation.interaction
        seen = self.conversation.messages
        if it.expired:
            recent = itertools.islice(reversed(self.conversation._world.messages.values()), LOOK_BACK)
            seen = seen + [m for m in recent if m.channel is it.channel and f"“{self.words}”" in m.content]
        if self.answered_at is None and any(message.is_work for message in seen):
            self.answered_at = time.monotonic()


@dataclass(eq=False)
class OnTelegram:
    """A message and the bot's messages in reply to it."""

    kind: Kind
    words: str
    message: Card
    cards: list[Card]
    acknowledged: ClassVar[bool] = True  # Telegram delivers every message to the bot, if late
    at: float = field(default_factory=time.monotonic)
    clock: str = field(default_factory=lambda: time.strftime("%H:%M:%S"))
    answered_at: float | None = None

    @property
    def source(self) -> str:
        """The request's name in the store."""
        return f"telegram:{self.message.chat.id}:{self.message.id}"

    @property
    def texts(self) -> list[str]:
        """What there is to read."""
        return [card.text for card in self.cards]

    @property
    def told(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.cards)

    @property
    def refused(self) -> bool:
        """Told why not: a sentence without buttons."""
        return self.told and not any(card.buttons for card in self.cards)

    def look(self) -> None:
        """Answered when a reply is a work."""
        if self.answered_at is None and any(card.is_work for card in self.cards):
            self.answered_at = time.monotonic()


Asked = OnDiscord | OnTelegram


class People:
    """``count`` people, half on each chat, each with a language of their own."""

    def __init__(self, discord: FakeDiscord, telegram: FakeTelegram, count: int, seed: int) -> None:
        self._dice = random.Random(seed)
        self._discord, self._telegram = discord, telegram
        self._users: list[User] = [
            discord.user(f"visitor {n}", locale=self._dice.choice(["en-US", "zh-CN"]))
            for n in range(count // 2)
        ]
        self._channels = [discord.world.channel(f"room {n}") for n in range(10)]
        self._persons = [
            Person(20_000 + n, f"Visitor {n}", self._dice.choice(["en", "zh-hans"]))
            for n in range(count // 2)
        ]
        self._replies: dict[tuple[int, int], list[Card]] = defaultdict(list)
        self.asked: list[Asked] = []
        self._open: list[Asked] = []
        keep = telegram.state.keep

        def kept(message: Card) -> Card:
            if message.by_bot and message.reply_to:
                self._replies[message.chat.id, message.reply_to].append(message)
            return keep(message)

        telegram.state.keep = kept  # type: ignore[method-assign]

    async def ask(self, number: int, kind: Kind = "poem") -> None:
        """Somebody asks for something; on Telegram while Discord's bot is not there to be asked.

        A picture may be several: an album.
        """
        words = f"request {FIRST + number}"
        count = self._dice.randint(1, MOST) if kind == "paint" else 1
        asked: Asked
        if self._dice.random() < ON_DISCORD and self._discord.gateway.live:
            user, channel = self._dice.choice(self._users), self._dice.choice(self._channels)
            options: dict[str, Any] = {OPTION[kind]: words} | ({"count": count} if count > 1 else {})
            conversation = await self._discord.type(
                f"/{kind}", options, user=user, channel=channel, unheard=True
            )
            asked = OnDiscord(kind, words, conversation)
        else:
            person = self._dice.choice(self._persons)
            asks = f"/{kind} {words}" + (f" count={count}" if count > 1 else "")
            message = await self._telegram.say(asks, user=person)
            asked = OnTelegram(kind, words, message, self._replies[message.chat.id, message.id])
        self.asked.append(asked)
        self._open.append(asked)

    def look(self) -> None:
        """Take in what everybody sees."""
        for one in self._open:
            one.look()
        self._open = [one for one in self._open if one.answered_at is None]

    def open(self, younger_s: float = float("inf")) -> list[Asked]:
        """Who has no work yet and was not refused, of those who asked less than ``younger_s`` ago."""
        since = time.monotonic() - younger_s
        return [one for one in self._open if one.at > since and not one.refused]

    async def until(self, is_it: Callable[[], bool], seconds: float) -> None:
        """Wait until it is so. Raises ``TimeoutError``."""
        async with asyncio.timeout(seconds):
            while not is_it():  # noqa: ASYNC110 (what is looked at changes without an event)
                await asyncio.sleep(LOOK_S)

    async def settle(self, seconds: float) -> None:
        """Look on for a while."""
        await asyncio.sleep(seconds)
        self.look()

    def shows(self) -> dict[str, int]:
        """Work id → how many messages show it, on both chats."""
        found: dict[str, int] = defaultdict(int)
        for message in self._discord.world.messages.values():
            if not message.deleted and (button := message.button("👍")):
                found[button["custom_id"].rpartition(":")[2]] += 1
        for card in self._telegram.state.messages.values():
            if not card.deleted and card.is_work:
                found[card.button("👍").partition(":")[2]] += 1
        return found

    def pictures(self) -> dict[str, list[int]]:
        """Work id → on Discord the files of each message that shows it."""
        found: dict[str, list[int]] = defaultdict(list)
        for message in self._discord.world.messages.values():
            if not message.deleted and (button := message.button("👍")):
                found[button["custom_id"].rpartition(":")[2]].append(len(message.files))
        return found

    def follows(self) -> dict[str, tuple[str, list[int]]]:
        """Work id → its card's text on Telegram, and the sizes of what follows: albums, scores."""
        messages = [card for card in self._telegram.state.messages.values() if not card.deleted]
        cards = {
            (card.chat.id, card.id): card.button("👍").partition(":")[2] for card in messages if card.is_work
        }
        groups: dict[str, dict[str, int]] = {work: defaultdict(int) for work in cards.values()}
        texts = {cards[card.chat.id, card.id]: card.text for card in messages if card.is_work}
        for card in messages:
            work = cards.get((card.chat.id, card.reply_to or 0))
            if card.by_bot and card.media and work:
                groups[work][card.album or str(card.id)] += 1
        return {work: (texts[work], list(sizes.values())) for work, sizes in groups.items()}

    def unanswered(self) -> dict[str, int]:
        """Work id → how many of Telegram's messages show it whose sending was never answered."""
        found: dict[str, int] = defaultdict(int)
        for card in self._telegram.state.messages.values():
            here = (card.chat.id, card.id) in self._telegram.unanswered
            if here and not card.deleted and card.is_work:
                found[card.button("👍").partition(":")[2]] += 1
        return found

    def stale(self) -> int:
        """Messages of the bot that still offer to cancel, or still think."""
        on_discord = [m for m in self._discord.world.messages.values() if not m.deleted and not m.is_work]
        cards = [c for c in self._telegram.state.messages.values() if c.by_bot and not c.deleted]
        return sum(1 for m in on_discord if m.thinking or m.buttons) + sum(
            1 for card in cards if card.buttons and not card.is_work
        )

    def read(self) -> list[str]:
        """Every text that anybody can see."""
        texts = [m.content for m in self._discord.world.messages.values()]
        return texts + [card.text for card in self._telegram.state.messages.values() if card.by_bot]
