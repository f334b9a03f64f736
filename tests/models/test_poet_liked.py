"""Words that people like: found under noise, none where there is no taste, and said from then on."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from atelier.learning.rules import Bounds
from atelier.learning.snapshot import take
from atelier.requests import PoemRequest
from atelier.versions import shipped_folder
from atelier.works import Made, PoemResult
from models.poet.generate import Poet
from models.poet.liked import KEPT, MOST, Said, learn
from models.poet.trial import _same, topic_kept
from models.poet.tune import liked_words
from models.poet.version import load_tongue, save_liked
from models.tuning import renewed
from tests.models.test_poet_reward import OTHERS, SEASONS, names_a_season, no_taste, votes


@pytest.fixture(scope="module")
def poet() -> Poet:
    return Poet.load()


def works(count: int, seed: int, noise: float = 0.1, voices: int = 4) -> list[Said]:
    """Works of twelve of four hundred words; people like those that have one of two."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        words = frozenset(f"w{n}" for n in rng.sample(range(400), 12))
        good = bool(words & {"w1", "w2"})
        liked = sum(good != (rng.random() < noise) for _ in range(voices))
        found.append(Said(words, liked, voices - liked))
    return found


def test_the_words_of_a_taste_are_found_and_no_others() -> None:
    told = learn(works(800, 1), works(100, 2))
    assert set(told) == {"w1", "w2"}
    assert all(1 < nats <= MOST for nats in told.values())
    assert told == learn(works(800, 1), works(100, 2))


def test_what_held_out_people_do_not_bear_out_is_not_learnt() -> None:
    turned = [Said(one.words, one.disliked, one.liked) for one in works(100, 2)]
    assert learn(works(800, 1), turned) == {}
    assert learn(works(800, 1), []) == {}
    assert learn([], works(100, 2)) == {}
    assert learn(works(800, 1, noise=0.5), works(100, 2, noise=0.5)) == {}


def test_many_votes_on_few_works_say_less_than_on_many() -> None:
    """One poem that a crowd likes does not make each of its words liked."""
    rng = random.Random(4)
    few = [Said(frozenset(f"w{n}" for n in rng.sample(range(400), 12)), 1, 4) for _ in range(60)]
    few += [Said(frozenset({f"x{n}" for n in range(12)}), 90, 10)] * 3
    assert not any(word.startswith("x") for word in learn(few, few))
    assert Said(frozenset(), 4, 0).counted[0] < Said(frozenset(), 1, 0).counted[0] * 4


def test_the_same_votes_count_once_however_often_they_are_learnt_from() -> None:
    first = renewed({}, learn(works(800, 1), works(100, 2)), MOST)
    assert renewed(first, learn(works(800, 1), works(100, 2)), MOST) == first
    assert renewed({"a": 2.0, "b": -1.0}, {"a": 9.0, "c": 0.5}, MOST) == {"a": MOST, "b": -1.0, "c": 0.5}


def test_a_snapshot_of_a_taste_teaches_its_words(poet: Poet, tmp_path: Path) -> None:
    told = liked_words(poet, take("poet", votes(names_a_season), tmp_path / "votes", Bounds()), "en")
    assert {word for word, nats in told.items() if nats > 0} == set(SEASONS)
    assert not {word for word, nats in told.items() if nats > 0} & set(OTHERS)
    assert len(told) <= KEPT
    assert liked_words(poet, take("poet", votes(no_taste), tmp_path / "none", Bounds()), "en") == {}
    assert liked_words(poet, take("poet", votes(names_a_season), tmp_path / "votes", Bounds()), "zh") == {}


def test_the_poet_says_them_and_the_gate_sees_that_it_is_another(poet: Poet) -> None:
    asked = [PoemRequest(topic=topic, form="haiku", seed=seed)
             for topic in ("a clock", "the queen", "my hands") for seed in range(16)]  # fmt: skip

    def named() -> int:
        made = [one.result.model_dump() for one in poet.generate(asked) if isinstance(one, Made)]
        return sum(any("summer" in line.lower() for line in one["lines"]) for one in made)

    plain, before = poet.tongues["en"], named()
    try:
        poet.tongues["en"] = replace(plain, liked={"summer": MOST})
        after = named()
        assert not _same(poet.tongues["en"], plain)
    finally:
        poet.tongues["en"] = plain
    assert after >= before + 4
    assert _same(plain, plain)
    assert named() == before


def test_what_is_asked_for_is_not_crowded_out_by_what_is_liked(poet: Poet) -> None:
    """Words that are in every other poem by people's liking leave the others' places to them."""
    topics = ("bread and honey", "war and peace", "a wild horse")
    asked = [PoemRequest(topic=topic, form="haiku", seed=seed) for topic in topics for seed in range(16)]

    def kept() -> float:
        made = [(r, one.result) for r, one in zip(asked, poet.generate(asked), strict=True)
                if isinstance(one, Made) and isinstance(one.result, PoemResult)]  # fmt: skip
        return sum(topic_kept(poet, request, poem) for request, poem in made) / len(made)

    plain, before = poet.tongues["en"], kept()
    liked = dict.fromkeys(("summer", "spring", "winter", "fall"), MOST)
    try:
        poet.tongues["en"] = replace(plain, liked=liked)
        assert poet.tongues["en"].emphasis == MOST
        assert kept() >= before
    finally:
        poet.tongues["en"] = plain
    assert plain.emphasis == replace(plain, liked={"summer": -1.0}).emphasis == 0.0


def test_they_are_in_the_version(tmp_path: Path) -> None:
    for file in shipped_folder("poet").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert load_tongue(tmp_path, "en").leaning is None
    save_liked(tmp_path, "en", {"summer": 1.5, "no such word at all": 2.0})
    found = load_tongue(tmp_path, "en")
    assert found.liked == {"summer": 1.5}
    assert found.leaning is not None
    assert float(found.leaning.sum()) == 1.5
    assert float(found.leaning[found.vocabulary.numbers["summer"] - found.vocabulary.content]) == 1.5
