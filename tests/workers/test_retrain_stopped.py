"""A training that somebody stops: soon, whatever it is doing, and what it made meets nobody."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from atelier import registry
from atelier.cli import main
from atelier.errors import Cancelled
from atelier.languages import say
from atelier.store import Store
from atelier.versions import Version
from tests.workers.votes import Run, asked, teach, version
from workers import reporter, samples


def test_it_stops_when_it_is_not_wanted_any_more(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = asked(store)

    def how(_out: Path, also: Any) -> None:
        assert not also["stopped"]()
        store.training_ended(training.id, "cancelled")
        for _ in range(10_000):
            if also["stopped"]():
                raise Cancelled
            reporter.time.sleep(0.002)
        pytest.fail("it was never told to stop")

    teach(monkeypatch, how)
    assert run(training) == "cancelled"
    assert store.training(training.id).state == "cancelled"


def test_what_is_not_wanted_any_more_at_the_gate_meets_nobody(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = asked(store)

    def how(out: Path, also: Any) -> Version:
        store.training_ended(training.id, "cancelled")
        for _ in range(10_000):
            if also["stopped"]():
                return version(out / "v1+new", passed=True)  # the gate polls nothing
            reporter.time.sleep(0.002)
        pytest.fail("it was never told to stop")

    teach(monkeypatch, how)
    assert run(training) == "cancelled"
    assert store.trial("poet") is None
    assert not [row for row in store.versions("poet") if row.version == "v1+new"]


@pytest.mark.parametrize("when", ["gate", "adopted", "samples"])
def test_what_was_stopped_a_moment_ago_meets_nobody(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Before the next sign of life could tell."""
    monkeypatch.setattr(reporter, "BEAT_S", 60)
    training, adopt = asked(store), registry.adopt

    def stop() -> None:
        store.training_ended(training.id, "cancelled")

    def how(out: Path, _: Any) -> Version:
        if when == "gate":
            stop()
        return version(out / "v1+new", passed=True)

    def adopted(*args: Any) -> Any:
        row = adopt(*args)
        if when == "adopted":
            stop()
        return row

    def beside(*_: Any) -> samples.Beside:
        if when == "samples":
            stop()
        return samples.Beside([], [])

    teach(monkeypatch, how)
    monkeypatch.setattr(registry, "adopt", adopted)
    monkeypatch.setattr(samples, "beside", beside)
    assert run(training) == "cancelled"
    assert store.trial("poet") is None
    known = [row for row in store.versions("poet") if row.version == "v1+new"]
    assert bool(known) is (when != "gate")


def test_a_gate_that_polls_nothing_is_stopped_on_the_command_line_too(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There no trainer stands by that could end the process."""
    assert run
    monkeypatch.setattr("atelier.cli.retrain.GRACE_S", 0.05)
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # a worker of another test has its own
    try:
        _stopped_at_the_gate(store, monkeypatch, capsys)
    finally:
        signal.signal(signal.SIGINT, usual)


def _stopped_at_the_gate(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    def how(_out: Path, also: Any) -> None:
        also["stage"]("gate")
        store.training_ended(store.open_training().id, "cancelled")
        for _ in range(10_000):
            reporter.time.sleep(0.002)
        pytest.fail("it was never told to stop")

    teach(monkeypatch, how)
    with pytest.raises(SystemExit) as ended:
        main(["retrain", "poet", "--set", "steps=40"])
    assert ended.value.code == 1
    assert capsys.readouterr().err.strip() == say("training-stopped", "en")
    assert store.latest_trainings()[0].state == "cancelled"
