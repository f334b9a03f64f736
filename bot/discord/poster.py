"""Made works into Discord: the acknowledgement becomes the work, also long after it was asked.

The first road edits the interaction's own answer, which may be done twice without harm. Its
token dies after 15 minutes; then the second road posts into the channel with the bot's own
token, mentions the person who asked, and takes the acknowledgement away. What only they may see, or
was asked where the bot cannot write (any more), goes to their private channel. There a nonce (which
Discord keeps for some minutes) and, after a crash, a look into the channel keep one work from being
posted twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import discord

from atelier.errors import Unavailable
from atelier.languages import say
from atelier.store import Platform, Work
from atelier.works import Artefact
from bot.delivery import Note
from bot.discord.buttons import buttons, try_again
from bot.discord.faults import refused, token_spent, verdict
from bot.discord.place import ORIGINAL, Place, message_key
from bot.discord.quoting import escape, width
from bot.discord.sheet import MAX_TEXT, quote, sheet
from bot.words import acknowledgement, asked, drafted

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

T = TypeVar("T")

DRAFT_S = 2.0
WAITED = timedelta(seconds=2)  # a work that starts sooner is not worth an edit of its own
LOOK_BACK = 50  # messages


class DiscordPoster:
    """:class:`bot.delivery.Poster` for Discord."""

    platform: Platform = "discord"
    pace_s = 5.0  # Discord allows five edits in two seconds to one answer, and fifty a second in all
    edits = 20

    def __init__(self, client: Atelier) -> None:
        self._client = client
        self._studio = client.studio

    @staticmethod
    def quote(words: str, /) -> str:
        """See :class:`bot.delivery.Poster`."""
        return escape(words)

    def lane(self, work: Work) -> str:
        """Its own: each answer has limits of its own, and stands where it was asked."""
        return work.id

    async def started(self, work: Work) -> None:
        """Turn the queue place into “being made”, if there was time to read it."""
        if datetime.now(UTC) - work.asked_at < WAITED:
            return
        async with self._client.turns.of(work.id):
            now = await self._studio.work(work.id)
            if now is not None and now.state == "running":
                await self._retell(Place.from_json(work.place), acknowledgement(work, None, quote))

    def draft_pace_s(self, work: Work) -> float:  # noqa: ARG002
        """Discord allows five edits of an answer in two seconds."""
        return DRAFT_S

    async def drafted(self, work: Work, lines: list[str]) -> None:
        """The lines so far on the acknowledgement."""
        text = drafted(work, [escape(line) for line in lines], quote)
        place = Place.from_json(work.place)
        async with self._client.turns.of(work.id):
            now = await self._studio.work(work.id)
            if now is not None and now.state == "running" and place.token_lives and width(text) <= MAX_TEXT:
                await self._retell(place, text)

    async def post(self, work: Work, files: list[Artefact], note: Note) -> None:
        """Show the work; see the module's own words for how it stays one message."""
        place = Place.from_json(work.place)
        async with self._client.turns.of(work.id):
            try:
                edited = await self._edit_work(work, place, files)
                message = edited or await self._send_work(work, place, files, note)
                await self._studio.remember_message(work.id, self.platform, message)
                if not edited:
                    await self._take_away(place)
            except Exception as fault:
                if refused(fault):
                    log.error("work %s: Discord refused the message", work.id, exc_info=fault)
                    await self._tell(work, place, say("discord-refused", work.lang))
                raise verdict(fault) from fault

    def aside(self, work: Work) -> str:
        """The last word of an acknowledgement that nothing can change any more when its token is dead."""
        place = Place.from_json(work.place)
        return say("discord-later", work.lang) if place.ends_soon and not place.open else ""

    async def waits(self, work: Work, place: int, seconds: float | None) -> None:
        """The place where the acknowledgement has it, as long as the work waits."""
        where, last = Place.from_json(work.place), self.aside(work)
        text = acknowledgement(work, place, quote, seconds)
        async with self._client.turns.of(work.id):
            now = await self._studio.work(work.id)
            if now is not None and now.state == "queued":
                await self._retell(where, f"{asked(work, quote)}\n{last}" if last else text)

    async def _retell(self, place: Place, text: str) -> None:
        """Another text on the acknowledgement, past its token with the bot's own where that reaches it."""
        try:
            if place.token_lives:
                await self._edit(place, content=text)
            elif place.open and place.channel and place.message:
                channel = self._client.get_partial_messageable(place.channel, guild_id=place.guild)
                await channel.get_partial_message(place.message).edit(content=text)
        except Exception as fault:
            raise verdict(fault) from fault

    async def _take_away(self, place: Place) -> None:
        """The acknowledgement of what was posted anew: its number and its button would stand for ever.

        Gone, it is no message of the work any more: counts that follow a vote would knock there in vain.
        """
        if not (place.open and place.channel and place.message):
            return
        if await self._client.removal.take(place.channel, place.message) == "gone":
            with suppress(Unavailable):  # the work is posted; a row too many is no reason to post it again
                key = message_key(place.channel, place.message)
                await asyncio.to_thread(self._studio.store.forget_message, self.platform, key)

    async def warn(self, admin: str, sentence: str) -> None:
        """A private message to an administrator."""
        try:
            channel = await self._client.create_dm(discord.Object(int(admin)))
            await channel.send(sentence)
        except Exception as fault:
            raise verdict(fault) from fault

    async def regret(self, work: Work, sentence: str) -> None:
        """Say why there is no work, in its place, with a button to try again."""
        text = f"{say('quoted', work.lang, prompt=quote(work.request.words))}\n{sentence}"
        async with self._client.turns.of(work.id):
            await self._tell(work, Place.from_json(work.place), text, try_again(work))

    async def _tell(self, work: Work, place: Place, text: str, view: discord.ui.View | None = None) -> None:
        """A sentence or two instead of the work."""

        async def send(channel: discord.PartialMessageable, lead: str) -> None:
            await channel.send(
                f"{lead} {text}", view=view or discord.utils.MISSING, nonce=work.id,
                allowed_mentions=self._only(work),
            )  # fmt: skip

        try:
            if not await self._edited(place, content=text, attachments=[], view=view):
                await self._somewhere(work, place, send)
                await self._take_away(place)
        except Exception as fault:
            raise verdict(fault) from fault

    async def _edit_work(self, work: Work, place: Place, files: list[Artefact]) -> str | None:
        """The first road. The message's key; None: it is closed."""
        page = sheet(work, files, file_limit=place.file_limit)
        view = buttons(work, await self._studio.tally(work.id))
        edited = await self._edited(place, content=page.text, attachments=page.files, view=view)
        return message_key(edited.channel.id, edited.id) if edited else None

    async def _edited(self, place: Place, **what: Any) -> discord.WebhookMessage | None:
        if not place.token_lives:
            return None
        try:
            return await self._edit(place, **what)
        except discord.HTTPException as fault:
            if not token_spent(fault):
                raise
            log.info("an answer cannot be edited any more (%s): posting anew", fault.status)
            return None

    async def _edit(self, place: Place, **what: Any) -> discord.WebhookMessage:
        webhook = discord.Webhook.partial(place.application, place.token, client=self._client)
        return await webhook.edit_message(ORIGINAL, **what)

    async def _send_work(self, work: Work, place: Place, files: list[Artefact], note: Note) -> str:
        """The second road."""
        tried = work.post.get("channel_since")
        if not tried:
            await note(channel_since=datetime.now(UTC).isoformat())

        async def send(channel: discord.PartialMessageable, lead: str) -> str:
            if tried and (earlier := await self._find(channel, work, datetime.fromisoformat(tried))):
                return message_key(channel.id, earlier)
            page = sheet(work, files, file_limit=place.file_limit, lead=lead)
            sent = await channel.send(
                page.text,
                files=page.files,
                view=buttons(work, await self._studio.tally(work.id)),
                allowed_mentions=self._only(work),
                nonce=work.id,
            )
            return message_key(channel.id, sent.id)

        return await self._somewhere(work, place, send)

    async def _somewhere(
        self, work: Work, place: Place, send: Callable[[discord.PartialMessageable, str], Awaitable[T]]
    ) -> T:
        """``send`` into the channel of the request; where only they see it or that is closed, in private.

        It gets the channel, and what the message begins with.
        """
        lead = f"<@{work.person.platform_id}>"
        if place.open and place.channel is not None:
            try:
                channel = self._client.get_partial_messageable(place.channel, guild_id=place.guild)
                return await send(channel, lead)
            except (discord.Forbidden, discord.NotFound) as fault:
                log.info("work %s: its channel is closed to the bot (%s): in private", work.id, fault.code)
                lead = f"{lead} {say('discord-channel-closed', work.lang)}"
        private = await self._client.create_dm(discord.Object(int(work.person.platform_id)))
        return await send(self._client.get_partial_messageable(private.id), lead)

    async def _find(self, channel: discord.PartialMessageable, work: Work, since: datetime) -> int | None:
        """The message of an attempt that died before it could be noted, by its buttons' ids."""
        try:
            async for message in channel.history(limit=LOOK_BACK, after=since - timedelta(minutes=1)):
                for row in message.components:
                    for item in getattr(row, "children", ()):
                        # The votes' button: the acknowledgement has one of this work too.
                        if getattr(item, "custom_id", "") == f"atelier:liked:{work.id}":
                            return message.id
        except discord.Forbidden:  # not allowed to read back: the nonce is what is left
            log.info("work %s: may not read the channel to look for an earlier post", work.id)
        return None

    @staticmethod
    def _only(work: Work) -> discord.AllowedMentions:
        """Nobody is called but the one who asked."""
        asker = discord.Object(int(work.person.platform_id))
        return discord.AllowedMentions(everyone=False, roles=False, users=[asker], replied_user=False)
