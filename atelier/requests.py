"""What a person can ask for: the three requests, the same from every chat, page and command line.

A request is validated once, where it enters, travels as JSON, and is read again by the
worker with the same class. Every option a person can name is a constant of this module.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from atelier.errors import BadInput
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
Length = Literal[4, 8, 16, 32]
Strength = Literal["subtle", "strong"]
Way = Literal["continue", "vary", "blend"]
Size = Literal[256, 512]

MOODS: tuple[Mood, ...] = get_args(Mood)
FORMS: tuple[Form, ...] = get_args(Form)
STYLES: tuple[Style, ...] = get_args(Style)
PALETTES: tuple[Palette, ...] = get_args(Palette)
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)
LENGTHS: tuple[Length, ...] = get_args(Length)
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
SIZES: tuple[Size, ...] = get_args(Size)  # of an enlarged picture, in pixels

MAX_PROMPT = 500
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
MIN_TEMPO, MAX_TEMPO = 40, 240  # quarters a minute
MAX_WILD = 2.0
MIN_DENSITY, MAX_DENSITY = 0.4, 3.0  # notes a quarter
MIN_RANGE, MAX_RANGE = 4, 24  # semitones from the lowest note to the highest
GIVEN_METERS = {"4/4": 16, "3/4": 12, "6/8": 12, "2/4": 8}  # of a tune to start from: sixteenths a bar
GIVEN_BARS, GIVEN_NOTES = 32, 512
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


class Request(BaseModel):
    """What the three kinds share. Frozen, JSON in and out; unknown options are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[Kind]
    prompt_field: ClassVar[str]

    mood: Mood | None = None
    seed: Seed | None = None

    @property
    def words(self) -> str:
        """The prompt, whatever the kind calls it."""
        return str(getattr(self, self.prompt_field))

    def seeded(self) -> Self:
        """Itself with a seed: drawn now if none was asked for, so that the row records it."""
        if self.seed is not None:
            return self
        return self.model_copy(update={"seed": secrets.randbelow(MAX_SEED + 1)})


Term = tuple[
    Annotated[int, Field(ge=0, le=MAX_NOISE)], Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
]
Noise = Annotated[tuple[Term, ...], Field(min_length=1, max_length=MAX_TERMS)]


class Words(BaseModel):
    """Another work's words, mixed into a picture with a ``share`` of the whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Prompt
    style: Style | None = None
    mood: Mood | None = None
    palette: Palette | None = None
    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5


class Steer(BaseModel):
    """What a picture starts from, beside its words; :mod:`atelier.steer` makes these from works.

    ``noise`` is the noise of a picture that was made, as (number, weight) of independent draws;
    alone it draws that very picture again, with ``vary`` others near it. ``version`` is the
    painter that it was made by. ``mix`` blends other words in; ``wild`` is 0 for the safest
    pictures, 1 as they come, 2 for the wildest; ``upscale`` is a side in pixels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    noise: Noise | None = None
    version: Annotated[str, Field(max_length=40)] | None = None
    vary: Strength | None = None
    mix: Annotated[tuple[Words, ...], Field(max_length=MAX_MIX)] = ()
    wild: Annotated[float, Field(ge=0, le=MAX_WILD, allow_inf_nan=False)] = 1.0
    upscale: Size | None = None


class PaintRequest(Request):
    """``/paint``: ``count`` pictures of ``prompt``; ``steer`` is set by the buttons around a work."""

    kind: ClassVar[Kind] = "paint"
    prompt_field: ClassVar[str] = "prompt"

    prompt: Prompt
    style: Style | None = None
    palette: Palette | None = None
    count: Annotated[int, Field(ge=1, le=MAX_COUNT)] = 1
    steer: Steer | None = None


class PoemRequest(Request):
    """``/poem``: a poem about ``topic``. The language is ``form``'s, else ``lang``, else the topic's."""

    kind: ClassVar[Kind] = "poem"
    prompt_field: ClassVar[str] = "topic"

    topic: Prompt
    form: Form | None = None
    lang: Written | None = None
    acrostic: Annotated[str, BeforeValidator(clean_prompt), Field(max_length=14)] | None = None

    @property
    def written_in(self) -> Written:
        """The language that the poem comes in."""
        if self.form is not None:
            return form_language(self.form)
        return self.lang or language_of(self.topic)

    @property
    def written_as(self) -> Form:
        """The form that the poem comes in: the one asked for, else a usual one of the language."""
        if self.form is not None:
            return self.form
        if self.acrostic:
            return "acrostic" if self.written_in == "en" else "藏头诗"
        return "quatrain" if self.written_in == "en" else "七绝"


Note = tuple[
    Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0, le=127)]
]  # start and duration in sixteenths, MIDI pitch


class Given(BaseModel):
    """A tune to start from: one line of notes, from the beginning of its first bar.

    ``tempo`` in quarters a minute; tempo and rhythm may be unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    notes: Annotated[tuple[Note, ...], Field(min_length=1, max_length=GIVEN_NOTES)]
    meter: Annotated[str, Field(pattern=f"^({'|'.join(GIVEN_METERS)})$")]
    key: Key
    tempo: Annotated[int, Field(ge=MIN_TEMPO, le=MAX_TEMPO)] | None = None
    rhythm: Rhythm | None = None

    @model_validator(mode="after")
    def _one_line(self) -> Self:
        if any(one[0] + one[1] > two[0] for one, two in pairwise(self.notes)) or self.bars > GIVEN_BARS:
            raise ValueError("notes")
        return self

    @property
    def bars(self) -> int:
        """How many bars it takes, the last one filled up."""
        return -(-(self.notes[-1][0] + self.notes[-1][1]) // GIVEN_METERS[self.meter])


class Lead(BaseModel):
    """What a tune starts from, beside its words; :mod:`atelier.tunes.steer` makes these.

    ``continue`` keeps ``tune`` and goes on from it, ``vary`` makes others like it, ``blend`` goes
    ``share`` of the way from it to ``other``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Way
    tune: Given
    strength: Strength = "subtle"
    other: Given | None = None
    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5


class MelodyRequest(Request):
    """``/melody``: a tune; ``length`` in bars, ``tempo`` in quarters a minute.

    ``density`` in notes a quarter, ``range`` in semitones from the lowest note to the highest.
    """

    kind: ClassVar[Kind] = "melody"
    prompt_field: ClassVar[str] = "description"

    description: Prompt
    rhythm: Rhythm | None = None
    key: Key | None = None
    tempo: Annotated[int, Field(ge=MIN_TEMPO, le=MAX_TEMPO)] | None = None
    length: Length | None = None
    density: Annotated[float, Field(ge=MIN_DENSITY, le=MAX_DENSITY, allow_inf_nan=False)] | None = None
    range: Annotated[int, Field(ge=MIN_RANGE, le=MAX_RANGE)] | None = None
    steer: Lead | None = None


REQUESTS: dict[Kind, type[Request]] = {
    "paint": PaintRequest, "poem": PoemRequest, "melody": MelodyRequest,
}  # fmt: skip


def parse_request(kind: Kind, options: Mapping[str, Any]) -> Request:
    """The request of ``kind`` with ``options`` (None means: not said).

    Raises :class:`BadInput` with one sentence about the first thing that is wrong.
    """
    said = {name: value for name, value in options.items() if value is not None}
    model = REQUESTS[kind]
    try:
        request = model.model_validate(said)
    except ValidationError as fault:
        raise _refusal(model, fault) from None
    if isinstance(request, PaintRequest) and request.steer:
        _check_steer(request.steer, request.count)
    if isinstance(request, MelodyRequest) and request.steer:
        _check_lead(request, request.steer)
    if isinstance(request, PoemRequest):
        if request.form and request.lang and form_language(request.form) != request.lang:
            raise BadInput("bad-form-language", form=request.form, language=request.lang)
        if request.acrostic and request.form not in (None, "acrostic", "藏头诗"):
            raise BadInput("bad-acrostic-form", form=request.form)
    return request


def _check_steer(steer: Steer, count: int) -> None:
    if steer.vary and steer.noise is None:
        raise BadInput("bad-vary-nothing")
    if steer.noise and not steer.vary and count > 1:
        raise BadInput("bad-count-same")
    if sum(words.share for words in steer.mix) > 1 + 1e-6:
        raise BadInput("bad-shares")


def _check_lead(request: MelodyRequest, lead: Lead) -> None:
    bars, mode = lead.tune.bars, lead.tune.key.split(" ")[1]
    if request.key is not None and request.key.split(" ")[1] != mode:
        raise BadInput("tune-mode", key=request.key, own=lead.tune.key)
    if lead.way == "continue":
        if request.length is not None and request.length <= bars:
            raise BadInput("continue-length", bars=bars, length=request.length)
        if bars >= LENGTHS[-1]:
            raise BadInput("continue-full", bars=bars, most=LENGTHS[-1] - 1)
        return
    if request.length is not None:
        raise BadInput("tune-keeps-length")
    if lead.way == "blend":
        if lead.other is None:
            raise BadInput("melody-blend-two")
        if lead.other.meter != lead.tune.meter:
            raise BadInput("melody-blend-meters", one=lead.tune.meter, other=lead.other.meter)


def _refusal(model: type[Request], fault: ValidationError) -> BadInput:
    """The sentence for the first fault that pydantic found."""
    first = fault.errors()[0]
    name = str(clean_prompt(str(first["loc"][0]))) if first["loc"] else model.prompt_field
    if name == "steer":
        where = [str(part) for part in first["loc"]]
        return BadInput("bad-steer", option=".".join(where), value=str(first.get("input"))[:40])
    value = str(clean_prompt(str(first.get("input"))))[:40]
    if first["type"] == "extra_forbidden":
        return BadInput("bad-option", option=name, options=", ".join(sorted(model.model_fields)))
    if name == model.prompt_field:
        if first["type"].endswith("too_long"):
            return BadInput("bad-prompt-long", limit=MAX_PROMPT)
        return BadInput("bad-prompt-empty")
    choices = {"mood": MOODS, "form": FORMS, "style": STYLES, "palette": PALETTES,
               "rhythm": RHYTHMS, "length": LENGTHS, "lang": get_args(Written)}.get(name)  # fmt: skip
    if choices is not None:  # also what is no text at all, half a surrogate pair say
        listed = ", ".join(str(choice) for choice in choices)
        return BadInput("bad-choice", option=name, value=value, choices=listed)
    if name == "key":
        return BadInput("bad-key", value=value)
    if name == "acrostic":
        return BadInput("bad-acrostic-long", limit=14)
    if name == "density":
        return BadInput("bad-number", option=name, value=value, low=str(MIN_DENSITY), high=str(MAX_DENSITY))
    low, high = {
        "count": (1, MAX_COUNT), "seed": (0, MAX_SEED), "tempo": (MIN_TEMPO, MAX_TEMPO),
        "range": (MIN_RANGE, MAX_RANGE),
    }[name]  # fmt: skip
    # Fluent would group the digits of a number (2,147,483,647): pass text.
    return BadInput("bad-range", option=name, value=value, low=str(low), high=str(high))
