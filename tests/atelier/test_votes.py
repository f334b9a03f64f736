"""What a vote is, against a tiny oracle: every short history on both databases, long ones on SQLite."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from atelier.errors import BadInput
from atelier.requests import PoemRequest
from atelier.store import PersonRef, Store, Tally, Vote, Work

ADA, BEN = PersonRef("discord", "1"), PersonRef("discord", "2")
HEART, DOWN = "reaction:❤", "reaction:👎"


class Oracle:
    """One person's votes on one work, as a stack of casts."""

    def __init__(self) -> None:
        self.casts: list[tuple[str, Vote]] = []
        self.logged = 0

    def vote(self, origin: str, value: Vote) -> None:
        if self.casts[-1:] != [(origin, value)]:
            self.casts.append((origin, value))
            self.logged += 1

    def withdraw(self, origin: str) -> None:
        left = [cast for cast in self.casts if cast[0] != origin]
        self.logged += left != self.casts
        self.casts = left

    @property
    def stands(self) -> Vote | None:
        return self.casts[-1][1] if self.casts else None


def tally(*votes: Vote | None) -> Tally:
    return Tally(votes.count("liked"), votes.count("disliked"))


def new_work(store: Store) -> Work:
    work, _ = store.accept(
        person=ADA, kind="poem", request=PoemRequest(topic="x", seed=1), lang="en", place={},
        source=uuid.uuid4().hex,
    )  # fmt: skip
    return work


@pytest.fixture
def store(any_database_url: str) -> Iterator[Store]:
    opened = Store.open(any_database_url)
    yield opened
    opened.close()


def test_every_history_of_two_steps(store: Store) -> None:
    steps: list[tuple[str, Vote | None]] = [
        ("button", "liked"), ("button", "disliked"), (HEART, "liked"), (DOWN, "disliked"), (HEART, None),
        (DOWN, None),
    ]  # fmt: skip
    for history in itertools.product(steps, repeat=2):
        work, oracle = new_work(store), Oracle()
        for origin, value in history:
            if value is None:
                oracle.withdraw(origin)
                counted = store.withdraw(work.id, BEN, origin=origin, platform="discord")
            else:
                oracle.vote(origin, value)
                counted = store.vote(work.id, BEN, value, origin=origin, platform="discord")
            assert counted == tally(oracle.stands), history
        assert store.standing(work.id, BEN) == oracle.stands, history


class Votes(RuleBasedStateMachine):
    """Two people vote and take votes back in any order."""

    people = st.sampled_from([ADA, BEN])
    origins = st.sampled_from(["button", "web", HEART, "reaction:👍", DOWN])

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store = Store.open(f"sqlite:///{Path(self.folder.name) / 'a.db'}")
        self.work = new_work(self.store)
        self.oracles = {ADA: Oracle(), BEN: Oracle()}

    @rule(person=people, origin=origins, value=st.sampled_from(["liked", "disliked"]))
    def vote(self, person: PersonRef, origin: str, value: Vote) -> None:
        self.oracles[person].vote(origin, value)
        self.store.vote(self.work.id, person, value, origin=origin, platform="discord")

    @rule(person=people, origin=origins)
    def withdraw(self, person: PersonRef, origin: str) -> None:
        self.oracles[person].withdraw(origin)
        self.store.withdraw(self.work.id, person, origin=origin, platform="discord")

    @invariant()
    def agrees(self) -> None:
        expected = [oracle.stands for oracle in self.oracles.values()]
        assert [self.store.standing(self.work.id, person) for person in self.oracles] == expected
        assert self.store.tally(self.work.id) == tally(*expected)
        rows = list(self.store.feedback())
        assert len(rows) == sum(oracle.logged for oracle in self.oracles.values())
        assert sorted(row["vote"] for row in rows if row["stands"]) == sorted(v for v in expected if v)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


Votes.TestCase.settings = settings(
    max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestVotes = Votes.TestCase


def test_the_log_says_who_what_when_and_from_where_but_not_whom(store: Store) -> None:
    work = new_work(store)
    store.vote(work.id, BEN, "liked", origin=HEART, platform="discord")
    store.vote(work.id, ADA, "disliked", origin="button", platform="discord")
    store.withdraw(work.id, BEN, origin=HEART, platform="discord")
    cast, other, withdrawn = store.feedback()
    assert (cast["work"], cast["kind"], cast["request"]) == (work.id, "poem", {"topic": "x", "seed": 1})
    assert (cast["act"], cast["vote"], cast["origin"], cast["stands"]) == ("cast", "liked", HEART, False)
    assert (withdrawn["act"], withdrawn["vote"]) == ("withdrawn", None)
    assert other["stands"]
    assert cast["person"] == withdrawn["person"] != other["person"]
    assert cast["person"] != "2"
    assert len(cast["person"]) == 24
    assert cast["at"].endswith("+00:00")


def test_stats_count_the_votes_that_stand(store: Store) -> None:
    first, second = new_work(store), new_work(store)
    store.vote(first.id, ADA, "liked", origin="button", platform="discord")
    store.vote(first.id, ADA, "disliked", origin="button", platform="discord")
    store.vote(first.id, BEN, "liked", origin=HEART, platform="discord")
    store.vote(second.id, BEN, "liked", origin=HEART, platform="discord")
    store.withdraw(second.id, BEN, origin=HEART, platform="discord")
    stats = store.stats()
    assert (stats["works"], stats["liked"], stats["disliked"], stats["people"]) == (2, 1, 1, 2)
    assert stats["kinds"] == {"poem": {"works": 2, "liked": 1, "disliked": 1}}


def test_a_vote_on_an_unknown_work_is_refused_and_leaves_nothing(store: Store) -> None:
    for call in (
        lambda: store.vote("nowhere", ADA, "liked", origin="button", platform="discord"),
        lambda: store.withdraw("nowhere", ADA, origin="button", platform="discord"),
    ):
        with pytest.raises(BadInput):
            call()
    assert list(store.feedback()) == []
    assert store.stats()["people"] == 0
