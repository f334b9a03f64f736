"""Around a work on the page: every act of the table by the API, and in a real browser."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from atelier.languages import LANGS, say
from atelier.requests import KINDS, Kind
from atelier.settings import Settings
from atelier.store import Work
from bot import acts
from tests.bot import handmade
from tests.bot.test_acts_everywhere import ASKED, MADE, NEW_WORDS
from tests.bot.test_web_browser import asked, finish, look
from tests.bot.web_room import Desk, Visitor, browser, open_desk, visit
from tests.ports import free_port


@pytest.fixture
async def desk(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setattr(acts, "ships", lambda _model: True)
    async with open_desk(make_settings(web_port=free_port())) as desk:
        yield desk


async def made(desk: Desk, visitor: Visitor, kind: Kind) -> Work:
    """A finished work of the visitor's."""
    work = await visitor.work(ASKED[kind], kind)
    handmade.finish(desk.studio, work, MADE[kind]())
    return await desk.row(work.id)


async def buttons(visitor: Visitor, work: Work) -> list[dict[str, Any]]:
    """What the page offers."""
    answer = await visitor.client.get(f"/api/works/{work.id}")
    return list(answer.json()["work"]["acts"])


async def press(visitor: Visitor, work: Work, word: str, **said: str) -> dict[str, Any]:
    """A press, with a ticket of its own."""
    body = {"word": word, "ticket": uuid.uuid4().hex, **said}
    return dict((await visitor.post(f"/api/works/{work.id}/acts", body)).json())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGS)
async def test_every_act(desk: Desk, kind: Kind, lang: str) -> None:
    async with visit(desk, lang) as visitor:
        other = await made(desk, visitor, kind)
        work = await made(desk, visitor, kind)
        offered = await buttons(visitor, work)
        assert [one["word"] for one in offered] == [one.word for one in acts.offered(work)]
        for act in offered:
            word, name = (
                act["choices"][0]["word"] if act["choices"] else act["word"],
                act["word"].split("-")[0],
            )
            said = {"words": NEW_WORDS} if act.get("needs") == "words" else {}
            if act.get("needs") == "other":
                assert other.id in [one["id"] for one in (await press(visitor, work, word))["others"]]
                said = {"other": other.id}
            answer = await press(visitor, work, word, **said)
            if acts.BY_NAME[name.partition(".")[0]].makes:
                row = await desk.row(answer["work"]["id"])
                if name == "vary":
                    assert say(f"made-{word.partition('.')[0]}", lang) in answer["work"]["options"]
                assert (row.parent, row.request.words) == (work.id, said.get("words", work.request.words))
                assert (await press(visitor, work, word, **said))["said"] == say("act-twice", lang)
            elif name == "original":
                assert {one["name"] for one in answer["files"]} == {ref.name for ref in work.artefacts}
            else:
                key = {"favourite": "favourite-kept", "details": "details-title", "delete": "work-deleted"}[
                    name
                ]
                assert say(key, lang) in answer["said"]
    assert (await desk.row(work.id)).state == "deleted"


async def test_what_is_not_offered_or_not_yours_is_refused(desk: Desk) -> None:
    async with visit(desk) as visitor, visit(desk) as stranger:
        work = await made(desk, visitor, "poem")
        assert (await press(visitor, work, "blend.1"))["error"] == say("blend-none", "en")
        assert (await press(visitor, work, "no-such"))["error"] == say("button-unknown", "en")
        assert (await press(visitor, work, "edit", words=""))["error"]
        assert (await press(stranger, work, "delete-yes"))["error"] == say("delete-not-yours", "en")
        assert (await press(visitor, work, "delete-yes"))["gone"]
        assert (await press(visitor, work, "again"))["error"] == say("work-unknown", "en")


async def test_in_a_browser(desk: Desk) -> None:
    async with browser() as opened:
        page = await look(opened, desk)

        async def on_the_page(number: int) -> None:
            """The answer came: soon after the row, it empties the box of words and closes what was open."""
            await page.locator("li.work").nth(number - 1).wait_for()

        for number in (1, 2):
            await page.get_by_role("textbox", name="Your words").fill(f"a sea {number} count=2")
            await page.keyboard.press("Enter")
            await on_the_page(number)
            await finish(desk, await asked(desk, number), handmade.picture(2))
        work = page.locator("li.work").nth(1)
        await work.get_by_role("button", name="Edit").click()
        assert await work.get_by_label("Your words").input_value() == "a sea 2"
        await work.get_by_label("Your words").fill("<b>a lake</b>")
        await work.get_by_label("Options").fill("style=ink")
        await work.get_by_role("button", name="Edit and run again").click()
        await on_the_page(3)
        third = await asked(desk, 3)
        assert (third.request.words, third.request.model_dump()["style"]) == ("<b>a lake</b>", "ink")
        await finish(desk, third, handmade.picture())

        await work.get_by_role("button", name="More").click()
        await work.get_by_role("button", name="Vary a little").click()
        await work.get_by_text(say("act-which", "en")).wait_for()
        await work.get_by_role("button", name="2", exact=True).click()
        await on_the_page(4)
        assert (await asked(desk, 4)).act == "vary-subtle.2"

        await work.get_by_role("button", name="More").click()
        await work.get_by_role("button", name="Blend").click()
        await work.get_by_role("button", name="1", exact=True).click()
        which = work.get_by_label(say("blend-choose", "en", first="a sea 2"))
        await which.wait_for()  # the page asks the server first, and reading its options waits for nothing
        [label] = [text for text in await which.locator("option").all_inner_texts() if "a sea 1" in text]
        await which.select_option(label=label)
        await work.locator(".panel").get_by_role("button", name="Blend").click()
        await on_the_page(5)

        await work.get_by_role("button", name="Favourite").click()
        await work.get_by_text(say("favourite-kept", "en")).wait_for()
        await work.get_by_role("button", name="More").click()
        await work.get_by_role("button", name="Delete").click()
        await work.get_by_role("button", name="Yes, delete it").click()
        await page.locator("li.work").nth(4).wait_for(state="detached")  # of five, one is gone
        assert page.faults == []
