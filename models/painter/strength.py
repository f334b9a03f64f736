"""How far a painter goes with its people (:mod:`models.strength`), by what it paints then.

A taste that is followed all the way makes two pictures of the same words more alike: whatever is liked, both
have more of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models import strength
from models.painter.generate import Painter
from models.painter.judge import FILE as JUDGE
from models.painter.judge import Jury
from models.painter.network import Generator
from models.painter.trial import Asked, as_asked, fitting, paint_all, prompts_for, variety
from models.tuning import Stopped, never

SCENES = range(-400, 0)  # before the gate's; with half as many, luck decided what is obeyed as before
SHARES = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25)
# What may be lost, of the version that serves. Pictures may grow alike by a hundredth less than the gate
# allows, on other prompts; what is obeyed may fall by as much, but there that has to be sure.
ALIKE, LOST = 0.04, 0.02


def bearable(
    painter: Painter, learnt: Generator, stopped: Stopped = never
) -> tuple[Generator, float] | None:  # fmt: skip
    """The way to ``learnt`` that can be gone from what ``painter`` paints with, and the share of it.

    None: not even the least. A version without a judge of its own cannot tell: all of the way is gone, and
    the gate refuses it. Raises ``Cancelled``.
    """
    if not (painter.folder / JUDGE).is_file():
        return learnt, 1.0
    jury, asked = Jury.load(painter.folder), prompts_for(SCENES)
    said = painter.text.encode([one.said for one in asked]).sentence.cpu()
    before = _manner(painter, jury, painter.generator, asked, said)

    def borne(part: Generator) -> bool:
        now = _manner(painter, jury, part, asked, said)
        return (
            now.variety >= (1 - ALIKE) * before.variety
            and now.asked >= (1 - LOST) * before.asked
            and now.fit >= (1 - LOST) * before.fit
        )

    return strength.farthest(
        lambda share: strength.between(painter.generator, learnt, share), borne, stopped, SHARES
    )


@dataclass(frozen=True, slots=True)
class _Manner:
    """What pictures are like to the version that serves (:mod:`models.painter.trial`)."""

    variety: float
    asked: float
    fit: float


def _manner(
    painter: Painter, jury: Jury, generator: Generator, asked: Sequence[Asked], said: Tensor
) -> _Manner:  # fmt: skip
    """What ``generator`` paints when ``asked``, whose sentences ``said`` [N, width] are."""
    changed = replace(painter, brush=replace(painter.brush, generator=generator.to(painter.device)))
    [painted] = paint_all([changed], asked)
    pixels = np.stack([drawn.pixels for drawn in painted.pictures])
    seen = jury.features(torch.from_numpy(pixels).permute(0, 3, 1, 2))
    scenes = [at for at, one in enumerate(asked) if one.row is not None]
    return _Manner(
        variety(seen, asked),
        float(np.mean(as_asked(jury, seen[scenes], [asked[at] for at in scenes]))),
        float(np.mean(fitting(jury, seen, said))),
    )
