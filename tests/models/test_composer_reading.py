"""Words that no table has: read by the prompt encoder, in both languages, and told."""

from __future__ import annotations

import pytest

from atelier.requests import RHYTHMS, MelodyRequest, parse_request
from atelier.works import Made, MelodyResult
from bench.composer import ASKED
from models.composer.generate import Composer
from models.composer.manners import MANNERS
from models.composer.reading import AHEAD, NEAR, Reader, unread
from tests.models.mood_words import NEUTRAL, SAYING


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


@pytest.fixture(scope="module")
def reader(composer: Composer) -> Reader:
    assert composer.reader is not None
    return composer.reader


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("terror in the woods", "tense"),
        ("horror and a warrior", "tense"),
        ("the legend of the North", "epic"),
        ("无尽的绝望", "sad"),
        ("一首让人恐惧的曲子", "tense"),
        ("送别友人", "wistful"),
        ("a table", None),
        ("绿茶", None),
        ("🦋", None),
        ("", None),
        ("no terror", None),
        ("没有恐惧", None),
        ("not sad", None),
    ],
)
def test_what_is_read(reader: Reader, text: str, mood: str | None) -> None:
    found = reader.mood(text)
    assert (found.mood if found else None) == mood
    assert found is None or found.word in text


@pytest.mark.parametrize(("lang", "read", "right"), [("en", 0.25, 0.88), ("zh", 0.25, 0.75)])
def test_it_is_seldom_wrong_and_leaves_other_words_alone(
    reader: Reader, lang: str, read: float, right: float
) -> None:
    """The second half of the lists, on which nothing was chosen."""

    def near(words: list[str]) -> list[tuple[int, str]]:
        judged = reader.judged(words)
        return [(at, mood) for at, (n, mood, ahead) in enumerate(judged) if n >= NEAR and ahead >= AHEAD]

    saying = SAYING[lang][1::2]
    said = near([word for word, _ in saying])
    assert len(said) >= read * len(saying)
    assert sum(saying[at][1] == mood for at, mood in said) >= right * len(said)
    neutral = NEUTRAL[lang][1::2]
    assert len(near(neutral)) <= 0.05 * len(neutral)


def test_what_the_tables_know_is_not_read(reader: Reader) -> None:
    """So that neither the figures of the card nor the document's tunes depend on it."""
    for rhythm in RHYTHMS:
        for key in ("D major", "A minor"):
            assert unread(f"a {rhythm} in {key}") == []
    assert {words: reader.mood(words) for words, _ in ASKED} == dict.fromkeys((w for w, _ in ASKED))


def test_it_makes_the_tune_and_is_told(composer: Composer) -> None:
    said = {"description": "terror in the woods", "seed": 1, "length": 4}
    request = parse_request("melody", said)
    assert isinstance(request, MelodyRequest)
    (made,) = composer.generate([request])
    assert isinstance(made, Made)
    assert isinstance(made.result, MelodyResult)
    assert made.result.understood == {"terror": "tense"}
    assert made.result.title.startswith("Tense ")
    assert made.result.mode == MANNERS["tense"].mode
    (asked,) = composer.generate([request.model_copy(update={"mood": "calm"})])
    assert isinstance(asked, Made)
    assert isinstance(asked.result, MelodyResult)
    assert asked.result.understood == {}  # what was asked for needs no reading
