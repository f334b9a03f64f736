"""The model versions that there are: the shipped ones written down first, trained ones taken in and kept.

A trained version is copied into the studio's own folder and put on the shelf, where workers on other
machines find it (:mod:`atelier.depot`), before it is written down: what was measured is what serves,
whatever happens to the folder it was trained in. Nothing points at a version
before it is whole: its folder appears by one rename, its row by one transaction, and which version
serves is changed by another. Killed in between, the studio goes on with what it had.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from atelier import depot
from atelier.artefacts import Shelf
from atelier.errors import BadInput, WeightsError
from atelier.store import Store, VersionRow
from atelier.versions import (
    CARD,
    GATE,
    MODELS,
    Model,
    Version,
    card_hash,
    folder_of,
    open_version,
    shipped_folder,
    taken_back,
)


def known(store: Store, model: Model | None = None) -> list[VersionRow]:
    """The versions of ``model``, or of all; newest first. Weights that are not installed are left out."""
    for name in MODELS if model is None else (model,):
        try:
            shipped = open_version(shipped_folder(name), model=name)
        except WeightsError:
            continue
        store.register_version(name, shipped.name, card_hash(shipped), "shipped", shipped.card)
    return store.versions(model)


def serving(store: Store, model: Model) -> str:
    """The origin of the version of ``model`` that serves, which is written down by now."""
    known(store, model)
    return store.serving(model) or "shipped"


def adopt(
    store: Store,
    model: Model,
    folder: Path,
    home: Path,
    status: Literal["candidate", "rejected"] | None = None,
    shelf: Shelf | None = None,
) -> VersionRow:
    """Copy the version in ``folder`` under ``home`` and write it down. Twice the same: nothing new.

    The same is also one that was trained once more and came out alike: what the gate measured then stays,
    and is on the card of the row that is returned.
    Without a ``status`` it is a candidate, unless a gate has refused it, which its card says.
    It goes on the ``shelf``, too; without one only this machine has it. Raises :class:`WeightsError`
    where it is not whole, :class:`BadInput` for another model's version, a name that another version has,
    or a home that cannot be written, and ``Unavailable("artefacts-down")``.
    """
    found = open_version(folder.resolve(), model=model)
    if found.model != model:
        raise BadInput("version-of-another", model=model, other=found.model)
    for row in known(store, model):
        if row.version == found.name:
            if row.sha256 != card_hash(found) and not _made_alike(row, found):
                raise BadInput("version-name-taken", model=model, version=found.name)
            return row
    kept = home / model / found.name
    try:
        _copy(found, kept)
    except OSError as fault:
        raise BadInput("bad-out", path=str(kept), why=fault.strerror or str(fault)) from None
    if shelf is not None:
        depot.put(shelf, open_version(kept, model=model))
    refused = not found.card.get(GATE, {}).get("passed", True)
    status = status or ("rejected" if refused else "candidate")
    return store.register_version(model, found.name, card_hash(found), str(kept), found.card, status)


def _made_alike(row: VersionRow, found: Version) -> bool:
    """Whether both are of the same files; a gate that looks again measures other seconds."""
    mine, other = ({k: v for k, v in card.items() if k != GATE} for card in (row.card, found.card))
    return mine == other


def _copy(found: Version, kept: Path) -> None:
    """Beside its place first; what a killed copy left there is replaced."""
    if found.folder == kept:
        return
    beside = kept.with_name(f"{kept.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for name in (CARD, *found.card["files"]):
        shutil.copyfile(found.file(name), beside / name)
        (beside / name).chmod(0o444)
    open_version(beside, model=found.model)
    if kept.exists():  # no row knows it: left by somebody who was killed before writing it down
        shutil.rmtree(kept)
    beside.replace(kept)


def promote(
    store: Store, model: Model, version: str, *, anyway: bool = False, shelf: Shelf | None = None
) -> VersionRow:
    """Let ``version`` serve, if it is still what was written down.

    One whose folder is not on this machine must be on the ``shelf``, where workers fetch it. Raises
    :class:`BadInput` for an unknown version, one that ships no more or one that is rejected (unless
    ``anyway``), :class:`WeightsError` for a damaged one or one that is nowhere, and
    ``Unavailable("artefacts-down")``; the version that serves stays then.
    """
    rows = {row.version: row for row in known(store, model)}
    if version in rows:
        if (row := rows[version]).status == "rejected" and not anyway:
            back = taken_back(row.status, row.card.get(GATE))
            key = "version-taken-back" if back else "version-rejected"
            raise BadInput(key, model=model, version=version)
        _check(rows[version], shelf)
    return store.promote(model, version)


def check(store: Store, model: Model, version: str, shelf: Shelf) -> None:
    """Look at a version, here or on the ``shelf``. Raises what :func:`promote` does."""
    for row in known(store, model):
        if row.version == version:
            _check(row, shelf)


def rollback(store: Store, model: Model, *, shelf: Shelf | None = None) -> VersionRow:
    """Let the version before serve again; while a candidate is on trial, only take that away.

    Raises what :func:`promote` does, or that there is none.
    """
    trial = any(trial.model == model for trial in store.running_trials())
    for row in known(store, model):
        if row.status == "previous" and not trial:
            _check(row, shelf)
    return store.rollback(model)


def _check(row: VersionRow, shelf: Shelf | None) -> None:
    folder = folder_of(row.model, row.origin)
    if not folder.exists() and shelf is not None:
        if not depot.holds(shelf, row):
            raise WeightsError("version-nowhere", model=row.model, version=row.version)
        return
    found = open_version(folder, model=row.model)
    if found.name != row.version:  # what shipped once: a newer release brought another
        raise BadInput("version-ships-no-more", model=row.model, version=row.version, other=found.name)
    if card_hash(found) != row.sha256:
        raise WeightsError("version-changed", model=row.model, version=row.version, path=str(folder))
