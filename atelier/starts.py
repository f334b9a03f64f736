"""What a work starts from beside its words: pictures, tunes and poems that are there already."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atelier.errors import BadInput
from atelier.options import (
    GIVEN_BARS,
    GIVEN_LINE,
    GIVEN_LINES,
    GIVEN_METERS,
    GIVEN_NOTES,
    MAX_MIX,
    MAX_NOISE,
    MAX_PART,
    MAX_TEMPO,
    MAX_TERMS,
    MAX_WILD,
    MIN_TEMPO,
    SIZES,
    Key,
    Mood,
    Palette,
    Prompt,
    Rhythm,
    Size,
    Strength,
    Style,
    Way,
)

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
    ``share`` of the way from it to ``other``. ``brought``: by a person, so that what the words say of tempo
    and length is still to be done; a tune of ours has it from the same words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Way
    tune: Given
    strength: Strength = "subtle"
    other: Given | None = None
    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    brought: bool = False


Line = Annotated[str, Field(min_length=1, max_length=GIVEN_LINE)]


class Verse(BaseModel):
    """A poem to start from, line by line; the request's ``form`` is its form.

    ``vary`` writes some of its lines anew, ``continue`` writes the next part: as much again, of the
    same form, which is ``part`` 2, 3 and so on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Literal["continue", "vary"]
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=GIVEN_LINES)]
    strength: Strength = "subtle"
    part: Annotated[int, Field(ge=2, le=MAX_PART)] = 2


def bad_steer(where: list[str], value: str) -> BadInput:
    """What is wrong with a picture's start: the ``value`` that stands ``where`` in it."""
    if where[-1] == "wild":
        return BadInput("bad-number", option="wild", value=value, low="0", high=f"{MAX_WILD:g}")
    if where[-1] == "upscale":
        return BadInput("bad-choice", option="upscale", value=value, choices=", ".join(map(str, SIZES)))
    return BadInput("bad-steer", option=".".join(where), value=value)
