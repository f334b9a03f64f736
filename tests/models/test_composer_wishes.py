"""What the composer makes of a person's words and options."""

from __future__ import annotations

import pytest

from atelier.errors import BadInput
from atelier.requests import MOODS, RHYTHMS, MelodyRequest, parse_request
from models.composer import words
from models.composer.manners import HABITS
from models.composer.plan import PLANS, plan
from models.composer.wishes import Wished, chance, summary, wishes


def asked(description: str, **options: object) -> Wished:
    request = parse_request("melody", {"description": description, "seed": 3, **options})
    assert isinstance(request, MelodyRequest)
    return wishes(request, chance(request))


def test_a_slow_sad_waltz() -> None:
    made = asked("a slow, sad waltz")
    assert (made.mood, made.rhythm, made.meter, made.mode) == ("sad", "waltz", "3/4", "minor")
    assert made.tempo < 110
    assert made.title == f"Sad waltz in {made.key.replace('#', '♯').replace('b', '♭')} minor"


def test_a_chinese_prompt_is_read_and_titled_in_chinese() -> None:
    made = asked("欢快的进行曲")
    assert (made.mood, made.rhythm, made.mode, made.lang) == ("joyful", "march", "major", "zh")
    assert made.meter in ("4/4", "2/4")
    assert made.title.endswith("大调欢快的进行曲")
    assert "小节" in summary(made)


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("not sad at all, happy", "joyful"),
        ("不悲伤", None),
        ("特别快乐", "joyful"),
        ("a cat", None),
        ("秋天的思念", "wistful"),
    ],
)
def test_moods_in_words(text: str, mood: str | None) -> None:
    assert words.mood_in(text) == mood


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("a wedding song, a waltz", "waltz"),
        ("华尔兹", "waltz"),
        ("摇篮曲", "lullaby"),
        ("rain in March", None),
        ("a march for ants", "march"),
        ("marching home", "march"),
        ("Irish jigs", "jig"),
        ("吉格舞曲", "jig"),
        ("an air of sorrow", "air"),
        ("a wistful air in D minor", "air"),
        ("a slow, tender air", "air"),
        ("air in Bb major", "air"),
        ("a breath of fresh air", None),
        ("a hot air balloon", None),
        ("the air is cold", None),
        ("一首歌", "song"),
    ],
)
def test_rhythms_in_words(text: str, rhythm: str | None) -> None:
    assert words.rhythm_in(text) == rhythm


@pytest.mark.parametrize(
    ("text", "slower"),
    [("slow", True), ("very slow", True), ("慢", True), ("fast", False), ("很快", False), ("快板", False)],
)
def test_words_of_tempo(text: str, slower: bool) -> None:
    factor = words.pace_in(text)
    assert factor is not None
    assert (factor < 1) is slower


@pytest.mark.parametrize("text", ["欢快", "愉快的歌", "快乐", "不要太快", "calm"])
def test_joy_is_not_speed(text: str) -> None:
    assert words.pace_in(text) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a tune in D minor", ("D", "minor")),
        ("a song in F sharp major", ("F#", "major")),
        ("a minor tune", None),
        ("Bb major", ("Bb", "major")),
        ("降B大调", ("Bb", "major")),
        ("升F小调", ("F#", "minor")),
        ("in a minor", ("A", "minor")),
    ],
)
def test_keys_in_words(text: str, key: tuple[str, str] | None) -> None:
    assert words.key_in(text) == key


def test_an_option_beats_a_word_and_a_word_beats_the_mood() -> None:
    made = asked("a sad waltz in D minor, 16 bars, 60 bpm", rhythm="reel", key="G major", tempo=200, length=4)
    assert (made.rhythm, made.key, made.mode, made.tempo, made.length) == ("reel", "G", "major", 200, 4)
    assert made.mood == "sad"
    said = asked("a sad waltz in D major, 16 bars, 90 bpm")
    assert (said.key, said.mode, said.tempo, said.length) == ("D", "major", 90, 16)


@pytest.mark.parametrize(
    ("text", "options", "key"),
    [
        ("a waltz in 4/4", {}, "composer-meter-rhythm"),
        ("四四拍的圆舞曲", {}, "composer-meter-rhythm"),
        ("a lullaby in 4/4", {}, "composer-meter-rhythm"),
        ("a march in 3/4", {}, "composer-meter-rhythm"),
        ("a tune in 7/8", {}, "composer-bad-meter"),
        ("200 bars of joy", {}, "composer-bad-length"),
        ("200小节", {}, "composer-bad-length"),
        ("a song at 999 bpm", {}, "composer-bad-tempo"),
        ("sleep", {"rhythm": "lullaby", "tempo": 240}, "composer-lullaby-fast"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused_in_both_languages(
    text: str, options: dict[str, object], key: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        asked(text, **options)
    assert refusal.value.key == key
    english, chinese = refusal.value.text("en"), refusal.value.text("zh")
    assert english != chinese
    assert "{" not in english + chinese


def test_nothing_said_is_still_a_tune_and_the_seed_decides() -> None:
    assert asked("🦋").length == 8
    many = {asked("🦋", seed=seed).key for seed in range(12)}
    assert len(many) > 2


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_every_mood_and_rhythm_has_a_title_and_a_tempo(mood: str, rhythm: str) -> None:
    for text in ("tune", "曲"):
        made = asked(text, mood=mood, rhythm=rhythm)
        assert 40 <= made.tempo <= 240
        assert made.meter in HABITS[made.rhythm].meters
        assert made.title


@pytest.mark.parametrize("length", [4, 8, 16, 32])
@pytest.mark.parametrize("form", ["AABA", "AABB"])
def test_a_plan_has_its_bars_and_ends_closing(length: int, form: str) -> None:
    made = plan(length, form)
    assert 4 * len(made.order) == length
    phrases = {phrase.name: phrase for phrase in made.phrases}
    assert set(made.order) == set(phrases)
    assert phrases[made.closing].end == "tonic"
    composed: set[str] = set()
    for phrase in made.phrases:
        assert {name for name in (phrase.before, phrase.like) if name} <= composed
        composed.add(phrase.name)
    assert len(PLANS) == 6
