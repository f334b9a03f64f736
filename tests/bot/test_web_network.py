"""Whoever drops the page's cookie is somebody new: what one public address may ask for has a limit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from atelier.languages import say
from atelier.settings import Settings
from bot.web import network
from tests.bot import handmade
from tests.bot.web_room import Desk, open_desk, visit
from tests.ports import free_port


@pytest.fixture
async def desk(make_settings: Callable[..., Settings]) -> AsyncIterator[Desk]:
    async with open_desk(make_settings(web_port=free_port(), address_waiting=2)) as desk:
        yield desk


async def ask(desk: Desk, address: str, words: str = "a sea", language: str = "en") -> httpx.Response:
    """Somebody who was never here asks through the proxy on this machine."""
    async with visit(desk, language) as visitor:
        visitor.client.headers["X-Forwarded-For"] = address
        return await visitor.ask(words)


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [
        ("8.8.8.8", "8.8.8.8", "1.1.1.1"),
        ("2600:1f18::1", "2600:1f18::beef", "2600:1f18:0:1::1"),  # a household has a whole network
        ("::ffff:8.8.8.8", "8.8.8.8", "9.9.9.9"),
    ],
)
async def test_one_address_waits_for_so_many(desk: Desk, first: str, same: str, other: str) -> None:
    made = [await ask(desk, first), await ask(desk, same)]
    assert [answer.status_code for answer in made] == [202, 202]
    for lang in ("en", "zh"):
        full = await ask(desk, same, language=lang)
        assert full.status_code == 503
        assert full.json()["error"] == say("address-waiting", lang, most=2)
    assert (await ask(desk, other)).status_code == 202
    row = await desk.row(made[0].json()["work"]["id"])
    assert set(row.place) == {"address"}
    assert first not in str(row.place)
    handmade.finish(desk.studio, row, handmade.picture())
    assert (await ask(desk, same)).status_code == 202  # one is there, one more may come


async def test_a_button_counts_too(desk: Desk) -> None:
    async with visit(desk) as visitor:
        visitor.client.headers["X-Forwarded-For"] = "8.8.8.8"
        work = await visitor.work("a sea")
        handmade.finish(desk.studio, work, handmade.picture())
        assert [(await ask(desk, "8.8.8.8")).status_code for _ in range(2)] == [202, 202]
        pressed = await visitor.post(
            f"/api/works/{work.id}/acts", {"word": "again", "ticket": "ticket-again"}
        )
        assert pressed.json()["error"] == say("address-waiting", "en", most=2)


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.20", "fe80::1", "nonsense"])
async def test_at_home_nobody_is_counted(desk: Desk, address: str) -> None:
    """It may be a proxy's, and then it would be everybody's."""
    answers = [await ask(desk, address) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202] * 4
    assert (await desk.row(answers[0].json()["work"]["id"])).place == {}


async def test_changes_come_at_a_pace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "A_MINUTE", 3)
    vote = {"work": "nosuchwork", "value": "liked"}
    async with visit(desk, "zh") as visitor:
        visitor.client.headers["X-Forwarded-For"] = "8.8.8.8"
        codes = [(await visitor.post("/api/vote", vote)).status_code for _ in range(4)]
        assert codes == [404, 404, 404, 429]
        assert (await visitor.post("/api/vote", vote)).json()["error"] == say("web-too-fast", "zh")
        assert (await visitor.client.get("/api/works")).status_code == 200  # to look is no change
        visitor.client.headers["X-Forwarded-For"] = "1.1.1.1"
        assert (await visitor.post("/api/vote", vote)).status_code == 404
