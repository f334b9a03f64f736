"""How a picture would please: a head on what is seen in its latent, for :mod:`models.reward`.

A voted work is drawn again from its words and its noise, which its result keeps, by the version that made
it: no picture is read, and none is needed. Works of a version that is nowhere any more are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from atelier.errors import WeightsError
from atelier.learning.snapshot import Example, Snapshot
from atelier.requests import PaintRequest
from atelier.steer import Terms
from atelier.versions import open_version, shipped_folder
from models.painter.latents import read
from models.painter.network import Generator
from models.painter.scenes import captions, imagine
from models.painter.sight import Sight, Taste
from models.painter.steer import deviation, noise_of, recipe, together, words_of
from models.reward import Judged, judged
from models.text.network import Encoded

if TYPE_CHECKING:
    from models.painter.generate import Painter

log = logging.getLogger("workers.training")

PART = "picture"
BATCH = 16
SAMPLES = 64  # pictures of its own that a version's colours are read from
FIRST_SCENE = 40_000_000  # no training, evaluation or gate asks for these
THINGS = (
    "a red tulip", "a happy yellow face", "a dark portrait of a man", "a blue whale, flat icon",
    "a bowl of fruit", "a white rose", "a black cat", "a green tree in a meadow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """A voted work, to be drawn: one row of words, and the noise of each of its pictures.

    ``folder``: where the version lies that made it, if somebody said so.
    """

    request: PaintRequest
    words: Encoded
    noise: Tensor  # [K, 16, 16, 16]
    version: str
    folder: Path | None = None


def works_of(painter: Painter, snapshot: Snapshot) -> dict[str, Work]:
    """The pictures of a snapshot, by work."""
    return {
        example.work: _work(painter, example, snapshot.folders.get(example.maker))
        for example in snapshot.examples
    }


def _work(painter: Painter, example: Example, folder: Path | None) -> Work:
    request = PaintRequest.model_validate(example.request)
    told: list[Any] = example.result.get("noise") or []
    recipes: list[Terms] = [tuple((int(number), float(w)) for number, w in terms) for terms in told]
    recipes = recipes or [recipe(request, number, 0) for number in range(request.count)]
    wild = request.steer.wild if request.steer else 1.0
    words = Encoded(*(part.clone() for part in words_of(painter.text, request)))  # autograd may keep a copy
    return Work(request, words, noise_of(recipes) * deviation(wild), example.maker, folder)


def latents_of(painter: Painter, works: dict[str, Work]) -> dict[str, Tensor]:
    """Each work's unit latents [K, 16, 16, 16], by the version that made it; on the CPU."""
    found: dict[str, Tensor] = {}
    for version in sorted({work.version for work in works.values()}):
        mine = {name: work for name, work in works.items() if work.version == version}
        generator = _generator(painter, version, next(iter(mine.values())).folder)
        if generator is None:
            log.warning("painter: %d works are left out: %s, which made them, is gone", len(mine), version)
            continue
        pictures = [(name, at) for name, work in mine.items() for at in range(len(work.noise))]
        rows = [mine[name].words for name, _ in pictures]
        drawn = draw(generator, torch.stack([mine[name].noise[at] for name, at in pictures]), rows)
        for name in mine:
            found[name] = drawn[[at for at, (other, _) in enumerate(pictures) if other == name]]
    return {name: found[name] for name in works if name in found}


def _generator(painter: Painter, version: str, told: Path | None) -> Generator | None:
    """The network of a version that lies where one looks for it: this one, as told, a sibling, what ships."""
    from models.painter.generate import Painter as Loaded

    if version == painter.version:
        return painter.generator
    for folder in _places(painter, version, told):
        try:
            if open_version(folder, model="painter").name == version:
                return Loaded.load(folder, painter.device).generator
        except WeightsError:
            continue
    return None


def _places(painter: Painter, version: str, told: Path | None) -> Iterator[Path]:
    if told is not None:
        yield told
    yield painter.folder.parent / version
    try:
        yield shipped_folder("painter")
    except WeightsError:
        return


@torch.no_grad()
def draw(generator: Generator, noise: Tensor, words: Sequence[Encoded]) -> Tensor:
    """Noise [N, 16, 16, 16] and as many rows of words → unit latents, on the CPU."""
    device = next(generator.parameters()).device
    made = []
    for at in range(0, len(noise), BATCH):
        told = Encoded(*(part.to(device) for part in together(words[at : at + BATCH])))
        made.append(generator.paint(noise[at : at + BATCH].to(device), told).float().cpu())
    return torch.cat(made)


def sight_of(painter: Painter) -> Sight:
    """What is seen in the version's latents: its own reading where it has one, else one fitted to it."""
    ranker, taste = painter.brush.ranker, painter.brush.taste
    if taste is not None:
        return taste.sight
    asked = [captions(imagine(FIRST_SCENE + n))[n % 2][0] for n in range(SAMPLES - len(THINGS))]
    words = read(painter.text.network, [*asked, *THINGS], painter.device)
    noise = torch.randn(SAMPLES, 16, 16, 16, generator=torch.Generator().manual_seed(FIRST_SCENE))
    latents = draw(painter.generator, noise, rows_of(words)).to(painter.device)

    def decode(unit: Tensor) -> Tensor:
        with torch.no_grad():
            parts = torch.split(painter.scale.from_unit(unit), BATCH)
            return torch.cat([painter.decoder(part) for part in parts])

    return Sight.of(latents, decode, ranker)


def rows_of(words: Encoded) -> list[Encoded]:
    """A batch of words, row by row."""
    return [Encoded(*(part[at : at + 1] for part in words)) for at in range(len(words.sentence))]


def features(sight: Sight, works: dict[str, Work], latents: dict[str, Tensor]) -> dict[str, Tensor]:
    """What is seen in each work [F], the mean of its pictures; double, on the CPU."""
    device, found = sight.ground.device, {}
    for name, drawn in latents.items():
        sentence = works[name].words.sentence.to(device).expand(len(drawn), -1)
        with torch.no_grad():
            found[name] = sight(drawn.to(device), sentence).mean(0).cpu()
    return found


def learn(painter: Painter, snapshot: Snapshot) -> tuple[Taste, Judged] | None:
    """What votes teach, and what it is worth on held-out people; None with too few votes."""
    works, sight = works_of(painter, snapshot), sight_of(painter)
    return learn_from(snapshot, sight, features(sight, works, latents_of(painter, works)))


def learn_from(snapshot: Snapshot, sight: Sight, seen: dict[str, Tensor]) -> tuple[Taste, Judged] | None:
    """The same, of works that were seen already."""
    found = judged(PART, snapshot, seen, sight.care)
    if found is None:
        return None
    head, worth = found
    return Taste(sight, head.to(str(sight.ground.device))), worth
