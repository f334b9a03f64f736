"""What goes wrong between a bot and Telegram, and what people see of it."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable

import pytest

from atelier.errors import LEAVE_DOWN
from atelier.languages import say
from atelier.logs import Redact
from atelier.settings import Settings
from bot.front import SettingError
from bot.studio import Studio
from bot.telegram import faults
from bot.telegram.app import run
from tests.bot import handmade
from tests.bot.telegram_room import card_of, kinds, latest, ref, serving, until
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "OUTAGE_S", 0.1)


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


@pytest.mark.parametrize("token", ["424242:another-token-that-nobody-has", "no token", "1:2\n3"])
async def test_a_wrong_token_is_one_sentence(
    telegram: FakeTelegram, make_settings: Callable[..., Settings], token: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    settings = make_settings(telegram_token=token, telegram_api_base=telegram.url)
    with pytest.raises(SettingError) as refused, caplog.at_level(logging.DEBUG):
        await run(Studio.open(settings))
    assert refused.value.exit_code == LEAVE_DOWN
    assert refused.value.text("en") == say("telegram-token-wrong", "en")
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    redact = Redact(settings)
    assert token not in "\n".join(redact.format(record) for record in caplog.records)


async def test_without_a_token_it_says_where_to_get_one(settings: Settings) -> None:
    with pytest.raises(SettingError, match="BotFather"):
        await run(Studio.open(settings))


async def test_a_token_that_is_revoked_ends_the_front_end(telegram: FakeTelegram, studio: Studio) -> None:
    task = asyncio.create_task(run(studio))
    await telegram.wait(lambda: telegram.called("getMe"))
    telegram.token = "424242:a-new-one"
    await telegram.say("/help")  # ends the call that waits
    with pytest.raises(SettingError):
        await asyncio.wait_for(task, 20)


async def test_no_token_reaches_the_log(
    telegram: FakeTelegram, studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.refuse("sendMessage", "Internal Server Error", code=500)
    redact = Redact(studio.settings)
    with caplog.at_level(logging.DEBUG):
        async with serving(studio):
            await telegram.say("/help")
            await telegram.wait(lambda: telegram.called("sendMessage"))
            await card_of(telegram, await telegram.say("/help"))
    assert any(TOKEN in record.getMessage() for record in caplog.records)  # or this test shows nothing
    assert TOKEN not in "\n".join(redact.format(record) for record in caplog.records)


async def test_what_people_wrote_while_the_front_end_was_down_is_answered(
    telegram: FakeTelegram, studio: Studio
) -> None:
    telegram.state.allowed = ["message"]
    asked = await telegram.say("/poem snow")
    async with serving(studio):
        await card_of(telegram, asked)


async def test_an_update_that_comes_twice_is_one_work(telegram: FakeTelegram, studio: Studio) -> None:
    telegram.state.allowed = ["message"]
    asked = await telegram.say("/poem snow")
    unconfirmed = copy.deepcopy(telegram.state.updates)
    async with serving(studio):
        await card_of(telegram, asked)
    telegram.state.updates = unconfirmed  # the front end died before it could confirm
    async with serving(studio):
        await telegram.say("/help", user=BOB)
        await telegram.until(chat=BOB)
    assert len(studio.store.recent(ref(ALICE))) == 1
    assert len(telegram.seen(ALICE)) == 1


async def test_updates_are_confirmed_only_when_they_are_recorded(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_record = asyncio.Event()
    ask = Studio.ask

    async def slow_ask(self: Studio, *args: object, **kwargs: object) -> object:
        await may_record.wait()
        return await ask(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Studio, "ask", slow_ask)
    async with serving(studio):
        await telegram.wait(lambda: telegram.called("getMe"))
        await telegram.wait(lambda: telegram.state.allowed)
        asked = await telegram.say("/poem snow")
        await telegram.wait(lambda: telegram.called("getUpdates"))
        assert len(telegram.state.updates) == 1
        may_record.set()
        await card_of(telegram, asked)
        await telegram.wait(lambda: not telegram.state.updates)


async def test_a_webhook_left_from_before_is_taken_off(telegram: FakeTelegram, studio: Studio) -> None:
    refusal = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
    telegram.refuse("getUpdates", refusal, code=409)
    async with serving(studio):
        await telegram.wait(lambda: telegram.called("deleteWebhook"))
        await card_of(telegram, await telegram.say("/poem snow"))


async def test_what_was_answered_is_not_answered_again_after_a_restart(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        await card_of(telegram, await telegram.say("/help"))
    async with serving(studio):
        await card_of(telegram, await telegram.say("/help", user=BOB))
    assert len(telegram.seen(ALICE)) == 1


async def test_telegram_may_go_away_and_come_back(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await telegram.wait(lambda: telegram.state.allowed)
        await telegram.stop()
        await asyncio.sleep(0.1)
        await telegram.start()
        await card_of(telegram, await telegram.say("/poem snow"))


async def test_while_the_queue_is_down_nothing_is_half_recorded(
    telegram: FakeTelegram, make_settings: Callable[..., Settings], redis_server: object
) -> None:
    url = redis_server.url  # type: ignore[attr-defined]
    settings = make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url, redis_url=url)
    studio = Studio.open(settings)
    async with serving(studio):
        redis_server.stop()  # type: ignore[attr-defined]
        told = await card_of(telegram, await telegram.say("/paint a stormy sea"))
        assert told.text == say("redis-down", "en")
        assert studio.store.recent(ref(ALICE)) == []
        redis_server.start()  # type: ignore[attr-defined]
        await card_of(telegram, await telegram.say("/paint a stormy sea"))
    assert len(studio.store.recent(ref(ALICE))) == 1


@pytest.mark.parametrize(
    ("typed", "key", "params"),
    [
        (f"/paint {'sea ' * 200}", "bad-prompt-long", {"limit": 500}),
        ("/paint \u200b\u202e", "bad-prompt-empty", {}),
        ("/poem snow seed=often", "bad-integer", {"option": "seed", "value": "often"}),
        ("/melody tune key=H", "bad-key", {"value": "H"}),
    ],
)
async def test_what_cannot_be_done_is_said_and_not_recorded(
    telegram: FakeTelegram, studio: Studio, typed: str, key: str, params: dict[str, str]
) -> None:
    async with serving(studio):
        told = await card_of(telegram, await telegram.say(typed))
    assert told.text == say(key, "en", **params)
    assert studio.store.recent(ref(ALICE)) == []


HOSTILE = [
    "@everyone @alice_1001 look", "*bold* _it_ `code` [a](tg://user?id=1)", "<b>x</b> <a href='https://e.vil'>",
    "https://evil.example/x t.me/joinchat/abc evil.example", "#tag $USD /start /paint@bot x", "a@b.example",
    "مرحبا @someone بالعالم", "🎨🦋 emoji 👩‍👩‍👧 @name", "``` ``` @x_name",
]  # fmt: skip


async def test_nothing_that_a_prompt_says_is_interpreted(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        for words in HOSTILE:
            card = await card_of(telegram, await telegram.say(f"/poem {words}"))
            work = latest(studio)
            assert kinds(card) == {"code"}, words
            assert work.request.words in card.text  # as it was written, nothing added
            handmade.finish(studio, work, handmade.poem(words, title=words))
            await telegram.wait(lambda card=card: card.is_work)
            assert kinds(card) <= {"code", "bold"}, (words, card.entities)
            refused = await card_of(telegram, await telegram.say(f'/poem x form="{words}"'))
            assert kinds(refused) == set(), words
            assert not card.preview
            assert not refused.preview


async def test_a_button_of_an_unknown_work_says_so(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem snow"))
        handmade.finish(studio, latest(studio), handmade.poem())
        await telegram.wait(lambda: card.is_work)
        for data in (
            "like:nosuchwork12",
            "again:nosuchwork12",
            "files:nosuchwork12",
            "delete:all",
            "no-such-act:nosuchwork12",
            "like:../x",
        ):
            card.markup = {"inline_keyboard": [[{"text": data, "callback_data": data}]]}
            key = "button-unknown" if data in ("no-such-act:nosuchwork12", "like:../x") else "work-unknown"
            assert await telegram.answered(await telegram.press(card, data)) == say(key, "en")


async def test_a_busy_group_keeps_to_twenty_messages_a_minute(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        for number in range(30):
            await telegram.say(f"/poem snow {number}", chat=GROUP)
        await card_of(telegram, await telegram.say("/poem rain", user=BOB))  # others need not wait
        await until(lambda: studio.store.stats()["works"] == 31)
        await telegram.wait(lambda: len(telegram.seen(GROUP)) >= 20)
        sent = [c.at for c in telegram.called("sendMessage") if c.parameters["chat_id"] == str(GROUP.id)]
        assert len(sent) <= 21 + (sent[-1] - sent[0]) / 3  # one more every three seconds
