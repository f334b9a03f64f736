"""A Discord server over real HTTP and a real websocket, and the people who use it.

The bot under test talks to :attr:`FakeDiscord.api_base` with the real discord.py. A test
speaks for the people::

    async with FakeDiscord() as discord:
        alice = discord.user("alice")
        asked = await discord.type("/paint", {"prompt": "a stormy sea"}, user=alice)
        work = await asked.work()
        await discord.press(work, "👍", user=alice)
        await discord.react(work, "❤️", user=alice)

Every request of the bot, and every answer of this server, is checked against Discord's
OpenAPI description where that is present; ``async with`` raises at its end if one was wrong.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord_files import Cdn, Sent
from tests.fakes.discord_gateway import DIRECT_REACTIONS, GUILD_REACTIONS, Gateway
from tests.fakes.discord_rest import PREFIX, Call, Rest, Trouble
from tests.fakes.discord_state import MANAGE_GUILD, ApiError, Channel, Interaction, Message, User, World
from tests.fakes.spec import OpenAPI

# Three parts like a real one, so that whatever redacts tokens must find it.
TOKEN = "MTA1NDMyMTA5ODc2NTQzMjEw.GfakeX.this-is-the-token-of-the-fake-server-00"
WAIT_S = 30.0


class Refused(Exception):
    """A person's own client does not let them do this."""


class Conversation:
    """One thing that a person did, and what they see of the answer."""

    def __init__(self, world: World, interaction: Interaction) -> None:
        self._world = world
        self.interaction = interaction

    @property
    def messages(self) -> list[Message]:
        """The answer and what followed it, as they are now."""
        it = self.interaction
        return [m for m in [it.original, *it.followups] if m is not None and not m.deleted]

    @property
    def message(self) -> Message:
        """The latest of them."""
        assert self.messages, "nothing was answered"
        return self.messages[-1]

    @property
    def acknowledged_after_s(self) -> float:
        """How long the person waited for a sign of life."""
        assert self.interaction.answered_after_s is not None, "not acknowledged"
        return self.interaction.answered_after_s

    async def acknowledged(self, timeout_s: float = WAIT_S) -> float:
        """Wait for the sign of life; after how many seconds it came."""
        look = lambda: self.interaction.answered_after_s is not None  # noqa: E731
        await self._world.until(look, "an acknowledgement", timeout_s)
        return self.acknowledged_after_s

    async def until(
        self, is_it: Callable[[Message], object], what: str = "such a message", timeout_s: float = WAIT_S
    ) -> Message:
        """Wait for a message of this conversation that ``is_it``."""

        def look() -> Message | None:
            return next((m for m in self.messages if not m.thinking and is_it(m)), None)

        return await self._world.until(look, what, timeout_s)

    async def text(self, timeout_s: float = WAIT_S) -> Message:
        """Wait until there is something to read."""
        return await self.until(lambda m: m.content, "something to read", timeout_s)

    async def work(self, timeout_s: float = WAIT_S) -> Message:
        """Wait for a made work: a message that can be voted on."""
        return await self.until(lambda m: m.is_work, "a work", timeout_s)


class FakeDiscord:
    """The server. ``token`` is the only one it accepts. ``checked``: against the description, if present."""

    def __init__(self, token: str = TOKEN, *, checked: bool = True) -> None:
        self.world = World(token)
        self.token = token
        self.spec = OpenAPI.discord() if checked else None
        self.rest = Rest(self.world, self.spec)
        self.gateway = Gateway(self.world)
        self.cdn = Cdn()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=64 * 2**20)
        application.add_routes(
            [web.get("/gateway/", self.gateway.connect), *self.rest.routes(), *self.cdn.routes()]
        )
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.gateway.url = self.world.gateway_url = f"ws://{host}:{port}/gateway/"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._runner is not None
        await self.gateway.hang_up()
        await self._runner.cleanup()
        if kind is None:
            self.check()

    def check(self) -> None:
        """Raises AssertionError if anything on the wire was against the official description or invalid."""
        assert self.rest.violations == [], self.rest.violations[:3]
        assert [str(fault) for fault in self.rest.refusals if fault.code in (50035, 50006)] == []

    @property
    def api_base(self) -> str:
        """For ``ATELIER_DISCORD_API_BASE``."""
        return self.url + PREFIX

    @property
    def calls(self) -> list[Call]:
        """Every request of the bot, oldest first."""
        return self.rest.calls

    @property
    def refusals(self) -> list[ApiError]:
        """What was refused to the bot."""
        return self.rest.refusals

    @property
    def general(self) -> Channel:
        """The server's channel where people type, if a test names no other."""
        return self.world.general

    async def ready(self, timeout_s: float = WAIT_S) -> None:
        """Wait until a bot is connected and its commands are known."""
        look = lambda: self.gateway.live and self.world.commands  # noqa: E731
        await self.world.until(look, "a bot with commands", timeout_s)

    # People

    def user(self, name: str, *, locale: str = "en-US", bot: bool = False, manages: bool = False) -> User:
        """A new person (or bot) with their client's language; one who ``manages`` the server, perhaps."""
        made = self.world.user(name, locale=locale, bot=bot)
        made.manages = manages
        return made

    def private(self, user: User) -> Channel:
        """The private channel of ``user`` and the bot."""
        return self.world.private(user)

    async def type(
        self,
        command: str,
        options: dict[str, Any] | None = None,
        *,
        user: User,
        channel: Channel | None = None,
        outdated: bool = False,
        unheard: bool = False,
    ) -> Conversation:
        """Type a command. ``outdated``: from a client that does not check the options.

        Waits for a bot first, except where it is ``unheard``. Raises :class:`Refused` for what
        a client would not send.
        """
        if not unheard:
            await self.ready()
        channel = channel or self.general
        name, _, rest = command.removeprefix("/").partition(" ")
        known = next((c for c in self.world.commands if c["name"] == name), None)
        if known is None:
            raise Refused(f"there is no {command}")
        if channel.context not in known["contexts"]:
            raise Refused(f"{command} is not offered here")
        if (0 if channel.invited else 1) not in known["integration_types"]:
            raise Refused(f"{command} is not offered where the bot is not")
        needed = int(known.get("default_member_permissions") or 0)
        if channel.guild and needed & MANAGE_GUILD and not (user.manages or outdated):
            raise Refused(f"{command} is not shown to {user.name}")
        its = known
        if rest:  # a part of a folder: /admin models
            its = next((o for o in known["options"] if o["type"] == 1 and o["name"] == rest), {})
            if not its:
                raise Refused(f"there is no {command} {rest}")
        if not outdated:
            _check_options(its, options or {})
        types = {option["name"]: option["type"] for option in its.get("options", [])}
        said: list[dict[str, Any]] = [
            {"name": name, "type": types.get(name, 3), "value": v} for name, v in (options or {}).items()
        ]
        resolved = self.cdn.resolve(said, self.url)
        if rest:
            said = [{"name": rest, "type": 1, "options": said}]
        data = {"id": known["id"], "name": known["name"], "type": 1, "options": said, **resolved}
        return await self._interact(self.world.interaction(2, user, channel, data))

    async def press(self, message: Message, face: str, *, user: User) -> Conversation:
        """Press the button with this emoji or label."""
        await self.ready()
        button = message.button(face)
        if button is None or button.get("disabled"):
            raise Refused(f"there is no button {face} to press")
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
        return await self._interact(self.world.interaction(3, user, message.channel, data, message))

    async def _interact(self, interaction: Interaction) -> Conversation:
        interaction.sent_at = time.monotonic()
        await self.gateway.dispatch("INTERACTION_CREATE", self.world.interaction_json(interaction))
        return Conversation(self.world, interaction)

    async def react(self, message: Message, emoji: str, *, user: User) -> None:
        """Put an emoji under a message. The same one twice is once."""
        there = message.reactions.setdefault(emoji, set())
        if user.id not in there:
            there.add(user.id)
            await self._reaction("MESSAGE_REACTION_ADD", message, emoji, user)

    async def unreact(self, message: Message, emoji: str, *, user: User) -> None:
        """Take it off again."""
        if user.id not in message.reactions.get(emoji, set()):
            raise Refused(f"{user.name} did not put {emoji} there")
        message.reactions[emoji].discard(user.id)
        await self._reaction("MESSAGE_REACTION_REMOVE", message, emoji, user)

    async def clear(self, message: Message, emoji: str | None = None) -> None:
        """A moderator takes everybody's emoji off a message: of one kind, or all."""
        data: dict[str, Any] = {"channel_id": str(message.channel.id), "message_id": str(message.id)}
        if message.channel.guild is not None:
            data["guild_id"] = str(message.channel.guild)
        if emoji is None:
            message.reactions.clear()
        else:
            message.reactions.pop(emoji, None)
            data["emoji"] = {"id": None, "name": emoji}
        event = "MESSAGE_REACTION_REMOVE_ALL" if emoji is None else "MESSAGE_REACTION_REMOVE_EMOJI"
        await self.gateway.dispatch(event, data, intent=GUILD_REACTIONS)

    async def _reaction(self, event: str, message: Message, emoji: str, user: User) -> None:
        data: dict[str, Any] = {
            "user_id": str(user.id), "channel_id": str(message.channel.id), "message_id": str(message.id),
            "emoji": {"id": None, "name": emoji}, "burst": False, "type": 0,
        }  # fmt: skip
        if message.channel.guild is not None:
            data["guild_id"] = str(message.channel.guild)
        if event == "MESSAGE_REACTION_ADD":
            data |= {"message_author_id": str(message.author.id), "burst_colors": []}
            if message.channel.guild is not None:
                data["member"] = self.world.member_json(user)
        intent = GUILD_REACTIONS if message.channel.guild is not None else DIRECT_REACTIONS
        await self.gateway.dispatch(event, data, intent=intent)

    # What people see

    def posts(self, channel: Channel | None = None) -> list[Message]:
        """What everybody can read in a channel, oldest first."""
        where = channel or self.general
        found = [m for m in self.world.messages.values() if m.channel is where]
        return sorted((m for m in found if not m.deleted and not m.ephemeral), key=lambda m: m.id)

    async def posted(
        self,
        is_it: Callable[[Message], object],
        *,
        channel: Channel | None = None,
        timeout_s: float = WAIT_S,
    ) -> Message:
        """Wait for a message in a channel that ``is_it``."""
        look = lambda: next((m for m in self.posts(channel) if is_it(m)), None)  # noqa: E731
        return await self.world.until(look, "such a post", timeout_s)

    async def until(self, is_it: Callable[[], object], what: str = "that", timeout_s: float = WAIT_S) -> None:
        """Wait until something holds that the bot's requests bring about."""
        await self.world.until(is_it, what, timeout_s)

    # Faults

    def trouble(
        self,
        status: int = 502,
        *,
        times: int = 1,
        method: str = "*",
        path: str = "",
        retry_after: float | None = None,
        proxied: bool = True,
        swallow: bool = False,
    ) -> Trouble:
        """Let the next ``times`` requests that match (a regular expression) fail.

        ``retry_after`` is for 429; None: a 429 that does not say. ``swallow``: the request is
        done and the connection breaks before its answer.
        """
        made = Trouble(status, times, method, re.compile(path), retry_after, proxied, swallow)
        self.rest.troubles.append(made)
        return made

    def expire(self, conversation: Conversation) -> None:
        """Fifteen minutes pass for this interaction's token."""
        conversation.interaction.expired = True

    def forget_nonces(self) -> None:
        """Minutes pass: a nonce no longer keeps a message from being posted twice."""
        self.rest.handlers.nonces.clear()

    async def repeat_last(self, event: str = "INTERACTION_CREATE") -> None:
        """Deliver the last such event a second time."""
        await self.gateway.repeat(event)


_SHAPES: dict[int, type] = {3: str, 4: int, 11: Sent}


def _check_options(command: dict[str, Any], options: dict[str, Any]) -> None:
    """What a person's client checks before it sends a command."""
    known = {option["name"]: option for option in command.get("options", [])}
    if unknown := set(options) - set(known):
        raise Refused(f"/{command['name']} has no option {sorted(unknown)}")
    for name, option in known.items():
        if name not in options:
            if option.get("required"):
                raise Refused(f"/{command['name']} needs {name}")
            continue
        value = options[name]
        if not isinstance(value, _SHAPES[option["type"]]) or isinstance(value, bool):
            raise Refused(f"{name} takes no {value!r}")
        if option.get("choices") and value not in [choice["value"] for choice in option["choices"]]:
            raise Refused(f"{name} has no choice {value!r}")
        if isinstance(value, Sent):
            continue
        size = len(value) if isinstance(value, str) else value
        kind = "length" if isinstance(value, str) else "value"
        low, high = option.get(f"min_{kind}"), option.get(f"max_{kind}")
        if (low is not None and size < low) or (high is not None and size > high):
            raise Refused(f"{name} must be from {low} to {high}")
