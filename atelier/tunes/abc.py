"""A tune in ABC notation → the tune. The abc notation standard 2.1, as far as one melody needs it.

Read as written: repeats once, of several endings the first; grace notes, chord names, decorations,
slurs and words are passed over. Bare notes without any header are read too (``CDEF GABc``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import get_args

from atelier.errors import BadInput
from atelier.requests import Given, Rhythm
from atelier.tunes.line import Sounding, given, known_meter

SHOWN = 12  # characters of what could not be read
LONGEST = 64  # of one note, in whole notes: a longer one is a slip of the keyboard

# In a chat everything stands in one line: "M:3/4 K:Dm A2 d3 c".
_ONE_LINE = re.compile(r"^\s*((?:[XTMLQKR]:\S+\s+)+)(.*)$")
_FIELDS = re.compile(r"^[ \t]*[XMLQKR]:\S+(?:[ \t]+[XMLQKR]:\S+)+[ \t]*$", re.M)  # several in one line
_FIELD = re.compile(r"^([A-Za-z+]):(.*)$")
_TOKEN = re.compile(
    r"""
    (?P<inline>\[(?P<name>[A-Za-z]):(?P<value>[^\]]*)\])
    |(?P<tuplet>\((?P<p>[2-9])(?::(?P<q>\d?)(?::(?P<r>\d?))?)?)
    |(?P<skip>"[^"]*"|![^!\s]*!|\{[^}]*\}|[\s~.`\\$*()yHLMOPSTuv-])
    |(?P<bar>(?:\[\||:*\|+[\]:]*|:{2,}|\|?\])(?:\s*\[?(?P<ending>[1-9])[\d,-]*)?|\[(?P<alone>[1-9])[\d,-]*)
    |(?P<chord>\[[\^_=A-Ga-g])
    |(?P<over>&)
    |(?P<broken>>{1,3}|<{1,3})
    |(?P<rests>[ZX])(?P<bars>\d*)
    |(?:(?P<rest>[zx])|(?P<sign>\^{1,2}|_{1,2}|=)?(?P<letter>[A-Ga-g])(?P<octave>[,']*))
     (?P<times>\d*)(?P<parts>(?:/+\d*)*)(?P<tie>-)?
    """,
    re.X,
)
_KEY = re.compile(r"^\s*(?P<letter>[A-G])(?P<sign>[#b♯♭]?)\s*(?P<mode>[A-Za-z]*)")
_METER = re.compile(r"^\s*(\d{1,3})\s*/\s*(\d{1,3})\s*$")
_LENGTH = re.compile(r"^\s*1\s*/\s*(1|2|4|8|16|32|64)\s*$")
_TEMPO = re.compile(r"(?:(\d{1,3})\s*/\s*(\d{1,3})\s*=\s*)?(\d{1,4})(?:\.\d*)?\s*(?:\"[^\"]*\"\s*)?$")

# Sharps of the key against the major one on the same tonic, and whether its third is minor.
MODES = {
    "": (0, False), "maj": (0, False), "ion": (0, False), "lyd": (1, False), "mix": (-1, False),
    "m": (-3, True), "min": (-3, True), "aeo": (-3, True), "dor": (-2, True), "phr": (-4, True),
    "loc": (-5, True),
}  # fmt: skip
NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
SIGNS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}


@dataclass(slots=True)
class _Reader:
    """What was read so far. Times in sixteenths."""

    meter: tuple[int, int] | None = None
    unit: Fraction | None = None
    key: str | None = None
    sharps: dict[str, int] = field(default_factory=dict)
    tempo: float | None = None
    rhythm: Rhythm | None = None
    voices: set[str] = field(default_factory=set)
    at: Fraction = Fraction(0)
    bar_began: Fraction = Fraction(0)
    bars: int = 0
    altered: dict[tuple[str, int], int] = field(default_factory=dict)
    sounding: list[list[Fraction | int]] = field(default_factory=list)
    pickup: Fraction = Fraction(0)
    tied: tuple[str, int] | None = None
    tuplet: tuple[int, Fraction] = (0, Fraction(1))
    broken: tuple[Fraction, Fraction] | None = None  # what the next note is multiplied by, and its due
    last: int | None = None  # index in ``sounding`` of the note just read; -1: a rest
    last_length: Fraction = Fraction(0)
    skipping: bool = False

    def field(self, name: str, value: str) -> None:
        """A field of the header, or one inside the tune."""
        value = value.strip()
        if name == "M":
            self._meter(value)
        elif name == "L":
            if not (found := _LENGTH.match(value)):
                raise _no_abc(f"L:{value}")
            self.unit = Fraction(16, int(found[1]))
        elif name == "K":
            self._key(value)
        elif name == "Q" and (found := _TEMPO.search(value)):
            beat = Fraction(int(found[1]), int(found[2]) or 1) if found[1] else Fraction(1, 4)
            self.tempo = float(beat * 4 * int(found[3])) or None
        elif name == "R" and value.lower() in get_args(Rhythm):
            self.rhythm = value.lower()  # type: ignore[assignment]
        elif name == "V":
            self.voices.add(value.split()[0] if value else "")
            if len(self.voices) > 1:
                raise BadInput("tune-polyphonic")

    def _meter(self, value: str) -> None:
        if value in ("C", "C|"):
            said = (4, 4)
        elif found := _METER.match(value):
            said = (int(found[1]), int(found[2]))
        else:
            raise BadInput("composer-bad-meter", meter=value[:SHOWN] or "-", meters="4/4, 3/4, 6/8, 2/4")
        if self.meter is not None and said != self.meter:
            raise BadInput("tune-meter-changes")
        known_meter(*said)
        self.meter = said

    def _key(self, value: str) -> None:
        if value.lower() in ("", "none", "hp"):
            return
        found = _KEY.match(value)
        mode = (found["mode"] if found else "").lower()
        mode = "m" if found and found["mode"] == "m" else mode[:3]
        if found is None or mode not in (*MODES, "cle", "exp", "oct", "tra"):
            raise _no_abc(f"K:{value}")
        change, minor = MODES.get(mode, (0, False))
        sign = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(found["sign"], 0)
        count = FIFTHS[found["letter"]] + 7 * sign + change
        order = "FCGDAEB" if count > 0 else "BEADGCF"
        self.sharps = dict.fromkeys(order, 0)
        for step in range(abs(count)):
            self.sharps[order[step % 7]] += 1 if count > 0 else -1
        if self.key is None:
            written = {1: "#", -1: "b", 0: ""}[sign]
            self.key = f"{found['letter']}{written} {'minor' if minor else 'major'}"

    @property
    def size(self) -> int:
        """Sixteenths a bar."""
        over, under = self.meter or (4, 4)
        return 16 * over // under

    def line(self, text: str) -> None:
        """A line of music."""
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or found.end() == at:
                raise _no_abc(text[at:])
            at = found.end()
            self._token(found)

    def _token(self, found: re.Match[str]) -> None:
        if found["bar"]:
            self._barline(int(found["ending"] or found["alone"] or 0), found["bar"])
        elif self.skipping or found["skip"]:
            return
        elif found["inline"]:
            self.field(found["name"], found["value"])
        elif found["chord"] or found["over"]:
            raise BadInput("tune-polyphonic")
        elif found["tuplet"]:
            count = int(found["p"])
            three = (self.meter or (4, 4))[0] % 3 == 0 and (self.meter or (4, 4))[1] == 8
            usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(count, 3 if three else 2)
            self.tuplet = (int(found["r"] or count), Fraction(int(found["q"] or usual) or 1, count))
        elif found["broken"]:
            self._break(found["broken"])
        elif found["rests"]:
            self._end(None)
            self.at += min(int(found["bars"] or 1), 1000) * self.size
        else:
            self._note(found)

    def _barline(self, ending: int, written: str) -> None:
        if self.skipping and (ending == 1 or "|:" in written or ":|" in written or "]" in written):
            self.skipping = False
        length = self.at - self.bar_began
        if length:
            if self.bars == 0 and length < self.size:
                self.pickup = self.size - length
            self.bars += 1
        self.bar_began = self.at
        self.altered.clear()
        if ending > 1:
            self.skipping = True

    def _length(self, found: re.Match[str]) -> Fraction:
        length = Fraction(int(found["times"] or 1))
        for part in re.findall(r"(/+)(\d*)", found["parts"]):
            length /= int(part[1]) or 1 if part[1] else 2 ** len(part[0])
        if not 0 < length <= LONGEST:
            raise _no_abc(found[0])
        usual = Fraction(2) if Fraction(*(self.meter or (4, 4))) >= Fraction(3, 4) else Fraction(1)
        length *= self.unit or usual
        left, share = self.tuplet
        if left:
            length *= share
            self.tuplet = (left - 1, share)
        if self.broken is not None:
            length *= self.broken[0]
            self.broken = None
        return length

    def _note(self, found: re.Match[str]) -> None:
        self.last_length = length = self._length(found)
        if found["rest"]:
            self._end(None)
            self.last = -1
            self.at += length
            return
        letter = found["letter"].upper()
        marks = found["octave"]
        octave = (5 if found["letter"].islower() else 4) + marks.count("'") - marks.count(",")
        place = (letter, octave)
        if found["sign"]:
            self.altered[place] = SIGNS[found["sign"]]
        goes_on = self.tied == place and not found["sign"]
        pitch = 12 * (octave + 1) + NATURAL[letter] + self.altered.get(place, self.sharps.get(letter, 0))
        if not 0 <= pitch <= 127:
            raise _no_abc(found[0])
        if goes_on and self.sounding:
            self.sounding[-1][1] = self.at + length
        else:
            self.sounding.append([self.at, self.at + length, pitch])
        self.last = len(self.sounding) - 1
        self._end(place if found["tie"] else None)
        self.at += length

    def _end(self, tied: tuple[str, int] | None) -> None:
        self.tied = tied

    def _break(self, written: str) -> None:
        """``a>b``: the first longer by half, the second shorter (standard 2.1, section 4.4)."""
        if self.last is None or not self.last_length:
            raise _no_abc(written)
        small = Fraction(1, 2 ** len(written))
        first, second = (2 - small, small) if written[0] == ">" else (small, 2 - small)
        change = self.last_length * (first - 1)
        self.at += change
        if self.last >= 0:
            self.sounding[self.last][1] += change
        self.broken = (second, change)


def read(text: str) -> Given:
    """The tune that ``text`` writes. Raises :class:`BadInput` (see :func:`atelier.tunes.read`)."""
    reader = _Reader()
    tunes = 0
    if "\n" not in text.strip():
        text = text.replace("\\n", "\n")  # a shell's quotes do not turn these into line breaks
    if "\n" not in text.strip() and (joined := _ONE_LINE.match(text)):
        text = "\n".join([*joined[1].split(), joined[2]])
    text = _FIELDS.sub(lambda line: "\n".join(line[0].split()), text)
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = re.sub(r"(?<!\\)%.*$", "", raw).strip()
        if not line:
            if reader.sounding:
                break  # a blank line ends a tune; what follows is another
            continue
        found = _FIELD.match(line)
        if found and not line.startswith("|"):
            tunes += found[1] == "X"
            if tunes > 1:
                break
            reader.field(found[1], found[2])
        else:
            reader.line(line)
    over, under = reader.meter or (4, 4)
    lines: list[Sounding] = [
        (Fraction(start) + reader.pickup, Fraction(end) + reader.pickup, int(pitch))
        for start, end, pitch in reader.sounding
    ]
    if not lines:
        raise _no_abc(text.strip())
    meter = known_meter(over, under)
    return given(lines, meter, key=reader.key, tempo=reader.tempo, rhythm=reader.rhythm)


def _no_abc(where: str) -> BadInput:
    shown = " ".join(where.split())
    return BadInput("tune-no-abc", where=shown[:SHOWN] + ("…" if len(shown) > SHOWN else "") or "…")
