"""From thumbs to a better one pass: its own pictures once more, moved to where they please, and no further.

The replay is what a user has: captions of rendered scenes (:mod:`models.painter.scenes`) and what people
asked for, each with noise and what the version that serves paints from both. With G_0 for that version:

    L = anchor |d|^2 + alike var(mean d) + open softplus(-r(G(z, w))) + fit relu(c(G_0) - c(G)),  d = G - G_0

r is the logit of being liked by a head that votes have taught (:mod:`models.painter.sight`), of the latent
with some noise in it, so that no fine grain can please. ``open`` is 1 of what people asked and left the
colours open, 0 of what names them and of scenes, which are told in full: what somebody asks for is never
touched. c is how well the ranker, which does not learn here, sees the words in the picture. The variance
is of how the mean of each channel moved, over what is open: pictures may move together, but not towards one
another, so that they stay as unlike as they were. softplus pushes little what is liked already. To learn
through a differentiable reward is Clark et al.'s (2024, "Directly Fine-Tuning Diffusion Models on
Differentiable Rewards", section 4), there through a sampler's last steps; here one pass is all there is.

Held-out people judge by a head of their own votes (:func:`models.reward.borne_out`), on what the candidate
paints for what they asked, from other noise. The loop is :mod:`models.tuning`'s.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from atelier.learning.snapshot import Snapshot
from models.painter.grading import stated
from models.painter.latents import read
from models.painter.network import Generator, Residual
from models.painter.reward import Work, draw, rows_of
from models.painter.scenes import captions, imagine
from models.painter.sight import Taste
from models.painter.steer import together
from models.painter.wording import caption
from models.reward import Head, beside, borne_out, each
from models.text.network import Encoded
from models.tuning import Pace, Progress, Stopped, Told, down, drawn, improve, never, silent

if TYPE_CHECKING:
    from models.painter.generate import Painter

FIRST_SCENE = 50_000_000  # no training, evaluation or gate asks for these
ASKED, LOOKS = 40, 2  # held-out people's works that are painted again to be judged, so often each


@dataclass(frozen=True)
class Tuning(Pace):
    """What a fine-tuning of the generator takes; a batch is of pictures."""

    steps: int = 48
    batch: int = 12
    rate: float = 4e-4
    weight_decay: float = 0.01
    validate_every: int = 12
    patience: int = 3
    replay: int = 240  # pictures of its own, half of them for what people asked
    anchor: float = 20.0  # nats that the squared distance from what it painted costs
    alike: float = 100.0  # nats that pictures' moving towards one another costs
    fit: float = 4.0  # nats that a lost cosine of words and picture costs
    blur: float = 0.3  # noise in a latent before it is judged
    least_each: int = 20  # liked and disliked votes


@dataclass(frozen=True, slots=True)
class Replay:
    """``noise`` [N, 16, 16, 16], a row of words each, whether they leave the colours ``open`` [N] (1, 0).

    Beside them what the current version ``painted`` [N, 16, 16, 16], and its ``cosine`` with the words [N].
    """

    noise: Tensor
    words: list[Encoded]
    open: Tensor
    painted: Tensor
    cosine: Tensor

    def __len__(self) -> int:
        return len(self.words)


def replay_of(painter: Painter, taste: Taste, works: Sequence[Work], count: int, seed: int) -> Replay:
    """``count`` pictures of the version's own; always the same for the same works and seed."""
    rng = random.Random(f"replay {seed}")
    scenes = [imagine(FIRST_SCENE + n) for n in range(count - count // 2)]
    said = [rng.choice(rng.choice(captions(scene))) for scene in scenes]
    asked = [works[n % len(works)] for n in range(count // 2)]
    words = [*rows_of(read(painter.text.network, said, painter.device)), *(work.words for work in asked)]
    noise = torch.randn(count, 16, 16, 16, generator=torch.Generator().manual_seed(seed))
    free = [0.0] * len(said) + [float(not stated(caption(work.request))) for work in asked]
    painted = draw(painter.generator, noise, words)
    sentences = torch.cat([row.sentence for row in words])
    return Replay(noise, words, torch.tensor(free), painted, _cosine(taste, painted, sentences))


@torch.no_grad()
def _cosine(taste: Taste, latents: Tensor, sentences: Tensor) -> Tensor:
    ranker = taste.sight.ranker
    if ranker is None:
        return torch.zeros(len(latents))
    device = sentences.device
    parts = zip(torch.split(latents, 256), torch.split(sentences, 256), strict=True)
    return torch.cat([ranker(some.to(device), said).cpu() for some, said in parts])


def loss_of(
    network: Generator, taste: Taste, own: Replay, rows: Sequence[int], tuning: Tuning,
    chance: torch.Generator,
) -> Tensor:  # fmt: skip
    """The loss of these rows of the replay."""
    device = next(network.parameters()).device
    at = torch.as_tensor(rows)
    words = Encoded(*(part.to(device) for part in together([own.words[row] for row in rows])))
    made = network.paint(own.noise[at].to(device), words)
    moved, free = made - own.painted[at].to(device), own.open[at].to(device)
    loss = tuning.anchor * moved.square().mean()
    if int((free > 0).sum()) > 1:
        loss = loss + tuning.alike * moved[free > 0].mean((2, 3)).var(0).mean()
    blurred = made + tuning.blur * torch.randn(made.shape, generator=chance).to(device)
    wanted = F.softplus(-taste(blurred, words.sentence)).float() * free
    loss = loss + wanted.mean()
    if taste.sight.ranker is not None:
        lost = F.relu(own.cosine[at].to(device) - taste.sight.ranker(made, words.sentence))
        loss = loss + tuning.fit * lost.mean()
    return loss


def refine(
    painter: Painter, taste: Taste, works: dict[str, Work], seen: dict[str, Tensor], snapshot: Snapshot,
    tuning: Tuning, work: Path, told: Told = silent, stopped: Stopped = never,
) -> tuple[Generator, Progress] | None:  # fmt: skip
    """The generator, fine-tuned; None where held-out people like nothing of it better. All in float32."""
    train, val = snapshot.votes("train", seen), snapshot.votes("val", seen)
    if min(each(train)) < tuning.least_each or min(each(val)) < 1:
        return None
    asked = [works[name] for name in dict.fromkeys(example.work for example, _ in train)]
    own = replay_of(painter, taste, asked, tuning.replay, tuning.seed)
    others = [works[name] for name in dict.fromkeys(example.work for example, _ in val)]
    second = borne_out(taste.head.to("cpu"), val, seen, taste.sight.care)
    held = Held.of(taste, second, others[:ASKED])
    network = copy.deepcopy(painter.generator)
    for module in network.modules():
        if isinstance(module, Residual):
            module.dropout = tuning.dropout

    def step(optimiser: torch.optim.Optimizer, number: int) -> Tensor:
        chance = torch.Generator().manual_seed(tuning.seed * 7919 + number)
        return down(
            loss_of(network, taste, own, drawn(len(own), tuning, number), tuning, chance), network, optimiser
        )

    checkpoint = work / "generator.pt"
    state = improve(network, tuning, checkpoint, step, lambda: held.loss(network), "picture", told, stopped)
    return None if state is None else (network, state)


@dataclass(frozen=True, slots=True)
class Held:
    """What held-out people asked for, to be painted again, and the head of their votes."""

    taste: Taste
    head: Head
    words: list[Encoded]
    noise: Tensor

    @classmethod
    def of(cls, taste: Taste, head: Head, works: Sequence[Work]) -> Held:
        """Of these works; the same noise each time."""
        words = [work.words for work in works for _ in range(LOOKS)]
        noise = torch.randn(len(words), 16, 16, 16, generator=torch.Generator().manual_seed(2))
        return cls(taste, head, words, noise)

    def loss(self, network: Generator) -> float:
        """The chance that they do not like what the network paints for them."""
        painted = draw(network, self.noise, self.words)
        sentences = torch.cat([row.sentence for row in self.words])
        seen = self.taste.sight(painted.to(sentences.device), sentences).cpu()
        return 1 - float(self.head(beside(self.taste.head.to("cpu"), seen)).sigmoid().mean())
