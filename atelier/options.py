"""What a person can name: kinds, moods, forms, styles, rhythms; bounds of numbers; how keys are read."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from atelier.languages import Written, language_of
from atelier.safety import clean_prompt

Kind = Literal["paint", "poem", "melody"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Mood = Literal["joyful", "sad", "calm", "tense", "wistful", "epic", "playful"]
Form = Literal[
    "haiku", "couplet", "quatrain", "limerick", "ballad",
    "shakespearean sonnet", "petrarchan sonnet", "free", "acrostic",
    "五绝", "七绝", "五律", "七律", "藏头诗", "浣溪沙", "如梦令", "鹧鸪天",
]  # fmt: skip
Style = Literal[
    "photo", "painting", "impressionism", "post-impressionism", "renaissance", "baroque",
    "romanticism", "expressionism", "watercolour", "ink", "poster", "pixel", "glow",
    "emoji", "3d", "flat", "outline", "silhouette",
]  # fmt: skip
Palette = Literal["warm", "cool", "bright", "dark", "vivid", "muted", "golden", "monochrome"]
Rhythm = Literal[
    "reel", "jig", "hornpipe", "air", "song", "hymn", "waltz", "march", "lullaby"
]  # fmt: skip
Instrument = Literal[
    "piano", "guitar", "harp", "guzheng", "dulcimer", "music box",
    "violin", "flute", "clarinet", "trumpet", "organ",
]  # fmt: skip
Length = Literal[4, 8, 16, 32]
Strength = Literal["subtle", "strong"]
Way = Literal["continue", "vary", "blend"]
Size = Literal[256, 512]

MOODS: tuple[Mood, ...] = get_args(Mood)
FORMS: tuple[Form, ...] = get_args(Form)
HEADED: tuple[Form, ...] = ("acrostic", "藏头诗")  # their lines begin with what was given, and spell it
STYLES: tuple[Style, ...] = get_args(Style)
PALETTES: tuple[Palette, ...] = get_args(Palette)
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)
INSTRUMENTS: tuple[Instrument, ...] = get_args(Instrument)
LENGTHS: tuple[Length, ...] = get_args(Length)
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
SIZES: tuple[Size, ...] = get_args(Size)  # of an enlarged picture, in pixels

MAX_PROMPT = 500
MAX_HEADS, MAX_ACROSTIC = 14, 40  # letters that lines begin with; those with the spaces and marks between
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
MIN_TEMPO, MAX_TEMPO = 40, 240  # quarters a minute
MAX_WILD = 2.0
MIN_DENSITY, MAX_DENSITY = 0.4, 3.0  # notes a quarter
MIN_RANGE, MAX_RANGE = 4, 24  # semitones from the lowest note to the highest
GIVEN_METERS = {"4/4": 16, "3/4": 12, "6/8": 12, "2/4": 8}  # of a tune to start from: sixteenths a bar
GIVEN_BARS, GIVEN_NOTES = 32, 512
GIVEN_LINES, GIVEN_LINE, MAX_PART = 32, 200, 20  # of a poem to start from; characters of a line
MAX_NOISE, MAX_TERMS, MAX_MIX = 2**53 - 1, 16, 3  # any JSON reader keeps whole numbers up to 2^53

KEY = re.compile(
    r"^\s*(?P<tonic>[A-Ga-g])\s*(?P<sign>[#♯b♭]|-?sharp|-?flat)?\s*"
    r"(?P<mode>m|min|minor|maj|major|小调|大调)?\s*$"
)


def form_language(form: Form) -> Written:
    """The language that a form is written in."""
    return language_of(form)


def canonical_key(value: object) -> object:
    """``a minor``, ``Am``, ``F#``, ``B♭ major``, ``降B大调`` → ``A minor``, ``F# major``, ``Bb major``."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    for mark, sign in (("降", "b"), ("升", "#")):
        if text.startswith(mark) and len(text) > 1:
            text = text[1] + sign + text[2:]
    found = KEY.match(text)
    if not found:
        raise ValueError("key")
    written = found["sign"] or ""
    sign = "#" if written in ("#", "♯") or "sharp" in written else "b" if written else ""
    minor = found["mode"] in ("m", "min", "minor", "小调")
    return f"{found['tonic'].upper()}{sign} {'minor' if minor else 'major'}"


Prompt = Annotated[str, BeforeValidator(clean_prompt), Field(min_length=1, max_length=MAX_PROMPT)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Key = Annotated[str, BeforeValidator(canonical_key)]
