"""The reward head on the shipped poet: it finds a hidden taste under noise, and none where there is none."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import torch

from atelier import registry
from atelier.cli import main
from atelier.errors import Cancelled
from atelier.learning.rules import Bounds, Heard
from atelier.learning.snapshot import Snapshot, take
from atelier.requests import PoemRequest
from atelier.store import PersonRef, Store
from atelier.up.lock import Lock
from atelier.versions import shipped_folder
from atelier.works import PoemResult
from models import learning, reward
from models.poet import trial, tune
from models.poet.decode import write
from models.poet.draft import Draft
from models.poet.generate import Poet
from models.poet.render import lines_of
from models.poet.reward import features, learn, sequence
from models.reward import auc, fit
from workers import reporter, samples

SEASONS = ("spring", "summer", "autumn", "winter")
OTHERS = ("evening", "morning", "river", "garden", "silence", "ocean", "mountain", "shadow")
LINES = (
    "the light upon the {}",
    "a {} in the silver rain",
    "my heart is in the {} now",
    "and still the {} is near",
)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
Taste = Callable[[list[str], random.Random], bool]


def names_a_season(lines: list[str], rng: random.Random) -> bool:
    return any(season in line for line in lines for season in SEASONS) != (rng.random() < 0.2)


class _Quiet(random.Random):
    """No noise."""

    def random(self) -> float:
        return 1.0


def no_taste(lines: list[str], rng: random.Random) -> bool:
    return rng.random() < 0.5


def verse(rng: random.Random) -> list[str]:
    words = rng.sample(OTHERS, 4)
    if rng.random() < 0.5:
        words[rng.randrange(4)] = rng.choice(SEASONS)
    return [line.format(word) for line, word in zip(rng.sample(LINES, 4), words, strict=True)]


def votes(taste: Taste, works: int = 450, seed: int = 5) -> Iterable[Heard]:
    rng = random.Random(seed)
    for n in range(works):
        lines = verse(rng)
        yield Heard(
            f"w{n:04}", "poem", "en", {"topic": "the road", "form": "free", "seed": n},
            {"form": "free", "lang": "en", "title": "", "lines": lines, "stanzas": [4], "seed": n,
             "version": "v1"}, (), "v1", f"p{n % 45}", "", taste(lines, rng), NOON + timedelta(minutes=n),
        )  # fmt: skip


@pytest.fixture(scope="module")
def poet() -> Poet:
    return Poet.load()


def snapshot(taste: Taste, home: Path) -> Snapshot:
    return take("poet", votes(taste), home, Bounds())


def test_a_hidden_taste_is_found_on_people_it_never_saw(poet: Poet, tmp_path: Path) -> None:
    ((head, judged),) = learn(poet, snapshot(names_a_season, tmp_path))
    assert judged.part == "en"
    assert judged.sure
    assert judged.auc > 0.68  # a fifth of the votes is noise: 0.8 is all there is
    assert judged.off < 0.15
    fresh = take("poet", votes(names_a_season, 60, seed=78), tmp_path / "fresh", Bounds())
    read = [rows for example in fresh.examples if (rows := sequence(poet, example))]
    chances = torch.sigmoid(head(features(poet, "en", read)))
    named = torch.tensor([names_a_season(e.result["lines"], _Quiet()) for e in fresh.examples])
    assert chances[named].mean() > chances[~named].mean() + 0.2


def test_where_there_is_no_taste_none_is_found(poet: Poet, tmp_path: Path) -> None:
    taken = snapshot(no_taste, tmp_path)
    ((_, judged),) = learn(poet, taken)
    assert 0.35 < judged.auc < 0.65
    assert not judged.sure
    assert tune.tune(shipped_folder("poet"), taken, tmp_path / "out") is None  # a coin teaches nothing
    assert judged.off < 0.2


def test_a_language_that_no_head_tells_of_stays_as_it_is(
    poet: Poet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate could not say whether people like it more, and would refuse the other language with it."""
    tuned: list[str] = []
    monkeypatch.setattr(tune, "tune_language", lambda *rest: tuned.append(rest[4]))
    monkeypatch.setattr(tune, "liked_words", lambda *_: {})
    assert tune.tune(shipped_folder("poet"), snapshot(names_a_season, tmp_path), tmp_path / "out") is None
    assert tuned == ["en"]


def as_heard(poet: Poet, request: PoemRequest, draft: Draft) -> Heard:
    """A vote on what the decoder has just written."""
    result = PoemResult(
        form=request.written_as, lang="en", title="", seed=4, version="v1", stanzas=[2],
        lines=lines_of(draft, poet.automata["en"], [False] * len(poet.automata["en"].words)),
    )  # fmt: skip
    return Heard("w1", "poem", "en", request.model_dump(mode="json", exclude_none=True),
                 result.model_dump(mode="json"), (), "v1", "p1", "", True, NOON)  # fmt: skip


def test_a_poem_is_read_as_it_was_written(poet: Poet, tmp_path: Path) -> None:
    """What the head sees is what the decoder fed: the same tokens and the same places, for a real poem."""
    request = PoemRequest(topic="the sea", form="couplet", seed=4)
    order = poet._order(request)
    (drafts,) = write(poet.tongues["en"], poet.automata["en"], [order.plan])
    draft = drafts[0]
    content = poet.tongues["en"].vocabulary.content
    heard = as_heard(poet, request, draft)
    (example,) = take("poet", [heard], tmp_path, Bounds()).examples
    rows = sequence(poet, example)
    assert rows is not None
    said = [token - content for token, _, _ in rows[8:] if token >= content]
    assert said == [token for line in draft.tokens for token in line]


def test_the_measures() -> None:
    one = torch.ones(4, dtype=torch.float64)
    liked = torch.tensor([1.0, 1.0, 0.0, 0.0], dtype=torch.float64)
    assert auc(torch.tensor([3.0, 1.0, 2.0, 0.0]), liked, one) == 0.75
    assert auc(torch.zeros(4), liked, one) == 0.5
    # A vote without weight teaches nothing.
    torch.manual_seed(1)
    seen = torch.randn(200, 3, dtype=torch.float64)
    liked = (seen[:, 0] > 0).double()
    weight = torch.ones(200, dtype=torch.float64)
    wrong = torch.cat([seen, seen]), torch.cat([liked, 1 - liked]), torch.cat([weight, weight * 1e-6])
    works = [f"w{n}" for n in range(200)]
    assert auc(fit(*wrong, [*works, *works])(seen), liked, weight) > 0.98


def test_works_known_by_heart_say_nothing_of_others() -> None:
    """Many people on each work, and features that say nothing: a head is as unsure as it should be."""
    torch.manual_seed(2)
    seen, fresh = torch.randn(250, 60, dtype=torch.float64), torch.randn(250, 60, dtype=torch.float64)
    good = (torch.rand(250) < 0.5).double()
    every = torch.arange(250).repeat(4)
    works = [f"w{n}" for n in every.tolist()]
    head = fit(seen[every], good[every], torch.ones(1000, dtype=torch.float64), works)
    chances = head(fresh).sigmoid()
    assert chances.min() > 0.3
    assert chances.max() < 0.7


@pytest.mark.usefixtures("short_poems")
def test_the_command_says_what_the_votes_hold_and_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    store = Store.open(f"sqlite:///{tmp_path / 'atelier.db'}")
    work, _ = store.accept(
        person=PersonRef("discord", "1"), kind="poem", request=PoemRequest(topic="x", seed=1), lang="en",
        place={}, source="one",
    )  # fmt: skip
    store.queued(work.id)
    store.started(work.id, "v1")
    result = PoemResult(seed=1, version="v1", form="free", lang="en", title="", lines=["a"], stanzas=[1])
    store.made(work.id, result, [])
    store.vote(work.id, PersonRef("discord", "2"), "liked", origin="button", platform="discord")

    def retrain(*options: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["retrain", "poet", *options])
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err

    code, out, err = retrain()  # nothing happens, and it is no failure
    assert (code, err) == (0, "")
    assert "199 more votes that count are needed." in out
    assert "4 more people have to vote." in out
    monkeypatch.setattr(Store, "heard", lambda *_: votes(names_a_season))
    code, out, _ = retrain("--dry-run", "--json")
    told = json.loads(out)
    assert (code, told["enough"], told["voters"], told["votes"]) == (0, True, 45, 450)
    assert told["heads"][0]["auc"] > 0.68
    quick = [word for pair in ("steps=4", "batch=16", "validate_every=4", "rate=1e-4")
             for word in ("--set", pair)]  # fmt: skip
    with Lock(tmp_path / "learning", "retrain"):
        code, out, err = retrain(*quick)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert "already" in err
    monkeypatch.setattr(reward, "PENALTIES", (0.03, 0.3))
    monkeypatch.setattr(tune, "judge", partial(trial.judge, limit=2, rounds=(1,)))
    monkeypatch.setattr(samples, "beside", lambda *_: samples.Beside([], []))
    code, out, err = retrain(*quick, "--freeze", "mlp", "--json")
    told = json.loads(out)
    made, gate = told["version"], told["gate"]
    assert (code, made is None) == (0, False)
    assert "held-out loss" in err
    row = {row.version: row for row in store.versions("poet")}[made]
    assert row.status == told["status"] == ("candidate" if gate["passed"] else "rejected")
    assert row.card["gate"] == gate
    training = store.latest_trainings("poet")[0]  # a chat sees how it went, and what came of it
    assert (training.state, training.platform) == ("done", "cli")
    assert training.outcome is not None
    assert (training.outcome["version"], training.outcome["gate"]) == (made, gate)
    assert training.progress["stage"] == "samples"
    assert [step for step, _ in training.outcome["curves"]["en"]] == [0, 4]
    assert {"form_en", "topic_en", "reward_en"} <= set(gate["measured"])
    assert "form_zh" not in gate["measured"]  # nobody voted on Chinese poems: they are as they were
    assert store.serving("poet") is None  # what ships goes on serving
    code, out, err = retrain(*quick, "--freeze", "mlp")  # it is there already, with its verdict
    assert code == 0
    assert "held-out loss" not in err
    assert made in out
    assert ("the gate rejected it" in out) is not gate["passed"]
    assert out.count("\n- ") == len(gate["reasons"])


def test_what_the_gate_rejected_serves_only_when_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    store = Store.open(f"sqlite:///{tmp_path / 'atelier.db'}")
    copied = tmp_path / "bad"
    shutil.copytree(shipped_folder("poet"), copied)
    card = json.loads((copied / "card.json").read_text())
    (copied / "card.json").write_text(json.dumps({**card, "version": "bad"}))
    registry.adopt(store, "poet", copied, tmp_path / "versions", "rejected")
    with pytest.raises(SystemExit) as ended:
        main(["models", "promote", "poet", "bad"])
    assert ended.value.code == 2
    assert "--anyway" in capsys.readouterr().err
    assert store.serving("poet") is None
    with pytest.raises(SystemExit):
        main(["models", "promote", "poet", "bad", "--anyway"])
    assert store.serving("poet") == str(tmp_path / "versions" / "poet" / "bad")


def test_a_chat_can_stop_what_the_command_line_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(Store, "heard", lambda *_: votes(names_a_season))
    monkeypatch.setattr(reporter, "BEAT_S", 0.02)
    store = Store.open(f"sqlite:///{tmp_path / 'atelier.db'}")

    def learnt(*_: object, stopped: Callable[[], bool], **__: object) -> None:
        training = store.open_training()
        assert training is not None
        store.training_ended(training.id, "cancelled")  # what /admin training do=stop does
        for _ in range(2000):
            if stopped():
                raise Cancelled
            time.sleep(0.01)
        pytest.fail("it was never told")

    monkeypatch.setattr(learning, "retrain", learnt)
    with pytest.raises(SystemExit) as ended:
        main(["retrain", "poet"])
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert "goes on from its last checkpoint" in told.err
    assert [one.state for one in store.latest_trainings("poet")] == ["cancelled"]
