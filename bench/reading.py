"""A blind reading: our poems beside real ones of the same form and title, in an order that a file keeps.

``python -m bench.reading lay --data DIR`` lays the pairs out in ``docs/poet-reading.md``, not saying which is
is which, and keeps the order in ``bench/results/poet-reading-order.json``. Whoever reads writes marks into
``poet-reading-marks.json`` beside it; ``python -m bench.reading tell`` counts them and fills the document.
``python -m bench.reading compare`` counts the marks of another reading, of three poems of ours a title.

The real poems are of the test split, so no model learnt from them, and in the public domain (translated haiku
are left out). Both poems of a pair are printed alike: English in small letters without marks at line ends.
"""

from __future__ import annotations

import json
import random
import re
import statistics
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from atelier.errors import PersonError
from atelier.figures import Figure, Figures
from atelier.languages import Lang
from atelier.requests import Form, PoemRequest, form_language
from atelier.works import Made, PoemResult
from bench import tables
from models.gate import lower_bound
from models.loading import load_model
from models.poet.data import find_rows, tag_of
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.topic import read_topic

PAIRS: dict[Form, int] = {
    "haiku": 8, "couplet": 10, "quatrain": 18, "limerick": 3, "ballad": 8, "shakespearean sonnet": 5,
    "petrarchan sonnet": 5, "free": 3,
    "五绝": 13, "七绝": 16, "五律": 12, "七律": 10, "浣溪沙": 4, "鹧鸪天": 4, "如梦令": 1,
}  # fmt: skip
ASPECTS = ("sense", "image", "music")
MOST_LINES = 14
ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "poet-reading.md"
ORDER = ROOT / "bench" / "results" / "poet-reading-order.json"
MARKS = ROOT / "bench" / "results" / "poet-reading-marks.json"
THREE = ROOT / "bench" / "results" / "poet-reading-three.json"
_BLOCK = re.compile(r"(<!-- pairs -->\n).*?(<!-- /pairs -->)", re.S)


@click.group()
def main() -> None:
    """Lay out the pairs, or count the marks."""


@main.command()
@click.option("--data", type=Path, required=True, help="a folder of packs")
def lay(data: Path) -> None:
    """Write the pairs into the document and their order into its file."""
    poet = load_model("poem")
    assert isinstance(poet, Poet)
    order: dict[str, dict[str, Any]] = {}
    blocks = []
    for lang in ("en", "zh"):
        for number, (form, row, ours) in enumerate(_pairs(poet, data, lang), 1):
            name = f"{lang}-{number:02d}"
            first = random.Random(f"order {name}").random() < 0.5
            order[name] = {
                "ours": "A" if first else "B", "form": form, "title": _title(row), "seed": ours.seed,
                "author": row.get("author"), "source": row.get("source"),
            }  # fmt: skip
            printed = [_printed(ours.lines, lang), _printed(row["lines"], lang)]
            one, two = printed if first else printed[::-1]
            blocks.append(f"### {name}: {form}, “{_title(row)}”\n\n**A**\n\n{one}\n\n**B**\n\n{two}\n")
    ORDER.write_text(json.dumps(order, ensure_ascii=False, indent=1) + "\n", "utf-8")
    text = DOCUMENT.read_text("utf-8")
    pairs = "\n".join(blocks)
    DOCUMENT.write_text(_BLOCK.sub(lambda found: found[1] + pairs + found[2], text), "utf-8")


def _pairs(poet: Poet, data: Path, lang: Lang) -> Iterator[tuple[Form, dict[str, Any], PoemResult]]:
    """Form, real poem and ours; titles drawn by a fixed seed, our seeds 1, 2, 3 and so on."""
    rows = [row for row in find_rows(data, lang)[0] if row["split"] == "test" and _usable(row, poet, lang)]
    random.Random("reading").shuffle(rows)
    chosen: list[tuple[Form, dict[str, Any]]] = []
    for form, many in PAIRS.items():
        seen = {_title(row).lower() for _, row in chosen}
        fitting = {_title(row).lower(): row for row in rows if tag_of(row) == form and _in_form(row, form)}
        fresh = [row for title, row in fitting.items() if title not in seen]
        chosen += [(form, row) for row in fresh[:many] if form_language(form) == lang]
    requests = [
        PoemRequest(topic=_title(row), form=form, seed=seed) for seed, (form, row) in enumerate(chosen, 1)
    ]
    for (form, row), answer in zip(chosen, poet.generate(requests), strict=True):
        if isinstance(answer, PersonError):
            raise answer
        assert isinstance(answer, Made)
        assert isinstance(answer.result, PoemResult)
        yield form, row, answer.result


def _title(row: dict[str, Any]) -> str:
    return str(row.get("title") or row.get("from_title") or "").strip()


def _usable(row: dict[str, Any], poet: Poet, lang: Lang) -> bool:
    """Short, with a title that says something, and free to be shown."""
    title = _title(row)
    if len(row["lines"]) > MOST_LINES or not (3 < len(title) < 30 if lang == "en" else 2 <= len(title) <= 5):
        return False
    if row["form"] == "haiku" and not row.get("found"):
        return False
    return bool(read_topic(title, poet.automata[lang]).numbers)


def _in_form(row: dict[str, Any], form: Form) -> bool:
    """Whether it has as many lines as one of the form's patterns; free verse may have any number."""
    return form == "free" or len(row["lines"]) in {len(p.lines) for p in FORM_TABLE[form].patterns}


def _printed(lines: list[str], lang: Lang) -> str:
    if lang == "en":
        lines = [re.sub(r"[\s.,;:!?\"'-]+$", "", line.strip(" \"'")).lower() for line in lines]
    return "  \n".join(lines)


@main.command()
def tell() -> None:
    """Count the marks: ``reading`` in the results, and its table in the documents."""
    order, marks = json.loads(ORDER.read_text("utf-8")), json.loads(MARKS.read_text("utf-8"))
    if lacking := sorted(set(order) - set(marks)):
        raise click.ClickException(f"no marks for {', '.join(lacking[:5])} ({len(lacking)} pairs)")
    figures = tuple(figure for lang in ("en", "zh") for figure in _counted(order, marks, lang))
    Figures("reading", load_model("poem").version, figures).save(ORDER.parent)
    tables.main(check=False)


def _counted(order: dict[str, Any], marks: dict[str, Any], lang: str) -> Iterator[Figure]:
    """Mean marks (1 to 5), real poems' beside them, and how often ours is marked at least as high."""
    names = [name for name in sorted(order) if name.startswith(lang)]
    ours = [marks[name][order[name]["ours"]] for name in names]
    real = [marks[name]["A" if order[name]["ours"] == "B" else "B"] for name in names]
    for at, aspect in enumerate(ASPECTS):
        mean = statistics.mean(mark[at] for mark in real)
        yield Figure(
            f"{aspect}_{lang}", statistics.mean(mark[at] for mark in ours), "of 5",
            baselines={"real poems": mean},
        )  # fmt: skip
    level = [sum(one) >= sum(other) for one, other in zip(ours, real, strict=True)]
    yield Figure(f"as_good_{lang}", statistics.mean(level), f"of {len(names)} pairs")


@main.command()
def compare() -> None:
    """Count the marks of three poems a title, by versions and settings: ``reading_three`` in the results."""
    marks: dict[str, dict[str, list[int]]] = json.loads(THREE.read_text("utf-8"))
    figures = []
    for lang in ("en", "zh"):
        named = [given for name, given in marks.items() if name.startswith(lang)]
        first, *others = named[0]
        every = {one: [sum(given[one]) for given in named] for one in (first, *others)}
        figures += [
            Figure(f"marks_{lang}", statistics.mean(every[others[-1]]), "of 15", baselines={
                one: statistics.mean(every[one]) for one in (first, *others[:-1])
            })
        ]  # fmt: skip
        for at, (before, after) in enumerate(pairwise(every), 1):
            apart = [b - a for a, b in zip(every[before], every[after], strict=True)]
            low, high = (
                lower_bound(every[after], every[before]),
                -lower_bound(every[before], every[after]),
            )
            figures += [
                Figure(f"step_{at}_{lang}", statistics.mean(apart), f"from {before} to {after}"),
                Figure(f"step_{at}_{lang}_low", low, "end of the 95 % interval"),
                Figure(f"step_{at}_{lang}_high", high, "end of the 95 % interval"),
            ]
    Figures("reading_three", load_model("poem").version, tuple(figures)).save(ORDER.parent)
    tables.main(check=False)


if __name__ == "__main__":
    main()
