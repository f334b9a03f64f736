"""Figures say whether their bar holds, and are saved as the contract says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atelier.figures import Figure, Figures, of_languages


@pytest.mark.parametrize(
    ("figure", "holds"),
    [
        (Figure("a", 1.0), None),
        (Figure("a", 0.9, bar=0.9), True),
        (Figure("a", 0.89, bar=0.9), False),
        (Figure("a", 2.0, bar=2, sense="at most"), True),
        (Figure("a", 2.1, bar=2, sense="at most"), False),
    ],
)
def test_holds(figure: Figure, holds: bool | None) -> None:
    assert figure.holds is holds


def test_the_saved_shape(tmp_path: Path) -> None:
    figures = Figures("poet", "v1", (Figure("form_exact", 1.0, bar=1.0, baselines={"gpt-2": 0.11}),))
    saved = json.loads(figures.save(tmp_path).read_text("utf-8"))
    assert (saved["name"], saved["version"]) == ("poet", "v1")
    assert {"name", "value", "unit", "bar", "holds", "ceiling", "baselines"} <= set(saved["figures"][0])
    assert saved["figures"][0]["holds"] is True


def test_the_worse_language_carries_the_bar() -> None:
    told = list(of_languages("bits", {"en": 0.5, "zh": 1.5}, 1.0, "at most", {"zh": {"plain": 2.0}}))
    assert [(figure.name, figure.value, figure.bar) for figure in told] == [
        ("bits", 1.5, 1.0), ("bits_en", 0.5, None), ("bits_zh", 1.5, None),
    ]  # fmt: skip
    assert [figure.holds for figure in told] == [False, None, None]
    assert [figure.baselines for figure in told] == [{}, {}, {"plain": 2.0}]
    [worse, *_] = of_languages("ratio", {"en": 0.95, "zh": 0.9}, 0.9)
    assert (worse.value, worse.holds) == (0.9, True)
    assert list(of_languages("bits", {}, 1.0)) == []
