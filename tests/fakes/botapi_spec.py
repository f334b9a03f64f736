"""Checks calls, answers and updates against the Bot API's machine-readable description.

The description (github.com/PaulSonOfLars/telegram-bot-api-spec, ``api.json``) is looked for
under ``$ATELIER_SPECS/telegram``, then beside the repository in ``../shared/specs/telegram``.
Where there is none, nothing is checked and the fake server's own refusals remain.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
UPLOAD = object()  # stands for an uploaded file among a call's parameters


def find() -> Path | None:
    """The description's path, or None."""
    folder = os.environ.get("ATELIER_SPECS")
    root = Path(folder) if folder else REPOSITORY.parent / "shared" / "specs"
    path = root / "telegram" / "api.json"
    return path if path.is_file() else None


@cache
def load(path: Path) -> Spec:
    """The description at ``path``, read once."""
    return Spec(json.loads(path.read_text("utf-8")))


class Spec:
    """The description; every check returns a list of what is wrong (empty: nothing)."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._methods: dict[str, Any] = description["methods"]
        self._types: dict[str, Any] = description["types"]

    def call(self, method: str, parameters: dict[str, Any]) -> list[str]:
        """A call as it came over the wire: text values (JSON where structured), :data:`UPLOAD` for files."""
        found = self._methods.get(method)
        if found is None:
            return [f"{method}: no such method"]
        fields = {field["name"]: field for field in found.get("fields", [])}
        wrong = [f"{method}: no parameter {name}" for name in parameters if name not in fields]
        for name, field in fields.items():
            if name not in parameters:
                if field["required"]:
                    wrong.append(f"{method}: {name} is required")
                continue
            faults = [self._read(kind, parameters[name], f"{method}.{name}") for kind in field["types"]]
            wrong += min(faults, key=len)
        return wrong

    def answer(self, method: str, value: Any) -> list[str]:
        """What the server answers to ``method``."""
        faults = [self.value(kind, value, method) for kind in self._methods[method]["returns"]]
        return min(faults, key=len)

    def value(self, kind: str, value: Any, where: str) -> list[str]:
        """A parsed JSON value against a type of the description."""
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: no array"]
            inner = kind.removeprefix("Array of ")
            return [w for i, item in enumerate(value) for w in self.value(inner, item, f"{where}[{i}]")]
        if kind in ("Integer", "Float", "String", "Boolean", "True"):
            return [] if _scalar(kind, value) else [f"{where}: {value!r} is no {kind}"]
        if kind == "InputFile":
            return [f"{where}: a file cannot be inside JSON"]
        return self._object(kind, value, where)

    def _object(self, kind: str, value: Any, where: str) -> list[str]:
        described = self._types[kind]
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no {kind}"]
        if described.get("subtypes"):
            return min((self.value(sub, value, where) for sub in described["subtypes"]), key=len)
        fields = {field["name"]: field for field in described.get("fields", [])}
        wrong = [f"{where}: {kind} has no {name}" for name in value if name not in fields]
        for name, field in fields.items():
            if name not in value:
                if field["required"]:
                    wrong.append(f"{where}: {kind} lacks {name}")
                continue
            must = _constant(name, field)
            if must and value[name] != must:
                # Weighs more than any missing field, so that a union is read by its discriminator.
                wrong += [f"{where}.{name}: {value[name]!r} is not {must!r}"] * 20
            wrong += min((self.value(k, value[name], f"{where}.{name}") for k in field["types"]), key=len)
        return wrong

    def _read(self, kind: str, value: Any, where: str) -> list[str]:
        """A parameter from the wire, where everything is text or an upload."""
        if value is UPLOAD:
            return [] if kind == "InputFile" else [f"{where}: an upload is no {kind}"]
        if kind in ("String", "InputFile"):
            return [] if kind == "String" else [f"{where}: no upload"]
        try:
            parsed = json.loads(value)
        except ValueError:
            return [f"{where}: {value!r} is no {kind}"]
        return self.value(kind, parsed, where)


def _scalar(kind: str, value: Any) -> bool:
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind == "True":
        return value is True
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "Float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _constant(name: str, field: dict[str, Any]) -> str | None:
    """``always "emoji"`` and ``must be photo`` are only said in prose."""
    if name not in ("type", "source", "status"):
        return None
    for lead in ("always ", "must be "):
        _, found, rest = field["description"].partition(lead)
        if found and rest and not rest.lower().startswith("one of"):
            word = rest.split()[0].strip("“”\"'.,")
            return word if word.replace("_", "").isalpha() else None
    return None
