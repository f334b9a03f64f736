"""What every artefact says of itself: who made it (a machine), from what, with which version."""

from __future__ import annotations

import json

from atelier.languages import Lang, say
from atelier.requests import Request


def statement(lang: Lang) -> str:
    """The line that every artefact carries, in the language of its prompt."""
    return say("provenance", lang)


def fields(model: str, version: str, request: Request, lang: Lang) -> dict[str, str]:
    """Names and values for a file's own metadata (PNG text, Vorbis comments, MIDI text, ABC ``%``)."""
    options = request.model_dump(exclude_none=True, exclude={request.prompt_field, "seed"})
    return {
        "Software": "Atelier",
        "Model": f"{model} {version}",
        "Prompt": request.words,
        "Options": json.dumps(options, ensure_ascii=False, sort_keys=True),
        "Seed": str(request.seed),
        "Comment": statement(lang),
    }
