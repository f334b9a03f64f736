"""What people do on Telegram."""

from __future__ import annotations

import asyncio
import html
import re
from copy import copy

from atelier.languages import say
from tests.demo.book import CROWD, GROWING, TAKEN_BACK, Attachment, Book, drafted
from tests.fakes.botapi_state import BOT
from tests.fakes.botapi_text import between
from tests.fakes.telegram import ALICE, BOB, GROUP, MEI, Chat, FakeTelegram, Message, Person
from tests.fakes.telegram_inline import choose, search

INTRO = (
    "Recorded by `make demo`: the real client library against a fake Telegram, the models that ship, "
    "first seeds. What follows is what people see, the words of a prompt marked as code."
)
PATIENCE_S = 120.0
CAROL, OLGA = Person(1004, "Carol"), Person(1009, "Olga")  # Olga runs the studio
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_MARKS = {"bold": "**", "code": "`"}


class Room:
    """A chat, and the page that is written."""

    def __init__(self, telegram: FakeTelegram, book: Book, chat: object) -> None:
        self.telegram, self.book, self.chat = telegram, book, chat

    async def say(
        self, user: Person, text: str, reply_to: Message | None = None, face: Chat | None = None
    ) -> Message:
        """Somebody writes, as themselves or (``face``) as a chat."""
        name = f"An anonymous administrator of “{face.title}”" if face else user.name
        self.book.did(name, ("replies: " if reply_to else "") + f"`{text}`")
        group = None if self.chat is user else GROUP
        return await self.telegram.say(text, user=user, chat=group, reply_to=reply_to, face=face)

    async def make(
        self, user: Person, text: str, reply_to: Message | None = None, *, follow: int = 0
    ) -> Message:
        """A command that makes a work, which ``follow`` messages with media come after."""
        return await self.made(await self.say(user, text, reply_to), follow)

    async def ask(
        self, user: Person, text: str, face: Chat | None = None, reply_to: Message | None = None
    ) -> Message:
        """A command that is answered in words."""
        asked = await self.say(user, text, reply_to, face)
        answer = await self._answer(asked)
        self.show(answer)
        return answer

    async def made(self, asked: Message, follow: int) -> Message:
        """The card, then the work in its place, then what follows it."""
        card = await self._answer(asked)
        await self._becomes(card)
        if follow:
            await self.telegram.wait(lambda: len(self._after(card)) == follow, PATIENCE_S)
            files = [_file(message, message.text) for message in self._after(card)]
            self.book.bot("", files=files, note="an album" if follow > 1 else "")
        return card

    async def _becomes(self, card: Message) -> None:
        """The acknowledgement, if there was time to see it, and the work that it becomes."""
        self.showed(await self.watch(card))

    async def watch(self, card: Message) -> list[tuple[Message, str]]:
        """How a card looks on its way: acknowledged, while it is written, made."""
        seen = [] if card.is_work or drafted(card.text) else [(copy(card), "")]
        await self.telegram.wait(lambda: card.is_work or drafted(card.text), PATIENCE_S)
        if not card.is_work:
            seen.append((copy(card), "while it is written"))
            await self.telegram.wait(lambda: card.is_work, PATIENCE_S)
        return [*seen, (card, "the same message, a moment later" if seen else "")]

    async def follow(self, asked: Message) -> list[tuple[Message, str]]:
        """:meth:`watch` from the question on."""
        return await self.watch(await self._answer(asked))

    def showed(self, seen: list[tuple[Message, str]], whose: str = "") -> Message:
        """All of it; the last is the work."""
        for message, note in seen:
            self.show(message, ", ".join(part for part in (whose, note) if part))
        return seen[-1][0]

    async def cancel(self, user: Person, card: Message) -> None:
        """What is asked for is taken back while it waits, or is made."""
        await self.press(user, card, "✖️")
        await self.telegram.wait(lambda: not card.buttons or "🔁" in str(card.buttons), PATIENCE_S)
        self.show(card, "the same message, a moment later")

    def _after(self, card: Message) -> list[Message]:
        return [m for m in self.telegram.seen(card.chat) if m.reply_to == card.id and m.media]

    async def press(self, user: Person, message: Message, label: str) -> str:
        """A button; what the person read on pressing."""
        shown = next(text for text in message.buttons if text.startswith(label))
        self.book.did(user.name, f"presses <kbd>{html.escape(shown)}</kbd>")
        query = await self.telegram.press(message, label, user=user)
        told = await self.telegram.answered(query, PATIENCE_S)
        if told:
            self.book.bot(_escaped(told), note=f"a note that {user.name} sees")
        return told

    async def open(self, user: Person, message: Message, label: str, until: str) -> None:
        """A button that changes the buttons. It may have to come back first: a menu closes after an act."""
        await self.telegram.wait(lambda: any(b.startswith(label) for b in message.buttons), PATIENCE_S)
        await self.press(user, message, label)
        await self.telegram.wait(lambda: any(b.startswith(until) for b in message.buttons), PATIENCE_S)
        self.book.bot("", rows=_rows(message), note="the buttons change")

    async def press_and_make(self, user: Person, message: Message, label: str) -> Message:
        """A button that makes a work."""
        before = {m.id for m in self.telegram.seen(message.chat)}
        await self.press(user, message, label)
        card = await self.telegram.until(lambda m: m.id not in before, chat=message.chat, timeout=PATIENCE_S)
        await self._becomes(card)
        return card

    async def _answer(self, asked: Message) -> Message:
        return await self.telegram.until(
            lambda m: m.reply_to == asked.id and (m.text or m.media), chat=asked.chat, timeout=PATIENCE_S
        )

    def show(self, message: Message, note: str = "") -> None:
        """A message as it is now."""
        self.book.bot(
            _marked(message),
            files=[_file(message, message.text)] if message.media else [],
            rows=_rows(message),
            note=note,
        )


def _rows(message: Message) -> list[list[str]]:
    return [[b["text"] for b in row] for row in (message.markup or {}).get("inline_keyboard", [])]


def _file(message: Message, alt: str) -> Attachment:
    name = str(message.file.get("file_name") or f"{message.media}.png")
    title = str(message.file.get("title") or "")
    return Attachment(
        name, message.data, (alt if message.media == "photo" else title), shown=message.media != "document"
    )


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _marked(message: Message) -> str:
    """The text with its entities as Markdown."""
    out, at = "", 0
    raw = message.text.encode("utf-16-le")
    for entity in message.entities:
        start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        mark = _MARKS.get(entity["type"])
        if mark is None or start < at:
            continue
        inside = between(message.text, entity)
        out += _escaped(raw[at:start].decode("utf-16-le"))
        out += f"{mark}{inside.replace('`', 'ˋ') if mark == '`' else _escaped(inside)}{mark}"
        at = end
    return out + _escaped(raw[at:].decode("utf-16-le"))


async def _inline(telegram: FakeTelegram, book: Book) -> None:
    """A work that is asked for in a chat where the bot is not."""
    words = "a lighthouse over a stormy sea seed=1"
    book.did("Alice", f"types `@{BOT['username']} {words}` in a chat with a friend")
    offers = (await search(telegram, words))["results"]
    rows = [[offer["title"]] for offer in offers]
    book.bot("", rows=rows, note="above the keyboard, only Alice sees it")
    book.did("Alice", f"chooses <kbd>{html.escape(offers[0]['title'])}</kbd>")
    there = await choose(telegram, offers[0], words)
    room = Room(telegram, book, ALICE)
    room.show(there, "sent by Alice")
    await telegram.wait(lambda: there.is_work, PATIENCE_S)
    room.show(there, "the same message, a moment later")


async def _busy(telegram: FakeTelegram, book: Book) -> Message:
    """Many ask at once: places in the queue, poems that grow before one's eyes, what is taken back."""
    home, private, table = (Room(telegram, book, person) for person in (ALICE, MEI, BOB))
    book.did("Carol", "asks for four ballads at once")
    for topic in CROWD:
        await telegram.say(f"/poem {topic} form=ballad", user=CAROL)
    growing = await home.say(ALICE, f"/poem {GROWING['en']} form=ballad seed=1")
    theirs = await private.say(MEI, f"/poem {GROWING['zh']} form=七律 seed=1")
    watching = [asyncio.ensure_future(one) for one in (home.follow(growing), private.follow(theirs))]
    one, _ = [await table.ask(BOB, f"/poem {TAKEN_BACK}{more} form=ballad") for more in ("", ", and another")]
    await table.ask(BOB, "/queue")
    await table.cancel(BOB, one)
    await table.ask(BOB, "/cancel what=all")
    private.showed(await watching[1], f"to {MEI.name}")
    return home.showed(await watching[0], f"to {ALICE.name}")


async def play(telegram: FakeTelegram, book: Book) -> None:
    """The whole conversation."""
    home, painters, private = (
        Room(telegram, book, ALICE),
        Room(telegram, book, GROUP),
        Room(telegram, book, MEI),
    )
    book.chapter("In private")
    await home.ask(ALICE, "/start")
    asked = await home.ask(ALICE, "/paint style=painting seed=1")
    sea = await home.make(ALICE, "a lighthouse over a stormy sea", asked)
    tune = await home.make(ALICE, "/melody a slow, sad waltz length=8 seed=1", follow=1)
    await private.make(MEI, "/poem 秋夜 form=七绝 seed=1")
    await home.make(ALICE, "/surprise kind=poem")

    book.chapter("A busy minute")
    ballad = await _busy(telegram, book)

    book.chapter("In inline mode, in a chat where the bot is not")
    await _inline(telegram, book)

    book.chapter("In a group")
    moon = await painters.make(
        ALICE, "/paint a red moon over a calm sea style=painting count=3 seed=2", follow=3
    )
    await painters.press(BOB, moon, "👍")
    await telegram.react(moon, "❤")
    book.did("Alice", "reacts with ❤")
    await telegram.wait(lambda: "👍 2" in moon.buttons, PATIENCE_S)
    book.bot("", rows=_rows(moon), note="the counts follow")

    book.chapter("Around a work")
    await home.open(ALICE, tune, "⋯", "↩")
    await home.open(ALICE, tune, "↩", "⋯")
    await home.open(ALICE, sea, "⋯", "↩")
    near = await home.press_and_make(ALICE, sea, f"🎲 {say('act-vary-subtle', 'en')}")
    await home.open(ALICE, sea, "⋯", "↩")
    await home.press_and_make(ALICE, sea, f"🎲 {say('act-vary-strong', 'en')}")
    await home.press_and_make(ALICE, near, "🔁")
    await home.open(ALICE, ballad, "⋯", "↩")
    await home.press_and_make(ALICE, ballad, "➡️")
    await home.open(ALICE, sea, "⋯", "↩")
    await home.press_and_make(ALICE, sea, f"🔍 {say('act-upscale-256', 'en')}")
    await home.open(ALICE, sea, "⋯", "↩")
    await home.press(ALICE, sea, "🧬")
    menu = await telegram.until(
        lambda m: m.text.startswith(say("blend-choose", "en", first="…").partition("…")[0]),
        chat=ALICE,
        timeout=PATIENCE_S,
    )
    home.show(menu)
    await home.press_and_make(ALICE, menu, list(menu.buttons)[-1])
    await home.press(ALICE, near, "✏️")
    question = await telegram.until(lambda m: say("edit-ask", "en") in m.text, chat=ALICE, timeout=PATIENCE_S)
    home.show(question)
    await home.make(ALICE, "a lighthouse in the snow", question)
    await home.press(ALICE, near, "⭐")
    last = telegram.seen(ALICE)[-1]
    await home.press(ALICE, near, "📎")
    home.show(await telegram.until(lambda m: m.document, chat=ALICE, after=last, timeout=PATIENCE_S))
    await home.open(ALICE, sea, "⋯", "↩")
    last = telegram.seen(ALICE)[-1]
    await home.press(ALICE, sea, "ℹ️")
    home.show(await telegram.until(chat=ALICE, after=last, timeout=PATIENCE_S))

    book.chapter("One's own")
    listed = await home.ask(ALICE, "/history")
    await home.press(ALICE, listed, "1")
    opened = await telegram.until(lambda m: m.is_work, chat=ALICE, after=listed, timeout=PATIENCE_S)
    home.show(opened)
    for command in ("/favourites", "/queue", "/settings"):
        await home.ask(ALICE, command)
    told = await home.ask(ALICE, "/mydata")
    home.show(await telegram.until(lambda m: m.document, chat=ALICE, after=told, timeout=PATIENCE_S))
    await private.ask(MEI, "/history")
    sure = await private.ask(MEI, "/forgetme")
    edits = sure.edits
    await private.press(MEI, sure, say("forgetme-button", "zh"))
    await telegram.wait(lambda: sure.edits > edits, PATIENCE_S)
    private.show(sure, "the same message, a moment later")

    book.chapter("Who administers a group")
    await painters.ask(ALICE, "/admin words add=teapot")
    await painters.ask(BOB, "/admin", face=GROUP)
    await painters.ask(BOB, "/admin words add=teapot", face=GROUP)
    await painters.ask(ALICE, "/paint a t e a p o t on a table")
    await painters.ask(BOB, "/mydata", face=GROUP)
    await painters.ask(BOB, "/admin ban floods", face=GROUP, reply_to=await painters.say(CAROL, "again!"))
    await painters.ask(CAROL, "/poem snow")
    await painters.ask(BOB, f"/admin unban {CAROL.id}", face=GROUP)

    book.chapter("Who runs the studio")
    studio = Room(telegram, book, OLGA)
    for line in ("stats", "models", "retrain", "training", "promote poet v99", "rollback composer"):
        await studio.ask(OLGA, f"/admin {line}")
    for line in ("pause", "resume", "log"):
        await studio.ask(OLGA, f"/admin {line}")

    book.chapter("What is refused, and who may delete")
    await home.ask(ALICE, "/paint n u d e people")
    await home.ask(ALICE, "/paint a sea style=cubism")
    await painters.open(BOB, moon, "⋯", "🗑️")
    await painters.open(BOB, moon, "🗑️", f"🗑️ {say('act-delete-yes', 'en')}")
    await painters.press(BOB, moon, f"🗑️ {say('act-delete-yes', 'en')}")
    await painters.press(ALICE, moon, f"🗑️ {say('act-delete-yes', 'en')}")
    await telegram.wait(lambda: moon.deleted, PATIENCE_S)
    book.did("Atelier", "takes the message away, and its album.")
