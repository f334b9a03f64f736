"""One loop, resumable: ``atelier train poet --data DIR --out DIR --minutes 30``.

Two models, one a language, one after the other. Hidden matrices learn by Muon (Jordan 2024,
torch.optim.Muon), embeddings and norms by AdamW. The best on `val` is what a version holds.
"""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.tensorboard import SummaryWriter

from atelier.languages import Lang
from atelier.learning import curve
from atelier.versions import Version, open_version
from models import tracking
from models.device import mixed
from models.muon import Muon
from models.poet import associations
from models.poet.data import IGNORED, Poem, batches, build, collate, encode, find_rows, read_poem, words_of
from models.poet.export import export
from models.poet.lexicon import Lexicon
from models.poet.manner import learn
from models.poet.network import VerseModel, settings_for
from models.poet.originality import LineFilter, line_key
from models.poet.parallel import answers
from models.poet.settings import Settings
from models.poet.version import Tongue, load_tongue, save_tongue
from models.poet.vocabulary import Vocabulary

# How often a rare form's poems are seen, against once an epoch.
REPEATS = {"haiku": 4, "limerick": 8, "free": 2, "如梦令": 6, "浣溪沙": 4, "鹧鸪天": 4, "五绝": 2}


@dataclass
class State:
    """What a checkpoint holds beside the tensors."""

    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    best: float = math.inf
    since_best: int = 0
    curve: list[tuple[int, float]] = field(default_factory=list)


def train(settings: Settings) -> Version:
    """Train what ``settings.languages`` names, then export every language that has a checkpoint.

    Raises :class:`atelier.errors.BadInput` where ``data`` holds no pack of a language,
    :class:`atelier.errors.WeightsError` where ``start`` is no version of the poet, and what
    :func:`models.tracking.start` raises.
    """
    tracking.start(settings.tracker, "poet", settings.work_folder, asdict(settings))
    if settings.start is not None:
        open_version(settings.start, model="poet")
    for lang in settings.languages:
        train_language(settings, lang)
    return export(settings)


def train_language(settings: Settings, lang: Lang) -> State:
    """Train one language up to its steps or minutes; leaves ``best`` and ``last`` under the work folder."""
    folder = settings.work_folder / lang
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    rows, home = find_rows(settings.data, lang)
    rows = rows[: settings.limit]
    parent = load_tongue(settings.start, lang) if settings.start is not None else None
    if parent is not None:
        vocabulary, lexicon = parent.vocabulary, parent.lexicon
    else:
        vocabulary, lexicon = build(
            rows, home, lang, settings.en_words if lang == "en" else settings.zh_characters
        )
    lengths = lexicon.length.tolist()
    poems: dict[str, list[Poem]] = {"train": [], "val": []}
    for row in rows:
        if row["split"] in poems and (poem := read_poem(row, vocabulary, lexicon, lengths)):
            times = REPEATS.get(poem.tag, 1) if row["split"] == "train" else 1
            poems[row["split"]] += [poem] * times
    form = shape(settings, vocabulary)
    if parent is not None:
        form = {**parent.network.settings, "attention_dropout": settings.dropout}
    network = VerseModel(form, vocabulary.content, settings.word_dropout).to(settings.device)
    if parent is not None:
        network.load_state_dict(parent.network.state_dict())
    for name, parameter in network.named_parameters():
        parameter.requires_grad = not any(part in name for part in settings.freeze)
    optimisers = make_optimisers(network, settings)
    state, last = State(), folder / "last.pt"
    if settings.resume and last.exists():
        state = _load(last, network, optimisers)
    held_out = validation(poems["val"] or poems["train"], vocabulary, lexicon, settings.validate_on)
    writer = SummaryWriter(str(folder / "logs"))
    if parent is not None and not state.curve:
        _validate(network, held_out, state, folder, writer)  # what is kept must be better than the parent
    budget = settings.minutes * 60 / len(settings.languages)
    begun, earlier = time.monotonic(), state.seconds
    source = batches(
        poems["train"], vocabulary, lexicon, tokens=settings.tokens, seed=settings.seed, start=state.step
    )  # fmt: skip
    bar = Progress(TextColumn(lang), BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with bar, writer:
        task = bar.add_task("", total=1.0)
        while state.step < settings.steps and state.since_best < settings.patience:
            progress = state.step / settings.steps
            if budget:
                progress = max(progress, state.seconds / budget)
            if progress >= 1:
                break
            set_rate(optimisers, settings, state.step, progress)
            slots, targets = next(source)
            loss = train_step(network, optimisers, slots, targets, settings)
            state.step += 1
            state.tokens += int((slots[..., 0] > 0).sum())
            state.seconds = earlier + time.monotonic() - begun
            if state.step % 20 == 0:
                writer.add_scalar("loss/train", loss, state.step)
                bar.update(task, completed=progress, description=f"step {state.step} loss {loss:.3f}")
            if state.step % settings.validate_every == 0:
                _validate(network, held_out, state, folder, writer)
                _save(last, network, optimisers, state)
    if not state.curve or state.curve[-1][0] != state.step:
        _validate(network, held_out, state, folder, writer)
    _save(last, network, optimisers, state)
    best = VerseModel(network.settings, vocabulary.content)
    best.load_state_dict(torch.load(folder / "best.pt", weights_only=True))
    keys = {
        line_key(vocabulary_words, lang)
        for row in rows
        for line in row["lines"]
        if (vocabulary_words := _written(words_of(line, lang), vocabulary))
    }
    lines = LineFilter.of(keys, most_bytes=800_000)
    manners = learn(rows, vocabulary, words_of)
    answering = answers(rows, vocabulary) if lang == "zh" else None
    company = associations.learn(rows, vocabulary, lexicon)
    made = Tongue(vocabulary, lexicon, best, lines, manners, parallel=answering, associations=company)
    save_tongue(folder / "export", made)
    return state


def _written(words: list[str], vocabulary: Vocabulary) -> list[str] | None:
    """The line's words if the poet could write them all: other lines need no filter."""
    spoken = [word for word in words if word[0].isalpha()]
    known = all(vocabulary.numbers.get(word, 0) >= vocabulary.content for word in spoken)
    return spoken if spoken and known else None


def shape(settings: Settings, vocabulary: Vocabulary) -> dict[str, Any]:
    """LlamaConfig's settings for a language."""
    lang = vocabulary.lang
    width, layers, feedforward = (
        (settings.en_width, settings.en_layers, settings.en_feedforward)
        if lang == "en"
        else (settings.zh_width, settings.zh_layers, settings.zh_feedforward)
    )
    return settings_for(
        len(vocabulary), width=width, layers=layers, feedforward=feedforward, dropout=settings.dropout
    )  # fmt: skip


def make_optimisers(network: nn.Module, settings: Settings) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for the rest."""
    learnt = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
    matrices = [p for n, p in learnt if p.ndim == 2 and "embed" not in n and "lm_head" not in n]
    others = [p for n, p in learnt if not any(p is m for m in matrices)]
    made: list[torch.optim.Optimizer] = []
    if matrices:
        made.append(Muon(matrices, lr=settings.rate, weight_decay=settings.weight_decay))
    if others:
        made.append(torch.optim.AdamW(others, lr=settings.rate, betas=(0.9, 0.98), weight_decay=0.0))
    return made


def set_rate(optimisers: list[torch.optim.Optimizer], settings: Settings, step: int, progress: float) -> None:
    """Warm up over ``warmup`` steps, hold, then fall linearly over the last ``decay`` of the run."""
    scale = min(1.0, (step + 1) / max(1, settings.warmup), (1 - progress) / max(1e-9, settings.decay))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * scale


def loss_of(network: VerseModel, slots: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy (nats) over the targets that count."""
    states = network.hidden(slots)
    counted = targets != IGNORED
    return functional.cross_entropy(network.logits(states[counted]).float(), targets[counted])


def train_step(
    network: VerseModel,
    optimisers: list[torch.optim.Optimizer],
    slots: Tensor,
    targets: Tensor,
    settings: Settings,
) -> float:
    """One update; returns the loss."""
    network.train()
    slots, targets = slots.to(settings.device), targets.to(settings.device)
    with mixed(settings.device, settings.autocast):
        loss = loss_of(network, slots, targets)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    for optimiser in optimisers:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    return float(loss.detach())


def validation(
    poems: list[Poem], vocabulary: Vocabulary, lexicon: Lexicon, count: int
) -> list[tuple[Tensor, Tensor]]:
    """Fixed batches of ``count`` poems spread over ``poems``, each with the same tags every time."""
    import random

    chosen = poems[:: max(1, len(poems) // count)][:count]
    weight = lexicon.weight.tolist()
    encoded = sorted((encode(p, vocabulary, weight, random.Random(i)) for i, p in enumerate(chosen)), key=len)
    return [collate(encoded[i : i + 32], vocabulary.content) for i in range(0, len(encoded), 32)]


@torch.no_grad()
def validate(network: VerseModel, held_out: list[tuple[Tensor, Tensor]]) -> float:
    """Mean nats a content token."""
    network.eval()
    total, count = 0.0, 0
    for slots, targets in held_out:
        n = int((targets != IGNORED).sum())
        total += float(loss_of(network, slots.to(network.lm.device), targets.to(network.lm.device))) * n
        count += n
    return total / max(1, count)


def _validate(
    network: VerseModel,
    held_out: list[tuple[Tensor, Tensor]],
    state: State,
    folder: Path,
    writer: SummaryWriter,
) -> None:
    value = validate(network, held_out)
    state.curve.append((state.step, value))
    state.since_best += 1
    if value < state.best:
        state.best, state.since_best = value, 0
        torch.save(network.state_dict(), folder / "best.pt")
    writer.add_scalar("loss/val", value, state.step)
    curve.draw(folder / "logs", {"validation": state.curve})
    print(f"step {state.step} val {value:.4f} tokens {state.tokens} seconds {state.seconds:.0f}", flush=True)  # noqa: T201


def _save(path: Path, network: nn.Module, optimisers: list[torch.optim.Optimizer], state: State) -> None:
    held = {
        "network": network.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in optimisers],
        "state": asdict(state),
        "random": torch.get_rng_state(),
    }
    torch.save(held, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def _load(path: Path, network: nn.Module, optimisers: list[torch.optim.Optimizer]) -> State:
    held = torch.load(path, weights_only=True)
    network.load_state_dict(held["network"])
    for optimiser, kept in zip(optimisers, held["optimisers"], strict=True):
        optimiser.load_state_dict(kept)
    torch.set_rng_state(held["random"])
    return State(**held["state"])
