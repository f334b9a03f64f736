"""A melody's cover in the chat's player: the beginning of its score, as a small JPEG."""

from __future__ import annotations

import io

from PIL import Image

SIDE = 320  # pixels at most, says the Bot API, and 200 kB


def cover(score: bytes) -> bytes | None:
    """The upper left square of a score (PNG). None where it cannot be read: the melody plays all the same."""
    try:
        with Image.open(io.BytesIO(score)) as picture:
            side = min(picture.size)
            corner = picture.convert("RGBA").crop((0, 0, side, side))
    except (OSError, ValueError):
        return None
    paper = Image.new("RGB", corner.size, "white")
    paper.paste(corner, mask=corner.getchannel("A"))
    out = io.BytesIO()
    paper.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "JPEG", quality=85)
    return out.getvalue()
