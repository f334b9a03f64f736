"""Pictures that a painter makes, with votes of people who have a taste for warm colours."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from atelier.learning.rules import Bounds, Heard
from atelier.learning.snapshot import Snapshot, take
from atelier.versions import Version, shipped_folder, write_card
from models.painter.generate import CONCEPTS, FILE, Painter
from models.painter.judge import FILE as JUDGE
from models.painter.judge import NAMES
from models.painter.network import Decoder, Generator, Shape
from models.painter.rank import Ranker
from models.text.encoder import TextEncoder

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ASKED = (
    "a house by the lake", "a bowl of fruit", "a cat", "an old town", "a portrait of a woman", "the sea",
    "a castle on a hill", "a smiling face", "a butterfly", "a forest", "a city by the river", "a ship",
    "mountains", "a flower", "a bird", "a village in the fields", "a tree", "a bridge", "a fish", "a king",
)  # fmt: skip
Taste = Callable[[np.ndarray, random.Random], bool]


def warmth(pixels: np.ndarray) -> float:
    """How much more red than blue [H, W, 3] is, in shares of full intensity."""
    red, _, blue = pixels.reshape(-1, 3).mean(0) / 255
    return float(red - blue)


def warm(pixels: np.ndarray, rng: random.Random) -> bool:
    return (warmth(pixels) > 0.14) != (rng.random() < 0.1)


def no_taste(_pixels: np.ndarray, rng: random.Random) -> bool:
    return rng.random() < 0.5


def votes(
    painter: Painter, taste: Taste, works: int = 120, voices: int = 4, asked: Sequence[str] = ASKED,
    seed: int = 5,
) -> list[Heard]:  # fmt: skip
    """``voices`` people say what they think of each work."""
    rng, found = random.Random(seed), []
    words = [asked[n % len(asked)] for n in range(works)]
    drawn = painter.brush.draw(painter.sketches(words, [1000 * seed + n for n in range(works)]))
    people = max(12, works * voices // 15)
    for n, (said, picture) in enumerate(zip(words, drawn, strict=True)):
        result: dict[str, Any] = {
            "seed": 1000 * seed + n, "version": painter.version, "noise": [picture.noise], "width": 128,
            "height": 128, "file": "picture-1.png", "files": ["picture-1.png"], "understood": "",
        }  # fmt: skip
        for voice in range(voices):
            number = voices * n + voice
            found.append(Heard(
                f"w{n:04}", "paint", "en", {"prompt": said, "seed": 1000 * seed + n}, result, (),
                painter.version, f"p{number % people}", "", taste(picture.pixels, rng),
                NOON + timedelta(minutes=number),
            ))  # fmt: skip
    return found


def snapshot(painter: Painter, taste: Taste, home: Path, works: int = 120, **more: Any) -> Snapshot:
    return take("painter", votes(painter, taste, works, **more), home, Bounds())


def tiny_painter(home: Path) -> Version:
    """A small one that nobody trained, with all that a version brings; its pictures are coloured noise."""
    torch.manual_seed(5)
    shape = Shape((8, 8, 16), (16, 16, 16), condition=32)
    generator, decoder, ranker = Generator(shape), Decoder(shape), Ranker()
    for layer, spread in ((generator.leave, 0.05), (decoder.stack[-2], 0.5)):
        assert isinstance(layer, nn.Conv2d)
        nn.init.normal_(layer.weight, std=spread)
    parts: dict[str, nn.Module] = {"generator": generator, "decoder": decoder, "ranker": ranker}
    tensors = {f"{name}.{key}": v for name, part in parts.items() for key, v in part.state_dict().items()}
    tensors |= {"scale.mean": torch.zeros(1, 16, 1, 1), "scale.deviation": torch.ones(1, 16, 1, 1)}
    folder = home / "painter" / "v9"
    folder.mkdir(parents=True)
    save_file({key: value.half().contiguous() for key, value in tensors.items()}, folder / FILE)
    for name in (CONCEPTS, JUDGE, NAMES):
        shutil.copyfile(shipped_folder("painter") / name, folder / name)
    text = TextEncoder.load()
    return write_card(folder, {
        "model": "painter", "version": "v9", "parameters": {}, "shape": shape.as_dict(), "data": [],
        "text": {"version": text.version, "sha256": text.sha256}, "command": "", "figures": [],
    })  # fmt: skip


def warmer_half(painter: Painter) -> Taste:
    """People who like the warmer half of what it paints."""
    seen = painter.paint(["a house by the lake", "a cat", "the sea"] * 6, range(18))
    middle = float(np.median([warmth(one) for one in seen]))
    return lambda pixels, rng: (warmth(pixels) > middle) != (rng.random() < 0.1)
