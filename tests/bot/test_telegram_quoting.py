"""Nothing that is quoted is taken for markup, and offsets are what Telegram counts."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atelier.safety import clean_prompt
from bot.telegram.quoting import CAPTION, TEXT, bold, defused, formatted, quote, units
from tests.fakes.botapi_text import between, check

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80)
LIVELY = st.lists(
    st.sampled_from([
        "@name", "#tag", "$USD", "/start", "/paint@bot", "a.example.com", "https://x.yz/?q", "a@b.cd",
        "t.me/join", "tg://user?id=1", "🎨", "e\u0301", "漢字", " ", ".", "\ue000", "\ue002", "<b>", "`",
    ]),
    max_size=12,
).map("".join)  # fmt: skip


def sent(text: str, limit: int = TEXT) -> tuple[str, list[dict[str, object]]]:
    """As the server takes it."""
    made = formatted(text, limit)
    return made.text, check(made.text, [e.to_dict() for e in made.entities], limit=limit, what="message")


@given(WORDS | LIVELY, WORDS | LIVELY)
@example("@everyone", "@everyone")
@example("https://evil.example", "www.evil.example/path")
def test_quoted_and_plain_words_come_to_nothing(inside: str, outside: str) -> None:
    prompt = str(clean_prompt(inside))
    text, entities = sent(f"“{quote(prompt)}” · {outside}\n{bold(inside)}")
    assert {entity["type"] for entity in entities} <= {"code", "bold"}
    if prompt:
        assert between(text, entities[0]) == prompt


@given(LIVELY, st.integers(1, 60))
def test_a_text_too_long_is_cut_at_a_character(words: str, limit: int) -> None:
    text, _ = sent(quote(words) + words, limit)
    assert units(text) <= limit


def test_a_caption_holds_the_longest_prompt_and_says_that_it_was_cut() -> None:
    text, entities = sent(f"{quote('🌊' * 500)}\n{'x' * 100}", CAPTION)
    assert units(text) == CAPTION
    assert text.endswith("…")
    assert entities == [{"type": "code", "offset": 0, "length": 1000}]


@pytest.mark.parametrize("plain", ["3/4, 90 notes", "one. Two", "10:30", "a/b", "what?", "version v1"])
def test_what_is_no_link_is_left_alone(plain: str) -> None:
    assert defused(plain) == plain
