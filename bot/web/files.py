"""A work's artefacts: by the work's id and the file's name, with ETag and byte ranges.

Works are not secret, and not listed either: whoever has the id (60 random bits) has the file,
so that an address can be shared. Only works that were asked on the page are served: what was
asked in a chat stays in its chat.
"""

from __future__ import annotations

import asyncio
import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from atelier.errors import BadInput
from atelier.store import ArtefactRef, Work
from bot.studio import Studio

# Nothing that a browser would run. Everything else is a download without a type of its own.
SHOWN = {"image/png", "image/webp", "image/jpeg", "audio/ogg"}
SAVED = {"audio/midi", "text/vnd.abc", "text/plain"}
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
# A made work never changes. Not "immutable" for a year: a person may ask to have it erased.
CACHE = "private, max-age=86400"


async def find(studio: Studio, work_id: str) -> Work:
    """A work of the page. Raises :class:`BadInput` ``work-unknown``."""
    work = await studio.work(work_id)
    if work is None or work.person.platform != "web":
        raise BadInput("work-unknown")
    return work


async def serve(studio: Studio, request: Request) -> Response:
    """The artefact of the address, whole or the range that was asked."""
    work = await find(studio, request.path_params["work_id"])
    name = request.path_params["name"]
    ref = next((ref for ref in work.artefacts if ref.name == name), None)
    if ref is None:
        raise BadInput("work-unknown")
    tag = etag(ref)
    headers = {"ETag": tag, "Cache-Control": CACHE, "Accept-Ranges": "bytes", **_disposition(ref)}
    if _matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    data = await asyncio.to_thread(studio.shelf.read, ref)
    headers["Content-Type"] = _media_type(ref)
    asked = request.headers.get("range")
    if asked is None or request.headers.get("if-range", tag) != tag:
        return Response(data, headers=headers)
    span = byte_range(asked, len(data))
    if span is None:
        return Response(data, headers=headers)  # not one that we understand: RFC 9110 says to ignore it
    first, last = span
    if first > last:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], status_code=206, headers=headers)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range (RFC 9110, section 14.1.2); None: another form of range.

    A range that begins past the end comes back with first > last.
    """
    found = _RANGE.match(header.replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size - 1
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None  # no range at all, says the RFC
    return (first, min(last, size - 1)) if first < size else (size, size - 1)


def etag(ref: ArtefactRef) -> str:
    """A strong validator: the key names one work's file, which is written once."""
    return f'"{hashlib.sha256(f"{ref.key}|{ref.size}".encode()).hexdigest()[:24]}"'


def _matches(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))


def _media_type(ref: ArtefactRef) -> str:
    plain = ref.media_type.partition(";")[0].strip().lower()
    if plain in SHOWN:
        return plain
    if plain in SAVED:
        return f"{plain}; charset=utf-8" if plain.startswith("text/") else plain
    return "application/octet-stream"


def _disposition(ref: ArtefactRef) -> dict[str, str]:
    if _media_type(ref) in SHOWN:
        return {}
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", ref.name)
    return {"Content-Disposition": f'attachment; filename="{safe}"'}
