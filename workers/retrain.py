"""A training from votes, from its row to its outcome: snapshot, learning, gate, registry, samples.

The row says what is wanted and who else wants nothing meanwhile; the trainer's job (:func:`retrain`) and
the command line do the same with it. Whoever trains gives signs of life and learns from them that it was
cancelled. Safe to run twice: every step finds what it made before.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from atelier import canary, depot, registry
from atelier.artefacts import Shelf
from atelier.errors import Cancelled, PersonError, WeightsError
from atelier.learning.leftovers import clear
from atelier.learning.mending import failed
from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Snapshot, shed, take
from atelier.settings import Settings
from atelier.store import Store, Training
from atelier.store.records import OPEN, Failure
from atelier.up.lock import Lock
from atelier.versions import MODEL_OF, REDRAWN, Model, open_version, taken_back
from workers.reporter import Reporter

if TYPE_CHECKING:
    from workers import samples

log = logging.getLogger("workers.training")

POLITE = 10  # the niceness of a training: works that people wait for come first


def retrain(training_id: str) -> str:
    """The job: do the training of that row; how it ended. What is over already is left alone."""
    os.nice(POLITE)
    settings = Settings.load()
    store = Store.open(settings.database)
    training = store.training(training_id)
    if training is None or training.state not in OPEN:
        log.info("training %s: nobody wants it any more", training_id)
        return "unknown" if training is None else training.state
    try:
        with Lock(settings.lessons, "retrain"), Reporter(store, training) as reporter:
            outcome = learn(store, settings, training, reporter, Shelf.open(settings))
    except Cancelled:
        store.training_ended(training_id, "cancelled")
        return "cancelled"
    except PersonError as fault:
        log.warning("training %s: %s", training_id, fault)
        failed(store, training, Failure(fault.key, dict(fault.params)))
        return "failed"
    finally:
        shed(settings.lessons / "snapshots")  # over, however it ended: nobody's words stay behind
    if store.training_ended(training_id, "done", outcome=outcome) and training.place.get("schedule"):
        _tell_admins(store, training, outcome)
    return "done"


def _tell_admins(store: Store, training: Training, outcome: dict[str, Any]) -> None:
    """Nobody asked for it, so nobody waits for it in a chat."""
    told = {name: str(outcome[name]) for name in ("version", "status") if outcome.get(name)}
    if told and taken_back(told["status"], outcome.get("gate")):
        told["status"] = "again"
    key = "learn-news-done" if told else "learn-news-nothing"
    store.add_news(f"training {training.id}", key, model=training.model, **told)


def learn(
    store: Store, settings: Settings, training: Training, reporter: Reporter, shelf: Shelf,
    bounds: Bounds | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Do it; its outcome as JSON. Raises ``Cancelled`` and :class:`PersonError`.

    ``missing`` says how many labels of which kind are missing: then nothing was done. Else ``heads`` (of a
    dry run), or what :func:`trained` says, and ``samples`` by both versions. Files for the chat lie on the
    ``shelf``.
    """
    model = cast("Model", training.model)
    kind = next(kind for kind, name in MODEL_OF.items() if name == model)
    reporter.stage("snapshot")
    # What came since it was asked for would make another training of it each time that it is taken up again.
    heard = (one for one in store.heard(kind) if one.at <= training.asked_at)
    snapshot = take(model, heard, settings.lessons / "snapshots", bounds)
    reporter.votes(snapshot.about["votes"])
    if snapshot.missing:
        return counted(snapshot)
    device = training_device(settings)
    if training.dry:
        from models import learning

        reporter.stage("heads")
        parent = serving_folder(store, settings, model, shelf)
        snapshot = located(store, settings, snapshot, shelf)
        return counted(snapshot) | gone(snapshot) | {
            "heads": learning.dry_run(model, parent, snapshot, device)
        }  # fmt: skip
    outcome, folders = trained(store, settings, training, snapshot, reporter, shelf, device)
    if folders is not None:
        reporter.stage("samples")
        outcome |= _on_shelf(training, shelf, sampled(settings, model, *folders, device))
        outcome |= on_trial(store, settings, training, outcome["version"], reporter)
    return outcome


def trained(
    store: Store, settings: Settings, training: Training, snapshot: Snapshot, reporter: Reporter,
    shelf: Shelf, device: str,
) -> tuple[dict[str, Any], tuple[Path, Path] | None]:  # fmt: skip
    """Train on a snapshot; the outcome, and the folders of the version that served and of the new one.

    The outcome has ``version`` with its ``status`` and ``gate``; no version (and no folders): held-out people
    like nothing of it better.
    """
    from models import learning, ranks

    model = cast("Model", training.model)
    parent = serving_folder(store, settings, model, shelf)
    snapshot = located(store, settings, snapshot, shelf)
    folders = {name: str(folder) for name, folder in snapshot.folders.items()}
    ranks.told(json.dumps({"parent": str(parent), "folders": folders}))
    outcome = counted(snapshot) | gone(snapshot)
    wanted = _wanted(settings, training.settings)
    reporter.expect(learning.most_steps(model, wanted))
    reporter.stage("learning")
    made = learning.retrain(
        model, parent, snapshot, settings.lessons / "trained", wanted, device=device,
        told=reporter.step, stopped=reporter.stopped, stage=reporter.stage,
    )  # fmt: skip
    clear(settings.lessons / "trained", settings.versions, but=(made.folder.name,) if made else ())
    if made is None:
        return outcome | {"version": None, "curves": reporter.curves}, None
    reporter.check()  # while the gate looked
    status: Literal["candidate", "rejected"] = "candidate" if learning.passed(made) else "rejected"
    row = registry.adopt(store, model, made.folder, settings.versions, status, shelf)
    outcome |= {
        "version": row.version, "status": row.status, "gate": row.card.get("gate"),
        "parent": made.card["parent"]["version"], "curves": reporter.curves,
    }  # fmt: skip
    return outcome, (parent, Path(row.origin))


def on_trial(
    store: Store, settings: Settings, training: Training, version: str, reporter: Reporter
) -> dict[str, float]:
    """Put a candidate that :func:`trained` made on trial; its ``share``, if it gets one.

    It is the last thing that is done, and only while the training is wanted: what somebody stopped meets
    nobody. Raises ``Cancelled``.
    """
    row = next(row for row in store.versions(training.model) if row.version == version)
    reporter.check()
    trial = canary.after_gate(store, settings, row)
    if trial is None and (last := store.trial(training.model)) is not None and last.version == version:
        trial = last if last.state == "running" else None  # begun before this process was killed
    return {} if trial is None else {"share": trial.share}


def beside(settings: Settings, snapshot: Snapshot, pairs: Sequence[str], device: str) -> None:
    """What the other processes of ``torchrun`` do while the first one does :func:`trained`: learn with it.

    They write nothing, take nothing in and tell nobody. Raises ``Cancelled`` where the first one was stopped.
    """
    from models import learning, ranks

    told = json.loads(ranks.told(""))
    folders = {name: Path(folder) for name, folder in told["folders"].items()}
    learning.retrain(
        cast("Model", snapshot.model), Path(told["parent"]), replace(snapshot, folders=folders),
        settings.lessons / "trained", _wanted(settings, pairs), device=device,
    )  # fmt: skip


def _wanted(settings: Settings, pairs: Sequence[str]) -> tuple[str, ...]:
    """The settings of a training: the studio's, then what was asked for."""
    return (f"tracker={settings.train_tracker}", *pairs)


def serving_folder(store: Store, settings: Settings, model: Model, shelf: Shelf) -> Path:
    """Where the version that serves lies on this machine; fetched, if another one trained it."""
    return depot.at_hand(store, shelf, settings.versions, model, registry.serving(store, model))


def located(store: Store, settings: Settings, snapshot: Snapshot, shelf: Shelf) -> Snapshot:
    """The snapshot with the folders of the versions that made its works; fetched, if they must be.

    What serves may be another one by now. Raises ``Unavailable`` where the shelf is down: without what it
    has, another version would come of the same votes.
    """
    model, folders = cast("Model", snapshot.model), dict[str, Path]()
    origins = {row.version: row.origin for row in store.versions(model)}
    for name in sorted({example.maker for example in snapshot.examples} & set(origins)):
        try:
            folder = depot.at_hand(store, shelf, settings.versions, model, origins[name])
            if open_version(folder, model=model).name == name:  # a newer release brought another
                folders[name] = folder
        except WeightsError as fault:
            log.warning("%s: %s cannot be asked any more: %s", model, name, fault)
    return replace(snapshot, folders=folders)


def gone(snapshot: Snapshot) -> dict[str, int]:
    """How many works of a located snapshot teach nothing since the version that made them is gone."""
    if snapshot.model not in REDRAWN:
        return {}
    number = sum(example.maker not in snapshot.folders for example in snapshot.examples)
    return {"gone": number} if number else {}


def counted(snapshot: Snapshot) -> dict[str, Any]:
    """What there is to learn from, for an outcome."""
    names = ("votes", "liked", "disliked", "voters", "left_out", "in_step", "missing")
    return {"snapshot": snapshot.sha256, **{name: snapshot.about[name] for name in names}}


def sampled(
    settings: Settings, model: Model, before: Path, after: Path, device: str
) -> samples.Beside | None:  # fmt: skip
    """Both versions' answers to the same requests; None, where one of them could give none."""
    from workers import samples

    try:
        return samples.beside(model, before, after, device, settings.soundfont, settings.harmony)
    except (PersonError, Cancelled):
        raise
    except Exception:
        log.exception("%s: no samples before and after", model)
        return None


def _on_shelf(training: Training, shelf: Shelf, made: samples.Beside | None) -> dict[str, Any]:
    if made is None:
        return {}
    files = shelf.keep_many([(training.id, file) for file in made.files])
    return {"samples": [asdict(pair) for pair in made.pairs], "files": [asdict(ref) for ref in files]}


def training_device(settings: Settings) -> str:
    """Where trainings run: not where works are made, unless the settings say so."""
    from models.device import resolve

    return resolve(settings.train_device, settings.threads)


def closed(store: Store, training_id: str, key: str) -> None:
    """Its process ended without a word: the row says so, with the sentence of ``key``."""
    training, why = store.training(training_id), Failure(key, {})
    if training is None:
        return
    if key == "training-stopped":
        over = store.training_ended(training_id, "cancelled", failure=why)
    else:
        over = failed(store, training, why)
    if over:
        log.warning("training %s: %s", training_id, key)
