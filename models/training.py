"""Any model's training by name: for the command line, and for the trainer that takes it from a queue."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from atelier.errors import BadInput, Unavailable
from atelier.versions import SHIPPED, Version


def train(model: str, data: Path | None, out: Path, pairs: Sequence[str] = ()) -> Path:
    """Train ``model`` and return the folder that was written; the same call resumes what was stopped.

    Raises what :func:`settings_of` raises, and :class:`BadInput` for a pack that does not fit.
    """
    settings = settings_of(model, data, out, pairs)
    version: Version | None = _module(model).train(settings)
    return version.folder if version else out


def settings_of(model: str, data: Path | None, out: Path, pairs: Sequence[str] = ()) -> Any:
    """The ``Settings`` of ``model``'s training from ``NAME=VALUE`` pairs; a list is comma-separated.

    ``data`` may be None for a model that can make its own training pictures. Raises :class:`BadInput`
    for an unknown model, a folder that is not there or a wrong pair, and ``Unavailable("room-missing")``
    where what training needs is not installed.
    """
    if model not in SHIPPED:
        raise BadInput("bad-choice", option="model", value=model, choices=", ".join(SHIPPED))
    if data is not None and not data.is_dir():
        raise BadInput("bad-data", path=str(data), why="no such folder")
    kind = _module(model).Settings
    types = {name: hint for name, hint in get_type_hints(kind).items() if name in kind.__dataclass_fields__}
    if data is None and type(None) not in get_args(types["data"]):
        raise BadInput("bad-usage", why=f"`atelier train {model}` needs --data")
    return from_pairs(kind, pairs, data=data, out=out)


def from_pairs(kind: Any, pairs: Sequence[str], **given: Any) -> Any:
    """The settings dataclass ``kind`` of what is ``given`` and of ``NAME=VALUE`` pairs; :class:`BadInput`."""
    types = {name: hint for name, hint in get_type_hints(kind).items() if name in kind.__dataclass_fields__}
    names = sorted(set(types) - set(given))
    chosen = dict(given)
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in names:
            raise BadInput("bad-set", value=pair, names=", ".join(names))
        several = get_origin(types[name]) is tuple
        chosen[name] = [part for part in value.split(",") if part] if several else value
    try:
        return TypeAdapter(kind).validate_python(chosen)
    except ValidationError as fault:
        first = fault.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise BadInput("bad-usage", why=f"--set {name}: {first['msg']}") from None


def _module(model: str) -> Any:
    try:
        return import_module(f"models.{model}.train")
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith("models."):
            raise
        raise Unavailable("room-missing", extra="worker,train") from None
