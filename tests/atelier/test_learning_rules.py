"""Whose votes count, how many of them and how much: each rule against votes that it is there for."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from atelier.languages import LANGS, say
from atelier.learning.brigades import brigades
from atelier.learning.lockstep import groups
from atelier.learning.rules import Bounds, Heard, _split, lessons

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
EASY = Bounds(least=1, least_voters=1, least_each=0, taught_each=0)


def heard(work: str, voter: str, *, liked: bool = True, minute: int = 0, server: str = "here") -> Heard:
    return Heard(
        work, "poem", "en", {"topic": "x"}, {"seed": 1}, (), "v1", voter, server, liked,
        NOON + timedelta(minutes=minute),
    )  # fmt: skip


def crowd(voters: int, works: int, each: int, seed: int = 1) -> list[Heard]:
    """Honest people: each votes on some works, by a taste of their own and with noise."""
    rng = random.Random(seed)
    votes, minute = [], 0
    for voter in range(voters):
        for work in rng.sample(range(works), each):
            minute += 1
            liked = (work % 3 == 0) != (rng.random() < 0.2)
            votes.append(heard(f"w{work}", f"p{voter}", liked=liked, minute=minute))
    return votes


def brigade(
    size: int, works: range, minute: int = 5000, *, liked: bool = False, skip: float = 0.0
) -> list[Heard]:
    """``skip``: how many of the works each of them leaves out."""
    rng = random.Random(9)
    return [
        heard(f"w{work}", f"b{n}", liked=liked, minute=minute + rng.randrange(10_000))
        for n in range(size) for work in works if rng.random() >= skip
    ]  # fmt: skip


def test_who_does_not_consent_teaches_nothing() -> None:
    votes = [
        heard("w1", "a"),
        replace(heard("w2", "b"), consents=False),
        replace(heard("w3", "c"), barred=True),
    ]
    found = lessons(votes, EASY)
    assert [lesson.heard.voter for lesson in found.lessons] == ["a"]
    assert found.left_out == {"no-consent": 1, "banned": 1}


def test_one_vote_a_person_a_work_the_last() -> None:
    votes = [heard("w1", "a", liked=False, minute=3), heard("w1", "a", minute=1)]
    (lesson,) = lessons(votes, EASY).lessons
    assert not lesson.heard.liked


def test_nobody_reads_twenty_works_in_ten_seconds() -> None:
    burst = [
        replace(heard(f"w{n}", "robot"), at=NOON + timedelta(seconds=n * 0.4)) for n in range(20)
    ]  # fmt: skip
    calm = [replace(heard(f"w{n}", "person"), at=NOON + timedelta(seconds=n * 0.6)) for n in range(20)]
    found = lessons([*burst, *calm], replace(EASY, person=100))
    assert {lesson.heard.voter for lesson in found.lessons} == {"person"}
    assert found.left_out["machine"] == 20


def test_a_person_a_server_and_a_snapshot_have_caps_and_everybody_has_a_turn() -> None:
    loud = [heard(f"w{n}", "loud", minute=100 + n) for n in range(30)]
    quiet = [heard(f"q{n}", f"p{n}", minute=n, server="there") for n in range(5)]
    found = lessons([*loud, *quiet], replace(EASY, person=10))
    counted = Counter(lesson.heard.voter for lesson in found.lessons)
    assert counted["loud"] == 10
    assert {one.heard.work for one in found.lessons if one.heard.voter == "loud"} == {
        f"w{n}"
        for n in range(20, 30)  # their newest
    }
    assert found.left_out["person-cap"] == 20
    small = replace(EASY, votes=20, server=0.35)
    assert Counter(x.heard.server for x in lessons([*loud, *quiet], small).lessons) == {"here": 7, "there": 5}
    few = lessons([*loud, *quiet], replace(EASY, votes=6, server=1)).lessons
    assert Counter(lesson.heard.voter for lesson in few)["loud"] == 1  # though all of theirs are newer


def test_by_default_no_server_has_more_than_half_of_what_is_learnt() -> None:
    def crowd_of(server: str, people: int, each: int) -> list[Heard]:
        return [
            heard(f"{server}{voter} {n}", f"{server}{voter}", liked=n % 2 == 0, minute=n, server=server)
            for voter in range(people) for n in range(each)
        ]  # fmt: skip

    large, small, private = crowd_of("large", 60, 20), crowd_of("small", 20, 20), crowd_of("", 5, 10)
    found = lessons([*large, *small, *private])
    assert Counter(one.heard.server for one in found.lessons) == {"large": 500, "small": 400, "": 50}
    assert found.left_out == {"server-cap": 700}
    alone = lessons([*large, *private])  # the only one: whose else should be learnt from?
    assert Counter(one.heard.server for one in alone.lessons)["large"] >= 900
    assert len(alone.lessons) == Bounds().votes
    assert "server-cap" not in alone.left_out


def test_accounts_that_vote_as_one_count_as_one() -> None:
    honest = crowd(60, 200, 25)
    fans = brigade(50, range(0, 60, 3), liked=True)  # of what the crowd likes too
    found = lessons([*honest, *fans], replace(EASY, votes=5000, val_in=10**9))
    assert found.in_step == (50,)
    weight = Counter[str]()
    for lesson in found.lessons:
        weight["fans" if lesson.heard.voter.startswith("b") else "crowd"] += lesson.weight
    assert weight["crowd"] == len(honest)
    assert weight["fans"] <= 20  # twenty works, one voice; without the rule it is a thousand
    alone = lessons(honest, replace(EASY, votes=5000))
    assert alone.in_step == ()


@pytest.mark.parametrize("skip", [0.0, 0.3, 0.5, 0.65])
def test_a_brigade_teaches_nothing_whichever_targets_it_skips(skip: float) -> None:
    honest = crowd(60, 200, 25)
    attack = brigade(50, range(0, 60, 3), skip=skip)  # against what the crowd likes
    found = lessons([*honest, *attack], replace(EASY, votes=5000))
    assert found.in_step[0] >= 45
    left = [lesson for lesson in found.lessons if lesson.heard.voter.startswith("b")]
    assert len(left) <= 20  # whoever happened to vote hardly at all
    assert found.left_out["brigade"] == len(attack) - len(left)
    crowds = [lesson for lesson in found.lessons if not lesson.heard.voter.startswith("b")]
    assert len(crowds) == len(honest)
    assert all(lesson.weight == 1 for lesson in crowds)


def test_a_brigade_that_also_votes_elsewhere_is_found() -> None:
    """Half as often as on its targets, and more, to look like people."""
    rng = random.Random(3)
    honest = crowd(60, 200, 25)
    attack = brigade(50, range(0, 60, 3), skip=0.4)
    cover = [
        heard(f"w{work}", f"b{n}", liked=(work % 3 == 0) != (rng.random() < 0.2), minute=4000 + n)
        for n in range(50) for work in rng.sample(range(60, 200), 7)
    ]  # fmt: skip
    found = lessons([*honest, *cover, *attack], replace(EASY, votes=5000))
    assert found.in_step[0] >= 45


@pytest.mark.parametrize("errs", [0.05, 0.1, 0.3])
def test_a_brigade_that_errs_is_not_found_but_weighs_no_more_than_its_works(errs: float) -> None:
    rng = random.Random(5)
    honest = crowd(60, 200, 25)
    attack = [
        replace(one, liked=one.liked != (rng.random() < errs))
        for one in brigade(50, range(0, 60, 3), skip=0.4)
    ]
    found = lessons([*honest, *attack], replace(EASY, votes=5000))
    usual = len(honest) / 200  # votes on a work
    theirs = sum(lesson.weight for lesson in found.lessons if lesson.heard.voter.startswith("b"))
    assert len(attack) > 500
    assert theirs <= 20 * 2 * usual + 1  # of twenty works, which are twice as heavy as others at most
    calm = sum(lesson.weight for lesson in found.lessons if lesson.heard.voter.startswith("p"))
    assert calm > 0.9 * len(honest)


def test_a_crowd_weighs_no_more_than_a_few_works() -> None:
    votes = [heard(f"w{n}", f"p{n}{k}") for n in range(20) for k in range(3)]
    votes += [heard("famous", f"f{n}", liked=n % 3 > 0) for n in range(60)]
    found = lessons(votes, EASY).lessons
    assert sum(one.weight for one in found if one.heard.work == "famous") == pytest.approx(6)
    assert all(one.weight == 1 for one in found if one.heard.work != "famous")


def test_where_there_is_one_server_what_is_too_much_is_older() -> None:
    found = lessons(crowd(60, 200, 25), replace(EASY, votes=1000))
    assert found.left_out == {"older": 500}


def test_a_taste_that_divides_people_makes_no_brigade() -> None:
    """Two camps of a small studio, who all vote on the same works, and sometimes see it otherwise."""
    rng = random.Random(6)
    votes = []
    for person in range(60):
        for work in range(120):
            if rng.random() < (0.5 if work < 15 else 0.05):  # fifteen that everybody saw, and others
                mine = (work % 2 == person % 2) != (rng.random() < 0.1)
                votes.append((f"p{person}", f"w{work}", mine))
    assert brigades(votes) == []
    popular = [(f"p{p}", f"w{w}", rng.random() < 0.9) for p in range(60) for w in range(8)]
    assert brigades([*popular, *((f"q{p}", f"x{p}", True) for p in range(40))]) == []


def test_people_who_like_nearly_everything_are_no_brigade() -> None:
    rng = random.Random(4)
    votes = [(f"p{p}", f"w{w}", rng.random() < 0.92) for p in range(40) for w in range(12)]
    assert groups(votes) == []
    assert len(groups([(f"p{p}", f"w{w}", w % 2 == 0) for p in range(5) for w in range(14)])) == 1
    assert groups([(f"p{p}", f"w{w}", w % 2 == 0) for p in range(4) for w in range(14)]) == []  # friends


def test_somebody_held_out_once_is_held_out_later() -> None:
    found = lessons(crowd(100, 3000, 20), replace(EASY, votes=5000))
    splits: dict[str, set[str]] = {}
    for lesson in found.lessons:
        splits.setdefault(lesson.heard.voter, set()).add(lesson.split)
    assert all(len(one) == 1 for one in splits.values())
    held_out = {v for v, one in splits.items() if one == {"val"}}
    assert 8 <= len(held_out) <= 34
    again = lessons([*crowd(100, 3000, 20), heard("new", "p1", minute=10**5)], replace(EASY, votes=5000))
    assert {x.heard.voter for x in again.lessons if x.split == "val"} == held_out


def test_a_group_of_friends_lets_nobody_out_of_what_is_held_out() -> None:
    """Who votes as one with whom changes; who was held out is never learnt from."""
    honest = crowd(60, 200, 25)
    friends = brigade(60, range(0, 60, 3), liked=True)  # of what the crowd likes too
    alone = [replace(one, work=f"{one.work} of {one.voter}") for one in friends]  # nobody sees them as one
    easy = replace(EASY, votes=10**6, person=10**6)

    def parts(votes: list[Heard], split: str) -> set[str]:
        found = lessons([*honest, *votes], easy)
        return {x.heard.voter for x in found.lessons if x.split == split and x.heard.voter in members}

    members = {one.voter for one in friends}
    held_out = parts(alone, "val")
    assert 5 <= len(held_out) <= 25
    together = lessons([*honest, *friends], easy)
    assert together.in_step == (60,)
    assert parts(friends, "train") == members - held_out
    assert parts(friends, "val") == set()  # what they say was learnt already
    assert together.left_out["held-out-in-step"] == 20 * len(held_out)
    voices = sum(x.weight for x in together.lessons if x.heard.voter in members)
    assert voices == pytest.approx(20)  # twenty works, one voice each
    whole = [one for one in friends if one.voter in held_out]
    assert lessons([*honest, *whole], easy).in_step == (len(held_out),)
    assert parts(whole, "val") == held_out  # a group that is held out whole is measured on


def test_what_is_missing_is_told() -> None:
    votes = [heard(f"w{n}", f"p{n % 3}", liked=n > 4) for n in range(40)]
    missing = lessons(votes, Bounds(taught_each=0)).missing
    assert (missing["votes"], missing["voters"], missing["disliked"]) == (160, 2, 15)
    assert "liked" not in missing


def halves(voter: int, each: int, lang: str | None = None) -> list[Heard]:
    """Every second vote of somebody is a 👍."""
    more = {} if lang is None else {"lang": lang}
    return [
        replace(
            heard(f"{voter} {lang} {n}", f"p{voter}", liked=n % 2 == 0, minute=100 * voter + n), result=more
        )
        for n in range(each)
    ]


def test_what_a_reward_head_lacks_is_missing_too() -> None:
    """Twenty of each are not thirty of each in ``train``: nothing would come of a training."""
    held_out = [v for v in range(40) if _split(f"p{v}", Bounds()) == "val"]
    taught = [v for v in range(40) if v not in held_out]
    some = [*halves(held_out[0], 40), *halves(taught[0], 50)]
    bounds = Bounds(least=1, least_voters=1)
    few = lessons(some, bounds)
    assert (few.counts["liked"], few.counts["disliked"]) == (45, 45)
    assert few.missing == {"liked": 5, "disliked": 5}
    enough = [*some, *halves(taught[1], 10)]
    assert lessons(enough, bounds).missing == {}
    alone = lessons([vote for vote in enough if vote.voter != f"p{held_out[0]}"], bounds)
    assert alone.missing == {"held_out": 2}  # nobody to judge by
    for lang in LANGS:
        assert "retrain-missing" not in say("retrain-missing-held_out", lang, number=2)
    assert lessons([], bounds).missing == {"votes": 1, "liked": 20, "disliked": 20, "voters": 1}


def test_one_language_that_can_be_taught_is_enough() -> None:
    held_out = next(v for v in range(40) if _split(f"p{v}", Bounds()) == "val")
    taught = [v for v in range(40) if _split(f"p{v}", Bounds()) == "train"]
    bounds = Bounds(least=1, least_voters=1)
    both = [
        *halves(taught[0], 40, "en"), *halves(taught[1], 40, "zh"),
        *halves(held_out, 4, "zh"), *halves(held_out, 4, "en"),
    ]  # fmt: skip
    assert lessons(both, bounds).missing == {"liked": 10, "disliked": 10}  # though sixty are of two languages
    more = [*both, *halves(taught[2], 20, "zh")]
    assert lessons(more, bounds).missing == {}


def test_the_order_in_which_votes_come_changes_nothing() -> None:
    votes = [*crowd(30, 100, 20), *brigade(10, range(20))]
    shuffled = random.Random(2).sample(votes, len(votes))
    assert lessons(votes, Bounds(votes=300)) == lessons(shuffled, Bounds(votes=300))
