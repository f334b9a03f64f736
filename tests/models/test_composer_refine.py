"""Fine-tuning the composer's prior on thumbs: what is learnt, what stays, and that a kill changes nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from atelier.errors import BadInput, Cancelled
from atelier.learning.snapshot import Snapshot
from atelier.versions import sha256, shipped_folder
from models import reward, tuning
from models.composer import refine as refining
from models.composer import strength as bearing
from models.composer import trial
from models.composer.data import STYLES
from models.composer.generate import WEIGHTS, Composer
from models.composer.grid import to_notes
from models.composer.hearing import RHYTHMS, Ears
from models.composer.prior import LatentPrior
from models.composer.refine import Tuning, draw, phrases_of, refine, weights
from models.composer.reward import learn, pieces_of
from models.composer.tune import tune
from models.composer.wishes import LOWEST_TONIC
from models.reward import Head
from tests.models.composer_votes import minor_and_smooth, snapshot
from tests.models.plug import pulled

FEW = Tuning(steps=4, batch=16, draws=1, least_each=1, validate_every=2, rate=1e-3)


@pytest.fixture(autouse=True, scope="module")
def few_looks(few_tunes: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refining, "ASKED", 12)
        patch.setattr(refining, "LOOKS", 1)
        patch.setattr(bearing, "SEEDS", range(-1, 0))  # how far it goes: few tunes
        patch.setattr(trial, "OPEN", trial.OPEN[:2])
        patch.setattr(bearing, "SHARES", (1.0, 0.5))
        patch.setattr(reward, "PENALTIES", (0.03, 0.3))  # how good heads are is not asked here
        yield


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot(minor_and_smooth, tmp_path_factory.mktemp("votes"), works=240)


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot(minor_and_smooth, tmp_path_factory.mktemp("few"), works=50)


@pytest.fixture(scope="module")
def head(composer: Composer, taken: Snapshot) -> Head:
    found = learn(composer.vae, taken)
    assert found is not None
    return found[0]


def test_what_pleases_weighs_more_than_what_does_not(composer: Composer, taken: Snapshot, head: Head) -> None:
    vae = copy.deepcopy(composer.vae).float()
    own = phrases_of(vae, list(pieces_of(taken).values())[:40])
    heavy = weights(vae, head, own, 1.0)
    assert float(heavy.max()) <= 8
    flat = weights(vae, head, own, 1e6)
    assert torch.allclose(flat, torch.ones_like(flat), atol=1e-4)
    kinds = own.known.mode * 100 + own.known.style
    for kind in set(kinds.tolist()):
        assert float(heavy[kinds == kind].mean()) <= 1 + 1e-5


def test_what_pleases_is_heard_as_its_rhythm_no_less(composer: Composer, taken: Snapshot, head: Head) -> None:
    """Without ears, phrases that please are less of a jig."""
    vae, ears = copy.deepcopy(composer.vae).float(), Ears.load(composer.folder)
    own = phrases_of(vae, list(pieces_of(taken).values()))
    free, tilted = weights(vae, head, own, 0.4), weights(vae, head, own, 0.4, ears)
    less = 0
    kinds = own.known.mode * 1000 + own.known.meter * 100 + own.known.style
    for kind in set(kinds.tolist()):
        mine = (kinds == kind).nonzero()[:, 0]
        style = STYLES[int(own.known.style[mine[0]])]
        if style not in RHYTHMS or len(mine) < 8:
            continue
        heard = torch.tensor([ears.chance(style, to_notes(own.steps[at], LOWEST_TONIC)) for at in mine])
        usual = float(heard.mean())
        less += float((free[mine] * heard).sum() / free[mine].sum()) < usual - 1e-4
        assert float((tilted[mine] * heard).sum() / tilted[mine].sum()) >= usual - 1e-4
    assert less


def test_its_own_phrases_come_after_the_same(composer: Composer, taken: Snapshot) -> None:
    """The same by the same seed, after what went before, and everything about them is said."""
    vae, prior = copy.deepcopy(composer.vae).float().eval(), copy.deepcopy(composer.prior).float().eval()
    like = phrases_of(vae, list(pieces_of(taken).values())[:12])
    own = draw(vae, prior, like, 2, seed=3)
    again = draw(vae, prior, like, 2, seed=3)
    assert torch.equal(own.latents, again.latents)
    assert len(own) == 2 * len(like)
    assert torch.equal(own.latents[:, :4], like.latents[:, :4].repeat_interleave(2, 0))
    said = own.known.said
    assert torch.equal(said, torch.ones_like(said))
    other = draw(vae, prior, like, 1, seed=4)
    assert not torch.equal(other.latents[:, 4:], own.latents[::2, 4:])


def test_where_nothing_is_said_it_stays_still_and_dropout_is_heeded(
    composer: Composer, little: Snapshot, head: Head, tmp_path: Path
) -> None:
    vae, plain = copy.deepcopy(composer.vae).float().eval(), copy.deepcopy(composer.prior).float().eval()
    own = phrases_of(vae, list(pieces_of(little).values()))
    met = refining.meet(plain, own, range(len(own)), torch.Generator().manual_seed(1), whole=True)

    def learnt(name: str, **how: float) -> LatentPrior:
        tuning = replace(FEW, steps=12, validate_every=12, patience=99, **how)
        refine(composer.vae, composer.prior, little, head, tuning, tmp_path / name)
        prior = copy.deepcopy(plain)  # as the last step left it, whether it pleases or not
        prior.load_state_dict(torch.load(tmp_path / name / "prior.pt", weights_only=True)["network"])
        return prior

    def moved(prior: LatentPrior) -> float:
        silent = met.told.unsaid()
        with torch.no_grad():
            apart = prior(met.x, met.state, met.t, silent) - plain(met.x, met.state, met.t, silent)
        return float(apart.square().mean())

    free, still, dropped = learnt("free", still=0.0), learnt("still", still=20.0), learnt("drop", dropout=0.5)
    assert moved(still) < 0.7 * moved(free)
    usual = learnt("usual").state_dict()
    assert any(not torch.equal(value, usual[name]) for name, value in dropped.state_dict().items())


def test_a_taste_is_learnt_and_what_is_frozen_stays(
    composer: Composer, taken: Snapshot, head: Head, tmp_path: Path
) -> None:
    told: list[tuple[str, int, float]] = []
    slow = Tuning(steps=30, batch=24, draws=1, validate_every=10, rate=1e-3, freeze=("wishes",))
    found = refine(composer.vae, composer.prior, taken, head, slow, tmp_path, lambda *one: told.append(one))
    assert found is not None
    prior, state = found
    assert [step for _, step, _ in told] == [0, 10, 20, 30]
    assert state.best < state.curve[0][1] - 1e-4  # of held-out people's votes
    before, after = dict(composer.prior.float().named_parameters()), dict(prior.named_parameters())
    composer.prior.double()
    assert all(torch.equal(before[name].float(), after[name]) for name in before if name.startswith("wishes"))
    assert any(not torch.equal(before[name].float(), after[name]) for name in before)
    with pytest.raises(BadInput) as fault:
        refine(composer.vae, composer.prior, taken, head, Tuning(freeze=("",), draws=1), tmp_path / "none")
    assert fault.value.key == "tune-all-frozen"


@pytest.fixture(scope="module")
def undisturbed(
    composer: Composer, little: Snapshot, head: Head, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    work = tmp_path_factory.mktemp("whole")
    refine(composer.vae, composer.prior, little, head, FEW, work)
    return work / "prior.pt"


@pytest.mark.parametrize("moment", ["down 1", "down 4", "save 2"])
def test_a_run_that_is_killed_ends_like_an_undisturbed_one(
    moment: str, composer: Composer, little: Snapshot, head: Head, undisturbed: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    what, _, when = moment.partition(" ")
    owner, name = (tuning.nn.utils, "clip_grad_norm_") if what == "down" else (torch, "save")
    with pulled(monkeypatch, owner, name, int(when)):
        refine(composer.vae, composer.prior, little, head, FEW, tmp_path / "broken")
    torch.rand(7)
    refine(composer.vae, composer.prior, little, head, FEW, tmp_path / "broken")
    one, two = (
        torch.load(path, weights_only=True) for path in (undisturbed, tmp_path / "broken" / "prior.pt")
    )
    assert one["state"] == two["state"]
    for part in ("network", "best"):
        assert all(torch.equal(one[part][key], two[part][key]) for key in one[part])


def test_a_run_can_be_stopped_and_gone_on_with(
    composer: Composer, little: Snapshot, head: Head, tmp_path: Path
) -> None:
    calls = iter([False, False, True])
    with pytest.raises(Cancelled):
        refine(composer.vae, composer.prior, little, head, FEW, tmp_path, stopped=lambda: next(calls))
    assert torch.load(tmp_path / "prior.pt", weights_only=True)["state"]["step"] == 2


def test_a_version_comes_of_it(composer: Composer, taken: Snapshot, tmp_path: Path) -> None:
    version = tune(shipped_folder("composer"), taken, tmp_path / "out", FEW)
    assert version is not None
    card = version.card
    assert card["parent"]["version"] == composer.version
    assert card["data"][-1]["snapshot"] == taken.sha256
    assert {"reward.safetensors", "leaning.json"} <= set(card["files"])
    for name in ("gait.json", "hearing.json", "runs-filter.npy"):
        assert card["files"][name] == sha256(shipped_folder("composer") / name)
    again = Composer.load(version.folder, candidates=2)
    assert (again.version, again.candidates) == (version.name, 2)
    assert again.head is not None
    assert again.leaning.modes["minor"] > 0 > again.leaning.modes["major"]
    assert all(
        torch.equal(one, two)
        for one, two in zip(composer.vae.parameters(), again.vae.parameters(), strict=True)
    )
    changed = card["files"][WEIGHTS] != sha256(shipped_folder("composer") / WEIGHTS)
    assert changed == ("prior" in card["trained"])
    assert tune(shipped_folder("composer"), taken, tmp_path / "out", FEW) == version
    few = snapshot(minor_and_smooth, tmp_path / "few", works=30)
    assert tune(shipped_folder("composer"), few, tmp_path / "out", FEW) is None
