"""Works made by hand: what a worker does, without a model, so that a front end can be tested alone."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import cache

import soundfile
from PIL import Image

from atelier.results import publish, publish_draft
from atelier.store import Work
from atelier.works import AnyResult, Artefact, MelodyResult, PictureResult, PoemResult
from bot.studio import Studio

Made = tuple[AnyResult, list[Artefact]]
COMMENT = "Made by hand"
COLOURS = ("navy", "crimson", "gold", "teal")


def png(colour: str = "navy", size: tuple[int, int] = (64, 64)) -> bytes:
    """A small real picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def picture(count: int = 1, understood: str = "sea, storm") -> tuple[AnyResult, list[Artefact]]:
    """``count`` pictures."""
    names = [f"picture-{number + 1}.png" for number in range(count)]
    files = [Artefact(name, "image/png", png(colour)) for name, colour in zip(names, COLOURS, strict=False)]
    result = PictureResult(
        seed=7, version="v1", file=names[0], files=names, width=64, height=64, understood=understood
    )
    return result, files


def poem(*lines: str, title: str = "") -> tuple[AnyResult, list[Artefact]]:
    """A poem of these lines."""
    said = list(lines) or ["old pond", "a frog leaps in", "water's sound"]
    result = PoemResult(
        seed=7, version="v1", form="free", lang="en", title=title, lines=said, stanzas=[len(said)]
    )
    return result, [Artefact("poem.txt", "text/plain; charset=utf-8", "\n".join(said).encode())]


@cache
def tone(seconds: float = 0.5, rate: int = 8000) -> bytes:
    """An OGG that a browser can play."""
    samples = [0.3 * math.sin(2 * math.pi * 440 * n / rate) for n in range(int(seconds * rate))]
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, 1, format="OGG", subtype="VORBIS") as file:
        file.comment = COMMENT
        file.write(samples)
    return out.getvalue()


def melody(score: bytes | None = None) -> tuple[AnyResult, list[Artefact]]:
    """A bar of four quarters with its score."""
    files = [
        Artefact("melody.ogg", "audio/ogg", tone()),
        Artefact("score.png", "image/png", score or png("white", (400, 120))),
        Artefact("melody.mid", "audio/midi", b"MThd" + bytes(20)),
    ]
    result = MelodyResult(
        seed=7, version="v1", title="Waltz", key="D", mode="minor", meter="3/4", tempo=90, bars=4,
        rhythm="waltz", notes=[[0, 4, 62], [4, 4, 65], [8, 4, 69], [12, 4, 62]],
        files={"ogg": "melody.ogg", "png": "score.png", "mid": "melody.mid"},
    )  # fmt: skip
    return result, files


def finish(studio: Studio, work: Work, made: tuple[AnyResult, Sequence[Artefact]]) -> None:
    """Put the work on the shelf and into its row, and tell its front end."""
    result, files = made
    studio.store.started(work.id, result.version)
    kept = [studio.shelf.keep(work.id, file) for file in files]
    assert studio.store.made(work.id, result, kept)
    publish(studio.road.redis, work.person.platform, work.id, "made")


def begin(studio: Studio, work: Work) -> None:
    """Say that the work is being made."""
    studio.store.started(work.id, "v1")
    publish(studio.road.redis, work.person.platform, work.id, "started")


def draft(studio: Studio, work: Work, *lines: str) -> None:
    """Say that the poem has these lines so far."""
    publish_draft(studio.road.redis, work.person.platform, work.id, lines)


def fail(studio: Studio, work: Work, key: str = "error-unexpected") -> None:
    """Say that there will be no work."""
    studio.store.failed(work.id, key, {})
    publish(studio.road.redis, work.person.platform, work.id, "failed")
