"""Training the composer on tunes made by rule, and measuring what came of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch

from atelier.errors import BadInput, Unavailable
from atelier.learning import curve
from models.composer.between import LIKELIEST
from models.composer.control import spearman
from models.composer.data import Conditions, Windows, _tune, read_tunes, sources
from models.composer.evaluate import evaluate, times
from models.composer.generate import Composer
from models.composer.grid import START, VOCABULARY, WINDOW
from models.composer.likeness import (
    empty_beat_rate,
    groove_consistency,
    overlaps,
    pitch_class_entropy,
    scale_consistency,
)
from models.composer.markov import Chain, events
from models.composer.network import MelodyVAE, Shape
from models.composer.reconstruction import interpolation, long_stretches, phrases
from models.composer.stages import VAEStage
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
    for stage in ("vae", "prior"):
        logs = {file.name for file in (trained.work / "tensorboard" / stage).iterdir()}
        assert curve.FILE in logs
        assert any(name.startswith("events") for name in logs)
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in lines if line.startswith("vae")]
    assert losses[-1] < 0.8 * losses[0]
    composer = Composer.load(trained.out)
    assert composer.version == "v1"
    assert composer.card["data"][0]["licence"] == "CC0-1.0"
    assert composer.card["data"][0]["rows"] == 32  # the training tunes alone


@pytest.mark.parametrize("scheduled", [0.0, 0.5])
def test_a_resumed_run_takes_the_same_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheduled: float
) -> None:
    whole = Trainer(settings(tmp_path, "whole", scheduled=scheduled, scheduled_steps=4))
    whole.run()
    parted = settings(tmp_path, "parted", keep_every=0.0, scheduled=scheduled, scheduled_steps=4)

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


@pytest.fixture
def drawing(tmp_path: Path) -> VAEStage:
    """The first stage, which lets its decoder meet what it drew from its fourth step on."""
    stage = Trainer(settings(tmp_path, "v1", scheduled=1.0, scheduled_steps=4, batch=256)).stages[0]
    assert isinstance(stage, VAEStage)
    stage.prepare(fresh=True)
    return stage


def test_a_step_with_scheduled_sampling_is_the_same_each_time(drawing: VAEStage) -> None:
    once = drawing.step(4)["loss"].item()
    drawing.step(2)
    assert drawing.step(4)["loss"].item() == once
    drawing.settings = replace(drawing.settings, scheduled=0.0)
    assert drawing.step(4)["loss"].item() != once


@pytest.mark.parametrize(("step", "share"), [(0, 0.0), (1, 0.25), (2, 0.5), (4, 1.0), (9, 1.0)])
def test_the_decoder_meets_what_it_drew_itself(
    drawing: VAEStage, monkeypatch: pytest.MonkeyPatch, step: int, share: float
) -> None:
    drawn = VOCABULARY - 1  # so high that no tune has it
    met: list[torch.Tensor] = []

    def loss(*given: torch.Tensor) -> dict[str, torch.Tensor]:
        met.append(given[3])
        return {}

    monkeypatch.setattr(drawing, "loss", loss)
    monkeypatch.setattr(drawing, "drawn", lambda steps, *_: torch.full_like(steps, drawn))
    drawing.step(step)
    (before,) = met
    begun = before.view(len(before), WINDOW, -1)[:, :, 0]
    assert (begun == START).all()  # a bar's first step is told nothing
    inside = before.view(len(before), WINDOW, -1)[:, :, 1:]
    told = inside[inside != START]
    assert (inside == START).float().mean() == pytest.approx(drawing.settings.token_drop, abs=0.05)
    assert (told == drawn).float().mean() == pytest.approx(share, abs=0.06)
    if share in (0.0, 1.0):
        assert (told == drawn).float().mean() == share


def test_what_it_draws_is_its_own_distribution(drawing: VAEStage, monkeypatch: pytest.MonkeyPatch) -> None:
    steps, known = drawing.windows.batch(64, np.random.default_rng(0))
    likely = torch.full((*steps.shape, VOCABULARY), -50.0)
    likely[..., 7], likely[..., 9] = np.log(0.75), np.log(0.25)
    monkeypatch.setattr(drawing, "vae", lambda *_: (likely, None))
    noise = torch.zeros(64, WINDOW, TINY.latent)
    drawn = drawing.drawn(steps, known, known, steps, noise, torch.Generator().manual_seed(0))
    assert drawn.shape == steps.shape
    assert set(drawn.flatten().tolist()) == {7, 9}
    assert (drawn == 7).float().mean() == pytest.approx(0.75, abs=0.03)


def test_the_cards_command_says_the_steps_that_were_run(tmp_path: Path) -> None:
    by_clock = train(settings(tmp_path, "clock", minutes=0.02, prior_share=0.5))
    told = by_clock.card["trained"]
    command = by_clock.card["command"]
    assert "--minutes" not in command
    assert "prior_share" not in command
    assert f"--set vae_steps={told['vae_steps']} --set prior_steps={told['prior_steps']}" in command
    assert told["vae_steps"] > 0
    by_steps = train(settings(tmp_path, "steps", vae_steps=3, prior_steps=0, patience=1))
    assert by_steps.card["trained"]["vae_steps"] == 3
    assert by_steps.card["trained"]["prior_steps"] == 0
    assert "--set vae_steps=3 --set prior_steps=0" in by_steps.card["command"]


def test_every_credit_of_a_pack_is_on_the_card() -> None:
    rows = [{**tune(index, "train"), "source": ("one", "two", "one")[index]} for index in range(3)]
    tunes = [made for row in rows if (made := _tune(row, Path("rule.jsonl"))) is not None]
    (told,) = sources(tunes)
    assert (told["credit"], told["rows"]) == ("one; two", 3)


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


@pytest.mark.usefixtures("few_phrases")
def test_the_figures_are_measured(trained: Settings) -> None:
    composer = Composer.load(trained.out)
    figures = {f.name: f for f in evaluate(composer, trained.data, limit=12, train_data=trained.data).figures}
    assert {"recon_2bar", "recon_4bar", "mode_heard", "meter_heard", "tonic_end", "bars_add_up"} <= set(
        figures
    )
    assert {"in_range", "copied_runs", "tune_ms", "faces_ms", "overlap", "interpolation"} <= set(figures)
    assert {"control_density", "control_range", "control_contour", "control_tempo"} <= set(figures)
    assert figures["control_tempo"].value > 0.9
    assert figures["overlap"].value == min(f.value for n, f in figures.items() if n.startswith("overlap_"))
    for name in ("mode_heard", "rhythm_heard", "overlap"):
        assert {"real tunes", "Markov chain"} <= set(figures[name].baselines), name
    assert figures["bars_add_up"].value == figures["in_range"].value == figures["tonic_end"].value == 1.0
    held = {f.name: f for f in evaluate(composer, trained.data, limit=4, split="val").figures}
    assert held["recon_4bar"].value != figures["recon_4bar"].value
    without = {f.name for f in evaluate(composer, None, limit=4).figures}
    assert "recon_4bar" not in without
    assert "copied_runs" not in without


class Echo:
    """A stand-in for the VAE that says what it was given, but for its first bars.

    One bar wrong; two where it is told nothing; none where it takes the likeliest.
    """

    def __init__(self) -> None:
        self.decoder = self

    def encoder(self, steps: torch.Tensor, _meter: torch.Tensor) -> tuple[torch.Tensor, None]:
        return steps, None

    def sample(
        self, z: torch.Tensor, known: Conditions, size: int, chance: torch.Tensor, temperature: float
    ) -> torch.Tensor:
        assert chance.shape == z.shape
        wrong = 0 if temperature == LIKELIEST else 1 if known.mode.any() else 2
        return torch.cat([z[:, : wrong * size] + 1, z[:, wrong * size :]], dim=1)


def test_reconstruction_is_the_share_of_steps_that_are_right(tmp_path: Path) -> None:
    tunes = [tune for tune in read_tunes(pack(tmp_path)) if tune.split == "test"]
    twice = [replace(one, notes=one.notes * 2, steps=np.concatenate([one.steps, one.steps])) for one in tunes]
    echo = cast("MelodyVAE", Echo())
    shares = {name: float(np.mean(said)) for name, said in phrases(echo, Windows(twice, 4), None).items()}
    assert shares == {"4bar": 0.75, "2bar": 0.5, "argmax": 1.0, "unsaid": 0.5}
    long = long_stretches(echo, twice, None)
    assert len(long) == len(twice)
    assert long == pytest.approx([0.75] * len(twice))


@pytest.mark.parametrize(
    ("path", "value"),
    [("even", 1.0), ("at once", 15.0), ("half", 32 / 60 * 15)],  # fourteen steps of 2, and one of 32
)
def test_interpolation_is_the_largest_step_over_the_mean(
    trained: Settings, monkeypatch: pytest.MonkeyPatch, path: str, value: float
) -> None:
    points = torch.zeros(16, 60, dtype=torch.int64)
    for at in range(16):
        moved = {"even": 4 * at, "at once": 60 * (at >= 8), "half": 2 * at + 30 * (at >= 8)}[path]
        points[at, :moved] = 1
    monkeypatch.setattr("models.composer.reconstruction.between", lambda *_: points)
    vae = Composer.load(trained.out).vae
    found = interpolation(vae, Windows(read_tunes(trained.data), 4), 8)
    assert len(found) >= 4
    assert found == pytest.approx([value] * len(found))


def test_times_are_what_the_clocks_say(trained: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = SimpleNamespace(
        perf_counter=iter([10.0, 10.5, 12.0]).__next__, process_time=iter([1.0, 1.3, 2.0, 5.0, 5.01]).__next__
    )
    monkeypatch.setattr("models.composer.evaluate.time", clocks)
    told = {figure.name: figure.value for figure in times(Composer.load(trained.out), 1)}
    assert told == pytest.approx(
        {"tune_ms": 500, "faces_ms": 1500, "tune_cpu_ms": 300, "faces_cpu_ms": 700, "gait_cpu_ms": 10}
    )


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
