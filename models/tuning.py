"""What every training from votes has in common: one resumable loop, and a version that comes of it.

A fine-tuning takes nothing but a snapshot of votes and the folder of the version that serves. The best
on held-out people's votes is kept, and none if it is no better than where it began. Every step's chance
comes from the seed and its number alone, so a run that was killed ends like an undisturbed one. Processes
that met (:mod:`models.ranks`, ``torchrun -m atelier retrain``) take each step together.
"""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import random
import shutil
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from atelier import __version__
from atelier.errors import BadInput, Cancelled, WeightsError
from atelier.learning import curve
from atelier.learning.snapshot import Snapshot
from atelier.versions import GATE, Model, Version, card_hash, open_version, write_card
from models import ranks, tracking
from models.gate import Gate

log = logging.getLogger("workers.training")

LOGS = ".logs"  # beside a version: its trainings' curves, for TensorBoard and as loss.png, part by part
Told = Callable[[str, int, float], None]  # a part of the model, a step, the held-out loss there
Stopped = Callable[[], bool]


def silent(_part: str, _step: int, _loss: float) -> None:
    """Tell nobody."""


def never() -> bool:
    """Go on."""
    return False


@dataclass(frozen=True)
class Pace:
    """What the loop of a fine-tuning takes; every field may be set."""

    steps: int = 300  # at most
    batch: int = 32
    rate: float = 3e-4
    weight_decay: float = 0.01
    dropout: float = 0.0
    freeze: tuple[str, ...] = ()  # parameters whose name holds one of these stay as they are
    validate_every: int = 20
    patience: int = 5  # validations without progress before it stops
    seed: int = 1
    tracker: str = "tensorboard"  # wandb: Weights & Biases too

    def makes(self) -> dict[str, Any]:
        """What of it a version depends on: who watches is not of it."""
        return {name: value for name, value in asdict(self).items() if name != "tracker"}


@dataclass
class Progress:
    """Where a run is; ``curve`` has the held-out loss of each validation."""

    step: int = 0
    best: float = float("inf")
    since_best: int = 0
    best_step: int = 0
    curve: list[tuple[int, float]] = field(default_factory=list)

    def on_card(self) -> dict[str, float]:
        """What a version's card says of the run that it came from."""
        return {
            "steps": self.best_step,
            "loss_before": round(self.curve[0][1], 5),
            "loss": round(self.best, 5),
        }

    def heard(self, value: float) -> bool:
        """Write a held-out loss down; whether it is the best yet."""
        self.curve.append((self.step, value))
        if value < self.best - 1e-6:
            self.best, self.best_step, self.since_best = value, self.step, 0
            return True
        self.since_best += 1
        return False


def improve(
    network: nn.Module, pace: Pace, checkpoint: Path,
    step: Callable[[torch.optim.Optimizer, int], torch.Tensor],
    validate: Callable[[], float], part: str, told: Told = silent, stopped: Stopped = never,
) -> Progress | None:  # fmt: skip
    """Leave ``network`` as it was best; None where nothing better was found, and it is as it was.

    ``step(optimiser, number)`` takes the step of that number and returns its loss, ``validate()`` measures
    the held-out one; both are drawn in :func:`logs_of` the checkpoint's folder.
    ``checkpoint`` is where it goes on from, if it is there, and what it leaves. Raises ``Cancelled`` once
    ``stopped`` says so, with everything kept, and :class:`BadInput` where nothing is left to learn, or a part
    that is to be frozen is none of the network's.
    """
    names = [name for name, _ in network.named_parameters()]
    for frozen in pace.freeze:
        if not any(frozen in name for name in names):
            there = ", ".join(
                sorted({part for name in names for part in name.split(".") if part.isidentifier()})
            )
            raise BadInput("tune-freezes-nothing", name=frozen, names=there)
    for name, parameter in network.named_parameters():
        parameter.requires_grad = not any(frozen in name for frozen in pace.freeze)
    learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if not learnt:
        raise BadInput("tune-all-frozen", names=",".join(pace.freeze))
    optimiser = torch.optim.AdamW(learnt, lr=pace.rate, betas=(0.9, 0.98), weight_decay=pace.weight_decay)
    best, state = copy.deepcopy(network.state_dict()), Progress()
    if checkpoint.exists():
        held = torch.load(checkpoint, weights_only=True, map_location=learnt[0].device)
        network.load_state_dict(held["network"])
        optimiser.load_state_dict(held["optimiser"])
        best, state = held["best"], Progress(**held["state"])

    logs = logs_of(checkpoint.parent) / part
    board = tracking.Log(logs, state.step + 1) if ranks.rank() == 0 else None

    def keep() -> None:
        if ranks.rank() > 0:
            return
        _save(checkpoint, network=network.state_dict(), optimiser=optimiser.state_dict(), best=best,
              state=asdict(state))  # fmt: skip

    with board or nullcontext():
        while True:
            if state.step % pace.validate_every == 0 or state.step == pace.steps:
                if not state.curve or state.curve[-1][0] != state.step:
                    network.eval()
                    with torch.no_grad():
                        value = ranks.agree(validate())
                    if state.heard(value):
                        best = copy.deepcopy(network.state_dict())
                    if board is not None:
                        board.add(state.step, {"loss/val": value})
                        curve.draw(logs, {part: state.curve})
                        told(part, state.step, value)
                keep()
            if state.step >= pace.steps or state.since_best >= pace.patience:
                break
            if ranks.agree(float(stopped())):
                keep()
                raise Cancelled
            number = state.step * ranks.count() + ranks.rank()  # each process draws batches of its own
            torch.manual_seed(pace.seed * 1_000_003 + number)
            for group in optimiser.param_groups:
                group["lr"] = pace.rate * min(1.0, (state.step + 1) / 10) * (1 - state.step / pace.steps)
            network.train()
            loss = step(optimiser, number)
            state.step += 1
            if board is not None:
                board.add(state.step, {"loss/train": loss})
    network.load_state_dict(best)
    network.eval()
    return state if state.best_step else None


def logs_of(work: Path) -> Path:
    """Where the curves of what is trained in ``work`` are drawn: they outlast its checkpoints."""
    return work.with_suffix(LOGS)


def down(loss: torch.Tensor, network: nn.Module, optimiser: torch.optim.Optimizer) -> torch.Tensor:
    """One update down ``loss``, its gradient clipped; the loss."""
    loss.backward()  # type: ignore[no-untyped-call]
    ranks.share_gradients(network.parameters())
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return loss.detach()


def drawn(count: int, pace: Pace, number: int) -> list[int]:
    """Which of ``count`` rows are the batch of that number: each row once an epoch."""
    epoch, part = divmod(number, max(1, count // pace.batch))
    order = random.Random(f"{pace.seed} {epoch}").sample(range(count), count)
    return order[part * pace.batch : (part + 1) * pace.batch]


def put_part(file: Path, part: str, network: nn.Module) -> None:
    """``network`` into a version's weights, as the tensors ``part.*``, in whose place the old one's were."""
    tensors = load_file(file)
    for name, value in network.state_dict().items():
        tensors[f"{part}.{name}"] = value.detach().cpu().to(torch.float16).contiguous()
    save_file(tensors, file)


def renewed(before: Mapping[str, float], now: Mapping[str, float], most: float) -> dict[str, float]:
    """What is learnt ``now``, and of ``before`` what votes tell nothing of any more; within ``most``.

    Log-odds of being liked do not hang on how often a thing is drawn, and votes that were learnt from are
    in the next snapshot again: added up, the same votes would count with every training.
    """
    return {name: round(max(-most, min(most, value)), 4) for name, value in sorted({**before, **now}.items())}


def _save(path: Path, **held: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".tmp")
    torch.save(held, beside)
    beside.replace(path)


def tuned(
    model: Model, parent: Path, snapshot: Snapshot, out: Path, pace: Pace, method: str,
    learn: Callable[[Version, Path, Path], dict[str, Any]],
) -> Version | None:  # fmt: skip
    """The version that ``learn`` makes of the one in ``parent``, written under ``out`` with its card.

    ``learn(parent, new, work)`` changes files in ``new``, a copy of the parent's, keeps its checkpoints
    in ``work`` and returns what the card says of it; nothing, where nothing better was found: then None.
    The same call goes on from the last checkpoint, or finds what it had written; what is damaged of that is
    made anew. Its curves stay beside it (:data:`LOGS`). Raises ``WeightsError`` for a damaged parent, and
    what :func:`models.tracking.start` does.
    """
    before = open_version(parent, model=model)
    name = name_of(before, snapshot, pace)
    folder, work = out / name, out / f"{name}.work"
    mine = ranks.rank() == 0
    if ranks.agree(float(mine and _whole(folder, model))):
        return open_version(folder, model=model)
    if mine:
        tracking.start(pace.tracker, model, logs_of(work), pace.makes())
    beside = out / (f"{name}.part" if mine else f"{name}.part{ranks.rank()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for file in before.card["files"]:
        shutil.copyfile(before.file(file), beside / file)
    try:
        trained = learn(before, beside, work)
    finally:
        if mine:
            tracking.stop(pace.tracker)
    if not trained:
        shutil.rmtree(beside)
        return None
    card = {key: value for key, value in before.card.items() if key not in ("files", GATE)}
    card |= {
        "version": name,
        "parent": {"version": before.name, "card": card_hash(before)},
        "data": [
            *before.card["data"],
            {"snapshot": snapshot.sha256, "licence": "votes of this studio's people"},
        ],
        "command": f"atelier retrain {model}",
        "trained": {"method": method, **trained, "tuning": pace.makes()},
        "figures": [],
        "notes": f"{before.name}, fine-tuned on what people here liked.",
    }
    if mine:
        write_card(beside, card)
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        beside.replace(folder)
        shutil.rmtree(work, ignore_errors=True)
    else:
        shutil.rmtree(beside)
    ranks.agree(0.0)  # it is there by now
    return open_version(folder, model=model)


def _whole(folder: Path, model: Model) -> bool:
    """Whether a version lies there as it was written: whoever pulled the plug may have left less."""
    try:
        open_version(folder, model=model)
    except WeightsError as fault:
        if folder.exists():
            log.warning("%s: made anew: %s", model, fault)
        return False
    return True


def sentenced(made: Version, judge: Callable[[], Gate]) -> Version:
    """``made`` with the gate's verdict on its card; one that has a verdict keeps it."""

    def told() -> Version:
        now = open_version(made.folder, model=made.model)
        if GATE in now.card:
            return now
        verdict = judge()
        card = {name: value for name, value in now.card.items() if name != "files"}
        return write_card(now.folder, card | {GATE: verdict.as_dict()})

    return ranks.in_turn(told)


def name_of(parent: Version, snapshot: Snapshot, pace: Pace) -> str:
    """``v1+3f2a91cc``: the shipped version that it goes back to, and a hash of all that makes it.

    That is the parent, the votes, the settings, this code and how many processes train.
    """
    made_of = json.dumps([card_hash(parent), snapshot.sha256, pace.makes(), __version__, ranks.count()])
    return f"{parent.name.partition('+')[0]}+{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"
