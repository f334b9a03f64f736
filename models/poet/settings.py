"""What a training run of the poet takes: every field is ``--set name=value``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atelier.languages import Lang
from models.poet.version import LANGUAGES


@dataclass(frozen=True)
class Settings:
    """What ``atelier train poet`` takes. ``minutes`` is for both languages together; 0 means: no limit."""

    data: Path
    out: Path
    work: Path | None = None  # checkpoints; default: ``work`` beside ``out``
    languages: tuple[Lang, ...] = LANGUAGES
    steps: int = 100_000  # a language
    minutes: float = 30.0
    seed: int = 1
    device: str = "cpu"
    resume: bool = True
    tokens: int = 2048  # positions a batch
    rate: float = 3e-3
    warmup: int = 60
    decay: float = 0.5  # the share of the run in which the rate falls to nothing
    weight_decay: float = 0.05
    dropout: float = 0.0  # on attention
    word_dropout: float = 0.0
    freeze: tuple[str, ...] = ()  # parameters whose name holds one of these stay as they are
    # A version folder to go on from: its words, their sounds and its weights (the widths and the numbers of
    # words below are its own then). The filter of known lines is made of the poems that are given here.
    start: Path | None = None
    patience: int = 8  # validations without progress before it stops
    validate_every: int = 200
    validate_on: int = 256  # poems of `val`
    autocast: bool = True
    en_words: int = 6500
    en_width: int = 128
    en_layers: int = 3
    en_feedforward: int = 352
    zh_characters: int = 4000
    zh_width: int = 128
    zh_layers: int = 3
    zh_feedforward: int = 352
    limit: int | None = None  # rows of the pack, for a trial
    evaluate: int = 40  # poems a form for the figures of the card; 0 leaves them out
    tracker: str = "tensorboard"  # wandb: Weights & Biases too
    hardware: str = ""  # in words, for the card
    name: str = "v1"

    @property
    def work_folder(self) -> Path:
        """Where checkpoints and logs lie."""
        return self.work or self.out.parent / "work"
