"""Generator and decoder as the painter runs them: on a CPU, as recorded programs without Python in them.

A crew's threads (:mod:`models.crew`) take turns at Python's lock. A pass is more than a thousand small
calls, between which two threads wait for each other; a recorded pass never asks for the lock, and its
pictures are those of the modules, byte for byte.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Self

import torch
from torch import nn

from models.painter.network import LATENT, SIDE, Decoder, Generator
from models.text.network import SENTENCE, WIDTH, Encoded

_WARM = 3  # calls after which a recording has stopped to optimise itself


class Program:
    """What draws latents, and what makes a picture of one."""

    def __init__(
        self, paint: Callable[..., torch.Tensor], decode: Callable[[torch.Tensor], torch.Tensor]
    ) -> None:
        self._paint, self._decode = paint, decode

    @classmethod
    def of(cls, generator: Generator, decoder: Decoder, count: int, device: str) -> Self:
        """For passes of ``count`` latents each; the two networks are laid channels-last.

        The recording knows this ``count`` only; the number of words is free. Later changes of the
        networks' weights in place are seen.
        """
        for network in (generator, decoder):
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if device != "cpu":
            return cls(_Pass(generator), decoder)
        noise = torch.zeros(count, LATENT, SIDE, SIDE)
        words = (
            torch.zeros(count, SENTENCE),
            torch.zeros(count, 2, WIDTH),
            torch.ones(count, 2, dtype=torch.bool),
        )
        paint = _recorded(_Pass(generator), (noise, *words))
        return cls(paint, _recorded(decoder, (noise[:1],)))

    def paint(self, noise: torch.Tensor, words: Encoded) -> torch.Tensor:
        """Noise ``[count, 16, 16, 16]`` and words to latents of that shape, in one pass."""
        return self._paint(noise, *words)

    def decode(self, latent: torch.Tensor) -> torch.Tensor:
        """A latent ``[1, 16, 16, 16]`` (on a GPU: any number) to a picture ``[1, 3, 128, 128]`` in -1..1."""
        return self._decode(latent)


class _Pass(nn.Module):
    """The generator's one pass, given plain tensors."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(
        self, noise: torch.Tensor, sentence: torch.Tensor, states: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """See :meth:`Generator.paint`."""
        return self.generator.paint(noise, Encoded(sentence, states, mask))


@torch.inference_mode()
def _recorded(network: nn.Module, given: tuple[torch.Tensor, ...]) -> Callable[..., torch.Tensor]:
    with warnings.catch_warnings():
        # torch.compile, which is to take this over, needs a C++ compiler where the bot runs. And the tracer
        # warns of sizes that it takes as they are: they are the network's own.
        warnings.simplefilter("ignore")
        made: Callable[..., torch.Tensor] = torch.jit.trace(network.eval(), given, check_trace=False)  # type: ignore[no-untyped-call]
    for _ in range(_WARM):
        made(*given)
    return made
