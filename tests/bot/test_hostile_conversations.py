"""Every known trick, typed into both chats: what comes back has no more life in it than harmless words.

:mod:`tests.bot.test_hostile_prompts` has 10,000 of them through the renderers; here each goes the whole
way, through a command, the queue, the delivery, buttons, lists and refusals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from atelier import moderation
from atelier.languages import LANGS, Lang, say
from atelier.requests import KINDS
from atelier.store import Platform
from bot import catalogue
from bot.making import MAKING
from tests.bot import handmade
from tests.bot.stage import Stage, stage
from tests.bot.test_hostile_prompts import TRICKS, made, parse_field
from tests.fakes.botapi_text import between
from tests.fakes.discord_markup import live

__all__ = ["stage"]  # the fixture

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A lone half of a character is nothing that either chat ever sends; options among the words are read as such.
TYPED = [t for t in TRICKS if t.isprintable() and t != "style=ink" and not moderation.find(f"a {t} b")]
Alive = Counter[str]
RARE = 4  # of so many tricks one goes the longer ways too
LISTS = ("history", "log")  # as long as there is something to list


async def test_on_discord(stage: Stage) -> None:
    await _against_harmless(stage, _on_discord)


async def test_on_telegram(stage: Stage) -> None:
    await _against_harmless(stage, _on_telegram)


async def _against_harmless(
    stage: Stage, converse: Callable[[Stage, int, str], Awaitable[dict[str, Alive]]]
) -> None:
    calm: list[dict[str, Alive]] = [{}, {}, {}]
    for number in range(0, len(KINDS) * RARE, RARE):
        calm[number % len(KINDS)] = await converse(stage, number, "word")
    for number, trick in enumerate(TYPED):
        for step, alive in (await converse(stage, number, trick)).items():
            ours = calm[number % len(KINDS)][step]
            few = set(alive) <= set(ours) if step in LISTS else alive <= ours
            assert few, (trick, step, alive)


async def _on_discord(stage: Stage, number: int, trick: str) -> dict[str, Alive]:
    """A work of the trick is asked, made, explained and listed; a value that is none is refused."""
    discord, user = stage.discord, stage.people["discord", "en", True]
    here = discord.private(user)
    found: dict[str, Alive] = {}

    async def given(step: str, line: str, options: dict[str, Any] | None = None) -> None:
        asked = await discord.type(f"/{line}", options or {}, user=user, channel=here, outdated=True)
        shown = await asked.text()
        assert shown.pinged == set()
        found[step] = live(shown.content)

    kind = KINDS[number % len(KINDS)]
    command = MAKING[kind]
    words = {parse_field(kind): f"a {trick} b"}
    asked = await discord.type(f"/{command.name}", words, user=user, channel=here)
    found["asked"] = live((await asked.text()).content)
    _make(stage, "discord")
    work = await asked.work()
    assert work.pinged == set()
    found["made"] = live(work.content)
    await given("refused", command.name, {**words, _wrong(kind): trick[:12]})
    if number % RARE:
        return found
    menu = await discord.press(work, "⋯", user=user)
    told = await (await discord.press(await menu.text(), "ℹ️", user=user)).text()
    found["details"] = live(told.content)
    await given("history", "history")
    if len(trick) <= 60:
        await given("words", "admin words", {"add": trick})
        await given("words again", "admin words", {"remove": trick})
        await given("word that is none", "admin words", {"remove": f"{trick}?"})
        await given("log", "admin log")
    return found


async def _on_telegram(stage: Stage, number: int, trick: str) -> dict[str, Alive]:
    """The same."""
    telegram, user = stage.telegram, stage.people["telegram", "en", True]
    found: dict[str, Alive] = {}

    async def given(step: str, line: str) -> Any:
        asked = await telegram.say(line, user=user)
        shown = await telegram.until(lambda m: m.reply_to == asked.id, chat=user)
        found[step] = Counter(entity["type"] for entity in shown.entities)
        return shown

    kind = KINDS[number % len(KINDS)]
    command = MAKING[kind]
    card = await given("asked", f"/{command.name} a {trick} b")
    _make(stage, "telegram")
    await telegram.wait(lambda: card.is_work)
    found["made"] = Counter(entity["type"] for entity in card.entities)
    quoted = trick.replace('"', "")[:12]
    if quoted.strip():
        await given("refused", f'/{command.name} sea {_wrong(kind)}="{quoted}"')
    if number % RARE:
        return found
    await telegram.press(card, "⋯", user=user)
    await telegram.wait(lambda: any(label.startswith("ℹ️") for label in card.buttons))
    await telegram.press(card, "ℹ️", user=user)
    told = await telegram.until(
        lambda m: m.text.startswith(say("details-title", "en")), chat=user, after=card
    )
    found["details"] = Counter(entity["type"] for entity in told.entities)
    await given("history", "/history")
    await given("lost", f"what is {trick}?")
    await given("no such part", f"/admin {trick}")
    if quoted.strip() and len(trick) <= 60:
        await given("words", f'/admin words add="{quoted}"')
        await given("words again", f'/admin words remove="{quoted}"')
        await given("word that is none", f'/admin words remove="{quoted}?"')
        await given("log", "/admin log")
    return found


def _make(stage: Stage, platform: Platform) -> None:
    """A worker whose model says the person's words back wherever it can."""
    work = stage.latest(platform, "en")
    echoed, files = made(work.kind, "en", work.request)
    assert echoed.result is not None
    handmade.finish(stage.studio, work, (echoed.result, files))


def _wrong(kind: str) -> str:
    """An option whose refusal quotes its value."""
    return {"paint": "style", "poem": "form", "melody": "key"}[kind]


@pytest.mark.parametrize("platform", ["discord", "telegram"])
@pytest.mark.parametrize("lang", LANGS)
async def test_our_own_sentences_are_alive(stage: Stage, platform: str, lang: Lang) -> None:
    """The helpline can be followed on both; on Telegram commands that a sentence names can be tapped."""
    link = "https://findahelpline.com"
    paint = MAKING["paint"]
    words = {"prompt": "自杀方法"}
    if platform == "discord":
        said = await stage.give(platform, lang, paint, words)
        assert link in said
        assert live(said) == {"link": 1}
        return
    user = stage.people[platform, lang, True]
    telegram = stage.telegram
    told = {}
    for line in ("/paint 自杀方法", "/forgetme", "what now?", "/settings"):
        asked = await telegram.say(line, user=user)
        shown = await telegram.until(lambda m, asked=asked: m.reply_to == asked.id, chat=user)
        told[line] = [(e["type"], between(shown.text, e)) for e in shown.entities if e["type"] != "bold"]
    assert told["/paint 自杀方法"] == [("url", link)]
    assert ("bot_command", "/help") in told["what now?"]
    for kind, text in told["what now?"]:
        assert kind == "bot_command"
        assert text.removeprefix("/") in catalogue.BY_NAME
    assert told["/settings"] == []
