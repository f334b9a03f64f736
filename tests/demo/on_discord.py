"""What people do on Discord."""

from __future__ import annotations

import asyncio
import re
from copy import copy
from typing import Any

from atelier.languages import say
from tests.demo.book import CROWD, GROWING, TAKEN_BACK, Attachment, Book, drafted
from tests.fakes import discord_forms
from tests.fakes.discord import Conversation, FakeDiscord, Message, User

INTRO = (
    "Recorded by `make demo`: the real client library against a fake Discord, the models that ship, "
    "first seeds. What follows is what people see; a picture's alternative text is in the page's source."
)
PATIENCE_S = 120.0


class Table:
    """A channel with people at it, and the page that is written."""

    def __init__(self, discord: FakeDiscord, book: Book) -> None:
        self.discord, self.book = discord, book

    async def type(self, user: User, command: str, /, **options: Any) -> Conversation:
        """A command, and nothing of its answer yet."""
        said = " ".join(f"`{name}: {value}`" for name, value in options.items())
        self.book.did(user.name, f"/{command} {said}".rstrip())
        return await self.discord.type(f"/{command}", options, user=user)

    async def make(self, user: User, command: str, /, **options: Any) -> Message:
        """A command that makes a work: the acknowledgement, then the work in its place."""
        return await self._made(await self.type(user, command, **options))

    async def cancel(self, user: User, asked: Conversation) -> None:
        """What is asked for is taken back while it waits, or is made."""
        first = await asked.until(lambda m: m.content, "an acknowledgement", PATIENCE_S)
        await self.press(user, first, "✖️")
        told = await asked.until(lambda m: say("work-cancelled", "en") in m.content, "that", PATIENCE_S)
        self.show(told, "the same message, a moment later")

    async def ask(self, user: User, command: str, /, **options: Any) -> Message:
        """A command that is answered in words."""
        asked = await self.type(user, command, **options)
        answer = await asked.until(lambda m: m.content, "an answer", PATIENCE_S)
        self.show(answer)
        return answer

    async def press(self, user: User, message: Message, face: str) -> Conversation:
        """A button."""
        self.book.did(user.name, f"presses <kbd>{_face(message, face)}</kbd>")
        return await self.discord.press(message, face, user=user)

    async def press_and_make(self, user: User, message: Message, face: str) -> Message:
        """A button that makes a work."""
        return await self._made(await self.press(user, message, face))

    async def press_and_read(self, user: User, message: Message, face: str) -> Message:
        """A button that is answered to the one who pressed."""
        edits = message.edits
        pressed = await self.press(user, message, face)
        told = await pressed.until(
            lambda m: m.ephemeral and (m.content or m.files) and (m is not message or m.edits > edits),
            "an answer", PATIENCE_S,
        )  # fmt: skip
        self.show(told)
        return told

    async def _made(self, asked: Conversation) -> Message:
        return self.showed(await self.watch(asked))

    async def watch(self, asked: Conversation) -> list[tuple[Message, str]]:
        """How a work's message looks on its way: acknowledged, while it is written, made."""
        first = copy(await asked.until(lambda m: m.content, "an acknowledgement", PATIENCE_S))
        seen = [] if first.is_work or drafted(first.content) else [(first, "")]
        growing = copy(await asked.until(lambda m: m.is_work or drafted(m.content), "a work", PATIENCE_S))
        if not growing.is_work:
            seen.append((growing, "while it is written"))
        return [*seen, (await asked.work(PATIENCE_S), "the same message, a moment later" if seen else "")]

    def showed(self, seen: list[tuple[Message, str]], whose: str = "") -> Message:
        """All of it; the last is the work."""
        for message, note in seen:
            self.show(message, ", ".join(part for part in (whose, note) if part))
        return seen[-1][0]

    def show(self, message: Message, note: str = "") -> None:
        """A message as it is now."""
        only = "only they see it" if message.ephemeral else ""
        files = [Attachment(file.name, file.data, file.description) for file in message.files]
        rows = [[_label(item) for item in row["components"]] for row in message.components]
        text = re.sub(r"^-# (.*)$", r"<sub>\1</sub>", message.content, flags=re.MULTILINE)
        text = re.sub(r"</([a-z ]+):\d+>", r"**/\1**", text)  # a command to click on
        text = re.sub(r"^> ", "\u00a0\u00a0", text, flags=re.MULTILINE)  # a quote of one line
        self.book.bot(text, files=files, rows=rows, note=", ".join(part for part in (only, note) if part))


def _label(item: dict[str, Any]) -> str:
    """What stands on a button; a menu's choices."""
    if item["type"] == 3:
        return "▾ " + " | ".join(option["label"] for option in item["options"])
    return " ".join(part for part in (item.get("emoji", {}).get("name"), item.get("label")) if part)


def _face(message: Message, face: str) -> str:
    button = message.button(face)
    return _label(button) if button else face


async def play(discord: FakeDiscord, book: Book) -> None:
    """The whole conversation."""
    table = Table(discord, book)
    alice, mei, bob, boss = (
        discord.user("alice"),
        discord.user("小梅", locale="zh-CN"),
        discord.user("bob"),
        discord.user("boss", manages=True),
    )
    book.chapter("Asking")
    await table.ask(alice, "help")
    sea = await table.make(alice, "paint", prompt="a lighthouse over a stormy sea", style="painting", seed=1)
    await table.make(alice, "poem", topic="the first snow", form="haiku", seed=1)
    poem = await table.make(mei, "poem", topic="秋夜", form="七绝", seed=1)
    tune = await table.make(alice, "melody", description="a slow, sad waltz", length=8, seed=1)
    surprise = await table.make(bob, "surprise", kind="poem")

    book.chapter("A busy minute")
    await _busy(table, alice, mei, bob)

    book.chapter("Voting")
    await discord.react(sea, "❤️", user=mei)
    book.did("小梅", "reacts with ❤️")
    await table.press(alice, sea, "👍")
    await discord.until(lambda: (sea.button("👍") or {}).get("label") == "2", "the counts", PATIENCE_S)
    table.show(sea, "the counts follow")

    book.chapter("Around a work")
    moon = await table.make(
        alice, "paint", prompt="a red moon over a calm sea", style="painting", count=3, seed=2
    )
    which = await table.press_and_read(alice, moon, say("act-vary-subtle", "en"))
    near = await table.press_and_make(alice, which, "2")
    await table.press_and_make(alice, near, say("act-vary-strong", "en"))
    if near.button(say("act-upscale-256", "en")):
        await table.press_and_make(alice, near, say("act-upscale-256", "en"))
    await _edit(table, alice, near)
    await table.press_and_make(mei, poem, "🔁")
    await _blend(table, alice, near)
    await table.press_and_read(alice, near, "⭐")
    more = await table.press_and_read(alice, near, "⋯")
    await table.press_and_read(alice, more, "ℹ️")
    more = await table.press_and_read(mei, tune, "⋯")
    await table.press_and_read(mei, more, "📎")
    await table.press_and_make(alice, await table.press_and_read(alice, tune, "⋯"), "➡️")

    book.chapter("One's own")
    listed = await table.ask(alice, "history")
    await table.press_and_read(alice, listed, "1")
    await table.press_and_read(alice, listed, say("button-back", "en"))
    await table.ask(alice, "favourites")
    await table.ask(mei, "queue")
    await table.ask(mei, "settings")
    await table.ask(alice, "mydata")
    sure = await table.ask(bob, "forgetme")
    await table.press_and_read(bob, sure, say("forgetme-button", "en"))
    await discord.until(lambda: surprise.deleted, "that his poem is gone", PATIENCE_S)
    book.did("Atelier", "takes bob's poem away.")

    book.chapter("What is refused, and who may delete")
    await table.ask(alice, "paint", prompt="n u d e people")
    await table.ask(alice, "poem", topic="sea", form="七绝", acrostic="ABCD")
    sure = await table.press_and_read(mei, await table.press_and_read(mei, near, "⋯"), "🗑️")
    await table.press_and_read(mei, sure, say("act-delete-yes", "zh"))
    sure = await table.press_and_read(alice, await table.press_and_read(alice, near, "⋯"), "🗑️")
    await table.press_and_read(alice, sure, say("act-delete-yes", "en"))

    book.chapter("Who manages the server")
    await _rule(table, boss, alice, mei)


async def _busy(table: Table, alice: User, mei: User, bob: User) -> None:
    """Many ask at once: places in the queue, poems that grow before one's eyes, what is taken back."""
    carol = table.discord.user("carol")
    table.book.did("carol", "asks for four ballads at once")
    for topic in CROWD:
        await table.discord.type("/poem", {"topic": topic, "form": "ballad"}, user=carol)
    growing = [
        (alice, await table.type(alice, "poem", topic=GROWING["en"], form="ballad", seed=1)),
        (mei, await table.type(mei, "poem", topic=GROWING["zh"], form="七律", seed=1)),
    ]
    watching = [(user.name, asyncio.ensure_future(table.watch(asked))) for user, asked in growing]
    one, other = [
        await table.type(bob, "poem", topic=TAKEN_BACK + more, form="ballad")
        for more in ("", ", and another")
    ]
    for asked in (one, other):
        table.show(await asked.until(lambda m: m.content, "an acknowledgement", PATIENCE_S))
    await table.ask(bob, "queue")
    await table.cancel(bob, one)
    await table.ask(bob, "cancel", what="all")
    for name, seen in watching:
        table.showed(await seen, f"to {name}")


async def _rule(table: Table, boss: User, alice: User, mei: User) -> None:
    """What those who manage a server can do, and what others read of it."""
    await table.ask(boss, "help", command="admin words")
    await table.ask(boss, "admin words", add="teapot")
    await table.ask(alice, "paint", prompt="a t e a p o t on a table")
    await table.ask(boss, "admin channels", change="allow")
    aside = table.discord.world.channel("off-topic")
    table.book.did("alice", "in #off-topic: /poem `topic: snow`")
    refused = await table.discord.type("/poem", {"topic": "snow"}, user=alice, channel=aside)
    table.show(await refused.text(PATIENCE_S))
    await table.ask(boss, "admin channels", change="everywhere")
    await table.ask(boss, "admin ban", person=f"<@{mei.id}>", why="floods")
    await table.ask(mei, "poem", topic="雪")
    await table.ask(boss, "admin unban", person=f"<@{mei.id}>")
    await table.ask(boss, "admin pause")
    await table.ask(alice, "poem", topic="snow")
    await table.ask(boss, "admin resume")
    await table.ask(boss, "admin adults")
    await table.ask(boss, "admin learning")
    await table.ask(boss, "admin limits")
    await table.ask(boss, "admin log")


async def _edit(table: Table, user: User, message: Message) -> None:
    opened = await table.press(user, message, "✏️")
    boxes = await discord_forms.form(table.discord, opened)
    written = {"words": "a red moon over a forest in the snow"}
    shown = "; ".join(f"{name}: “{text}”" for name, text in boxes.items())
    table.book.did(
        user.name, f"sees a form ({shown}), changes the words to “{written['words']}”, and sends it"
    )
    await table._made(await discord_forms.submit(table.discord, opened, user=user, **written))


async def _blend(table: Table, user: User, message: Message) -> None:
    more = await table.press_and_read(user, message, "⋯")
    menu = await table.press_and_read(user, more, "🧬")
    [options] = [item["options"] for row in menu.components for item in row["components"]]
    other = options[-1]
    table.book.did(user.name, f"chooses “{other['label']}”")
    await table._made(await discord_forms.choose(table.discord, menu, other["value"], user=user))
