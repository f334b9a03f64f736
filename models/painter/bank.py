"""What the parent draws in several guided steps, kept as answers for the one pass to learn.

Distillation of a sampler into one step (Luhman and Luhman 2021, "Knowledge distillation in iterative
generative models", section 3): the parent's ordinary differential equation gives each noise and
sentence one picture, already guided by the words. The one pass is shown these pairs beside its
adversarial lesson, which keeps their mean from being blurred.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch

from models.painter.data import rng_of
from models.painter.flow import sample
from models.painter.latents import Latents, read
from models.painter.network import Generator
from models.painter.packs import Row
from models.painter.settings import Settings
from models.painter.stage import Journal, laid, placed, run_stage
from models.text.network import PromptEncoder


class Answers(NamedTuple):
    """Some of the bank: the parent's pictures with all that they were drawn from."""

    latent: torch.Tensor  # float32 [B, 16, 16, 16], the real pictures that the captions belong to
    captions: list[str]
    rows: list[Row]
    noise: torch.Tensor  # float32 [B, 16, 16, 16]
    answer: torch.Tensor  # likewise: the parent's


class Bank:
    """Answers in batches; of a batch only its number and the answers are kept, the rest is drawn again."""

    def __init__(self, train: Latents, batch: int, seed: int) -> None:
        self.train, self.batch, self.seed = train, batch, seed
        self.numbers: list[int] = []
        self.answers: list[torch.Tensor] = []

    def __len__(self) -> int:
        return len(self.numbers)

    def question(self, number: int) -> tuple[torch.Tensor, list[str], list[Row], torch.Tensor]:
        """Batch ``number``: real latents, captions, rows, noise."""
        chance, draw = rng_of(self.seed, "bank", number)
        latent, captions, _, rows = self.train.draw(chance, self.batch, 0.0)
        return latent, captions, rows, torch.randn(latent.shape, generator=draw)

    def keep(self, number: int, answer: torch.Tensor) -> None:
        """The parent's answer to batch ``number``."""
        self.numbers.append(number)
        self.answers.append(answer.half().cpu())

    def draw(self, place: int) -> Answers:
        """The batch at ``place``, counted round and round."""
        number = self.numbers[place % len(self)]
        return Answers(*self.question(number), self.answers[place % len(self)].float())

    def state_dict(self) -> dict[str, torch.Tensor]:
        """What a checkpoint keeps."""
        kept = torch.stack(self.answers) if self.answers else torch.empty(0)
        return {"numbers": torch.tensor(self.numbers, dtype=torch.int64), "answers": kept}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take it back. Raises ``ValueError`` for batches of another size."""
        numbers, answers = state["numbers"].tolist(), list(state["answers"])
        if answers and len(answers[0]) != self.batch:
            raise ValueError("the bank holds batches of another size")
        self.numbers, self.answers = numbers, answers


def fill_bank(
    settings: Settings, parent: Generator, text: PromptEncoder, train: Latents, work: Path
) -> tuple[Bank, Journal]:
    """Let the parent draw for ``bank_minutes``; a stage like the others (``work/bank.pt``)."""
    bank = Bank(train, settings.batch // 4, settings.seed)
    parent = placed(parent, settings.device).eval()
    nothing = read(text, [""], settings.device)

    def step(number: int, share: float) -> dict[str, float]:  # noqa: ARG001
        _, captions, _, noise = bank.question(number)
        words = read(text, captions, settings.device)
        noise = laid(noise, settings.device)
        drawn = sample(parent, noise, words, nothing, settings.bank_steps, settings.bank_guidance)
        bank.keep(number, drawn)
        return {"answers": float(len(bank) * bank.batch)}

    journal = run_stage("bank", work, settings.budget("bank"), {"bank": bank}, step, resume=settings.resume)
    return bank, journal
