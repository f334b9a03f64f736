"""Nothing that is quoted is taken for markup, and offsets are what Telegram counts."""

from __future__ import annotations

import pytest
from fluent.syntax import FluentParser, ast, visitor
from hypothesis import example, given
from hypothesis import strategies as st

from atelier.languages import LANGS, LOCALES
from atelier.safety import clean_prompt
from bot.command import OURS
from bot.telegram.quoting import CAPTION, TEXT, bold, formatted, inert, quote, units
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
    text, entities = sent(f"“{quote(prompt)}” · {inert(outside)}\n{bold(inside)}")
    assert {entity["type"] for entity in entities} <= {"code", "bold"}
    if prompt:
        assert between(text, entities[0]) == prompt


@given(LIVELY, st.integers(1, 60))
def test_a_text_too_long_is_cut_at_a_character(words: str, limit: int) -> None:
    text, _ = sent(quote(words) + inert(words), limit)
    assert units(text) <= limit


def test_a_caption_holds_the_longest_prompt_and_says_that_it_was_cut() -> None:
    text, entities = sent(f"{quote('🌊' * 500)}\n{'x' * 100}", CAPTION)
    assert units(text) == CAPTION
    assert text.endswith("…")
    assert entities == [{"type": "code", "offset": 0, "length": 1000}]


@pytest.mark.parametrize("plain", ["3/4, 90 notes", "one. Two", "10:30", "a/b", "what?", "version v1"])
def test_what_is_no_link_is_left_alone(plain: str) -> None:
    assert formatted(inert(plain)).text == plain


def test_our_own_sentences_can_be_tapped() -> None:
    ours = "See https://findahelpline.com, or /help and /admin resume."
    text, entities = sent(ours)
    assert text == ours
    assert [between(text, one) for one in entities] == ["https://findahelpline.com", "/help", "/admin"]


@pytest.mark.parametrize(
    ("before", "theirs", "after"),
    [("There is no “/", "forgetme", "”."), ("@", "durov", ""), ("", "evil.", "com"), ("evil.", "example", ""),
     ("", "https:", "//localhost"), ("https:", "//evil.example", ""), ("#", "tag", "")],
)  # fmt: skip
def test_nothing_comes_alive_across_the_edge_of_what_is_not_ours(
    before: str, theirs: str, after: str
) -> None:
    for mark in (inert, bold):
        text, entities = sent(f"{before}{mark(theirs)}{after}")
        assert {entity["type"] for entity in entities} <= {"bold"}
        assert text.replace("\u2060", "") == before + theirs + after


def test_what_a_sentence_chooses_its_form_by_is_never_quoted() -> None:
    """A quoted word is no word of the sentence's list any more, and the wrong form would be said."""
    for lang in LANGS:
        for file in (LOCALES / lang).glob("*.ftl"):
            for message in FluentParser().parse(file.read_text("utf-8")).body:
                for choice in _choices(message):
                    words = {v.key.name for v in choice.variants if isinstance(v.key, ast.Identifier)}
                    if not words <= {"zero", "one", "two", "few", "many", "other"}:
                        assert choice.selector.id.name in OURS, message.id.name


def _choices(node: ast.BaseNode) -> list[ast.SelectExpression]:
    found: list[ast.SelectExpression] = []

    class Look(visitor.Visitor):
        def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
            found.append(node)
            self.generic_visit(node)

    Look().visit(node)
    return found
