"""The one place that knows which class makes which kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from atelier.errors import PersonError
from atelier.requests import Kind
from atelier.works import Made

if TYPE_CHECKING:
    from models.upscaler.generate import Upscaler


class Generator(Protocol):
    """What the painter, the poet and the composer have in common."""

    version: str

    def generate(
        self, requests: Sequence[Any], *, stopped: Callable[[], bool] = ...
    ) -> list[Made | PersonError]:
        """One answer a request, in order; ``stopped`` is polled and raises ``Cancelled``."""


def load_model(
    kind: Kind, folder: Path | None = None, device: str = "cpu", *, soundfont: Path | None = None,
    harmony: bool = True, candidates: int = 1, poem_model: str | None = None,
) -> Generator:  # fmt: skip
    """The model for ``kind`` from ``folder`` (None: what ships), warm. Raises ``WeightsError``.

    ``poem_model`` names a language model of transformers that writes the poems instead; without
    ``harmony`` melodies have no chords.
    """
    if kind == "paint":
        from models.painter.generate import Painter

        return Painter.load(folder, device, candidates)
    if kind == "poem":
        from models.poet.generate import Poet

        return Poet.load(folder, device, poem_model, candidates)
    from models.composer.generate import Composer

    return Composer.load(folder, device, soundfont=soundfont, harmony=harmony, candidates=candidates)


def at_once(kind: Kind, device: str) -> int:
    """How many requests of ``kind`` one call should take at most: whoever comes next waits for all of them.

    On a CPU a pass costs about as much a request as a request alone (pictures, melodies) or half
    (poems), so the bound keeps it to seconds; a GPU draws and writes many in the time of one.
    Melodies are drawn on the CPU everywhere.
    """
    if kind == "melody":
        return 4
    if device == "cpu":
        return 16 if kind == "paint" else 8
    return 64


def load_upscaler(folder: Path | None = None, device: str = "cpu") -> Upscaler:
    """What enlarges the painter's pictures, likewise. Raises ``WeightsError``."""
    from models.upscaler.generate import Upscaler

    return Upscaler.load(folder, device)
