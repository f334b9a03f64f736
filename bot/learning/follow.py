"""Tells how trainings go and how they ended, where they were asked for; and administrators what is new.

A training is a row, so whoever starts anew goes on telling where the one before stopped. The outcome is
noted after it was sent: whoever dies in between sends it once more, rather than never.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from atelier.errors import Gone, PersonError, Unavailable
from atelier.languages import say
from atelier.learning import curve
from atelier.learning.mending import mend
from atelier.store import ArtefactRef, PersonRef, Platform, Training
from atelier.store.news import News
from atelier.store.records import OPEN
from atelier.works import Artefact
from bot.command import Choice
from bot.delivery import PostLater, PostNever
from bot.learning.words import ended, losses, standing, told_in_full
from bot.studio import Studio

log = logging.getLogger(__name__)

LOOK_S = 2.0
WITHIN = timedelta(days=2)  # an outcome that could not be told for so long is left to /admin training
NEWS_WITHIN = timedelta(days=7)


class Teller(Protocol):
    """A platform that shows a training. ``pace_s``: between two edits of a message, at least."""

    platform: Platform
    pace_s: float

    async def show(
        self, training: Training, text: str, choices: Sequence[Choice], *, private: bool
    ) -> dict[str, Any]:
        """Post its message, or change the one that ``post`` names; what ``post`` should name from now on.

        ``choices`` answer whoever presses alone. ``private``: to who asked for it alone. Raises
        :class:`PostLater` and :class:`PostNever`.
        """

    async def send(self, training: Training, text: str, files: Sequence[Artefact], *, private: bool) -> None:
        """Its outcome, in messages of its own. Raises the same."""

    async def warn(self, admin: str, sentence: str) -> None:
        """Write to an administrator in private. Raises the same."""


class Follow:
    """Follows the trainings of one platform."""

    def __init__(self, studio: Studio, teller: Teller) -> None:
        self._studio = studio
        self._teller = teller
        self._told: dict[str, tuple[str, float]] = {}  # by training: what stands there, and since when
        self._warned: set[tuple[int, str]] = (
            set()
        )  # news and administrators, while others are still to be told

    async def run(self) -> None:
        """Look, tell, rest; until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable as fault:
                log.info("trainings are not looked up: %s", fault)
            except Exception:
                log.exception("trainings could not be told")
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Tell of each training what is new, and the administrators what they should know."""
        store, platform = self._studio.store, self._teller.platform
        try:
            await asyncio.to_thread(mend, store, self._studio.road)  # whosever it is
        except Unavailable as fault:
            log.info("trainings are not looked after: %s", fault)
        for training in await asyncio.to_thread(store.trainings_to_tell, platform, WITHIN):
            if training.post.get("ended"):
                continue
            try:
                await self._tell(training)
            except PostLater as later:
                log.info("training %s: told later: %s", training.id, later)
        for news in await asyncio.to_thread(store.news_for, platform, NEWS_WITHIN):
            if await self._warn(news):
                await asyncio.to_thread(store.news_told, news.id, platform)

    async def _tell(self, training: Training) -> None:
        over = training.state not in OPEN
        text = ended(training, training.lang) if over else standing(training, training.lang)
        before, since = self._told.get(training.id, ("", float("-inf")))
        now = asyncio.get_running_loop().time()
        if not over and (text == before or now - since < self._teller.pace_s):
            return
        choices = () if over else buttons(training)
        posted = await self._somewhere(training, text, choices)
        self._told[training.id] = (text, now)
        if over:
            await self._outcome(posted)
            await asyncio.to_thread(self._studio.store.note_training_post, training.id, ended=True)
            self._told.pop(training.id, None)

    async def _somewhere(self, training: Training, text: str, choices: Sequence[Choice]) -> Training:
        """Show it where it was asked for; where that cannot be, to who asked for it. The row then."""
        private = bool(training.post.get("private"))
        if training.post.get("nowhere"):
            return training
        store = self._studio.store
        try:
            note = await self._teller.show(training, text, choices, private=private)
        except PostNever as never:
            log.warning("training %s: cannot be told there: %s", training.id, never)
            note = (
                {"nowhere": True}
                if private or training.person is None
                else {"private": True, "message": None}
            )
            await asyncio.to_thread(store.note_training_post, training.id, **note)
            again = await asyncio.to_thread(store.training, training.id) or training
            return again if "nowhere" in note else await self._somewhere(again, text, choices)
        if any(training.post.get(name) != value for name, value in note.items()):
            await asyncio.to_thread(store.note_training_post, training.id, **note)
        return await asyncio.to_thread(store.training, training.id) or training

    async def _outcome(self, training: Training) -> None:
        """The whole of it, where there is more than a line, and the loss with it."""
        if training.post.get("nowhere") or not (training.outcome or {}).get("version"):
            return
        files = await asyncio.to_thread(self._files, training)
        text = told_in_full(training, training.lang)
        try:
            await self._teller.send(training, text, files, private=bool(training.post.get("private")))
        except PostNever as never:
            log.warning("training %s: its outcome cannot be told: %s", training.id, never)

    def _files(self, training: Training) -> list[Artefact]:
        files = []
        if (drawn := curve.png(losses(training))) is not None:
            files.append(Artefact(curve.FILE, "image/png", drawn))
        for kept in (training.outcome or {}).get("files", ()):
            ref = ArtefactRef(**kept)
            try:
                files.append(Artefact(ref.name, ref.media_type, self._studio.shelf.read(ref)))
            except Gone:
                log.warning("training %s: %s is gone", training.id, ref.name)
        return files

    async def _warn(self, news: News) -> bool:
        """A sentence to each administrator on this platform. False: one of them has to be told later."""
        everybody = True
        for admin in self._studio.settings.admins_on(self._teller.platform):
            if (news.id, admin) in self._warned:
                continue
            lang = self._studio.tastes.language(PersonRef(self._teller.platform, admin), "en")
            try:
                await self._teller.warn(admin, PersonError(news.key, **news.params).text(lang))
            except PostLater as later:
                log.info("an admin is told later (%s): %s", later, news.key)
                everybody = False
                continue
            except Exception as fault:
                log.warning("an admin could not be told (%s): %s", type(fault).__name__, news.key)
            self._warned.add((news.id, admin))
        return everybody


def buttons(training: Training) -> tuple[Choice, ...]:
    """What may be pressed under it while it is not over."""
    stop = Choice(say("learn-stop", training.lang), "admin training do=stop")
    return (stop, Choice(say("learn-curve", training.lang), "admin training do=loss"))
