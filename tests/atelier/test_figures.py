"""Figures say whether their bar holds, and are saved as the contract says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atelier.figures import Figure, Figures


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
