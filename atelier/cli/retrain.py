"""``atelier retrain``: what a training from votes would learn from, and the training itself."""

from __future__ import annotations

import _thread
import json
import os
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console
from rich.table import Column, Table

from atelier.artefacts import Shelf
from atelier.errors import Cancelled, Unavailable
from atelier.languages import Lang, say, terminal_language
from atelier.learning.holding import holding
from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Snapshot, shed, take
from atelier.learning.verdict import figure_named, reason_said
from atelier.settings import Settings
from atelier.store import Store, Training
from atelier.versions import MODEL_OF, MODELS, Model, taken_back

GRACE_S = 3.0  # a loop that polls keeps what it has learnt


@click.command("retrain")
@click.argument("model", type=click.Choice(MODELS))
@click.option("--dry-run", is_flag=True, help="only say what there is to learn from, and how well it can be")
@click.option("--votes", type=click.IntRange(min=1), default=Bounds.votes, show_default=True)
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="a setting of the training")
@click.option("--freeze", metavar="NAMES", help="the same as --set freeze=: parts that stay as they are")
@click.option("--json", "as_json", is_flag=True)
def retrain_command(
    model: Model, dry_run: bool, votes: int, pairs: tuple[str, ...], freeze: str | None, as_json: bool
) -> None:
    """Train MODEL from votes. Below a minimum of votes nothing is done, and it is said what is missing.

    What comes of it is a new version: a candidate, or rejected with the reasons where it is not surely
    better than the one that serves. A candidate goes on trial with a share of the requests
    (ATELIER_CANARY_SHARE), and serves everybody once it is promoted. The same command goes on where it was
    stopped, as long as no votes came. `torchrun --nproc-per-node N -m atelier retrain MODEL` trains on N
    processes of this machine, a GPU each if ATELIER_TRAIN_DEVICE is cuda.
    """
    settings, lang = Settings.load(), terminal_language()
    pairs = (*pairs, f"freeze={freeze}") if freeze else pairs
    if _together(settings, dry_run) > 0:
        return _beside(settings, dry_run, pairs)
    store = Store.open(settings.database)
    kind = next(kind for kind, name in MODEL_OF.items() if name == model)
    home = settings.lessons / "snapshots"
    snapshot = take(model, store.heard(kind), home, Bounds(votes=votes))
    try:
        _learn(store, settings, snapshot, lang, dry_run, pairs, as_json)
    finally:
        shed(home)  # over, however it ended: nobody's words stay behind


def _learn(
    store: Store, settings: Settings, snapshot: Snapshot, lang: Lang, dry_run: bool, pairs: tuple[str, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """Learn from a snapshot as far as is wanted, and say what came of it."""
    model, enough = cast("Model", snapshot.model), not snapshot.missing
    told = {
        "snapshot": str(snapshot.folder),
        **snapshot.about,
        "enough": enough,
        "heads": [],
        "version": None,
    }
    if not dry_run and _several():
        from models import ranks

        ranks.told(str(snapshot.folder) if enough else "")
    if enough and dry_run:
        told["heads"] = _heads(store, settings, model, snapshot)
    if enough and not dry_run:
        try:
            with holding(store, settings.lessons, model, lang, pairs) as training:
                made, samples = _trained(store, settings, training, snapshot)
        except Cancelled:  # from a chat
            raise Unavailable("training-stopped") from None
        told |= made
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(told)
        for name, number in snapshot.missing.items():
            click.echo(say(f"retrain-missing-{name}", lang, number=number))
        if enough and not dry_run:
            _verdict(told, samples, model, lang)


def _several() -> bool:
    """Whether ``torchrun`` started several of these."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def _together(settings: Settings, dry_run: bool) -> int:
    """Which of the processes this is, met with the others where they are to train; 0: the first, or all."""
    if not _several():
        return 0
    if dry_run:  # one looks
        return int(os.environ["RANK"])
    _, device = _room(settings)
    from models import ranks

    ranks.join(device)
    return ranks.rank()


def _beside(settings: Settings, dry_run: bool, pairs: tuple[str, ...]) -> None:
    """Learn with the first process, which does everything else: the lock, the records, the words."""
    if dry_run:
        return
    _, device = _room(settings)
    from models import ranks
    from workers import retrain

    if folder := ranks.told(""):
        try:
            retrain.beside(settings, Snapshot.open(Path(folder)), pairs, device)
        except Cancelled:  # the first one says so
            raise SystemExit(1) from None


def _verdict(told: dict[str, Any], samples: Path | None, model: Model, lang: Lang) -> None:
    """What came of a training: the gate's table, in words, all that speaks against it, where samples lie."""
    if told.get("gone"):
        click.echo(say("learn-gone", lang, works=told["gone"]))
    if not told["version"]:
        click.echo(say("retrain-nothing-better", lang))
        return
    key = "retrain-rejected" if told["status"] == "rejected" else "retrain-made"
    if taken_back(told["status"], told["gate"]):
        key = "retrain-again"
    click.echo(say(key, lang, model=model, version=told["version"]))
    if told.get("share"):
        click.echo(say("canary-begun", lang, version=told["version"], share=f"{100 * told['share']:.0f}"))
    gate = told["gate"] or {}
    for reason in gate.get("reasons", ()):
        click.echo(f"- {reason_said(reason, lang)}")
    if gate.get("measured"):
        _table(gate["measured"], lang)
    if samples is not None:
        click.echo(say("retrain-samples", lang, path=str(samples)))


def _table(measured: dict[str, dict[str, float]], lang: Lang) -> None:
    """The gate's figures, before and after."""
    before, after = (
        Column(say(f"learn-{side}", lang), justify="right", no_wrap=True) for side in ("before", "after")
    )
    table = Table(Column(say("retrain-figure", lang), overflow="fold"), before, after)
    for name, pair in measured.items():
        table.add_row(figure_named(name, lang), f"{pair['current']:.4g}", f"{pair['candidate']:.4g}")
    Console().print(table)


def _trained(
    store: Store, settings: Settings, training: Training, snapshot: Snapshot
) -> tuple[dict[str, Any], Path | None]:  # fmt: skip
    """Train, and write down what came of it: ``/admin training`` in a chat shows the same row meanwhile.

    Without a ``version``: nothing better came. The folder has both versions' answers to the same requests.
    """
    _, device = _room(settings)
    from workers import reporter, retrain, samples

    class Told(reporter.Reporter):
        """Tells this terminal, too."""

        def step(self, part: str, step: int, loss: float) -> None:
            super().step(part, step, loss)
            click.echo(f"{part} step {step}: held-out loss {loss:.4f}", err=True)

        def unwanted(self) -> None:
            """Not everything polls: what a chat stops ends as Ctrl-C would end it."""
            if not self.ended_within(GRACE_S):
                _thread.interrupt_main()

    with Told(store, training) as told:
        written = None
        try:
            told.votes(snapshot.about["votes"])
            shelf = Shelf.open(settings)
            outcome, folders = retrain.trained(store, settings, training, snapshot, told, shelf, device)
            if folders is not None:
                told.stage("samples")
                made = retrain.sampled(settings, cast("Model", snapshot.model), *folders, device)
                if made is not None:
                    place = settings.lessons / "trained" / f"{outcome['version']}.samples"
                    written = samples.write(made, place)
                outcome |= retrain.on_trial(store, settings, training, outcome["version"], told)
        except KeyboardInterrupt:
            if told.stopped():
                raise Cancelled from None
            raise
    store.training_ended(training.id, "done", outcome=outcome)
    kept = ("version", "status", "gate", "share", "gone")
    return {name: outcome[name] for name in kept if name in outcome}, written


def _heads(store: Store, settings: Settings, model: Model, snapshot: Snapshot) -> list[dict[str, Any]]:
    """What a reward head on the serving version's features makes of the votes, part by part."""
    learning, device = _room(settings)
    from workers import retrain

    shelf = Shelf.open(settings)
    parent = retrain.serving_folder(store, settings, model, shelf)
    snapshot = retrain.located(store, settings, snapshot, shelf)
    found: list[dict[str, Any]] = learning.dry_run(model, parent, snapshot, device)
    return found


def _room(settings: Settings) -> tuple[Any, str]:
    """What trains, and where; ``Unavailable("room-missing")`` where it is not installed."""
    try:
        from models import learning
        from workers.retrain import training_device
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith(("models.", "workers.")):
            raise
        raise Unavailable("room-missing", extra="worker") from None
    return learning, training_device(settings)


def _print(told: dict[str, Any]) -> None:
    for name in ("snapshot", "votes", "liked", "disliked", "voters"):
        click.echo(f"{name}: {told[name]}")
    for rule, number in told["left_out"].items():
        click.echo(f"left out, {rule}: {number}")
    for size in told["in_step"]:
        click.echo(f"accounts that vote as one: {size}")
    for head in told["heads"]:
        sure = "" if head["low"] > 0.5 else "; that may be luck, so a training would leave it as it is"
        known = f"AUC {head['auc']:.3f} (at least {head['low']:.3f} by everybody's)"
        click.echo(f"reward {head['part']}: {known} on {head['votes']} held-out votes{sure}")
