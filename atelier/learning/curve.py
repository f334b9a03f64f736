"""The held-out losses of a training as a picture: in the chats, and beside what is trained.

Needs Pillow, which front ends and workers have.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Curves = Mapping[str, Sequence[Sequence[float]]]  # by part of the model: [step, loss]

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 90, 24, 24, 56
INK, PALE, PAPER = "#222222", "#dddddd", "#ffffff"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # Okabe and Ito's, told apart by everybody
LINES = 5
FILE = "loss.png"


def png(curves: Curves) -> bytes | None:
    """A PNG with a line for each part, its lowest point marked; None where there is nothing to draw yet."""
    finite = {name: [point for point in points if math.isfinite(point[1])] for name, points in curves.items()}
    drawn = {name: points for name, points in finite.items() if points}
    if not drawn:
        return None
    steps = [point[0] for points in drawn.values() for point in points]
    losses = [point[1] for points in drawn.values() for point in points]
    low, high = min(losses), max(losses)
    room = max((high - low) * 0.08, abs(high) * 1e-3, 1e-6)
    low, high, last = low - room, high + room, max(max(steps), 1.0)

    def place(point: Sequence[float]) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * point[0] / last
        return across, TOP + (HEIGHT - TOP - BOTTOM) * (high - point[1]) / (high - low)

    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(17)
    for at in range(LINES + 1):
        loss, step = low + (high - low) * at / LINES, last * at / LINES
        y, x = place((0, loss))[1], place((step, low))[0]
        pen.line([(LEFT, y), (WIDTH - RIGHT, y)], PALE)
        pen.text((LEFT - 10, y), f"{loss:.4g}", INK, font, anchor="rm")
        pen.text((x, HEIGHT - BOTTOM + 10), f"{step:.0f}", INK, font, anchor="ma")
    for number, (name, points) in enumerate(drawn.items()):
        colour = COLOURS[number % len(COLOURS)]
        line = [place(point) for point in points]
        if len(line) > 1:
            pen.line(line, colour, 3, joint="curve")
        x, y = place(min(points, key=lambda point: point[1]))
        pen.ellipse([x - 6, y - 6, x + 6, y + 6], outline=colour, width=3)
        pen.text((WIDTH - RIGHT - 8, TOP + 8 + 26 * number), name, colour, font, anchor="ra")
    stream = io.BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def draw(folder: Path, curves: Curves) -> None:
    """Write ``loss.png`` into ``folder``, in an earlier one's place; nothing where nothing is to draw."""
    if (drawn := png(curves)) is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{FILE}.part"
    beside.write_bytes(drawn)
    beside.replace(folder / FILE)
