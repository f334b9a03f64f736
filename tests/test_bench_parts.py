"""Where the painter falls short: the distances and styles are those of what was drawn."""

from pathlib import Path

import numpy as np
import torch

from atelier.versions import shipped_folder
from bench import parts
from models.painter.exam import Exam
from models.painter.judge import FEATURES, Jury
from models.painter.packs import Row


def exam_of(styles: list[str]) -> Exam:
    rows = [
        Row(Path("pack"), f"{i}.png", (f"a thing, {style} style",), labels={"style": style})
        for i, style in enumerate(styles)
    ]
    pixels = np.zeros((len(rows), 3, 128, 128), np.uint8)
    return Exam(rows, pixels, [row.captions[0] for row in rows], [""] * len(rows), ())


def test_distances_are_over_those_of_real_halves() -> None:
    exam, draw = exam_of(["photo"] * 400), torch.Generator().manual_seed(1)
    real = torch.randn(400, FEATURES, generator=draw)
    features = {"real": real, "drawn": real + 1, "decoded": real.clone()}
    found = parts.distances(exam, features)
    assert set(found) == {"all", "pack"}
    assert found["all"]["pictures"] == 400
    assert found["all"]["decoded_ratio"] == 1
    moved = found["all"]["real_halves"] * (found["all"]["drawn_ratio"] - 1)
    assert abs(moved - FEATURES) < 2  # every feature by one


def test_a_style_is_told_by_what_is_seen_in_what_was_drawn_for_it() -> None:
    jury = Jury.load(shipped_folder("painter"))
    draw = torch.Generator().manual_seed(2)
    some = torch.randn(4000, FEATURES, generator=draw) * 3
    seen = jury.guess(some, "style")
    one, other = sorted({name for name in seen if seen.count(name) >= 40})[:2]
    where = {style: [i for i, name in enumerate(seen) if name == style][:40] for style in (one, other)}
    exam = exam_of([one] * 40 + [other] * 5)
    real = some[where[one] + where[other][:5]]
    drawn = some[where[one][:30] + where[other][:10] + where[other][:5]]
    found = parts.styles(exam, jury, {"real": real, "drawn": drawn})
    assert set(found) == {one}  # of the other there are too few
    assert found[one] == {"pictures": 40, "real": 1.0, "drawn": 0.75, "taken_for": {one: 30, other: 10}}
