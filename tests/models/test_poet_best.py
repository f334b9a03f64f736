"""Several poems for each that is put out: the one that people like best, by a head of their votes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from atelier.requests import PoemRequest
from atelier.works import Made, PoemResult
from models.poet.generate import Poet, _again
from models.poet.reward import features, liking, read
from models.poet.version import load_tongue, save_head
from models.reward import Head

ASKED = [
    PoemRequest(topic=topic, form="couplet", seed=seed) for topic in ("the sea", "bread") for seed in (1, 2)
]
EACH = 3


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


@pytest.fixture
def poet(shipped: Poet) -> Iterator[Poet]:
    """One of whose English poems people like those that are about something; of its Chinese, nobody knows."""
    before = dict(shipped.tongues)
    chance = torch.Generator().manual_seed(1)
    size = 2 * shipped.tongues["en"].network.lm.config.hidden_size
    weight = torch.randn(size, generator=chance, dtype=torch.float64)
    head = Head(weight, 0.0, torch.zeros(size).double(), torch.ones(size).double())
    shipped.tongues["en"], shipped.poems = replace(before["en"], head=head), EACH
    yield shipped
    shipped.tongues, shipped.poems = before, 1


def poems(answers: list[object]) -> list[PoemResult]:
    found = [one.result for one in answers if isinstance(one, Made)]
    assert len(found) == len(answers)
    return [one for one in found if isinstance(one, PoemResult)]


def test_the_best_of_several_is_put_out(poet: Poet) -> None:
    head = poet.tongues["en"].head
    assert head is not None
    several = poems(poet.generate(ASKED))
    poet.poems = 1
    alone = poems(poet.generate(ASKED))
    worth = liking(poet, "en", head, list(zip(ASKED, several, strict=True)))
    usual = liking(poet, "en", head, list(zip(ASKED, alone, strict=True)))
    assert all(mine >= other for mine, other in zip(worth, usual, strict=True))
    assert sum(one.lines != two.lines for one, two in zip(several, alone, strict=True)) >= 2
    # Each is one of the poems that it could have been, and the best of them.
    order = poet._order(ASKED[0])
    plans = [_again(order.plan, 0, one) for one in range(EACH)]
    drafts = poet._write("en", plans, lambda: False, None)
    options = [poet._made(order, poet._lines("en", group[0])).result for group in drafts if group]
    assert several[0] in options
    best = max(
        liking(poet, "en", head, [(ASKED[0], one)])[0] for one in options if isinstance(one, PoemResult)
    )
    assert worth[0] == pytest.approx(best, abs=1e-6)


def test_where_nobodys_votes_are_known_one_is_written(poet: Poet) -> None:
    request = PoemRequest(topic="月亮", form="五绝", seed=1)
    (before,) = poems(poet.generate([request]))
    poet.poems = 1
    assert poems(poet.generate([request])) == [before]


def test_who_looks_on_sees_one_poem_grow(poet: Poet) -> None:
    seen: list[tuple[int, int]] = []
    poet.generate(ASKED, drafted=lambda at, lines: seen.append((at, len(lines()))))
    assert sorted(seen) == [(at, 2) for at in range(len(ASKED))]  # a couplet is one part


def test_what_cannot_be_read_is_liked_least(poet: Poet) -> None:
    head = poet.tongues["en"].head
    assert head is not None
    (poem,) = poems(poet.generate(ASKED[:1]))
    other = poem.model_copy(update={"lines": ["qzxv qzxv"] * len(poem.lines)})
    logits = liking(poet, "en", head, [(ASKED[0], other), (ASKED[0], poem)])
    assert logits[0] == float("-inf")
    rows = read(poet, ASKED[0], poem.model_dump(mode="json"))
    assert rows is not None
    assert logits[1] == pytest.approx(float(head(features(poet, "en", [rows]))[0]))


def test_a_language_has_its_head_in_its_version(shipped: Poet, tmp_path: Path) -> None:
    from atelier.versions import shipped_folder

    for file in shipped_folder("poet").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert load_tongue(tmp_path, "en").head is None
    head = Head(torch.randn(4).double(), 0.5, torch.zeros(4).double(), torch.ones(4).double())
    save_head(tmp_path, "en", head)
    found = load_tongue(tmp_path, "en").head
    assert found is not None
    assert torch.equal(found.weight, head.weight)
    assert load_tongue(tmp_path, "zh").head is None
    save_head(tmp_path, "en", None)
    assert load_tongue(tmp_path, "en").head is None
