"""Sample sheets: the same words and noise at every check of a training, to be looked at side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.tensorboard.writer import SummaryWriter

from models.painter.flow import sample
from models.painter.latents import Scale, noise_like, read
from models.painter.network import Decoder, Generator
from models.text.network import PromptEncoder

COLUMNS = 8
STEPS = 12  # of the parent: a sheet should not cost more than a check


@dataclass(frozen=True, slots=True)
class Sheets:
    """Draws ``captions`` into ``folder/<stage>-<step>.png`` and TensorBoard."""

    folder: Path
    decoder: Decoder
    scale: Scale
    text: PromptEncoder
    captions: Sequence[str]
    device: str = "cpu"

    def parent(self, network: Generator, step: int) -> None:
        """What the flow draws in a few guided steps."""
        words = read(self.text, self.captions, self.device)
        nothing = read(self.text, [""], self.device)
        self._save("flow", step, sample(network, self._noise(), words, nothing, STEPS))

    @torch.no_grad()
    def child(self, network: Generator, step: int) -> None:
        """What the one-pass generator draws."""
        network.eval()
        self._save("gan", step, network.paint(self._noise(), read(self.text, self.captions, self.device)))

    def _noise(self) -> torch.Tensor:
        return noise_like(range(len(self.captions))).to(self.device)

    @torch.no_grad()
    def _save(self, stage: str, step: int, latents: torch.Tensor) -> None:
        pictures = self.decoder.eval()(self.scale.from_unit(latents.float())).float()
        levels = (
            ((pictures.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        )
        lacking = -len(levels) % COLUMNS
        levels = np.concatenate((levels, np.zeros((lacking, *levels.shape[1:]), np.uint8)))
        rows = [np.concatenate(levels[at : at + COLUMNS], 1) for at in range(0, len(levels), COLUMNS)]
        sheet = np.concatenate(rows)
        self.folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(sheet).save(self.folder / f"{stage}-{step:07}.png")
        with SummaryWriter(str(self.folder / "tensorboard")) as writer:
            writer.add_image(stage, sheet, step, dataformats="HWC")
