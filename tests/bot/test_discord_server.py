"""The fake refuses what Discord refuses: a test that leans on it leans on something."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_state import ACKNOWLEDGE_S, Interaction
from tests.fakes.spec import OpenAPI

BUTTON = {"type": 2, "style": 2, "label": "press", "custom_id": "x"}
LONG = {**BUTTON, "custom_id": "x" * 101}


class Bot:
    """A hand-written client: what discord.py would never send."""

    def __init__(self, discord: FakeDiscord, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self._session = session

    async def call(
        self, method: str, path: str, payload: Any = None, token: str | None = None
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {token or self.discord.token}"}
        url = self.discord.api_base + path
        async with self._session.request(method, url, json=payload, headers=headers) as answer:
            body = await answer.json() if answer.status != 204 else None
            return answer.status, (body or {}).get("code") if isinstance(body, dict) else body

    def asked(self) -> Interaction:
        world = self.discord.world
        made = world.interaction(2, self.discord.user("ann"), world.general, {})
        made.sent_at = time.monotonic()
        return made

    async def answer(self, it: Interaction, payload: Any) -> tuple[int, Any]:
        return await self.call("POST", f"/interactions/{it.id}/{it.token}/callback", payload)

    def hook(self, it: Interaction) -> str:
        return f"/webhooks/{self.discord.world.application}/{it.token}"


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    server = FakeDiscord()
    server.world.acknowledge_s = ACKNOWLEDGE_S
    async with aiohttp.ClientSession() as session:
        await server.__aenter__()
        yield Bot(server, session)
        await server.__aexit__(Exception, None, None)  # the violations are the point here


async def test_only_its_own_token(bot: Bot) -> None:
    assert await bot.call("GET", "/users/@me", token="a.b.c") == (401, 0)
    assert await bot.call("GET", "/no/such/path") == (404, 0)


async def test_an_interaction_is_acknowledged_once_and_in_time(bot: Bot) -> None:
    it = bot.asked()
    assert (await bot.call("PATCH", bot.hook(it) + "/messages/@original", {"content": "x"}))[1] == 10015
    assert await bot.answer(it, {"type": 5}) == (204, None)
    assert await bot.answer(it, {"type": 5}) == (400, 40060)
    late = bot.asked()
    late.sent_at -= 3.1
    assert await bot.answer(late, {"type": 5}) == (404, 10062)
    unknown = bot.asked()
    del bot.discord.world.interactions[unknown.token]
    assert await bot.answer(unknown, {"type": 5}) == (404, 10062)


async def test_a_token_expires(bot: Bot) -> None:
    it = bot.asked()
    await bot.answer(it, {"type": 5})
    assert (await bot.call("PATCH", bot.hook(it) + "/messages/@original", {"content": "x"}))[0] == 200
    it.expired = True
    assert await bot.call("PATCH", bot.hook(it) + "/messages/@original", {"content": "x"}) == (401, 50027)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": "🌊" * 1001}, 50035),
        ({"content": ""}, 50006),
        ({"content": "x", "components": [{"type": 1, "components": []}]}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": [BUTTON] * 6}]}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": [BUTTON, BUTTON]}]}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": [LONG]}]}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": [{**BUTTON, "label": ""}]}]}, 50035),
        ({"content": "x", "attachments": [{"id": 0}]}, 50035),
    ],
)  # fmt: skip
async def test_messages_that_discord_refuses(bot: Bot, payload: Any, code: int) -> None:
    channel = f"/channels/{bot.discord.general.id}/messages"
    assert await bot.call("POST", channel, payload) == (400, code)
    assert bot.discord.posts() == []
    with pytest.raises(AssertionError):
        bot.discord.check()


async def test_a_nonce_makes_one_of_two(bot: Bot) -> None:
    channel = f"/channels/{bot.discord.general.id}/messages"
    for _ in range(2):
        assert (await bot.call("POST", channel, {"content": "x", "nonce": "n", "enforce_nonce": True}))[
            0
        ] == 200
    assert len(bot.discord.posts()) == 1


async def test_places_that_are_gone(bot: Bot) -> None:
    assert await bot.call("POST", "/channels/1/messages", {"content": "x"}) == (404, 10003)
    bot.discord.general.writable = False
    path = f"/channels/{bot.discord.general.id}/messages"
    assert await bot.call("POST", path, {"content": "x"}) == (403, 50013)


def test_whatever_is_against_the_description_is_seen() -> None:
    spec = OpenAPI.discord()
    if spec is None:
        pytest.skip("the official descriptions are not on this machine")
    channel = "/channels/1/messages"
    assert spec.request_faults("POST", channel, {}, {"content": "x"}, "application/json") == []
    for payload in ({"content": 1}, {"content": "x" * 5000}, {"components": [{"type": 99}]}):
        assert spec.request_faults("POST", channel, {}, payload, "application/json")
    assert spec.request_faults("POST", "/channels/1/nothing", {}, {}, "application/json")
    assert spec.request_faults("POST", channel, {"nothing": "1"}, {"content": "x"}, "application/json")
    assert spec.request_faults("POST", channel, {}, {"content": "x"}, "text/plain")
    assert spec.response_faults("GET", "/users/@me", 200, {"id": "1"})
