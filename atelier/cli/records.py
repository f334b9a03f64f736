"""``atelier models`` and ``atelier feedback``: what the studio's records say."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from atelier.errors import BadInput, Unavailable, WeightsError
from atelier.settings import Settings
from atelier.store import Store
from atelier.versions import MODELS, Model, open_version, shipped_folder, shipped_root

_MODEL = click.argument("model", type=click.Choice(MODELS))
_JSON = click.option("--json", "as_json", is_flag=True)


def _store() -> Store:
    return Store.open(Settings.load().database)


@click.group("models")
def models_command() -> None:
    """Model versions: list, show, promote, rollback, restore."""


def _known(model: Model | None = None) -> list[dict[str, Any]]:
    """The versions in the records, with the shipped ones registered first."""
    store = _store()
    for name in MODELS:
        try:
            shipped = open_version(shipped_folder(name), model=name)
        except WeightsError:
            continue
        digest = "+".join(sorted(shipped.card["files"].values()))[:64]
        store.register_version(name, shipped.name, digest, "shipped", shipped.card)
    return [
        {
            "model": row.model,
            "version": row.version,
            "status": row.status,
            "origin": row.origin,
            "created_at": row.created_at.isoformat(),
        }
        for row in store.versions(model)
    ]


@models_command.command("list")
@_JSON
def models_list(as_json: bool) -> None:
    """All versions and what they are (current, candidate, previous, ...)."""
    rows = _known()
    if as_json:
        click.echo(json.dumps({"versions": rows}, ensure_ascii=False))
        return
    table = Table("model", "version", "status", "origin", "since")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


@models_command.command("show")
@_MODEL
@click.argument("version", required=False)
def models_show(model: Model, version: str | None) -> None:
    """The card of a version (the shipped one, if none is named), as JSON."""
    folder = shipped_folder(model)
    if version is not None and version != folder.name:
        names = ", ".join(row["version"] for row in _known(model))
        raise BadInput("version-unknown", model=model, version=version, versions=names)
    click.echo(json.dumps(open_version(folder, model=model).card, ensure_ascii=False, indent=1))


@models_command.command("promote")
@_MODEL
@click.argument("version")
def models_promote(model: Model, version: str) -> None:
    """Make VERSION the current one; the current one becomes the previous one."""
    names = [row["version"] for row in _known(model)]
    if version not in names:
        raise BadInput("version-unknown", model=model, version=version, versions=", ".join(names))
    _store().promote(model, version)


@models_command.command("rollback")
@_MODEL
def models_rollback(model: Model) -> None:
    """Make the previous version current again."""
    _known(model)
    _store().rollback(model)


@models_command.command("restore")
@_MODEL
def models_restore(model: Model) -> None:
    """Bring the shipped weights back if they are missing or damaged."""
    try:
        open_version(shipped_folder(model), model=model)
    except WeightsError:
        _checkout(shipped_root() / model)
        open_version(shipped_folder(model), model=model)
    click.echo(str(BadInput("restored", model=model)))


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
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="a JSONL file; else stdout")
def feedback_export(out: Path | None) -> None:
    """The feedback log, one JSON object a line; people only as hashes."""
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
