"""What ``atelier retrain`` prints at its end: the gate's table in words, the reasons, where samples lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atelier.cli import main
from atelier.learning.verdict import figure_named
from atelier.store import Store
from atelier.versions import Version, write_card
from atelier.works import Artefact
from tests.ballots import enough
from tests.workers.votes import teach, version
from workers import samples

MEASURED = {
    "topic_en": {"candidate": 0.5, "current": 0.61254},
    "seconds_zh": {"candidate": 0.2, "current": 0.2},
}
WORSE = {"key": "gate-worse", "params": {"figure": "topic_en", "ours": "0.5", "theirs": "0.6"}}


def rejected(out: Path, _also: Any) -> Version:
    made = version(out / "v1+new", passed=False)
    card = {name: value for name, value in made.card.items() if name != "files"}
    gate = {"passed": False, "measured": MEASURED, "reasons": [WORSE]}
    return write_card(made.folder, card | {"gate": gate})


def test_the_table_the_reasons_and_the_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(Store, "heard", lambda *_: enough())
    pairs = [samples.Pair("a lamp", "old light", "new light"), samples.Pair("a tune")]
    sheet = Artefact("before-after.png", "image/png", b"png")
    monkeypatch.setattr(samples, "beside", lambda *_: samples.Beside(pairs, [sheet]))
    teach(monkeypatch, rejected)
    with pytest.raises(SystemExit) as ended:
        main(["retrain", "poet", "--set", "steps=40"])
    out = capsys.readouterr().out
    assert ended.value.code == 0
    for name, pair in MEASURED.items():
        (line,) = (line for line in out.splitlines() if f"│ {figure_named(name, 'en')} " in line)
        shown = [cell.strip() for cell in line.split("│")[2:4]]
        assert shown == [f"{pair[side]:.4g}" for side in ("current", "candidate")]
    assert f"- It is not sure to be as good: {figure_named('topic_en', 'en')} 0.5 against 0.6." in out
    kept = tmp_path / "learning" / "trained" / "v1+new.samples"
    assert str(kept) in out
    assert (kept / "before-after.png").read_bytes() == b"png"
    told = (kept / "before-after.txt").read_text("utf-8")
    assert told == "a lamp\n\n--- before\nold light\n\n--- after\nnew light\n"
    with pytest.raises(SystemExit):
        main(["retrain", "poet", "--set", "steps=40", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (said["version"], said["gate"]["measured"]) == ("v1+new", MEASURED)
    assert "samples" not in said
