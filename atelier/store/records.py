"""What the store hands out: frozen records, no rows and no sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from atelier.languages import Lang
from atelier.requests import Kind, Request
from atelier.works import AnyResult

Platform = Literal["discord", "telegram", "web", "cli"]
State = Literal["accepted", "queued", "running", "made", "posted", "failed", "cancelled", "deleted"]
Vote = Literal["liked", "disliked"]
Status = Literal["current", "candidate", "previous", "shipped", "rejected"]

WAITING: tuple[State, ...] = ("accepted", "queued")
UNFINISHED: tuple[State, ...] = (*WAITING, "running")
ERASED = "erased:"  # how the source of a work begins whose person had themselves erased


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person as their platform knows them."""

    platform: Platform
    platform_id: str


@dataclass(frozen=True, slots=True)
class ArtefactRef:
    """A file on the shelf. ``key`` is relative to the shelf's root, ``size`` in bytes."""

    name: str
    media_type: str
    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no work: a message key of the locale files, and what fills it."""

    key: str
    params: dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Work:
    """One request and what became of it. ``id`` is the RQ job's id too.

    ``place`` (where to answer) and ``post`` (delivery steps done) are the front end's own JSON.
    Times are aware UTC. ``parent`` is the work that this one was made from, ``act`` how
    (an action of the front ends, with what was chosen: ``vary-subtle.2``).
    """

    id: str
    person: PersonRef
    kind: Kind
    request: Request
    lang: Lang
    place: dict[str, Any]
    state: State
    version: str | None
    result: AnyResult | None
    artefacts: tuple[ArtefactRef, ...]
    failure: Failure | None
    post: dict[str, Any]
    asked_at: datetime
    started_at: datetime | None
    made_at: datetime | None
    posted_at: datetime | None
    parent: str | None = None
    act: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes that stand for one work."""

    liked: int = 0
    disliked: int = 0


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A model version and its part in the studio. ``sha256`` is of its card."""

    model: str
    version: str
    status: Status
    origin: str
    created_at: datetime
    sha256: str
    card: dict[str, Any]


TrainingState = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[TrainingState, ...] = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Training:
    """A training from votes. ``id`` is the RQ job's id too; ``person`` is None of the command line's.

    ``dry``: only look at what there is to learn. ``settings`` are ``NAME=VALUE``; ``place`` says where it
    is told of; ``progress`` is the trainer's, ``post`` the front end's own JSON. ``heard_at``: the last
    sign of life of who trains.
    """

    id: str
    model: str
    state: TrainingState
    dry: bool
    settings: tuple[str, ...]
    person: PersonRef | None
    platform: Platform
    place: dict[str, Any]
    lang: Lang
    progress: dict[str, Any]
    outcome: dict[str, Any] | None
    failure: Failure | None
    post: dict[str, Any]
    asked_at: datetime
    heard_at: datetime
    ended_at: datetime | None
