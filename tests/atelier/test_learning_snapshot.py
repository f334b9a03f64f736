"""Snapshots of votes, from the store on both databases to the file that a training reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atelier.cli import main
from atelier.errors import BadInput
from atelier.learning.rules import Bounds
from atelier.learning.snapshot import ABOUT, WORKS, Snapshot, shed, take
from atelier.requests import PoemRequest
from atelier.rules import Rules
from atelier.settings import Settings
from atelier.store import PersonRef, Store
from atelier.works import PoemResult

ADA = PersonRef("discord", "1")
EASY = Bounds(least=1, least_voters=1, least_each=0, taught_each=0)


@pytest.fixture
def store(any_database_url: str) -> Iterator[Store]:
    opened = Store.open(any_database_url)
    yield opened
    opened.close()


def poem(store: Store, n: int, asker: PersonRef = ADA, server: str | None = "77") -> str:
    work, _ = store.accept(
        person=asker, kind="poem", request=PoemRequest(topic=f"snow {n}", seed=n), lang="en",
        place={"server": server}, source=f"{asker.platform_id}:{n}:{server}",
    )  # fmt: skip
    store.queued(work.id)
    store.started(work.id, "v1")
    lines = ["a line", "another"]
    result = PoemResult(
        seed=n, version="v1", form="couplet", lang="en", title="Snow", lines=lines, stanzas=[2]
    )
    store.made(work.id, result, [])
    return work.id


def cast(store: Store, work: str, voter: str, vote: str = "liked") -> None:
    store.vote(work, PersonRef("discord", voter), vote, origin="button", platform="discord")  # type: ignore[arg-type]


def voters(store: Store, home: Path) -> set[tuple[str, str]]:
    found = take("poet", store.heard("poem"), home, EASY)
    return {(example.work, ballot.voter) for example, ballot in found.votes()}


def test_a_snapshot_holds_what_a_training_needs_and_no_name(store: Store, tmp_path: Path) -> None:
    work = poem(store, 1)
    cast(store, work, "222222", "disliked")
    cast(store, work, "222222", "liked")
    found = take("poet", store.heard("poem"), tmp_path, EASY)
    (example,) = found.examples
    assert (example.work, example.version, example.request["topic"]) == (work, "v1", "snow 1")
    assert example.result["lines"] == ["a line", "another"]
    assert [ballot.liked for ballot in example.ballots] == [True]
    (row,) = [row for row in store.feedback() if row["stands"]]
    assert example.ballots[0].voter == row["person"]  # the export's hash
    assert "222222" not in (found.folder / WORKS).read_text("utf-8")
    assert take("poet", store.heard("melody"), tmp_path, EASY).examples == ()


def test_who_opts_out_is_forgotten_or_is_banned_is_in_no_later_snapshot(store: Store, tmp_path: Path) -> None:
    mine, theirs = poem(store, 1), poem(store, 2, PersonRef("discord", "5"), server="88")
    for work in (mine, theirs):
        cast(store, work, "2")
        cast(store, work, "3")
    assert len(voters(store, tmp_path)) == 4
    store.prefer(PersonRef("discord", "2"), learning=False)  # a voter
    assert len(voters(store, tmp_path)) == 2
    store.prefer(PersonRef("discord", "2"), learning=True)
    store.prefer(ADA, learning=False)  # who asked: it is their words
    assert {work for work, _ in voters(store, tmp_path)} == {theirs}
    store.prefer(ADA, learning=True)
    store.rule("discord", "88", lambda rules: rules.model_copy(update={"learning": False}))
    assert {work for work, _ in voters(store, tmp_path)} == {mine}
    store.rule("discord", "88", lambda _: Rules())
    store.ban(PersonRef("discord", "3"), "77", "brigading")
    assert len(voters(store, tmp_path)) == 3
    store.erase(PersonRef("discord", "2"))
    assert {work for work, _ in voters(store, tmp_path)} == {theirs}
    store.erase(PersonRef("discord", "5"))
    assert voters(store, tmp_path) == set()
    store.withdraw(mine, PersonRef("discord", "3"), origin="button", platform="discord")
    assert voters(store, tmp_path) == set()


def test_a_deleted_work_and_one_not_made_teach_nothing(store: Store, tmp_path: Path) -> None:
    work = poem(store, 1)
    cast(store, work, "2")
    store.remove(work)
    assert voters(store, tmp_path) == set()


def test_the_same_votes_are_the_same_snapshot_and_a_changed_file_is_refused(
    store: Store, tmp_path: Path
) -> None:
    for n in range(3):
        cast(store, poem(store, n), "2")
    first = take("poet", store.heard("poem"), tmp_path, EASY)
    again = take("poet", store.heard("poem"), tmp_path, EASY)
    assert (first.folder, first.examples) == (again.folder, again.examples)
    cast(store, first.examples[0].work, "3")
    later = take("poet", store.heard("poem"), tmp_path, EASY)
    assert later.sha256 != first.sha256
    assert Snapshot.open(first.folder) == first  # it is still there, as it was
    file = later.folder / WORKS
    file.chmod(0o644)
    file.write_text(file.read_text("utf-8").replace('"liked": true', '"liked": false'), "utf-8")
    with pytest.raises(BadInput, match="snapshot"):
        Snapshot.open(later.folder)


def test_a_snapshot_sheds_what_people_wrote_and_can_be_taken_anew(store: Store, tmp_path: Path) -> None:
    for n in range(3):
        cast(store, poem(store, n), "2")
    first = take("poet", store.heard("poem"), tmp_path, EASY)
    assert shed(tmp_path) == 1
    assert [file.name for file in first.folder.iterdir()] == [ABOUT]
    assert json.loads((first.folder / ABOUT).read_text("utf-8"))["sha256"] == first.sha256
    assert shed(tmp_path) == 0
    with pytest.raises(BadInput, match="snapshot"):
        Snapshot.open(first.folder)
    assert take("poet", store.heard("poem"), tmp_path, EASY) == first


def test_whoever_sheds_meanwhile_spoils_no_training(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``/forgetme`` or another training ends while this one begins: at any step of its writing."""
    for n in range(3):
        cast(store, poem(store, n), "2")
    whole = take("poet", store.heard("poem"), tmp_path / "other", EASY)
    steps = ("write_bytes", "chmod", "replace", "mkdir")
    sheds = 0
    for step in steps:
        plain = getattr(Path, step)

        def then_shed(*args: Any, _plain: Any = plain, **also: Any) -> Any:
            nonlocal sheds
            done = _plain(*args, **also)
            sheds += shed(tmp_path / "home")
            return done

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(Path, step, then_shed)
            taken = take("poet", store.heard("poem"), tmp_path / "home", EASY)
        assert (taken.sha256, taken.examples, taken.about) == (whole.sha256, whole.examples, whole.about)
        shed(tmp_path / "home")
        assert {file.name for file in taken.folder.iterdir()} == {ABOUT}
    assert sheds >= 3


def test_several_that_take_the_same_do_not_meet(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast(store, poem(store, 1), "2")
    plain, taken = Path.replace, []

    def another_first(*args: Any) -> Any:
        monkeypatch.setattr(Path, "replace", plain)
        taken.append(take("poet", store.heard("poem"), tmp_path, EASY))
        return plain(*args)

    monkeypatch.setattr(Path, "replace", another_first)
    taken.append(take("poet", store.heard("poem"), tmp_path, EASY))
    assert taken[0] == taken[1] == Snapshot.open(taken[0].folder)
    assert {file.name for file in taken[0].folder.iterdir()} == {ABOUT, WORKS}


def test_what_was_written_of_it_first_stays(store: Store, tmp_path: Path) -> None:
    cast(store, poem(store, 1), "2")
    first = take("poet", store.heard("poem"), tmp_path, EASY)
    shed(tmp_path)
    cast(store, poem(store, 2), "3")
    store.prefer(PersonRef("discord", "3"), learning=False)
    again = take("poet", store.heard("poem"), tmp_path, replace(EASY, least=9))
    assert again.folder == first.folder
    assert (again.about["left_out"], again.missing) == ({"no-consent": 1}, {"votes": 8})  # of these votes
    assert Snapshot.open(first.folder) == first


def test_the_command_writes_one(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(settings.home))
    opened = Store.open(settings.database)
    cast(opened, poem(opened, 1), "2")
    opened.close()
    with pytest.raises(SystemExit) as exit_code:
        main(["feedback", "export", "--model", "poet", "--json", "--out", str(tmp_path / "out")])
    assert exit_code.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["votes"], told["missing"]["votes"], told["missing"]["voters"]) == (1, 199, 4)
    assert Snapshot.open(Path(told["folder"])).sha256 == told["sha256"]
