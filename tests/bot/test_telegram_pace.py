"""Telegram's flood control: who was refused waits, nobody else; and who waits sees that they were heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from telegram.error import RetryAfter

from atelier.settings import Settings
from bot.studio import Studio
from bot.telegram import signs
from bot.telegram.pace import Pace
from tests.bot.telegram_room import card_of, ref, serving, until
from tests.fakes.telegram import BOB, GROUP, TOKEN, FakeTelegram


class Endpoint:
    """Calls through the pace; ``refuse`` are data that Telegram is asked for too often."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.refuse: list[dict[str, Any]] = []

    async def __call__(self, endpoint: str, **data: Any) -> str:
        async def callback() -> str:
            if data in self.refuse:
                raise RetryAfter(3600)
            return "done"

        return str(await self.pace.process_request(callback, (), {}, endpoint, data, 0.0))


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("editMessageReplyMarkup", "inline_message_id"),
        ("answerCallbackQuery", "callback_query_id"),
        ("answerInlineQuery", "inline_query_id"),
        ("sendMessage", "chat_id"),
    ],
)
async def test_a_refusal_halts_what_was_refused_and_nothing_else(endpoint: str, name: str) -> None:
    call = Endpoint()
    call.refuse = [{name: "one"}]
    with pytest.raises(RetryAfter):
        await call(endpoint, **{name: "one"})
    assert await call(endpoint, **{name: "another"}) == "done"
    call.refuse = []
    with pytest.raises(RetryAfter):  # its time is not over
        await call(endpoint, **{name: "one"})


async def test_what_is_about_nobody_halts_as_a_whole() -> None:
    call = Endpoint()
    call.refuse = [{"commands": "[]"}]
    with pytest.raises(RetryAfter):
        await call("setMyCommands", commands="[]")
    with pytest.raises(RetryAfter):
        await call("setMyCommands", commands="[1]")


async def test_a_card_that_waits_for_its_groups_turn_is_typed_at(
    telegram: FakeTelegram, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "PATIENCE_S", 0.1)
    monkeypatch.setattr(signs, "TYPING_S", 0.1)
    turn = asyncio.Event()

    async def taken(_pace: Pace, chat: object, _patience: float) -> None:
        """The group had its twenty messages of this minute."""
        assert chat == GROUP.id
        await turn.wait()

    monkeypatch.setattr(Pace, "_take_turn", taken)
    studio = Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))
    async with serving(studio):
        asked = await telegram.say("/paint a sea", user=BOB, chat=GROUP)
        await until(lambda: studio.store.recent(ref(BOB)))
        await telegram.wait(lambda: not telegram.state.updates)  # its handler is done: the card waits
        told = len(telegram.called("sendChatAction"))
        await telegram.wait(lambda: len(telegram.called("sendChatAction")) > told + 2)
        assert {call.parameters["chat_id"] for call in telegram.called("sendChatAction")} == {str(GROUP.id)}
        assert telegram.seen(GROUP) == []
        turn.set()
        await card_of(telegram, asked)
