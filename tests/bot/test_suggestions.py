"""What Discord offers while somebody types, and choices written in one's own words."""

from __future__ import annotations

import pytest

from atelier.errors import Unavailable
from bot.catalogue import BY_NAME
from bot.typed import checked
from tests.bot.conftest import Desk, painted
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.discord_forms import suggest


async def values(discord: FakeDiscord, user: User, command: str, option: str, typed: str) -> list[str]:
    return [choice["value"] for choice in await suggest(discord, command, option, typed, user=user)]


async def test_styles_and_forms_by_their_names_in_any_language(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    assert await values(discord, alice, "/paint", "style", "") == list(BY_NAME["paint"].options[1].choices)
    assert await values(discord, alice, "/paint", "style", "IMP") == ["impressionism", "post-impressionism"]
    assert await values(discord, alice, "/paint", "style", "水墨") == ["ink"]
    assert await values(discord, alice, "/poem", "form", "son") == [
        "shakespearean sonnet",
        "petrarchan sonnet",
    ]
    assert await values(discord, alice, "/settings", "form", "七") == ["七绝", "七律"]
    assert await values(discord, alice, "/paint", "style", "nothing like that") == []
    mei = discord.user("mei", locale="zh-CN")
    [shown] = await suggest(discord, "/paint", "style", "ink", user=mei)
    assert shown["name"] != "ink"
    # What she reads is what she may send, picked from the list or typed to its end.
    asked = await discord.type("/paint", {"prompt": "大海", "style": shown["name"]}, user=mei)
    await asked.text()
    assert desk.work(mei).request.model_dump()["style"] == "ink"
    told = await (await discord.type("/settings", {"style": shown["name"]}, user=mei)).text()
    assert shown["name"] in told.content


async def test_ones_own_works_by_their_words(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await painted(discord, desk, alice, prompt="a stormy Sea")
    sea = desk.work(alice)
    await painted(discord, desk, alice, prompt="a hill " * 30)
    hill = desk.work(alice)
    assert await values(discord, alice, "/history", "work", "") == [hill.id, sea.id]
    [shown] = await suggest(discord, "/history", "work", "sea", user=alice)
    assert shown == {"name": f"🎨 a stormy Sea · {sea.asked_at:%Y-%m-%d}", "value": sea.id}
    assert await values(discord, discord.user("bob"), "/history", "work", "") == []
    assert await values(discord, alice, "/favourites", "work", "") == []
    desk.studio.store.favour(hill.id, desk.work(alice).person)
    assert await values(discord, alice, "/favourites", "work", "") == [hill.id]

    def down(*_: object) -> None:
        raise Unavailable("store-down")

    monkeypatch.setattr(desk.studio.store, "recent", down)
    assert await values(discord, alice, "/history", "work", "") == []


@pytest.mark.parametrize(
    ("written", "stored"), [("水墨", "ink"), ("Ink wash", "ink"), (" INK ", "ink"), ("none", "none")]
)
def test_a_choice_may_be_written_in_ones_own_language(written: str, stored: str) -> None:
    assert checked(BY_NAME["settings"], {"style": written}) == {"style": stored}
