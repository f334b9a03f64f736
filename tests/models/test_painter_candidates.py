"""The painter chooses the best of several candidates, and draws again what is too near a copy."""

import copy
import json
import shutil
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from atelier.errors import WeightsError
from atelier.steer import Origin, again
from atelier.versions import shipped_folder, write_card
from models.painter import copies
from models.painter.copies import Copies, build
from models.painter.data import Pictures
from models.painter.draw import ROUNDS, Sketch
from models.painter.generate import FILE, Painter
from models.painter.latents import Latents, Scale
from models.painter.packs import Row
from models.painter.rank import PART, Ranker, train_ranker
from models.painter.settings import Settings
from models.painter.steer import noise_of, recipe, words_of
from tests.models.painter_asks import ask, made, pixels, result


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter.load(candidates=1)


def with_ranker(folder: Path, ranker: Ranker) -> Path:
    """The shipped version with a ranker of its own."""
    shutil.copytree(shipped_folder("painter"), folder)
    tensors = {k: v for k, v in load_file(folder / FILE).items() if not k.startswith(PART)}
    tensors |= {PART + key: value.half() for key, value in ranker.state_dict().items()}
    save_file(tensors, folder / FILE)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    write_card(folder, {key: value for key, value in card.items() if key != "files"})
    return folder


def test_the_best_candidate_is_posted(tmp_path: Path) -> None:
    torch.manual_seed(3)
    folder = with_ranker(tmp_path / "painter" / "v8", Ranker())
    several = Painter.load(folder, candidates=3)
    ranker = several.brush.ranker
    assert ranker is not None
    single = Painter.load(folder, candidates=1)
    chosen_later = 0
    for seed in range(5):
        request = ask("a red tulip", seed=seed)
        work = made(several, request)
        noises = [recipe(request, 0, attempt) for attempt in range(3)]
        words = words_of(several.text, request)
        with torch.inference_mode():
            latents = [several.generator.paint(noise_of([terms]), words) for terms in noises]
            scores = [float(ranker(latent, words.sentence)) for latent in latents]
        best = scores.index(max(scores))
        assert result(work).noise == [noises[best]]
        chosen_later += best > 0
        # The picture again, with other candidates around it or none, is the same to a rounding.
        same = made(single, again(Origin.of(request, result(work))))
        assert np.abs(pixels(work) - pixels(same)).max() <= 2
        assert made(several, request) == work
    assert chosen_later  # else the first would do
    tensors = load_file(folder / FILE)
    save_file({k: v for k, v in tensors.items() if k != f"{PART}words.weight"}, folder / FILE)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    write_card(folder, {key: value for key, value in card.items() if key != "files"})
    with pytest.raises(WeightsError, match="damaged"):
        Painter.load(folder)


def test_the_ranker_learns_which_words_fit(painter: Painter, tmp_path: Path) -> None:
    colours = ("red", "green", "blue", "yellow")
    rows = [Row(Path("p"), f"{i}.png", (f"a {colours[i % 4]} thing",)) for i in range(64)]
    draw = torch.Generator().manual_seed(0)
    values = torch.randn(64, 1, 16, 16, 16, generator=draw) * 0.3
    for i in range(64):
        values[i, 0, i % 4] += 2
    values = values.repeat(1, 2, 1, 1, 1)
    pictures = Pictures(rows, np.zeros((64, 3, 1, 1), np.uint8), [[] for _ in rows])
    source = Latents(
        pictures, values.numpy().astype(np.float16),
        Scale(torch.zeros(1, 16, 1, 1), torch.ones(1, 16, 1, 1)), list(accumulate([1.0] * 64)),
    )  # fmt: skip
    settings = Settings(tmp_path, tmp_path / "out", batch=8, steps=40)
    ranker, journal = train_ranker(settings, painter.text.network, source, source, tmp_path / "work")
    assert journal.step == 40
    sentences = painter.text.encode([f"a {colour} thing" for colour in colours]).sentence
    with torch.inference_mode():
        match = ranker.seen(values[:32, 0]) @ ranker.said(sentences).T
    assert (match.argmax(1) == torch.arange(32) % 4).float().mean() > 0.9
    assert sum(p.numel() for p in ranker.parameters()) < 150_000  # 10 MiB hold it beside the painter


def speckled(count: int, seed: int, pack: str = "p") -> Pictures:
    """Pictures of coloured fields, each unlike the others."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (count, 3, 8, 8), np.uint8)
    rows = [Row(Path(pack), f"{i}.png", ("x",)) for i in range(count)]
    return Pictures(rows, small.repeat(16, 2).repeat(16, 3), [[] for _ in rows])


def test_copies_are_found_and_others_are_not(tmp_path: Path) -> None:
    train, val = speckled(60, 1), speckled(120, 2)
    filter_ = build(train, val)
    assert filter_ is not None
    filter_.save(tmp_path)
    loaded = Copies.load(tmp_path)
    assert loaded is not None
    for i in range(0, 60, 10):
        picture = train.pixels[i].transpose(1, 2, 0)
        assert loaded.near(picture)
        assert loaded.near(picture[:, ::-1].copy())
        blurred = np.asarray(Image.fromarray(picture).resize((32, 32)).resize((128, 128)))
        assert loaded.near(blurred)
    fresh = speckled(100, 3)
    assert sum(loaded.near(p.transpose(1, 2, 0)) for p in fresh.pixels) <= 5
    assert build(speckled(4, 1, copies.OWN), val) is None
    assert Copies.load(tmp_path / "none") is None
    (tmp_path / copies.FILE).write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="damaged"):
        Copies.load(tmp_path)


def test_what_is_too_near_is_drawn_again(painter: Painter) -> None:
    words = painter.text.encode(["a red tulip"])
    seen: list[int] = []

    def noise(attempt: int) -> tuple[tuple[int, float], ...]:
        seen.append(attempt)
        return ((attempt, 1.0),)

    (first,) = painter.brush.draw([Sketch(words, noise)])
    assert seen == [0]
    picture = torch.from_numpy(first.pixels).permute(2, 0, 1)[None].numpy()
    row = [Row(Path("p"), "a.png", ("x",))]
    known = build(Pictures(row, picture, [[]]), speckled(50, 4))
    assert known is not None
    (other,) = replace(painter.brush, copies=known).draw([Sketch(words, noise)])
    assert other.noise != first.noise
    assert other.nearness > known.nearness(first.pixels)
    everything = replace(known, thresholds=known.thresholds * 1e6)
    seen.clear()
    (least,) = replace(painter.brush, copies=everything).draw([Sketch(words, noise)])
    assert seen == list(range(ROUNDS))  # bounded
    assert least.nearness < 1
    seen.clear()
    replace(painter.brush, copies=everything).draw([Sketch(words, noise, fixed=True)])
    assert seen == [0]  # one drawn before was checked then


def test_a_recorded_pass_is_the_networks_own(painter: Painter) -> None:
    """For words of any number, from the first call on, and after a change of the weights in place."""
    program = painter.brush.program
    for said in ("a red tulip", "a calm sea under a red moon with three boats at dusk, oil painting"):
        words = painter.text.encode([said])
        noise = noise_of([((5, 1.0),)])
        with torch.inference_mode():
            latent = painter.generator.paint(noise, words)
            picture = painter.decoder(latent)
            assert torch.equal(program.paint(noise, words), latent)
            assert torch.equal(program.decode(latent), picture)
    other = replace(painter, brush=replace(painter.brush, generator=copy.deepcopy(painter.generator)))
    with torch.no_grad():
        other.generator.leave.bias += 0.1
    with torch.inference_mode():
        assert torch.equal(other.brush.program.paint(noise, words), other.generator.paint(noise, words))
        assert not torch.equal(other.brush.program.paint(noise, words), latent)
