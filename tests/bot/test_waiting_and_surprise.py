"""``/queue``, ``/surprise`` and ``/admin limits``: what waits, what is made unasked, how much of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from atelier import moderation, pace
from atelier.languages import LANGS, Lang, Written, language_of, say
from atelier.limits import Limits
from atelier.requests import KINDS, Kind, parse_request
from atelier.rules import Rules
from atelier.settings import Settings
from bot.actions.queue import SHOWN
from bot.actions.surprise import ideas
from bot.making import MAKING
from bot.studio import Studio
from bot.typed import parse_text
from tests.bot import handmade
from tests.bot.conftest import Desk, ask
from tests.bot.telegram_room import card_of, latest, ref, serving, until
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    made = make_settings(
        telegram_token=TOKEN, telegram_api_base=telegram.url, admins=f"telegram:{BOB.id}",
        person_waiting=20, server_waiting=10, studio_waiting=100,
    )  # fmt: skip
    return Studio.open(made)


async def said(telegram: FakeTelegram, line: str, **where: object) -> str:
    asked = await telegram.say(line, **where)  # type: ignore[arg-type]
    return (await card_of(telegram, asked)).text.replace("\u2060", "")


# /queue


async def test_the_queue_shows_what_waits_everywhere_and_what_is_being_made(
    telegram: FakeTelegram, studio: Studio
) -> None:
    pace.note(studio.road.redis, "paint", works=1, seconds=40)
    async with serving(studio):
        assert await said(telegram, "/queue") == say("queue-empty", "en")
        await said(telegram, "/paint a sea")
        handmade.begin(studio, latest(studio))
        studio.road.cancel(latest(studio).id)  # a worker took it off the queue
        await said(telegram, "/paint a hill", chat=GROUP)
        await said(telegram, "/poem snow")
        await said(telegram, "/poem somebody else's", user=BOB)
        await said(telegram, "/paint a wood")
        card = await card_of(telegram, await telegram.say("/queue"))
        lines = card.text.replace("\u2060", "").splitlines()
        assert lines == [
            say("queue-title", "en", number=4),
            f"🎨 “a sea”: {say('queue-making', 'en')}",
            f"🎨 “a hill”: {say('place-next-wait', 'en', wait='40 s')}",
            f"📜 “snow”: {say('place-next', 'en')}",
            f"🎨 “a wood”: {say('place-wait', 'en', place=2, wait='80 s')}",
        ]
        await telegram.press(card, say("queue-cancel", "en"))
        await until(lambda: not studio.store.waiting_of(ref(ALICE)))
        assert len(studio.store.waiting_of(ref(BOB))) == 1


async def test_a_long_queue_shows_its_beginning(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    for n in range(SHOWN + 2):
        await ask(discord, alice, f"**{n}** @everyone {'a wide sea ' * 10}")
    shown = await (await discord.type("/queue", user=alice)).text()
    assert shown.ephemeral
    assert shown.content.startswith(say("queue-title-first", "en", number=SHOWN + 2, shown=SHOWN))
    assert shown.content.count("🎨") == SHOWN
    assert "\\*\\*0\\*\\*" in shown.content.splitlines()[1]
    await discord.press(shown, say("queue-look", "en"), user=alice)
    await discord.until(lambda: shown.edits >= 2, "a second look")


# /surprise


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_ideas_are_many_good_requests_in_their_language(kind: Kind, lang: Lang) -> None:
    written = ideas(kind, lang)
    assert len(set(written)) == len(written) >= 10
    for line in written:
        request = parse_request(kind, MAKING[kind].fields(parse_text(MAKING[kind], line)))
        if lang in get_args(Written):  # what is read; a third language's ideas are written in one of them
            assert language_of(request.words) == lang
        assert "=" not in request.words, "an option that nobody knows"
        assert moderation.find(request.words) is None


async def test_a_surprise_is_made_at_once_in_the_persons_language(
    discord: FakeDiscord, desk: Desk, telegram: FakeTelegram, make_settings: Callable[..., Settings]
) -> None:
    mei = discord.user("mei", locale="zh-CN")
    asked = await discord.type("/surprise", user=mei)
    shown = await asked.text()
    work = desk.work(mei)
    assert not shown.ephemeral
    assert work.request.words in [str(parse_text(MAKING[work.kind], i)[_prompt(work.kind)])
                                  for i in ideas(work.kind, "zh")]  # fmt: skip
    poem = await discord.type("/surprise", {"kind": "poem"}, user=mei)
    await poem.text()
    assert desk.work(mei).kind == "poem"
    handmade.finish(desk.studio, desk.work(mei), handmade.poem())
    assert "a frog leaps in" in (await poem.work()).content
    other = Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))
    async with serving(other):
        await said(telegram, "/surprise melody")
        assert latest(other).kind == "melody"
        assert language_of(latest(other).request.words) == "en"


def _prompt(kind: Kind) -> str:
    prompt = MAKING[kind].prompt
    assert prompt
    return prompt.name


# /admin limits


def test_rules_lower_the_settings_and_never_raise_them(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(person_waiting=50, server_waiting=200, studio_waiting=2000)
    assert Limits.of(settings) == Limits(50, 50, 200, 2000)
    assert Limits.of(settings, Rules(each=9, together=99), Rules(each=5, together=7)) == Limits(9, 5, 7, 99)
    assert Limits.of(settings, None, Rules(each=500, together=5000)) == Limits(50, 50, 200, 2000)


async def test_a_server_sets_its_own_limits(telegram: FakeTelegram, studio: Studio) -> None:
    telegram.state.managers.add((GROUP.id, ALICE.id))
    async with serving(studio):
        await said(telegram, "/help")  # so that what is for her alone can be sent to her
        await telegram.say("/admin limits each=2 together=3", chat=GROUP)
        shown = await telegram.until(lambda m: m.text.startswith(say("limits-here", "en")))
        assert shown.text.endswith("Of one person: 2\nAltogether: 3")
        for prompt in ("a", "b"):
            await said(telegram, f"/paint {prompt}", chat=GROUP)
        assert await said(telegram, "/paint c", chat=GROUP) == say("member-waiting", "en", most=2)
        assert "Painting" in await said(telegram, "/paint elsewhere")
        assert "Painting" in await said(telegram, "/paint c", chat=GROUP, user=BOB)
        assert await said(telegram, "/paint d", chat=GROUP, user=BOB) == say("server-waiting", "en", most=3)
        await telegram.say("/admin limits each=11 together=11", chat=GROUP)  # more than the studio allows
        refused = await telegram.until(lambda m: "0 to 10" in m.text, after=shown)
        await telegram.say("/admin limits each=0 together=0", chat=GROUP)
        shown = await telegram.until(lambda m: say("limits-here", "en") in m.text, after=refused)
        assert shown.text.endswith("Of one person: 20\nAltogether: 10")
        assert "Painting" in await said(telegram, "/paint d", chat=GROUP)


async def test_the_studio_lowers_its_limits_everywhere(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        shown = await said(telegram, "/admin limits each=1", user=BOB)
        assert shown.startswith(say("limits-studio", "en"))
        assert shown.endswith("Of one person: 1\nAltogether: 100")
        await said(telegram, "/paint a")
        assert await said(telegram, "/paint b", chat=GROUP) == say("person-waiting", "en", most=1)
