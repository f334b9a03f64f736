"""Distilling the prompt encoder: land where the teacher would put the English of the same text.

Cosine to the teacher (Reimers and Gurevych 2020, "Making Monolingual Sentence Embeddings
Multilingual Using Knowledge Distillation", section 2), plus a contrast within the batch
(van den Oord et al. 2018), so that texts of different meaning stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from atelier.versions import Version, write_card
from models.device import mixed
from models.painter.data import rng_of
from models.painter.packs import credit, find_packs, read_rows
from models.painter.stage import Average, Budget, cosine, run_stage, set_rate
from models.text.encoder import FILE, TextEncoder
from models.text.evaluate import figures, retrieval
from models.text.material import Wanted, material, unfolded
from models.text.network import PromptEncoder
from models.text.packing import pack
from models.text.tokens import NONE

TEMPERATURE = 0.05
# The table is trained by Adagrad: the row of a rare word takes steps as large as that of a usual one. A
# number's gradient is about 3e-5; the sum of its squares starts at FIRST, so that the first step is no leap.
FIRST = 1e-8
TOGETHER = 16  # batches that are drawn together and cut by length: little padding
AVERAGE_EVERY = 4  # steps: the table is large
LOST = 0.1  # of the pieces of words, in training: words never seen are known by some of theirs only
_OWN = {"data", "out", "work", "resume"}  # settings that a card's command does not tell


@dataclass(frozen=True, slots=True)
class Settings:
    """``data``: a pack or a folder of packs; ``out``: the version's folder."""

    data: Path
    out: Path
    work: Path | None = None  # checkpoints; default: ``<out>-work`` beside it
    minutes: float = 8.0
    steps: int | None = None
    batch: int = 512
    vocabulary: int = 30000  # English words beyond the captions, at most
    dictionary: int = 100000  # Chinese words, at most
    phrases: int = 45000  # made of Chinese words; a third as many of English words
    exchanged: int = 30000  # captions with another subject
    landscapes: int = 20000  # descriptions, each in both languages
    wordnet: Path | None = None  # WordNet's ``dict`` folder: what things are, in other words
    start: Path | None = None  # a version to go on from
    rate: float = 1e-3  # of learning: the layers, by AdamW
    table_rate: float = 0.1  # the table of pieces, by Adagrad
    rounded: float = 0.5  # share of the training, its last, in which the table is met as it will be kept
    seed: int = 0
    resume: bool = True

    @property
    def work_folder(self) -> Path:
        """Where checkpoints lie."""
        return self.work or self.out.with_name(f"{self.out.name}-work")


def train(settings: Settings) -> Version:
    """Train on the ``train`` rows of every pack, watch ``val``, export packed weights and a card."""
    rows = [row for pack in find_packs(settings.data) for row in read_rows(pack)]
    learnt = [row for row in rows if row.split == "train"]
    held = [row for row in rows if row.split == "val" and row.captions and row.zh_captions]
    torch.manual_seed(settings.seed)
    made_of = Wanted(**{f.name: getattr(settings, f.name) for f in fields(Wanted)})
    learn = material(made_of, learnt, settings.work_folder, settings.start, settings.resume)
    network = learn.network.requires_grad_(True).train()
    average = Average(network, 0.999**AVERAGE_EVERY)
    network.table.sparse = True  # a step touches a tenth of the rows
    # Said, or PyTorch warns that nobody has.
    torch.sparse.check_sparse_tensor_invariants.disable()  # type: ignore[no-untyped-call]
    layers = [p for name, p in network.named_parameters() if name != "table.weight"]
    optimiser = torch.optim.AdamW(layers, lr=settings.rate, betas=(0.9, 0.98), weight_decay=0.01)
    table = torch.optim.Adagrad(
        [network.table.weight], lr=settings.table_rate, initial_accumulator_value=FIRST
    )
    length = (learn.rows != NONE).any(2).sum(1)
    drawn: dict[int, list[torch.Tensor]] = {}

    def batch(number: int) -> torch.Tensor:
        """The texts of a step: ``TOGETHER`` batches drawn by weight, each of texts of about one length."""
        group, place = divmod(number, TOGETHER)
        if group not in drawn:
            drawn.clear()
            _, draw = rng_of(settings.seed, "text", group)
            some = torch.multinomial(
                learn.weights, settings.batch * TOGETHER, replacement=True, generator=draw
            )
            order = torch.randperm(TOGETHER, generator=draw).tolist()
            batches = some[length[some].argsort(stable=True)].view(TOGETHER, settings.batch)
            drawn[group] = [batches[i] for i in order]
        return drawn[group][place]

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, settings.rate, hold=0.2))
        set_rate(table, cosine(share, settings.table_rate, hold=0.2))
        network.table.rounded = share >= 1 - settings.rounded
        _, draw = rng_of(settings.seed, "lost", number)
        some = batch(number)
        fed = unfolded(learn.rows[some, : int(length[some].max())])
        start = fed[:, 0].clone()
        fed = fed.masked_fill(torch.rand(fed.shape, generator=draw) < LOST, NONE)
        fed[:, 0] = start  # the start token stays: no text is empty
        with mixed("cpu"):
            made = network.read(fed).sentence
        meant = learn.goals[some].float()
        likeness = made @ meant.T
        # Texts of the same meaning in one batch are not each other's wrong answers.
        same = meant @ meant.T > 0.98
        apart = likeness.masked_fill(same & ~torch.eye(len(some), dtype=torch.bool), -torch.inf) / TEMPERATURE
        near = 1 - likeness.diagonal().mean()
        loss = 4 * near + 0.5 * F.cross_entropy(apart, torch.arange(len(some)))
        optimiser.zero_grad(set_to_none=True)
        table.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(layers, 1.0)
        optimiser.step()
        table.step()
        if number % AVERAGE_EVERY == 0:
            average.update(network, number // AVERAGE_EVERY)
        return {"distance": near.item(), "loss": loss.item()}

    mean: PromptEncoder = average.module  # type: ignore[assignment]
    journal = run_stage(
        "text", settings.work_folder, Budget(settings.minutes, settings.steps),
        {"network": network, "average": average, "optimiser": optimiser, "table": table}, step,
        validate=(lambda: -retrieval(mean, held)) if held else None,
        checks=24, patience=24, resume=settings.resume,
    )  # fmt: skip
    settings.out.mkdir(parents=True, exist_ok=True)
    save_file(pack(mean.state_dict()), settings.out / FILE)
    kept = TextEncoder.from_file(settings.out / FILE, settings.out.name).network  # as it serves: rounded
    return write_card(
        settings.out,
        {
            "model": "text",
            "version": settings.out.name,
            "parameters": sum(p.numel() for p in mean.parameters()),
            "data": credit(learnt),
            "teacher": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), for training only",
            "dictionary": "CC-CEDICT (CC-BY-SA-4.0), for training only",
            **({"wordnet": "WordNet 3.1 (WordNet licence), for training only"} if settings.wordnet else {}),
            "command": _command(settings),
            "trained": {
                "steps": journal.step, "texts": journal.step * settings.batch,
                "minutes": round(journal.seconds / 60, 1),
            },
            # `zh_retrieval` itself is measured by `atelier eval painter`, on test rows without noise.
            "figures": [figure.as_dict() for figure in figures(kept, None)],
            **({"zh_retrieval_val": round(retrieval(kept, held), 4)} if held else {}),
        },
    )  # fmt: skip


def _command(settings: Settings) -> str:
    """The command line that trains so; ``DIR`` where a path is the person's own."""
    told = ["atelier train text --data DIR --out DIR"]
    for name in (field.name for field in fields(Settings) if field.name not in _OWN):
        value = getattr(settings, name)
        if value is not None:
            shown = {"wordnet": "DIR", "start": settings.start and settings.start.name}.get(name, value)
            told.append(f"--set {name}={shown}")
    return " ".join(told)
