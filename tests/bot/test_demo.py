"""``make demo``: the conversations can be played, and the pages are whole."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from atelier.languages import LANGS, Lang, say
from atelier.options import FORMS
from atelier.requests import KINDS, PaintRequest
from atelier.settings import Settings
from atelier.store import Work
from bot import acts
from bot.actions.surprise import ideas
from bot.catalogue import every
from bot.command import Option
from bot.discord.app import run as run_discord
from bot.studio import Studio
from bot.telegram.app import run as run_telegram
from tests.bot import handmade
from tests.bot.tongues import plain, sentences
from tests.demo.__main__ import record
from tests.demo.book import GROWING, TAKEN_BACK
from tests.demo.on_telegram import OLGA
from tests.fakes.discord import FakeDiscord
from tests.fakes.telegram import FakeTelegram

DEMO = Path(__file__).parent.parent.parent / "docs" / "demo"
LONG: dict[Lang, int] = {"en": 20, "zh": 8}  # characters that are no chance
_FILE = re.compile(r'(?:src="|\]\()([^")]+\.\w+)')


async def make_by_hand(studio: Studio, grows: Callable[[Work], bool]) -> None:
    """What the workers do. ``grows``: whether a chat shows what there is of a poem so far."""
    while True:
        for work in await asyncio.to_thread(studio.store.unfinished):
            if not work.request.words.startswith(TAKEN_BACK):
                await asyncio.to_thread(_make, studio, work, grows)
        await asyncio.sleep(0.05)


def _make(studio: Studio, work: Work, grows: Callable[[Work], bool]) -> None:
    if work.request.words in GROWING.values() and work.parent is None:
        handmade.begin(studio, work)
        for _ in range(60):  # a draft may be too early, or too soon after another, to be shown
            time.sleep(1.0)
            if grows(work):
                break
            handmade.draft(studio, work, "a first line", "a second")
    handmade.finish(studio, work, _made(work))


def _made(work: Work) -> handmade.Made:
    if isinstance(work.request, PaintRequest):
        return handmade.picture(work.request.count)
    return handmade.poem() if work.kind == "poem" else handmade.melody()


def ours(text: str) -> set[str]:
    """The sentences of ours, or long parts of them, that are in a page."""
    told = plain(text).replace("\\", "")
    # The first two are said to whoever waits long enough, the last to whom Telegram still lets it be said.
    # Who voted before, on the other page, and which of them are held out, is chance.
    chance = ("retrain-missing-voters", "retrain-missing-held_out")
    for key in ("being-made", "queue-making", "work-deleted", *chance):
        told = told.replace(say(key, "en", number=1), "").replace(say(key, "zh", number=1), "")
    for kind, lang in product(KINDS, LANGS):  # a surprise, and what is said of the form that it asks for
        for idea in ideas(kind, lang):
            told = told.replace(idea, "")
    for form, lang in product(FORMS, LANGS):
        told = told.replace(Option("form").choice(form, lang), "")
    return {part for lang in LANGS for part in sentences(lang) if len(part) >= LONG[lang] and part in told}


async def test_both_conversations_become_pages(
    discord: FakeDiscord, telegram: FakeTelegram, make_settings: Callable[..., Settings], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(acts, "ships", lambda _model: True)
    studio = Studio.open(make_settings(
        discord_token=discord.token, discord_api_base=discord.api_base,
        telegram_token=telegram.token, telegram_api_base=telegram.url,
        admins=f"telegram:{OLGA.id}",
    ))  # fmt: skip

    def grows(work: Work) -> bool:
        on_discord = [message.content for message in list(discord.world.messages.values())]
        on_telegram = [message.text for message in list(telegram.state.messages.values())]
        shown = on_discord if work.person.platform == "discord" else on_telegram
        return any(say("draft", work.lang) in text for text in shown)

    parts = (run_discord(studio), run_telegram(studio), make_by_hand(studio, grows))
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await discord.ready()
        pages = await record(tmp_path / "demo", discord, telegram)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for page in pages:
        whole(page)
        text = page.read_text("utf-8")
        stale = ours(text) - ours((DEMO / page.name).read_text("utf-8"))
        assert not stale, f"docs/demo/{page.name} says it otherwise: make demo"
        complete(text)
    everything("\n".join(page.read_text("utf-8") for page in pages))


@pytest.mark.parametrize("name", ["discord", "telegram"])
def test_the_pages_that_are_shown_are_whole(name: str) -> None:
    whole(DEMO / f"{name}.md")
    complete((DEMO / f"{name}.md").read_text("utf-8"))


def test_every_command_is_given_on_the_pages_that_are_shown() -> None:
    everything("".join((DEMO / f"{name}.md").read_text("utf-8") for name in ("discord", "telegram")))


def given(page: str) -> str:
    """What people do on a page."""
    return "\n".join(line for line in page.splitlines() if line.startswith("**"))


def everything(pages: str) -> None:
    """Each command is given, and inline mode used."""
    done = given(pages)
    for command in every():
        assert re.search(rf"/{command.path}(?![a-z-])", done), command.path
    assert "@atelier" in done.replace("\\", "")


def complete(page: str) -> None:
    """Each act is pressed, each command for everybody given, and what makes waiting honest is to be seen."""
    done = given(page)
    for act in acts.ACTS:
        assert f"presses <kbd>{act.face}" in done, act.name
        for value in act.values if act.name == "vary" else ():
            assert say(f"act-{act.name}-{value}", "en") in done, value
    for command in (one for one in every() if one.role == "everyone" and one.name != "help"):
        assert re.search(rf"/{command.path}(?![a-z-])", done), command.path
    for lang in LANGS:
        assert say("draft", lang) in page, lang
    for key in ("queue-title", "queue-cancel", "work-cancelled", "button-cancel"):
        assert say(key, "en", number=2, shown=2) in plain(page), key
    for said in ("a lighthouse over a stormy sea", "秋夜", "made by a machine", "/admin words", "/admin ban"):
        assert said.lower() in page.lower(), said


def whole(page: Path) -> None:
    """Every file that a page names is there, and none of them is empty."""
    named = set(_FILE.findall(page.read_text("utf-8")))
    assert named
    for file in named:
        assert (page.parent / file).stat().st_size > 50, file
