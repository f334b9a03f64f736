"""What teaches the generator: noise that belongs to pictures, the reader, the second pair of eyes."""

import importlib.util
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from atelier.errors import WeightsError
from models.painter import bank as bank_module
from models.painter import coupling as coupling_module
from models.painter import critic
from models.painter.bank import Bank, fill_bank
from models.painter.coupling import find_coupling
from models.painter.critic import Asked, Heads
from models.painter.data import Pictures, load_split
from models.painter.flow import sample
from models.painter.gan import likeness, train_gan
from models.painter.going_on import part_of
from models.painter.latents import Latents, Scale, read
from models.painter.network import LATENT, SIDE, Decoder, Generator, codes_of
from models.painter.reader import Labels, Reader, wrong
from models.painter.scenes import imagine
from models.painter.scenes.picture import LIGHT_SIDE, SLOTS, chances
from models.painter.scenes.wording import tells_side
from models.painter.settings import Settings
from models.painter.train import _command
from models.text.encoder import TextEncoder
from models.text.network import SENTENCE


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return load_split(None, "train", 48, tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="module")
def latents(scenes: Pictures) -> Latents:
    """Stand-ins: each a random mixture of twelve patterns, so that there is something to find."""
    draw = np.random.default_rng(0)
    patterns = draw.normal(size=(12, LATENT * SIDE * SIDE))
    made = draw.exponential(size=(len(scenes), 12)) @ patterns
    both = np.repeat(made.reshape(-1, 1, LATENT, SIDE, SIDE), 2, 1).astype(np.float16)
    scale = Scale(torch.zeros(1, LATENT, 1, 1), torch.full((1, LATENT, 1, 1), float(made.std())))
    return Latents(scenes, both, scale, [float(i + 1) for i in range(len(scenes))])


def test_noise_that_belongs_to_pictures_is_as_likely_as_any(
    latents: Latents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coupling_module, "SAMPLE", 1536)
    text = TextEncoder.load().network
    coupling = find_coupling(latents, text, 8, 0.1, 0, tmp_path)
    drawn = latents.draw(random.Random(1), 400, 0.0)
    sentence = text_of(drawn.captions)
    codes = coupling.code(drawn.latent, sentence)
    assert codes.mean(0).abs().max() < 0.35
    assert (codes.std(0) - 1).abs().max() < 0.35
    noise = torch.randn(drawn.latent.shape, generator=torch.Generator().manual_seed(1))
    coupled = coupling.couple(noise, drawn.latent, sentence, drawn.chances)
    # The code stands in its axes; everything else of the noise is as it was.
    assert torch.allclose(coupled.flatten(1) @ coupling.axes, codes, atol=1e-3)
    known = ~drawn.chances.isnan()
    told = codes_of(coupled)[:, :SLOTS]
    assert known.any()
    assert torch.allclose(told[known], torch.special.ndtri(drawn.chances[known]), atol=1e-3)
    assert torch.allclose(told[~known], codes_of(noise)[:, :SLOTS][~known], atol=1e-3)
    changed = (coupled - noise).flatten(1)
    kept = changed - (changed @ coupling.axes) @ coupling.axes.T
    assert kept.square().sum(1).max() <= known.sum(1).max() * 25
    again = find_coupling(latents, text, 8, 0.1, 0, tmp_path)  # from the folder
    assert torch.equal(again.axes, coupling.axes)


def parent_of(settings: Settings) -> Generator:
    """A parent with something to say: one that has not been trained answers nothing."""
    torch.manual_seed(4)
    parent = Generator(settings.shape())
    torch.nn.init.normal_(parent.leave.weight, std=0.05)
    return parent


def settings_of(home: Path, **changes: object) -> Settings:
    return Settings(
        None, home / "v9", work=home / "work", batch=16, coder="8,8,16", unet="16,16,16", val_pictures=4,
        looked_at=0, scenes=48, bank_steps=2, **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_bank_keeps_what_the_parent_draws(
    latents: Latents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, settings = TextEncoder.load().network, settings_of(tmp_path, steps=3, following=0.15)
    parent = parent_of(settings)
    bank, journal = fill_bank(settings, parent, text, latents, tmp_path)
    assert (len(bank), journal.step) == (3, 3)
    answers = bank.draw(4)  # round and round: the second
    assert answers.captions == bank.draw(1).captions != bank.draw(0).captions
    assert len(answers.rows) == len(answers.noise) == 4
    words, nothing = read(text, answers.captions), read(text, [""])
    drawn = sample(parent, answers.noise, words, nothing, 2, settings.bank_guidance)
    assert torch.allclose(drawn, answers.answer, atol=1e-2)  # kept in half precision
    monkeypatch.setattr(bank_module, "sample", None)  # what is kept is not drawn again
    again, _ = fill_bank(settings, parent, text, latents, tmp_path)
    assert all(torch.equal(*pair) for pair in zip(again.answers, bank.answers, strict=True))
    with pytest.raises(ValueError, match="another size"):
        Bank(latents, 8, 0).load_state_dict(bank.state_dict())


def test_the_one_pass_learns_what_the_parent_answers(latents: Latents, tmp_path: Path) -> None:
    text, settings = TextEncoder.load().network, settings_of(tmp_path, steps=16, adversarial=0, following=5)
    parent, shape = parent_of(settings), settings.shape()
    bank = Bank(latents, 4, 0)
    captions, noise = bank.question(0)[1], bank.question(0)[3]
    words = read(text, captions)
    bank.keep(0, sample(parent, noise, words, read(text, [""]), 8, 4.0))
    child, _ = train_gan(
        settings, shape, parent, Decoder(shape), None, bank, None, text, latents, latents, tmp_path
    )
    wanted = bank.draw(0).answer
    before, after = (
        float((one.paint(noise, words).detach() - wanted).square().mean()) for one in (parent, child.eval())
    )
    assert after < 0.9 * before, (before, after)


def test_the_discriminator_is_told_the_labels_that_a_caption_states(latents: Latents) -> None:
    labels, row = Labels.of(latents.pictures.rows), latents.pictures.rows[0]
    full, silent = row.captions[0], "something"
    told = labels.told(labels.wanted([row, row], [full, silent]))
    names = [f"{attribute}={value}" for attribute, values in labels.names.items() for value in values]
    found = {names[place] for place in told[0].nonzero().flatten().tolist()}
    assert {f"{key}={row.labels[key]}" for key in ("place", "time", "palette")} <= found
    assert told.shape == (2, labels.many)
    assert not told[1].any()


@pytest.mark.parametrize("labelled", [True, False])
def test_the_gan_tells_its_discriminator_the_labels_where_that_is_set(
    latents: Latents, tmp_path: Path, labelled: bool
) -> None:
    settings = settings_of(tmp_path, steps=2, labelled=labelled)
    parent, shape, text = parent_of(settings), settings.shape(), TextEncoder.load().network
    train_gan(settings, shape, parent, Decoder(shape), None, None, None, text, latents, latents, tmp_path)
    kept = torch.load(tmp_path / "gan.pt", weights_only=True)
    places = [n for n, name in enumerate(kept["critic"]) if ".text." in name and name.endswith("weight")]
    many = Labels.of(latents.pictures.rows).many if labelled else 0
    for place in places:
        moved = kept["judge"]["state"][place]["exp_avg_sq"][:, SENTENCE:]  # by gradients of the labels
        assert moved.shape[1] == many
        assert bool(moved.any()) == labelled
    assert places


def test_the_discriminator_tells_by_labels_what_the_words_leave_open() -> None:
    draw = torch.Generator().manual_seed(3)
    torch.manual_seed(3)
    heads, words = Heads((4,), 2), read(TextEncoder.load().network, ["a cat"] * 64)
    kinds, pattern = torch.arange(64) % 2, torch.randn(4, 1, 1, generator=draw)
    seen = [torch.randn(64, 4, 4, 4, generator=draw) + (2.0 * kinds[:, None, None, None] - 1) * pattern]
    own = Asked(words, torch.nn.functional.one_hot(kinds, 2).float())
    optimiser = torch.optim.Adam(heads.parameters(), lr=4e-4, betas=(0.0, 0.99))
    for _ in range(100):
        right, wrong_ones = heads(seen, own.vector()), heads(seen, own.others().vector())
        loss = torch.relu(1 - right).mean() + torch.relu(1 + wrong_ones).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 1  # 2 where both kinds look alike, as they do to heads that hear the words alone


def test_pictures_of_the_same_words_are_held_apart(latents: Latents, tmp_path: Path) -> None:
    text, settings = TextEncoder.load().network, settings_of(tmp_path, steps=16, adversarial=0, apart=5)
    parent, shape = parent_of(settings), settings.shape()
    # Strangers that are farther apart than what this parent draws.
    scale = Scale(latents.scale.mean, latents.scale.deviation / 3)
    latents = Latents(latents.pictures, latents.values, scale, latents.weights)
    child, _ = train_gan(
        settings, shape, parent, Decoder(shape), None, None, None, text, latents, latents, tmp_path
    )
    real, captions, _, _ = latents.draw(random.Random(3), 12, 0.0)
    draw = torch.Generator().manual_seed(5)
    one, other = (torch.randn(real.shape, generator=draw) for _ in range(2))
    words = read(text, captions)
    before, after = (
        float(likeness(who.paint(one, words).detach(), who.paint(other, words).detach(), real))
        for who in (parent, child.eval())
    )
    assert after < 0.97 * before, (before, after)


def test_the_gan_learns_at_the_rate_that_is_set(latents: Latents, tmp_path: Path) -> None:
    text = TextEncoder.load().network
    moved = []
    for number, rate in enumerate((0.0, 1e-3, 2e-3)):
        settings = settings_of(tmp_path / str(number), steps=2, gan_rate=rate, gan_average=0.0)
        parent, shape = parent_of(settings), settings.shape()
        child, _ = train_gan(
            settings, shape, parent, Decoder(shape), None, None, None, text, latents, latents,
            tmp_path / str(number),
        )  # fmt: skip
        pairs = zip(child.parameters(), parent.parameters(), strict=True)
        moved.append(max(float((new - old).abs().max()) for new, old in pairs))
    assert moved[0] < 1e-6 < moved[1] < moved[2]


def test_how_alike_two_pictures_are_is_told_by_strangers() -> None:
    real = torch.randn(6, LATENT, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    assert likeness(real, real, real) == 1
    assert likeness(real, real.roll(1, 0), real) < 0.05
    # Grain in one place of four and its opposite beside it: a picture's masses of colour are as they were.
    grain = 50 * (1.0 - 2.0 * (torch.arange(SIDE) % 2)).expand_as(real)
    assert likeness(real, real + grain, real) == pytest.approx(0.5)


def text_of(captions: list[str]) -> torch.Tensor:
    return TextEncoder.load().encode(captions).sentence.clone()


def test_the_chances_of_a_scene_are_its_own() -> None:
    scene = next(s for s in map(imagine, range(200)) if s.boats == 2)
    told = chances(scene)
    assert told.shape == (SLOTS,)
    assert np.array_equal(told, chances(scene), equal_nan=True)
    assert not np.isnan(told[:8]).any()  # two boats of four numbers each
    assert np.isnan(told[8:12]).all()  # and no third
    known = told[~np.isnan(told)]
    assert ((known > 0) & (known < 1)).all()
    every = np.stack([chances(s) for s in map(imagine, range(300)) if s.boats == 1])[:, 0]
    assert abs(float(every.mean()) - 0.5) < 0.1  # even over the width
    for side, third in (("left", 0), ("centre", 1), ("right", 2)):
        suns = [s for s in map(imagine, range(100)) if s.light == "sun" and s.side == side]
        assert {int(chances(s)[LIGHT_SIDE] * 3) for s in suns} == {third}
    assert all(np.isnan(chances(s)[LIGHT_SIDE]) for s in map(imagine, range(100)) if s.light == "none")


def test_a_side_that_the_words_tell_is_not_told_by_chance(latents: Latents) -> None:
    drawn = latents.draw(random.Random(0), 200, 0.0)
    said = [tells_side(caption) for caption in drawn.captions]
    assert any(said)
    assert torch.isnan(drawn.chances[said, LIGHT_SIDE]).all()
    lit = [row.labels["light"] != "none" and not told for row, told in zip(drawn.rows, said, strict=True)]
    assert not torch.isnan(drawn.chances[lit, LIGHT_SIDE]).any()


def test_the_reader_prefers_what_fits(scenes: Pictures) -> None:
    labels = Labels.of(scenes.rows)
    assert {"place", "time", "weather"} <= set(labels.names)
    wanted = labels.wanted(scenes.rows)
    place = list(labels.names).index("place")
    assert labels.names["place"][int(wanted[0, place])] == scenes.rows[0].labels["place"]
    silent = labels.wanted(scenes.rows, ["a picture"] * len(scenes.rows))
    assert (silent == -1).all()  # a caption that says nothing asks for nothing
    torch.manual_seed(0)
    reader = Reader({name: len(known) for name, known in labels.names.items()})
    latent, captions = torch.randn(16, LATENT, SIDE, SIDE), [row.captions[0] for row in scenes.rows[:16]]
    sentence = text_of(captions)
    optimiser = torch.optim.AdamW(reader.parameters(), lr=3e-3)
    losses = []
    for _ in range(25):
        loss = wrong(reader, latent, sentence, captions, wanted[:16])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    with torch.no_grad():
        crossed = wrong(reader, latent.roll(1, 0), sentence, captions, wanted[:16])
    assert crossed > 2 * losses[-1]
    # Pictures of one and the same caption are no rivals: alone with it, nothing can be mistaken.
    alone = wrong(reader, latent[:2], sentence[:1].expand(2, -1), [captions[0]] * 2, wanted[:2] * 0 - 1)
    assert alone.abs() < 1e-5


def test_the_second_pair_of_eyes_is_not_the_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = critic.open_eyes()
    assert eyes is not None
    seen = eyes(torch.rand(2, 3, 128, 128) * 2 - 1)
    assert [tuple(x.shape) for x in seen] == [(2, 24, 32, 32), (2, 40, 16, 16), (2, 112, 8, 8)]
    assert all(0.05 < float(x.std()) < 5 for x in seen)
    assert not any(p.requires_grad for p in eyes.parameters())
    judge = load_file(next(Path("models/weights/painter").glob("*/judge.safetensors")))
    stem = next(p for p in eyes.trunk.parameters() if p.ndim == 4)
    assert not torch.allclose(
        judge["trunk.0.0.weight" if "trunk.0.0.weight" in judge else "trunk.0.1.weight"].float(), stem
    )
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)  # not installed
    assert critic.open_eyes() is None


def test_a_start_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        part_of(tmp_path, "generator")


def test_a_card_names_the_versions_that_it_went_on_from_and_no_path(tmp_path: Path) -> None:
    said = Settings(data=None, out=tmp_path / "v9", start=tmp_path / "v4", parent_text=tmp_path / "v3")
    command = _command(said, ("gan",))
    assert "--set start=v4" in command
    assert "--set parent_text=v3" in command
    assert str(tmp_path) not in command
