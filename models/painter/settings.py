"""What ``atelier train painter`` can set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from atelier.errors import BadInput
from models.painter.network import Shape
from models.painter.stage import Budget

STAGES = (
    "text", "autoencoder", "sharpen", "search", "judge", "flow", "reader", "bank", "gan", "ranker",
    "baselines", "export",
)  # fmt: skip
TIMED = tuple(stage for stage in STAGES if stage not in ("search", "export"))  # by a clock of their own


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``atelier train painter`` can set. Minutes are of training time, on this machine."""

    data: Path | None  # none: made scenes alone
    out: Path  # the version's folder; its name is the version's
    work: Path | None = None  # checkpoints and caches; default: ``<out>-work`` beside it
    text: Path | None = None  # a prompt encoder's version; default: the one that ships
    parent_text: Path | None = None  # the one that the parent heard, where the GAN has had another since
    start: Path | None = None  # a painter's version to go on from: its decoder is kept, its generator trained
    gan_start: str = "parent"  # what the GAN begins as; ``version``: the generator of ``start``
    kept: float = 0.0  # how far the trained weights are averaged back to the generator of ``start``
    stages: str = "autoencoder,sharpen,judge,flow,reader,bank,gan,ranker,baselines,export"
    text_minutes: float = 3.0
    autoencoder_minutes: float = 4.5
    sharpen_minutes: float = 2.5
    judge_minutes: float = 4.0
    judge_scenes: int = 12000  # made for the evaluation encoder alone
    flow_minutes: float = 27.0
    reader_minutes: float = 13.0  # of what tells the generator how its pictures read
    bank_minutes: float = 5.0  # of the parent drawing, in several steps, what the one pass is to learn
    gan_minutes: float = 10.0
    ranker_minutes: float = 3.0  # of what chooses among candidates
    baselines_minutes: float = 0.0  # of the DCGAN; 0: until it has seen as many pictures as flow and GAN
    asked: int = 1000  # captions of the packs, and scenes, that baselines are asked for their marks
    parent_limit: int = 150  # captions, and scenes, that the slow parent is asked for its marks
    minutes: float | None = None  # for all together: scales the ten above (a DCGAN of 0 takes what it takes)
    steps: int | None = None  # of every stage, instead of minutes
    batch: int = 64
    learning_rate: float = 3e-3
    optimiser: str = "muon"  # of the flow: muon or adamw
    axes: int = 64  # of what words leave open in a picture, told in its noise; 0: plain noise
    pure: float = 0.5  # share of the flow's batch that is met as noise alone, as in the one pass
    grid: str = "learning_rate=1e-3|3e-3|8e-3,weight_decay=0.01|0.1"  # what the stage ``search`` tries
    search_minutes: float = 2.5  # for each combination
    hold: float = 0.5  # share of the flow's budget at the full learning rate
    weight_decay: float = 0.01
    dropout: float = 0.0
    caption_dropout: float = 0.1
    freeze: str = ""  # parts of the generator to keep as they are, by the beginning of their names
    weights: str = (
        "flowers=1.5"  # how often a picture of a pack (``scenes``: made ones) is drawn, where not 1
    )
    scenes: int = 30000  # made by the program and mixed in
    adversarial: float = 0.05  # weights of the GAN's losses: what passes for real,
    repeat: float = 0.15  # what repeats a picture from the noise that belongs to it,
    following: float = 0.0  # what answers as the parent does in several steps (0: no bank is filled),
    bank_steps: int = 8  # how many,
    bank_guidance: float = 1.5  # and how strongly it is guided by the words there;
    reading: float = 0.1  # and what is read in it; 0: none
    reading_noise: float = 0.3  # added to a latent before it is read
    apart: float = 0.0  # and how alike two pictures of the same words are (0: one of each is drawn)
    gan_rate: float = 1.5e-4  # the generator's learning rate there
    gan_average: float = 0.998  # how slowly its averaged weights, those that ship, follow it
    labelled: bool = True  # whether the discriminator is told the labels that a caption states
    looked_at: int = 8  # of a batch's pictures, by the discriminator's second pair of eyes; 0: none
    coder: str = "32,64,128"  # widths of the autoencoder, and of the generator
    unet: str = "96,144,160"
    val_pictures: int = 200
    tracker: str = "tensorboard"  # wandb: Weights & Biases too
    seed: int = 0
    hardware: str = "two CPU cores, shared"  # in words, for the card
    device: str = "cpu"
    resume: bool = True

    def runs(self, stage: str) -> bool:
        """Whether ``stage`` is to be trained; else its result is read from the work folder."""
        return stage in self.stages.split(",") and (stage != "bank" or self.following > 0)

    def goes_on_after(self, stage: str) -> bool:
        """Whether any stage after ``stage`` is to run."""
        return any(map(self.runs, STAGES[STAGES.index(stage) + 1 :]))

    def budget(self, stage: str) -> Budget:
        """How long ``stage`` may train."""
        if not self.runs(stage):
            return Budget(steps=0)
        asked: dict[str, float] = {name: getattr(self, f"{name}_minutes") for name in TIMED}
        total = sum(value for name, value in asked.items() if self.runs(name))
        scale = 1.0 if self.minutes is None else self.minutes / max(1e-9, total)
        return Budget(asked[stage] * scale, self.steps)

    def pack_weights(self) -> dict[str, float]:
        """``weights`` by pack. Raises :class:`BadInput` for what is no number, or is below nothing."""
        try:
            pairs = (pair.split("=") for pair in filter(None, self.weights.split(",")))
            found = {name: float(weight) for name, weight in pairs}
        except ValueError:
            found = {"": -1.0}
        if not all(0 <= weight < math.inf for weight in found.values()):
            raise BadInput("painter-bad-setting", name="weights", value=self.weights)
        return found

    @property
    def work_folder(self) -> Path:
        """Where checkpoints and caches lie."""
        return self.work or self.out.with_name(f"{self.out.name}-work")

    def shape(self) -> Shape:
        """The networks' sizes. Raises :class:`BadInput` for text that is no three whole numbers."""
        try:
            a, b, c = (int(n) for n in self.coder.split(","))
            d, e, f = (int(n) for n in self.unet.split(","))
        except ValueError:
            raise BadInput(
                "painter-bad-setting", name="coder, unet", value=f"{self.coder}; {self.unet}"
            ) from None
        return Shape((a, b, c), (d, e, f), dropout=self.dropout, codes=self.axes > 0)
