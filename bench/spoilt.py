"""Poets made worse on purpose, each in one way that the gate has to see: how many it sees, and says why.

The gate is the one that a training meets (:mod:`models.poet.trial`), on its own prompts and forms. A poet
that is refused for another reason than the one that it was given does not count.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import torch

from models.gate import Gate
from models.poet.data import words_of
from models.poet.generate import Poet
from models.poet.originality import LineFilter, line_key
from models.poet.trial import judge, requests_for, write_all
from models.poet.version import Tongue

ROUNDS = (2,)  # seeds of each prompt and form; collapse shows among more of them


def shaken(tongue: Tongue, by: float = 1.0) -> Tongue:
    """Random noise in the weights, ``by`` times as large as they are."""
    chance = torch.Generator().manual_seed(3)
    for weights in tongue.network.parameters():
        weights.data += torch.randn(weights.shape, generator=chance) * weights.std() * by
    return tongue


def collapsed(tongue: Tongue) -> Tongue:
    """So sure of itself that chance has no say any more: the same few words whatever it is asked."""
    tongue.network.lm.model.norm.weight.data *= 12
    return tongue


def deafened(tongue: Tongue) -> Tongue:
    """Its lexicon says that other words rhyme than do, and it believes that."""
    rhyme = tongue.lexicon.rhyme.clone()
    known = (rhyme > 0).nonzero()[:, 0]
    order = torch.randperm(len(known), generator=torch.Generator().manual_seed(2))
    rhyme[known] = rhyme[known[order]]
    return replace(tongue, lexicon=replace(tongue.lexicon, rhyme=rhyme))


def known_by_heart(current: Poet, limit: int | None, seeds: int) -> Poet:
    """``current``, whose filter says that what it writes to the gate's prompts are training lines."""
    (written,) = write_all([current], requests_for("en", range(seeds), limit))
    both = LineFilter(current.tongues["en"].lines.bits.clone())
    for poem in written.poems:
        for line in poem.lines if poem is not None else ():
            for place in both._places(line_key(words_of(line, "en"), "en")):
                both.bits[place >> 3] |= 1 << (place & 7)
    return other(current, lambda tongue: replace(tongue, lines=both))


def other(current: Poet, change: Callable[[Tongue], Tongue]) -> Poet:
    """The current version with another English tongue."""
    mine = copy.deepcopy(current.tongues["en"])
    return Poet({**current.tongues, "en": change(mine)}, "candidate")


def _why(gate: Gate, figure: str = "") -> set[str]:
    return {reason.key for reason in gate.reasons if reason.params.get("figure", "").startswith(figure)}


def refused(limit: int | None = 8) -> float:
    """How many of the four are rejected for the right reason. ``limit``: prompts of the gate's."""
    current = Poet.load()

    def gate(candidate: Poet, serves: Poet = current, rounds: tuple[int, ...] = ROUNDS) -> Gate:
        return judge(candidate, serves, {}, limit, rounds)

    seen = [
        "gate-worse" in _why(gate(other(current, shaken)), "fluency"),
        "gate-alike" in _why(gate(other(current, collapsed), rounds=(6,))),
        "gate-copies" in _why(gate(current, known_by_heart(current, limit, ROUNDS[0]))),
        "gate-form" in _why(gate(other(current, deafened))),
    ]
    return float(sum(seen))
