"""What people set for themselves, kept at hand: the language above all, which every answer needs at once."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Any

from atelier import asking
from atelier.errors import Unavailable
from atelier.languages import Lang, language_of
from atelier.requests import Form, form_language
from atelier.rules import Preferences
from atelier.store import PersonRef, Store
from bot.command import Command

log = logging.getLogger(__name__)

FRESH_S = 10.0  # what was set through another process shows here after so long


class Tastes:
    """Everybody's settings, in memory: few people set any, and no answer waits for the records."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[PersonRef, Preferences] = {}
        self._since = datetime.min.replace(tzinfo=UTC)
        self._looked = float("-inf")

    def look(self) -> None:
        """Read what changed; what is known goes on where that fails. Waits for the records."""
        self._looked = time.monotonic()
        try:
            changed, self._since = self._store.changed_preferences(self._since)
        except Unavailable:
            log.warning("people's settings could not be read; those known go on")
            return
        self._known.update(changed)

    def of(self, person: PersonRef) -> Preferences:
        """The person's settings; the defaults for who set none."""
        if time.monotonic() - self._looked > FRESH_S:
            self._looked = time.monotonic()
            asyncio.get_running_loop().run_in_executor(None, self.look)
        return self._known.get(person, Preferences())

    def language(self, person: PersonRef, client: Lang) -> Lang:
        """The language that the person chose, else their client's."""
        return self.of(person).language or client

    async def prefer(self, person: PersonRef, **chosen: Any) -> Preferences:
        """Change settings. Raises :class:`Unavailable`."""
        after = await asyncio.to_thread(lambda: self._store.prefer(person, **chosen))
        self._known[person] = after
        return after

    def forget(self, person: PersonRef) -> None:
        """Nothing is remembered of them here."""
        self._known.pop(person, None)

    def filled(self, command: Command, options: dict[str, Any], person: PersonRef) -> dict[str, Any]:
        """``options`` with the person's usual style or form where they named none.

        A form of another language than the topic's is not forced on it.
        """
        mine = self.of(person)
        if command.kind == "paint" and mine.style and not options.get("style"):
            return {**options, "style": mine.style}
        free = not any(options.get(name) for name in ("form", "language", "acrostic"))
        free = free and asking.read(str(options.get("topic", ""))).form is None  # “a limerick about …”
        if command.kind == "poem" and mine.form and free and _fits(mine.form, options):
            return {**options, "form": mine.form}
        return options


def _fits(form: Form, options: dict[str, Any]) -> bool:
    return form_language(form) == language_of(str(options.get("topic", "")))
