"""Answers that are no work, as cards of the web page in a real browser: read, pressed, followed, saved."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from atelier.languages import Lang, say
from atelier.settings import Settings
from tests.bot import handmade
from tests.bot.test_web_browser import asked, finish, look
from tests.bot.web_room import Desk, browser, open_desk
from tests.ports import free_port


@pytest.fixture
async def desk(make_settings: Callable[..., Settings]) -> AsyncIterator[Desk]:
    async with open_desk(make_settings(web_port=free_port())) as desk:
        yield desk


async def give(page: Any, line: str, lang: Lang = "en") -> Any:
    """Type a command; its card."""
    await page.get_by_role("textbox", name=say("web-words", lang)).fill(line)
    await page.keyboard.press("Enter")
    name = say(f"command-{line.split()[0].removeprefix('/')}", lang)
    card = page.locator("#reply section.reply", has=page.get_by_role("heading", name=name))
    await card.wait_for()
    return card


async def test_the_cards_of_a_visit(desk: Desk) -> None:
    async with browser() as opened:
        page = await look(opened, desk, accept_downloads=True)

        async def in_language(lang: Lang) -> None:
            """The page is loaded anew: what is typed before its script runs is sent nowhere."""
            await page.get_by_role("textbox", name=say("web-words", lang)).wait_for()
            await page.wait_for_load_state()

        card = await give(page, "/queue")
        await card.get_by_text(say("queue-empty", "en")).wait_for()

        # A surprise is a work like any other; the queue shows it as what it is: text, never markup.
        await page.get_by_role("textbox", name=say("web-words", "en")).fill("/paint <b>a</b> sea")
        await page.keyboard.press("Enter")
        await page.locator("li.work").wait_for()
        card = await give(page, "/queue")
        await card.get_by_text("“<b>a</b> sea”").wait_for()
        assert await card.locator("b").count() == 0
        await card.get_by_role("button", name=say("queue-look", "en")).click()
        await card.get_by_text(say("place-next", "en")).wait_for()
        work = await asked(desk)
        await finish(desk, work, handmade.picture())
        await page.locator("li.work img").wait_for()

        card = await give(page, "/history")
        await card.get_by_role("link", name="<b>a</b> sea").click()
        await page.wait_for_url(f"**/#work-{work.id}")

        card = await give(page, "/mydata")
        async with page.expect_download() as download:
            await card.get_by_role("link", name="atelier-my-data.zip").click()
        path = await (await download.value).path()
        assert f"works/{work.id}/picture-1.png" in zipfile.ZipFile(path).namelist()

        # A language pressed in the settings is the page's at once, and after the next visit.
        card = await give(page, "/settings")
        await card.get_by_role("button", name="中文").click()
        await in_language("zh")
        card = await give(page, "/settings", "zh")
        await card.get_by_role("button", name=say("choice-language-auto", "zh")).click()
        await in_language("en")

        card = await give(page, "/forgetme")
        await card.get_by_role("button", name=say("forgetme-button", "en")).click()
        await page.locator("#reply").get_by_text("Erased: one work with one file").wait_for()
        await page.reload()
        await page.get_by_role("heading", name=say("web-welcome", "en")).wait_for()
        assert await page.locator("li.work").count() == 0
        assert page.faults == []
