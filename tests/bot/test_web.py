"""The web page's API: what it accepts, what it refuses, what it serves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from atelier.doctor import checks
from atelier.languages import LANGS, pick
from atelier.settings import Settings
from atelier.store import Tally
from bot.actions.surprise import ideas
from bot.catalogue import BY_NAME, every
from bot.web.visitor import VISITOR, accepted
from tests.bot import handmade
from tests.bot.web_room import Desk, open_desk, visit
from tests.conftest import OwnRedis
from tests.ports import free_port

FROM_PAGE = ("/api/ask", "/api/vote", "/api/works/abc/acts")


@pytest.fixture
async def desk(make_settings: Callable[..., Settings]) -> AsyncIterator[Desk]:
    async with open_desk(make_settings(web_port=free_port())) as desk:
        yield desk


async def test_the_page_gives_a_signed_cookie_and_lets_no_foreign_script_run(desk: Desk) -> None:
    async with httpx.AsyncClient(base_url=desk.page) as client:
        answer = await client.get("/")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{VISITOR}=")
        assert {"httponly", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=[\"']|\sstyle=[\"']|<style", answer.text)
        again = await client.get("/")
        assert again.headers["set-cookie"].split(";")[0] == cookie.split(";")[0]  # the same visitor


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "en"), ("de,fr;q=0.8", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en;q=0.5, zh-Hans", "zh"),
        ("fr, zh;q=0.4, en;q=0.3", "zh"), ("zh;q=0, en;q=0.1", "en"), ("zh;q=much", "en"), ("EN-gb,zh", "en"),
    ],
)  # fmt: skip
def test_the_browser_says_which_language(header: str, lang: str) -> None:
    assert accepted(header) == lang


async def test_the_language_can_be_changed(desk: Desk) -> None:
    async with visit(desk, "en-GB") as visitor:
        assert 'lang="en"' in (await visitor.client.get("/")).text
        changed = await visitor.client.get("/?lang=zh", follow_redirects=True)
        assert '<html lang="zh-Hans">' in changed.text
        assert "想让我做点什么" in changed.text
        refused = await visitor.ask("")
        assert refused.json()["error"] == "请用文字告诉我想要什么，例如“黄昏时的暴风海面”。"


@pytest.mark.parametrize("address", FROM_PAGE)
async def test_only_the_page_itself_can_change_anything(desk: Desk, address: str) -> None:
    said = {"text": "a sea", "ticket": "ticket-0001", "work": "abc", "value": "liked"}
    async with visit(desk) as visitor:
        assert (await visitor.client.post(address, json=said)).status_code == 403  # no origin
        foreign = await visitor.post(address, said, Origin="http://evil.example")
        assert (foreign.status_code, foreign.json()["error"].count("refused")) == (403, 1)
        assert (await visitor.post(address, said, Origin="null")).status_code == 403
        form = {"Origin": desk.page, "Content-Type": "text/plain"}
        assert (await visitor.client.post(address, content=b"{}", headers=form)).status_code == 415
        assert (await visitor.post(address, {"text": "x" * 20_000})).status_code == 413
        assert (await visitor.post(address, [1])).status_code == 400
        assert (await visitor.client.get(address)).status_code in (404, 405)
        visitor.client.cookies.clear()
        assert (await visitor.post(address, said)).status_code == 403
        visitor.client.cookies.set(VISITOR, "someone.forged-signature")
        assert (await visitor.post(address, said)).status_code == 403
    assert desk.studio.store.stats()["works"] == 0


@pytest.mark.parametrize(
    ("text", "command", "options", "says"),
    [
        ("", "paint", {}, "Please say in words"),
        ("\0\u200b\u202e", "paint", {}, "Please say in words"),
        ("x" * 501, "poem", {}, "at most 500"),
        ("/dance wildly", "paint", {}, "no command “/dance”"),
        ("snow", "poem", {"form": "epic"}, "do not know the form"),
        ("/poem snow form=epic", "paint", {}, "do not know the form"),
        ("a sea", "paint", {"count": "9"}, "from 1 to 4"),
        ("a sea seed=many", "paint", {}, "whole number"),
        ("a sea", "paint", {"seed": "1e3"}, "whole number"),
        ("a waltz", "melody", {"key": "H flat"}, "no key"),
        ("a sea", "paint", {"color": "red"}, "no option “color”"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(
    desk: Desk, text: str, command: str, options: dict[str, object], says: str
) -> None:
    async with visit(desk) as visitor:
        answer = await visitor.ask(text, command, **options)
    assert answer.status_code == 422
    assert says in answer.json()["error"]
    assert desk.studio.store.stats()["works"] == 0


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/paint a stormy sea style=photo", "a stormy sea"),
        ("／paint 暴风海面 style=photo", "暴风海面"),
        ("🌊🌊 style=photo", "🌊🌊"),
        ("a\0 stormy\u200b \u202esea style=photo", "a stormy sea"),
        ("<b>@everyone</b> [x](http://a) `y` style=photo", "<b>@everyone</b> [x](http://a) `y`"),
    ],
)
async def test_a_typed_line_is_a_request(desk: Desk, text: str, kept: str) -> None:
    async with visit(desk) as visitor:
        work = await visitor.work(text, "paint", style="emoji")  # what is typed wins over the form
    assert work.request.words == kept
    assert work.request.model_dump()["style"] == "photo"
    assert work.state == "queued"
    assert desk.studio.road.place(work) == 1


async def test_a_surprise_is_a_work_of_the_page_too(desk: Desk) -> None:
    async with visit(desk) as visitor:
        answer = await visitor.ask("/surprise poem")
        assert answer.status_code == 202
        work = answer.json()["work"]
    assert work["kind"] == "poem"
    assert any(idea.startswith(work["prompt"]) for idea in ideas("poem", "en"))


@pytest.mark.parametrize("lang", LANGS)
async def test_the_page_shows_the_reply_of_every_command(desk: Desk, lang: str) -> None:
    async with visit(desk, lang) as visitor:
        for command in every():
            if not command.makes and command.role == "everyone" and command.prompt is None:
                reply = (await visitor.ask(f"/{command.path}")).json()["reply"]
                assert reply["command"] == command.path
                assert reply["title"] == command.describe(pick(lang))
                assert reply["text"] or reply["fields"] or reply["works"]
        told = (await visitor.ask("/help")).json()["reply"]
    assert {"name": "/poem", "what": BY_NAME["poem"].describe(pick(lang))}.items() <= told["commands"][
        1
    ].items()
    assert desk.studio.store.stats()["works"] == 0


async def test_a_request_sent_twice_is_one_work(desk: Desk) -> None:
    said = {"text": "a sea", "command": "paint", "ticket": "the-same-ticket"}
    async with visit(desk) as visitor, visit(desk) as other:
        first = (await visitor.post("/api/ask", said)).json()["work"]
        second = (await visitor.post("/api/ask", said)).json()["work"]
        assert first["id"] == second["id"]
        assert (await other.post("/api/ask", said)).json()["work"]["id"] != first["id"]
    assert desk.studio.store.stats()["works"] == 2


async def test_redis_down_is_said_and_nothing_is_recorded(
    make_settings: Callable[..., Settings], redis_server: OwnRedis
) -> None:
    settings = make_settings(web_port=free_port(), redis_url=redis_server.url)
    async with open_desk(settings) as desk, visit(desk) as visitor:
        assert (await visitor.client.get("/healthz")).json() == {"ok": True}
        found = {check.name: check for check in await asyncio.to_thread(checks, settings)}
        assert found["web page"].text.startswith("a studio already answers")
        redis_server.kill()
        answer = await visitor.ask("a sea")
        assert answer.status_code == 503
        assert answer.json()["error"].startswith("The studio's queue is not answering")
        assert (await visitor.client.get("/healthz")).status_code == 503
        assert desk.studio.store.stats()["works"] == 0
        redis_server.start()
        assert (await visitor.work("a sea")).state == "queued"


async def test_the_feed_tells_place_start_and_end(desk: Desk) -> None:
    async with visit(desk) as visitor, visit(desk) as other:
        first = await other.work("the first in the queue")
        work = await visitor.work("a sea")
        async with visitor.listening() as events:
            listed = (await visitor.client.get("/api/works")).json()["works"]
            assert [(w["id"], w["state"], w["place"]) for w in listed] == [(work.id, "waiting", 2)]
            assert listed[0]["status"] == "You are number 2 in the queue."
            desk.studio.road.cancel(first.id)
            event = await anext(events)
            assert (event["id"], event["place"], event["status"]) == (work.id, 1, "You are next.")
            await asyncio.to_thread(handmade.begin, desk.studio, work)
            event = await _until(events, "running")
            assert event["status"] == "It is being made now…"
            await asyncio.to_thread(handmade.finish, desk.studio, work, handmade.picture(2))
            event = await _until(events, "made")
            assert [p["alt"] for p in event["pictures"]] == [
                "A picture made by a machine for “a sea”", "A picture made by a machine for “a sea” 2",
            ]  # fmt: skip
            assert "sea, storm" in event["details"]
        assert (await other.client.get("/api/works")).json()["works"][0]["id"] == first.id
    assert (await _posted(desk, work.id)).state == "posted"


async def test_a_failure_is_told_in_the_readers_language(desk: Desk) -> None:
    async with visit(desk, "zh-CN") as visitor, visitor.listening() as events:
        work = await visitor.work("一片海")
        await asyncio.to_thread(handmade.fail, desk.studio, work, "artefacts-down")
        event = await _until(events, "failed")
        assert event["status"].startswith("画室的存放处现在没有回应")


async def test_a_work_made_while_nobody_looked_is_there_later(desk: Desk) -> None:
    async with visit(desk) as visitor:
        work = await visitor.work("snow", "poem", form="haiku", mood="calm")
        await desk.stop()
        await asyncio.to_thread(handmade.finish, desk.studio, work, handmade.poem("a", "b", title="T"))
        await desk.start()
        await _posted(desk, work.id)
        (shown,) = (await visitor.client.get("/api/works")).json()["works"]
        assert (shown["state"], shown["poem"]["stanzas"]) == ("made", [["a", "b"]])
        assert shown["options"] == ["haiku", "calm"]


async def test_earlier_works_come_page_by_page(desk: Desk) -> None:
    async with visit(desk) as visitor:
        asked = [(await visitor.work(f"sea {number}")).id for number in range(23)]
        page = (await visitor.client.get("/api/works")).json()
        assert [w["id"] for w in page["works"]] == asked[:-21:-1]
        assert page["more"] is True
        before = {"before": page["works"][-1]["asked_at"]}
        rest = (await visitor.client.get("/api/works", params=before)).json()
        assert [w["id"] for w in rest["works"]] == asked[2::-1]
        assert rest["more"] is False


async def test_thumbs_are_counted_changed_and_taken_back(desk: Desk) -> None:
    async with visit(desk) as visitor, visit(desk) as other:
        work = await visitor.work("a sea")
        await asyncio.to_thread(handmade.finish, desk.studio, work, handmade.picture())

        async def vote(who: Any, value: object) -> dict[str, Any]:
            answer = await who.post("/api/vote", {"work": work.id, "value": value})
            return dict(answer.json())

        assert await vote(visitor, "liked") == {"tally": {"liked": 1, "disliked": 0}, "vote": "liked"}
        assert (await vote(visitor, "liked"))["tally"] == {"liked": 1, "disliked": 0}
        assert (await vote(other, "liked"))["tally"] == {"liked": 2, "disliked": 0}
        assert (await vote(visitor, "disliked"))["tally"] == {"liked": 1, "disliked": 1}
        assert await vote(visitor, None) == {"tally": {"liked": 1, "disliked": 0}, "vote": None}
        assert "error" in await vote(visitor, "adored")
        assert (await visitor.post("/api/vote", {"work": "nothere", "value": "liked"})).status_code == 404
    assert desk.studio.store.tally(work.id) == Tally(1, 0)
    # Nothing is overwritten: liked (twice is once), liked by another, disliked, taken back.
    assert [row["platform"] for row in desk.studio.store.feedback()] == ["web"] * 4


async def test_again_is_the_same_request_with_another_seed(desk: Desk) -> None:
    async with visit(desk) as visitor:
        work = await visitor.work("a sea", "paint", style="photo", seed="7")
        answer = await visitor.post(f"/api/works/{work.id}/acts", {"word": "again", "ticket": "ticket-again"})
        again = await desk.row(answer.json()["work"]["id"])
    assert again.request.model_dump(exclude={"seed"}) == work.request.model_dump(exclude={"seed"})
    assert (work.request.seed, again.request.seed == 7) == (7, False)


async def _until(events: AsyncIterator[dict[str, Any]], state: str) -> dict[str, Any]:
    """The first event that shows this state."""
    async with asyncio.timeout(20):
        async for event in events:
            if event["state"] == state:
                return event
    raise AssertionError(f"the feed ended before {state}")


async def _posted(desk: Desk, work_id: str) -> Any:
    """The row, once the delivery has recorded its post."""
    async with asyncio.timeout(20):
        while (row := await desk.row(work_id)).posted_at is None:
            await asyncio.sleep(0.02)
        return row
