"""How a poem would please: a logistic head on what the frozen poet itself sees in it.

A poem is read by the network that writes; the mean of its last hidden states and of its words' rows in
the embedding is what the head goes by. The head is a logistic regression with an L2 penalty, weighted
by the votes' weights, its penalty chosen by folds of people within `train`, its scale and offset set on
what those folds said of poems they had not seen (Platt 1999, "Probabilistic outputs for support vector
machines"). `val` is only measured: those are other people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from atelier.languages import Lang
from atelier.learning.snapshot import Ballot, Example, Snapshot
from atelier.requests import PoemRequest
from models.poet.data import collate, prefix, read_poem
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.topic import read_topic
from models.poet.vocabulary import LINE, NONE, SLOTS, STANZA

PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
FOLDS = 5
LEAST = 30  # votes of each kind below which there is no head
BATCH = 64
Vote = tuple[Example, Ballot]


@dataclass(frozen=True)
class Head:
    """``weight`` and ``mean`` [F], ``spread`` [F], one bias: features → the logit of being liked."""

    weight: Tensor
    bias: float
    mean: Tensor
    spread: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """Features [N, F] → calibrated logits [N]."""
        return ((features - self.mean) / self.spread) @ self.weight + self.bias


@dataclass(frozen=True)
class Judged:
    """What a head is worth on people it never saw: AUC in [0, 1], and by how much its chances are off.

    ``unseen``: whether the held-out works were new to it too (where there are enough such votes).
    """

    lang: Lang
    auc: float
    off: float
    votes: int
    unseen: bool


def sequence(poet: Poet, example: Example) -> list[tuple[int, int, int]] | None:
    """A work of a snapshot, :func:`read`."""
    return read(poet, PoemRequest.model_validate(example.request), example.result)


def read(poet: Poet, request: PoemRequest, result: Mapping[str, Any]) -> list[tuple[int, int, int]] | None:
    """A work as the poet would have written it: tags, then each line from its end. None: no poem of its."""
    lang = request.written_in
    if lang not in poet.tongues or result["form"] not in FORM_TABLE:
        return None
    tongue, automaton = poet.tongues[lang], poet.automata[lang]
    vocabulary = tongue.vocabulary
    row = {"form": result["form"], "lines": result["lines"], "stanzas": result["stanzas"], "title": ""}
    poem = read_poem(row, vocabulary, tongue.lexicon, tongue.lexicon.length.tolist())
    if poem is None:
        return None
    topic = read_topic(request.topic, automaton)
    mood = request.mood or topic.mood
    said = [vocabulary.content + number for number in topic.numbers]
    tag = FORM_TABLE[request.written_as].tag
    rows = prefix(vocabulary, tag, vocabulary.numbers[f"<{mood}>"] if mood else NONE, said)
    for at, line in enumerate(poem.lines):
        lines_left = vocabulary.lines_left + min(SLOTS - 1, len(poem.lines) - 1 - at)
        opening = STANZA if at in poem.breaks and at else LINE
        rows.append((opening, vocabulary.left_in_line + min(SLOTS - 1, poem.length[at]), lines_left))
        rows += [
            (token, vocabulary.left_in_line + min(SLOTS - 1, left), lines_left)
            for token, left in zip(line, poem.left[at], strict=True)
        ]
    return rows


@torch.inference_mode()
def features(poet: Poet, lang: Lang, sequences: Sequence[list[tuple[int, int, int]]]) -> Tensor:
    """Sequences → [N, 2 D], double: the mean state and the mean word of each poem's lines."""
    network, content = poet.tongues[lang].network, poet.tongues[lang].vocabulary.content
    table, found = network.lm.model.embed_tokens, []
    for at in range(0, len(sequences), BATCH):
        slots, _ = collate(sequences[at : at + BATCH], content)
        slots = slots.to(network.lm.device)
        counted = (slots[..., 0] >= content) & (slots[..., 2] > 0)  # the lines' words; tags have no place
        share = (counted / counted.sum(1, keepdim=True).clamp(min=1))[..., None]
        states, words = network.hidden(slots), table(slots[..., 0])
        found.append(torch.cat([(states * share).sum(1), (words * share).sum(1)], -1).double().cpu())
    return torch.cat(found)


def learn(poet: Poet, snapshot: Snapshot) -> list[tuple[Head, Judged]]:
    """A head for each language that has votes enough, and what it is worth on held-out people."""
    found = (_of_language(poet, snapshot, lang) for lang in poet.tongues)
    return [one for one in found if one is not None]


def _of_language(poet: Poet, snapshot: Snapshot, lang: Lang) -> tuple[Head, Judged] | None:
    told = {}
    for example in snapshot.examples:
        if PoemRequest.model_validate(example.request).written_in == lang and (
            rows := sequence(poet, example)
        ):
            told[example.work] = rows
    train = [(e, b) for e, b in snapshot.votes("train") if e.work in told]
    val = [(e, b) for e, b in snapshot.votes("val") if e.work in told]
    if min(_each(train)) < LEAST or min(_each(val)) < 1:
        return None
    known = {e.work for e, _ in train}
    new = [(e, b) for e, b in val if e.work not in known]
    unseen = min(_each(new)) >= LEAST
    works = list(told)
    place = {work: at for at, work in enumerate(works)}
    seen = features(poet, lang, [told[work] for work in works])
    head = fit(seen[_at(train, place)], *_labels(train), [b.voter for _, b in train])
    judged = new if unseen else val
    liked, weight = _labels(judged)
    logits = head(seen[_at(judged, place)])
    return head, Judged(lang, auc(logits, liked, weight), _off(logits, liked, weight), len(judged), unseen)


def fit(seen: Tensor, liked: Tensor, weight: Tensor, voters: Sequence[str]) -> Head:
    """The calibrated head of features [N, F], votes [N] (1 liked) and their weights [N]."""
    mean = (seen * weight[:, None]).sum(0) / weight.sum()
    spread = seen.std(0).clamp(min=1e-6)
    even = (seen - mean) / spread
    fold = torch.tensor([hashlib.sha256(f"fold {v}".encode()).digest()[0] % FOLDS for v in voters])
    tried = []
    for penalty in PENALTIES:
        logits = torch.zeros_like(liked)
        for part in range(FOLDS):
            rest = fold != part
            slope, bias = _logistic(even[rest], liked[rest], weight[rest], penalty)
            logits[~rest] = even[~rest] @ slope + bias
        loss = functional.binary_cross_entropy_with_logits(logits, liked, weight)
        tried.append((float(loss), penalty, logits))
    _, penalty, unseen = min(tried, key=lambda one: one[:2])
    slope, bias = _logistic(even, liked, weight, penalty)
    scale, offset = _logistic(unseen[:, None], liked, weight, 1e-3)
    return Head(slope * scale, float(bias * scale + offset), mean, spread)


def _logistic(seen: Tensor, liked: Tensor, weight: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """Weighted logistic regression, ``penalty`` on half the squared slope."""
    slope = torch.zeros(seen.shape[1], dtype=seen.dtype, requires_grad=True)
    bias = torch.zeros((), dtype=seen.dtype, requires_grad=True)
    optimiser = torch.optim.LBFGS([slope, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        wrong = functional.binary_cross_entropy_with_logits(
            seen @ slope + bias, liked, weight, reduction="sum"
        )
        loss = wrong / weight.sum().clamp(min=1e-9) + penalty / 2 * slope.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call,unused-ignore]
    return slope.detach(), bias.detach()


def auc(logits: Tensor, liked: Tensor, weight: Tensor) -> float:
    """The weighted share of (liked, disliked) pairs that are in order; ties count half."""
    good, bad = liked > 0.5, liked <= 0.5
    ahead = logits[good][:, None] - logits[bad][None]
    pairs = weight[good][:, None] * weight[bad][None]
    return float(((ahead > 0) + 0.5 * (ahead == 0)).mul(pairs).sum() / pairs.sum().clamp(min=1e-9))


def _off(logits: Tensor, liked: Tensor, weight: Tensor) -> float:
    """Expected calibration error in five equal groups: how far said chances are from what came."""
    chance, order = torch.sigmoid(logits), torch.argsort(logits)
    off = sum(float(((chance - liked)[part] * weight[part]).sum().abs()) for part in torch.chunk(order, 5))
    return off / float(weight.sum().clamp(min=1e-9))


def _each(votes: Sequence[Vote]) -> tuple[int, int]:
    liked = sum(ballot.liked for _, ballot in votes)
    return liked, len(votes) - liked


def _labels(votes: Sequence[Vote]) -> tuple[Tensor, Tensor]:
    liked = torch.tensor([float(ballot.liked) for _, ballot in votes], dtype=torch.float64)
    return liked, torch.tensor([ballot.weight for _, ballot in votes], dtype=torch.float64)


def _at(votes: Sequence[Vote], place: dict[str, int]) -> list[int]:
    return [place[example.work] for example, _ in votes]
