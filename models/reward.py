"""How a work would please: a logistic head on what a frozen model itself sees in its works.

A logistic regression with an L2 penalty, weighted by the votes' weights, its penalty chosen by folds of
works within ``train``, its scale and offset set on what those folds said of works they had not seen
(Platt 1999, "Probabilistic outputs for support vector machines"). ``val`` is only measured: those are
other people, and what they voted on is foretold by the fold that had not seen it either. What is seen in a
work, each model says itself (``models/<model>/reward.py``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Ballot, Example, Snapshot

PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
FOLDS = 5
DRAWS = 1000
WARY = 5.0  # how much less than the first head's word a feature counts with held-out people
LEAST = Bounds.taught_each  # votes of each kind below which there is no head
FILE = "reward.safetensors"
Vote = tuple[Example, Ballot]


@dataclass(frozen=True)
class Head:
    """``weight`` and ``mean`` [F], ``spread`` [F], one bias: features → the logit of being liked."""

    weight: Tensor
    bias: float
    mean: Tensor
    spread: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """Features [..., F] → calibrated logits [...]."""
        return ((features - self.mean) / self.spread) @ self.weight + self.bias

    def to(self, device: str) -> Head:
        """The same on another device."""
        return Head(self.weight.to(device), self.bias, self.mean.to(device), self.spread.to(device))

    def save(self, folder: Path, file: str = FILE) -> None:
        """Write ``reward.safetensors``, or another ``file``: a model's parts may each have a head."""
        told = {name: torch.as_tensor(value).double().contiguous() for name, value in asdict(self).items()}
        save_file(told, folder / file)

    @classmethod
    def load(cls, folder: Path, file: str = FILE) -> Self | None:
        """Read it from a checked version's folder; None where nobody's votes shaped it yet."""
        if not (folder / file).is_file():
            return None
        told = load_file(folder / file)
        return cls(told["weight"], float(told["bias"]), told["mean"], told["spread"])


@dataclass(frozen=True)
class Judged:
    """What a head is worth on people and works it never saw: AUC in [0, 1], how far its chances are off.

    ``part``: of the model, as the poet's languages; ``votes``: the held-out people's. ``low``: the lower end
    of the 95 % interval of the AUC on everybody's votes, each on an unseen work: the held-out are few.
    """

    part: str
    auc: float
    low: float
    off: float
    votes: int

    @property
    def sure(self) -> bool:
        """Whether it surely knows more than a coin does."""
        return self.low > 0.5

    def on_card(self) -> dict[str, float]:
        """What a version's card says of its head."""
        return {
            "auc": round(self.auc, 4), "low": round(self.low, 4), "off": round(self.off, 4),
            "votes": self.votes,
        }  # fmt: skip


def judged(
    part: str, snapshot: Snapshot, seen: Mapping[str, Tensor], care: Tensor | None = None
) -> tuple[Head, Judged] | None:
    """A head of the works that were ``seen`` (features [F] by work), and its worth on held-out people.

    ``care`` as :func:`fit` takes it. None where there are too few votes on them.
    """
    train, val = snapshot.votes("train", seen), snapshot.votes("val", seen)
    if min(each(train)) < LEAST or min(each(val)) < 1:
        return None
    head, folds = _fitted(_features(train, seen), *labels(train), [_asked(e) for e, _ in train], care)
    votes = [*val, *train]
    works, (liked, weight) = [_asked(example) for example, _ in votes], labels(votes)
    every = _features(votes, seen)
    logits = torch.stack([fold(every) for fold in folds])[_fold(works), torch.arange(len(votes))]
    low, some = _low(logits, liked, weight, works), slice(len(val))
    others = logits[some], liked[some], weight[some]
    return head, Judged(part, auc(*others), low, off(*others), len(val))


def borne_out(
    head: Head, votes: Sequence[Vote], seen: Mapping[str, Tensor], care: Tensor | None = None
) -> Head:
    """What other people say: a head of features beside what ``head`` says of them (:func:`beside`).

    They are few. So it goes by ``head``'s word as far as their ``votes`` bear it out, and by the features
    themselves only for what they surely say against it. ``care`` as :func:`fit` takes it, of the features.
    """
    told = torch.stack([seen[example.work] for example, _ in votes])
    cared = torch.ones(told.shape[1], dtype=torch.float64) if care is None else care
    wary = torch.cat([WARY * cared, torch.ones(1, dtype=torch.float64)])
    return fit(beside(head, told), *labels(votes), [ballot.voter for _, ballot in votes], wary)


def beside(head: Head, seen: Tensor) -> Tensor:
    """Features [N, F] and what a head says of them: [N, F + 1]."""
    return torch.cat([seen, head(seen)[:, None]], 1)


def fit(
    seen: Tensor, liked: Tensor, weight: Tensor, apart: Sequence[str], care: Tensor | None = None
) -> Head:
    """The calibrated head of features [N, F], votes [N] (1 liked) and their weights [N].

    ``apart``: the work, or the person, of each: all of one are foretold by a fold that has not seen them.
    ``care`` [F]: how much smaller than the others' a feature's weight is expected to be; many of one sort
    would else drown a few that say more each.
    """
    return _fitted(seen, liked, weight, apart, care)[0]


def _fitted(
    seen: Tensor, liked: Tensor, weight: Tensor, apart: Sequence[str], care: Tensor | None
) -> tuple[Head, list[Head]]:
    """The head, and for each fold one that has not seen what is in it."""
    mean = (seen * weight[:, None]).sum(0) / weight.sum()
    spread = seen.std(0).clamp(min=1e-6) * (1.0 if care is None else care)
    even, fold = (seen - mean) / spread, _fold(apart)
    tried = []
    for penalty in PENALTIES:
        lines = [
            logistic(even[rest], liked[rest], weight[rest], penalty)
            for rest in (fold != part for part in range(FOLDS))
        ]
        logits = torch.stack([even @ slope + bias for slope, bias in lines])[fold, torch.arange(len(even))]
        loss = functional.binary_cross_entropy_with_logits(logits, liked, weight)
        tried.append((float(loss), penalty, logits, lines))
    _, penalty, unseen, lines = min(tried, key=lambda one: one[:2])
    scale, offset = logistic(unseen[:, None], liked, weight, 1e-3)

    def calibrated(slope: Tensor, bias: Tensor) -> Head:
        return Head(slope * scale, float(bias * scale + offset), mean, spread)

    return calibrated(*logistic(even, liked, weight, penalty)), [calibrated(*line) for line in lines]


def _asked(example: Example) -> str:
    """What stands for a work: asked for the same again, a version makes the same again."""
    return json.dumps(example.request, sort_keys=True)


def _fold(names: Sequence[str]) -> Tensor:
    """Which fold each name is in."""
    return torch.tensor([hashlib.sha256(f"fold {name}".encode()).digest()[0] % FOLDS for name in names])


def logistic(seen: Tensor, liked: Tensor, weight: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """Weighted logistic regression, ``penalty`` on half the squared slope."""
    slope, bias = seen.new_zeros(seen.shape[1]), seen.new_zeros(())  # of no votes: nothing is known
    total = weight.sum().clamp(min=1e-9)
    optimiser = torch.optim.LBFGS([slope, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        logits = seen @ slope + bias
        wrong = functional.binary_cross_entropy_with_logits(logits, liked, weight, reduction="sum")
        # Written out: for so small a sum autograd takes longer than all the rest.
        over = weight * (logits.sigmoid() - liked) / total
        slope.grad, bias.grad = over @ seen + penalty * slope, over.sum()
        return wrong / total + penalty / 2 * slope.square().sum()

    optimiser.step(closure)  # type: ignore[no-untyped-call,unused-ignore]
    return slope, bias


def auc(logits: Tensor, liked: Tensor, weight: Tensor) -> float:
    """The weighted share of (liked, disliked) pairs that are in order; ties count half."""
    good, bad = liked > 0.5, liked <= 0.5
    ahead = logits[good][:, None] - logits[bad][None]
    pairs = weight[good][:, None] * weight[bad][None]
    return float(((ahead > 0) + 0.5 * (ahead == 0)).mul(pairs).sum() / pairs.sum().clamp(min=1e-9))


def _low(logits: Tensor, liked: Tensor, weight: Tensor, works: Sequence[str]) -> float:
    """The lower end of the AUC's 95 % interval: works are drawn, each with its votes (cluster bootstrap)."""
    place = {work: at for at, work in enumerate(dict.fromkeys(works))}
    rows = torch.tensor([place[work] for work in works])
    chance = torch.Generator().manual_seed(len(works))
    drawn = []
    for _ in range(DRAWS):
        times = torch.bincount(
            torch.randint(len(place), (len(place),), generator=chance), minlength=len(place)
        )
        drawn.append(auc(logits, liked, weight * times[rows]))
    return float(torch.tensor(drawn, dtype=torch.float64).quantile(0.025))


def off(logits: Tensor, liked: Tensor, weight: Tensor) -> float:
    """Expected calibration error in five equal groups: how far said chances are from what came."""
    chance, order = torch.sigmoid(logits), torch.argsort(logits)
    apart = sum(float(((chance - liked)[part] * weight[part]).sum().abs()) for part in torch.chunk(order, 5))
    return apart / float(weight.sum().clamp(min=1e-9))


def each(votes: Sequence[Vote]) -> tuple[int, int]:
    """How many of the votes like, and how many do not."""
    liked = sum(ballot.liked for _, ballot in votes)
    return liked, len(votes) - liked


def labels(votes: Sequence[Vote]) -> tuple[Tensor, Tensor]:
    """What was said [N] (1 liked), and how much it weighs [N]; double."""
    liked = torch.tensor([float(ballot.liked) for _, ballot in votes], dtype=torch.float64)
    return liked, torch.tensor([ballot.weight for _, ballot in votes], dtype=torch.float64)


def _features(votes: Sequence[Vote], seen: Mapping[str, Tensor]) -> Tensor:
    return torch.stack([seen[example.work] for example, _ in votes])
