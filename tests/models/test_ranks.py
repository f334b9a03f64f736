"""Training on several processes: two real ones, met by torchrun over gloo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from models import ranks

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import atexit, os, sys
from contextlib import suppress
from pathlib import Path
def left():  # after all that is done at the end
    names = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # one that ended just now
            names.add((task / "comm").read_text().strip())
    (out / f"left-{me}").write_text(" ".join(name for name in names if "gloo" in name))
atexit.register(left)
import torch
torch.set_num_threads(1)
from models import ranks
from models.painter.settings import Settings
from models.painter.stage import Budget, run_stage
from models.painter.train import train
ranks.join("cpu")
me, out = ranks.rank(), Path(sys.argv[1])
weight = torch.nn.Parameter(torch.zeros(3))
weight.grad = torch.full((3,), 1.0 + me)
ranks.share_gradients([weight, torch.nn.Parameter(torch.zeros(1))])
order = out / "order"
def make():
    if me == 0:
        order.write_text("made by the first")
    return order.read_text()
found = ranks.in_turn(make)
steps = []
def step(number, share):
    ranks.share_gradients([weight])
    steps.append(number)
    return {}
# The second process' own figure keeps falling: alone it would go on to the twelfth step.
journal = run_stage(
    "early", out, Budget(steps=12), {"part": torch.nn.Linear(1, 1)}, step,
    validate=lambda: 1.0 - me * len(steps), checks=12, patience=3,
)
early = f"{journal.step} {journal.done} {steps}"
(out / f"{me}").write_text(f"{ranks.count()} {weight.grad.tolist()} {ranks.agree(7.0 + me)} {found} {early}")
made = train(Settings(
    None, out / "v5", work=out / "work",
    stages="autoencoder,sharpen,judge,flow,reader,bank,gan,ranker,export",
    steps=2, batch=8, looked_at=2, coder="8,8,16", unet="16,16,16", val_pictures=4, scenes=16, judge_scenes=8,
))
(out / f"made-{me}").write_text(str(made and made.folder.name))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both wrote what they did, once: two processes are seconds old before they can do anything."""
    home = tmp_path_factory.mktemp("ranks")
    script = home / "script.py"
    script.write_text(SCRIPT, "utf-8")
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
        str(script), str(home),
    ]  # fmt: skip
    told = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=200,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    return home


def test_two_processes_share_gradients_and_agree(home: Path) -> None:
    for number in (0, 1):
        mine = [2 * step + number for step in range(4)]  # no batch twice
        told = f"2 [1.5, 1.5, 1.5] 7.0 made by the first 4 True {mine}"
        assert (home / f"{number}").read_text() == told
    logs = list((home / "tensorboard" / "early").iterdir())  # the first one writes
    assert sorted(file.name.partition(".")[0] for file in logs) == ["events", "loss"]


def test_two_processes_train_one_version(home: Path) -> None:
    assert (home / "made-0").read_text() == "v5"
    assert (home / "made-1").read_text() == "None"  # the first one writes
    state = torch.load(home / "work" / "flow.pt", weights_only=True)
    assert state["journal"]["step"] == 2


@pytest.mark.skipif(sys.platform != "linux", reason="threads are read in /proc")
def test_no_thread_of_the_group_outlives_it(home: Path) -> None:
    # One that gives a tensor back while the interpreter ends aborts the process (SIGABRT).
    assert [(home / f"left-{rank}").read_text() for rank in (0, 1)] == ["", ""]


def test_alone_nothing_is_shared() -> None:
    weight = torch.nn.Parameter(torch.zeros(2))
    weight.grad = torch.ones(2)
    ranks.share_gradients([weight])
    assert weight.grad.tolist() == [1, 1]
    assert (ranks.rank(), ranks.count(), ranks.agree(3.0)) == (0, 1, 3.0)
    assert ranks.in_turn(lambda: "x") == "x"
