"""The web page in a real browser: a visitor asks, waits, looks, listens, and says how it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from atelier.settings import Settings
from atelier.store import Tally, Work
from atelier.works import AnyResult, Artefact
from tests.bot import handmade
from tests.bot.web_room import Desk, browser, open_desk
from tests.ports import free_port

HOSTILE = '<img src=x onerror="document.title=1"> <script>alert(1)</script> **@everyone** {{7*7}} \u202eevil'


@pytest.fixture
async def desk(make_settings: Callable[..., Settings]) -> AsyncIterator[Desk]:
    async with open_desk(make_settings(web_port=free_port())) as desk:
        yield desk


async def look(opened: Any, desk: Desk, **how: Any) -> Any:
    """A new visitor at the page; what its console complains of fails the test at the end."""
    context = await opened.new_context(**{"locale": "en-GB", **how})
    page = await context.new_page()
    page.set_default_timeout(20_000)  # a busy machine
    page.faults = []
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    page.on("console", lambda said: said.type == "error" and page.faults.append(said.text))
    page.on("dialog", lambda dialog: page.faults.append(f"dialog: {dialog.message}"))
    await page.goto(desk.page)
    return page


async def asked(desk: Desk, number: int = 1) -> Work:
    """The row of the newest work on the page, once there are ``number``."""
    async with asyncio.timeout(20):
        while True:
            waiting = desk.studio.store.unfinished()
            if desk.studio.store.stats()["works"] >= number and waiting:
                return waiting[-1]
            await asyncio.sleep(0.02)


async def finish(desk: Desk, work: Work, made: tuple[AnyResult, list[Artefact]]) -> None:
    await asyncio.to_thread(handmade.begin, desk.studio, work)
    await asyncio.to_thread(handmade.finish, desk.studio, work, made)


async def test_a_visit(desk: Desk) -> None:
    async with browser() as opened:
        page = await look(opened, desk)
        await page.get_by_role("heading", name="What shall I make for you?").wait_for()

        # An example fills the box; the picture takes the place of its sketch.
        await page.get_by_role("button", name="Picture a stormy sea at dusk").click()
        await page.keyboard.press("Enter")
        picture = page.locator("li.work").nth(0)
        await picture.get_by_text("You are next.").wait_for()
        work = await asked(desk)
        assert work.request.words == "a stormy sea at dusk"
        await finish(desk, work, handmade.picture(2))
        shown = picture.get_by_role("img", name="A picture made by a machine for “a stormy sea at dusk”")
        await shown.first.wait_for()
        assert await shown.count() == 2
        await shown.last.evaluate("image => image.decode()")
        assert await shown.last.evaluate("image => image.naturalWidth") == 64
        assert "ready: “a stormy sea" in await page.locator("#announcer").inner_text()

        # A poem as text, from the form's options.
        await page.get_by_role("radio", name="Poem").check()
        await page.get_by_role("button", name="Options").click()
        await page.get_by_label("The form, from haiku").select_option("haiku")
        await page.get_by_role("textbox", name="Your words").fill("an old pond")
        await page.get_by_role("button", name="Send").click()
        poem = page.locator("li.work").nth(1)
        await poem.get_by_text("haiku").first.wait_for()
        await finish(desk, await asked(desk, 2), handmade.poem("old pond", "a frog leaps in", title="Pond"))
        await poem.get_by_role("heading", name="Pond", exact=True).wait_for()
        assert await poem.locator(".poem p span").all_inner_texts() == ["old pond", "a frog leaps in"]

        # A melody that really plays, with its score and files; /melody switches what is made.
        await page.get_by_role("textbox", name="Your words").fill("/melody a slow, sad waltz tempo=90")
        assert await page.locator("input[value=melody]").is_checked()
        await page.keyboard.press("Enter")
        melody = page.locator("li.work").nth(2)
        await melody.wait_for()
        await finish(desk, await asked(desk, 3), handmade.melody())
        await melody.locator("audio").wait_for()
        played = "async a => { a.muted = true; await a.play(); return a.duration; }"
        assert 0.4 < await melody.locator("audio").evaluate(played) < 0.7
        described = "made by a machine for “a slow, sad waltz”: D minor"
        assert await melody.get_by_role("img", name=described).count() == 1
        async with page.expect_download() as download:
            await melody.get_by_role("link", name="MIDI").click()
        assert (await download.value).suggested_filename == "melody.mid"

        # Thumbs, from the row's point of view too.
        await picture.get_by_role("button", name="👍 Like it").click()
        liked = picture.get_by_role("button", name="👍 Like it 1")
        await liked.wait_for()
        assert await liked.get_attribute("aria-pressed") == "true"
        assert desk.studio.store.tally(work.id) == Tally(1, 0)
        await picture.get_by_role("button", name="👎 Do not like it").click()
        await picture.get_by_role("button", name="👎 Do not like it 1").wait_for()
        assert desk.studio.store.tally(work.id) == Tally(0, 1)

        # Again: the same words, another seed.
        await picture.get_by_role("button", name="Again").click()
        await page.locator("li.work").nth(3).wait_for()
        second = await asked(desk, 4)
        assert second.request.words == work.request.words
        assert second.request.seed != work.request.seed

        # All of it is there when the page is opened again.
        await page.reload()
        await page.locator("li.work").nth(3).wait_for()
        assert await page.locator("li.work .prompt").all_inner_texts() == [
            "a stormy sea at dusk", "an old pond", "a slow, sad waltz", "a stormy sea at dusk",
        ]  # fmt: skip
        await picture.get_by_role("button", name="👎 Do not like it 1").wait_for()
        assert page.faults == []


async def test_a_hostile_prompt_is_only_text(desk: Desk) -> None:
    async with browser() as opened:
        page = await look(opened, desk)
        title = await page.title()
        await page.get_by_role("textbox", name="Your words").fill(f"/poem {HOSTILE}")
        await page.keyboard.press("Enter")
        await page.locator("li.work").wait_for()
        work = await asked(desk)
        await finish(desk, work, handmade.poem(HOSTILE, title=HOSTILE))
        await page.locator(".poem").wait_for()
        clean = work.request.words
        assert await page.locator("li.work .prompt").inner_text() == clean
        assert "<script>" in clean
        assert await page.locator(".poem h3").text_content() == HOSTILE
        assert await page.locator("li.work :is(img, script)").count() == 0
        assert await page.title() == title
        assert page.faults == []


async def test_an_error_is_one_sentence_and_keeps_the_words(desk: Desk) -> None:
    async with browser() as opened:
        page = await look(opened, desk, locale="zh-CN")
        box = page.get_by_role("textbox", name="你的话")
        await box.fill("/paint 大海 count=9")
        await page.keyboard.press("Enter")
        alert = page.get_by_role("alert")
        await alert.get_by_text("1 到 4").wait_for()
        assert await box.input_value() == "/paint 大海 count=9"
        await box.fill("/help")
        await page.keyboard.press("Enter")
        help_ = page.get_by_role("dialog", name="怎样提出请求")
        await help_.wait_for()
        await page.keyboard.press("Escape")
        await help_.wait_for(state="hidden")
        assert await alert.inner_text() == ""
        await page.get_by_role("link", name="English").click()
        await page.get_by_role("textbox", name="Your words").wait_for()


async def test_a_failure_is_told_and_can_be_tried_again(desk: Desk) -> None:
    async with browser() as opened:
        page = await look(opened, desk)
        await page.get_by_role("textbox", name="Your words").fill("a sea")
        await page.keyboard.press("Enter")
        await page.locator("li.work").wait_for()
        await asyncio.to_thread(handmade.fail, desk.studio, await asked(desk))
        failed = page.locator("li.work[data-state=failed]")
        await failed.get_by_text("Something went wrong here.").wait_for()
        assert await failed.get_by_role("button", name="👍").count() == 0
        await failed.get_by_role("button", name="Again").click()
        await finish(desk, await asked(desk, 2), handmade.picture())
        await page.locator("li.work").nth(1).get_by_role("img").wait_for()
        assert page.faults == []


async def test_the_page_finds_a_studio_that_comes_back(desk: Desk) -> None:
    async with browser() as opened:
        page = await look(opened, desk)
        await page.get_by_role("textbox", name="Your words").fill("a sea")
        await page.keyboard.press("Enter")
        await page.locator("li.work").wait_for()
        work = await asked(desk)
        await desk.stop()
        await page.get_by_text("The studio cannot be reached; trying again").wait_for()
        await page.get_by_role("textbox", name="Your words").fill("lost words")
        await page.keyboard.press("Enter")
        await page.get_by_text("so nothing was sent").wait_for()
        await asyncio.to_thread(handmade.finish, desk.studio, work, handmade.picture())
        await desk.start()
        await page.locator("li.work img").wait_for()  # with nobody reloading
        assert await page.get_by_role("textbox", name="Your words").input_value() == "lost words"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_everything_fits_and_has_a_name(desk: Desk, scheme: str) -> None:
    async with browser() as opened:
        phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
        page = await look(opened, desk, color_scheme=scheme, **phone)
        for number, (text, made) in enumerate(
            [("/paint " + "w" * 120, handmade.picture(4)), ("/poem 初雪", handmade.poem("x" * 200)),
             ("/melody a waltz", handmade.melody())], 1,
        ):  # fmt: skip
            await page.get_by_role("textbox", name="Your words").fill(text)
            await page.get_by_role("button", name="Send").tap()
            await page.locator("li.work").nth(number - 1).wait_for()  # the answer came, and emptied the box
            await finish(desk, await asked(desk, number), made)
            await page.locator("li.work[data-state=made]").nth(number - 1).wait_for()
        await page.get_by_role("button", name="Options").tap()
        await page.get_by_label("The kind of tune").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        nameless = await page.evaluate(
            """() => [...document.querySelectorAll("button, a, input, select, textarea, audio, img")]
                .filter((e) => !e.closest("template, [hidden]") && e.offsetParent)
                .filter((e) => !(e.getAttribute("aria-label") || e.alt || e.textContent.trim() || e.title
                    || (e.labels && e.labels[0]?.textContent.trim()) || e.querySelector("img[alt]")))
                .filter((e) => !(e.tagName === "IMG" && e.getAttribute("alt") === ""))
                .map((e) => e.outerHTML)"""
        )
        assert nameless == []
        small = await page.evaluate(
            """() => [...document.querySelectorAll("button, nav a, select, .links a")]
                .filter((e) => e.offsetParent && !e.closest("dialog"))
                .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
                .filter(([, r]) => r.width < 24 || r.height < 24).map(([html]) => html)"""
        )
        assert small == []  # WCAG 2.2, 2.5.8: at least 24 by 24 pixels to touch
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(247, 244, 238)", "dark": "rgb(23, 21, 18)"}[scheme]
        assert page.faults == []
