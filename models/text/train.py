"""Distilling the prompt encoder: land where the teacher would put the English of the same text.

Cosine to the teacher (Reimers and Gurevych 2020, "Making Monolingual Sentence Embeddings
Multilingual Using Knowledge Distillation", section 2), plus a contrast within the batch
(van den Oord et al. 2018), so that texts of different meaning stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from atelier.versions import Version, write_card
from models.painter.data import rng_of
from models.painter.packs import Row, credit, find_packs, read_rows
from models.painter.stage import Average, Budget, cosine, run_stage, set_rate
from models.text.data import Teacher, caption_pairs, general_pairs, targets
from models.text.encoder import TextEncoder
from models.text.evaluate import retrieval
from models.text.network import PromptEncoder
from models.text.tokens import tokens

TEMPERATURE = 0.05
TABLE = 10.0  # the table's learning rate, over the layers'


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
    phrases: int = 20000  # made of them
    start: Path | None = None  # a version to go on from
    seed: int = 0
    resume: bool = True

    @property
    def work_folder(self) -> Path:
        """Where checkpoints lie."""
        return self.work or self.out.with_name(f"{self.out.name}-work")


def train(settings: Settings) -> Version:
    """Train on the ``train`` rows of every pack, choose on ``val``, export float16 and a card."""
    rows = [row for pack in find_packs(settings.data) for row in read_rows(pack)]
    learnt = [row for row in rows if row.split == "train"]
    held = [row for row in rows if row.split == "val" and row.zh_captions]
    pieces, goals, chinese = _material(settings, learnt)
    torch.manual_seed(settings.seed)
    network = PromptEncoder() if settings.start is None else TextEncoder.load(settings.start).network
    network.requires_grad_(True).train()
    average = Average(network)
    # A rare word's row is seen a few times only, so each step must move it far: Adam's step is the rate.
    table: dict[str, Any] = {"params": [network.table.weight], "scale": TABLE, "weight_decay": 0.0}
    rest: dict[str, Any] = {"params": [p for name, p in network.named_parameters() if name != "table.weight"]}
    optimiser = torch.optim.AdamW([table, rest], lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    half = settings.batch // 2
    length = (pieces != 0).any(2).sum(1)
    everything = length.argsort(stable=True)
    chinese = chinese[length[chinese].argsort(stable=True)]

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 2e-3, hold=0.2))
        _, draw = rng_of(settings.seed, "text", number)
        some = _alike(everything, half, draw)
        if len(chinese):  # half of every batch is Chinese, which has fewer texts
            some = torch.cat((some, _alike(chinese, half, draw)))
        fed = pieces[some].long()
        fed = fed[:, : int((fed != 0).any(2).sum(1).max())]
        with torch.autocast("cpu", torch.bfloat16):
            made = network(fed).sentence
        likeness = made @ goals[some].T
        # Texts of the same meaning in one batch are not each other's wrong answers.
        same = goals[some] @ goals[some].T > 0.98
        apart = likeness.masked_fill(same & ~torch.eye(len(some), dtype=torch.bool), -torch.inf) / TEMPERATURE
        near = 1 - likeness.diagonal().mean()
        loss = 4 * near + 0.5 * F.cross_entropy(apart, torch.arange(len(some)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network, number)
        return {"distance": near.item(), "loss": loss.item()}

    mean: PromptEncoder = average.module  # type: ignore[assignment]
    journal = run_stage(
        "text", settings.work_folder, Budget(settings.minutes, settings.steps),
        {"network": network, "average": average, "optimiser": optimiser}, step,
        validate=(lambda: -retrieval(mean, held)) if held else None,
        patience=8, resume=settings.resume,
    )  # fmt: skip
    settings.out.mkdir(parents=True, exist_ok=True)
    half_precision = {key: value.half().contiguous() for key, value in mean.state_dict().items()}
    save_file(half_precision, settings.out / "text.safetensors")
    return write_card(
        settings.out,
        {
            "model": "text",
            "version": settings.out.name,
            "parameters": sum(p.numel() for p in mean.parameters()),
            "data": credit(learnt),
            "teacher": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), for training only",
            "command": "atelier train text --data DIR --out DIR",
            "trained": {
                "steps": journal.step, "texts": journal.step * settings.batch,
                "minutes": round(journal.seconds / 60, 1),
            },
            "figures": [],
        },
    )  # fmt: skip


def _alike(ordered: torch.Tensor, count: int, draw: torch.Generator, window: int = 8192) -> torch.Tensor:
    """``count`` texts of about the same length, out of numbers ordered by length: little padding."""
    wide = min(window, len(ordered))
    start = int(torch.randint(len(ordered) - wide + 1, (), generator=draw))
    return ordered[start + torch.randint(wide, (count,), generator=draw)]


def _material(settings: Settings, rows: list[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pieces int16 ``[N, T, P]``, goals float32 ``[N, 384]``, and the numbers of the Chinese texts."""
    cache = settings.work_folder / "text-material.pt"
    if settings.resume and cache.exists():
        kept = torch.load(cache, weights_only=True)
        return kept["pieces"], kept["goals"], kept["chinese"]
    teacher = Teacher()
    pairs = caption_pairs(rows)
    nouns = sorted({str(row.labels["subject"]) for row in rows if row.labels.get("subject")})
    pairs += general_pairs(
        teacher.vocabulary()[: settings.vocabulary], nouns or ["thing"], settings.phrases, settings.seed
    )
    goals = targets(pairs, teacher)
    pieces = tokens([pair.text for pair in pairs]).to(torch.int16)
    chinese = torch.tensor(
        [i for i, pair in enumerate(pairs) if pair.text not in pair.meanings], dtype=torch.int64
    )
    cache.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"pieces": pieces, "goals": goals, "chinese": chinese}, cache)
    return pieces, goals, chinese
