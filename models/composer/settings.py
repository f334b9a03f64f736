"""What ``atelier train composer`` can set."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from models.composer.network import Shape


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of ``atelier train composer``. Give ``minutes`` (all in all) or steps a stage."""

    data: Path
    out: Path
    minutes: float | None = None
    vae_steps: int = 3000
    prior_steps: int = 6000
    prior_share: float = 0.5  # of the minutes
    batch: int = 64
    prior_batch: int = 128
    rate: float = 2e-3
    prior_rate: float = 1.5e-3
    weight_decay: float = 0.01
    dropout: float = 0.05
    token_drop: float = 0.5  # of the decoder's own past, so that it listens to the latents
    scheduled: float = 0.0  # of its past, in the end: what it drew itself instead of what is true
    scheduled_steps: int = 1000  # until that share is reached, from none
    beta: float = 0.05  # weight of the KL divergence
    free_bits: float = 0.05  # nats a latent number that cost nothing
    forget: float = 0.3  # wishes left unsaid
    seed: int = 0
    device: str = "cpu"
    bf16: bool = False  # no gain measured for these sizes on two CPU cores
    threads: int = 0  # 0: torch's own choice
    freeze: tuple[str, ...] = ()  # parts that keep their weights: encoder, decoder, prior
    start: Path | None = None  # a version folder to go on from
    resume: bool = True
    patience: int = 8  # validations without gain that end a stage
    validate_every: int = 200
    validate_windows: int = 2048
    keep_every: float = 60.0  # seconds between checkpoints
    shape: Shape = field(default_factory=Shape)
    version: str = "v1"
    hardware: str = ""
    tracker: str = "tensorboard"  # wandb: Weights & Biases too

    @property
    def work(self) -> Path:
        """Where checkpoints and logs lie: beside ``out``."""
        return self.out.parent / f"{self.out.name}-work"
