"""A training that nobody disturbs, and one whose own process is killed (-9) at one moment after another.

The model is so small that a training takes a second; the loop, the card, the gate's verdict, the registry
and the trial are the real ones. Each try is a process of its own, as the trainer's are, of the same row.
Prints both as JSON: the moments at which it was killed, how the last try ended, and the card's hash.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as loss_of

from atelier import registry
from atelier.learning.snapshot import Snapshot
from atelier.settings import Settings
from atelier.store import Store
from atelier.versions import Version, open_version, write_card
from models import learning
from models.gate import Gate
from models.tuning import Pace, Stopped, Told, down, drawn, improve, put_part, sentenced, tuned
from tests.ballots import enough
from workers import retrain

FILE = "poet.safetensors"
KILLED = 77  # no exit code of a try


class Moments:
    """Kills this process at the moment that it is told to, the ``number``-th time that it comes."""

    def __init__(self) -> None:
        self.name, self.left = "", 0

    def pass_by(self, name: str) -> None:
        """One is here."""
        if name == self.name:
            self.left -= 1
            if self.left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def before(self, owner: Any, attribute: str, name: str) -> None:
        """``name`` is the moment before a call of that."""
        plain: Callable[..., Any] = getattr(owner, attribute)

        def passing(*args: Any, **also: Any) -> Any:
            self.pass_by(name)
            return plain(*args, **also)

        setattr(owner, attribute, passing)


MOMENTS = Moments()
# In the order in which they come; a checkpoint is saved every five steps.
KILLS = (
    ("snapshot", 0), ("step", 3), ("step", 9), ("checkpoint", 1), ("half a checkpoint", 1), ("fsync", 0),
    ("candidate", 0), ("gate", 0), ("fsync", 0), ("adopt", 0), ("copy", 1), ("row", 0), ("trial", 0),
    ("trial", 1), ("end", 0),
)  # fmt: skip


@dataclass(frozen=True)
class Tuning(Pace):
    steps: int = 20
    batch: int = 8
    rate: float = 0.05
    validate_every: int = 5
    dropout: float = 0.3


class Net(nn.Module):
    """Says by the number of a poem, in bits, whether it is liked; even ones are."""

    def __init__(self, chance: float = 0.0) -> None:
        super().__init__()
        self.says, self.drop = nn.Linear(6, 1), nn.Dropout(chance)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return self.says(self.drop(seen))[:, 0]  # type: ignore[no-any-return]


def rows(snapshot: Snapshot, split: Any) -> tuple[torch.Tensor, torch.Tensor]:
    votes = snapshot.votes(split)
    seen = [[float(example.result["seed"] >> bit & 1) for bit in range(6)] for example, _ in votes]
    return torch.tensor(seen), torch.tensor([float(ballot.liked) for _, ballot in votes])


def tune(
    parent: Path, snapshot: Snapshot, out: Path, tuning: Tuning, *, device: str, told: Told, stopped: Stopped,
    **_: Any,
) -> Version | None:  # fmt: skip
    assert device == "cpu"

    def learn(before: Version, new: Path, work: Path) -> dict[str, Any]:
        network = Net(tuning.dropout)
        held = load_file(before.file(FILE))
        network.load_state_dict({name: held[f"net.{name}"].float() for name in network.state_dict()})
        (seen, liked), (unseen, theirs) = rows(snapshot, "train"), rows(snapshot, "val")

        def step(optimiser: torch.optim.Optimizer, number: int) -> torch.Tensor:
            MOMENTS.pass_by("step")
            at = drawn(len(seen), tuning, number)
            return down(loss_of(network(seen[at]), liked[at]), network, optimiser)

        def validate() -> float:
            return float(loss_of(network(unseen), theirs))

        state = improve(network, tuning, work / "net.pt", step, validate, "net", told, stopped)
        if state is None:
            return {}
        put_part(new / FILE, "net", network)
        return {"net": state.on_card()}

    return tuned("poet", parent, snapshot, out, tuning, "by bits", learn)


def judged(made: Version, _parent: Path, _snapshot: Snapshot, **_: Any) -> Version:
    MOMENTS.pass_by("candidate")

    def judge() -> Gate:
        MOMENTS.pass_by("gate")
        gate = Gate()
        gate.better("reward", [0.6] * 40, [0.5] * 40)
        return gate

    return sentenced(made, judge)


def first_version(home: Path) -> Path:
    torch.manual_seed(1)
    folder = home / "v1"
    folder.mkdir(parents=True)
    save_file({f"net.{name}": value.half() for name, value in Net().state_dict().items()}, folder / FILE)
    card = {"model": "poet", "version": "v1+seed", "data": [], "command": "", "parameters": 1, "figures": []}
    return write_card(folder, card).folder


def once(training_id: str, moment: tuple[str, int] | None) -> int:
    """One try in a process of its own; :data:`KILLED`, or its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            MOMENTS.name, MOMENTS.left = moment or ("", 0)
            code = 0 if retrain.retrain(training_id) == "done" else 2
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return KILLED
    return os.waitstatus_to_exitcode(status)


def half_saved(held: Any, path: Path) -> None:
    """What a disk has of a checkpoint when the process is killed in the middle of it."""
    plain_save(held, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:300])
    MOMENTS.pass_by("half a checkpoint")
    path.write_bytes(whole)


plain_save = torch.save


def trained(home: Path, wanted: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """In a studio of its own under ``home``."""
    os.environ["ATELIER_HOME"] = str(home)
    settings = Settings.load()
    store = Store.open(settings.database)
    first = registry.adopt(store, "poet", first_version(home / "first"), settings.versions)
    registry.promote(store, "poet", first.version)
    asked = store.ask_training("poet", person=None, platform="web", place={}, lang="en").id
    store.close()  # no child inherits a connection
    killed = [moment for moment in wanted if once(asked, moment) == KILLED]
    code = once(asked, None)
    store = Store.open(settings.database)
    training, trial, serves = store.training(asked), store.trial("poet"), store.current("poet")
    outcome = (training and training.outcome) or {}
    rows = {row.version: row for row in store.versions("poet")}
    row = rows.get(outcome.get("version", ""))
    store.close()
    return {
        "wanted": wanted, "killed": killed, "code": code, "outcome": outcome, "rows": sorted(rows),
        "card": row and row.sha256, "whole": row and open_version(Path(row.origin)).name,
        "trial": trial and trial.version, "serves": serves and serves.version,
        "left": sorted(path.name for path in settings.home.rglob("*.part")),
        "working": sorted(path.name for path in (settings.lessons / "trained").iterdir()),
    }  # fmt: skip


def main() -> int:
    torch.set_num_threads(1)
    home = Settings.load().home
    learning.import_module = lambda _: sys.modules[__name__]  # type: ignore[attr-defined]
    Store.heard = lambda *_: iter(enough())  # type: ignore[method-assign]
    retrain.sampled = lambda *_: None
    os.nice = lambda _: 0  # or a busy machine never comes to it
    torch.save = half_saved
    undisturbed = trained(home / "undisturbed", ())
    for owner, attribute, name in (
        (retrain, "take", "snapshot"), (torch, "save", "checkpoint"), (os, "fsync", "fsync"),
        (registry, "adopt", "adopt"), (Path, "chmod", "copy"), (Store, "register_version", "row"),
        (retrain, "on_trial", "trial"), (Store, "begin_trial", "trial"), (Store, "training_ended", "end"),
    ):  # fmt: skip
        MOMENTS.before(owner, attribute, name)
    sys.stdout.write(json.dumps([undisturbed, trained(home / "killed", KILLS)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
