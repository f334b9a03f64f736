"""What the composer makes of a person's words and options."""

from __future__ import annotations

import pytest

from atelier.errors import BadInput
from atelier.requests import MOODS, RHYTHMS, Given, Lead, MelodyRequest, parse_request
from atelier.tunes.steer import given_of, go_on, vary
from atelier.works import MelodyResult
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
        ("something in 7/5", {}, "composer-bad-meter"),
        ("7/5拍的曲子，in 7/5", {}, "composer-bad-meter"),
        ("200 bars of joy", {}, "composer-bad-length"),
        ("200小节", {}, "composer-bad-length"),
        ("a song at 999 bpm", {}, "composer-bad-tempo"),
        ("a jig at 161 bpm", {}, "composer-bad-tempo"),
        ("a jig at 26 bpm", {}, "composer-bad-tempo"),
        ("sleep", {"rhythm": "lullaby", "tempo": 240}, "composer-lullaby-fast"),
        ("a lullaby in 6/8 at 89 bpm", {}, "composer-lullaby-fast"),
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


@pytest.mark.parametrize(
    ("text", "meter"),
    [
        ("a song 24/7", None),
        ("1/2 happy", None),
        ("2/3 happy, 1/4 sad", None),
        ("born on 3/4/1999", None),
        ("3/4 of the moon", None),
        ("version 1.3/4", None),
        ("in 24/7", None),
        ("something in 3/4.", "3/4"),
        ("a 2/2 reel", "4/4"),
        ("3/4拍", "3/4"),
        ("用6/8拍写", "6/8"),
        ("in 12/8 time", "12/8"),
        ("7/16", "7/16"),
        ("in 7/5 time", "7/5"),
    ],
)
def test_two_numbers_are_a_meter_where_somebody_writes_in_it(text: str, meter: str | None) -> None:
    assert words.meter_in(text) == meter


def test_beats_in_words_are_the_meters_beats() -> None:
    assert asked("a jig at 120 bpm").tempo == 180
    assert "120 dotted quarter notes a minute" in summary(asked("a jig at 120 bpm"))
    assert "120 个附点四分音符" in summary(asked("吉格舞曲，每分钟120拍"))
    assert asked("a song in 6/8 at 80 beats per minute", rhythm="air").tempo == 120
    assert asked("a jig", tempo=120).tempo == 120  # the option is in quarters, as it says
    assert asked("a waltz at 120 bpm").tempo == 120
    assert [asked(f"a jig at {beats} bpm").tempo for beats in (27, 160)] == [40, 240]


def test_a_tempo_that_is_refused_is_said_in_the_beats_that_it_was_asked_in() -> None:
    with pytest.raises(BadInput) as refusal:
        asked("a jig at 170 bpm")
    assert "from 27 to 160 dotted quarter notes" in refusal.value.text("en")
    assert "27 到 160" in refusal.value.text("zh")
    assert "附点" in refusal.value.text("zh")
    with pytest.raises(BadInput) as refusal:
        asked("a lullaby in 6/8 at 100 bpm")
    assert "100 dotted quarter notes a minute is too fast" in refusal.value.text("en")
    assert "at most 88" in refusal.value.text("en")
    with pytest.raises(BadInput) as refusal:
        asked("a lullaby in 6/8", tempo=200)
    assert "200 quarter notes a minute is too fast" in refusal.value.text("en")


SIX = tuple((12 * bar, 12, 62 + bar % 3) for bar in range(6))


def brought(description: str, way: str, meter: str = "3/4", tempo: int | None = 100) -> Wished:
    """What is wished of six bars that a person brought."""
    tune = Given(notes=SIX, meter=meter, key="D major", tempo=tempo)
    lead = Lead.model_validate({"way": way, "tune": tune, "other": tune, "brought": True})
    return asked(description, steer=lead)


def test_words_of_tempo_count_for_a_tune_that_is_brought() -> None:
    for way in ("continue", "vary", "blend"):
        assert brought("on it goes", way).tempo == 100
        assert brought("at 60 bpm", way).tempo == 60
        assert brought("faster", way).tempo == 120
        assert brought("slower", way).tempo == 72
        assert brought("at 60 bpm, fast", way, tempo=None).tempo == 60
        assert brought("slower, at 60 bpm", way, "6/8").tempo == 90
        assert brought("slower", way, tempo=200).tempo == 144


@pytest.mark.parametrize(
    ("text", "way", "key"),
    [
        ("200 bars", "continue", "composer-bad-length"),
        ("4 bars", "continue", "continue-length"),
        ("200小节", "vary", "tune-keeps-length"),
        ("16 bars", "vary", "tune-keeps-length"),
        ("four bars", "blend", "tune-keeps-length"),
        ("at 300 bpm", "continue", "composer-bad-tempo"),
    ],
)
def test_a_length_in_words_that_a_brought_tune_cannot_have_is_refused(text: str, way: str, key: str) -> None:
    with pytest.raises(BadInput) as refusal:
        brought(text, way)
    assert refusal.value.key == key
    assert "{" not in refusal.value.text("en") + refusal.value.text("zh")


def test_a_length_in_words_that_it_can_have_is_obeyed() -> None:
    assert brought("16 bars", "continue").length == 16
    assert brought("on", "continue").length == 8
    assert brought("6小节", "vary").length == brought("8 bars", "blend").length == 8


def test_a_button_asks_nothing_twice() -> None:
    """The words of a work of ours are done already: no slower than slow, and eight bars may go on."""
    request = parse_request("melody", {"description": "a slow waltz, 8 bars, at 90 bpm", "seed": 3})
    assert isinstance(request, MelodyRequest)
    work = MelodyResult(
        seed=3, version="v", title="x", files={}, key="D", mode="major", meter="3/4", tempo=90, bars=8,
        rhythm="waltz", notes=[[12 * bar, 12, 62] for bar in range(8)], instrument="piano",
    )  # fmt: skip
    further = go_on(request, given_of(work))
    assert (wishes(further, chance(further)).length, wishes(further, chance(further)).tempo) == (16, 90)
    slow = request.model_copy(update={"description": "a slow waltz, 16 bars"})
    again = vary(slow, given_of(work), "subtle")
    assert (wishes(again, chance(again)).length, wishes(again, chance(again)).tempo) == (8, 90)


def test_who_brought_a_tune_does_not_change_its_chance() -> None:
    tune = Given(notes=SIX, meter="3/4", key="D major")
    draws = [
        chance(
            MelodyRequest(description="x", seed=1, steer=Lead(way="vary", tune=tune, brought=mine))
        ).random()
        for mine in (False, True)
    ]
    assert draws[0] == draws[1]


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
