"""``atelier train|eval|bench``: train a model, measure it, measure the studio."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from atelier.cli.make import load
from atelier.errors import BadInput, Unavailable
from atelier.figures import Figures
from atelier.languages import say
from atelier.settings import Settings
from atelier.versions import MODEL_OF, MODELS, SHIPPED

MEASURED = (*MODELS, "upscaler")


@click.command("train")
@click.argument("model", type=click.Choice(SHIPPED))
@click.option("--data", type=Path, help="a data pack, or a folder of packs; the painter can do without")
@click.option("--out", type=Path, required=True, help="the version folder to write; checkpoints go beside it")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="a setting of the training")
@click.option("--freeze", metavar="NAMES", help="the same as --set freeze=: parts that stay as they are")
@click.option("--minutes", type=float, help="the same as --set minutes=")
@click.option("--queue", is_flag=True, help="let a trainer do it (its folders); prints the job's id")
def train_command(
    model: str, data: Path | None, out: Path, pairs: tuple[str, ...], freeze: str | None,
    minutes: float | None, queue: bool,
) -> None:  # fmt: skip
    """Train MODEL (text: the prompt encoder); the same command goes on from its last checkpoint."""
    if freeze is not None:
        pairs = (*pairs, f"freeze={freeze}")
    if minutes is not None:
        pairs = (*pairs, f"minutes={minutes}")
    if queue:
        from atelier.queue import Road

        road = Road.open(Settings.load())
        click.echo(
            road.send_training(model, str(data.absolute()) if data else "", str(out.absolute()), pairs)
        )
        return
    from models.training import train

    click.echo(str(train(model, data, out, pairs)))


@click.command("eval")
@click.argument("model", type=click.Choice(MEASURED))
@click.option("--data", type=Path, help="a pack, or a folder of packs; rows of its test split are used")
@click.option("--train-data", type=Path, help="the training works, for the figures about copying")
@click.option("--limit", type=click.IntRange(min=1), help="use only part of the rows")
@click.option("--split", type=click.Choice(["test", "val"]), default="test", help="val: to choose a version")
@click.option("--version-folder", type=Path, help="another version than the shipped one")
@click.option("--json", "as_json", is_flag=True)
def eval_command(
    model: str,
    data: Path | None,
    train_data: Path | None,
    limit: int | None,
    split: str,
    version_folder: Path | None,
    as_json: bool,
) -> None:
    """Measure MODEL: the figures of its card."""
    for folder in (data, train_data):
        if folder is not None and not folder.is_dir():
            raise BadInput("bad-data", path=str(folder), why="no such folder")
    loaded = load(
        next((kind for kind, name in MODEL_OF.items() if name == model), "upscaler"), version_folder
    )
    evaluate = _module(model, "evaluate").evaluate
    chosen = {}
    if split != "test":
        if "split" not in inspect.signature(evaluate).parameters:
            raise BadInput("eval-test-only", model=model)
        chosen["split"] = split
    figures = evaluate(loaded, data, limit=limit, train_data=train_data, **chosen)
    if chosen:
        figures = replace(figures, name=f"{figures.name}-{split}")  # beside the card's own
    _show(figures, as_json)


@click.command("bench")
@click.argument("name")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="a setting of the benchmark")
@click.option("--json", "as_json", is_flag=True)
def bench_command(name: str, pairs: tuple[str, ...], as_json: bool) -> None:
    """Run one benchmark of the studio and save its figures."""
    try:
        import bench
    except ModuleNotFoundError:
        raise BadInput("bench-missing", name=name, names="-") from None
    files = sorted(Path(bench.__path__[0]).glob("*.py"))  # their tools lie beside them and run nothing
    names = [file.stem for file in files if "\ndef run(" in file.read_text("utf-8")]
    if name not in names:
        raise BadInput("bench-missing", name=name, names=", ".join(names))
    run = import_module(f"bench.{name}").run
    _show(run(Settings.load(), **_chosen(run, pairs)), as_json)


def _chosen(run: Any, pairs: tuple[str, ...]) -> dict[str, int | str]:
    """What a benchmark takes beside the settings, of ``NAME=VALUE``: whole numbers, and a few names."""
    known = {name: one.default for name, one in list(inspect.signature(run).parameters.items())[1:]}
    chosen: dict[str, int | str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        named = isinstance(known.get(name), str)
        if name not in known or not (value if named else value.isdecimal()):
            choices = ", ".join(f"{n}={'NAME' if isinstance(one, str) else 1}" for n, one in known.items())
            raise BadInput("bad-choice", option="set", value=pair, choices=choices)
        chosen[name] = value if named else int(value)
    return chosen


def _show(figures: Figures, as_json: bool) -> None:
    """Save the figures where results are kept, and print them."""
    try:
        import bench
    except ModuleNotFoundError:
        click.echo(say("figures-not-saved"), err=True)
    else:
        figures.save(Path(bench.__path__[0]) / "results")
    if as_json:
        click.echo(json.dumps(figures.as_dict(), ensure_ascii=False))
    else:
        figures.print(Console())
    for note in figures.notes:
        click.echo(note, err=True)


def _module(model: str, name: str) -> Any:
    try:
        return import_module(f"models.{model}.{name}")
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith("models."):
            raise
        raise Unavailable("room-missing", extra="worker,train") from None
