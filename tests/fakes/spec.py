"""Checks what goes over the wire against an official OpenAPI 3.1 description, where it is present."""

from __future__ import annotations

import json
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).parents[2]
URN = "urn:description"


def specs_folder() -> Path | None:
    """The folder of official descriptions: ``ATELIER_SPECS``, or beside the checkout; None: not here."""
    named = os.environ.get("ATELIER_SPECS")
    folder = Path(named) if named else ROOT.parent / "shared" / "specs"
    return folder if folder.is_dir() else None


class OpenAPI:
    """One description. ``document`` is the parsed JSON; paths are without the server's prefix."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        resource = Resource(contents=document, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(URN, resource)
        self._validators: dict[str, Draft202012Validator] = {}

    @classmethod
    def discord(cls) -> OpenAPI | None:
        """Discord's description, or None where the folder is absent."""
        folder = specs_folder()
        file = folder / "discord" / "openapi.json" if folder else None
        if file is None or not file.is_file():
            return None
        document = json.loads(file.read_text("utf-8"))
        # Where upstream's preview disagrees with Discord's documentation, the documentation is followed:
        # snowflakes may be sent as integers; a deferred answer (type 5) comes back with its message too.
        schemas = document["components"]["schemas"]
        schemas["SnowflakeType"]["type"] = ["string", "integer"]
        schemas["CreateMessageInteractionCallbackResponse"]["properties"]["type"]["enum"] = [4, 5]
        return cls(document)

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], str]]:
        """Paths as patterns; those with fewer placeholders first, so that ``@me`` wins over an id."""
        ordered = sorted(self.document["paths"], key=lambda path: (path.count("{"), path))
        return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in ordered]

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        """The pointer to, and the body of, what the description says of this request."""
        for pattern, template in self._templates:
            found = self.document["paths"][template].get(method.lower())
            if found and pattern.fullmatch(path):
                return f"/paths/{_escape(template)}/{method.lower()}", found
        return None

    def request_faults(
        self, method: str, path: str, query: dict[str, str], body: Any, media_type: str | None
    ) -> list[str]:
        """What is wrong with a request; empty: nothing."""
        found = self.operation(method, path)
        if found is None:
            return [f"{method} {path}: no such operation"]
        pointer, operation = found
        described = operation.get("parameters", []) + self.document["paths"].get(path, {}).get(
            "parameters", []
        )
        known = {parameter["name"] for parameter in described if parameter.get("in") == "query"}
        faults = [f"{method} {path}: no query parameter {name!r}" for name in query if name not in known]
        content = operation.get("requestBody", {}).get("content", {})
        if body is None:
            if operation.get("requestBody", {}).get("required"):
                faults.append(f"{method} {path}: needs a body")
            return faults
        if media_type not in content:
            return [*faults, f"{method} {path}: takes no {media_type}, only {sorted(content)}"]
        # A multipart body carries the same JSON in payload_json; its files are checked by the server.
        schema = f"{pointer}/requestBody/content/{_escape('application/json')}/schema"
        return [*faults, *self._faults(schema, body, f"{method} {path}")]

    def response_faults(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer that a fake server gave."""
        found = self.operation(method, path)
        if found is None:
            return []
        pointer, operation = found
        answer = operation["responses"].get(str(status))
        if answer is None:
            return [f"{method} {path}: never answers {status}"] if status < 400 else []
        if "application/json" not in answer.get("content", {}):
            return []
        schema = f"{pointer}/responses/{status}/content/{_escape('application/json')}/schema"
        return self._faults(schema, body, f"{method} {path} → {status}")

    def _faults(self, pointer: str, value: Any, where: str) -> list[str]:
        validator = self._validators.get(pointer)
        if validator is None:
            reference = {"$ref": f"{URN}#{quote(pointer, safe='/~')}"}
            validator = Draft202012Validator(reference, registry=self._registry)
            self._validators[pointer] = validator
        worst = best_match(validator.iter_errors(value))
        if worst is None:
            return []
        return [f"{where}: {fault.json_path}: {fault.message[:200]}" for fault in _innermost(worst)]


def _innermost(fault: ValidationError) -> list[ValidationError]:
    """The fault itself, or those of the alternative that came nearest to holding."""
    if not fault.context:
        return [fault]
    alternatives: dict[Any, list[ValidationError]] = {}
    for inner in fault.context:
        alternatives.setdefault(inner.schema_path[0], []).append(inner)
    # An alternative whose very type is another one is not what was meant.
    nearest = min(alternatives.values(), key=lambda a: (any(e.validator == "enum" for e in a), len(a)))
    return [leaf for inner in nearest for leaf in _innermost(inner)]


def _escape(token: str) -> str:
    """One token of a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")
