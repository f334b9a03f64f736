"""The four faces of a tune: heard (OGG), seen (PNG), played on (MIDI), and read as text (ABC)."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from atelier.languages import say
from atelier.tunes.beat import beats
from atelier.works import Artefact
from models.composer.abc import abc
from models.composer.bank import render_bank
from models.composer.compose import Tune
from models.composer.harmony import Chord, accompaniment, chords
from models.composer.midi import midi
from models.composer.ogg import opus
from models.composer.score import score
from models.composer.sound import render
from models.composer.wishes import summary, titled

NAMES = {"ogg": "melody.ogg", "png": "melody.png", "mid": "melody.mid", "abc": "melody.abc"}


def faces(
    tune: Tune, fields: Mapping[str, str], *, harmony: bool = True, soundfont: Path | None = None
) -> tuple[Artefact, ...]:
    """Ogg Opus, PNG, MIDI and ABC, each with ``fields`` inside.

    ``harmony``: with simple chords; ``soundfont``: a bank to play on instead of our own strings.
    Raises :class:`Unavailable` where the bank cannot be played.
    """
    wished, notes = tune.wished, tune.notes
    found, backing = _harmony(tune) if harmony else ([], [])
    if soundfont is None:
        sound = render(
            notes,
            backing,
            meter=wished.meter,
            tempo=wished.tempo,
            instrument=wished.instrument,
            mood=wished.mood,
            bars=wished.length,
        )
    else:
        sound = render_bank(
            soundfont,
            notes,
            backing,
            meter=wished.meter,
            tempo=wished.tempo,
            instrument=wished.instrument,
            bars=wished.length,
        )
    tags = {"title": wished.title, "description": summary(wished), **fields}
    with ThreadPoolExecutor(1, "opus") as pool:  # libsndfile lets go of the interpreter while it encodes
        ogg = pool.submit(opus, sound, tags)
        png = _score(tune, found, fields)
        mid, text = _notated(tune, found, backing, fields)
    return (
        Artefact(NAMES["ogg"], "audio/ogg", ogg.result()),
        Artefact(NAMES["png"], "image/png", png),
        Artefact(NAMES["mid"], "audio/midi", mid),
        Artefact(NAMES["abc"], "text/vnd.abc", text.encode("utf-8")),
    )


def _score(tune: Tune, found: list[Chord], fields: Mapping[str, str]) -> bytes:
    """The picture of the notes."""
    wished = tune.wished
    detail = say("composer-detail", "en", meter=wished.meter, **beats(wished.meter, wished.tempo))
    return score(
        tune.notes,
        heading=titled(wished, "en").replace("♯", "#").replace("♭", "b"),
        detail=detail,
        meter=wished.meter,
        key=wished.key,
        mode=wished.mode,
        bars=wished.length,
        chords=found,
        home=tune.home,
        fields=fields,
    )


def notated(tune: Tune, fields: Mapping[str, str], *, harmony: bool = True) -> tuple[bytes, str]:
    """The MIDI file and the ABC text alone: what the judges read."""
    return _notated(tune, *(_harmony(tune) if harmony else ([], [])), fields)


def _harmony(tune: Tune) -> tuple[list[Chord], list[list[int]]]:
    """The chords under a tune, and the notes that play them."""
    wished = tune.wished
    found = chords(tune.notes, wished.meter, wished.mode, tune.home, wished.length)
    return found, accompaniment(found, wished.meter, wished.rhythm, tune.home)


def _notated(
    tune: Tune, found: list[Chord], backing: list[list[int]], fields: Mapping[str, str]
) -> tuple[bytes, str]:
    wished = tune.wished
    mid = midi(
        tune.notes,
        backing,
        title=wished.title,
        meter=wished.meter,
        key=wished.key,
        mode=wished.mode,
        tempo=wished.tempo,
        instrument=wished.instrument,
        fields=fields,
    )
    text = abc(
        tune.notes,
        title=wished.title,
        meter=wished.meter,
        key=wished.key,
        mode=wished.mode,
        tempo=wished.tempo,
        bars=wished.length,
        rhythm=wished.rhythm,
        instrument=wished.instrument,
        chords=found,
        home=tune.home,
        fields=fields,
    )
    return mid, text
