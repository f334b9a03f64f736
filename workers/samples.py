"""Before and after: the same few requests to two versions of a model, side by side for who decides."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from atelier.requests import MelodyRequest, PaintRequest, PoemRequest, Request
from atelier.versions import MODEL_OF, Model
from atelier.works import Artefact, Made, PoemResult
from models.loading import load_model

# Frozen: a person who has seen a few of these knows what changed. No gate measures on them.
ASKED: dict[Model, tuple[Request, ...]] = {
    "poet": (
        PoemRequest(topic="a lamp in the window", form="quatrain", seed=41),
        PoemRequest(topic="geese going south", form="haiku", seed=42),
        PoemRequest(topic="雨后的小巷", form="七绝", seed=43),
        PoemRequest(topic="远山的灯", form="五绝", seed=44),
    ),
    "painter": tuple(
        PaintRequest(prompt=prompt, seed=seed)
        for seed, prompt in enumerate(
            ("a lighthouse at dusk", "a yellow tulip", "a cabin in the snow", "a smiling face"), 41
        )
    ),
    "composer": (
        MelodyRequest(description="a slow song for the evening", seed=41),
        MelodyRequest(description="a lively dance", seed=42),
    ),
}
SIDE, GAP = 320, 8  # pixels, of the sheet


@dataclass(frozen=True, slots=True)
class Pair:
    """What was asked, and what both made of it; the texts are empty where they are files."""

    asked: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """``pairs`` in order; ``files`` for the chat: a sheet of pictures or scores, tunes by number."""

    pairs: list[Pair]
    files: list[Artefact]


def beside(
    model: Model, before: Path, after: Path, device: str, soundfont: Path | None = None, harmony: bool = True
) -> Beside:
    """Ask both versions the same. Whoever gives up on a request leaves its side empty."""
    kind = next(kind for kind, name in MODEL_OF.items() if name == model)
    asked = ASKED[model]
    sides: list[list[Made | None]] = []
    for folder in (before, after):
        answers = load_model(kind, folder, device, soundfont=soundfont, harmony=harmony).generate(asked)
        sides.append([one if isinstance(one, Made) else None for one in answers])
    pairs = [
        Pair(request.words, _text(old), _text(new)) for request, old, new in zip(asked, *sides, strict=True)
    ]
    return Beside(pairs, _files(sides))


def write(made: Beside, folder: Path) -> Path:
    """All of it as files in ``folder``: the texts as ``before-after.txt``; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in made.files:
        (folder / file.name).write_bytes(file.data)
    told = "\n\n\n".join(
        f"{pair.asked}\n\n--- before\n{pair.before}\n\n--- after\n{pair.after}"
        for pair in made.pairs if pair.before or pair.after
    )  # fmt: skip
    if told:
        (folder / "before-after.txt").write_text(told + "\n", "utf-8")
    return folder


def _text(made: Made | None) -> str:
    if made is None or not isinstance(made.result, PoemResult):
        return ""
    return "\n".join(made.result.lines)


def _files(sides: Sequence[Sequence[Made | None]]) -> list[Artefact]:
    rows: list[list[bytes | None]] = []
    tunes: list[Artefact] = []
    for number, both in enumerate(zip(*sides, strict=True), 1):
        rows.append([_picture(made) for made in both])
        for name, made in zip(("before", "after"), both, strict=True):
            tunes += [
                Artefact(f"{name}-{number}.ogg", file.media_type, file.data)
                for file in (made.artefacts if made else ()) if file.name.endswith(".ogg")
            ]  # fmt: skip
    if not any(data for row in rows for data in row):
        return tunes
    return [Artefact("before-after.png", "image/png", sheet(rows)), *tunes]


def _picture(made: Made | None) -> bytes | None:
    files = made.artefacts if made else ()
    return next((file.data for file in files if file.media_type.startswith("image/")), None)


def sheet(rows: Sequence[Sequence[bytes | None]]) -> bytes:
    """Pictures in rows, each as high as its highest, as a PNG: before on the left, after on the right."""
    shown = [[_fitted(data) if data else None for data in row] for row in rows]
    heights = [max((picture.height for picture in row if picture), default=0) for row in shown]
    across = max(len(row) for row in shown)
    size = across * (SIDE + GAP) + GAP, sum(heights) + GAP * (len(rows) + 1)
    page, top = Image.new("RGB", size, "white"), GAP
    for row, height in zip(shown, heights, strict=True):
        for at, picture in enumerate(row):
            if picture:
                page.paste(picture, (GAP + at * (SIDE + GAP), top))
        top += height + GAP
    stream = io.BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def _fitted(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    return picture.resize((SIDE, max(1, round(picture.height * SIDE / picture.width))))
