"""The picture in docs/learning.md: what votes brought, drawn from the saved results.

``python -m bench.gains`` writes ``docs/learning/gains.svg``; ``--check`` changes nothing and fails where the
picture is another one. A number of votes, or a model, that nobody measured is not in it.
"""

from __future__ import annotations

import math
import sys

from bench import tables

PLACE = tables.ROOT / "docs" / "learning" / "gains.svg"
RESULTS = {300: "learning-300", 1000: "learning", 3000: "learning-3000"}
COLOURS = {"painter": "#cc79a7", "poet": "#0072b2", "composer": "#d55e00"}  # Okabe and Ito's
BAR = 10  # points, at 1,000 votes
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 56, 16, 16, 44
LOW, STEP = -10, 10

Point = tuple[int, float, float, float]  # votes, and the gain in points: low, mean, high


def points() -> dict[str, list[Point]]:
    """What was measured, by model."""
    found: dict[str, list[Point]] = {}
    for votes, name in RESULTS.items():
        try:
            values = {row["name"]: float(row["value"]) for row in tables.figures(name)}
        except tables.Missing:
            continue
        for model in COLOURS:
            gain = f"gain_{model}"
            if gain in values:
                found.setdefault(model, []).append(
                    (votes, values[f"{gain}_low"], values[gain], values[f"{gain}_high"])
                )
    return found


def svg(found: dict[str, list[Point]]) -> str:
    """The picture: gain against votes, a line for each model, whiskers to the ends of the 95 % interval."""
    most = max((high for line in found.values() for _, _, _, high in line), default=BAR)
    top = STEP * math.ceil(most / STEP + 0.3)

    def x(votes: float) -> float:
        whole = WIDTH - LEFT - RIGHT
        return LEFT + whole * (0.1 + 0.8 * math.log(votes / 300) / math.log(10))

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / (top - LOW)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="14"><title>Points of liking gained, by votes</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for value in range(LOW, top + 1, STEP):
        dash = ' stroke-dasharray="5 4"' if value == BAR else ""
        ink = "#888888" if value in (0, BAR) else "#dddddd"
        at = f"{y(value):.1f}"
        lines += [
            f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="{ink}"{dash}/>',
            f'<text x="{LEFT - 8}" y="{at}" text-anchor="end" dominant-baseline="middle">{value:+d}</text>',
        ]
    for votes in RESULTS:
        lines.append(
            f'<text x="{x(votes):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{votes:,} votes</text>'
        )
    for number, (model, line) in enumerate(found.items()):
        ink, aside = COLOURS[model], 7 * (number - (len(found) - 1) / 2)
        dots = [(x(votes) + aside, y(low), y(mean), y(high)) for votes, low, mean, high in line]
        path = "L".join(f"{across:.1f} {middle:.1f}" for across, _, middle, _ in dots)
        lines.append(f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="2"/>')
        for across, low, middle, high in dots:
            lines += [
                f'<path d="M{across:.1f} {low:.1f}V{high:.1f}" stroke="{ink}" stroke-width="2"/>',
                f'<circle cx="{across:.1f}" cy="{middle:.1f}" r="5" fill="{ink}"/>',
            ]
        lines.append(f'<text x="{LEFT + 12}" y="{TOP + 18 + 20 * number}" fill="{ink}">{model}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def main(check: bool) -> int:
    """Write, or with ``check`` compare; 1 where it is wrong afterwards."""
    right = svg(points())
    if check:
        same = PLACE.is_file() and PLACE.read_text("utf-8") == right
        if not same:
            sys.stderr.write(f"{PLACE.name}: not what the results say (python -m bench.gains)\n")
        return int(not same)
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.write_text(right, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
