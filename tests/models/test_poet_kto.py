"""Fine-tuning the poet on thumbs: the loss, what is learnt, what stays, and that a kill changes nothing."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from atelier.errors import BadInput
from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Snapshot, take
from atelier.requests import PoemRequest
from atelier.versions import sha256, shipped_folder
from models import reward
from models.poet import kto
from models.poet.data import PREFIX
from models.poet.decode import write
from models.poet.generate import Poet
from models.poet.kto import Lesson, Tuning, kto_loss, lessons, log_likelihood, mismatched, tune_language
from models.poet.reward import sequence
from models.poet.tune import tune
from models.reward import auc
from tests.models.plug import pulled
from tests.models.test_poet_reward import as_heard, names_a_season, snapshot, votes

FEW = Tuning(steps=4, batch=4, least_each=1, validate_every=2, rate=1e-3, dropout=0.1)


@pytest.fixture(scope="module")
def poet() -> Poet:
    return Poet.load()


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot(names_a_season, tmp_path_factory.mktemp("votes"))


@pytest.fixture(scope="module")
def taught(poet: Poet, taken: Snapshot) -> dict[str, list[Lesson]]:
    return lessons(poet, taken, "en")


@pytest.fixture(scope="module")
def heard(taught: dict[str, list[Lesson]]) -> dict[str, list[Lesson]]:
    return {split: some[:160] if split == "train" else some[:24] for split, some in taught.items()}


def test_the_loss_is_the_papers() -> None:
    reward, drift = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 2.0, -1.5])  # mean 0.5
    liked, weight = torch.tensor([True, False]), torch.tensor([1.0, 0.5])

    def sigmoid(x: float) -> float:
        return 1 / (1 + math.exp(-x))

    by_hand = (1 - sigmoid(0.1 * (2 - 0.5)) + 0.5 * (1 - sigmoid(0.1 * (0.5 - -1)))) / 2
    assert float(kto_loss(reward, drift, liked, weight, 0.1)) == pytest.approx(by_hand)
    below = kto_loss(reward, -drift, liked, weight, 0.1)  # the anchor is never below nothing
    assert float(below) == pytest.approx(float(kto_loss(reward, torch.zeros(1), liked, weight, 0.1)))


def test_both_kinds_count_the_same(taught: dict[str, list[Lesson]]) -> None:
    some = taught["train"]
    sums = [sum(one.weight for one in some if one.liked == kind) for kind in (True, False)]
    assert sums[0] == pytest.approx(sums[1])
    assert sum(sums) == pytest.approx(len(some))
    one, other = some[0].rows, some[1].rows
    assert mismatched([one, other]) == [one[:PREFIX] + other[PREFIX:], other[:PREFIX] + one[PREFIX:]]


def test_a_poem_is_as_likely_as_when_it_was_written(poet: Poet, tmp_path: Path) -> None:
    request = PoemRequest(topic="the sea", form="couplet", seed=4)
    (drafts,) = write(poet.tongues["en"], poet.automata["en"], [poet._order(request).plan])
    (example,) = take("poet", [as_heard(poet, request, drafts[0])], tmp_path, Bounds()).examples
    rows = sequence(poet, example)
    assert rows is not None
    with torch.no_grad():
        (found,) = log_likelihood(poet.tongues["en"].network, [rows, rows[:20]])[:1]
    assert float(found) == pytest.approx(drafts[0].likelihood, rel=1e-4)


def test_a_taste_is_learnt_and_what_is_frozen_stays(
    poet: Poet, heard: dict[str, list[Lesson]], tmp_path: Path
) -> None:
    reference = poet.tongues["en"].network
    tuning = Tuning(steps=16, batch=16, validate_every=8, rate=2e-3, freeze=("mlp",))
    told: list[int] = []
    found = tune_language(
        reference, heard, tuning, tmp_path / "en.pt", told=lambda _lang, step, _loss: told.append(step)
    )
    assert found is not None
    network, state = found
    assert told == [0, 8, 16]
    assert state.best < state.curve[0][1]
    before, after = dict(reference.named_parameters()), dict(network.named_parameters())
    assert all(torch.equal(before[name], after[name]) for name in before if "mlp" in name)
    assert not torch.equal(before["lm.model.embed_tokens.weight"], after["lm.model.embed_tokens.weight"])
    fresh = take("poet", votes(names_a_season, 240, seed=78), tmp_path / "fresh", Bounds())
    judged = [(rows, e.ballots[0].liked) for e in fresh.examples if (rows := sequence(poet, e))]
    poems = [rows for rows, _ in judged]
    with torch.no_grad():
        implied = log_likelihood(network, poems) - log_likelihood(reference, poems)
    liked = torch.tensor([float(like) for _, like in judged])
    assert (
        auc(implied, liked, torch.ones(len(liked))) > 0.57
    )  # chance: 0.50 with a deviation of 0.04; of 160 votes


def test_a_part_that_is_none_is_not_frozen_in_silence(
    poet: Poet, heard: dict[str, list[Lesson]], tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as fault:
        tune_language(poet.tongues["en"].network, heard, Tuning(freeze=("lok",)), tmp_path / "en.pt")
    assert fault.value.key == "tune-freezes-nothing"
    assert "mlp" in str(fault.value)


@pytest.fixture(scope="module")
def some(heard: dict[str, list[Lesson]]) -> dict[str, list[Lesson]]:
    return {split: votes[:12] for split, votes in heard.items()}


@pytest.fixture(scope="module")
def undisturbed(
    poet: Poet, some: dict[str, list[Lesson]], tmp_path_factory: pytest.TempPathFactory
) -> Path:  # fmt: skip
    whole = tmp_path_factory.mktemp("whole") / "whole.pt"
    tune_language(poet.tongues["en"].network, some, FEW, whole)
    return whole


@pytest.mark.parametrize("moment", ["step 1", "step 4", "save 2"])
def test_a_run_that_is_killed_ends_like_an_undisturbed_one(
    moment: str, poet: Poet, some: dict[str, list[Lesson]], undisturbed: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    reference = poet.tongues["en"].network
    what, _, when = moment.partition(" ")
    owner, name = (kto, "step") if what == "step" else (torch, "save")
    with pulled(monkeypatch, owner, name, int(when)):
        tune_language(reference, some, FEW, tmp_path / "broken.pt")
    torch.rand(7)  # another process has had another chance
    tune_language(reference, some, FEW, tmp_path / "broken.pt")
    one, two = (torch.load(path, weights_only=True) for path in (undisturbed, tmp_path / "broken.pt"))
    assert one["state"] == two["state"]
    for part in ("network", "best"):
        assert all(torch.equal(one[part][key], two[part][key]) for key in one[part])


@pytest.mark.usefixtures("short_poems")
def test_a_version_comes_of_it(
    poet: Poet, taken: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reward, "PENALTIES", (0.03, 0.3))
    tuning = Tuning(steps=4, batch=16, validate_every=4, rate=1e-3)
    version = tune(shipped_folder("poet"), taken, tmp_path / "out", tuning)
    assert version is not None
    card = version.card
    assert card["parent"]["version"] == poet.version
    assert card["data"][-1]["snapshot"] == taken.sha256
    assert set(card["trained"]) == {"method", "en", "tuning"}
    for name in ("zh.safetensors", "zh.json", "en-lexicon.safetensors", "en-lines.safetensors"):
        assert version.card["files"][name] == sha256(shipped_folder("poet") / name), name
    assert version.card["files"]["en.safetensors"] != sha256(shipped_folder("poet") / "en.safetensors")
    again = Poet.load(version.folder, poems=2)
    assert (again.version, again.poems) == (version.name, 2)
    assert again.tongues["en"].head is not None  # by the new network's own features
    assert again.tongues["zh"].head is None
    assert card["trained"]["en"]["head"]["auc"] > 0.6
    assert {path.name for path in (tmp_path / "out").iterdir()} == {version.name, f"{version.name}.logs"}
    assert (tmp_path / "out" / f"{version.name}.logs" / "en" / "loss.png").is_file()
    assert tune(shipped_folder("poet"), taken, tmp_path / "out", tuning) == version
    few = take("poet", votes(names_a_season, 40), tmp_path / "few", Bounds())
    assert tune(shipped_folder("poet"), few, tmp_path / "out", tuning) is None
