"""What a person typed, as Discord shows it: the same characters, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.requests import PaintRequest, PoemRequest
from atelier.store import ArtefactRef, PersonRef, Work
from atelier.works import AnyResult, Artefact
from bot.discord.place import Place
from bot.discord.quoting import escape, shorten, width
from bot.discord.replies import pages
from bot.discord.sheet import MAX_TEXT, sheet
from tests.bot import handmade
from tests.fakes.discord_rules import pinged

TRICKY = "\\*_~|`<>[]#@:/.-+)0 \n\u200baéx你😀"


def seen(text: str) -> str:
    """What Discord shows of escaped text: a backslash goes, what follows it stays (its own rule)."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text).replace("@\u200b", "@")


@given(st.text(alphabet=TRICKY, max_size=60) | st.text(max_size=60))
def test_what_is_shown_is_what_was_typed(text: str) -> None:
    assert seen(escape(text)) == text.replace("@\u200b", "@")


@given(st.text(alphabet=TRICKY, max_size=60))
def test_nothing_that_means_something_is_left_bare(text: str) -> None:
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "·", escape(text))
    assert not re.search(r"[\\*_~|`<>\[\]#]|://|\.\w|@(?!\u200b)", bare)
    assert not re.search(r"^\s*(?:[-+]|\d+[.)])", bare, re.MULTILINE)


@given(st.text(alphabet=TRICKY + "everyonehere12&!", max_size=60))
def test_nobody_is_called(text: str) -> None:
    assert pinged(escape(text), None) == set()


@pytest.mark.parametrize(
    "text",
    [
        "@everyone",
        "<@123>",
        "**b**",
        "https://example.com",
        "discord.gg/abc",
        "- a list",
        "1. a list",
        "# big",
    ],
)
def test_a_mark_stays_readable(text: str) -> None:
    assert escape(text) != text
    assert seen(escape(text)) == text


def test_shortened_text_says_so() -> None:
    assert shorten("a stormy sea", 12) == "a stormy sea"
    assert shorten("a stormy sea", 9) == "a stormy…"
    assert width("sea 🌊") == 6


def work(request: PaintRequest | PoemRequest, made: tuple[AnyResult, list[Artefact]]) -> Work:
    result, files = made
    now = datetime.now(UTC)
    refs = tuple(ArtefactRef(file.name, file.media_type, file.name, len(file.data)) for file in files)
    return Work(
        "abcdefgh2345", PersonRef("discord", "1"), request.kind, request, "en", {}, "made", "v1", result,
        refs, None, {}, now, now, now, None,
    )  # fmt: skip


@given(st.text(alphabet=TRICKY, min_size=1, max_size=500), st.integers(0, 80))
def test_a_message_is_never_too_long(prompt: str, lines: int) -> None:
    made = handmade.poem(*["*all the words of a line*"] * (lines + 1), title="*" * 80)
    page = sheet(work(PoemRequest.model_construct(topic=prompt), made), made[1], file_limit=10**7)
    assert width(page.text) <= MAX_TEXT
    whole = "all the words" in page.text
    assert whole == (not page.files)


def test_what_does_not_fit_is_named() -> None:
    result, _ = handmade.picture(2)
    files = [Artefact(f"picture-{n}.png", "image/png", bytes(600)) for n in (1, 2)]
    page = sheet(work(PaintRequest(prompt="sea", count=2), (result, files)), files, file_limit=1000)
    assert [file.filename for file in page.files] == ["picture-1.png"]
    assert "picture-2" in seen(page.text)


def test_a_place_survives_its_row_and_keeps_its_secret() -> None:
    place = Place(1, "secret", 2, 3, 4, datetime.now(UTC))
    stored = {**place.as_json(), "something": "newer"}
    assert Place.from_json(stored) == place
    assert "secret" not in repr(place)


def test_a_long_line_is_never_cut_behind_a_backslash() -> None:
    for shift in range(4):
        line = "x" * shift + "\\*" * 3000
        parts = pages(line)
        assert "".join(parts) == line
        assert not any(part.startswith("*") for part in parts)
        assert all(len(part) <= 2000 for part in parts)
