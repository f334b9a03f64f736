"""From the checkpoints of both languages to a version folder with its card."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import torch

from atelier.languages import Lang
from atelier.versions import Version, open_version, write_card
from models.poet.evaluate import evaluate
from models.poet.generate import Poet
from models.poet.settings import Settings
from models.poet.version import LANGUAGES, load_tongue, save_tongue


def export(settings: Settings) -> Version:
    """Gather the languages' exports into ``out``, with a card: how they were made, what they do."""
    parameters = 0
    trained: dict[str, Any] = {}
    for lang in LANGUAGES:
        made = settings.work_folder / lang / "export"
        if not made.exists():
            continue
        tongue = load_tongue(made, lang)
        save_tongue(settings.out, tongue)
        parameters += sum(p.numel() for p in tongue.network.parameters())
        state = torch.load(settings.work_folder / lang / "last.pt", weights_only=True)["state"]
        trained[lang] = {
            "steps": state["step"], "tokens": state["tokens"], "minutes": round(state["seconds"] / 60, 1),
            "val_nats": round(state["best"], 4),
        }  # fmt: skip
    about = card(settings, parameters, trained)
    version = write_card(settings.out, about)
    if settings.evaluate:
        figures = evaluate(
            Poet.load(settings.out), settings.data, limit=settings.evaluate, train_data=settings.data
        )
        version = write_card(settings.out, {**about, "figures": figures.as_dict()["figures"]})
    return version


PARENT = ("version", "command", "trained", "parent")  # with its own parent, if it had one
UNTOLD = frozenset(  # of a run's settings: what is this machine's, or told elsewhere on the card
    (
        "data", "out", "work", "steps", "minutes", "start", "resume", "languages", "hardware",
        "evaluate", "tracker",
    )
)  # fmt: skip


def card(settings: Settings, parameters: int, trained: dict[str, Any]) -> dict[str, Any]:
    """The card without figures."""
    chosen = {
        name: value
        for name, value in asdict(settings).items()
        if name not in UNTOLD and value != getattr(Settings(settings.data, settings.out), name)
    }
    options = "".join(f" --set {name}={_option(value)}" for name, value in chosen.items())
    parent: dict[str, Any] = {}
    if settings.start is not None:
        options += " --set start=PARENT"  # what the card's ``parent`` tells how to make
        begun = open_version(settings.start, model="poet").card
        parent = {"parent": {name: begun[name] for name in PARENT if name in begun}}
    return {
        "model": "poet",
        "version": settings.name,
        "parameters": parameters,
        "data": [
            {"pack": "poems/en", "licence": "public domain; CMUdict BSD-2-Clause",
             "credit": "facjure/public-domain-poetry; tnhaider/english-gutenberg-poetry; "
                       "CMU Pronouncing Dictionary, Copyright (C) 1993-2015 Carnegie Mellon University"},
            {"pack": "poems/zh", "licence": "MIT",
             "credit": "chinese-poetry, Copyright (c) 2016 JackeyGao; "
                       "chinese_word_rhyme, Copyright (c) 2023 Charles 闵"},
        ],
        "command": command(settings, {lang: told["steps"] for lang, told in trained.items()}, options),
        "trained": {**trained, "hardware": settings.hardware},
        "figures": [],
        "notes": "Exact in form by construction, modest in sense. "
                 "The texts are old; so is the voice.",
        **parent,
    }  # fmt: skip


def command(settings: Settings, steps: dict[Lang, int], options: str = "") -> str:
    """What makes the version again, by steps: a clock tells no two machines the same.

    A run by the clock ended each language at a step of its own, so it takes a command for each of them.
    """
    begin = "atelier train poet --data DIR --out DIR --minutes 0"
    if not settings.minutes:
        chosen = "" if tuple(steps) == LANGUAGES else f" --set languages={','.join(steps)}"
        return f"{begin} --set steps={settings.steps}{chosen}{options}"
    return " && ".join(
        f"{begin} --set languages={lang} --set steps={count}{options}" for lang, count in steps.items()
    )


def _option(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
