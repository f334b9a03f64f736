"""What Telegram makes of an upload: a photo of its pixels, a sound for the player, or a document."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.fakes.botapi_text import Refused

PHOTO_BYTES = 10 * 2**20
PLAYED = (".mp3", ".m4a")  # "Your audio must be in the .MP3 or .M4A format": nothing is promised of others


def described(kind: str, name: str, data: bytes, item: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The medium that it becomes, and what the API says of it. ``item`` is the ``InputMedia``.

    Raises :class:`Refused` for what is no photo.
    """
    if kind == "photo":
        width, height = _measure(data)
        return kind, {"width": width, "height": height}
    if kind != "audio" or not name.endswith(PLAYED):
        return "document", {"file_name": name}
    said = {part: item[part] for part in ("title", "performer") if part in item}
    duration = int(item.get("duration", 0))
    return kind, {"file_name": name, "duration": duration, "mime_type": "audio/mpeg", **said}


def _measure(data: bytes) -> tuple[int, int]:
    """Width and height of a photo. Raises :class:`Refused` for what Telegram takes as none."""
    if len(data) > PHOTO_BYTES:
        raise Refused("Bad Request: file is too big")
    try:
        width, height = Image.open(io.BytesIO(data)).size
    except UnidentifiedImageError:
        raise Refused("Bad Request: IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise Refused("Bad Request: PHOTO_INVALID_DIMENSIONS")
    return width, height
