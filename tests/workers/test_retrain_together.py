"""``torchrun -m atelier retrain``: two real processes learn as one, and one of them does everything else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from atelier.store import Store
from models import ranks

ROOT = Path(__file__).parent.parent.parent

TOGETHER = """
import json, sys, types
from pathlib import Path
home = Path(sys.argv[1])
from atelier.errors import Cancelled
from atelier.store import Store
from atelier.versions import open_version
from models import ranks
from tests.ballots import enough
from tests.workers.votes import version
from workers import retrain

def learnt(model, parent, snapshot, out, pairs, **also):
    me = ranks.rank()
    told = [model, str(parent), snapshot.sha256, len(snapshot.examples), list(pairs), ranks.count()]
    (home / f"learnt-{me}").write_text(json.dumps(told))
    if me == 0:
        also["told"]("en", 0, 0.5)
        version(out / "v1+new", True)
    ranks.agree(0.0)
    return open_version(out / "v1+new", model="poet")

Store.heard = lambda *_: iter(enough())
retrain.sampled = lambda *_: None
found = types.ModuleType("models.learning")
found.retrain, found.most_steps, found.passed = learnt, lambda *_: 4, lambda _: True
import models
sys.modules["models.learning"] = models.learning = found
from atelier.cli import main
try:
    main(["retrain", "poet", "--json", "--set", "steps=4"])
except SystemExit as ended:
    (home / f"ended-{ranks.rank()}").write_text(str(ended.code))

from models.strength import farthest
tried = []
try:  # only the first one is told to stop, as a chat's Stop tells it
    stopped = lambda: ranks.rank() == 0 and len(tried) == 2
    farthest(lambda share: share, lambda share: tried.append(share) or False, stopped)
    (home / f"stopped-{ranks.rank()}").write_text("no")
except Cancelled:
    (home / f"stopped-{ranks.rank()}").write_text(json.dumps(tried))
"""


def test_two_processes_learn_and_one_does_the_rest(tmp_path: Path) -> None:
    script = tmp_path / "together.py"
    script.write_text(TOGETHER, "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    told = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script),
         str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=200, cwd=tmp_path,
        env={**kept, "ATELIER_HOME": str(tmp_path), "ATELIER_DEVICE": "cpu", "PYTHONPATH": str(ROOT),
             "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    said = json.loads(told.stdout)  # one object: the second process says nothing
    assert (said["version"], said["status"]) == ("v1+new", "candidate")
    one, two = (json.loads((tmp_path / f"learnt-{rank}").read_text()) for rank in (0, 1))
    assert one == two
    assert one[2].startswith(said["snapshot"].rpartition("/")[2])
    assert one[3:] == [240, ["tracker=tensorboard", "steps=4"], 2]
    assert [(tmp_path / f"ended-{rank}").read_text() for rank in (0, 1)] == ["0", "0"]
    store = Store.open(f"sqlite:///{tmp_path / 'atelier.db'}")
    (training,) = store.latest_trainings("poet")  # one row, with what the first one told
    assert (training.state, training.outcome and training.outcome["version"]) == ("done", "v1+new")
    assert [row.version for row in store.versions("poet") if row.status == "candidate"] == ["v1+new"]
    assert not list((tmp_path / "learning" / "snapshots").glob("*/*/works.jsonl"))
    stopped = {json.dumps(json.loads((tmp_path / f"stopped-{rank}").read_text())) for rank in (0, 1)}
    assert stopped == {"[1.0, 0.7]"}


def test_each_process_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setattr(dist, "init_process_group", lambda *_, **__: None)
    monkeypatch.setattr("atexit.register", lambda _: None)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    for device in ("cpu", "cuda:0", "cuda"):
        ranks.join(device)
    assert chosen == [1]
