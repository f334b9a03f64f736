"""ABC text with its chords: each where score and accompaniment have it, and every note still there."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ET

import pytest

from atelier.tunes import read
from models.composer.abc import abc
from models.composer.grid import METERS, pitch_class
from models.composer.harmony import Chord, accompaniment, chords
from models.composer.score import mei

DANCES = {"4/4": "song", "3/4": "waltz", "6/8": "jig", "2/4": "march"}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 11)}
WRITTEN = re.compile(r"\"(?P<chord>[^\"]*)\"|(?P<note>z|[_^=]*[A-Ga-g][,']*)(?P<times>\d*)-?")


def text_of(notes: list[list[int]], found: list[Chord], meter: str, key: str, mode: str, home: int) -> str:
    bars = -(-(notes[-1][0] + notes[-1][1]) // METERS[meter])
    return abc(
        notes, title="x", meter=meter, key=key, mode=mode, tempo=90, bars=bars, rhythm=DANCES[meter],
        instrument="piano", chords=found, home=home, fields={},
    )  # fmt: skip


def named(text: str) -> dict[int, str]:
    """Where, in sixteenths, which chord is named."""
    at, found = 0, {}
    for token in WRITTEN.finditer(text.split("\nK:")[1].partition("\n")[2]):
        if token["note"]:
            at += int(token["times"] or 1)
        else:
            found[at] = token["chord"]
    return found


def engraved(drawn: str, meter: str) -> dict[int, str]:
    """The same of a score."""
    found = {}
    for measure in ET.fromstring(drawn).findall(".//{*}measure"):
        for harm in measure.findall("{*}harm"):
            beat = float(harm.attrib["tstamp"]) - 1
            at = (int(measure.attrib["n"]) - 1) * METERS[meter] + beat * 16 / int(meter.split("/")[1])
            assert harm.text is not None
            found[round(at)] = harm.text
    return found


def tones(name: str) -> set[int]:
    """The pitch classes of ``F#m``."""
    root = pitch_class(name.removesuffix("m"))
    return {root, (root + (3 if name.endswith("m") else 4)) % 12, (root + 7) % 12}


def any_tune(rng: random.Random) -> tuple[list[list[int]], str, str, str, int]:
    """Eight bars of long and short notes and rests, over the beats as often as on them."""
    meter, mode = rng.choice(list(METERS)), rng.choice(list(SCALES))
    key = rng.choice(["C", "D", "Eb", "F", "G", "A", "Bb"])
    home = 58 + (pitch_class(key) - 58) % 12
    at, end, notes = rng.choice((0, 0, 2, 4)), 8 * METERS[meter], []
    while at < end - 4:
        length = min(rng.choice((1, 2, 3, 4, 6, 8, 12, 14, 16, 24)), end - at)
        notes.append([at, length, home + rng.choice(SCALES[mode]) + rng.choice((0, 0, 1, 12))])
        at += length + rng.choice((0, 0, 0, 2, 5, 8, 12))
    return notes, meter, key, mode, home


def test_a_chord_that_comes_under_a_held_note_is_written_where_it_comes() -> None:
    notes = [[0, 12, 62], [12, 4, 64], [16, 4, 62], [20, 8, 65], [28, 4, 64], [32, 16, 62]]
    found = [Chord(8 * i, 8, root, "") for i, root in enumerate((0, 7, 0, 5, 0, 0))]
    text = text_of(notes, found, "4/4", "D", "major", 62)
    assert list(named(text).items()) == [(0, "D"), (8, "A"), (16, "D"), (24, "G"), (32, "D")]
    assert '"D"D8- "A"D4 E4 | "D"D4' in text
    assert read(text.encode()).notes == tuple(tuple(note) for note in notes)


def test_a_rest_is_split_where_a_chord_changes_and_is_not_tied() -> None:
    text = text_of(
        [[0, 2, 62], [32, 16, 62]],
        [Chord(8 * i, 8, 7 * (i % 2), "") for i in range(6)],
        "4/4",
        "D",
        "major",
        62,
    )
    assert '"D"z8 "A"z8 |' in text


@pytest.mark.parametrize("seed", range(120))
def test_chords_stand_where_the_score_and_the_accompaniment_have_them(seed: int) -> None:
    notes, meter, key, mode, home = any_tune(random.Random(seed))
    bars = -(-(notes[-1][0] + notes[-1][1]) // METERS[meter])
    found = chords(notes, meter, mode, home, bars)
    text = text_of(notes, found, meter, key, mode, home)
    written = named(text)
    drawn = mei(notes, meter=meter, key=key, mode=mode, bars=bars, chords=found, home=home)
    assert written == engraved(drawn, meter)
    backing = accompaniment(found, meter, DANCES[meter], home)
    ends = [*list(written)[1:], bars * METERS[meter]]
    for (start, name), end in zip(written.items(), ends, strict=True):
        assert {pitch % 12 for at, _, pitch in backing if start <= at < end} == tones(name), (start, name)
    again = read(text.encode())
    assert again.notes == tuple(tuple(note) for note in notes)
    assert (again.meter, again.key, again.tempo) == (meter, f"{key} {mode}", 90)
