"""From a snapshot of votes and the version that serves to a new version folder with its card."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from atelier.learning.snapshot import Snapshot
from atelier.versions import CARD, Version, card_hash, open_version, write_card
from models.poet.generate import Poet
from models.poet.kto import Told, Tuning, lessons, tune_language
from models.poet.reward import learn
from models.poet.trial import judge
from models.poet.version import save_tongue

GATE = "gate"  # where a card has the verdict


def tune(
    parent: Path, snapshot: Snapshot, out: Path, tuning: Tuning | None = None, *, device: str = "cpu",
    told: Told = lambda *_: None,
) -> Version | None:  # fmt: skip
    """Fine-tune the version in ``parent`` on ``snapshot`` and write the result under ``out``.

    The same call goes on from its last checkpoint, or finds what it had written. None: no language has
    votes enough, or held-out people like none of it better. Raises ``WeightsError`` for a damaged parent.
    """
    tuning = tuning or Tuning()
    before = open_version(parent, model="poet")
    name = name_of(before, snapshot, tuning)
    folder, work = out / name, out / f"{name}.work"
    if (folder / CARD).exists():
        return open_version(folder, model="poet")
    poet = Poet.load(parent, device)
    trained: dict[str, Any] = {}
    beside = out / f"{name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for file in before.card["files"]:
        shutil.copyfile(before.file(file), beside / file)
    for lang, tongue in poet.tongues.items():
        votes = lessons(poet, snapshot, lang)
        found = tune_language(tongue.network, votes, tuning, work / f"{lang}.pt", lang, told)
        if found is None:
            continue
        network, state = found
        save_tongue(beside, replace(tongue, network=network))
        trained[lang] = {
            "votes": len(votes["train"]), "held_out_votes": len(votes["val"]), "steps": state.best_step,
            "loss_before": round(state.curve[0][1], 5), "loss": round(state.best, 5),
        }  # fmt: skip
    if not trained:
        shutil.rmtree(beside)
        return None
    card = {name: value for name, value in before.card.items() if name != "files"}
    card |= {
        "version": name,
        "parent": {"version": before.name, "card": card_hash(before)},
        "data": [
            *before.card["data"],
            {"snapshot": snapshot.sha256, "licence": "votes of this studio's people"},
        ],
        "command": "atelier retrain poet",
        "trained": {"method": "KTO", **trained, "tuning": asdict(tuning)},
        "figures": [],
        "notes": f"{before.name}, fine-tuned on what people here liked.",
    }
    write_card(beside, card)
    beside.replace(folder)
    shutil.rmtree(work, ignore_errors=True)
    return open_version(folder, model="poet")


def judged(made: Version, parent: Path, snapshot: Snapshot, *, device: str = "cpu") -> Version:
    """``made`` with the gate's verdict on its card: :mod:`models.gate`, against the version in ``parent``.

    One that has a verdict keeps it. What people like is told by heads that learn from ``snapshot``.
    """
    if GATE in made.card:
        return made
    current = Poet.load(parent, device)
    heads = {about.lang: head for head, about in learn(current, snapshot)}
    verdict = judge(Poet.load(made.folder, device), current, heads)
    card = {name: value for name, value in made.card.items() if name != "files"}
    return write_card(made.folder, card | {GATE: verdict.as_dict()})


def name_of(parent: Version, snapshot: Snapshot, tuning: Tuning) -> str:
    """``v1+3f2a91cc``: the shipped version that it goes back to, and a hash of all that makes it."""
    made_of = json.dumps([card_hash(parent), snapshot.sha256, asdict(tuning)])
    return f"{parent.name.partition('+')[0]}+{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"
