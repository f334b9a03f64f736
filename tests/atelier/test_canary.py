"""A candidate on trial: its share, its votes, what follows; killed at any step it is the old or the new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from atelier import canary, registry
from atelier.artefacts import Shelf
from atelier.errors import BadInput, Unavailable, WeightsError
from atelier.requests import PoemRequest
from atelier.settings import Settings
from atelier.shares import falls
from atelier.store import PersonRef, Store
from atelier.store.rows import meet, new_id, now
from atelier.store.tables import feedback
from atelier.store.tables import works as works_table
from atelier.versions import shipped_folder
from atelier.works import PoemResult
from tests.atelier.test_registry import killed_at, version

SHIPPED = shipped_folder("poet").name
WEEK = timedelta(days=7)


def adopted(store: Store, settings: Settings, tmp_path: Path, name: str = "new") -> str:
    registry.adopt(store, "poet", version(tmp_path / name, name), settings.versions)
    return name


def voted(store: Store, works: Sequence[tuple[str, bool]], first: int = 0, **other: Any) -> list[str]:
    """Works by those versions, liked or not by whoever votes on nothing else; in one transaction.

    ``voters`` a work (1), or by the names ``who``; the ``parent`` of each.
    """
    made, at = [], now()
    with store._db.writing(hasty=True) as connection:
        for number, (by, liked) in enumerate(works, first):
            names = other.get("who") or [f"v{number}-{one}" for one in range(other.get("voters", 1))]
            work = new_id()
            result = PoemResult(
                seed=1, version=by, form="free", lang="en", title="", lines=["a"], stanzas=[1]
            )
            connection.execute(insert(works_table).values(
                id=work, person_id=meet(connection, PersonRef("discord", f"a{number}")), kind="poem",
                request={"topic": "x", "seed": number}, lang="en", place={}, source=work, state="made",
                version=by, result=result.model_dump(mode="json"), artefacts=[], post={}, asked_at=now(),
                parent=other.get("parent"),
            ))  # fmt: skip
            for name in names:
                connection.execute(insert(feedback).values(
                    work_id=work, person_id=meet(connection, PersonRef("discord", name)), act="cast",
                    value="liked" if liked else "disliked", origin="button", platform="discord",
                    at=at + timedelta(minutes=number),
                ))  # fmt: skip
            made.append(work)
    return made


def please(store: Store, ours: float, theirs: float, works: int, first: int = 0) -> None:
    """So many works by each, liked as often as that, evenly spread."""
    rows = []
    for number in range(works):
        for by, share in (("new", ours), (SHIPPED, theirs)):
            rows.append((by, int((number + 1) * share) > int(number * share)))
    voted(store, rows, first)


@pytest.fixture
def half(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(canary_share=0.5)


def test_a_share_of_the_requests_falls_to_it_always_the_same() -> None:
    requests = [PoemRequest(topic=f"topic {number}", seed=number) for number in range(4000)]
    chosen = [falls(request, "v2", 0.1) for request in requests]
    assert 0.08 < sum(chosen) / len(chosen) < 0.12
    assert chosen == [falls(request, "v2", 0.1) for request in requests]
    assert chosen != [falls(request, "v3", 0.1) for request in requests]
    more = [falls(request, "v2", 0.3) for request in requests]
    assert all(wider for wider, narrow in zip(more, chosen, strict=True) if narrow)
    assert not any(falls(request, "v2", 0.0) for request in requests)


def test_a_trial_is_one_pointer_beside_the_one_that_serves(any_database_url: str) -> None:
    store = Store.open(any_database_url)
    store.register_version("poet", SHIPPED, "x", "shipped", {})
    for name in ("one", "two"):
        store.register_version("poet", name, "x", f"/versions/{name}", {})
    store.register_version("poet", "bad", "x", "/versions/bad", {}, "rejected")
    assert store.pointers("poet").candidate is None
    for name in ("bad", SHIPPED, "nosuch"):
        with pytest.raises(BadInput) as refused:
            store.begin_trial("poet", name, SHIPPED, 0.1)
        assert refused.value.key == "canary-no-candidate"
    store.begin_trial("poet", "one", SHIPPED, 0.1)
    assert store.begin_trial("poet", "two", SHIPPED, 0.2).version == "two"  # the first made way
    to = store.pointers("poet")
    assert (to.current, to.candidate, to.version, to.share) == (None, "/versions/two", "two", 0.2)
    assert len(store.running_trials()) == 1
    assert store.pointers("painter").candidate is None
    # By hand: promoting it ends its trial, a rollback then goes back.
    store.promote("poet", "two")
    assert (store.pointers("poet").current, store.pointers("poet").candidate) == ("/versions/two", None)
    assert store.trial("poet").state == "promoted"
    store.begin_trial("poet", "one", "two", 0.1)
    assert store.rollback("poet").version == "two"  # what was on trial goes, what serves stays
    rows = {row.version: row.status for row in store.versions("poet")}
    assert (rows["one"], rows["two"]) == ("rejected", "current")
    assert store.trial("poet").state == "rolled-back"
    assert store.rollback("poet").version == SHIPPED
    store.register_version("poet", "three", "x", "/versions/three", {})
    store.begin_trial("poet", "three", SHIPPED, 0.1)
    store.promote("poet", "bad")  # another one by hand: the trial has nothing to compare with any more
    assert store.trial("poet").state == "stopped"


def test_it_begins_with_the_settings_share_or_not_at_all(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = make_settings()
    store = Store.open(settings.database)
    name = adopted(store, settings, tmp_path)
    assert canary.begin(store, make_settings(canary_share=0), "poet", name) is None
    trial = canary.begin(store, settings, "poet", name)
    assert trial is not None
    assert (trial.share, trial.against) == (0.1, SHIPPED)
    [row] = [row for row in store.versions("poet") if row.version == name]
    assert canary.after_gate(store, settings, row) is None  # it was on trial: trained again it is not anew
    other = registry.adopt(store, "poet", version(tmp_path / "other", "other"), settings.versions)
    following = canary.after_gate(store, settings, other)
    assert following is not None
    assert following.version == "other"


def test_votes_promote_a_better_one(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    watch = canary.Watch(store, half)
    watch.turn()
    assert store.running_trials()[0].seen["verdicts"] == [0, 0]
    please(store, ours=0.9, theirs=0.3, works=30)
    [trial] = store.running_trials()
    assert watch.look(trial) == "promoted"
    assert store.pointers("poet").current == str(half.versions / "poet" / "new")
    assert store.serving("poet") == str(half.versions / "poet" / "new")
    rows = {row.version: row.status for row in store.versions("poet")}
    assert (rows["new"], rows[SHIPPED]) == ("current", "previous")
    [news] = store.news_for("discord", WEEK)
    assert news.key == "canary-promoted"
    assert (news.params["ours"], news.params["works"], news.params["against"]) == ("90", 30, SHIPPED)
    [deed] = store.deeds()
    assert (deed.command, deed.person, deed.options["version"]) == ("canary promoted", None, "new")
    assert watch.look(trial) is None  # it was over
    assert len(store.deeds()) == 1


def test_votes_take_a_worse_one_back(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    please(store, ours=0.2, theirs=0.8, works=40)
    assert canary.Watch(store, half).look(store.running_trials()[0]) == "rolled-back"
    assert store.pointers("poet") == type(store.pointers("poet"))()
    assert {row.version: row.status for row in store.versions("poet")}["new"] == "rejected"


def test_nothing_proven_ends_undecided(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    settings = make_settings(canary_share=0.5, canary_most=30)
    store = Store.open(settings.database)
    canary.begin(store, settings, "poet", adopted(store, settings, tmp_path))
    please(store, ours=0.5, theirs=0.5, works=29)
    watch = canary.Watch(store, settings)
    assert watch.look(store.running_trials()[0]) is None
    please(store, ours=0.5, theirs=0.5, works=1, first=1000)
    assert watch.look(store.running_trials()[0]) == "undecided"
    assert {row.version: row.status for row in store.versions("poet")}["new"] == "candidate"
    assert store.pointers("poet").candidate is None


def test_by_hand_the_votes_only_advise(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    settings = make_settings(canary_share=0.5, canary_auto=False)
    store = Store.open(settings.database)
    canary.begin(store, settings, "poet", adopted(store, settings, tmp_path))
    please(store, ours=0.9, theirs=0.3, works=30)
    for _ in range(2):
        assert canary.Watch(store, settings).look(store.running_trials()[0]) is None
    assert [news.key for news in store.news_for("discord", WEEK)] == ["canary-says-promoted"]
    assert store.serving("poet") is None


def test_one_that_is_damaged_by_then_is_not_promoted(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    please(store, ours=0.9, theirs=0.3, works=30)
    (half.versions / "poet" / "new" / "poet.safetensors").unlink()
    canary.Watch(store, half).look(store.running_trials()[0])
    assert store.serving("poet") is None
    assert [news.key for news in store.news_for("discord", WEEK)] == ["canary-damaged"]


def test_one_that_is_nowhere_any_more_is_not_promoted(half: Settings, tmp_path: Path) -> None:
    store, folder = Store.open(half.database), half.versions / "poet" / "new"
    canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    please(store, ours=0.9, theirs=0.3, works=30)
    folder.rename(tmp_path / "gone")
    with pytest.raises(WeightsError):
        registry.promote(store, "poet", "new", shelf=Shelf.open(half))
    canary.Watch(store, half).look(store.running_trials()[0])
    assert store.serving("poet") is None
    assert [news.key for news in store.news_for("discord", WEEK)] == ["canary-damaged"]
    with pytest.raises(WeightsError):
        canary.begin(store, half, "poet", "new")


def test_one_that_another_machine_trained_is_promoted_if_the_shelf_has_it(
    half: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, shelf = Store.open(half.database), Shelf.open(half)
    registry.adopt(store, "poet", version(tmp_path / "new", "new"), half.versions, shelf=shelf)
    (half.versions / "poet" / "new").rename(tmp_path / "another machine")
    canary.begin(store, half, "poet", "new")
    please(store, ours=0.9, theirs=0.3, works=30)
    watch = canary.Watch(store, half)

    def down(*_: Any) -> bytes:
        raise Unavailable("artefacts-down")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Shelf, "get", down)
        with pytest.raises(Unavailable):
            watch.turn()  # nobody can know: the trial goes on
    assert len(store.running_trials()) == 1
    watch.turn()
    assert store.current("poet").version == "new"


def test_whose_verdict_counts(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    [before] = voted(store, [(SHIPPED, True)])  # made before the trial
    trial = canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    assert trial is not None
    voted(store, [("new", True)], 2, voters=50)  # a crowd on one work is one verdict
    voted(store, [("new", False)], 3)
    voted(store, [("elder", True)], 4)  # by neither of the two
    voted(store, [("new", True)], 5, parent=before)  # where that went, chance did not choose
    found = canary.verdicts(store, trial)
    assert (found.liked, found.verdicts) == ((1, 0), (2, 0))
    # Accounts that vote as one have no voice here at all.
    brigade = [f"brigade{account}" for account in range(20)]
    voted(store, [("new", number % 2 == 0) for number in range(16)], 10, who=brigade)
    assert canary.verdicts(store, trial).verdicts == (2, 0)


def test_a_new_trial_ends_another_and_says_so(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    canary.begin(store, half, "poet", "new")  # the same again is no news
    assert store.news_for("discord", WEEK) == []
    newer = adopted(store, half, tmp_path, "newer")
    canary.begin(store, half, "poet", newer)
    [news] = store.news_for("discord", WEEK)
    assert (news.key, news.params) == (
        "canary-replaced", {"model": "poet", "version": "new", "by": "newer"}
    )  # fmt: skip
    assert [trial.version for trial in store.running_trials()] == ["newer"]


def test_one_person_decides_nothing(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    trial = canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    assert trial is not None
    voted(store, [("new", True), (SHIPPED, False)] * 40, who=["fan"])
    found = canary.verdicts(store, trial)
    assert (sum(found.verdicts), found.voters) == (canary.VERDICTS, 1)
    for number in range(3):  # four agree, and would be enough by their number
        voted(store, [("new", True), (SHIPPED, False)] * 5, 100 * (number + 1), who=[f"friend{number}"])
    assert canary.verdicts(store, trial).better >= 1 / half.canary_alpha
    watch = canary.Watch(store, half)
    watch.turn()
    assert store.current("poet") is None
    voted(store, [("new", True)], 900, who=["somebody else"])
    watch.turn()
    assert store.current("poet").version == "new"


def test_a_decision_that_is_killed_leaves_the_old_or_the_new(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    please(store, ours=0.9, theirs=0.3, works=30)
    store.close()

    def decide() -> Any:
        other = Store.open(half.database)
        return canary.Watch(other, half).look(other.running_trials()[0])

    step, seen = 0, []
    while killed_at(step, decide):
        store = Store.open(half.database)
        current = store.current("poet")
        trials, news = store.running_trials(), store.news_for("discord", WEEK)
        if current is None:  # the old one serves, the trial goes on, nobody was told anything
            assert [trial.version for trial in trials] == ["new"]
            assert (news, store.deeds()) == ([], [])
        else:  # the new one, and everything that belongs to it
            assert (current.version, trials) == ("new", [])
            assert ([n.key for n in news], len(store.deeds())) == (["canary-promoted"], 1)
            seen.append(step)
            break
        store.close()
        step += 1
    assert step > 8
    store = Store.open(half.database)
    assert store.current("poet").version == "new"


def test_times_are_of_the_database(half: Settings, tmp_path: Path) -> None:
    store = Store.open(half.database)
    trial = canary.begin(store, half, "poet", adopted(store, half, tmp_path))
    assert trial is not None
    assert now() - trial.began_at < timedelta(minutes=5)
    assert trial.ended_at is None
