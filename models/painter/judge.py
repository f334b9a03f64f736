"""The evaluation encoder: what it sees in a picture, and whether words fit it. It never trains the painter.

::

    picture [B, 3, 128, 128] ─ trunk ─► maps [B, 40, 16, 16], [B, 112, 8, 8] ─ look ─► features [B, 160]
    features ─► [B, 128] ◄─ the space where pictures and captions meet ─ sentence [B, 384]
    features ─► one linear head an attribute (style, flower, colour, place, ...)

The trunk is EfficientNet-Lite0 (Tan and Le 2019, section 4; the Lite variant has ReLU6 and no
squeeze-and-excitation) up to its 112-channel stage. The contrast is Radford et al.'s (2021,
section 2.3). Distances between sets of pictures are measured in *its* features: they are no FID.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from atelier.errors import WeightsError
from models.text.network import SENTENCE

FILE, NAMES = "judge.safetensors", "judge.json"
SPACE, FEATURES = 128, 160
# Kernel, stride, expansion, channels of a stage: the first five of EfficientNet-Lite.
STAGES = ((3, 1, 1, 16), (3, 2, 6, 24), (5, 2, 6, 40), (3, 2, 6, 80), (5, 1, 6, 112))
LITE0 = (1, 2, 2, 3, 3)  # its bottlenecks of each stage
FINE = 6  # modules of the trunk before the finer map
SCALE = 20.0  # of the cosines in the contrast
Maps = tuple[torch.Tensor, torch.Tensor]


class Unit(nn.Sequential):
    """Convolution, batch norm and, unless ``linear``, ReLU6.

    With a stride the padding is one-sided, as TensorFlow's SAME is: the weights come from there.
    """

    def __init__(
        self, inner: int, outer: int, kernel: int, stride: int = 1, groups: int = 1, *, linear: bool = False
    ) -> None:
        pad, extra = (kernel - stride) // 2, (kernel - stride) % 2
        parts: list[nn.Module] = [nn.ZeroPad2d((pad, pad + extra, pad, pad + extra))] if extra else []
        parts.append(
            nn.Conv2d(inner, outer, kernel, stride, 0 if extra else kernel // 2, groups=groups, bias=False)
        )
        parts.append(nn.BatchNorm2d(outer, eps=1e-3))
        super().__init__(*parts, *([] if linear else [nn.ReLU6()]))


class Bottleneck(nn.Module):
    """An inverted bottleneck (Sandler et al. 2018, section 3.3)."""

    def __init__(self, inner: int, outer: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inner * expansion
        self.body = nn.Sequential(
            *([Unit(inner, wide, 1)] if expansion > 1 else []),
            Unit(wide, wide, kernel, stride, wide),
            Unit(wide, outer, 1, linear=True),
        )
        self.same = inner == outer and stride == 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x`` [B, C, H, W]."""
        changed: torch.Tensor = self.body(x)
        return x + changed if self.same else changed


def trunk(repeats: Sequence[int] = LITE0) -> nn.Sequential:
    """[B, 3, 128, 128] in -1..1 → [B, 112, 8, 8]: a stem, then ``repeats`` bottlenecks of each stage.

    Lite0's by default; its larger relatives only repeat more often.
    """
    blocks: list[nn.Module] = [Unit(3, 32, 3, 2)]
    inner = 32
    for (kernel, stride, expansion, outer), many in zip(STAGES, repeats, strict=True):
        for number in range(many):
            blocks.append(Bottleneck(inner, outer, kernel, 1 if number else stride, expansion))
            inner = outer
    return nn.Sequential(*blocks)


class Judge(nn.Module):
    """[B, 3, 128, 128] in -1..1 → features [B, 160], [B, 128] in the shared space, logits a head."""

    def __init__(self, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.trunk = trunk()
        fine, deep = STAGES[2][3], STAGES[4][3]
        self.fine = Unit(fine, 48, 3, 2)
        self.look = nn.Sequential(Unit(48 + deep, 64, 3), Unit(64, FEATURES, 3, 2))
        self.picture = nn.Linear(FEATURES, SPACE)
        self.words = nn.Sequential(nn.Linear(SENTENCE, SPACE), nn.SiLU(), nn.Linear(SPACE, SPACE))
        self.heads = nn.ModuleDict({name: nn.Linear(FEATURES, many) for name, many in heads.items()})

    def maps(self, picture: torch.Tensor) -> Maps:
        """What the trunk sees: [B, 40, 16, 16] and [B, 112, 8, 8]."""
        fine = self.trunk[:FINE](picture)
        return fine, self.trunk[FINE:](fine)

    def judge(self, fine: torch.Tensor, deep: torch.Tensor) -> torch.Tensor:
        """The trunk's maps → features [B, 160], means over the picture."""
        seen: torch.Tensor = self.look(torch.cat((self.fine(fine), deep), 1))
        return seen.mean((2, 3)).float()

    def features(self, picture: torch.Tensor) -> torch.Tensor:
        """Pictures → features [B, 160]."""
        return self.judge(*self.maps(picture))

    def meet(self, features: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """Cosines of pictures ``[B, 160]`` and captions ``[C, 384]``: [B, C]."""
        seen, said = F.normalize(self.picture(features), dim=1), F.normalize(self.words(sentence), dim=1)
        return seen @ said.T


@dataclass(frozen=True, slots=True)
class Jury:
    """A trained judge with the names of what its heads tell apart."""

    network: Judge
    names: dict[str, list[str]]  # of each attribute, in the order of its head's logits

    @classmethod
    def load(cls, folder: Path) -> Self:
        """From a version's folder, already checked. Raises :class:`WeightsError`."""
        try:
            names = {str(k): [str(n) for n in v] for k, v in json.loads(_read(folder / NAMES)).items()}
            network = Judge({k: len(v) for k, v in names.items()})
            given = {k: v.float() for k, v in load_file(folder / FILE).items()}
            counts = {k: v for k, v in network.state_dict().items() if k.endswith("num_batches_tracked")}
            network.load_state_dict(given | counts)
        except (RuntimeError, SafetensorError, ValueError, AttributeError, TypeError, OSError):
            raise WeightsError("weights-damaged", model="painter", path=str(folder / FILE)) from None
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return cls(network.eval().requires_grad_(False), names)

    def save(self, folder: Path) -> None:
        """Float16 weights, under 2 MiB, and the attributes' names."""
        kept = {k: v for k, v in self.network.state_dict().items() if not k.endswith("num_batches_tracked")}
        save_file({k: v.half().cpu().contiguous() for k, v in kept.items()}, folder / FILE)
        (folder / NAMES).write_text(json.dumps(self.names, ensure_ascii=False) + "\n", "utf-8")

    @torch.inference_mode()
    def features(self, pictures: torch.Tensor, batch: int = 64) -> torch.Tensor:
        """uint8 ``[N, 3, 128, 128]`` → float32 ``[N, 160]``, in float32 throughout."""
        parts = [
            self.network.features((part.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last))
            for part in torch.split(pictures, batch)
        ]
        return torch.cat(parts) if parts else torch.empty(0, FEATURES)

    @torch.inference_mode()
    def guess(self, features: torch.Tensor, attribute: str) -> list[str]:
        """The name that ``attribute``'s head prefers, for each of ``features`` [N, 160]."""
        names = self.names[attribute]
        return [names[i] for i in self.network.heads[attribute](features).argmax(1).tolist()]

    @torch.inference_mode()
    def match(self, features: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
        """Cosines of pictures ``[N, 160]`` and captions ``[C, 384]``: [N, C]."""
        return self.network.meet(features, sentences)


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def names_of(found: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Each attribute's names, sorted; an attribute with fewer than two tells nothing apart."""
    return {key: sorted(set(names)) for key, names in found.items() if len(set(names)) > 1}
