"""Trials are looked at by one front end at a time; an admin decides by hand from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atelier import canary, registry
from atelier.cli import main
from atelier.settings import Settings
from atelier.store import Store
from bot.learning import watch
from bot.studio import Studio
from tests.atelier.test_canary import please
from tests.atelier.test_registry import version


@pytest.fixture
def studio(make_settings: Callable[..., Settings], tmp_path: Path) -> Studio:
    made = Studio.open(make_settings(canary_share=0.5))
    registry.adopt(made.store, "poet", version(tmp_path / "new", "new"), made.settings.versions)
    return made


def test_one_of_several_front_ends_looks(studio: Studio) -> None:
    canary.begin(studio.store, studio.settings, "poet", "new")
    please(studio.store, ours=0.9, theirs=0.3, works=30)
    looks = canary.Watch(studio.store, studio.settings)
    assert watch.turn(studio, looks)
    assert studio.store.current("poet").version == "new"
    assert not watch.turn(studio, looks)  # somebody just did
    studio.road.redis.delete("atelier:trials")
    assert watch.turn(studio, looks)


def test_a_training_whose_process_is_gone_is_looked_after_too(studio: Studio) -> None:
    asked = studio.store.ask_training("poet", person=None, platform="web", place={}, lang="en")
    assert watch.turn(studio, canary.Watch(studio.store, studio.settings))
    assert studio.road.retrain_status(asked.id) == "on its way"


def test_the_command_line_puts_a_candidate_on_trial(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(studio.settings.home))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["models", *words])
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err

    code, _, err = run("try", "poet", "nosuch")
    assert (code, "no candidate" in err, err.count("\n")) == (2, True, 1)
    code, out, _ = run("try", "poet", "new", "--share", "0.25", "--json")
    assert (code, json.loads(out)) == (0, {"model": "poet", "version": "new", "share": 0.25})
    rows = json.loads(run("list", "--json")[1])["versions"]
    assert {row["version"]: row["trial"] for row in rows if row["trial"]} == {"new": 0.25}
    assert run("rollback", "poet")[0] == 0  # takes it away again
    store = Store.open(studio.settings.database)
    assert store.trial("poet").state == "rolled-back"
    assert {row.version: row.status for row in store.versions("poet")}["new"] == "rejected"
    monkeypatch.setenv("ATELIER_CANARY_SHARE", "0")
    assert run("try", "poet", "new")[0] == 2
