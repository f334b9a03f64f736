"""From words and noise to pixels: candidates in one pass, the best decoded, drawn again if it is a copy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from atelier.errors import Cancelled
from atelier.requests import Palette
from atelier.steer import Terms
from models.crew import Crew
from models.painter.copies import Copies
from models.painter.grading import graded
from models.painter.latents import Scale
from models.painter.network import Decoder, Generator
from models.painter.program import Program
from models.painter.rank import Ranker
from models.painter.sight import Taste
from models.painter.steer import LENGTH, deviation, noise_of, together
from models.text.network import Encoded

BATCH = 16  # pictures at a time on a GPU
ROUNDS = 3  # how often a picture is drawn before the least near of what came is taken


@dataclass(frozen=True, slots=True)
class Sketch:
    """A picture to be drawn: its words (one row), the noise of attempt 0, 1, ..., and how wild."""

    words: Encoded
    noise: Callable[[int], Terms]
    wild: float = 1.0
    palettes: tuple[Palette, ...] = ()  # that its words ask for
    fixed: bool = False  # one that was drawn before: there is nothing to choose, and nothing to check


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, uint8 ``[128, 128, 3]``, with the noise that it came from."""

    pixels: NDArray[np.uint8]
    noise: Terms
    nearness: float  # to the nearest training picture, in shares of the copy check's threshold


@dataclass(frozen=True, slots=True)
class Brush:
    """The networks that draw; older versions have no ranker, or no copies to look out for."""

    generator: Generator
    decoder: Decoder
    scale: Scale
    ranker: Ranker | None = None
    copies: Copies | None = None
    candidates: int = 1  # a picture
    device: str = "cpu"
    crew: Crew | None = None  # draws several passes at once, on a CPU
    taste: Taste | None = None  # which candidates people like, where votes have taught it
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        made = Program.of(self.generator, self.decoder, self.together * self.candidates, self.device)
        object.__setattr__(self, "program", made)

    @property
    def together(self) -> int:
        """Pictures in one pass: always the same number on a device.

        Sums are rounded differently in batches of different size, by up to one step of a colour
        in some pixels. A pass of fixed size gives the same bytes in any company: one picture's
        candidates on a CPU, whose cores each make passes of their own; on a GPU a full batch, padded.
        """
        return 1 if self.device == "cpu" else BATCH

    def draw(
        self,
        sketches: Sequence[Sketch],
        stopped: Callable[[], bool] = lambda: False,
        then: Callable[[int, Drawn], None] = lambda *_: None,
    ) -> list[Drawn]:
        """One picture a sketch, in order. Raises :class:`Cancelled` once ``stopped()`` is true.

        ``then`` is told of each, with its sketch's number, as soon as it is decided that this is the one.
        """
        starts = range(0, len(sketches), self.together)
        tasks = [partial(self._drawn, sketches[at : at + self.together]) for at in starts]
        done: list[Drawn] = []
        for some in self.crew.run(tasks, stopped) if self.crew else _in_turn(tasks, stopped):
            for picture in some:
                then(len(done), picture)
                done.append(picture)
        return done

    def _drawn(self, sketches: Sequence[Sketch]) -> list[Drawn]:
        """At most ``together`` sketches, each drawn until it is no copy, or the least near of ``ROUNDS``."""
        kept = self.one_pass(sketches)
        for turn in range(1, ROUNDS):
            copied = [i for i, picture in enumerate(kept) if picture.nearness < 1]
            if not copied:
                break
            for i, picture in zip(copied, self.one_pass([sketches[i] for i in copied], turn), strict=True):
                if picture.nearness > kept[i].nearness:
                    kept[i] = picture
        return kept

    @torch.inference_mode()
    def one_pass(self, sketches: Sequence[Sketch], turn: int = 0) -> list[Drawn]:
        """The best candidate of each sketch in round ``turn``; at most ``together`` of them."""
        full = [*sketches, *[sketches[0]] * (self.together - len(sketches))]
        tries = range(turn * self.candidates, (turn + 1) * self.candidates)
        recipes = [sketch.noise(attempt) for sketch in full for attempt in tries]
        wild = torch.tensor([deviation(sketch.wild) for sketch in full for _ in tries])
        noise = (noise_of(recipes) * wild.view(-1, 1, 1, 1)).to(self.device)
        words = together([sketch.words for sketch in full], None if self.together == 1 else LENGTH)
        words = Encoded(*(part.repeat_interleave(self.candidates, 0) for part in words))
        latents = self.program.paint(noise, words)
        best = torch.arange(0, len(recipes), self.candidates, device=self.device)
        if self.candidates > 1:
            best += self._worth(latents, words.sentence).view(-1, self.candidates).argmax(1)
        picture = self.program.decode(self.scale.from_unit(latents[best]))
        levels = ((picture.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        plain: NDArray[np.uint8] = levels.permute(0, 2, 3, 1).cpu().numpy()
        pixels = [graded(plain[i], sketch.palettes) for i, sketch in enumerate(sketches)]
        return [
            Drawn(pixels[i], recipes[int(best[i])], math.inf if sketch.fixed else self._nearness(pixels[i]))
            for i, sketch in enumerate(sketches)
        ]

    def _worth(self, latents: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """How good each candidate is, by whatever can tell."""
        if self.taste is not None:
            return self.taste.choose(latents, sentence)
        return latents.new_zeros(len(latents)) if self.ranker is None else self.ranker(latents, sentence)

    def _nearness(self, pixels: NDArray[np.uint8]) -> float:
        return self.copies.nearness(pixels) if self.copies else math.inf


def _in_turn(
    tasks: Iterable[Callable[[], list[Drawn]]], stopped: Callable[[], bool]
) -> Iterable[list[Drawn]]:
    """One task after the other. Raises :class:`Cancelled` once ``stopped()`` is true."""
    for task in tasks:
        if stopped():
            raise Cancelled
        yield task()
