"""10,000 hostile prompts, through everything that shows a person's words on either chat.

Whatever a prompt says, a message has the same markup in it as with harmless words, calls nobody,
links nowhere, and fits. (The prompt filter's verdicts on as many are ``tests/atelier/test_moderation.py``'s.)
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atelier.errors import BadInput
from atelier.languages import Lang
from atelier.requests import KINDS, Kind, Request, parse_request
from atelier.store import ArtefactRef, PersonRef, Work
from atelier.works import AnyResult, Artefact
from bot import acts, around, words
from bot.discord import buttons as discord_buttons
from bot.discord.asking import told
from bot.discord.quoting import escape
from bot.discord.sheet import quote as discord_quote
from bot.discord.sheet import sheet
from bot.making import MAKING
from bot.studio import sentence
from bot.telegram import keyboard, shapes
from bot.telegram.quoting import CAPTION, TEXT, formatted, inert
from bot.telegram.quoting import quote as telegram_quote
from tests.bot import handmade
from tests.fakes import botapi_text
from tests.fakes.discord_markup import live
from tests.fakes.discord_rules import MAX_CONTENT, MAX_DESCRIPTION, MAX_LABEL, MAX_OPTION, pinged

TRICKS = (
    "@everyone", "@here", "<@123456789>", "<@!123456789>", "<@&42>", "<#42>", "</forgetme:42>", "<id:browse>",
    "<:x:42>", "<a:x:42>", "<t:0:R>", "**b**", "*i*", "_i_", "__u__", "~~s~~", "||spoiler||", "`code`",
    "```\ncode\n```", "[here](https://evil.example)", "https://evil.example/?q=1", "<https://evil.example>",
    "discord.gg/evil", "discord.com/invite/evil", "evil.example", "www.evil.example", "t.me/evil",
    "tg://user?id=1", "ton://transfer/x", "mailto:a@b.example", "a@b.example", "@durov", "#tag", "$USD",
    "/forgetme", "/admin@atelier_bot", "# big", "## big", "-# small", "> quote", ">>> quote", "- item",
    "* item", "1. item", "12) item", "<b>x</b>", "<a href='https://evil.example'>x</a>", "<script>x</script>",
    "&lt;b&gt;", "&amp;", "%s %d", "{prompt}", "{ $prompt }", "{{7*7}}", "${x}", "\\", "\\\\", "\\*", "\\@",
    "\\`", "\x00", "\x1b[31m", "\u200b", "\u202e", "\u2066", "\u2060", "\ufeff", "\ue000", "\ue001", "\ue002",
    "\ud800", "\udc00",
    "\U000e0001", "\U000e0040", "e\u0301" * 9, "\u0489" * 40, "🏳️‍🌈", "👩‍👩‍👧‍👦", "🇳🇺", "漢字", "裸足", "א",
    "ﷺ", "𝓗𝓲", "＠ｅｖｅｒｙｏｎｅ", "＃ｔａｇ", "@\u200beveryone", "@every\u200bone", "ht\u200btps://evil.example",
    "\r\n", "\n", "\t", "\u2028", " ", ".", ":", "//", "style=ink", "'", '"', "a", "sea", "x" * 90,
)  # fmt: skip
SEEDED = 9_600
DRAWN = 400  # by Hypothesis: 10,000 together
HARMLESS = ("words", "a word")


def hostile() -> Iterator[str]:
    """Each trick alone and between words, then many together; the seed is fixed."""
    chance = random.Random(11)
    for trick in TRICKS:
        yield from (trick, f"a {trick} b", f"a{trick}b", trick * 3)
    for _ in range(SEEDED - 4 * len(TRICKS)):
        glue = chance.choice(("", "", " ", "\n"))
        yield glue.join(chance.choices(TRICKS, k=chance.randrange(2, 12)))[:500]


@dataclass(frozen=True)
class Shown:
    """What is sent because of one prompt. ``inert``: shown as it is, but with a limit of its own."""

    discord: dict[str, str]
    telegram: list[tuple[str, int]]
    inert: list[tuple[str, int]]


MADE: dict[Kind, tuple[AnyResult, list[Artefact]]] = {
    "paint": handmade.picture(2), "poem": handmade.poem(), "melody": handmade.melody(),
}  # fmt: skip


def shown(kind: Kind, lang: Lang, prompt: str, *, refused: bool) -> Shown:
    """All that the two chats' renderers make of a work and its waiting, or of ``refused`` options."""
    parts = Shown({}, [], [])
    for number, more in enumerate(WRONG[kind] if refused else ({},)):
        try:
            request = read(kind, {parse_field(kind): prompt, **more})
        except BadInput as fault:
            parts.discord[f"refusal {number}"] = told(fault, lang)
            parts.telegram.append((sentence(fault, lang, inert), TEXT))
        else:
            work, files = made(kind, lang, request)
            _on_discord(parts, work, files)
            _on_telegram(parts, work, files)
    return parts


def _on_discord(parts: Shown, work: Work, files: list[Artefact]) -> None:
    page = sheet(work, files, file_limit=10**7)
    parts.discord.update(work=page.text, regret=escape(work.request.words), **_lines(work, discord_quote))
    parts.inert.extend((file.description, MAX_DESCRIPTION) for file in page.files if file.description)
    choice = discord_buttons.OtherWork("blend.1", work.id, [work], work.lang).item.options[0]
    parts.inert.append((choice.label, MAX_OPTION))


def _lines(work: Work, quote: words.Quote) -> dict[str, str]:
    """What both chats say of a work; one half for one half of the prompts, for the time that it takes."""
    if len(work.request.words) % 2:
        return {"waiting": words.acknowledgement(work, 3, quote, 60.0)}
    return {
        "details": "\n".join(around.details(work, work.lang, quote)),
        "listed": words.listed(work, work.lang, quote),
    }


def _on_telegram(parts: Shown, work: Work, files: list[Artefact]) -> None:
    data = {file.name: file for file in files}
    result: Any = work.result
    if work.kind == "paint":
        album = shapes.album(work, [data[name].data for name in result.files])
        captions = [(photo.caption, photo.caption_entities) for photo in album]
        captions.append(_caption(shapes.photo(work, b"", shapes.caption(work))))
    elif work.kind == "melody":
        audio = shapes.melody(work, result, data[result.files["ogg"]])
        captions = [_caption(audio)]
        parts.inert.append((audio.title or "", shapes.TITLE))
    else:
        parts.telegram.append((shapes.poem(work, result), TEXT))
        captions = []
    for text, entities in captions:
        _checked(text or "", list(entities), CAPTION)
    parts.telegram.extend((text, TEXT) for text in _lines(work, telegram_quote).values())
    buttons = keyboard.others(work, acts.Press("blend", number=1), [work], work.lang).inline_keyboard
    parts.inert.append((buttons[0][0].text, MAX_LABEL))


def _caption(media: Any) -> tuple[str, Any]:
    return media.caption, media.caption_entities


def _checked(text: str, entities: list[Any], limit: int) -> None:
    """As Telegram takes it: nothing in it but what we marked ourselves."""
    found = botapi_text.check(text, [e.to_dict() for e in entities], limit=limit, what="message")
    assert {entity["type"] for entity in found} <= {"code", "bold"}, text


def parse_field(kind: Kind) -> str:
    """What a request of ``kind`` calls its prompt."""
    prompt = MAKING[kind].prompt
    assert prompt is not None
    return prompt.name


# Options that no value like these is taken for: what is refused is quoted in the refusal.
WRONG: dict[Kind, tuple[dict[str, Any], ...]] = {
    "paint": ({"style": "{}"}, {"{}": "x"}),
    "poem": ({"form": "{}"}, {"acrostic": "{}" * 3}),
    "melody": ({"key": "{}"},),
}


def read(kind: Kind, options: dict[str, Any]) -> Request:
    """The request, where ``{}`` stands for the prompt. Raises :class:`BadInput`."""
    prompt = str(options[parse_field(kind)])
    said = {name.replace("{}", prompt): str(value).replace("{}", prompt) for name, value in options.items()}
    return parse_request(kind, said)


def made(kind: Kind, lang: Lang, request: Request) -> tuple[Work, list[Artefact]]:
    """A finished work whose model says the person's words back wherever it can."""
    result, files = MADE[kind]
    echo = {
        "paint": {"understood": request.words},
        "poem": {"title": request.words[:80], "lines": [request.words] * 2, "stanzas": [2]},
        "melody": {"title": request.words},
    }[kind]
    refs = tuple(ArtefactRef(file.name, file.media_type, file.name, 3) for file in files)
    now = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    work = Work(
        id="abcdefghijkl", person=PersonRef("discord", "1"), kind=kind, request=request, lang=lang, place={},
        state="posted", version="v1", result=result.model_copy(update=echo), artefacts=refs, failure=None,
        post={}, asked_at=now, started_at=now, made_at=now, posted_at=now,
    )  # fmt: skip
    return work, files


@cache
def harmless(kind: Kind, lang: Lang) -> dict[str, Counter[str]]:
    """The markup of the same messages when nobody tries anything."""
    sent = [shown(kind, lang, prompt, refused=refused) for prompt in HARMLESS for refused in (True, False)]
    return {name: live(text) for one in sent for name, text in one.discord.items()}


def check(number: int, prompt: str) -> None:
    """Send it: each kind, either language, and one in four with options that are refused."""
    kind, lang, refused = KINDS[number % 3], LANGUAGES[number // 3 % 2], number // 6 % 4 == 0
    sent = shown(kind, lang, prompt, refused=refused)
    ours = harmless(kind, lang)
    for name, text in sent.discord.items():
        assert pinged(text, None) == set(), prompt
        assert len(text.encode("utf-16-le")) // 2 <= MAX_CONTENT
        assert live(text) <= ours.get(name, Counter()), (prompt, text)
    for marked, limit in sent.telegram:
        message = formatted(marked, limit)
        _checked(message.text, list(message.entities), limit)
    for text, limit in sent.inert:
        assert 0 < len(text) <= limit, (prompt, text)


LANGUAGES: tuple[Lang, ...] = ("en", "zh")


@pytest.fixture(autouse=True, scope="module")
def _one_sound() -> Iterator[None]:
    """No prompt is in the sound: it is made an MP3 once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "mp3", cache(shapes.mp3))
        yield


def test_known_tricks() -> None:
    for number, prompt in enumerate(hostile()):
        check(number, prompt)


@settings(max_examples=DRAWN, deadline=None)
@given(st.text(max_size=120) | st.lists(st.sampled_from(TRICKS) | st.characters(), max_size=20).map("".join))
def test_more_that_hypothesis_draws(prompt: str) -> None:
    check(len(prompt), prompt)


@pytest.mark.parametrize(
    "trick", ["**b**", "https://evil.example", "<@1>", "- x", "[x](y)", "_i_", "discord.gg/x"]
)
def test_the_markup_is_alive_where_nobody_escapes_it(trick: str) -> None:
    assert live(trick)
    assert not live(escape(trick))
