"""A transcript as a Markdown page: who did what, what the bot showed, its files beside the page."""

from __future__ import annotations

import hashlib
import html
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from atelier.languages import LANGS, say

# What is asked in a busy minute: by somebody who asks for a lot, by two who see it grow, and by one who
# takes it back.
CROWD = ("the miller's three sons", "a ship in the ice", "the last of the harvest", "an old road at night")
GROWING = {"en": "the lighthouse keeper's daughter", "zh": "秋夜听雨"}
TAKEN_BACK = "a song without an end"
QUALITY = 90  # of WebP: the pictures are shown, not archived


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file under a message; ``alt`` is read aloud to those who cannot see it."""

    name: str
    data: bytes
    alt: str | None = None
    shown: bool = True  # as a picture or a player, not as a document


def drafted(text: str) -> bool:
    """Whether a message shows a poem that is being written."""
    return any(say("draft", lang) in text for lang in LANGS)


class Book:
    """One page, and the folder that its files go to."""

    def __init__(self, folder: Path, name: str, title: str, intro: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, name
        self._parts = [f"# {title}", intro]

    def chapter(self, title: str) -> None:
        """What comes next."""
        self._parts.append(f"## {title}")

    def did(self, person: str, text: str) -> None:
        """Somebody did something. ``text`` is Markdown."""
        self._parts.append(f"**{person}** {text}")

    def bot(
        self,
        markdown: str,
        *,
        files: Iterable[Attachment] = (),
        rows: Sequence[Sequence[str]] = (),
        note: str = "",
    ) -> None:
        """What the bot shows: text, files, rows of buttons; ``note`` says to whom, or when."""
        head = "**Atelier**" + (f" *({note})*" if note else "")
        blocks = [head]
        if markdown.strip():
            blocks.append("  \n".join(markdown.strip().split("\n")))
        pictures = [self._file(one) for one in files]
        if pictures:
            blocks.append(" ".join(pictures))
        if rows:
            blocks.append("  \n".join(" ".join(f"<kbd>{html.escape(b)}</kbd>" for b in row) for row in rows))
        lines = "\n\n".join(blocks).split("\n")
        self._parts.append("\n".join(f"> {line}".rstrip(" ") + "  " * line.endswith("  ") for line in lines))

    def save(self) -> Path:
        """Write the page."""
        page = self._folder / f"{self._name}.md"
        page.write_text("\n\n".join(self._parts) + "\n", "utf-8")
        return page

    def _file(self, one: Attachment) -> str:
        """The Markdown of a file, which is kept once however often it is shown."""
        suffix = Path(one.name).suffix.lstrip(".").lower()
        if suffix in ("png", "webp", "jpg") and one.shown:
            with Image.open(io.BytesIO(one.data)) as picture:
                width = picture.width
                out = io.BytesIO()
                picture.save(out, "WEBP", quality=QUALITY, method=6)
            alt = (one.alt or "").replace("[", "(").replace("]", ")").replace('"', "'")
            kept = self._keep(out.getvalue(), "webp")
            return f'<img src="{kept}" width="{min(width, 420)}" alt="{html.escape(alt)}">'
        if suffix == "ogg" and one.shown:
            return f"[▶ {one.alt or one.name}]({self._keep(one.data, 'ogg')})"
        return f"📄 `{one.name}` ({len(one.data):,} bytes)"

    def _keep(self, data: bytes, suffix: str) -> str:
        name = f"{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"
        (self._folder / name).write_bytes(data)
        return name
