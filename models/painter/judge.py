"""The evaluation encoder: pictures into the captions' space, trained apart from the painter.

Nothing of it is used in training the generator, so it can judge what was drawn: does the picture
fit its words (a contrast of pictures and captions, Radford et al. 2021, section 2.3), which style
is it, how far are two sets of pictures apart (a Fréchet distance in *its* features: not FID).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from atelier.errors import WeightsError
from models.painter.data import Pictures, draw_caption, rng_of
from models.painter.latents import read
from models.painter.network import Residual, norm
from models.painter.packs import Row
from models.painter.settings import Settings
from models.painter.stage import Average, Journal, cosine, laid, mixed, placed, run_stage, set_rate
from models.text.network import SENTENCE, PromptEncoder

FILE, STYLES = "judge.safetensors", "judge.json"
SPACE = 128
SCALE = 20.0  # of cosines in the contrast


class Judge(nn.Module):
    """[B, 3, 128, 128] in -1..1 → features [B, 192], [B, 128] in the shared space, style logits."""

    def __init__(self, styles: int) -> None:
        super().__init__()
        self.stack = nn.Sequential(
            nn.AvgPool2d(2), nn.PixelUnshuffle(2), nn.Conv2d(12, 48, 3, padding=1), Residual(48),
            nn.Conv2d(48, 96, 3, stride=2, padding=1), Residual(96),
            nn.Conv2d(96, 144, 3, stride=2, padding=1), Residual(144),
            nn.Conv2d(144, 192, 3, stride=2, padding=1), norm(192), nn.SiLU(),
        )  # fmt: skip
        self.picture = nn.Linear(192, SPACE)
        self.words = nn.Linear(SENTENCE, SPACE)
        self.style = nn.Linear(192, styles)

    def features(self, picture: torch.Tensor) -> torch.Tensor:
        """Means over the picture, [B, 192]."""
        return self.stack(picture).mean((2, 3)).float()  # type: ignore[no-any-return]

    def meet(self, features: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """Cosines of pictures and captions, [B, captions]."""
        seen, said = F.normalize(self.picture(features), dim=1), F.normalize(self.words(sentence), dim=1)
        return seen @ said.T


def style_of(row: Row) -> str:
    """The style a row's labels name; empty where they name none."""
    return str(row.labels.get("style", ""))


@dataclass(frozen=True, slots=True)
class Jury:
    """A trained judge with the styles it can tell apart."""

    network: Judge
    styles: list[str]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """From a version's folder, already checked. Raises :class:`WeightsError`."""
        try:
            styles = list(json.loads((folder / STYLES).read_text("utf-8")))
            network = Judge(len(styles))
            network.load_state_dict({k: v.float() for k, v in load_file(folder / FILE).items()})
        except (RuntimeError, SafetensorError, ValueError, OSError):
            raise WeightsError("weights-damaged", model="painter", path=str(folder / FILE)) from None
        return cls(network.eval().requires_grad_(False), styles)

    def save(self, folder: Path) -> None:
        """Float16 weights and the styles' names."""
        save_file(
            {k: v.half().cpu().contiguous() for k, v in self.network.state_dict().items()}, folder / FILE
        )
        (folder / STYLES).write_text(json.dumps(self.styles, ensure_ascii=False) + "\n", "utf-8")

    @torch.inference_mode()
    def features(self, pictures: torch.Tensor, batch: int = 64) -> torch.Tensor:
        """uint8 ``[N, 3, 128, 128]`` → float32 ``[N, 192]``."""
        parts = [self.network.features(part.float() / 127.5 - 1) for part in torch.split(pictures, batch)]
        return torch.cat(parts)


def train_judge(
    settings: Settings, text: PromptEncoder, train: Pictures, val: Pictures, work: Path
) -> tuple[Jury, Journal]:
    """Contrast with captions, plus the style by cross-entropy; on real training pictures only."""
    torch.manual_seed(settings.seed)
    styles = sorted({style_of(row) for row in train.rows} - {""}) or ["none"]
    network = placed(Judge(len(styles)), settings.device)
    average = Average(network)
    mean: Judge = average.module  # type: ignore[assignment]
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.02)
    number_of = {style: i for i, style in enumerate(styles)}

    def loss_of(model: Judge, pictures: Pictures, number: int, batch: int, still: bool) -> torch.Tensor:
        chance, _ = rng_of(settings.seed + 77, "judge-val" if still else "judge", number)
        chosen = [chance.randrange(len(pictures)) for _ in range(batch)]
        rows = [pictures.rows[i] for i in chosen]
        x = pictures.batch(chosen)
        x = x if still else _shaken(x, chance.randint(0, 8), chance.randint(0, 8), chance.random() < 0.5)
        words = read(
            text,
            [
                draw_caption(row, pictures.palettes[i], chance, 0.0)
                for i, row in zip(chosen, rows, strict=True)
            ],
        )
        wanted = torch.tensor([number_of.get(style_of(row), -1) for row in rows], device=settings.device)
        with mixed(settings.device):
            seen = model.features(laid(x, settings.device))
            match = model.meet(seen, words.sentence).float() * SCALE
            kinds = model.style(seen).float()
        same = torch.arange(batch, device=settings.device)
        contrast = F.cross_entropy(match, same) + F.cross_entropy(match.T, same)
        return contrast + F.cross_entropy(kinds, wanted, ignore_index=-1)

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 1e-3, hold=0.2))
        loss = loss_of(network, train, number, 2 * settings.batch, still=False)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        average.update(network, number)
        return {"judge": loss.item()}

    @torch.no_grad()
    def validate() -> float:
        losses = [loss_of(mean, val, n, settings.batch, still=True) for n in range(6)]
        return float(torch.stack(losses).mean())

    journal = run_stage(
        "judge", work, settings.budget("judge"),
        {"network": network, "average": average, "optimiser": optimiser}, step,
        validate=validate, checks=8, patience=3, resume=settings.resume,
    )  # fmt: skip
    return Jury(mean, styles), journal


def _shaken(x: torch.Tensor, down: int, right: int, mirrored: bool) -> torch.Tensor:
    """Shifted by a few pixels and perhaps mirrored, so that the judge learns no pixel's place."""
    padded = F.pad(x, (4, 4, 4, 4), mode="replicate")
    moved = padded[:, :, down : down + x.shape[2], right : right + x.shape[3]]
    return moved.flip(3) if mirrored else moved


def frechet(a: torch.Tensor, b: torch.Tensor) -> float:
    """Fréchet distance of two Gaussians fitted to features ``[N, D]`` (Heusel et al. 2017, eq. 6)."""
    a, b = a.double(), b.double()
    first, second = torch.cov(a.T), torch.cov(b.T)
    # The trace of the root of a product: from the eigenvalues of the symmetric form.
    values, vectors = torch.linalg.eigh(first)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    return float((a.mean(0) - b.mean(0)).square().sum() + first.trace() + second.trace() - 2 * cross)


def precision(jury: Jury, features: torch.Tensor, sentences: torch.Tensor, labels: Sequence[str]) -> float:
    """R-precision (Xu et al. 2018, section 4.1): the right caption's cosine is the highest.

    ``features`` [N, 192], ``sentences`` [N, 384]; among up to 100 captions with different labels.
    """
    match = jury.network.meet(features, sentences)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0)).tolist()
    right = 0
    for i in range(len(labels)):
        rivals: dict[str, int] = {}
        for j in order:
            if labels[j] != labels[i] and len(rivals) < 99:
                rivals.setdefault(labels[j], j)
        right += bool(match[i, i] > match[i, list(rivals.values())].max())
    return right / max(1, len(labels))
