"""Distilling the prompt encoder: land where the teacher would put the English of the same text.

Cosine to the teacher (Reimers and Gurevych 2020, "Making Monolingual Sentence Embeddings
Multilingual Using Knowledge Distillation", section 2), plus a contrast within the batch
(van den Oord et al. 2018), so that texts of different meaning stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from atelier.versions import Version, write_card
from models.painter.data import rng_of
from models.painter.packs import Row, credit, find_packs, read_rows
from models.painter.stage import Average, Budget, cosine, run_stage, set_rate
from models.text.data import Pair, Teacher, caption_pairs, targets
from models.text.dictionary import read_entries
from models.text.encoder import TextEncoder
from models.text.evaluate import retrieval
from models.text.landscapes import landscape_pairs
from models.text.network import PromptEncoder
from models.text.phrases import chinese_pairs, english_pairs, exchanged_pairs
from models.text.synonyms import without_synonyms
from models.text.tokens import NONE, tokens

TEMPERATURE = 0.05
TABLE = 10.0  # the table's learning rate, over the layers'
TOGETHER = 16  # batches that are drawn together and cut by length: little padding
_TOLD = {
    "minutes",
    "batch",
    "dictionary",
    "phrases",
    "exchanged",
    "landscapes",
    "seed",
}  # by a card's command
LOST = 0.1  # of the pieces of words, in training: words never seen are known by some of theirs only
# How much of what is learnt comes from where. Words are many and short, captions few and long.
SHARES = {
    "captions": 0.08, "Chinese captions": 0.17, "dictionary": 0.25, "visible words": 0.17,
    "phrases": 0.1, "exchanged": 0.1, "landscapes": 0.04, "English": 0.09,
}  # fmt: skip


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
    dictionary: int = 60000  # Chinese words, at most
    phrases: int = 45000  # made of Chinese words; a third as many of English words
    exchanged: int = 30000  # captions with another subject
    landscapes: int = 20000  # descriptions, each in both languages
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
    pieces, goals, weights = _material(settings, learnt)
    torch.manual_seed(settings.seed)
    network = PromptEncoder() if settings.start is None else TextEncoder.load(settings.start).network
    network.requires_grad_(True).train()
    average = Average(network)
    # A rare word's row is seen a few times only, so each step must move it far: Adam's step is the rate.
    table: dict[str, Any] = {"params": [network.table.weight], "scale": TABLE, "weight_decay": 0.0}
    rest: dict[str, Any] = {"params": [p for name, p in network.named_parameters() if name != "table.weight"]}
    optimiser = torch.optim.AdamW([table, rest], lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    length = (pieces != NONE).any(2).sum(1)
    drawn: dict[int, list[torch.Tensor]] = {}

    def batch(number: int) -> torch.Tensor:
        """The texts of a step: ``TOGETHER`` batches drawn by weight, each of texts of about one length."""
        group, place = divmod(number, TOGETHER)
        if group not in drawn:
            drawn.clear()
            _, draw = rng_of(settings.seed, "text", group)
            some = torch.multinomial(weights, settings.batch * TOGETHER, replacement=True, generator=draw)
            order = torch.randperm(TOGETHER, generator=draw).tolist()
            batches = some[length[some].argsort(stable=True)].view(TOGETHER, settings.batch)
            drawn[group] = [batches[i] for i in order]
        return drawn[group][place]

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 2e-3, hold=0.2))
        _, draw = rng_of(settings.seed, "lost", number)
        some = batch(number)
        fed = pieces[some, : int(length[some].max())].long()
        fed = fed.masked_fill(torch.rand(fed.shape, generator=draw) < LOST, NONE)
        fed[:, 0] = pieces[some, 0].long()  # the start token stays: no text is empty
        with torch.autocast("cpu", torch.bfloat16):
            made = network(fed).sentence
        meant = goals[some].float()
        likeness = made @ meant.T
        # Texts of the same meaning in one batch are not each other's wrong answers.
        same = meant @ meant.T > 0.98
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
            "dictionary": "CC-CEDICT (CC-BY-SA-4.0), for training only",
            "command": _command(settings),
            "trained": {
                "steps": journal.step, "texts": journal.step * settings.batch,
                "minutes": round(journal.seconds / 60, 1),
            },
            "figures": [],
        },
    )  # fmt: skip


def _command(settings: Settings) -> str:
    """The command line that trains so; ``DIR`` where a path is the person's own."""
    told = [f"--set {f.name}={getattr(settings, f.name)}" for f in fields(Settings) if f.name in _TOLD]
    start = [] if settings.start is None else [f"--set start={settings.start.name}"]
    return " ".join(["atelier train text --data DIR --out DIR", *start, *told])


def _sources(settings: Settings, rows: list[Row], teacher: Teacher) -> dict[str, list[Pair]]:
    """What is learnt from, by where it comes from; the synonyms kept for the measure are left out."""
    known = teacher.vocabulary()
    captions = caption_pairs(rows)
    subjects = {str(row.labels["subject"]) for row in rows if row.labels.get("subject")}
    visible = subjects | {str(word) for row in rows for word in row.labels.get("keywords", ())}
    named = {pair.text for pair in captions}
    entries = read_entries(known, settings.dictionary)
    seen = [entry for entry in entries if entry.senses[0] in visible]
    words = [word for word in known if len(word) > 2][: settings.vocabulary]
    found = {
        "captions": [pair for pair in captions if pair.text in pair.meanings],
        "Chinese captions": [pair for pair in captions if pair.text not in pair.meanings],
        # Where a caption says what a word means, its word counts.
        "dictionary": [Pair(e.chinese, e.meanings) for e in entries if e.chinese not in named],
        "visible words": [Pair(e.chinese, e.meanings) for e in seen if e.chinese not in named],
        "phrases": chinese_pairs(entries, visible, settings.phrases, settings.seed),
        "exchanged": exchanged_pairs(rows, seen, settings.exchanged, settings.seed),
        "landscapes": landscape_pairs(settings.landscapes, settings.seed),
        "English": [
            *english_pairs(words, sorted(subjects), settings.phrases // 3, settings.seed),
            *(Pair(sense, (sense,)) for sense in sorted({sense for e in entries for sense in e.senses})),
        ],
    }
    return {name: without_synonyms(pairs) for name, pairs in found.items()}


def _material(settings: Settings, rows: list[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pieces int16 ``[N, T, P]``, goals float16 ``[N, 384]``, and how often each text is drawn ``[N]``."""
    cache = settings.work_folder / "text-material.pt"
    if settings.resume and cache.exists():
        kept = torch.load(cache, weights_only=True)
        return kept["pieces"], kept["goals"], kept["weights"]
    sources = _sources(settings, rows, teacher := Teacher())
    pairs = [pair for found in sources.values() for pair in found]
    goals = targets(pairs, teacher, settings.work_folder / "teacher.pt").half()
    pieces = tokens([pair.text for pair in pairs]).to(torch.int16)
    weights = torch.cat([torch.full((len(f),), SHARES[name] / len(f)) for name, f in sources.items() if f])
    cache.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"pieces": pieces, "goals": goals, "weights": weights}, cache)
    return pieces, goals, weights
