"""What the store keeps around a work: presses that act once, favourites, deletions."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from atelier.errors import BadInput
from atelier.requests import PoemRequest
from atelier.store import ArtefactRef, PersonRef, Store, Work
from atelier.store import favourites as favourites_of
from atelier.store import works as works_of
from atelier.store.tables import metadata
from tests.atelier.test_store import ADA, BEN, ask, poem


@pytest.fixture
def store(any_database_url: str) -> Iterator[Store]:
    opened = Store.open(any_database_url)
    yield opened
    opened.close()


def press(
    store: Store, parent: Work, source: str, act: str = "again", person: PersonRef = ADA
) -> tuple[Work, bool]:
    request = PoemRequest(topic="初雪", seed=9)
    return store.accept(
        person=person, kind="poem", request=request, lang="zh", place={}, source=source,
        parent=parent.id, act=act,
    )  # fmt: skip


def no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment passes between two presses."""
    monkeypatch.setattr(works_of, "TWICE_S", 0.0)
    monkeypatch.setattr(favourites_of, "TWICE_S", 0.0)


def test_a_button_pressed_twice_acts_once_until_its_work_is_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_haste(monkeypatch)
    parent = ask(store)
    first, new = press(store, parent, "p1")
    assert new
    assert (first.parent, first.act) == (parent.id, "again")
    assert press(store, parent, "p2") == (first, False)
    assert press(store, parent, "p3", act="vary-subtle.2")[1]  # another button
    assert press(store, parent, "p4", person=BEN)[1]  # another person
    store.made(first.id, poem(), [])
    assert press(store, parent, "p5")[0].id == first.id
    store.posted(first.id)
    assert press(store, parent, "p6")[1]
    assert press(store, parent, "p1")[0].id == first.id  # the first update, redelivered late


def test_a_second_press_in_haste_is_the_same_press(store: Store) -> None:
    parent = ask(store)
    first, _ = press(store, parent, "p1")
    store.made(first.id, poem(), [])
    store.posted(first.id)
    assert press(store, parent, "p2")[0].id == first.id


def test_what_was_cancelled_may_be_pressed_again(store: Store) -> None:
    parent = ask(store)
    first, _ = press(store, parent, "p1")
    store.cancelled(first.id)
    assert press(store, parent, "p2")[1]


def test_presses_at_once_are_one(store: Store) -> None:
    parent = ask(store)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: press(store, parent, f"p{n}"), range(4)))
    assert len({work.id for work, _ in made}) == 1
    assert [new for _, new in made].count(True) == 1


def test_favourites_are_kept_and_let_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = ask(store), ask(store, "b", BEN)
    assert store.favour(one.id, ADA)
    assert store.favour(one.id, ADA)  # pressed twice
    assert store.favour(two.id, ADA)
    assert [work.id for work in store.favourites(ADA)] == [two.id, one.id]
    assert store.favourites(BEN) == []
    no_haste(monkeypatch)
    assert not store.favour(one.id, ADA)
    assert (store.favoured(one.id, ADA), store.favoured(two.id, ADA)) == (False, True)
    assert [work.id for work in store.favourites(ADA)] == [two.id]
    with pytest.raises(BadInput, match="do not know that work"):
        store.favour("nosuchwork", ADA)


def test_a_deleted_work_leaves_no_word(store: Store) -> None:
    work, other = ask(store, topic="my secret wish"), ask(store, "b")
    ref = ArtefactRef("poem.txt", "text/plain", "ab/poem.txt", 3)
    store.made(work.id, poem(title="my secret wish"), [ref])
    for message in ("5:9", "5:10"):
        store.put_message(work.id, "discord", message)
    store.vote(work.id, BEN, "liked", origin="button", platform="telegram")
    store.favour(work.id, BEN)

    artefacts, messages = store.remove(work.id)
    assert (artefacts, sorted(messages)) == ([ref], ["5:10", "5:9"])
    with store._db.reading() as connection:
        for table in metadata.sorted_tables:
            assert "secret" not in str(connection.execute(table.select()).all()), table.name
    gone = store.get(work.id)
    assert gone is not None
    assert (gone.state, gone.person, gone.result) == ("deleted", ADA, None)
    assert store.work_of_message("discord", "5:9") is None
    assert [left.id for left in store.recent(ADA)] == [other.id]
    assert store.favourites(BEN) == []
    assert [row["work"] for row in store.feedback()] == []
    assert store.undelivered("discord") == []
    for late in (
        lambda: store.vote(work.id, BEN, "liked", origin="button", platform="telegram"),
        lambda: store.favour(work.id, BEN),
    ):
        with pytest.raises(BadInput) as refused:
            late()
        assert refused.value.key == "work-unknown"
    assert store.remove(work.id) == ([], [])  # twice
    with pytest.raises(BadInput):
        store.remove("nosuchwork")


def test_a_work_deleted_while_it_is_made_stays_deleted(store: Store) -> None:
    work = ask(store)
    store.queued(work.id)
    store.remove(work.id)
    assert not store.made(work.id, poem(), [])
