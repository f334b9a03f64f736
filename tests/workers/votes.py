"""Trainings from votes for tests: what a model's own training is, and how one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atelier.store import PersonRef, Store, Training
from atelier.versions import Version, write_card
from models import learning

ADA = PersonRef("discord", "1")
Run = Callable[[Training], str]


def version(folder: Path, passed: bool, name: str = "v1+new") -> Version:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "poet.safetensors").write_text("weights")
    gate = {"passed": passed, "measured": {}, "reasons": []}
    return write_card(folder, {
        "model": "poet", "version": name, "data": [], "command": "", "parameters": 1, "figures": [],
        "parent": {"version": "v1"}, "gate": gate,
    })  # fmt: skip


def teach(monkeypatch: pytest.MonkeyPatch, how: Callable[..., Version | None]) -> None:
    """What a model's own training is, for now."""

    def learnt(model: str, parent: Path, snapshot: Any, out: Path, pairs: Any, **also: Any) -> Version | None:
        assert (model, also["device"]) == ("poet", "cpu")
        assert tuple(pairs) == ("tracker=tensorboard", "steps=40")
        return how(out, also)

    monkeypatch.setattr(learning, "retrain", learnt)


def asked(store: Store, dry: bool = False) -> Training:
    return store.ask_training(
        "poet", person=ADA, platform="discord", place={}, lang="en", settings=["steps=40"], dry=dry
    )
