"""Snapshots of votes, from the store on both databases to the file that a training reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

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
EASY = Bounds(least=1, least_voters=1, least_each=0)


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
