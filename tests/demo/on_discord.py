"""What people do on Discord."""

from __future__ import annotations

import re
from typing import Any

from atelier.languages import say
from tests.demo.book import TAKEN_BACK, Attachment, Book, drafted
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

    async def cancel(self, user: User, command: str, /, **options: Any) -> None:
        """A work that is asked for, and taken back while it is made."""
        asked = await self.type(user, command, **options)
        first = await asked.until(lambda m: m.content, "an acknowledgement", PATIENCE_S)
        self.show(first)
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
        first = await asked.until(lambda m: m.content, "an acknowledgement", PATIENCE_S)
        waiting = not first.is_work
        if waiting:
            self.show(first)
        work = await asked.until(lambda m: m.is_work or drafted(m.content), "a work", PATIENCE_S)
        if not work.is_work:
            self.show(work, "while it is written")
            work = await asked.work(PATIENCE_S)
        self.show(work, "the same message, a moment later" if waiting else "")
        return work

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
    alice, mei, boss = (
        discord.user("alice"),
        discord.user("小梅", locale="zh-CN"),
        discord.user("boss", manages=True),
    )
    book.chapter("Asking")
    await table.ask(alice, "help")
    sea = await table.make(alice, "paint", prompt="a lighthouse over a stormy sea", style="painting", seed=1)
    await table.make(alice, "poem", topic="the first snow", form="haiku", seed=1)
    poem = await table.make(mei, "poem", topic="秋夜", form="七绝", seed=1)
    tune = await table.make(alice, "melody", description="a slow, sad waltz", length=8, seed=1)

    await table.make(alice, "poem", topic="the lighthouse keeper's daughter", form="ballad", seed=1)
    await table.cancel(alice, "poem", topic=TAKEN_BACK, form="ballad")

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
    await table.press_and_read(mei, await table.press_and_read(mei, tune, "⋯"), "📎")

    book.chapter("One's own")
    await table.ask(alice, "history")
    await table.ask(alice, "favourites")
    await table.ask(mei, "queue")
    await table.ask(mei, "settings")
    await table.ask(alice, "mydata")

    book.chapter("What is refused, and who may delete")
    await table.ask(alice, "paint", prompt="n u d e people")
    await table.ask(alice, "poem", topic="sea", form="七绝", acrostic="ABCD")
    sure = await table.press_and_read(mei, await table.press_and_read(mei, near, "⋯"), "🗑️")
    await table.press_and_read(mei, sure, say("act-delete-yes", "zh"))
    sure = await table.press_and_read(alice, await table.press_and_read(alice, near, "⋯"), "🗑️")
    await table.press_and_read(alice, sure, say("act-delete-yes", "en"))
    await table.ask(boss, "help", command="admin words")
    await table.ask(boss, "admin words", add="teapot")
    await table.ask(alice, "paint", prompt="a t e a p o t on a table")


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
