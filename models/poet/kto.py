"""From thumbs to a better poet: KTO on unpaired votes, anchored to the version that serves.

Ethayarajh, Xu, Muennighoff, Jurafsky and Kiela (2024), "KTO: Model Alignment as Prospect Theoretic
Optimization", section 4.1. For a poem y and what it was asked for x (form, mood and topic tags):

    r(x, y) = log p(y|x) - log p_ref(y|x)                         the implied reward
    z0      = max(0, mean over i of r(x_i, y_(i+1)))              how far p went from p_ref (no gradient)
    v(x, y) = w_liked sigmoid(beta (r - z0))      if y is liked
              w_disliked sigmoid(beta (z0 - r))   if it is not    (eq. 7)
    L       = mean of w_y - v(x, y)                               (eq. 8)

The poems of z0 are those of the batch, each under its neighbour's tags. The weights make both kinds
count the same (eq. 9, lower bound), times a vote's own weight. p_ref is the frozen current version.

The loop is :mod:`models.tuning`'s.
"""

from __future__ import annotations

import copy
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from atelier.languages import Lang
from atelier.learning.rules import Split
from atelier.learning.snapshot import Snapshot
from atelier.requests import PoemRequest
from models.poet.data import IGNORED, PREFIX, collate
from models.poet.generate import Poet
from models.poet.network import VerseModel
from models.poet.reward import sequence
from models.reward import each
from models.tuning import Pace, Progress, Stopped, Told, down, drawn, improve, never, silent

Rows = list[tuple[int, int, int]]
SPLITS: tuple[Split, ...] = ("train", "val")


@dataclass(frozen=True)
class Tuning(Pace):
    """What a fine-tuning takes, for each language; ``dropout`` is on attention, a batch is of votes."""

    steps: int = 120
    rate: float = 1e-4
    validate_every: int = 15
    patience: int = 3
    beta: float = 0.1
    least_each: int = 20  # liked and disliked votes of a language; with fewer it stays as it is


@dataclass(frozen=True)
class Lesson:
    """One vote, read: the poem as it was written, its sign and its weight in the loss."""

    rows: Rows
    liked: bool
    weight: float


WITHHELD = 3  # one in so many of the works that held-out people voted on is not learnt from either
UNSEEN = 20  # held-out votes on those, at least


def lessons(poet: Poet, snapshot: Snapshot, lang: Lang) -> dict[str, list[Lesson]]:
    """The votes on poems of ``lang`` by split; those of a split count the same on both sides.

    People vote on the same works, and a poem that is known by heart pleases whoever liked it: so what is held
    out are other people's votes on poems that are not learnt from, where there are enough of those.
    """
    read: dict[str, Rows] = {}
    for example in snapshot.examples:
        if PoemRequest.model_validate(example.request).written_in == lang:
            rows = sequence(poet, example)
            if rows is not None:
                read[example.work] = rows
    cast = {split: [(e, b) for e, b in snapshot.votes(split) if e.work in read] for split in SPLITS}
    withheld = {e.work for e, _ in cast["val"] if zlib.crc32(e.work.encode()) % WITHHELD == 0}
    apart = [(e, b) for e, b in cast["val"] if e.work in withheld]
    if len(apart) >= UNSEEN and min(each(apart)) >= 1:
        cast = {"train": [(e, b) for e, b in cast["train"] if e.work not in withheld], "val": apart}
    found: dict[str, list[Lesson]] = {}
    for split, votes in cast.items():
        total = {kind: sum(b.weight for _, b in votes if b.liked == kind) for kind in (True, False)}
        found[split] = [
            Lesson(read[e.work], b.liked, b.weight * len(votes) / max(1e-9, 2 * total[b.liked]))
            for e, b in votes
        ]
    return found


def log_likelihood(network: VerseModel, sequences: Sequence[Rows]) -> Tensor:
    """The log p(y|x) of each sequence [N], over the words that the poet chooses itself."""
    slots, targets = collate(sequences, network.content)
    slots, targets = slots.to(network.lm.device), targets.to(network.lm.device)
    counted = targets != IGNORED
    said = functional.cross_entropy(
        network.logits(network.hidden(slots)[counted]).float(), targets[counted], reduction="none"
    )
    summed = torch.zeros(len(sequences), device=said.device)
    return summed.index_add(0, counted.nonzero()[:, 0], -said)


def mismatched(sequences: Sequence[Rows]) -> list[Rows]:
    """Each poem under the tags of the one before it."""
    return [
        before[:PREFIX] + after[PREFIX:] for before, after in zip(sequences, _turned(sequences), strict=True)
    ]


def _turned(sequences: Sequence[Rows]) -> list[Rows]:
    return [*sequences[1:], *sequences[:1]]


def kto_loss(reward: Tensor, drift: Tensor, liked: Tensor, weight: Tensor, beta: float) -> Tensor:
    """``reward`` r [N], ``drift`` r of mismatched pairs [M], ``liked`` and ``weight`` [N] → the loss."""
    anchor = drift.detach().mean().clamp(min=0)
    side = torch.where(liked, 1.0, -1.0)
    return (weight * (1 - torch.sigmoid(beta * side * (reward - anchor)))).mean()


def loss_of(network: VerseModel, reference: VerseModel, some: Sequence[Lesson], beta: float) -> Tensor:
    """The loss of a batch of votes."""
    rows = [one.rows for one in some]
    others = mismatched(rows)
    with torch.no_grad():
        before, before_others = log_likelihood(reference, rows), log_likelihood(reference, others)
        drift = log_likelihood(network, others) - before_others
    reward = log_likelihood(network, rows) - before
    liked = torch.tensor([one.liked for one in some], device=reward.device)
    weight = torch.tensor([one.weight for one in some], device=reward.device)
    return kto_loss(reward, drift, liked, weight, beta)


def tune_language(
    reference: VerseModel, votes: dict[str, list[Lesson]], tuning: Tuning, checkpoint: Path,
    lang: Lang = "en", told: Told = silent, stopped: Stopped = never,
) -> tuple[VerseModel, Progress] | None:  # fmt: skip
    """Fine-tune one language; None where there are too few votes, or nothing better was found.

    ``checkpoint`` is where it goes on from, if it is there, and what it leaves; ``told`` hears the
    step and the held-out loss of each validation.
    """
    if any(_fewer(votes[split], least) for split, least in (("train", tuning.least_each), ("val", 1))):
        return None
    reference = reference.eval()
    network = copy.deepcopy(reference)
    _set_dropout(network, tuning.dropout)

    def one(optimiser: torch.optim.Optimizer, number: int) -> Tensor:
        return step(network, reference, optimiser, votes["train"], tuning, number)

    def held_out() -> float:
        return validate(network, reference, votes["val"], tuning)

    state = improve(network, tuning, checkpoint, one, held_out, lang, told, stopped)
    return None if state is None else (network, state)


def step(
    network: VerseModel, reference: VerseModel, optimiser: torch.optim.Optimizer, votes: Sequence[Lesson],
    tuning: Tuning, number: int,
) -> Tensor:  # fmt: skip
    """The update of that number; its loss."""
    some = [votes[at] for at in drawn(len(votes), tuning, number)]
    return down(loss_of(network, reference, some, tuning.beta), network, optimiser)


def validate(network: VerseModel, reference: VerseModel, votes: Sequence[Lesson], tuning: Tuning) -> float:
    """The loss on held-out people's votes."""
    parts = [votes[at : at + tuning.batch] for at in range(0, len(votes), tuning.batch)]
    total = sum(float(loss_of(network, reference, part, tuning.beta)) * len(part) for part in parts)
    return total / len(votes)


def _fewer(votes: Sequence[Lesson], least: int) -> bool:
    liked = sum(one.liked for one in votes)
    return min(liked, len(votes) - liked) < least


def _set_dropout(network: VerseModel, rate: float) -> None:
    for module in network.modules():
        if hasattr(module, "attention_dropout"):
            vars(module)["attention_dropout"] = rate  # a plain number, in transformers' attention
