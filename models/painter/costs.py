"""What the painter costs: time of a picture, its parent's time, how well a batch uses the machine, memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from atelier.errors import PersonError, Unavailable
from atelier.figures import Figure
from atelier.requests import PaintRequest, Size, Steer
from models.painter.flow import sample
from models.painter.generate import Painter
from models.painter.latents import noise_like

PARENT_STEPS = 24
TIMES, WARM = 20, 4  # what is quick is timed so often, after so many that are not counted;
SLOW_TIMES = 5  # and what is slow
TOGETHER = 16
_PROMPTS = (
    "a red tulip",
    "a happy yellow face",
    "a dark portrait",
    "一朵向日葵",
    "a calm sea at dusk, oil painting",
)
_MEMORY = """
import resource, sys
from pathlib import Path
from atelier.requests import PaintRequest
from models.painter.generate import Painter
painter = Painter.load(Path(sys.argv[1]))
painter.generate([PaintRequest(prompt="a red tulip", seed=1, count=4)])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def costs(painter: Painter) -> list[Figure]:
    """``picture_ms``, ``speed_vs_parent``, ``batch_efficiency`` and ``peak_mb`` on this machine.

    ``picture_512_ms`` only where there is an upscaler.
    """
    large = picture_ms(painter, 512) if enlarges(painter) else None
    return [
        Figure("picture_ms", round(picture_ms(painter), 1), "ms", 120, "at most"),
        *([Figure("picture_512_ms", round(large, 1), "ms", 600, "at most")] if large else []),
        Figure("speed_vs_parent", round(speed_vs_parent(painter), 2), "", 10),
        Figure("batch_efficiency", round(batch_efficiency(painter), 3), "", 0.5),
        Figure("peak_mb", round(peak_mb(painter), 1), "MB", 900, "at most"),
    ]


def median(run: Callable[[int], Any], times: int, warm: int = 2) -> float:
    """Seconds that ``run(number)`` takes, p50 of ``times`` after ``warm`` that are not counted."""
    took = []
    for number in range(warm + times):
        begun = time.perf_counter()
        run(number)
        took.append(time.perf_counter() - begun)
    return sorted(took[warm:])[times // 2]


def peak_mb(painter: Painter) -> float:
    """The memory of a process of its own that paints four pictures, in MiB."""
    told = subprocess.run(  # noqa: S603 - this Python, this module
        [sys.executable, "-c", _MEMORY, str(painter.folder)], capture_output=True, text=True, check=True
    )
    return float(told.stdout)


def enlarges(painter: Painter) -> bool:
    """Whether there is an upscaler. Raises :class:`WeightsError` for a damaged one."""
    (answer,) = painter.generate([_asked(0, 512)])
    if isinstance(answer, PersonError) and not isinstance(answer, Unavailable):
        raise answer
    return not isinstance(answer, Unavailable)


def picture_ms(painter: Painter, side: Size | None = None) -> float:
    """One whole ``generate()`` of one picture, from request to PNG, p50 in milliseconds.

    ``side`` is in pixels, of an enlarged picture.
    """
    return 1000 * median(lambda n: painter.generate([_asked(n, side)]), TIMES, WARM)


def _asked(number: int, side: Size | None) -> PaintRequest:
    prompt = _PROMPTS[number % len(_PROMPTS)]
    return PaintRequest(prompt=prompt, seed=number, steer=Steer(upscale=side) if side else None)


@torch.inference_mode()
def speed_vs_parent(painter: Painter) -> float:
    """The time of a picture in 24 guided steps of the same network, over that of its one pass.

    Words to pixels in both, one picture at a time. The parent's steps run in the precision that
    is used when it draws for its child (bfloat16).
    """

    def parent(number: int) -> None:
        words = painter.text.encode([_PROMPTS[number % len(_PROMPTS)]], None)
        nothing = painter.text.encode([""], None)
        noise = noise_like([number]).to(painter.device)
        latent = sample(painter.generator, noise, words, nothing, PARENT_STEPS)
        painter.decoder(painter.scale.from_unit(latent)).cpu()

    child = median(lambda n: painter.paint([_PROMPTS[n % len(_PROMPTS)]], [n]), TIMES, WARM)
    return median(parent, SLOW_TIMES, 1) / child


def batch_efficiency(painter: Painter) -> float:
    """Pictures a second when sixteen are asked for, over the rate that FLOPs alone would allow.

    The FLOPs of a picture (all matrix products and convolutions) over the FLOP/s which this
    network's own convolutions reach alone, at batch 16, each of its shapes timed by itself.
    """
    captions, seeds = [_PROMPTS[n % len(_PROMPTS)] for n in range(TOGETHER)], list(range(TOGETHER))
    rate = TOGETHER / median(lambda _: painter.paint(captions, seeds), SLOW_TIMES, 1)
    shapes: list[tuple[nn.Conv2d, torch.Size]] = []
    hooks = [
        module.register_forward_hook(lambda m, given, _: shapes.append((m, given[0].shape)))
        for part in (painter.generator, painter.decoder)
        for module in part.modules()
        if isinstance(module, nn.Conv2d)
    ]
    words, noise = painter.text.encode(captions[:1]), noise_like(seeds[:1]).to(painter.device)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        painter.decoder(painter.scale.from_unit(painter.generator.paint(noise, words)))
    for hook in hooks:
        hook.remove()
    each: float = counter.get_total_flops()
    return rate * each / _speed(shapes, painter.device)


@torch.inference_mode()
def _speed(shapes: Sequence[tuple[nn.Conv2d, torch.Size]], device: str) -> float:
    """FLOP/s of these convolutions alone, at batch 16."""
    work, took = 0.0, 0.0
    timed: dict[tuple[object, ...], float] = {}
    for conv, (_, channels, height, width) in shapes:
        kind = (channels, height, width, conv.weight.shape, conv.stride)
        if kind not in timed:
            x = torch.randn(TOGETHER, channels, height, width, device=device, dtype=conv.weight.dtype)
            x = x.contiguous(memory_format=torch.channels_last)
            timed[kind] = median(lambda _, conv=conv, x=x: _done(conv(x)), 3, 1)  # type: ignore[misc]
        places = height * width / (conv.stride[0] * conv.stride[1])
        work += 2 * TOGETHER * places * conv.weight.numel()
        took += timed[kind]
    return work / max(took, 1e-9)


def _done(made: torch.Tensor) -> None:
    """Wait for a GPU, which answers before it has computed."""
    if made.is_cuda:
        torch.cuda.synchronize()
