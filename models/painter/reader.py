"""Reads latents: whether words fit them, and the attributes that labels name. It teaches the generator.

Trained on the encoded training pictures alone, then frozen: a generator whose pictures it reads
wrongly is told so (an auxiliary classifier, Odena et al. 2017, and a contrast with the captions as
in LAFITE, Zhou et al. 2022, section 3.3). It knows nothing of the evaluation encoder, which sees
pixels and was trained apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from models.device import mixed
from models.painter.attributes import ATTRIBUTES, attribute_of, states
from models.painter.data import rng_of
from models.painter.judge import names_of
from models.painter.latents import Latents, read
from models.painter.lesson import learn, rivals_only
from models.painter.network import LATENT, Residual, norm
from models.painter.packs import Row
from models.painter.settings import Settings
from models.painter.stage import Journal, laid
from models.text.network import SENTENCE, PromptEncoder

SPACE = 128
SCALE = 16.0  # of cosines in the contrast
BATCH = 192
# Palettes and styles, a whole picture's look, were heeded least where all weighed alike (version 3).
HEAVY = {"palette": 3.0, "style": 3.0, "weather": 2.0, "time": 1.5}
NOISE = 0.6  # the most that is added to a latent: what is read must not hang on its finest grain


class Reader(nn.Module):
    """1.3 M parameters: unit latents [B, 16, 16, 16] → a vector that captions are compared to, logits."""

    def __init__(self, heads: dict[str, int]) -> None:
        super().__init__()
        self.stack = nn.Sequential(
            nn.Conv2d(LATENT, 64, 3, padding=1), Residual(64), norm(64), nn.SiLU(),
            nn.Conv2d(64, 128, 3, stride=2, padding=1), Residual(128), norm(128), nn.SiLU(),
            nn.Conv2d(128, 192, 3, stride=2, padding=1), Residual(192), norm(192), nn.SiLU(),
        )  # fmt: skip
        self.picture = nn.Linear(384, SPACE)
        self.words = nn.Sequential(nn.Linear(SENTENCE, 256), nn.SiLU(), nn.Linear(256, SPACE))
        self.heads = nn.ModuleDict({name: nn.Linear(384, many) for name, many in heads.items()})

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """What is seen, [B, 384]: the mean and the strongest answer of each channel."""
        x = self.stack(latent)
        return torch.cat((x.mean((2, 3)), x.amax((2, 3))), 1)

    def match(self, seen: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
        """[B, 384], captions [C, 384] → scaled cosines [B, C]."""
        ours = F.normalize(self.picture(seen).float(), dim=1)
        theirs = F.normalize(self.words(sentences * SENTENCE**0.5).float(), dim=1)
        return ours @ theirs.T * SCALE


@dataclass(frozen=True, slots=True)
class Labels:
    """Attributes as numbers: of each row those of ``names``, in their order."""

    names: dict[str, list[str]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Labels:
        """All that these rows tell apart."""
        found = {a: [v for r in rows if (v := attribute_of(r, a))] for a in ATTRIBUTES}
        return cls(names_of(found))

    @property
    def many(self) -> int:
        """Values of all attributes together."""
        return sum(map(len, self.names.values()))

    def told(self, wanted: torch.Tensor) -> torch.Tensor:
        """What :meth:`wanted` gave, ``[B, attributes]`` → float32 ``[B, many]``: 1 for each known value."""
        hot = [
            F.one_hot(column.clamp(min=0), len(names)) * (column >= 0)[:, None]
            for column, names in zip(wanted.T, self.names.values(), strict=True)
        ]
        return torch.cat(hot, 1).float() if hot else wanted.new_zeros((len(wanted), 0)).float()

    def wanted(self, rows: Sequence[Row], captions: Sequence[str] | None = None) -> torch.Tensor:
        """int64 ``[B, attributes]``; -1 where unknown or, given captions, where they do not say it."""
        return torch.tensor([
            [
                self._number(row, a) if captions is None or states(row, captions[i], a) else -1
                for a in self.names
            ]
            for i, row in enumerate(rows)
        ]).view(len(rows), len(self.names))  # fmt: skip

    def _number(self, row: Row, attribute: str) -> int:
        names = self.names[attribute]
        value = attribute_of(row, attribute)
        return names.index(value) if value in names else -1


def wrong(
    reader: Reader, latent: torch.Tensor, sentence: torch.Tensor, captions: Sequence[str],
    wanted: torch.Tensor, attributes: float = 0.5,
) -> torch.Tensor:  # fmt: skip
    """How wrongly latents are read: the contrast with one another's captions, and the attributes."""
    seen = reader(latent)
    match = reader.match(seen, sentence)
    own = torch.arange(len(captions), device=match.device)
    loss = F.cross_entropy(rivals_only(match, captions), own)
    for column, (name, head) in enumerate(reader.heads.items()):
        known = wanted[:, column] >= 0
        if known.any():
            weight = attributes * HEAVY.get(name, 1.0) * known.float().mean()
            loss = loss + weight * F.cross_entropy(head(seen[known]).float(), wanted[known, column])
    return loss


def train_reader(
    settings: Settings, text: PromptEncoder, train: Latents, val: Latents, work: Path
) -> tuple[Reader, Labels, Journal]:
    """The averaged weights, frozen; a stage like the others (``work/reader.pt``), on cached latents."""
    torch.manual_seed(settings.seed)
    labels = Labels.of(train.pictures.rows)

    def loss_of(model: Reader, number: int, still: bool) -> torch.Tensor:
        source = val if still else train
        chance, draw = rng_of(settings.seed, "reader-val" if still else "reader", number)
        drawn = source.draw(chance, min(BATCH, 3 * settings.batch), 0.0)
        strength = torch.rand(len(drawn.latent), 1, 1, 1, generator=draw) * (0.1 if still else NOISE)
        latent = drawn.latent + strength * torch.randn(drawn.latent.shape, generator=draw)
        words = read(text, drawn.captions, settings.device)
        wanted = labels.wanted(drawn.rows).to(settings.device)
        with mixed(settings.device):
            return wrong(model, laid(latent, settings.device), words.sentence, drawn.captions, wanted)

    network = Reader({k: len(v) for k, v in labels.names.items()})
    reader, journal = learn("reader", network, loss_of, settings, work, checks=3)
    return reader, labels, journal
