"""The page itself: one template, filled from the catalogue."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from atelier.languages import LANGS, Lang, say
from atelier.provenance import statement
from atelier.requests import MAX_PROMPT
from bot.catalogue import COMMANDS
from bot.studio import Studio
from bot.web.visitor import Visitors, choose_language, language, tag

HERE = Path(__file__).parent
STATIC = HERE / "static"


def _asset(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


class Page:
    """Renders ``templates/page.html``."""

    def __init__(self, studio: Studio, visitors: Visitors) -> None:
        self._studio = studio
        self._visitors = visitors
        self._templates = Jinja2Templates(directory=HERE / "templates")
        self._fixed: dict[str, Any] = {
            "asset": {file.name: _asset(file.name) for file in STATIC.iterdir()},
            "commands": [command for command in COMMANDS if command.kind],
            "languages": [(lang, say("language-name", lang), tag(lang)) for lang in LANGS],
            "max_prompt": MAX_PROMPT,
        }

    async def show(self, request: Request) -> Response:
        """The page. ``?lang=zh`` remembers the language and comes back without it."""
        chosen = request.query_params.get("lang")
        if chosen in LANGS:
            response: Response = RedirectResponse("/", status_code=303)
            choose_language(request, response, chosen)
            person = self._visitors.read(request)
            if person is not None and self._studio.tastes.of(person).language:  # one word, said last, holds
                await self._studio.tastes.prefer(person, language=chosen)
            return response
        lang = language(request)
        filled = {
            **self._fixed, "lang": lang, "lang_tag": tag(lang), "say": partial(_said, lang),
            "provenance": statement(lang),
        }  # fmt: skip
        response = self._templates.TemplateResponse(request, "page.html", filled)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Language, Cookie"
        self._visitors.welcome(request, response)
        return response


def _said(lang: Lang, key: str, **params: str | int) -> str:
    return say(key, lang, **params)
