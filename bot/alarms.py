"""What administrators are told in private: that a work was set aside, or cannot be posted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from atelier.errors import PersonError
from atelier.languages import say
from atelier.store import PersonRef, Platform, Work
from bot.studio import Studio, sentence

log = logging.getLogger(__name__)

T = TypeVar("T")


class Messenger(Protocol):
    """The part of a :class:`bot.delivery.Poster` that writes to administrators."""

    platform: Platform

    @staticmethod
    def quote(words: str, /) -> str:
        """See there."""

    async def warn(self, admin: str, sentence: str) -> None:
        """See there."""


class Patience(Protocol):
    """Does a step for a work as often as it takes while it is only put off."""

    async def __call__(self, work_id: str, step: Callable[[], Awaitable[T]], /) -> T:
        """What the step returned."""


class Alarms:
    """Those of one platform. What is due stands in the rows: no lost event, and no restart, loses it."""

    def __init__(self, studio: Studio, messenger: Messenger, patiently: Patience) -> None:
        self._studio = studio
        self._messenger = messenger
        self._patiently = patiently
        self._telling: set[str] = set()

    async def due(self) -> list[str]:
        """The works of which the administrators here are to know, and do not yet."""
        here = self._messenger.platform
        if not self._studio.settings.admins_on(here):
            return []
        return [work.id for work in await asyncio.to_thread(self._studio.store.unalarmed, here)]

    async def tell(self, work_id: str) -> None:
        """Say once that a work was set aside; the workers' log has it anyway."""
        if work_id in self._telling:
            return
        self._telling.add(work_id)
        try:
            here, store = self._messenger.platform, self._studio.store
            work = await self._patiently(work_id, lambda: self._studio.work(work_id))
            if work is not None and work.failure is not None and store.alarm_due(work, here):
                await self.warn(work, "alarm", PersonError(work.failure.key, **work.failure.params))
                await self._patiently(work_id, lambda: asyncio.to_thread(store.alarmed, work_id, here))
        finally:
            self._telling.discard(work_id)

    async def warn(self, work: Work, key: str, why: PersonError | None = None, **told: str | int) -> None:
        """The sentence of ``key``, and ``why`` in it, to each administrator here."""
        here = self._messenger.platform
        for admin in self._studio.settings.admins_on(here):
            lang = self._studio.tastes.language(PersonRef(here, admin), "en")
            reason: dict[str, Any] = {}
            if why is not None:
                reason["why"] = sentence(why, lang, self._messenger.quote)
            text = say(key, lang, work=work.id, kind=work.kind, **reason, **told)
            try:
                await self._patiently(work.id, partial(self._messenger.warn, admin, text))
            except Exception as fault:
                log.warning("work %s: an admin could not be told (%s)", work.id, type(fault).__name__)
