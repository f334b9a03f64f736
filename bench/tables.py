"""The figures in the documents, written from the saved results: ``python -m bench.tables``.

A document marks the place with ``<!-- figures: NAME -->`` and ``<!-- end -->``; NAME is a file of
``bench/results`` or, as ``card:MODEL``, the shipped version's card. ``--check`` changes nothing
and fails where a document differs (a test runs it). A figure that was never measured is named.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from bench import capacity

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "docs/*.md")
_BLOCK = re.compile(
    r"(<!-- figures: (?P<name>[\w:]+)(?: only (?P<only>[\w, ]+))? -->\n).*?(<!-- end -->)", re.S
)
_CAPACITY = re.compile(r"(<!-- capacity -->\n).*?(<!-- end -->)", re.S)


class Missing(LookupError):
    """A document asks for a figure that nobody measured; says which, and what would measure it."""


def figures(name: str) -> list[dict[str, Any]]:
    """The saved figures of a benchmark or a card. Raises :class:`Missing`."""
    kind, _, model = name.partition(":")
    if kind == "card":
        cards = sorted((ROOT / "models" / "weights" / model).glob("*/card.json"))
        if len(cards) != 1:
            raise Missing(f"models/weights/{model} has {len(cards)} cards, not one (atelier train {model})")
        path = cards[0]
    else:
        path = ROOT / "bench" / "results" / f"{name}.json"
        if not path.is_file():
            raise Missing(f"there is no bench/results/{name}.json (atelier bench {name} writes it)")
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["figures"]
    return found


def table(name: str, only: list[str] | None = None) -> str:
    """The figures as a Markdown table; ``only`` picks and orders some. Raises :class:`Missing`."""
    rows = figures(name)
    if only:
        by_name = {row["name"]: row for row in rows}
        if lacking := [wanted for wanted in only if wanted not in by_name]:
            raise Missing(f"{name} has no figure {', '.join(lacking)}; it has {', '.join(by_name)}")
        rows = [by_name[wanted] for wanted in only]
    others = sorted({name for row in rows for name in row.get("baselines") or {}})
    ceiling = "ceiling" if name == "queue" else "real pictures"
    real = [ceiling] if any(row.get("ceiling") is not None for row in rows) else []
    heads = ["figure", "value", "bar", "holds", *real, *others]
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for row in rows:
        bar = "" if row["bar"] is None else f"{row.get('sense', 'at least')} {row['bar']:g}"
        holds = {None: "", True: "yes", False: "**no**"}[row["holds"]]
        beside = [row.get("ceiling")] * len(real) + [
            (row.get("baselines") or {}).get(name) for name in others
        ]
        told = ["" if value is None else _digits(value) for value in beside]
        value = f"{_digits(row['value'])} {row['unit']}".strip()
        lines.append(f"| {' | '.join(['`' + row['name'] + '`', value, bar, holds, *told])} |")
    return "\n".join(lines) + "\n"


def _digits(value: float) -> str:
    """Three digits that count; of thousands all, with commas."""
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"


def figure(name: str, wanted: str) -> float:
    """One saved figure. Raises :class:`Missing`."""
    found = [row["value"] for row in figures(name) if row["name"] == wanted]
    if not found:
        raise Missing(f"{name} has no figure {wanted}")
    return float(found[0])


def filled(text: str) -> str:
    """The document with every marked table as the results say. Raises :class:`Missing`."""

    def block(found: re.Match[str]) -> str:
        only = [name.strip() for name in found["only"].split(",")] if found["only"] else None
        return found[1] + table(found["name"], only) + found[4]

    return _CAPACITY.sub(lambda found: found[1] + capacity.table(figure) + found[2], _BLOCK.sub(block, text))


def main(check: bool) -> int:
    """Write, or with ``check`` compare; the number of documents that are wrong afterwards."""
    wrong = 0
    for pattern in DOCUMENTS:
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text("utf-8")
            try:
                right = filled(text)
            except Missing as fault:
                wrong += 1
                sys.stderr.write(f"{path.name}: {fault}\n")
                continue
            if right != text and check:
                wrong += 1
                sys.stderr.write(
                    f"{path.name}: its figures differ from the results (python -m bench.tables)\n"
                )
            elif right != text:
                path.write_text(right, "utf-8")
                sys.stderr.write(f"{path.name}: figures written from the results\n")
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main("--check" in sys.argv) else 0)
