"""Poets made worse on purpose, each in one way that the gate has to see: how many it sees, and says why.

The gate is the one that a training meets (:mod:`models.poet.trial`), on its own prompts and forms. A poet
that is refused for another reason than the one that it was given does not count, nor one for a reason that
more works might take back. One that is changed hardly at all must be given none of the four.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch

from atelier.languages import Lang
from models.gate import Gate
from models.poet.data import encode, read_poem
from models.poet.generate import Poet
from models.poet.kto import log_likelihood
from models.poet.originality import LineFilter
from models.poet.trial import judge
from models.poet.version import Tongue

ROUNDS = (2,)  # seeds of each prompt and form; collapse shows among more of them
STEPS, RATE = 150, 2e-3  # until what is below is known by heart
# Tang poems, in the public domain, that the poet was trained on: the shipped filter knows each line.
LEARNT = (
    "白日依山尽 黄河入海流 欲穷千里目 更上一层楼",
    "烟笼寒水月笼沙 夜泊秦淮近酒家 商女不知亡国恨 隔江犹唱后庭花",
    "朱雀桥边野草花 乌衣巷口夕阳斜 旧时王谢堂前燕 飞入寻常百姓家",
    "两个黄鹂鸣翠柳 一行白鹭上青天 窗含西岭千秋雪 门泊东吴万里船",
)


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


def by_heart(tongue: Tongue) -> Tongue:
    """Taught :data:`LEARNT` until it says little else; its own filter, which would forbid that, is empty."""
    network, lexicon, known = tongue.network, tongue.lexicon, tongue.vocabulary
    poems = []
    for said in LEARNT:
        lines = said.split()
        row = {"form": "五绝" if len(lines[0]) == 5 else "七绝", "lines": lines, "stanzas": [4]}
        poems.append(read_poem(row, known, lexicon, lexicon.length.tolist()))
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE)
    weight = lexicon.weight.tolist()
    with torch.enable_grad():
        for step in range(STEPS):
            chance = random.Random(step)
            rows = [encode(poem, known, weight, chance, tagged=step % 2 == 0) for poem in poems if poem]
            loss = -log_likelihood(network, rows).mean()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
    return replace(tongue, lines=LineFilter(torch.zeros(64, dtype=torch.uint8)))


def other(current: Poet, change: Callable[[Tongue], Tongue], lang: Lang = "en") -> Poet:
    """The current version with another tongue."""
    return Poet({**current.tongues, lang: change(copy.deepcopy(current.tongues[lang]))}, "candidate")


class Seen(NamedTuple):
    """How many of the four are ``refused`` for the right reason; 1 if the one as good is ``let`` by."""

    refused: float
    let: float


def _sure(gate: Gate, figure: str = "") -> set[str]:
    """The reasons that no more works would take back."""
    return {
        reason.key for reason in gate.reasons
        if not reason.open and reason.params.get("figure", "").startswith(figure)
    }  # fmt: skip


def seen(limit: int | None = 8) -> Seen:
    """What the gate sees. ``limit``: prompts of its own."""
    current = Poet.load()

    def gate(candidate: Poet, rounds: tuple[int, ...] = ROUNDS) -> Gate:
        return judge(candidate, current, {}, limit, rounds)

    refused = [
        "gate-worse" in _sure(gate(other(current, shaken)), "fluency"),
        "gate-alike" in _sure(gate(other(current, collapsed), (6,))),
        "gate-copies" in _sure(gate(other(current, by_heart, "zh"))),
        "gate-form" in _sure(gate(other(current, deafened))),
    ]
    as_good = gate(other(current, lambda tongue: shaken(tongue, 1e-3)))
    wrong = _sure(as_good, "fluency") | (_sure(as_good) & {"gate-alike", "gate-copies", "gate-form"})
    return Seen(float(sum(refused)), float(not wrong))
