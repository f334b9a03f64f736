"""The tune as ABC text (abc notation standard 2.1), with its provenance in ``%`` lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atelier.requests import Instrument
from atelier.tunes.beat import beats as counted_in
from models.composer.grid import METERS
from models.composer.harmony import Chord, changes
from models.composer.instruments import ORCHESTRA
from models.composer.notation import Accidentals, Piece, Spelt, beams, chord_name, pieces, spell

SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


def abc(
    notes: Sequence[Sequence[int]],
    *,
    title: str,
    meter: str,
    key: str,
    mode: str,
    tempo: int,
    bars: int,
    rhythm: str,
    instrument: Instrument,
    chords: Sequence[Chord],
    home: int,
    fields: Mapping[str, str],
) -> str:
    """The text of the tune. ``tempo`` in quarters a minute; ``chords`` may be empty."""
    counted = counted_in(meter, tempo)
    beat = "3/8" if counted["beat"] == "dotted" else "1/4"
    head = [
        "%abc-2.1",
        "X:1",
        f"T:{_line(title)}",
        f"R:{rhythm}",
        f"M:{meter}",
        "L:1/16",
        f"Q:{beat}={counted['tempo']}",
        f"%%MIDI program {ORCHESTRA[instrument].program}",  # abc2midi, abcjs and others play it so
        f"K:{key}{'m' if mode == 'minor' else ''}",
    ]
    head[1:1] = [f"% {name}: {_line(value)}" for name, value in fields.items()]
    names = {chord.start: chord_name(chord.root, chord.quality, key, mode, home) for chord in changes(chords)}
    accidentals = Accidentals(key, mode)
    # A chord is named before the note that it begins with: what is held across its change is split and tied.
    laid = pieces(notes, meter, bars, names)
    size = METERS[meter]
    written = []
    for index, bar in enumerate(laid):
        accidentals.barline()
        text = ""
        for group in beams(bar, meter):
            for piece in group:
                name = names.get(index * size + piece.at)
                text += (f'"{name}"' if name else "") + _piece(piece, accidentals, key, mode)
            text += " "
        written.append(text.strip())
    lines = [" | ".join(written[at : at + 4]) for at in range(0, len(written), 4)]
    return "\n".join([*head, " |\n".join(lines) + " |]", ""])


def _line(text: str) -> str:
    return " ".join(text.split())


def _piece(piece: Piece, accidentals: Accidentals, key: str, mode: str) -> str:
    length = "" if piece.length == 1 else str(piece.length)
    if piece.pitch is None:
        return f"z{length}"
    spelt = spell(piece.pitch, key, mode)
    sign = SIGNS[spelt.alter] if not piece.tied_from and accidentals.needed(spelt) else ""
    return sign + letter(spelt) + length + ("-" if piece.tied_to else "")


def letter(spelt: Spelt) -> str:
    """ABC's letter with its octave marks: ``c`` is the C above middle C."""
    if spelt.octave >= 5:
        return spelt.letter.lower() + "'" * (spelt.octave - 5)
    return spelt.letter + "," * (4 - spelt.octave)
