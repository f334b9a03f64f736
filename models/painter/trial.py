"""A painter before the gate: candidate and current version paint the same prompts, and are compared.

No data pack is needed. Half of what is asked are made scenes, whose every attribute is known and whose
rendered pictures say what is usual (:mod:`models.painter.scenes`); what is measured is measured in the
features of the evaluation encoder that the *current* version carries, copies are found by its filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from models.device import clock
from models.gate import Gate
from models.painter.attributes import SCENE, attribute_of, states
from models.painter.draw import Drawn
from models.painter.generate import Painter
from models.painter.judge import FILE as JUDGE
from models.painter.judge import Jury
from models.painter.latents import read
from models.painter.measures import Usual, apart
from models.painter.packs import Row
from models.painter.reward import draw, rows_of
from models.painter.scenes import imagine, render, row_of
from models.painter.sight import Taste
from models.painter.steer import noise_of

FIRST_SCENE = 60_000_000  # no training, evaluation or replay asks for these
FIRST_USUAL = 65_000_000  # nor for these
FIRST_SEED = 900_000  # no card's figures use these
AT_ONCE = 8
USUAL = 600  # rendered scenes that say how pictures usually look; none of them is asked for
ROUNDS = (200, 200, 400)  # scenes; the later ones only where the first leave it open
DISTANCE = 0.1  # a taste moves a painter away from the scenes a little; noise, much further
OPEN: tuple[str, ...] = (
    "a lighthouse on a rock", "a rose", "a smiling face", "a portrait of a woman", "a cat", "a castle",
    "a ship", "a butterfly", "an apple", "an old town by a river", "a sunflower", "mountains",
    "一朵郁金香", "一只小鸟", "海边的小屋", "一棵大树",
)  # fmt: skip
EVERY = 2  # after so many scenes comes one of these


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt with its seed; ``row``: of a scene, all that it says."""

    said: str
    seed: int
    row: Row | None = None


@dataclass(slots=True)
class Painted:
    """What one version painted, in order, as it serves; seconds a picture, by pass."""

    pictures: list[Drawn]
    seconds: list[float]


@dataclass(frozen=True, slots=True)
class Eyes:
    """What both versions' pictures are looked at with: all of it the current version's."""

    current: Painter
    jury: Jury
    usual: Usual

    def features(self, painted: Painted) -> Tensor:
        """[N, 160]."""
        pixels = np.stack([drawn.pixels for drawn in painted.pictures])
        return self.jury.features(torch.from_numpy(pixels).permute(0, 3, 1, 2))


def prompts_for(scenes: range) -> list[Asked]:
    """The frozen prompts of these scenes, in either language by turns, and of what is no scene."""
    asked: list[Asked] = []
    for number in scenes:
        row = row_of(imagine(FIRST_SCENE + number))
        said = (row.captions, row.zh_captions)[number % 2][0]
        asked.append(Asked(said, FIRST_SEED + number, row))
        if number % EVERY == 0:
            turn = number // EVERY  # each twice in a row, to see how unlike two pictures of one prompt are
            asked.append(Asked(OPEN[turn // 2 % len(OPEN)], FIRST_SEED + turn))
    return asked


def paint_all(painters: Sequence[Painter], asked: Sequence[Asked]) -> list[Painted]:
    """Every prompt's picture by each. They take turns, so that a busy machine is as busy for all."""
    made = [Painted([], []) for _ in painters]
    for at in range(0, len(asked), AT_ONCE):
        some = asked[at : at + AT_ONCE]
        for painter, painted in zip(painters, made, strict=True):
            began = clock(painter.device)
            painted.pictures += painter.brush.draw(
                painter.sketches([one.said for one in some], [one.seed for one in some])
            )
            painted.seconds.append((clock(painter.device) - began) / len(some))
    return made


def judge(
    candidate: Painter, current: Painter, taste: Taste | None, rounds: Sequence[int] | None = None,
    usual: int | None = None,
) -> Gate:  # fmt: skip
    """The verdict. ``taste`` tells what people like.

    ``rounds``: scenes, :data:`ROUNDS` by default; ``usual``: rendered ones, :data:`USUAL`.
    """
    gate = Gate()
    if not (current.folder / JUDGE).is_file():
        gate.unproven("gate-no-judge")
        return gate
    jury = Jury.load(current.folder)
    scenes = np.stack([render(imagine(FIRST_USUAL + n)).transpose(2, 0, 1) for n in range(usual or USUAL)])
    eyes = Eyes(current, jury, Usual.of(jury.features(torch.from_numpy(scenes))))
    asked: list[Asked] = []
    ours, theirs = Painted([], []), Painted([], [])

    def compare(seeds: range, alpha: float) -> Gate:
        more = prompts_for(seeds)
        asked.extend(more)
        for painted, new in zip((theirs, ours), paint_all([current, candidate], more), strict=True):
            painted.pictures += new.pictures
            painted.seconds += new.seconds
        return _compare(candidate, eyes, asked, ours, theirs, taste, alpha)

    return Gate.by_rounds(rounds or ROUNDS, compare)


def _compare(
    candidate: Painter, eyes: Eyes, asked: Sequence[Asked], ours: Painted, theirs: Painted,
    taste: Taste | None, alpha: float,
) -> Gate:  # fmt: skip
    gate, of = Gate(alpha=alpha), [one.said for one in asked]
    pairs = zip(ours.pictures, theirs.pictures, strict=True)
    if all(np.array_equal(mine.pixels, other.pixels) for mine, other in pairs):
        gate.unproven("gate-nothing-new")
        return gate
    mine, other = eyes.features(ours), eyes.features(theirs)
    scenes = [at for at, one in enumerate(asked) if one.row is not None]
    gate.no_worse(
        "scene_attributes", as_asked(eyes.jury, mine[scenes], [asked[at] for at in scenes]),
        as_asked(eyes.jury, other[scenes], [asked[at] for at in scenes]), of=[of[at] for at in scenes],
    )  # fmt: skip
    said = eyes.current.text.encode([one.said for one in asked]).sentence.cpu()
    gate.no_worse("words_fit", fitting(eyes.jury, mine, said), fitting(eyes.jury, other, said), of=of)

    def distances(rows: Tensor) -> tuple[float, float]:
        return eyes.usual.distance(mine[scenes][rows]), eyes.usual.distance(other[scenes][rows])

    gate.no_farther("frechet_scenes", len(scenes), distances, DISTANCE)
    gate.as_diverse("variety", variety(mine, asked), variety(other, asked))
    gate.as_original("copied_pictures", copied(eyes.current, ours), copied(eyes.current, theirs), of)
    gate.as_fast("seconds", ours.seconds, theirs.seconds)
    if taste is None:
        gate.unproven("gate-no-reward")
        return gate
    gate.better(
        "reward", chances(taste, candidate, asked, ours), chances(taste, eyes.current, asked, theirs), of
    )
    return gate


def as_asked(jury: Jury, features: Tensor, asked: Sequence[Asked]) -> list[float]:
    """Of each scene [N, 160], the share of what its caption says that the judge sees; 1 of nothing said."""
    right: list[list[float]] = [[] for _ in asked]
    for attribute in SCENE:
        if attribute not in jury.names:
            continue
        for at, guess in enumerate(jury.guess(features, attribute)):
            row = asked[at].row
            wanted = attribute_of(row, attribute) if row else None
            if row and wanted in jury.names[attribute] and states(row, asked[at].said, attribute):
                right[at].append(float(wanted == guess))
    return [sum(found) / len(found) if found else 1.0 for found in right]


def fitting(jury: Jury, features: Tensor, sentences: Tensor) -> list[float]:
    """How well each picture fits its own words by the judge: (1 + cosine) / 2."""
    pairs = zip(torch.split(features, 1), torch.split(sentences, 1), strict=True)
    return [(1 + float(jury.match(seen, said))) / 2 for seen, said in pairs]


def variety(features: Tensor, asked: Sequence[Asked]) -> float:
    """How far apart two pictures of the same words are, in the judge's features."""
    by: dict[str, list[int]] = {}
    for at, one in enumerate(asked):
        if one.row is None:
            by.setdefault(one.said, []).append(at)
    pairs = [pair for found in by.values() for pair in combinations(found, 2)]
    if not pairs:
        return 0.0
    first, second = (torch.tensor(side) for side in zip(*pairs, strict=True))
    return apart(features[first], features[second])


def copied(current: Painter, painted: Painted) -> list[float]:
    """1 for each picture that the current version's filter takes for a training picture."""
    known = current.brush.copies
    return [float(known is not None and known.near(drawn.pixels)) for drawn in painted.pictures]


def chances(taste: Taste, painter: Painter, asked: Sequence[Asked], painted: Painted) -> list[float]:
    """The chance that each picture is liked."""
    words = read(painter.text.network, [one.said for one in asked], painter.device)
    noise = noise_of([drawn.noise for drawn in painted.pictures])
    latents = draw(painter.generator, noise, rows_of(words))
    with torch.no_grad():
        found: list[float] = taste(latents.to(painter.device), words.sentence).sigmoid().tolist()
    return found
