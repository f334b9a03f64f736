"""Who may ask here, and for what: bans, pauses, channels, the Telegram list, and the prompt filter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from atelier import moderation
from atelier.errors import BadInput
from atelier.limits import Limits
from atelier.requests import PaintRequest, PoemRequest, Request
from atelier.rules import Rules
from atelier.settings import Settings
from atelier.store import PersonRef, Store
from atelier.store.house import STUDIO


def welcome(settings: Settings, store: Store, person: PersonRef, server: str | None) -> None:
    """Raises :class:`BadInput` where this person may not use the bot at all."""
    if settings.admin(person.platform, person.platform_id):
        return
    invited = set(settings.telegram_allowed) if person.platform == "telegram" else set()
    if invited and not {person.platform_id, server} & invited:
        raise BadInput("not-invited")
    ban = store.banned(person, server)
    if ban is not None:
        key = "banned" if ban.server == STUDIO else "banned-here"
        raise BadInput(key, why=ban.why) if ban.why else BadInput(f"{key}-plain")


def show(settings: Settings, store: Store, person: PersonRef, place: dict[str, Any]) -> None:
    """Raises :class:`BadInput` where nothing may be posted for this person, for all to see.

    ``place`` says where: ``server``, ``within`` (the channel, and what it is part of).
    """
    server = place.get("server")
    welcome(settings, store, person, server)
    if server:
        _within(store.rules(person.platform, server), place)


def _within(rules: Rules, place: dict[str, Any]) -> None:
    if rules.channels and not set(place.get("within", ())) & set(rules.channels):
        raise BadInput("not-in-this-channel")


def admit(
    settings: Settings, store: Store, person: PersonRef, request: Request, place: dict[str, Any]
) -> Limits:
    """The limits that hold here. Raises :class:`BadInput` with why this request is not taken at all.

    ``place`` says where: ``server``, ``within`` (the channel, and what it is part of), ``adults``
    (whether the platform keeps minors out of it).
    """
    server = place.get("server")
    welcome(settings, store, person, server)
    rules = store.rules(person.platform, server) if server else store.rules(person.platform)
    everywhere = store.rules(person.platform) if server else rules
    if everywhere.paused:
        raise BadInput("paused")
    if server and rules.paused:
        raise BadInput("paused-here")
    if server:
        _within(rules, place)
    grown_up = bool(server and rules.adults and place.get("adults", True))
    extra = dict.fromkeys([*everywhere.words, *rules.words])
    texts = words_of(request)
    for text in texts:
        found = moderation.find(text, extra=tuple(extra), adults=grown_up)
        if found is None:
            continue
        if found.kind == "server":
            raise BadInput("filter-server", word=found.text)
        offered = found.kind in moderation.lists().adult and server and not rules.adults
        raise BadInput(f"filter-{found.kind}-here" if offered else f"filter-{found.kind}")
    # What is harmless apart is not when it is blended, or spelled by the lines of the same poem.
    together = moderation.find("; ".join(texts), adults=True) if len(texts) > 1 else None
    if together and together.kind == "minors":
        raise BadInput("filter-minors")
    limits = Limits.of(settings, everywhere, rules if server else None)
    # Whoever drops the page's cookie is somebody new: what they share is the address.
    return replace(limits, server=settings.address_waiting) if place.get("address") else limits


def words_of(request: Request) -> list[str]:
    """Everything that somebody wrote in a request."""
    texts = [request.words]
    if isinstance(request, PoemRequest) and request.acrostic:
        texts.append(request.acrostic)
    if isinstance(request, PaintRequest) and request.steer:
        texts += [mixed.prompt for mixed in request.steer.mix]
    return texts
