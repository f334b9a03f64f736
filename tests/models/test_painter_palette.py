"""The palette that words ask for is the picture's: what counts as asked for, and how colours are moved."""

from __future__ import annotations

import io
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from atelier.requests import Mood, PaintRequest, Palette
from models.painter.generate import Painter, _palettes
from models.painter.grading import graded, stated
from models.painter.palette import palettes_of
from models.painter.scenes import load_scenes

PALETTES: tuple[Palette, ...] = get_args(Palette)


@pytest.mark.parametrize(
    ("caption", "asked"),
    [
        ("a lake, warm colors", ("warm",)),
        ("a lake in warm colours", ("warm",)),
        ("a cat in cool tones, silhouette icon", ("cool",)),
        ("the sea at dusk, golden, oil painting", ("golden",)),
        ("a city in black & white", ("monochrome",)),
        ("a black and white photo of a cat", ("monochrome",)),
        ("a field, dark, muted colors", ("dark", "muted")),
        ("海，黑白", ("monochrome",)),
        ("一片森林，暗色，油画", ("dark",)),
        ("黑白照片", ("monochrome",)),
        ("a black and white cat", ()),
        ("a bright star over a dark forest", ()),
        ("a golden retriever", ()),
        ("金色的田野", ()),
    ],
)
def test_a_palette_is_asked_for_the_whole_picture(caption: str, asked: tuple[Palette, ...]) -> None:
    assert stated(caption) == asked


@pytest.mark.parametrize("palette", PALETTES)
def test_more_pictures_have_a_palette_once_moved(
    palette: Palette, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scenes = load_scenes(500, 40, tmp_path_factory.getbasetemp() / "scenes-for-palettes")
    pictures = [np.ascontiguousarray(pixels.transpose(1, 2, 0)) for pixels in np.asarray(scenes.pixels)]
    moved = [graded(picture, [palette]) for picture in pictures]
    assert all(after.dtype == np.uint8 and after.shape == (128, 128, 3) for after in moved)

    def has(those: list[NDArray[np.uint8]]) -> int:
        return sum(palette in palettes_of(each.transpose(2, 0, 1)) for each in those)

    assert has(moved) >= has(pictures) + 8
    # What has no colour cannot be vivid, and a night not bright.
    assert has(moved) >= (10 if palette in ("vivid", "bright") else 25)


@pytest.mark.parametrize("colour", [8, 12, 16, 30])
def test_a_pale_picture_that_is_muted_keeps_a_colour(colour: int) -> None:
    picture = np.full((128, 128, 3), 120, np.uint8)
    picture[:, :, 2] += colour
    assert palettes_of(graded(picture, ["muted"]).transpose(2, 0, 1)) in (["muted"], ["cool", "muted"])


def test_nothing_is_moved_that_nobody_asked_for(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8)
    assert np.array_equal(graded(picture, stated("a dark forest with a bright star")), picture)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_option_is_obeyed(lang: str) -> None:
    prompt = {"en": "a lake with two boats", "zh": "湖上有两艘船"}[lang]
    asked = [PaintRequest(prompt=prompt, palette=palette, seed=3) for palette in PALETTES]
    for palette, made in zip(PALETTES, Painter.load().generate(asked), strict=True):
        assert not isinstance(made, Exception)
        picture = np.asarray(Image.open(io.BytesIO(made.artefacts[0].data)).convert("RGB"))
        assert palette in palettes_of(picture.transpose(2, 0, 1))


@pytest.mark.parametrize("mood", ["joyful", "sad"])
def test_a_mood_is_left_to_the_network(mood: Mood) -> None:
    """Bright and vivid at once would be no picture any more."""
    assert _palettes(PaintRequest(prompt="a lake", mood=mood)) == ()
    assert _palettes(PaintRequest(prompt="a lake in cool colors", mood=mood, palette="dark")) == (
        "dark",
        "cool",
    )
