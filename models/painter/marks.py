"""One examinee's marks: a painter, its parent, a baseline and the real pictures are marked alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from models.painter.attributes import FLOWER, SCENE
from models.painter.exam import Exam, Sampler, telling
from models.painter.judge import Jury
from models.painter.measures import accuracy, apart, crossed, mean_of, pairs_of, recalls
from models.text.encoder import TextEncoder

TOGETHER = 16  # pictures asked of a sampler at once
PAIRS = 150
CHINESE = 150  # rows of the packs (and all flowers), and scenes, that are asked in Chinese too
Marks = dict[str, float]


@dataclass(frozen=True, slots=True)
class Work:
    """What an examinee handed in: features ``[N, 160]`` for each caption, and the pictures.

    ``twice`` are two pictures of one prompt each, ``chinese`` the pictures of the same rows and
    seeds asked in Chinese (numbers of the rows first).
    """

    features: torch.Tensor
    pictures: torch.Tensor
    twice: tuple[torch.Tensor, torch.Tensor]
    chinese: tuple[list[int], torch.Tensor] | None = None


def examine(sampler: Sampler, jury: Jury, exam: Exam, *, whole: bool = True) -> Work:
    """Ask a sampler everything; seeds are the rows' numbers.

    Unless ``whole`` no prompt is asked twice, and none in Chinese.
    """
    pictures = draw(sampler, exam.captions, range(len(exam)))
    prompts = [telling(exam.rows[i]) for i, _ in pairs_of(exam.rows)[:PAIRS]] if whole else []
    twice = [
        jury.features(draw(sampler, prompts, range(first, first + len(prompts))))
        for first in (10**6, 2 * 10**6)
    ]
    asked = _bilingual(exam) if whole else []
    other = jury.features(draw(sampler, [exam.chinese[i] for i in asked], asked)) if asked else None
    return Work(
        jury.features(pictures), pictures, (twice[0], twice[1]), None if other is None else (asked, other)
    )


def real_work(jury: Jury, exam: Exam) -> Work:
    """What the real pictures would hand in: the ceiling."""
    features = jury.features(exam.real)
    pairs = pairs_of(exam.rows)[:PAIRS]
    one, two = (features[[pair[k] for pair in pairs]] for k in (0, 1))
    return Work(features, exam.real, (one, two))


def draw(sampler: Sampler, captions: Sequence[str], seeds: Sequence[int]) -> torch.Tensor:
    """uint8 ``[N, 3, 128, 128]``."""
    parts = [
        torch.from_numpy(sampler(captions[a : a + TOGETHER], seeds[a : a + TOGETHER]))
        for a in range(0, len(captions), TOGETHER)
    ]
    return torch.cat(parts).permute(0, 3, 1, 2) if parts else torch.empty(0, 3, 128, 128, dtype=torch.uint8)


def mark(work: Work, real: Work, jury: Jury, text: TextEncoder, exam: Exam) -> Marks:
    """Every figure of the drawing (see the evaluation's table); what too few rows allow is left out."""
    found: dict[str, float | None] = {}
    everything = range(len(exam))
    if len(exam) >= 8:
        far = crossed(work.features, real.features)
        found["frechet"] = far
        found["frechet_ratio"] = far / max(1e-9, crossed(real.features, real.features))
    groups = {
        "r_precision": [i for i in everything if not exam.unseen(i)],
        "r_precision_unseen": [i for i in everything if exam.unseen(i)],
        "new_style_r_precision": [i for i in everything if exam.restyled(i)],
    }
    sentences = text.encode(exam.captions).sentence
    for name, asked in groups.items():
        if asked:
            found[name] = recalls(jury, work.features, sentences, exam.rows, exam.captions, asked)
    for name, attributes in {"style": ["style"], "flower": FLOWER, "scene": SCENE}.items():
        asked = [i for i in everything if exam.scene(i) == (name == "scene")]
        each = accuracy(jury, work.features, exam.rows, exam.captions, attributes, asked)
        found |= {f"{name}_attributes" if name == "scene" else f"{name}_accuracy": mean_of(each)}
        if name == "scene":
            found |= {f"scene_{attribute}": share for attribute, share in each.items()}
        elif each:
            usual = accuracy(jury, real.features, exam.rows, exam.captions, attributes, asked)
            found[f"{name}_ratio"] = (mean_of(each) or 0.0) / max(1e-9, mean_of(usual) or 0.0)
    if len(work.twice[0]):
        found["diversity_ratio"] = apart(*work.twice) / max(1e-9, apart(*real.twice))
    if work.chinese:
        found["zh_drop"] = _drop(work, real, jury, text, exam)
    return {name: round(value, 4) for name, value in found.items() if value is not None}


def _drop(work: Work, real: Work, jury: Jury, text: TextEncoder, exam: Exam) -> float | None:
    """The largest loss, English to Chinese, of recall, style, flower and scene ratios on the same rows."""
    assert work.chinese is not None
    asked, features = work.chinese
    rows = [exam.rows[i] for i in asked]
    losses = []
    sides = [
        (captions, found, text.encode(captions).sentence)
        for captions, found in (
            ([exam.captions[i] for i in asked], work.features[asked]),
            ([exam.chinese[i] for i in asked], features),
        )
    ]
    usual = [
        recalls(jury, real.features[asked], said, rows, captions, range(len(asked)))
        for captions, _, said in sides
    ]
    drawn = [recalls(jury, found, said, rows, captions, range(len(asked))) for captions, found, said in sides]
    losses.append(drawn[0] / max(1e-9, usual[0]) - drawn[1] / max(1e-9, usual[1]))
    for attributes in (["style"], FLOWER, SCENE):
        held = [i for i, row in enumerate(rows) if bool(row.labels.get("scene")) == (attributes == SCENE)]
        ratios = []
        for captions, found, _ in sides:
            own = mean_of(accuracy(jury, found, rows, captions, attributes, held))
            best = mean_of(accuracy(jury, real.features[asked], rows, captions, attributes, held))
            if own is not None and best:
                ratios.append(own / best)
        if len(ratios) == 2:
            losses.append(ratios[0] - ratios[1])
    return max(losses, default=None)


def _bilingual(exam: Exam) -> list[int]:
    """Rows with a Chinese caption: some of the packs, all flowers, some scenes."""
    having = [i for i in range(len(exam)) if exam.chinese[i]]
    flowers = [i for i in having if exam.rows[i].labels.get("style") == "photo"]
    others = [i for i in having if not exam.scene(i) and i not in set(flowers)]
    return sorted(flowers + others[:CHINESE] + [i for i in having if exam.scene(i)][:CHINESE])
