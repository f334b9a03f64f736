"""A real trainer process and real, tiny trainings: made, refused, killed, stopped, taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from rq.command import send_stop_job_command
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from atelier.cli import main
from atelier.languages import say
from atelier.queue import Road, queue_name
from atelier.settings import Settings
from atelier.store import Store
from atelier.versions import open_version
from tests.conftest import end_family, environment_of
from tests.models.composer_tunes import pack
from tests.nursery import Born, Nursery
from tests.nursery import start as start_process

ROOT = Path(__file__).parents[2]
DEMO = Path(__file__).parent / "demo_worker.py"
SOON_S = 90.0  # a bound against hanging, not a measure
TINY = (
    "vae_steps=2", "prior_steps=2", "batch=4", "prior_batch=4", "validate_every=2", "validate_windows=4",
    "threads=1",
)  # fmt: skip
LONG = ("vae_steps=1000000", *TINY[1:], "patience=1000000")

Start = Callable[..., "subprocess.Popen[bytes] | Born"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return pack(tmp_path / "pack", train=4, val=4, test=0)


@pytest.fixture
def trainer(settings: Settings, tmp_path: Path, torch_nursery: Nursery) -> Iterator[Start]:
    """Trainers that have torch before they fork a training; ``fresh``: one as people start it."""
    started: list[subprocess.Popen[bytes] | Born] = []

    def start(fresh: bool = False) -> subprocess.Popen[bytes] | Born:
        command, log = ["-m", "atelier", "worker", "--kinds", "train"], tmp_path / "trainer.log"
        warm = None if fresh else torch_nursery
        process = start_process(warm, command, environment_of(settings), tmp_path, log)
        started.append(process)
        return process

    yield start
    for process in started:
        end_family(process)


def eventually(what: str, met: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON_S
    while not met():
        assert time.monotonic() < deadline, f"not within {SOON_S} s: {what}"
        time.sleep(0.05)


def job_of(road: Road, job_id: str) -> Job:
    return Job.fetch(job_id, connection=road.redis, serializer=JSONSerializer)


def ended(road: Road, job_id: str) -> Job:
    ends = (JobStatus.FINISHED, JobStatus.FAILED, JobStatus.STOPPED)
    eventually("the training ends", lambda: job_of(road, job_id).get_status() in ends)
    return job_of(road, job_id)


def sentence(job: Job) -> str:
    result = job.latest_result()
    assert result is not None
    return str(result.exc_string)


def training_process(trainer: subprocess.Popen[bytes] | Born, out: Path) -> psutil.Process:
    """The process that trains, once it is at it."""
    eventually("it trains", lambda: (out.parent / f"{out.name}-work" / "val.log").exists())
    (child,) = psutil.Process(trainer.pid).children()
    return child


def test_a_training_is_queued_by_the_command_and_made_by_the_trainer(
    road: Road, settings: Settings, trainer: Start, data: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name, value in environment_of(settings).items():
        if name.startswith("ATELIER_"):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    options = [word for pair in TINY for word in ("--set", pair)]
    with pytest.raises(SystemExit) as exit_code:
        main([
            "train", "composer", "--data", data.name, "--out", "trained/v7", "--queue", "--freeze", "encoder",
            *options,
        ])  # fmt: skip
    assert exit_code.value.code == 0
    job_id = capsys.readouterr().out.strip()
    job = job_of(road, job_id)
    assert (job.func_name, job.origin, job.timeout) == ("workers.training.train", "atelier-train", -1)
    assert "freeze=encoder" in str(job.args)
    refused = road.send_training("composer", str(tmp_path / "nowhere"), str(tmp_path / "out"))
    process = trainer(fresh=True)
    done = ended(road, job_id)
    assert done.get_status() == JobStatus.FINISHED, sentence(done)
    assert done.return_value() == str(tmp_path / "trained" / "v7")
    assert open_version(tmp_path / "trained" / "v7").model == "composer"
    # One at a time, and the next one after it; a refusal is a sentence, without a trace.
    assert sentence(ended(road, refused)) == say(
        "bad-data", path=str(tmp_path / "nowhere"), why="no such folder"
    )
    assert job_of(road, refused).get_status() == JobStatus.FAILED
    assert process.poll() is None
    process.terminate()
    assert process.wait(20) == 0


def test_what_is_wrong_is_told(road: Road, trainer: Start, data: Path, tmp_path: Path) -> None:
    trainer()
    out = str(tmp_path / "v1")
    asked = {
        "there are:": road.send_training("composer", str(data), out, ["no_such=1"]),
        "painter, poet, composer, text": road.send_training("dancer", str(data), out),
    }
    for words, job_id in asked.items():
        told = sentence(ended(road, job_id))
        assert words in told
        assert "Traceback" not in told
    crashed = sentence(ended(road, road.send_training("composer", str(data), "/dev/null/v1", TINY)))
    assert crashed.startswith(say("training-crashed"))
    assert "NotADirectoryError" in crashed


def test_a_training_that_is_killed_has_failed(road: Road, trainer: Start, data: Path, tmp_path: Path) -> None:
    process = trainer()
    job_id = road.send_training("composer", str(data), str(tmp_path / "v1"), LONG)
    training_process(process, tmp_path / "v1").kill()
    job = ended(road, job_id)
    assert (job.get_status(), sentence(job)) == (JobStatus.FAILED, say("training-killed"))
    after = road.send_training("composer", str(data), str(tmp_path / "v2"), LONG)
    training_process(process, tmp_path / "v2")
    send_stop_job_command(road.redis, after, serializer=JSONSerializer)
    job = ended(road, after)
    assert (job.get_status(), sentence(job)) == (JobStatus.STOPPED, say("training-stopped"))


def test_a_trainer_that_stops_or_dies_leaves_its_training_to_the_next(
    road: Road, trainer: Start, data: Path, tmp_path: Path
) -> None:
    first = trainer()
    job_id = road.send_training("composer", str(data), str(tmp_path / "v1"), LONG)
    training = training_process(first, tmp_path / "v1")
    first.terminate()
    assert first.wait(20) == 0
    assert not training.is_running()
    assert job_of(road, job_id).get_status() == JobStatus.QUEUED

    def began() -> bool:
        return job_of(road, job_id).get_status() == JobStatus.STARTED

    second = trainer()
    eventually("it is taken up", began)
    (training,) = psutil.Process(second.pid).children()
    os.kill(second.pid, signal.SIGKILL)
    second.wait()
    eventually("the training ends with its trainer", lambda: not training.is_running())
    started = StartedJobRegistry(connection=road.redis, name=queue_name("train"), serializer=JSONSerializer)
    (execution,) = road.redis.zrange(started.key, 0, -1)
    road.redis.zadd(started.key, {execution: 1})  # its lease is over: no need to wait for that
    third = trainer()
    eventually("it is taken up again", lambda: psutil.Process(third.pid).children() and began())


def test_who_makes_works_takes_no_trainings(road: Road, store: Store, worker, tmp_path: Path) -> None:
    from tests.workers.test_worker import ends, send

    job_id = road.send_training("composer", str(tmp_path), str(tmp_path / "v1"), TINY)
    worker("poem", script=DEMO)
    assert ends(store, send(store, road, "one")) == "made"
    assert job_of(road, job_id).get_status() == JobStatus.QUEUED


@pytest.mark.parametrize("kinds", ["train,poem", "poem, train"])
def test_a_trainer_takes_nothing_else(kinds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_code:
        main(["worker", "--kinds", kinds])
    assert exit_code.value.code == 2
    assert "--kinds train" in capsys.readouterr().err


def test_without_redis_nothing_is_queued(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with pytest.raises(SystemExit) as exit_code:
        main(["train", "poet", "--data", "pack", "--out", "v1", "--queue"])
    assert exit_code.value.code == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{say('redis-down')}\n")


def test_the_trainer_itself_loads_no_torch() -> None:
    code = "import sys, workers.training; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False\n"  # it forks, which is not safe once torch has threads
