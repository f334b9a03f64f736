"""A Telegram server over real HTTP, and the people who use it.

The bot under test talks to :attr:`FakeTelegram.url` with its real client library. A test
speaks for the people::

    async with FakeTelegram() as telegram:
        asked = await telegram.say("/paint a stormy sea", user=ALICE)
        work = await telegram.until(lambda m: m.photo, chat=ALICE)
        await telegram.press(work, "👍", user=ALICE)
        await telegram.react(work, "❤", user=BOB)

Every call, answer and update is checked against the Bot API's description where that is
present (:mod:`tests.fakes.botapi_spec`); ``async with`` raises at its end if one was wrong.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.fakes import botapi_spec
from tests.fakes.botapi_methods import Methods, Parameters, Uploads
from tests.fakes.botapi_state import ANONYMOUS, CHANNEL, Chat, Message, Person, State
from tests.fakes.botapi_text import Refused, find_entities, text_mention

TOKEN = "424242:AAtest-token-of-the-fake-telegram-server"
ALICE = Person(1001, "Alice")
BOB = Person(1002, "Bob")
MEI = Person(1003, "小梅", "zh-hans")
GROUP = Chat(-100500, "supergroup", "Painters", bot_is_admin=True)
WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot."""

    method: str
    parameters: Parameters
    at: float
    refused: str | None = None


@dataclass(slots=True)
class _Trouble:
    """What goes wrong with the next ``times`` calls of a method."""

    method: str
    times: int
    chat: int | None
    refusal: Refused | None = None
    swallow: bool = False  # do it, then never answer
    used: int = field(default=0)


class FakeTelegram:
    """The server; ``async with`` starts and stops it. ``checked``: against the description, if it is here."""

    def __init__(self, token: str = TOKEN, *, checked: bool = True) -> None:
        self.token = token
        self.state = State()
        self.calls: list[Call] = []
        self.faults: list[str] = []  # what the Bot API's description forbids
        self.unanswered: set[tuple[int, int]] = set()  # chat and id of messages sent by a call without answer
        self._methods = Methods(self.state)
        path = botapi_spec.find() if checked else None
        self._spec = botapi_spec.load(path) if path else None
        self._changed = asyncio.Condition()
        self._troubles: list[_Trouble] = []
        self._poll = 0
        self._queries = 0
        self._pressed: dict[str, dict[str, Any]] = {}
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """What ``ATELIER_TELEGRAM_API_BASE`` is set to."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port of this machine (the same one again after :meth:`stop`)."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/documents/{id}", self._serve_file)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        await self.stop()
        if kind is None:
            assert not self.faults, "\n".join(self.faults)

    # People

    async def say(
        self, text: str, *, user: Person = ALICE, chat: Chat | None = None, reply_to: Message | None = None,
        thread: int | None = None, face: Chat | None = None, mentioned: Person | None = None,
    ) -> Message:  # fmt: skip
        """Somebody writes; in a group the bot gets commands and replies to it only (privacy mode).

        ``face``: as this chat, a channel or (an anonymous administrator) the group itself.
        ``mentioned``: somebody without an @name, whose name in ``text`` their client marks.
        """
        place = chat or user.chat()
        sender = user.user() if face is None else ANONYMOUS if face.id == place.id else CHANNEL
        marked = [text_mention(text, mentioned.name, mentioned.user())] if mentioned else []
        message = Message(
            self.state.next_id(), place, sender, text, find_entities(text, marked), thread=thread,
            reply_to=reply_to.id if reply_to else None, face=face,
        )  # fmt: skip
        self.state.keep(message)
        to_bot = place.type == "private" or text.startswith("/") or (reply_to is not None and reply_to.by_bot)
        if to_bot:
            await self._update("message", message.api(self.state))
        return message

    async def press(self, message: Message, label: str, *, user: Person = ALICE, old: bool = False) -> str:
        """Press the button whose label starts so; returns the query, for :meth:`answered`.

        ``old``: the message is from so long ago that the bot is told no more of it than its number.
        """
        self._queries += 1
        query = str(880000 + self._queries)
        self.state.queries[query] = None
        self.state.pressed_at[query] = time.monotonic()
        data = message.button(label)
        shown = message.api(self.state)
        if old:
            shown = {"chat": message.chat.api(), "message_id": message.id, "date": 0}
        content = {"id": query, "from": user.user(), "message": shown, "data": data}
        self._pressed[query] = {**content, "chat_instance": str(message.chat.id)}
        await self._update("callback_query", self._pressed[query])
        return query

    async def press_again(self, query: str) -> None:
        """A press is delivered once more, as after a bot that died before it confirmed it."""
        await self._update("callback_query", self._pressed[query])

    async def answered(self, query: str, timeout: float = WAIT_S) -> str:  # noqa: ASYNC109
        """What the person saw on pressing."""
        await self.wait(lambda: self.state.queries[query], timeout)
        return str((self.state.queries[query] or {})["text"])

    async def react(self, message: Message, emoji: str, *, user: Person | Chat = ALICE) -> bool:
        """Put an emoji on a message (a person has one, and so has a chat); whether the bot was told."""
        return await self._react(message, [emoji], user)

    async def unreact(self, message: Message, *, user: Person | Chat = ALICE) -> bool:
        """Take one's emoji off again."""
        return await self._react(message, [], user)

    async def _react(self, message: Message, emojis: list[str], user: Person | Chat) -> bool:
        old = message.reactions.get(user.id, [])
        message.reactions[user.id] = emojis
        if message.chat.type != "private" and not message.chat.bot_is_admin:
            return False
        actor = {"user": user.user()} if isinstance(user, Person) else {"actor_chat": user.api()}
        content = {
            "chat": message.chat.api(), "message_id": message.id, **actor, "date": int(time.time()),
            "old_reaction": [{"type": "emoji", "emoji": emoji} for emoji in old],
            "new_reaction": [{"type": "emoji", "emoji": emoji} for emoji in emojis],
        }  # fmt: skip
        return await self._update("message_reaction", content)

    # What people see

    def seen(self, chat: Chat | Person) -> list[Message]:
        """The bot's messages in a chat, oldest first."""
        return [
            m for m in self.state.messages.values() if m.chat.id == chat.id and m.by_bot and not m.deleted
        ]

    async def until(
        self,
        wanted: Callable[[Message], object] = lambda _: True,
        *,
        chat: Chat | Person = ALICE,
        after: Message | None = None,
        timeout: float = WAIT_S,  # noqa: ASYNC109
    ) -> Message:
        """The first message of the bot in ``chat`` that is as wanted (and newer than ``after``)."""
        found: list[Message] = []

        def look() -> bool:
            old = after.id if after else 0
            found[:] = [m for m in self.seen(chat) if m.id > old and wanted(m)]
            return bool(found)

        try:
            await self.wait(look, timeout)
        except TimeoutError:
            seen = [(m.id, m.media, m.text, list(m.buttons)) for m in self.seen(chat)]
            raise AssertionError(f"no such message; there are: {seen}") from None
        return found[0]

    async def wait(self, happened: Callable[[], object], timeout: float = WAIT_S) -> None:  # noqa: ASYNC109
        """Until something of this server is so. Raises ``TimeoutError``."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: bool(happened()))

    def called(self, method: str) -> list[Call]:
        """The bot's calls of one method, refused ones too."""
        return [call for call in self.calls if call.method == method]

    # Trouble on demand

    def refuse(
        self, method: str, description: str = "", *, code: int = 429, retry_after: int = 0,
        times: int = 1, chat: Chat | Person | None = None,
    ) -> None:  # fmt: skip
        """The next calls of ``method`` (in ``chat``) fail: flood control, or any other refusal."""
        text = description or f"Too Many Requests: retry after {retry_after}"
        parameters = {"retry_after": retry_after} if retry_after else {}
        refusal = Refused(text, code, **parameters)
        self._troubles.append(_Trouble(method, times, chat.id if chat else None, refusal))

    def swallow(self, method: str, *, times: int = 1, chat: Chat | Person | None = None) -> None:
        """The next calls of ``method`` are done, but their answers never arrive."""
        self._troubles.append(_Trouble(method, times, chat.id if chat else None, swallow=True))

    def block(self, user: Person) -> None:
        """A person blocks the bot."""
        self.state.gone[user.id] = "bot was blocked by the user"

    # The wire

    async def _update(self, kind: str, content: dict[str, Any]) -> bool:
        told = self.state.update(kind, content)
        if told and self._spec:
            self.faults += self._spec.value("Update", self.state.updates[-1], "fake update")
        await self._tell()
        return told

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _serve(self, request: web.Request) -> web.Response:
        token, method = request.match_info["token"], request.match_info["method"]
        if not re.fullmatch(r"\d+:[\w-]+", token):
            return _error(Refused("Not Found", 404))
        if token != self.token:
            return _error(Refused("Unauthorized", 401))
        parameters, uploads = await _read(request)
        wrong: list[str] = []
        if self._spec:
            files = {
                part: botapi_spec.UPLOAD for part in uploads if f"attach://{part}" not in str(parameters)
            }
            wrong = self._spec.call(method, {**parameters, **files})
            self.faults += wrong
        try:
            if wrong:
                raise Refused(f"Bad Request: {wrong[0]}")
            trouble = self._trouble(method, parameters)
            if trouble and trouble.refusal:
                raise trouble.refusal
            if method == "getUpdates":
                result = await self._get_updates(parameters)
            else:
                result = self._methods.call(method, parameters, uploads)
        except Refused as refusal:
            self.calls.append(Call(method, parameters, time.monotonic(), refusal.description))
            await self._tell()
            return _error(refusal)
        self.calls.append(Call(method, parameters, time.monotonic()))
        if self._spec:
            self.faults += [f"fake answer: {fault}" for fault in self._spec.answer(method, result)]
        await self._tell()
        if trouble and trouble.swallow:
            sent = result if isinstance(result, list) else [result]
            if method.startswith("send"):
                self.unanswered |= {(one["chat"]["id"], one["message_id"]) for one in sent}
            await asyncio.sleep(3600)  # cancelled when the client hangs up
        return web.json_response({"ok": True, "result": result})

    async def _serve_file(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        known = [m for m in self.state.messages.values() if m.file.get("file_id") == wanted]
        if request.match_info["token"] != self.token or not known:
            return _error(Refused("Not Found", 404))
        return web.Response(body=known[0].data)

    def _trouble(self, method: str, parameters: Parameters) -> _Trouble | None:
        for trouble in self._troubles:
            here = trouble.chat is None or str(trouble.chat) == parameters.get("chat_id")
            if trouble.method == method and here and trouble.used < trouble.times:
                trouble.used += 1
                return trouble
        return None

    async def _get_updates(self, parameters: Parameters) -> list[dict[str, Any]]:
        """Long polling; a second poller ends the first one's call, as the real server does."""
        self._poll += 1
        mine = self._poll
        if "allowed_updates" in parameters:
            self.state.allowed = json.loads(parameters["allowed_updates"])
        offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 100))
        await self._tell()
        try:
            async with asyncio.timeout(float(parameters.get("timeout", 0))), self._changed:
                await self._changed.wait_for(lambda: mine != self._poll or self.state.waiting(offset, limit))
        except TimeoutError:
            return []
        if mine != self._poll:
            raise Refused("Conflict: terminated by other getUpdates request", 409)
        return self.state.waiting(offset, limit)


async def _read(request: web.Request) -> tuple[Parameters, Uploads]:
    parameters: Parameters = dict(request.query)
    uploads: Uploads = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[name] = (value.filename, value.file.read())
        else:
            parameters[name] = str(value)
    return parameters, uploads


def _error(refusal: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.code)
