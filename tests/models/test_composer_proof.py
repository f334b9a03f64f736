"""What the judge finds in a tune's files, right ones and spoilt ones."""

from __future__ import annotations

import pytest

from models.composer.abc import abc
from models.composer.midi import midi
from models.composer.proof import RANGES, bars_right, notes_playable, of_abc

NOTES = [[0, 6, 62], [6, 2, 64], [8, 12, 66], [24, 6, 69], [30, 2, 67], [32, 16, 62]]


def written(notes: list[list[int]] = NOTES, meter: str = "4/4", bars: int = 3) -> str:
    return abc(
        notes, title="90% | x2", meter=meter, key="D", mode="major", tempo=100, bars=bars, rhythm="song",
        instrument="piano", chords=(), home=62, fields={"Prompt": "a | b"},
    )  # fmt: skip


def played(
    notes: list[list[int]] = NOTES, meter: str = "4/4", instrument: str = "piano",
    backing: list[list[int]] | None = None,
) -> bytes:  # fmt: skip
    return midi(
        notes, backing or [], title="x", meter=meter, key="D", mode="major", tempo=100,
        instrument=instrument, fields={},  # type: ignore[arg-type]
    )  # fmt: skip


def test_files_that_say_the_same_add_up() -> None:
    assert bars_right(written(), played(), 3) == [True] * 3
    jig = [[0, 4, 62], [4, 2, 64], [6, 6, 66], [12, 12, 62]]
    assert bars_right(written(jig, "6/8", 2), played(jig, "6/8"), 2) == [True] * 2


@pytest.mark.parametrize(
    ("spoil", "right"),
    [
        (lambda text: text.replace("z4", "z2"), [True, False, True]),  # a bar too short
        (lambda text: text.replace("^", "").replace("D16", "D16 E2"), [True, True, False]),  # too long
        (lambda text: text.replace("D16", "D8 D8"), [True, True, False]),  # struck again: MIDI holds it
        (lambda text: text.replace("D16", "D16?"), [True, True, False]),  # what is no note
        (lambda text: text.replace("-", ""), [True, False, True]),  # a tie that is lost
        (lambda text: text.replace("M:4/4", "M:3/4"), [False, False, False]),
        (lambda text: text.replace(" |]", " | D16 |]"), [True, True, True, False]),  # a bar too many
        (lambda text: text.replace(" | D16", ""), [True, True, False]),  # one too few
    ],
)
def test_abc_that_does_not_add_up_is_found(spoil: object, right: list[bool]) -> None:
    text = spoil(written())  # type: ignore[operator]
    assert text != written()
    assert bars_right(text, played(), 3) == right


def test_a_midi_file_that_says_something_else_is_found() -> None:
    moved = [[start + 1 if start == 24 else start, length, pitch] for start, length, pitch in NOTES]
    assert bars_right(written(), played(moved), 3) == [True, False, True]
    assert bars_right(written(), played([*NOTES, [48, 16, 62]]), 3) == [True, True, True, False]
    assert bars_right(written(), played(meter="2/4"), 3) == [False] * 6


def test_every_note_of_every_part_is_held_against_the_real_instrument() -> None:
    assert notes_playable(played()) == [True] * len(NOTES)
    high = [[0, 4, 84], [4, 4, 83]]
    assert notes_playable(played(high, instrument="guitar")) == [False, True]
    assert notes_playable(played([[0, 4, 59]], instrument="flute")) == [False]
    assert notes_playable(played([[0, 4, 62]], instrument="guitar", backing=[[0, 4, 39]])) == [True, False]
    assert notes_playable(played([[0, 4, 62]], instrument="music box")) == []  # none is usual


def test_the_judge_knows_every_instrument_but_the_music_box() -> None:
    from models.composer.instruments import ORCHESTRA

    named = {voice.program: name for name, voice in ORCHESTRA.items()}
    assert {named[program] for program in RANGES} == set(ORCHESTRA) - {"music box"}


def test_a_tie_is_no_new_note() -> None:
    reading = of_abc(written())
    assert [len(bar.begun) for bar in reading.bars] == [3, 2, 1]
