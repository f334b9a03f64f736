"""What can be looked at of a poem while it is written: whole lines of one candidate, in order."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from atelier.works import Made
from models.poet.generate import Poet
from models.poet.settings import Settings
from models.poet.train import train
from tests.models.foreign_models import byte_level
from tests.models.poet_verse import write_pack
from tests.models.test_poet import ask, poems
from tests.models.test_poet_train import TINY

REQUESTS = [
    ask("shakespearean sonnet", "winter sea"),
    ask("七律", "江雪"),
    ask("quatrain", "winter sea", seed=2),
]


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Poet:
    """A language model of somebody else's, behind a tiny version's forms."""
    pack: Path = write_pack(tmp_path_factory.mktemp("pack"))
    out = tmp_path_factory.mktemp("trained") / "v1"
    folder = train(Settings(pack, out, **{**TINY, "steps": 1})).folder  # type: ignore[arg-type]
    return Poet.load(folder, foreign=str(byte_level(pack, tmp_path_factory.mktemp("hub") / "bytes")))


def test_lines_are_told_while_they_are_written() -> None:
    _looked_at(Poet.load())


def test_a_foreign_models_lines_too(foreign: Poet) -> None:
    _looked_at(foreign)


def _looked_at(poet: Poet) -> None:
    told: list[list[list[str]]] = [[] for _ in REQUESTS]
    answers = poet.generate(REQUESTS, drafted=lambda at, lines: told[at].append(lines()))
    made = [one.result for one in answers if isinstance(one, Made)]
    for poem, drafts in zip(made, told, strict=True):
        assert max(len(lines) for lines in drafts) == len(poem.lines)
        assert drafts[0] == drafts[0][:1]  # told as soon as there is a line
        for one, two in pairwise(drafts):
            # One line more of the same candidate, or another, because that one met a dead end.
            assert two[:-1] == one or two[0] != one[0]
        assert all(line.strip() for lines in drafts for line in lines)
    # Being looked at changes no poem.
    assert made == poems(poet, REQUESTS)
