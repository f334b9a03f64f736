"""``atelier models`` and ``atelier feedback``: what the studio's records say."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from atelier import canary, registry
from atelier.artefacts import Shelf
from atelier.errors import BadInput, Unavailable, WeightsError
from atelier.languages import say, terminal_language
from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Snapshot, take
from atelier.settings import Settings
from atelier.store import Store, VersionRow
from atelier.versions import (
    CARD,
    MODEL_OF,
    MODELS,
    SHIPPED,
    Model,
    folder_of,
    open_version,
    shipped_folder,
    shipped_root,
)

_MODEL = click.argument("model", type=click.Choice(MODELS))
_SHIPPED = click.argument("model", type=click.Choice(SHIPPED))
_JSON = click.option("--json", "as_json", is_flag=True)


def _store() -> Store:
    return Store.open(Settings.load().database)


@click.group("models")
def models_command() -> None:
    """Model versions: list, show, promote, try, rollback, restore."""


def _known(model: Model | None = None) -> list[dict[str, Any]]:
    """The versions in the records, with the shipped ones registered first."""
    store = _store()
    tried = {(trial.model, trial.version): trial.share for trial in store.running_trials()}
    return [
        {
            "model": row.model,
            "version": row.version,
            "status": row.status,
            "origin": row.origin,
            "created_at": row.created_at.isoformat(),
            "trial": tried.get((row.model, row.version), 0.0),
        }
        for row in registry.known(store, model)
    ]


@models_command.command("list")
@_JSON
def models_list(as_json: bool) -> None:
    """All versions and what they are (current, candidate, previous, ...)."""
    rows = _known()
    if as_json:
        click.echo(json.dumps({"versions": rows}, ensure_ascii=False))
        return
    table = Table("model", "version", "status", "origin", "since", "on trial with")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


@models_command.command("show")
@_MODEL
@click.argument("version", required=False)
@_JSON
def models_show(model: Model, version: str | None, as_json: bool) -> None:
    """The card of a version; of the one that serves, if none is named."""
    rows, store = _known(model), _store()
    chosen = next((row for row in rows if row["version"] == version), None)
    if version is not None and chosen is None:
        raise _unknown(model, version, rows)
    serving = store.current(model)
    origin = chosen["origin"] if chosen else serving.origin if serving else "shipped"
    folder = folder_of(model, origin)
    if folder.exists():
        card = open_version(folder, model=model).card
    else:  # another machine trained it
        card = next(row.card for row in store.versions(model) if row.origin == origin)
    click.echo(json.dumps(card, ensure_ascii=False, indent=None if as_json else 1))


@models_command.command("promote")
@_MODEL
@click.argument("version")
@click.option("--anyway", is_flag=True, help="also one that the gate rejected")
@_JSON
def models_promote(model: Model, version: str, anyway: bool, as_json: bool) -> None:
    """Make VERSION serve: a listed one, or a folder that was trained (it is copied). Workers follow."""
    rows = _known(model)
    store, settings = _store(), Settings.load()
    if version not in {row["version"] for row in rows}:
        folder = Path(version)
        if not (folder / CARD).is_file():
            raise _unknown(model, version, rows)
        shelf = Shelf.open(settings)
        version = registry.adopt(store, model, folder, settings.versions, shelf=shelf).version
    _told(registry.promote(store, model, version, anyway=anyway, shelf=Shelf.open(settings)), as_json)


@models_command.command("try")
@_MODEL
@click.argument("version")
@click.option("--share", type=click.FloatRange(0.01, 0.9), help="of the requests; else as the settings say")
@_JSON
def models_try(model: Model, version: str, share: float | None, as_json: bool) -> None:
    """Put a candidate on trial: a share of the requests is its own, and votes decide."""
    trial = canary.begin(_store(), Settings.load(), model, version, share)
    if trial is None:
        raise BadInput("canary-off")
    if as_json:
        click.echo(json.dumps({"model": model, "version": version, "share": trial.share}))
    else:
        percent = f"{100 * trial.share:.0f}"
        click.echo(say("canary-begun", terminal_language(), version=version, share=percent))


@models_command.command("rollback")
@_MODEL
@_JSON
def models_rollback(model: Model, as_json: bool) -> None:
    """Let the version before serve again."""
    _told(registry.rollback(_store(), model, shelf=Shelf.open(Settings.load())), as_json)


def _told(row: VersionRow, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"model": row.model, "version": row.version, "status": row.status}))
    else:
        click.echo(say("version-serves", terminal_language(), model=row.model, version=row.version))


def _unknown(model: Model, version: str, rows: list[dict[str, Any]]) -> BadInput:
    names = ", ".join(str(row["version"]) for row in rows)
    return BadInput("version-unknown", model=model, version=version, versions=names)


@models_command.command("restore")
@_SHIPPED
@_JSON
def models_restore(model: str, as_json: bool) -> None:
    """Bring the shipped weights back if they are missing or damaged."""
    restored = False
    try:
        open_version(shipped_folder(model), model=model)
    except WeightsError:
        _checkout(shipped_root() / model)
        open_version(shipped_folder(model), model=model)
        restored = True
    if as_json:
        click.echo(json.dumps({"model": model, "restored": restored}))
    else:
        click.echo(say("restored", terminal_language(), model=model))


def _checkout(folder: Path) -> None:
    """Restore tracked files from git; where there is no checkout, say what else to do."""
    command = ["git", "-C", str(folder.parent), "checkout", "--", folder.name]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (no shell, our own path)
    except (OSError, subprocess.CalledProcessError):
        raise Unavailable("restore-reinstall") from None


@click.group("feedback")
def feedback_command() -> None:
    """What people liked: export, stats."""


@feedback_command.command("stats")
@_JSON
def feedback_stats(as_json: bool) -> None:
    """How many works there are, and the votes that stand now."""
    stats = _store().stats()
    if as_json:
        click.echo(json.dumps(stats, ensure_ascii=False))
        return
    for name, value in stats.items():
        click.echo(f"{name}: {value}")


@feedback_command.command("export")
@click.option(
    "--out", type=click.Path(path_type=Path), help="a JSONL file (with --model: a folder); else stdout"
)
@click.option("--model", type=click.Choice(MODELS), help="instead of the log: what MODEL would learn from")
@click.option(
    "--votes", type=click.IntRange(min=1), default=Bounds.votes, help="with --model: at most so many"
)
@click.option("--json", "as_json", is_flag=True, help="one JSON object with all rows, instead of JSON lines")
def feedback_export(out: Path | None, model: Model | None, votes: int, as_json: bool) -> None:
    """The feedback log, one JSON object a line; people only as hashes.

    With --model, a snapshot as a training reads it: only the votes that count, in a folder named by its
    own hash, under the home if --out names no other.
    """
    if model is not None:
        snapshot = _snapshot(model, out, votes)
        told = {"folder": str(snapshot.folder), **snapshot.about}
        click.echo(json.dumps(told, ensure_ascii=False) if as_json else snapshot.folder)
        return
    if as_json and out is None:
        click.echo(json.dumps({"feedback": list(_store().feedback())}, ensure_ascii=False))
        return
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in _store().feedback())
    if out is None:
        for line in lines:
            click.echo(line, nl=False)
        return
    try:
        with out.open("w", encoding="utf-8") as stream:
            stream.writelines(lines)
    except OSError as fault:
        raise BadInput("bad-out", path=str(out), why=fault.strerror or str(fault)) from None
    if as_json:
        click.echo(json.dumps({"file": str(out)}))


def _snapshot(model: Model, out: Path | None, votes: int) -> Snapshot:
    kind = next(kind for kind, name in MODEL_OF.items() if name == model)
    home = out or Settings.load().lessons / "snapshots"
    return take(model, _store().heard(kind), home, Bounds(votes=votes))
