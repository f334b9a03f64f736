"""Who is at the page: a random name in a signed cookie, and the language they read.

There are no accounts. A visitor is ``web:<id>`` for as long as the browser keeps the cookie,
which scripts cannot read (HttpOnly) and other sites cannot send along with a request that
changes anything (SameSite=Lax, and :mod:`bot.web.guard` checks the origin).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from atelier.errors import Unavailable
from atelier.languages import DEFAULT, LANGS, Lang, known, say
from atelier.settings import Settings
from atelier.store import PersonRef

VISITOR = "atelier_visitor"
LANGUAGE = "atelier_lang"
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visitors:
    """Signs and reads visitor cookies with the studio's own secret."""

    signer: Signer
    key: bytes  # for other secrets of the page

    @classmethod
    def open(cls, settings: Settings) -> Visitors:
        """With ``ATELIER_WEB_SECRET``, else a secret kept under home. Raises :class:`Unavailable`."""
        secret = settings.web_secret.get_secret_value() if settings.web_secret else _kept(settings.home)
        return cls(
            Signer(secret, salt="atelier.visitor"), hashlib.sha256(b"network" + secret.encode()).digest()
        )

    def read(self, request: Request) -> PersonRef | None:
        """The visitor of a request; None: no cookie, or one that this studio did not sign."""
        try:
            name = self.signer.unsign(request.cookies.get(VISITOR, "")).decode()
        except (BadSignature, UnicodeDecodeError):
            return None
        return PersonRef("web", name)

    def welcome(self, request: Request, response: Response) -> None:
        """Give the browser a visitor's cookie, or the one it has for another year."""
        person = self.read(request)
        name = person.platform_id if person else secrets.token_urlsafe(16)
        _remember(request, response, VISITOR, self.signer.sign(name).decode())


def language(request: Request) -> Lang:
    """The language chosen on the page, else the first of ``Accept-Language`` that there is."""
    chosen = request.cookies.get(LANGUAGE)
    if chosen in LANGS:
        return chosen
    return accepted(request.headers.get("accept-language", ""))


def accepted(header: str) -> Lang:
    """The best of an ``Accept-Language`` header (RFC 9110, section 12.5.4); English where none fits."""
    wishes: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((float(weight or 1), tag.strip().lower()))
        except ValueError:
            continue
    for wish, tag in sorted(wishes, key=lambda wish: -wish[0]):  # stable: the first of equals
        if wish > 0 and (lang := known(tag)):
            return lang
    return DEFAULT


def tag(lang: Lang) -> str:
    """The BCP 47 tag for HTML's ``lang``."""
    return say("language-tag", lang)


def choose_language(request: Request, response: Response, lang: Lang | None) -> None:
    """Remember the language that a visitor chose; None: as their browser says."""
    if lang is None:
        response.delete_cookie(LANGUAGE, httponly=True, samesite="lax")
    else:
        _remember(request, response, LANGUAGE, lang)


def _remember(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax", secure=secure)


def _kept(home: Path) -> str:
    """The secret in ``home/web-secret``, made at the first start; readable by its owner only."""
    path = home / "web-secret"
    try:
        home.mkdir(parents=True, exist_ok=True)
        try:
            # O_EXCL: of two processes that start together, one writes and the other reads.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(secrets.token_urlsafe(32))
        kept = path.read_text("utf-8").strip()
    except OSError as fault:
        raise Unavailable("web-secret-unkept", path=str(path), why=fault.strerror or str(fault)) from None
    if not kept:
        raise Unavailable("web-secret-unkept", path=str(path), why="empty")
    return kept
