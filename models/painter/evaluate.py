"""The painter's figures on held-out captions, each beside the same figure of the real pictures.

Measured in the evaluation encoder that ships with the version (:mod:`judge`); selection is on
``val`` in training, and what is reported here is ``test``.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from atelier.figures import Figure, Figures
from atelier.requests import PaintRequest
from models.painter.data import Pictures, load_pictures
from models.painter.generate import Painter
from models.painter.judge import FILE, Jury, frechet, precision, style_of
from models.text.evaluate import label_of, retrieval

_PROMPTS = ("a red tulip", "a happy yellow face", "a dark portrait", "一朵向日葵", "a blue whale icon")
_MEMORY = """
import resource, sys
from pathlib import Path
from atelier.requests import PaintRequest
from models.painter.generate import Painter
painter = Painter.load(Path(sys.argv[1]))
painter.generate([PaintRequest(prompt="a red tulip", seed=1, count=4)])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def evaluate(
    painter: Painter,
    data: Path | None,
    *,
    limit: int | None = None,
    train_data: Path | None = None,  # noqa: ARG001 - the copy check of a later version reads it
    folder: Path | None = None,
) -> Figures:
    """Figures of ``painter``; without ``data`` only what needs no pictures (time and memory).

    ``folder`` is the version's, by default the painter's own. Raises :class:`BadInput` for a pack
    that cannot be read.
    """
    figures = [*_costs(painter)]
    if data is not None:
        with tempfile.TemporaryDirectory() as cache:
            test = load_pictures(data, ["test"], Path(cache))
            figures += _language(painter, test)
            place = folder or painter.folder
            if (place / FILE).exists() and len(test) >= 8:
                figures += _drawing(painter, Jury.load(place), test, limit or 1000)
    return Figures("painter", painter.version, tuple(figures))


def _costs(painter: Painter) -> list[Figure]:
    took = []
    for seed in range(24):
        request = PaintRequest(prompt=_PROMPTS[seed % len(_PROMPTS)], seed=seed)
        begun = time.perf_counter()
        painter.generate([request])
        took.append((time.perf_counter() - begun) * 1000)
    p50 = sorted(took[4:])[len(took[4:]) // 2]  # the first ones warm up
    told = subprocess.run(  # noqa: S603 - this Python, this module
        [sys.executable, "-c", _MEMORY, str(painter.folder)], capture_output=True, text=True, check=True
    )
    peak = float(told.stdout)
    return [
        Figure("picture_ms", round(p50, 1), "ms", 120, "at most"),
        Figure("peak_mb", round(peak, 1), "MB", 900, "at most"),
    ]


def _language(painter: Painter, test: Pictures) -> list[Figure]:
    return [Figure("zh_retrieval", round(retrieval(painter.text.network, test.rows), 4), "", 0.9)]


def _drawing(painter: Painter, jury: Jury, test: Pictures, limit: int) -> list[Figure]:
    """Two halves of the test pictures: one gives the captions, the other is what is compared with."""
    order = list(range(len(test)))
    random.Random(0).shuffle(order)
    half = min(limit, len(order)) // 2
    asked, others = order[:half], order[half : 2 * half]
    rows = [test.rows[i] for i in asked]
    captions = [row.captions[min(1, len(row.captions) - 1)] for row in rows]
    drawn = _draw(painter, captions, list(range(half)))
    again = _draw(painter, captions[: half // 4], list(range(10**6, 10**6 + half // 4)))
    real, apart = (jury.features(torch.from_numpy(test.pixels[part])) for part in (asked, others))
    made = jury.features(drawn)
    sentences = painter.text.encode(captions).sentence
    labels = [label_of(row) for row in rows]
    floor = max(1e-9, frechet(real, apart))
    spread = _apart(made[: half // 4], jury.features(again))
    natural = _natural_spread(jury, test)
    style, ceiling = (_style(jury, found, [style_of(row) for row in rows]) for found in (made, real))
    return [
        Figure("frechet_ratio", round(frechet(made, apart) / floor, 3), "", 4, "at most", 1.0),
        Figure("r_precision", round(precision(jury, made, sentences, labels), 4), "", 0.6, "at least",
               round(precision(jury, real, sentences, labels), 4)),
        Figure("style_ratio", round(style / max(1e-9, ceiling), 4), "", 0.85, "at least", round(ceiling, 4)),
        Figure("diversity_ratio", round(spread / max(1e-9, natural), 4), "", 0.75),
    ]  # fmt: skip


def _draw(painter: Painter, captions: Sequence[str], seeds: Sequence[int]) -> torch.Tensor:
    """uint8 ``[N, 3, 128, 128]``."""
    step = painter.together
    parts = [
        torch.from_numpy(painter.paint(captions[a : a + step], seeds[a : a + step]))
        for a in range(0, len(captions), step)
    ]
    return torch.cat(parts).permute(0, 3, 1, 2)


def _style(jury: Jury, features: torch.Tensor, styles: Sequence[str]) -> float:
    """How often the judge sees the style asked for, of the rows whose style it knows."""
    guessed = jury.network.style(features).argmax(1).tolist()
    known = [(jury.styles[g], s) for g, s in zip(guessed, styles, strict=True) if s in jury.styles]
    right: int = sum(g == s for g, s in known)
    return right / max(1, len(known))


def _natural_spread(jury: Jury, test: Pictures) -> float:
    """Mean distance of two real pictures of one label."""
    by: dict[str, list[int]] = {}
    for i, row in enumerate(test.rows):
        by.setdefault(label_of(row), []).append(i)
    pairs = [(found[0], found[1]) for found in by.values() if len(found) > 1]
    if not pairs:
        return 0.0
    one, two = (jury.features(torch.from_numpy(test.pixels[[p[k] for p in pairs]])) for k in (0, 1))
    return _apart(one, two)


def _apart(one: torch.Tensor, two: torch.Tensor) -> float:
    """Mean distance of features, pair by pair."""
    return float(torch.linalg.vector_norm(one - two, dim=1).mean())
