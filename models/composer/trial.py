"""A composer before the gate: candidate and current version compose for the same requests, and are compared.

No data pack is needed: the ears, the filter of known runs and the VAE that a head goes by are those that
the *current* version carries, never the candidate's own files.

Where nobody says a mode or a rhythm, the candidate may draw another one than the current version did, and
that tells nothing of how well either composes: a minor tune is surely heard as one less often than a major
one, and closes by itself less often. So how well a tune is made and heard is held against what the current
version composes *as that kind*, with the same seed. What is liked, and how much tunes differ, is held against
what it would have composed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from atelier.requests import MelodyRequest
from models.composer.attributes import ATTRIBUTES, SCALES, measure
from models.composer.compose import Tune
from models.composer.generate import Composer
from models.composer.grid import METERS, WINDOW, pitch_class
from models.composer.hearing import RHYTHMS, Ears
from models.composer.notation import pieces
from models.composer.prompts import ASKED, OPEN
from models.composer.reward import liking
from models.composer.taste import shortfall
from models.device import clock
from models.gate import Gate
from models.reward import Head

FIRST_SEED = 900_000  # no card's figures use these
AT_ONCE = 8
BARS = 8  # of each tune
RUN = 4  # moves of a run that counts for how much tunes differ
ROUNDS = (4, 8, 36)  # seeds of each prompt; the later ones only where the first leave it open
# Of what is asked alone these are told, so that where nothing else is open nothing else is composed.
ALONE = {"rhythm_heard": ("rhythm",), "asked_and_got": ("density", "range")}


@dataclass(frozen=True, slots=True)
class Composed:
    """What one version composed, in order; seconds a tune, by pass."""

    tunes: list[Tune]
    seconds: list[float]


def requests_for(seeds: range, limit: int | None = None) -> list[MelodyRequest]:
    """The frozen requests with these seeds; ``limit`` takes so many of either kind."""
    asked: list[dict[str, object]] = [{"description": words} for words in OPEN[:limit]]
    return [
        MelodyRequest.model_validate({**one, "length": BARS, "seed": FIRST_SEED + seed})
        for one in (*asked, *ASKED[:limit])
        for seed in seeds
    ]


def compose_all(composers: Sequence[Composer], requests: Sequence[MelodyRequest]) -> list[Composed]:
    """Every request's tune by each. They take turns, so that a busy machine is as busy for all."""
    made = [Composed([], []) for _ in composers]
    for at in range(0, len(requests), AT_ONCE):
        some = requests[at : at + AT_ONCE]
        for composer, composed in zip(composers, made, strict=True):
            began = clock(composer.device)
            answers = composer.compose(some)
            composed.seconds.append((clock(composer.device) - began) / len(some))
            for answer in answers:
                if not isinstance(answer, Tune):
                    raise answer
                composed.tunes.append(answer)
    return made


def judge(
    candidate: Composer, current: Composer, head: Head | None, limit: int | None = None,
    rounds: Sequence[int] = ROUNDS,
) -> Gate:  # fmt: skip
    """The verdict. ``head`` tells what people like, by the current version's features.

    ``limit``: requests of either kind, ``rounds``: seeds.
    """
    ears = Ears.load(current.folder)
    requests: list[MelodyRequest] = []
    ours, theirs = Composed([], []), Composed([], [])
    alike: list[Tune] = []
    fields: tuple[str, ...] = ()  # what a request of the next round says; nothing: all are composed
    whole = 0

    def compare(seeds: range, alpha: float) -> Gate:
        nonlocal fields, whole
        more = [r for r in requests_for(seeds, limit) if not fields or any(getattr(r, f) for f in fields)]
        requests.extend(more)
        before, after = compose_all([current, candidate], more)
        for composed, new in zip((theirs, ours), (before, after), strict=True):
            composed.tunes.extend(new.tunes)
            composed.seconds.extend(new.seconds)
        alike.extend(as_kinds(candidate, current, more, after.tunes, before.tunes))
        whole = whole if fields else len(requests)
        gate = _compare(current, ears, requests, ours, theirs, alike, head, alpha, whole)
        fields = _concerned(gate)
        return gate

    return Gate.by_rounds(rounds, compare)


def _concerned(gate: Gate) -> tuple[str, ...]:
    """What requests say that can settle what ``gate`` leaves open; nothing where any can."""
    figures = [str(reason.params.get("figure")) for reason in gate.reasons]
    if not all(figure in ALONE for figure in figures):
        return ()
    return tuple(field for figure in figures for field in ALONE[figure])


def _compare(
    current: Composer, ears: Ears, requests: Sequence[MelodyRequest], ours: Composed, theirs: Composed,
    alike: Sequence[Tune], head: Head | None, alpha: float, whole: int,
) -> Gate:  # fmt: skip
    """``alike``: what :func:`as_kinds` gives.

    The first ``whole`` tunes are of all prompts alike; those after them of what was open then.
    """
    gate, of = Gate(alpha=alpha), [request.description for request in requests]
    if [tune.notes for tune in ours.tunes] == [tune.notes for tune in theirs.tunes]:
        gate.unproven("gate-nothing-new")
        return gate
    gate.whole("written_right", [float(written_right(tune)) for tune in ours.tunes])
    _as_asked(gate, ears, requests, ours.tunes, alike)
    gate.no_more_copies("copied", copied(current, ours.tunes), copied(current, theirs.tunes))
    gate.as_fast("seconds", ours.seconds, theirs.seconds)
    mine, other, of = ours.tunes[:whole], theirs.tunes[:whole], of[:whole]
    _in_general(gate, ears, mine, alike[:whole], of)
    gate.as_diverse("distinct_runs", distinct(mine), distinct(other))
    gate.as_diverse("different", different(mine), different(other))
    if head is None:
        gate.unproven("gate-no-reward")
        return gate
    gate.better("reward", _chances(head, current, mine), _chances(head, current, other), of)
    return gate


def _as_asked(
    gate: Gate, ears: Ears, requests: Sequence[MelodyRequest], ours: Sequence[Tune], theirs: Sequence[Tune]
) -> None:
    """What only some prompts say: a rhythm, how dense or how wide a tune is to be."""
    of = [request.description for request in requests]
    named = [at for at, tune in enumerate(theirs) if tune.wished.named and tune.wished.rhythm in RHYTHMS]
    if named:
        gate.no_worse(
            "rhythm_heard", [_rhythmic(ears, ours[at]) for at in named],
            [_rhythmic(ears, theirs[at]) for at in named], of=[of[at] for at in named],
        )  # fmt: skip
    steered = [at for at, one in enumerate(requests) if one.density is not None or one.range is not None]
    if steered:
        gate.no_worse(
            "asked_and_got", [obeyed(requests[at], ours[at]) for at in steered],
            [obeyed(requests[at], theirs[at]) for at in steered], of=[of[at] for at in steered],
        )  # fmt: skip


def _in_general(
    gate: Gate, ears: Ears, ours: Sequence[Tune], theirs: Sequence[Tune], of: Sequence[str]
) -> None:
    """What can be told of every tune."""
    heard: dict[str, Callable[[Tune], float]] = {
        "mode_heard": lambda tune: float(ears.key(tune.notes)[1] == tune.wished.mode),
        "meter_heard": lambda tune: float(ears.meter(tune.notes) == tune.wished.meter),
        "well_made": well_made,
    }
    for name, told in heard.items():
        gate.no_worse(name, [told(tune) for tune in ours], [told(tune) for tune in theirs], of=of)


def as_kinds(
    candidate: Composer, current: Composer, requests: Sequence[MelodyRequest], ours: Sequence[Tune],
    theirs: Sequence[Tune],
) -> list[Tune]:  # fmt: skip
    """What the current version composes, with the same seeds, of the kinds that the candidate drew.

    Where both drew the same that is ``theirs``; elsewhere it is composed.
    """
    leant = copy.copy(current)
    leant.leaning = candidate.leaning
    found = list(theirs)
    other = [at for at, tune in enumerate(ours) if tune.wished != theirs[at].wished]
    if other:
        (composed,) = compose_all([leant], [requests[at] for at in other])
        for at, tune in zip(other, composed.tunes, strict=True):
            found[at] = tune
    return found


def _chances(head: Head, current: Composer, tunes: Sequence[Tune]) -> list[float]:
    chances: list[float] = liking(head, current.vae, tunes).sigmoid().tolist()
    return chances


def _rhythmic(ears: Ears, tune: Tune) -> float:
    """A chance says more of one tune than whether it is the largest: with so few tunes that matters."""
    return ears.chance(tune.wished.rhythm, tune.notes)


def copied(current: Composer, tunes: Sequence[Tune]) -> float:
    """The share of tunes with a run of notes that the current version knows from a training tune."""
    return sum(current.known.copied(tune.notes) > 0 for tune in tunes) / len(tunes)


def written_right(tune: Tune) -> bool:
    """Its bars add up as they are written, its notes lie on the instrument, it ends on the tonic."""
    wished, (low, high) = tune.wished, tune.wished.compass
    bars = pieces(tune.notes, wished.meter, wished.length)
    return (
        all(sum(piece.length for piece in bar) == METERS[wished.meter] for bar in bars)
        and all(low <= pitch <= high for _, _, pitch in tune.notes)
        and tune.notes[-1][2] % 12 == pitch_class(wished.key)
    )


def well_made(tune: Tune) -> float:
    """How little it lacks by the rules of taste, 1 for nothing; half of it whether it closed by itself."""
    wished, size = tune.wished, WINDOW * tune.wished.steps_a_bar
    lacks, before = [], None
    for phrase in tune.steps.reshape(-1, size):
        lacks.append(shortfall(phrase, wished.meter, wished.mode, "", {}, before))
        before = phrase
    return 0.5 / (1 + float(np.mean(lacks))) + 0.5 * (not tune.closed_by_rule)


def obeyed(request: MelodyRequest, tune: Tune) -> float:
    """How near a tune is to the density or range that was asked, 1 for exactly; by the attributes' widths."""
    phrases = tune.steps.reshape(-1, WINDOW * tune.wished.steps_a_bar)
    got = dict(zip(ATTRIBUTES, np.mean([measure(one, tune.wished.meter) for one in phrases], 0), strict=True))
    asked = {"density": request.density, "span": request.range}
    missed = [abs(got[name] - wish) / SCALES[name][1] for name, wish in asked.items() if wish is not None]
    return float(1 / (1 + np.mean(missed)))


def distinct(tunes: Sequence[Tune]) -> float:
    """Distinct runs of :data:`RUN` moves (interval, duration) over all of them."""
    runs = []
    for tune in tunes:
        moves = [(b[2] - a[2], a[1]) for a, b in pairwise(tune.notes)]
        runs += [tuple(moves[at : at + RUN]) for at in range(len(moves) - RUN + 1)]
    return len(set(runs)) / max(1, len(runs))


def different(tunes: Sequence[Tune]) -> float:
    """The share of tunes that nobody else got, in whatever key."""
    return len({tuple((s, d, p - tune.home) for s, d, p in tune.notes) for tune in tunes}) / len(tunes)
