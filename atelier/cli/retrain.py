"""``atelier retrain``: what a training from votes would learn from, and whether that can be learnt."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from atelier import registry
from atelier.errors import Unavailable
from atelier.languages import say, terminal_language
from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Snapshot, take
from atelier.settings import Settings
from atelier.store import Store
from atelier.versions import MODEL_OF, MODELS, Model, folder_of


@click.command("retrain")
@click.argument("model", type=click.Choice(MODELS))
@click.option("--dry-run", is_flag=True, help="only say what there is to learn from, and how well it can be")
@click.option("--votes", type=click.IntRange(min=1), default=Bounds.votes, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def retrain_command(model: Model, dry_run: bool, votes: int, as_json: bool) -> None:
    """Train MODEL from votes. Below a minimum of votes nothing is done, and it is said what is missing."""
    settings, lang = Settings.load(), terminal_language()
    store = Store.open(settings.database)
    kind = next(kind for kind, name in MODEL_OF.items() if name == model)
    snapshot = take(model, store.heard(kind), settings.lessons / "snapshots", Bounds(votes=votes))
    enough = not snapshot.missing
    told = {"snapshot": str(snapshot.folder), **snapshot.about, "enough": enough, "heads": []}
    if enough and model == "poet":
        told["heads"] = _heads(store, settings, snapshot)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(told)
        for name, number in snapshot.missing.items():
            click.echo(say(f"retrain-missing-{name}", lang, number=number))
    if enough and not dry_run:
        raise Unavailable("retrain-not-built")


def _heads(store: Store, settings: Settings, snapshot: Snapshot) -> list[dict[str, Any]]:
    """What a reward head on the serving poet's features makes of the votes, language by language."""
    try:
        from models.device import resolve
        from models.poet.generate import Poet
        from models.poet.reward import learn
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith("models."):
            raise
        raise Unavailable("room-missing", extra="worker") from None
    registry.known(store, "poet")
    origin = store.serving("poet") or "shipped"
    poet = Poet.load(folder_of("poet", origin), resolve(settings.device, settings.threads))
    return [asdict(judged) for _, judged in learn(poet, snapshot)]


def _print(told: dict[str, Any]) -> None:
    for name in ("snapshot", "votes", "liked", "disliked", "voters"):
        click.echo(f"{name}: {told[name]}")
    for rule, number in told["left_out"].items():
        click.echo(f"left out, {rule}: {number}")
    for size in told["in_step"]:
        click.echo(f"accounts that vote as one: {size}")
    for head in told["heads"]:
        click.echo(f"reward {head['lang']}: AUC {head['auc']:.3f} on {head['votes']} held-out votes")
