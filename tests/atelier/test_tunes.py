"""Tunes that people bring: ABC and MIDI, good and bad."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atelier import tunes
from atelier.cli.melodies import led
from atelier.errors import BadInput
from atelier.requests import Given, Lead, MelodyRequest, parse_request
from atelier.tunes.steer import blend, given_of, vary
from atelier.works import MelodyResult
from tests.notes import midi


def read(text: str) -> Given:
    return tunes.read(text.encode())


def lines(tune: Given) -> list[list[int]]:
    return [list(note) for note in tune.notes]


SCALE = [(60 * at, 60 * at + 55, pitch) for at, pitch in enumerate((62, 64, 66, 67, 69, 71, 73, 74))]


def test_bare_notes_are_eighths_in_the_key_that_is_heard() -> None:
    tune = read("CDEF GABc")
    assert lines(tune) == [[2 * at, 2, p] for at, p in enumerate((60, 62, 64, 65, 67, 69, 71, 72))]
    assert (tune.meter, tune.key, tune.tempo, tune.bars) == ("4/4", "C major", None, 1)


def test_a_header_says_key_meter_tempo_and_rhythm() -> None:
    tune = read("X:1\nT:Two\nM:6/8\nL:1/8\nQ:3/8=80\nR:jig\nK:Edor\nEFG cde|")
    assert (tune.meter, tune.key, tune.tempo, tune.rhythm) == ("6/8", "E minor", 120, "jig")
    assert [pitch for _, _, pitch in tune.notes] == [64, 66, 67, 73, 74, 76]  # F and C are sharp in E dorian


def test_in_one_line_fields_stand_before_the_notes() -> None:
    tune = read("M:3/4 L:1/4 K:Dm A d>e f|")
    assert read("M:3/4 L:1/4 K:Dm\nA d>e f|") == tune
    assert read(r"M:3/4\nL:1/4\nK:Dm\nA d>e f|") == tune  # as a shell's quotes leave it
    assert (tune.meter, tune.key, lines(tune)[0]) == ("3/4", "D minor", [0, 4, 69])


def test_a_pickup_ends_at_the_first_barline() -> None:
    assert lines(read("M:3/4\nL:1/4\nK:G\nd|GAB|"))[:2] == [[8, 4, 74], [12, 4, 67]]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("G>A B<c", [[0, 3, 67], [3, 1, 69], [4, 1, 71], [5, 3, 72]]),
        ("z2 c>z A", [[4, 3, 72], [8, 2, 69]]),
        ("c4-|c4 d", [[8, 16, 72], [24, 2, 74]]),
        ("^c c =c|c", [[10, 2, 73], [12, 2, 73], [14, 2, 72], [16, 2, 72]]),
        ("^c4-|c4 c4", [[8, 16, 73], [24, 8, 72]]),
        ("C,2 c'/ c/2 c//d//", [[0, 4, 48], [4, 1, 84], [5, 1, 72], [6, 1, 74]]),
        ('"Gm"c!trill!d{ef}e (fg) ~a', [[2 * at, 2, p] for at, p in enumerate((72, 74, 76, 77, 79, 81))]),
        ("c2 % a comment\nd2", [[0, 4, 72], [4, 4, 74]]),
        ("|:C8:|", [[0, 16, 60]]),
        ("C8|1 D8:|2 E8|]", [[0, 16, 60], [16, 16, 62]]),
        ("C8|Z|D8|", [[0, 16, 60], [32, 16, 62]]),
        ("X:1\nK:C\nC8\n\nX:2\nK:C\nD8", [[0, 16, 60]]),
    ],
)  # fmt: skip
def test_what_abc_means(text: str, notes: list[list[int]]) -> None:
    assert lines(read(text)) == notes


def test_the_composers_own_abc_and_midi_are_the_same_tune() -> None:
    from models.composer.abc import abc
    from models.composer.midi import midi as written

    notes = [[0, 6, 62], [6, 2, 65], [8, 4, 61], [12, 12, 62], [26, 10, 69], [36, 12, 62]]
    said = {"title": "A", "meter": "3/4", "key": "D", "mode": "minor", "tempo": 96}
    told = {"rhythm": "waltz", "instrument": "piano", "chords": (), "home": 62, "fields": {"prompt": "x y"}}
    text = abc(notes, **said, bars=4, **told)  # type: ignore[arg-type]
    chords = [[0, 12, 50], [0, 12, 53], [0, 12, 57]]
    file = written(notes, chords, **said, instrument="piano", fields={"prompt": "雪"})  # type: ignore[arg-type]
    one, two = read(text), tunes.read(file, "melody.mid")
    assert lines(one) == lines(two) == notes
    assert (one.key, one.tempo, one.meter, one.rhythm) == ("D minor", 96, "3/4", "waltz")
    assert (two.key, two.tempo, two.meter) == ("D minor", 96, "3/4")


def test_a_midi_file_is_read_with_its_tempo_and_the_key_that_is_heard() -> None:
    tune = tunes.read(midi(SCALE, bpm=132))
    assert lines(tune) == [[2 * at, 2, pitch] for at, (_, _, pitch) in enumerate(SCALE)]
    assert (tune.key, tune.tempo, tune.meter) == ("D major", 132, "4/4")
    assert tunes.read(midi(SCALE, key="Bm")).key == "B minor"
    assert tunes.read(midi([(480, 540, 60), (540, 600, 62)])).notes[0][0] == 0  # a bar of silence before it


def test_legato_is_one_line_and_the_part_called_melody_is_taken() -> None:
    legato = [(start, end + 15, pitch) for start, end, pitch in SCALE]
    assert lines(tunes.read(midi(legato))) == [[2 * at, 2, p] for at, (_, _, p) in enumerate(SCALE)]
    two = midi(SCALE, [(0, 480, 50)], names=("Melody", "Chords"))
    assert len(tunes.read(two).notes) == 8


TWICE = b"M:4/4\nC4|[M:3/4]C3|"
DRUMS = midi(SCALE, channel=9)
BAD = {
    "tune-no-midi": (b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0\1\0", b"MThd", midi(SCALE)[:60]),
    "tune-no-format": (b"\x89PNG\xff\xfe",),
    "tune-polyphonic": (
        b"[CEG]4", b"C4 & E4", b"V:1\nC4\nV:2\nE4", midi(SCALE, SCALE), midi([(0, 120, 60), (0, 120, 64)]),
        midi([(0, 480, 48), (60, 120, 64)]),
    ),
    "tune-no-abc": (
        b"hello world", b"", b"C D {", b"K:Q\nCDE", b"L:x\nCDE", b"c99999", b">A", b"<html>",
        b"z4|z4",
    ),
    "tune-no-notes": (midi([]), DRUMS),
    "tune-off-grid": (b"(3CDE (3FGA (3Bcd", midi([(40 * at, 40 * at + 40, 60 + at) for at in range(9)])),
    "composer-bad-meter": (b"M:5/4\nCDE", b"M:x\nCDE", midi(SCALE, meter=(7, 8))),
    "tune-meter-changes": (TWICE,),
    "tune-too-long": (b"C8|" * 200,),
    "tune-too-big": (b"C" * (tunes.MAX_BYTES + 1),),
}  # fmt: skip


@pytest.mark.parametrize(("key", "data"), [(key, one) for key, many in BAD.items() for one in many])
def test_what_is_no_melody_is_refused_in_both_languages(key: str, data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        tunes.read(data)
    assert refused.value.key == key
    assert refused.value.text("en") != refused.value.text("zh")


def test_a_file_that_is_called_midi_and_is_none_is_said() -> None:
    with pytest.raises(BadInput, match="broken"):
        tunes.read(b"CDEF", "song.MID")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200).map(lambda tail: b"MThd" + tail) | st.text(max_size=80).map(str.encode))
def test_anything_is_a_tune_or_a_refusal(data: bytes) -> None:
    try:
        tune = tunes.read(data)
    except BadInput:
        return
    assert tune.bars >= 1


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ABCabc,'^_=/2348|:[]()<>-{}\"!zx \n", max_size=60))
def test_anything_that_looks_like_abc_is_a_tune_or_a_refusal(text: str) -> None:
    try:
        tune = read(text)
    except BadInput:
        return
    assert all(one[0] + one[1] <= two[0] for one, two in zip(tune.notes, tune.notes[1:], strict=False))


TUNE = Given(notes=((0, 4, 62), (4, 4, 64), (8, 8, 62)), meter="4/4", key="D minor")


LONG = {"way": "continue", "tune": read("C8|" * 5).model_dump()}
FULL = {"way": "continue", "tune": read("C8|" * 32).model_dump()}
VARY = {"way": "vary", "tune": TUNE.model_dump()}
OTHER = read("M:3/4\nK:C\nC4 D4").model_dump()
CROSSED = {**TUNE.model_dump(), "notes": ((0, 8, 62), (4, 4, 64))}


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("continue-length", {"length": 4, "steer": LONG}),
        ("continue-full", {"steer": FULL}),
        ("tune-keeps-length", {"length": 8, "steer": VARY}),
        ("tune-mode", {"key": "G major", "steer": VARY}),
        ("melody-blend-two", {"steer": {**VARY, "way": "blend"}}),
        ("melody-blend-meters", {"steer": {**VARY, "way": "blend", "other": OTHER}}),
        ("bad-steer", {"steer": {"way": "vary", "tune": CROSSED}}),
        ("bad-steer", {"steer": {**VARY, "way": "reverse"}}),
        ("bad-number", {"density": 9}),
        ("bad-range", {"range": 40}),
    ],
)
def test_options_that_do_not_go_together_are_refused(key: str, options: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refused:
        parse_request("melody", {"description": "a tune", **options})
    assert refused.value.key == key


def test_a_made_tune_is_one_to_start_from() -> None:
    result = MelodyResult(
        seed=1, version="v1", title="T", files={}, key="F#", mode="minor", meter="6/8", tempo=100, bars=4,
        rhythm="jig", notes=[(0, 12, 66), (12, 12, 69)],
    )  # fmt: skip
    tune = given_of(result)
    assert (tune.key, tune.meter, tune.tempo, tune.rhythm) == ("F# minor", "6/8", 100, "jig")
    request = MelodyRequest(description="snow", mood="sad", tempo=90, length=16, seed=3)
    made = vary(request, tune, "strong")
    assert made.steer == Lead(way="vary", tune=tune, strength="strong")
    assert (made.mood, made.seed, made.length) == ("sad", None, None)
    assert blend(request, tune, TUNE, 0.3).steer == Lead(way="blend", tune=tune, other=TUNE, share=0.3)
    assert made.steer is not None
    assert not made.steer.brought  # it came of the same words


@pytest.mark.parametrize(
    "way", [{"continue": "CDEF GABc"}, {"vary": "CDEF GABc"}, {"blend": ("CDEF GABc", "C2 D2 E2 F2")}]
)
def test_a_tune_on_the_command_line_is_brought(way: dict[str, object]) -> None:
    unsaid = dict.fromkeys(("continue", "vary", "blend", "strength", "share"))
    told = led({"description": "slower", **unsaid, **way})
    assert told["steer"]["brought"] is True
    request = parse_request("melody", told)
    assert isinstance(request, MelodyRequest)
    assert request.steer is not None
    assert request.steer.brought
