"""The painter's figures on held-out captions and fresh scenes, beside those of real pictures and baselines.

Measured in the evaluation encoder that ships with the version (:mod:`judge`); versions are chosen
on ``val``, and what is reported is ``test``. How each is computed: :mod:`marks`, :mod:`measures`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from atelier.figures import Figure, Figures
from atelier.languages import say, terminal_language
from models.painter import baselines
from models.painter.attributes import SCENE
from models.painter.costs import costs
from models.painter.data import load_pictures
from models.painter.exam import Exam, Sampler, load_exam
from models.painter.generate import Painter
from models.painter.judge import FILE, Jury
from models.painter.marks import Marks, examine, mark, real_work
from models.painter.measures import copies, crossed
from models.text.evaluate import figures as text_figures

Sense = Literal["at least", "at most"]
# Name, bar, sense; those without a bar are printed to read the others by.
TABLE: tuple[tuple[str, float | None, Sense], ...] = (
    ("frechet_ratio", 4.0, "at most"),
    ("frechet_vs_dcgan", 0.5, "at most"),
    ("frechet_vs_parent", 1.1, "at most"),
    ("r_precision", 0.6, "at least"),
    ("r_precision_unseen", None, "at least"),
    ("scene_attributes", 0.85, "at least"),
    *((f"scene_{name}", None, "at least") for name in SCENE),
    ("style_ratio", 0.85, "at least"),
    ("style_accuracy", None, "at least"),
    ("flower_ratio", 0.85, "at least"),
    ("flower_accuracy", None, "at least"),
    ("new_style_r_precision", 0.4, "at least"),
    ("diversity_ratio", 0.75, "at least"),
    ("near_copies", 0.02, "at most"),
    ("zh_drop", 0.1, "at most"),
)  # fmt: skip


def evaluate(
    painter: Painter,
    data: Path | None,
    *,
    limit: int | None = None,
    train_data: Path | None = None,
    folder: Path | None = None,
    split: str = "test",
) -> Figures:
    """Figures of ``painter``, and a note for each that is left out, with what it lacks.

    Without ``data`` only its costs and what the scenes alone can tell.

    ``limit`` asks that many captions of the packs and as many scenes (1,000); ``folder`` holds the
    evaluation encoder and the baselines' marks (by default the version's own); ``split`` is
    ``val`` to choose a version, without baselines. Raises :class:`BadInput` for a pack that cannot be read,
    :class:`WeightsError` for a damaged evaluation encoder.
    """
    place = folder or painter.folder
    # Baselines sat the exam of ``test``: their marks are none to hold another's against.
    recorded = baselines.load(place) if split == "test" else {}
    figures, rows = costs(painter), None
    with tempfile.TemporaryDirectory() as cache:
        if data is not None:
            rows = load_pictures(data, [split], Path(cache)).rows
        figures += text_figures(painter.text.network, rows)
        if (place / FILE).exists():
            known = {english.lower() for english, _ in painter.understanding.concepts["subject"]}
            exam = load_exam(data, known, Path(cache), split=split, limit=limit)
            train = None
            if train_data is not None:
                train = torch.from_numpy(np.asarray(load_pictures(train_data, ["train"], Path(cache)).pixels))
            figures += drawing(sampler(painter), painter, Jury.load(place), exam, recorded, train)
    lacks = {
        "painter-eval-no-upscaler": all(figure.name != "picture_512_ms" for figure in figures),
        "painter-eval-no-judge": not (place / FILE).exists(),
        "painter-eval-no-data": data is None,
        "painter-eval-no-train-data": data is not None and train_data is None,
        "painter-eval-no-dcgan": split == "test" and baselines.DCGAN not in recorded,
        "painter-eval-no-parent": split == "test" and baselines.PARENT not in recorded,
    }
    notes = tuple(say(key, terminal_language()) for key, lacking in lacks.items() if lacking)
    return Figures("painter", painter.version, tuple(figures), notes)


def sampler(painter: Painter) -> Sampler:
    """What the painter draws in one pass, as it serves."""

    def draw(captions: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        return painter.paint(captions, seeds)

    return draw


def drawing(
    draw: Sampler,
    painter: Painter,
    jury: Jury,
    exam: Exam,
    recorded: dict[str, Any],
    train: torch.Tensor | None,
) -> list[Figure]:
    """Every figure of what is drawn, each with the real pictures' and the baselines' own."""
    work, real = examine(draw, jury, exam), real_work(jury, exam)
    marks, ceilings = (mark(part, real, jury, painter.text, exam) for part in (work, real))
    for name in (baselines.DCGAN, baselines.PARENT):
        if "frechet" in recorded.get(name, {}).get("marks", {}):
            marks[f"frechet_vs_{name}"] = _against(recorded[name], work.features, real.features, exam)
    packs = [i for i in range(len(exam)) if not exam.scene(i)]
    if train is not None and packs:
        marks["near_copies"] = round(copies(work.pictures[packs], exam.real[packs], train), 4)
    if not packs:  # no data: only scenes were asked
        marks = {name: value for name, value in marks.items() if name.startswith("scene_")}
    asked = max(len(packs), len(exam) - len(packs))
    return [
        Figure(name, marks[name], "", bar, sense, ceilings.get(name), others(recorded, name, asked))
        for name, bar, sense in TABLE
        if name in marks
    ]


def _against(told: dict[str, Any], made: torch.Tensor, real: torch.Tensor, exam: Exam) -> float:
    """The painter's distance over a baseline's, both for the captions which the baseline was asked."""
    packs = [i for i in range(len(exam)) if not exam.scene(i)][: told["limit"]]
    scenes = [i for i in range(len(exam)) if exam.scene(i)][: told["limit"]]
    both = packs + scenes
    theirs = float(told["marks"]["frechet"])
    return round(crossed(made[both], real[both]) / max(1e-9, theirs), 4)


def others(recorded: dict[str, Any], name: str, asked: int) -> Marks:
    """The baselines' marks for a figure; distances only of those who were ``asked`` as much.

    A Fréchet distance grows as its samples shrink, and so does that of the real halves: the ratio
    of few pictures is no ratio of many.
    """
    return {
        who: told["marks"][name]
        for who, told in recorded.items()
        if name in told["marks"] and (told["limit"] == asked or not name.startswith("frechet"))
    }
