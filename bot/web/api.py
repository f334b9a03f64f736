"""The JSON API behind the page. The page's own script is its only client; nothing else is promised.

Every answer is an object; an error is ``{"error": "one sentence"}`` in the reader's language.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from atelier import __version__
from atelier.errors import BadInput
from atelier.store import PersonRef, Vote
from bot import door
from bot.catalogue import BY_NAME, part_of
from bot.command import Call, Command, Where
from bot.studio import Studio, Ticket
from bot.typed import parse_text
from bot.web import acts
from bot.web.feed import Feed
from bot.web.files import find, serve
from bot.web.guard import Refused, read_json
from bot.web.network import Networks
from bot.web.view import show, show_reply
from bot.web.visitor import Visitors, accepted, choose_language, language, tag

PAGE = 20
_TICKET = re.compile(r"[A-Za-z0-9-]{8,64}")


class Api:
    """The handlers, with what they need."""

    def __init__(self, studio: Studio, visitors: Visitors, feed: Feed) -> None:
        self._studio = studio
        self._visitors = visitors
        self._feed = feed
        self._networks = Networks(visitors.key)

    async def _read(self, request: Request) -> dict[str, Any]:
        """What the page sent to change something. Raises :class:`Refused`."""
        await self._networks.pace(request)
        return await read_json(request)

    def _person(self, request: Request) -> PersonRef:
        person = self._visitors.read(request)
        if person is None:
            raise Refused(403, "web-no-cookie")
        return person

    async def ask(self, request: Request) -> Response:
        """``{command, text, options, ticket}`` → 202 ``{work}``, or 200 ``{reply}``.

        ``text`` may begin with a command of its own, which wins; options typed in the text win over
        those of the form. ``ticket`` is the page's name for this request: sent twice, it is one work.
        """
        said = await self._read(request)
        person, lang = self._person(request), language(request)
        command, options = read(said)
        if not command.makes:
            return await self._answer(command, options, request)
        command, options = command.meant(options, lang)
        ticket = await self._studio.ask(
            command,
            options,
            person=person,
            lang=lang,
            place=self._networks.place(request),
            source=_source(person, said),
        )
        return await self._accepted(ticket, request)

    async def _answer(self, command: Command, options: dict[str, Any], request: Request) -> Response:
        """A command that makes no work. ``language`` is the page's from now on: /settings may change it."""
        person, lang = self._person(request), language(request)
        browser = accepted(request.headers.get("accept-language", ""))
        call = Call(self._studio, person, lang, Where("web"), options, client=browser)
        reply = await door.answer(command, call)
        turned = command.name == "settings" and "language" in options
        now = self._studio.tastes.language(person, browser) if turned else lang
        shown = await show_reply(self._studio, reply, command, person, now)
        response = JSONResponse({"reply": shown, "language": tag(now)})
        if turned:
            choose_language(request, response, self._studio.tastes.of(person).language)
        return response

    async def act(self, request: Request) -> Response:
        """``{word, ticket, other, words, options}`` → 202 ``{work}``, or 200 what :func:`acts.press` says."""
        said = await self._read(request)
        person, lang = self._person(request), language(request)
        work = await find(self._studio, request.path_params["work_id"])
        fields = ("word", "other", "words", "options")
        pressed = acts.Pressed(**{name: str(said.get(name) or "")[:2000] for name in fields})
        done = await acts.press(
            self._studio,
            work,
            pressed,
            person=person,
            lang=lang,
            place=self._networks.place(request),
            source=_source(person, said),
        )
        return JSONResponse(done) if isinstance(done, dict) else await self._accepted(done, request)

    async def cancel(self, request: Request) -> Response:
        """``{}`` → 200 ``{work}``: the work is taken back, unless it is finished."""
        await self._read(request)
        person = self._person(request)
        work = await self._studio.cancel(request.path_params["work_id"], person)
        await self._feed.push(work)
        return JSONResponse({"work": await show(self._studio, work, person, language(request))})

    async def _accepted(self, ticket: Ticket, request: Request) -> Response:
        work = await self._studio.work(ticket.work.id) or ticket.work
        self._feed.watch(work, ticket.place)
        shown = await show(self._studio, work, work.person, language(request), ticket.place, ticket.seconds)
        return JSONResponse({"work": shown}, status_code=202)

    async def work(self, request: Request) -> Response:
        """One work, by its id."""
        work = await find(self._studio, request.path_params["work_id"])
        return JSONResponse(
            {"work": await show(self._studio, work, self._visitors.read(request), language(request))}
        )

    async def works(self, request: Request) -> Response:
        """The visitor's own works, newest first, 20 at a time; ``?before=`` the time of the last seen."""
        person, lang = self._person(request), language(request)
        before = _time(request.query_params.get("before"))
        # One more than a page, to know whether there is an earlier one.
        found = await asyncio.to_thread(self._studio.store.recent, person, PAGE + 1, before)
        for work in found[:PAGE]:
            self._feed.watch(work)
        shown = [await show(self._studio, work, person, lang) for work in found[:PAGE]]
        return JSONResponse({"works": shown, "more": len(found) > PAGE})

    async def vote(self, request: Request) -> Response:
        """``{work, value}`` → ``{tally, vote}``; value ``liked``, ``disliked``, or null to take it back."""
        said = await self._read(request)
        person = self._person(request)
        work = await find(self._studio, str(said.get("work", ""))[:40])
        value = said.get("value")
        if value is None:
            tally = await self._studio.withdraw(work.id, person, origin="web", platform="web")
        elif value in get_args(Vote):
            tally = await self._studio.vote(work.id, person, value, origin="web", platform="web")
        else:
            raise BadInput(
                "bad-choice", option="value", value=str(value)[:40], choices=", ".join(get_args(Vote))
            )
        standing = await asyncio.to_thread(self._studio.store.standing, work.id, person)
        if work.person != person:
            await self._feed.push(await find(self._studio, work.id))
        return JSONResponse({"tally": {"liked": tally.liked, "disliked": tally.disliked}, "vote": standing})

    async def events(self, request: Request) -> Response:
        """The visitor's feed."""
        page = self._feed.open(self._person(request), language(request))

        async def stream() -> AsyncIterator[str]:
            try:
                async for event in page.stream():
                    yield event
            finally:
                self._feed.leave(page)

        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)

    async def artefact(self, request: Request) -> Response:
        """A file of a work."""
        return await serve(self._studio, request)

    async def healthz(self, request: Request) -> Response:  # noqa: ARG002
        """200 while the page can accept requests; else 503 with what is down."""
        await asyncio.to_thread(self._studio.store.check)
        await asyncio.to_thread(self._studio.road.check)
        # By this header `atelier doctor` knows the studio from whatever else may hold the port.
        return JSONResponse({"ok": True}, headers={"X-Atelier": __version__})


def read(said: dict[str, Any]) -> tuple[Command, dict[str, Any]]:
    """Command and options of what the page sent. Raises :class:`BadInput`."""
    text = str(said.get("text") or "").strip()
    name = str(said.get("command") or "paint")
    form = said.get("options") or {}
    if not isinstance(form, dict) or not all(isinstance(v, str | int | None) for v in form.values()):
        raise Refused(400, "web-not-json")
    typed = text.startswith(("/", "／"))  # the second: what a Chinese keyboard types
    if typed:
        first, _, text = text[1:].partition(" ")
        first = first.lower()
        form = form if first == name else {}
        name = first
    command = BY_NAME.get(name)
    if command is None:
        raise BadInput("unknown-command", name=name[:40], commands=" ".join(f"/{n}" for n in BY_NAME))
    command, text = part_of(command, text)
    chosen = {key: _number(command, key, value) for key, value in form.items() if value not in (None, "")}
    return command, chosen | parse_text(command, text)


def _number(command: Command, name: str, value: str | int) -> str | int:
    """A form's values are text; those of integer options become integers."""
    option = next((option for option in command.options if option.name == name), None)
    if option is None or option.type != "integer" or not isinstance(value, str):
        return value
    if not re.fullmatch(r"[+-]?\d{1,15}", value.strip()):
        raise BadInput("bad-integer", option=name, value=value[:40])
    return int(value)


def _source(person: PersonRef, said: dict[str, Any]) -> str:
    ticket = said.get("ticket")
    if not isinstance(ticket, str) or not _TICKET.fullmatch(ticket):
        raise Refused(400, "web-not-json")
    return f"web:{person.platform_id}:{ticket}"


def _time(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
