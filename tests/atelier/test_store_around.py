"""What the store keeps around a work: presses that act once, favourites, deletions."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from atelier.errors import BadInput
from atelier.limits import Limits, Reached
from atelier.requests import PaintRequest, PoemRequest, Steer, Words
from atelier.store import ArtefactRef, PersonRef, Store, Work
from atelier.store import favourites as favourites_of
from atelier.store import works as works_of
from atelier.store.erasure import FORGOTTEN
from atelier.store.tables import metadata
from atelier.works import PictureResult
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


@pytest.mark.parametrize("whose", ["person", "member", "server", "studio"])
def test_requests_that_come_at_once_do_not_pass_a_limit(store: Store, whose: str) -> None:
    """Eight front ends count at the same moment, and none of them sees what the others write."""
    most = {"person": 9, "member": 9, "server": 9, "studio": 9, whose: 3}
    together = Barrier(8)

    def accept(number: int) -> str:
        person = ADA if whose in ("person", "member") else PersonRef("discord", f"1{number}")
        here = "room" if whose in ("member", "server") else f"room {number}"
        together.wait(30)
        try:
            store.accept(
                person=person, kind="poem", request=PoemRequest(topic="初雪"), lang="zh",
                place={"server": here}, source=f"at once {number}", limits=Limits(**most),
            )  # fmt: skip
        except Reached as reached:
            return reached.whose
        return "accepted"

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(accept, range(8)))
    assert sorted(ends) == sorted(["accepted"] * 3 + [whose] * 5)
    assert store.stats()["works"] == 3


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
    with pytest.raises(BadInput, match="cannot find that work"):
        store.favour("nosuchwork", ADA)


def test_a_favourite_pressed_once_and_delivered_twice_is_one_press(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = ask(store)
    no_haste(monkeypatch)
    presses = ["telegram:query:1", "telegram:query:2", "telegram:query:3"]
    kept = [store.favour(work.id, ADA, source) for source in presses]
    assert kept == [True, False, True]
    # The front end died before it could confirm them: all come again, in their order.
    assert [store.favour(work.id, ADA, source) for source in presses] == [True, True, True]
    assert not store.favour(work.id, ADA, "telegram:query:4")
    assert store.favour(work.id, BEN, "telegram:query:1")  # somebody else's press


def test_a_deleted_work_leaves_no_word(store: Store) -> None:
    work, other = ask(store, topic="my secret wish"), ask(store, "b")
    ref = ArtefactRef("poem.txt", "text/plain", "ab/poem.txt", 3)
    store.made(work.id, poem(title="my secret wish"), [ref])
    for message in ("5:9", "5:10"):
        store.put_message(work.id, "discord", message)
    store.vote(work.id, BEN, "liked", origin="button", platform="telegram")
    store.favour(work.id, BEN)

    artefacts, messages, first = store.remove(work.id)
    assert (artefacts, sorted(messages), first) == ([ref], ["5:10", "5:9"], True)
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
    assert sorted(store.leftovers("discord")) == [("5:10", "zh"), ("5:9", "zh")]
    for message in ("5:9", "5:10"):
        store.forget_message("discord", message)
    assert store.remove(work.id) == ([], [], False)  # twice
    with pytest.raises(BadInput):
        store.remove("nosuchwork")


def test_a_work_deleted_while_it_is_made_stays_deleted(store: Store) -> None:
    work = ask(store)
    store.queued(work.id)
    store.remove(work.id)
    assert not store.made(work.id, poem(), [])


def test_what_others_made_of_an_erased_persons_works_stays_without_their_words(store: Store) -> None:
    mine = store.accept(
        person=ADA, kind="paint", request=PaintRequest(prompt="my secret", seed=1), lang="en", place={},
        source="discord:1",
    )[0]  # fmt: skip
    mixed = Steer(mix=(Words(prompt="my secret"), Words(prompt="a hill")))

    def made(source: str, person: PersonRef, request: PaintRequest, parent: Work, act: str) -> Work:
        work = store.accept(
            person=person, kind="paint", request=request, lang="en", place={}, source=source,
            parent=parent.id, act=act,
        )[0]  # fmt: skip
        result = PictureResult(
            seed=1, version="v1", file="a.png", files=["a.png"], width=8, height=8, understood="secret"
        )
        store.made(work.id, result, [])
        return work

    again = made("b1", BEN, PaintRequest(prompt="my secret", seed=2), mine, "again")
    mine_too = made("a2", ADA, PaintRequest(prompt="my other secret", seed=3), again, "edit#1")
    his = made("b0", BEN, PaintRequest(prompt="a hill", seed=4), mine_too, "edit#2")
    blend = made("b3", BEN, PaintRequest(prompt="a hill", seed=5, steer=mixed), his, f"blend.1+{mine.id}")
    apart = ask(store, "b4", BEN, topic="my secret")  # his own words, by chance the same
    assert {work.id for work in store.made_from(ADA)} == {again.id, his.id, blend.id}
    store.erase(ADA)
    kept = {work.id: work for work in store.recent(BEN)}
    assert kept[again.id].request == PaintRequest(prompt=FORGOTTEN, seed=2)
    assert kept[again.id].result is not None
    assert "secret" not in str(kept[again.id].result)
    assert kept[his.id].request.words == kept[blend.id].request.words == "a hill"
    steer = kept[blend.id].request.model_dump()["steer"]
    assert [one["prompt"] for one in steer["mix"]] == [FORGOTTEN, "a hill"]
    assert kept[apart.id].request.words == "my secret"


def test_a_ban_outlives_an_erasure_without_a_name(store: Store) -> None:
    eve = PersonRef("discord", "987654321")
    ask(store, "discord:1", eve)
    store.ban(eve, "5", "she floods")
    store.note_deed(
        BEN, "5", "admin ban", {"person": f"discord:{eve.platform_id}", "why": "she floods"}, "done"
    )
    store.put_message(store.recent(eve)[0].id, "discord", "5:9")
    assert [ban["why"] for ban in store.everything_of(eve)[0]["bans"]] == ["she floods"]
    store.erase(eve)
    assert store.leftovers("discord") == [("5:9", "zh")]
    store.forget_message("discord", "5:9")
    assert store.leftovers("discord") == []
    with store._db.reading() as connection:
        for table in metadata.sorted_tables:
            dump = str(connection.execute(table.select()).all())
            assert "floods" not in dump, table.name
            assert f"'{eve.platform_id}'" not in dump, table.name
    found = store.banned(eve, "5")
    assert found is not None
    assert found.why == ""
    assert not store.ban(eve, "5", "again")
    assert store.banned(eve, "6") is None
    assert store.unban(eve, "5")
    assert store.banned(eve, "5") is None


def test_what_a_private_chat_showed_of_others_goes_with_its_person(store: Store) -> None:
    eve = PersonRef("telegram", "987654321")
    ask(store, "telegram:1", eve)
    his = ask(store, "telegram:2", BEN)
    for message in ("987654321:7", "9876543210:7", "-5:8"):
        store.put_message(his.id, "telegram", message)
    store.erase(eve)
    assert sorted(store.messages_of(his.id, "telegram")) == ["-5:8", "9876543210:7"]
