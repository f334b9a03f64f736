"""What a person can ask for: the three requests, the same from every chat, page and command line.

A request is validated once, where it enters, travels as JSON, and is read again by the
worker with the same class. Every option a person can name is a constant of this module.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from atelier import asking
from atelier.errors import BadInput
from atelier.form_names import canonical_form
from atelier.languages import Written, language_of, option_names
from atelier.options import (
    FORMS,
    GIVEN_BARS,
    GIVEN_LINE,
    GIVEN_LINES,
    GIVEN_METERS,
    GIVEN_NOTES,
    HEADED,
    INSTRUMENTS,
    KEY,
    KINDS,
    LENGTHS,
    MAX_ACROSTIC,
    MAX_COUNT,
    MAX_DENSITY,
    MAX_HEADS,
    MAX_MIX,
    MAX_NOISE,
    MAX_PART,
    MAX_PROMPT,
    MAX_RANGE,
    MAX_SEED,
    MAX_TEMPO,
    MAX_TERMS,
    MAX_WILD,
    MIN_DENSITY,
    MIN_RANGE,
    MIN_TEMPO,
    MOODS,
    PALETTES,
    RHYTHMS,
    SIZES,
    STRENGTHS,
    STYLES,
    Form,
    Instrument,
    Key,
    Kind,
    Length,
    Mood,
    Palette,
    Prompt,
    Rhythm,
    Seed,
    Size,
    Strength,
    Style,
    Way,
    canonical_key,
    form_language,
)
from atelier.safety import clean_prompt
from atelier.starts import (
    Given,
    Lead,
    Line,
    Noise,
    Note,
    Steer,
    Term,
    Verse,
    Words,
    bad_steer,
)
from atelier.style_names import canonical_style

__all__ = [  # the options and what a work starts from are asked for here too
    "FORMS",
    "GIVEN_BARS",
    "GIVEN_LINE",
    "GIVEN_LINES",
    "GIVEN_METERS",
    "GIVEN_NOTES",
    "HEADED",
    "INSTRUMENTS",
    "KEY",
    "KINDS",
    "LENGTHS",
    "MAX_ACROSTIC",
    "MAX_COUNT",
    "MAX_DENSITY",
    "MAX_MIX",
    "MAX_NOISE",
    "MAX_PART",
    "MAX_PROMPT",
    "MAX_RANGE",
    "MAX_SEED",
    "MAX_TEMPO",
    "MAX_TERMS",
    "MAX_WILD",
    "MIN_DENSITY",
    "MIN_RANGE",
    "MIN_TEMPO",
    "MOODS",
    "PALETTES",
    "REQUESTS",
    "RHYTHMS",
    "SIZES",
    "STRENGTHS",
    "STYLES",
    "Form",
    "Given",
    "Instrument",
    "Key",
    "Kind",
    "Lead",
    "Length",
    "Line",
    "MelodyRequest",
    "Mood",
    "Noise",
    "Note",
    "PaintRequest",
    "Palette",
    "PoemRequest",
    "Prompt",
    "Request",
    "Rhythm",
    "Seed",
    "Size",
    "Steer",
    "Strength",
    "Style",
    "Term",
    "Verse",
    "Way",
    "Words",
    "_check_lead",
    "_check_steer",
    "_refusal",
    "canonical_key",
    "form_language",
    "parse_request",
]


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


class PaintRequest(Request):
    """``/paint``: ``count`` pictures of ``prompt``; ``steer`` is set by the buttons around a work."""

    kind: ClassVar[Kind] = "paint"
    prompt_field: ClassVar[str] = "prompt"

    prompt: Prompt
    style: Annotated[Style, BeforeValidator(canonical_style)] | None = None
    palette: Palette | None = None
    count: Annotated[int, Field(ge=1, le=MAX_COUNT)] = 1
    steer: Steer | None = None


class PoemRequest(Request):
    """``/poem``: a poem about ``topic``.

    The language is ``form``'s, else ``lang``, else the acrostic's, else the topic's.
    """

    kind: ClassVar[Kind] = "poem"
    prompt_field: ClassVar[str] = "topic"

    topic: Prompt
    form: Annotated[Form, BeforeValidator(canonical_form)] | None = None
    lang: Written | None = None
    acrostic: Annotated[str, BeforeValidator(clean_prompt), Field(max_length=MAX_ACROSTIC)] | None = None
    steer: Verse | None = None

    @property
    def written_in(self) -> Written:
        """The language that the poem comes in."""
        if self.form is not None:
            return form_language(self.form)
        return self.lang or language_of(self.acrostic or self.topic)

    @property
    def written_as(self) -> Form:
        """The form that the poem comes in: the one asked for, else a usual one of the language."""
        if self.form is not None:
            return self.form
        if self.acrostic:
            return "acrostic" if self.written_in == "en" else "藏头诗"
        return "quatrain" if self.written_in == "en" else "七绝"


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
    instrument: Instrument | None = None
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
        if request.form is None and (other := asking.unwritten(request.topic)):
            raise BadInput("bad-choice", option="form", value=other, choices=", ".join(FORMS))
        if request.form is None:  # kept with the request, so that whoever looks at it later sees it
            request = request.model_copy(update={"form": asking.read(request.topic).form})
        _check_acrostic(request.acrostic or "")
        if request.form and request.lang and form_language(request.form) != request.lang:
            raise BadInput("bad-form-language", form=request.form, language=request.lang)
        if request.acrostic and request.form is not None and request.form not in HEADED:
            raise BadInput("bad-acrostic-form", form=request.form)
        if request.steer and (request.form is None or request.acrostic):
            raise BadInput("poem-start-form" if request.form is None else "poem-start-acrostic")
    return request


def _check_acrostic(word: str) -> None:
    """Spaces and marks are no letters, and no line begins with a digit."""
    if any(character.isnumeric() and not character.isalpha() for character in word):
        raise BadInput("bad-acrostic-digit", word=word)
    if sum(map(str.isalpha, word)) > MAX_HEADS:
        raise BadInput("bad-acrostic-long", limit=MAX_HEADS)


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
        return bad_steer([str(part) for part in first["loc"]], str(first.get("input"))[:40])
    value = str(clean_prompt(str(first.get("input"))))[:40]
    if first["type"] == "extra_forbidden":
        allowed = sorted(model.model_fields)
        return BadInput("bad-option", option=name, options=partial(option_names, allowed))
    if name == model.prompt_field:
        if first["type"].endswith("too_long"):
            return BadInput("bad-prompt-long", limit=MAX_PROMPT)
        return BadInput("bad-prompt-empty")
    choices = {"mood": MOODS, "form": FORMS, "style": STYLES, "palette": PALETTES,
               "rhythm": RHYTHMS, "length": LENGTHS, "instrument": INSTRUMENTS,
               "lang": get_args(Written)}.get(name)  # fmt: skip
    if choices is not None:  # also what is no text at all, half a surrogate pair say
        listed = ", ".join(str(choice) for choice in choices)
        return BadInput("bad-choice", option=name, value=value, choices=listed)
    if name == "key":
        return BadInput("bad-key", value=value)
    if name == "acrostic":
        return BadInput("bad-acrostic-long", limit=MAX_HEADS)
    if name == "density":
        return BadInput("bad-number", option=name, value=value, low=str(MIN_DENSITY), high=str(MAX_DENSITY))
    low, high = {
        "count": (1, MAX_COUNT), "seed": (0, MAX_SEED), "tempo": (MIN_TEMPO, MAX_TEMPO),
        "range": (MIN_RANGE, MAX_RANGE),
    }[name]  # fmt: skip
    # Fluent would group the digits of a number (2,147,483,647): pass text.
    return BadInput("bad-range", option=name, value=value, low=str(low), high=str(high))
