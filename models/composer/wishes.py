"""From a request to wishes: everything that a tune needs to be told, and nothing left open.

Who wins: an option beats a word of the prompt; a named key beats the mood's mode; a tempo in
figures beats words of tempo, and those beat the mood's; a named rhythm beats a named meter that
came from the prompt only if the rhythm is an option; words beat the tempo of a tune that somebody
brought. What is said nowhere is drawn from the seed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from atelier.errors import BadInput
from atelier.languages import Lang, language_of, say
from atelier.requests import LENGTHS, MAX_TEMPO, MIN_TEMPO, Given, Instrument, MelodyRequest, Mood, Rhythm
from atelier.safety import words_for_model
from atelier.tunes.beat import beats, quarters
from models.composer import words
from models.composer.attributes import SCALES
from models.composer.grid import METERS, WINDOW, pitch_class, settled
from models.composer.instruments import ORCHESTRA
from models.composer.leaning import Leaning, draw, tilted
from models.composer.manners import FREE_METERS, HABITS, KEYS, MANNERS, NEUTRAL, RESPELT, Manner
from models.composer.reading import Reader, Reading

DEFAULT_LENGTH = 8
LOWEST_TONIC = 58  # B flat below middle C: with the median 1-12 above it, a tune sits in the treble staff
LULLABY_TEMPO = 132  # quarters a minute: faster is no lullaby
MAJOR = 0.7  # how often a tune is in major of which nobody says anything


@dataclass(frozen=True, slots=True)
class Wished:
    """All that is decided before composing. ``tempo`` in quarters a minute, ``length`` in bars."""

    lang: Lang
    mood: Mood | None
    rhythm: Rhythm
    named: bool  # the rhythm was asked for, not chosen by chance
    style: str
    meter: str
    key: str
    mode: str
    tempo: int
    length: int
    form: str
    density: float | None
    register: float
    instrument: Instrument
    span: float | None = None
    contour: float | None = None
    octave: int = 0  # above (or below) the usual register, of a tune that was begun there
    read: Reading | None = None  # the word that said the mood, where no table has it

    @property
    def home(self) -> int:
        """The MIDI pitch of the tonic that the tune is counted from."""
        return home_of(self.key) + 12 * self.octave

    @property
    def compass(self) -> tuple[int, int]:
        """The lowest and the highest MIDI pitch that its instrument is asked to play."""
        return ORCHESTRA[self.instrument].compass

    @property
    def title(self) -> str:
        """``A slow, sad waltz``'s plain name: “Sad waltz in D minor”, in the prompt's language."""
        return titled(self, self.lang)

    @property
    def asked(self) -> dict[str, float]:
        """The attributes of a phrase that are asked for, scaled (about -2..2); but not the register."""
        told = {"density": self.density, "span": self.span, "contour": self.contour}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def steps_a_bar(self) -> int:
        """Sixteenths a bar."""
        return METERS[self.meter]


def home_of(key: str) -> int:
    """The MIDI pitch of the tonic that a tune in ``key`` is usually counted from."""
    return LOWEST_TONIC + (pitch_class(key) - LOWEST_TONIC) % 12


def titled(wished: Wished, lang: Lang) -> str:
    """The title in ``lang``."""
    key = say(f"composer-key-{wished.mode}", lang, tonic=spoken_key(wished.key, lang))
    mood = say(f"composer-mood-{wished.mood or 'none'}", lang)
    named = say(f"composer-rhythm-{wished.rhythm}", lang)
    text = say("composer-title", lang, mood=mood, rhythm=named, key=key).strip()
    return text[0].upper() + text[1:]


def spoken_key(key: str, lang: Lang) -> str:
    """``F#`` → ``F♯``, in Chinese ``升F``."""
    if lang == "zh":
        return {"#": "升", "b": "降"}.get(key[1:], "") + key[0]
    return key[0] + {"#": "♯", "b": "♭"}.get(key[1:], "")


def summary(wished: Wished) -> str:
    """The tune in words, for whoever cannot see the score: title, meter, tempo, length."""
    return say(
        "composer-summary",
        wished.lang,
        title=wished.title,
        meter=wished.meter,
        bars=str(wished.length),
        **beats(wished.meter, wished.tempo),
    )


def chance(request: MelodyRequest, attempt: int = 0) -> np.random.Generator:
    """The request's own chance: the same seed with other words is another tune; so is another attempt."""
    # What is unsaid of the options that came later is left out: tunes of before stay what they were.
    # The instrument is never in it: a tune can be asked for again, played on another.
    left_out: dict[str, Any] = {
        name: True for name in ("density", "range", "steer") if getattr(request, name) is None
    }
    left_out |= {"seed": True, "instrument": True}
    if request.steer is not None:
        left_out["steer"] = {"brought"}
    words_said = hashlib.sha256(request.model_dump_json(exclude=left_out).encode()).digest()[:8]
    more = [attempt] if attempt else []
    return np.random.default_rng([request.seed or 0, int.from_bytes(words_said, "big"), *more])


def wishes(
    request: MelodyRequest,
    rng: np.random.Generator,
    leaning: Leaning | None = None,
    reader: Reader | None = None,
) -> Wished:
    """Read ``request``; what it leaves open is drawn as ``leaning`` says.

    ``reader``: who reads a mood out of words that the tables do not know.

    Raises :class:`BadInput` for wishes that cannot be met together.
    """
    leaning = leaning or Leaning()
    text = words_for_model(request.description)
    lead = request.steer
    mood = request.mood or words.mood_in(text)
    read = reader.mood(text) if reader and mood is None else None
    mood = read.mood if read else mood
    manner = MANNERS[mood] if mood else NEUTRAL
    if lead is None:
        rhythm, meter, named = _rhythm(request, text, manner, rng, leaning)
    else:
        rhythm, meter, named = _rhythm_of(request, text, lead.tune, rng)
    habit = HABITS[rhythm]
    if meter is None:
        meter = habit.meters[int(rng.integers(len(habit.meters)))]
    usual = dict(zip(habit.meters, habit.tempos, strict=True)).get(meter, habit.tempos[0])
    key, mode = _key_of(request, text, lead.tune) if lead else _key(request, text, manner, rng, leaning)
    tempo = _tempo(request, text, rhythm, meter, usual, manner)
    density = habit.density
    if manner.density:
        density = (density or 0.0) * 0.5 + manner.density
    if lead is not None:
        density = None  # the tune says it
    if request.density is not None:
        density = _scaled("density", request.density)
    return Wished(
        lang=language_of(request.description),
        mood=mood,
        rhythm=rhythm,
        named=named,
        style=habit.style,
        meter=meter,
        key=key,
        mode=mode,
        tempo=tempo,
        length=_length(request, text) if lead is None else _length_of(request, text),
        form=habit.form,
        density=density,
        register=manner.register if lead is None else 0.0,
        instrument=_instrument(request, text, rhythm, manner),
        span=None if request.range is None else _scaled("span", request.range),
        octave=0 if lead is None else _octave(lead.tune),
        read=read,
    )


def _scaled(name: str, raw: float) -> float:
    middle, width = SCALES[name]
    return max(-3.0, min(3.0, (raw - middle) / width))


def _rhythm_of(
    request: MelodyRequest, text: str, tune: Given, rng: np.random.Generator
) -> tuple[Rhythm, str, bool]:
    """The rhythm and meter of a tune to start from; its meter is not to be changed."""
    if request.rhythm is not None and tune.meter not in HABITS[request.rhythm].meters:
        usual = " / ".join(HABITS[request.rhythm].meters)
        raise BadInput("composer-meter-rhythm", rhythm=request.rhythm, usual=usual, meter=tune.meter)
    for said in (request.rhythm, tune.rhythm, words.rhythm_in(text)):
        if said is not None and tune.meter in HABITS[said].meters:
            return said, tune.meter, True
    choices = FREE_METERS[tune.meter]
    return choices[int(rng.integers(len(choices)))], tune.meter, False


def _key_of(request: MelodyRequest, text: str, tune: Given) -> tuple[str, str]:
    """The tune's own key, or the one asked for: it is moved there."""
    key, mode = tune.key.split(" ")
    if request.key is not None:
        key = request.key.split(" ")[0]
    elif (said := words.key_in(text)) is not None and said[1] == mode:
        key = said[0]
    return RESPELT[mode].get(key, key), mode


def _octave(tune: Given) -> int:
    """How many octaves above the usual register a tune to start from lies: -1, 0 or 1."""
    tonic = pitch_class(tune.key.split(" ")[0])
    home = settled([pitch for _, _, pitch in tune.notes], tonic)
    return max(-1, min(1, (home - LOWEST_TONIC) // 12))


def _length_of(request: MelodyRequest, text: str) -> int:
    """Bars of a tune that starts from another: twice the notes it goes on from, or as many phrases.

    Raises :class:`BadInput` for words that ask for another length of a tune that somebody brought.
    """
    lead = request.steer
    assert lead is not None
    bars = lead.tune.bars
    said: int | None = request.length
    if said is None and (lead.brought or lead.way == "continue"):
        said = words.bars_in(text)
    if lead.way == "continue":
        if lead.brought and said is not None:
            _known_length(said)
            if said <= bars:
                raise BadInput("continue-length", bars=bars, length=said)
        longer = next(length for length in LENGTHS if length >= max(8, bars + 1))
        return said if said in LENGTHS and said > bars else longer
    own = -(-bars // WINDOW) * WINDOW
    if said not in (None, bars, own):
        raise BadInput("tune-keeps-length")
    return own


def _rhythm(
    request: MelodyRequest, text: str, manner: Manner, rng: np.random.Generator, leaning: Leaning
) -> tuple[Rhythm, str | None, bool]:
    meter = words.meter_in(text)
    said = request.rhythm or words.rhythm_in(text)
    if meter is not None and meter not in METERS:
        if request.rhythm is None:
            raise BadInput("composer-bad-meter", meter=meter, meters=", ".join(METERS))
        meter = None
    if said is not None:
        if (
            meter is not None
            and meter not in HABITS[said].meters
            and said not in ("air", "song", "hymn")  # these go in most meters
        ):
            if request.rhythm is None:
                usual = HABITS[said].meters[0]
                raise BadInput("composer-meter-rhythm", rhythm=said, usual=usual, meter=meter)
            meter = None
        return said, meter, True
    choices: tuple[Rhythm, ...] = FREE_METERS[meter] if meter else manner.styles  # type: ignore[assignment]
    if leaning.rhythms:
        return choices[draw(rng, tilted(choices, [1.0] * len(choices), leaning.rhythms))], meter, False
    return choices[int(rng.integers(len(choices)))], meter, False


def _key(
    request: MelodyRequest, text: str, manner: Manner, rng: np.random.Generator, leaning: Leaning
) -> tuple[str, str]:
    if request.key is not None:
        key, mode = request.key.split(" ")
    elif (said := words.key_in(text)) is not None:
        key, mode = said
    else:
        drawn = words.mode_in(text) or manner.mode
        mode = drawn or ("major" if rng.random() < leaning.share_of_major(MAJOR) else "minor")
        names, weights = zip(*KEYS[mode], strict=True)
        share = np.asarray(weights, dtype=np.float64)
        key = str(names[int(rng.choice(len(names), p=share / share.sum()))])
    return RESPELT[mode].get(key, key), mode


def _instrument(request: MelodyRequest, text: str, rhythm: Rhythm, manner: Manner) -> Instrument:
    usual = "music box" if rhythm == "lullaby" else manner.instrument
    return request.instrument or words.instrument_in(text) or usual


def _tempo(request: MelodyRequest, text: str, rhythm: Rhythm, meter: str, usual: int, manner: Manner) -> int:
    """Quarters a minute: the option's, the words', the tune's that it starts from, the rhythm's usual one."""
    lead = request.steer
    own = lead.tune.tempo if lead else None
    # A tune of ours has the tempo that these words asked for already: "slow" makes no slower one of it.
    heeded = own is not None and lead is not None and not lead.brought
    said, pace = (None, None) if heeded else (words.beats_in(text), words.pace_in(text))
    if request.tempo is not None or said is not None:
        counted = "4/4" if request.tempo is not None else meter  # an option is always in quarters
        return _bearable(rhythm, counted, request.tempo or said or 0)
    tempo = round(usual * (pace or manner.tempo)) if own is None else round(own * (pace or 1.0))
    if rhythm == "lullaby" and (own is None or pace):
        tempo = min(tempo, LULLABY_TEMPO)
    tempo = max(MIN_TEMPO, min(MAX_TEMPO, tempo))
    return tempo if own is None else _bearable(rhythm, "4/4", tempo)


def _bearable(rhythm: Rhythm, meter: str, counted: int) -> int:
    """``counted`` beats of ``meter`` a minute, in quarters. Raises :class:`BadInput` where none plays so."""
    tempo = quarters(meter, counted)
    low, high = beats(meter, MIN_TEMPO), beats(meter, MAX_TEMPO)
    if not MIN_TEMPO <= tempo <= MAX_TEMPO:
        told = {"tempo": str(counted), "beat": low["beat"]}
        raise BadInput("composer-bad-tempo", **told, low=low["tempo"], high=high["tempo"])
    if rhythm == "lullaby" and tempo > LULLABY_TEMPO:
        most = beats(meter, LULLABY_TEMPO)
        raise BadInput("composer-lullaby-fast", tempo=str(counted), beat=most["beat"], high=most["tempo"])
    return tempo


def _length(request: MelodyRequest, text: str) -> int:
    if request.length is not None:
        return request.length
    said = words.bars_in(text)
    return DEFAULT_LENGTH if said is None else _known_length(said)


def _known_length(said: int) -> int:
    if said not in LENGTHS:
        listed = ", ".join(str(length) for length in LENGTHS)
        raise BadInput("composer-bad-length", bars=str(said), lengths=listed)
    return said
