"""The figures in the documents, written from the saved results: ``python -m bench.tables``.

A document marks the place with ``<!-- figures: NAME -->`` and ``<!-- end -->``; NAME is a file of
``bench/results`` or, as ``card:MODEL``, the shipped version's card. ``--check`` changes nothing
and fails where a document differs (a test runs it).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "docs/*.md")
_BLOCK = re.compile(
    r"(<!-- figures: (?P<name>[\w:]+)(?: only (?P<only>[\w, ]+))? -->\n).*?(<!-- end -->)", re.S
)


def figures(name: str) -> list[dict[str, Any]]:
    """The saved figures of a benchmark or a card."""
    kind, _, model = name.partition(":")
    if kind == "card":
        (card,) = (ROOT / "models" / "weights" / model).glob("*/card.json")
        found: list[dict[str, Any]] = json.loads(card.read_text("utf-8"))["figures"]
    else:
        found = json.loads((ROOT / "bench" / "results" / f"{name}.json").read_text("utf-8"))["figures"]
    return found


def table(name: str, only: list[str] | None = None) -> str:
    """The figures as a Markdown table; ``only`` picks and orders some."""
    rows = figures(name)
    if only:
        by_name = {row["name"]: row for row in rows}
        rows = [by_name[wanted] for wanted in only]
    lines = ["| figure | value | bar | holds |", "| --- | --- | --- | --- |"]
    for row in rows:
        bar = "" if row["bar"] is None else f"{row.get('sense', 'at least')} {row['bar']:g}"
        holds = {None: "", True: "yes", False: "**no**"}[row["holds"]]
        value = f"{row['value']:.3g} {row['unit']}".strip()
        lines.append(f"| `{row['name']}` | {value} | {bar} | {holds} |")
    return "\n".join(lines) + "\n"


def filled(text: str) -> str:
    """The document with every marked table as the results say."""

    def block(found: re.Match[str]) -> str:
        only = [name.strip() for name in found["only"].split(",")] if found["only"] else None
        return found[1] + table(found["name"], only) + found[4]

    return _BLOCK.sub(block, text)


def main(check: bool) -> int:
    """Write, or with ``check`` compare; the number of documents that differed."""
    differed = 0
    for pattern in DOCUMENTS:
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text("utf-8")
            right = filled(text)
            if right != text:
                differed += 1
                sys.stderr.write(
                    f"{path.name}: figures {'differ from' if check else 'written from'} the results\n"
                )
                if not check:
                    path.write_text(right, "utf-8")
    return differed


if __name__ == "__main__":
    differing = main("--check" in sys.argv)
    sys.exit(1 if differing and "--check" in sys.argv else 0)
