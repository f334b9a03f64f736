"""The store, on SQLite and on PostgreSQL: what a work goes through, and what happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atelier.requests import MelodyRequest, PaintRequest, PoemRequest
from atelier.rules import Preferences, Rules
from atelier.store import ArtefactRef, PersonRef, Store, Tally, Work
from atelier.store.house import STUDIO
from atelier.store.tables import metadata
from atelier.works import MelodyResult, PictureResult, PoemResult

ADA = PersonRef("discord", "1")
BEN = PersonRef("telegram", "1")


@pytest.fixture
def store(any_database_url: str) -> Iterator[Store]:
    opened = Store.open(any_database_url)
    yield opened
    opened.close()


def ask(store: Store, source: str = "discord:1", person: PersonRef = ADA, **options: Any) -> Work:
    request = PoemRequest(topic=options.pop("topic", "初雪 🌨"), seed=7, **options)
    work, new = store.accept(
        person=person, kind="poem", request=request, lang="zh", place={"channel": 5}, source=source
    )
    assert new
    return work


def poem(**changes: Any) -> PoemResult:
    values = {"seed": 7, "version": "v1", "form": "七绝", "lang": "zh", "title": "初雪", "lines": ["一"],
              "stanzas": [1], **changes}  # fmt: skip
    return PoemResult(**values)


def test_a_request_is_written_down_whole(store: Store) -> None:
    before = datetime.now(UTC)
    work = ask(store, mood="calm", form="七绝")
    assert work == store.get(work.id)
    assert work.request == PoemRequest(topic="初雪 🌨", seed=7, mood="calm", form="七绝")
    assert (work.person, work.kind, work.lang, work.state) == (ADA, "poem", "zh", "accepted")
    assert work.place == {"channel": 5}
    assert work.asked_at.tzinfo is not None
    assert before <= work.asked_at <= datetime.now(UTC)
    assert len(work.id) == 12
    assert work.id.isalnum()
    assert work.id.islower() or work.id.isdigit()


def test_a_redelivered_update_gives_the_first_row(store: Store) -> None:
    work = ask(store)
    again, new = store.accept(
        person=ADA,
        kind="paint",
        request=PaintRequest(prompt="other"),
        lang="en",
        place={},
        source="discord:1",
    )
    assert not new
    assert again == work
    assert store.stats()["works"] == 1


def test_updates_that_race_make_one_row(store: Store) -> None:
    def accept(_: int) -> tuple[str, bool]:
        work, new = store.accept(
            person=ADA, kind="poem", request=PoemRequest(topic="x"), lang="en", place={}, source="s"
        )
        return work.id, new

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(accept, range(16)))
    assert len({work_id for work_id, _ in answers}) == 1
    assert [new for _, new in answers].count(True) == 1


def test_people_of_two_platforms_are_two(store: Store) -> None:
    ask(store, "a", ADA)
    ask(store, "b", BEN)
    assert store.stats()["people"] == 2
    assert [work.person for work in store.recent(BEN)] == [BEN]


def test_a_work_goes_from_asked_to_posted(store: Store) -> None:
    work = ask(store)
    store.queued(work.id)
    store.started(work.id, "v1")
    running = store.get(work.id)
    assert running is not None
    assert (running.state, running.version) == ("running", "v1")
    assert running.started_at is not None
    ref = ArtefactRef("poem.txt", "text/plain", "ab/poem.txt", 3)
    assert store.made(work.id, poem(), [ref])
    assert store.undelivered("discord")[0].id == work.id
    assert store.undelivered("telegram") == []
    store.posted(work.id)
    told = store.get(work.id)
    assert told is not None
    assert (told.state, told.result, told.artefacts) == ("posted", poem(), (ref,))
    assert store.undelivered("discord") == []
    store.posted(work.id)
    assert store.get(work.id) == told


def test_every_kind_of_result_comes_back_as_it_was(store: Store) -> None:
    picture = PictureResult(
        seed=1, version="v1", file="a.png", files=["a.png"], width=64, height=64, understood="蝴蝶"
    )
    tune = MelodyResult(
        seed=1, version="v1", title="t", files={"ogg": "a.ogg"}, key="F#", mode="minor", meter="3/4",
        tempo=90, bars=4, rhythm=None, notes=[[0, 4, 60]],
    )  # fmt: skip
    for kind, request, result in (
        ("paint", PaintRequest(prompt="x"), picture),
        ("melody", MelodyRequest(description="x"), tune),
    ):
        work, _ = store.accept(
            person=ADA, kind=kind, request=request, lang="en", place={}, source=kind,  # type: ignore[arg-type]
        )  # fmt: skip
        assert store.made(work.id, result, [])
        again = store.get(work.id)
        assert again is not None
        assert again.result == result


def test_made_twice_is_made_once(store: Store) -> None:
    work = ask(store)
    assert store.made(work.id, poem(title="first"), [])
    assert not store.made(work.id, poem(title="second"), [])
    assert not store.failed(work.id, "work-crashed", {})
    assert not store.cancelled(work.id)
    kept = store.get(work.id)
    assert kept is not None
    assert kept.result == poem(title="first")
    assert kept.state == "made"


def test_a_cancelled_work_is_not_made(store: Store) -> None:
    work = ask(store)
    assert store.cancelled(work.id)
    assert not store.made(work.id, poem(), [])
    store.started(work.id, "v1")
    cancelled = store.get(work.id)
    assert cancelled is not None
    assert (cancelled.state, cancelled.result) == ("cancelled", None)


def test_a_quick_worker_is_not_overtaken_by_queued(store: Store) -> None:
    work = ask(store)
    store.started(work.id, "v1")
    store.queued(work.id)
    now = store.get(work.id)
    assert now is not None
    assert now.state == "running"


def test_a_failure_is_told_once_and_stays_one(store: Store) -> None:
    work = ask(store)
    store.failed(work.id, "weights-damaged", {"model": "poet", "path": "x"})
    [failed] = store.undelivered("discord")
    assert failed.failure is not None
    assert (failed.failure.key, failed.failure.params["model"]) == ("weights-damaged", "poet")
    store.posted(work.id)
    told = store.get(work.id)
    assert told is not None
    assert told.state == "failed"
    assert told.posted_at is not None
    assert store.undelivered("discord") == []


def test_only_what_never_reached_the_queue_is_discarded(store: Store) -> None:
    lost, sent = ask(store, "a"), ask(store, "b")
    store.queued(sent.id)
    assert store.discard(lost.id)
    assert not store.discard(sent.id)
    assert store.get(lost.id) is None
    assert store.get(sent.id) is not None


def test_unsent_and_unfinished_works_are_found(store: Store) -> None:
    accepted, queued = ask(store, "a"), ask(store, "b")
    store.queued(queued.id)
    assert [work.id for work in store.unsent(0)] == [accepted.id]
    assert store.unsent(60) == []
    assert [work.id for work in store.unfinished()] == [queued.id]


def test_notes_are_merged_also_when_they_race(store: Store) -> None:
    work = ask(store)
    store.set_place(work.id, {"message": 9})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.note_post(work.id, **{f"step{n}": n}), range(12)))
    now = store.get(work.id)
    assert now is not None
    assert now.place == {"channel": 5, "message": 9}
    assert now.post == {f"step{n}": n for n in range(12)}


def test_a_step_is_claimed_by_one_of_those_who_race(store: Store) -> None:
    work = ask(store)
    store.note_post(work.id, card=1)
    with ThreadPoolExecutor(8) as pool:
        before = list(pool.map(lambda n: store.claim(work.id, "album", f"sending {n}"), range(8)))
    assert before.count(None) == 1
    now = store.get(work.id)
    assert now is not None
    assert now.post == {"card": 1, "album": f"sending {before.index(None)}"}
    store.note_post(work.id, album=None)  # refused for certain: it may be sent again
    assert store.claim(work.id, "album", "sending") is None
    assert store.claim("nowhere", "album", "sending") is None


def test_messages_lead_to_their_work(store: Store) -> None:
    work = ask(store)
    store.put_message(work.id, "discord", "5:9")
    store.put_message(work.id, "discord", "5:9")
    store.put_message(work.id, "discord", "5:10")
    for message in ("5:9", "5:10"):
        found = store.work_of_message("discord", message)
        assert found is not None
        assert found.id == work.id
    assert store.work_of_message("telegram", "5:9") is None


def test_recent_works_come_newest_first_and_in_pages(store: Store) -> None:
    ids = [ask(store, str(n)).id for n in range(5)]
    ask(store, "other", BEN)
    assert [work.id for work in store.recent(ADA)] == ids[::-1]
    page = store.recent(ADA, limit=2)
    rest = store.recent(ADA, before=page[-1].asked_at)
    assert [work.id for work in page + rest] == ids[::-1]
    assert store.recent(ADA, before=datetime.now(UTC) - timedelta(days=1)) == []
    assert store.recent(PersonRef("web", "never seen")) == []


def test_erasing_a_person_leaves_no_word_of_theirs(store: Store) -> None:
    work = ask(store, "discord:asked-4711", topic="my secret wish")
    theirs = ask(store, "b", BEN)
    ref = ArtefactRef("poem.txt", "text/plain", "ab/poem.txt", 3)
    store.made(work.id, poem(title="my secret wish"), [ref])
    store.set_place(work.id, {"user": "Ada Lovelace"})
    store.put_message(work.id, "discord", "5:9")
    store.vote(work.id, ADA, "liked", origin="button", platform="discord")
    store.vote(work.id, BEN, "liked", origin="button", platform="telegram")
    store.vote(theirs.id, ADA, "disliked", origin="button", platform="discord")

    assert store.erase(ADA) == [ref]

    with store._db.reading() as connection:
        for table in metadata.sorted_tables:
            dump = str(connection.execute(table.select()).all())
            for trace in ("secret", "Lovelace", "asked-4711"):
                assert trace not in dump, f"{trace} in {table.name}"
    assert store.recent(ADA) == []
    assert store.work_of_message("discord", "5:9") is None
    assert store.tally(work.id) == Tally(1, 0)  # the other person's vote is theirs
    assert store.tally(theirs.id) == Tally(0, 0)
    assert store.undelivered("discord") == []
    assert store.erase(ADA) == []
    emptied = store.get(work.id)
    assert emptied is not None
    assert emptied.artefacts == ()


def test_settings_are_kept_changed_and_read_since(store: Store) -> None:
    start = datetime.now(UTC)
    assert store.preferences(ADA) == Preferences()
    assert store.prefer(ADA, language="zh", style="ink") == Preferences(language="zh", style="ink")
    assert store.prefer(ADA, style=None, private=True) == Preferences(language="zh", private=True)
    changed, until = store.changed_preferences(start)
    assert changed == {ADA: Preferences(language="zh", private=True)}
    assert store.changed_preferences(until + timedelta(seconds=1))[0] == {}
    with pytest.raises(ValueError, match="language"):
        store.prefer(ADA, language="xx")
    store.erase(ADA)
    assert store.preferences(ADA) == Preferences()


def test_servers_rule_themselves_and_the_studio_rules_all(store: Store) -> None:
    add = lambda rules: rules.model_copy(update={"words": (*rules.words, "teapot")})  # noqa: E731
    assert store.rule("discord", "5", add).words == ("teapot",)
    assert store.rule("discord", "5", add).words == ("teapot", "teapot")
    assert store.rules("telegram", "5") == Rules()
    store.rule("discord", STUDIO, lambda rules: rules.model_copy(update={"paused": True}))
    assert store.rules("telegram").paused  # one studio, whatever the platform

    assert store.ban(BEN, "-7", "floods")
    assert not store.ban(BEN, "-7", "again")
    assert store.banned(BEN, None) is None
    assert (found := store.banned(BEN, "-7"))
    assert found.why == "floods"
    assert store.ban(BEN, STUDIO, "everywhere")
    assert (found := store.banned(BEN, "-8"))
    assert found.why == "everywhere"
    assert store.unban(BEN, STUDIO)
    assert not store.unban(BEN, STUDIO)


def test_what_administrators_did_is_written_down(store: Store) -> None:
    store.note_deed(ADA, "5", "admin words", {"add": "teapot"}, "done")
    store.note_deed(BEN, None, "admin promote", {}, "refused")
    assert [(deed.person, deed.command, deed.outcome) for deed in store.deeds()] == [
        (BEN, "admin promote", "refused"), (ADA, "admin words", "done"),
    ]  # fmt: skip
    assert [deed.options for deed in store.deeds("discord", "5")] == [{"add": "teapot"}]
    store.erase(ADA)
    assert [deed.person for deed in store.deeds("discord", "5")] == [None]
