"""What comes back: the result of a request and the files that carry it.

A model returns one :class:`Made` for each request. Artefacts are named relative to the work
(``picture-1.png``); whoever keeps them (the artefact store, the command line) decides where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from atelier.languages import Lang
from atelier.requests import Form, Instrument, Mood

Note = Annotated[list[int], Field(min_length=3, max_length=3)]


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file of a work, with its provenance already inside."""

    name: str
    media_type: str
    data: bytes


class Result(BaseModel):
    """What every kind of result says: the seed and the model version that made it."""

    model_config = ConfigDict(frozen=True)

    seed: int
    version: str


class PictureResult(Result):
    """``file`` is the first picture, ``files`` all of them (``count``); sizes in pixels.

    ``understood`` says in the person's language what the encoder found in the prompt. ``noise`` is
    each picture's own, as :class:`atelier.requests.Steer` takes it.
    """

    file: str
    files: list[str]
    width: int
    height: int
    understood: str
    noise: list[tuple[tuple[int, float], ...]] = []


class PoemResult(Result):
    """A poem as text. ``lines`` are without stanza breaks; ``stanzas`` gives lines a stanza."""

    form: Form
    lang: Lang
    title: str
    lines: list[str]
    stanzas: list[int]


class MelodyResult(Result):
    """A tune: ``files`` by face (ogg, png, mid, abc), ``notes`` as [start, duration, midi] in sixteenths.

    ``key`` is the tonic (``F#``), ``mode`` major or minor, ``tempo`` quarters a minute. ``understood``: a
    word of the prompt that is in no table, and the mood that the prompt encoder read it as.
    """

    title: str
    files: dict[str, str]
    key: str
    mode: str
    meter: str
    tempo: int
    bars: int
    rhythm: str | None
    notes: list[Note]
    instrument: Instrument | None = None  # not known of the first tunes
    understood: dict[str, Mood] = {}


AnyResult = PictureResult | PoemResult | MelodyResult


@dataclass(frozen=True, slots=True)
class Made:
    """One request's work, as a model returns it."""

    result: AnyResult
    artefacts: tuple[Artefact, ...] = ()
