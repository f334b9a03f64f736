"""Training the composer on tunes made by rule, and measuring what came of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from atelier.errors import BadInput, Unavailable
from models.composer.control import spearman
from models.composer.data import Windows, _tune, read_tunes
from models.composer.evaluate import evaluate
from models.composer.generate import Composer
from models.composer.likeness import (
    empty_beat_rate,
    groove_consistency,
    overlaps,
    pitch_class_entropy,
    scale_consistency,
)
from models.composer.markov import Chain, events
from models.composer.network import Shape
from models.composer.train import WEIGHTS, Settings, Trainer, train
from tests.models.composer_tunes import pack, tune

TINY = Shape(
    width=32, latent=8, encoder_layers=1, decoder_layers=1, prior_width=32, prior_layers=1, wishes=16
)


def settings(folder: Path, out: str, **changes: object) -> Settings:
    data = folder / "pack"
    if not data.exists():
        pack(data)
    base = Settings(
        data=data, out=folder / out, vae_steps=12, prior_steps=12, batch=16, prior_batch=16, validate_every=6,
        validate_windows=32, shape=TINY,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = settings(
        tmp_path_factory.mktemp("composer"), "v1", vae_steps=150, prior_steps=60, validate_every=50, rate=4e-3
    )
    train(made)
    return made


def test_a_pack_is_read_with_its_tonic_in_one_place(tmp_path: Path) -> None:
    tunes = read_tunes(pack(tmp_path))
    assert {tune.meter for tune in tunes} == {"4/4", "3/4", "6/8", "2/4"}
    assert all((tune.home - {"C": 0, "D": 2, "G": 7, "A": 9}[tune.key]) % 12 == 0 for tune in tunes)
    assert all((tune.notes[-1][2] - tune.home) % 12 == 0 for tune in tunes)
    windows = Windows(tunes)
    assert len(windows) == sum(tune.bars - 3 for tune in tunes)


def test_training_learns_and_its_version_opens(trained: Settings) -> None:
    lines = (trained.work / "val.log").read_text("utf-8").splitlines()
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in lines if line.startswith("vae")]
    assert losses[-1] < 0.8 * losses[0]
    composer = Composer.load(trained.out)
    assert composer.version == "v1"
    assert composer.card["data"][0]["licence"] == "CC0-1.0"
    assert composer.card["data"][0]["rows"] == 32  # the training tunes alone


def test_a_resumed_run_takes_the_same_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Trainer(settings(tmp_path, "whole"))
    whole.run()
    parted = settings(tmp_path, "parted", keep_every=0.0)

    class Stopped(Exception):
        pass

    begun = Trainer(parted)
    true_step = begun.stages[0].step

    def step(index: int) -> dict[str, torch.Tensor]:
        if index == 7:
            raise Stopped
        return true_step(index)

    monkeypatch.setattr(begun.stages[0], "step", step)
    with pytest.raises(Stopped):
        begun.run()
    again = Trainer(parted)
    again.run()
    for one, other in ((whole.vae, again.vae), (whole.prior, again.prior)):
        for name, tensor in one.state_dict().items():
            assert torch.equal(tensor, other.state_dict()[name]), name


def test_frozen_parts_keep_their_weights(trained: Settings, tmp_path: Path) -> None:
    before = Composer.load(trained.out)
    made = settings(tmp_path, "more", start=trained.out, freeze=("encoder", "prior"))
    train(made)
    after = Composer.load(made.out)
    assert "--set start=PARENT" in after.card["command"]
    assert after.card["parent"]["command"] == before.card["command"]
    for name, tensor in before.vae.encoder.state_dict().items():
        assert torch.equal(tensor, after.vae.encoder.state_dict()[name]), name
    changed = [
        name for name, tensor in before.vae.decoder.state_dict().items()
        if not torch.equal(tensor, after.vae.decoder.state_dict()[name])
    ]  # fmt: skip
    assert changed


def test_a_tracker_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)  # as if it were not installed
    with pytest.raises(Unavailable, match="pip install wandb"):
        train(settings(tmp_path, "v1", tracker="wandb"))


def test_a_folder_with_no_tunes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    with pytest.raises(BadInput) as refusal:
        train(settings(tmp_path, "v1"))
    assert refusal.value.key == "composer-no-tunes"


def test_the_figures_are_measured(trained: Settings) -> None:
    composer = Composer.load(trained.out)
    figures = {f.name: f for f in evaluate(composer, trained.data, limit=12, train_data=trained.data).figures}
    assert {"recon_2bar", "recon_4bar", "mode_heard", "meter_heard", "tonic_end", "bars_add_up"} <= set(
        figures
    )
    assert {"in_range", "copied_runs", "tune_ms", "faces_ms", "overlap", "interpolation"} <= set(figures)
    assert {"control_density", "control_range", "control_contour", "control_tempo"} <= set(figures)
    assert figures["control_tempo"].value > 0.9
    assert figures["interpolation"].value >= 1
    assert figures["overlap"].value == min(f.value for n, f in figures.items() if n.startswith("overlap_"))
    for name in ("mode_heard", "rhythm_heard", "overlap"):
        assert {"real tunes", "Markov chain"} <= set(figures[name].baselines), name
    assert figures["bars_add_up"].value == figures["in_range"].value == figures["tonic_end"].value == 1.0
    assert 0 < figures["recon_4bar"].value < 1
    assert figures["tune_ms"].value > 0
    held = {f.name: f for f in evaluate(composer, trained.data, limit=4, split="val").figures}
    assert held["recon_4bar"].value != figures["recon_4bar"].value
    without = {f.name for f in evaluate(composer, None, limit=4).figures}
    assert "recon_4bar" not in without
    assert "copied_runs" not in without


def test_muspys_measures_of_a_tune_worked_out_by_hand() -> None:
    notes = [[0, 4, 60], [4, 4, 62], [8, 8, 61], [16, 8, 60], [24, 4, 62]]
    # Pitch classes 2, 2 and 1 of 5; four of five notes in C major; onsets of the two bars differ at 4;
    # seven quarters of two bars sound, and a note counts in the quarter that it ends at.
    assert pitch_class_entropy(notes) == pytest.approx(1.5219, abs=1e-4)
    assert scale_consistency(notes) == pytest.approx(0.8)
    assert groove_consistency(notes, 16) == pytest.approx(1 - 1 / 16)
    assert empty_beat_rate(notes) == 0
    assert empty_beat_rate([[0, 1, 60], [12, 1, 60]]) == pytest.approx(2 / 4)


def test_overlap_is_one_with_itself_and_small_with_another_kind() -> None:
    tunes = [(tune(index, "test")["notes"], tune(index, "test")["meter"]) for index in range(12)]
    assert all(value == pytest.approx(1) for value in overlaps(tunes, tunes).values())
    flat: list[tuple[list[list[int]], str]] = [
        ([[at, 8, 60] for at in range(0, 96, 16)], "4/4") for _ in range(12)
    ]
    assert max(overlaps(flat, tunes)[name] for name in ("pitch_class_entropy", "intervals")) < 0.2


def test_the_markov_chain_knows_what_it_heard_and_fills_its_bars() -> None:
    tunes = [made for index in range(8) if (made := _tune(tune(index, "train"), Path("rule"))) is not None]
    chain = Chain(tunes)
    kind = ("4/4", "major", "reel")
    assert chain.knows(kind)
    assert not chain.knows(("4/4", "major", "hymn"))
    notes = chain.draw(kind, 60, 8, np.random.default_rng(3))
    assert notes[-1][0] + notes[-1][1] <= 8 * 16
    scale = {0, 2, 4, 5, 7, 9, 11}
    assert {pitch % 12 for _, _, pitch in notes} <= scale
    heard = {tuple(events(one)) for one in tunes}
    assert len(heard) == len(tunes)


def test_rank_correlation_is_spearmans() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 1, 2, 2], [5, 5, 9, 9]) == pytest.approx(1)


def test_the_weights_file_is_half_precision(trained: Settings) -> None:
    from safetensors.torch import load_file

    assert {tensor.dtype for tensor in load_file(trained.out / WEIGHTS).values()} == {torch.float16}
