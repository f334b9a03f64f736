"""Made scenes: the same everywhere, each attribute in the picture and in the words, quick to load again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atelier.requests import PALETTES
from models.painter.palette import palettes_of
from models.painter.scenes import (
    PLACES,
    STYLES,
    TIMES,
    WEATHERS,
    Scene,
    captions,
    imagine,
    load_scenes,
    maps,
    render,
    row_of,
)  # fmt: skip
from models.painter.scenes.canvas import CLASSES

SCENES = [imagine(seed) for seed in range(400)]
SEA = replace(
    next(s for s in SCENES if s.place == "sea"),
    time="dusk", weather="clear", light="sun", hue="golden", boats=0, birds=0, stars=False,
    lighthouse=False, palette=None, style="poster",
)  # fmt: skip


def share(scene: Scene, kind: str) -> float:
    return float((maps(scene) == CLASSES.index(kind)).mean())


def test_a_seed_is_a_scene_and_a_picture() -> None:
    assert imagine(7) == SCENES[7]
    np.testing.assert_array_equal(render(SCENES[7]), render(imagine(7)))
    assert len({(s.place, s.time, s.weather, s.style, s.boats) for s in SCENES}) > 300


def test_every_value_is_imagined_and_can_be_drawn() -> None:
    assert {s.place for s in SCENES} == set(PLACES)
    assert {s.time for s in SCENES} == set(TIMES)
    assert {s.weather for s in SCENES} == set(WEATHERS)
    assert {s.style for s in SCENES} == set(STYLES)
    assert {s.palette for s in SCENES} == {None, *PALETTES}
    assert {s.boats for s in SCENES} == {0, 1, 2, 3}
    for place in PLACES:
        for style in STYLES:
            picture = render(replace(SEA, place=place, style=style, light="none", hue=""))
            assert picture.shape == (128, 128, 3)
            assert picture.std() > 4, f"{place}, {style}: nothing to see"


@pytest.mark.parametrize("size", [64, 256, 512])
def test_the_composition_is_the_same_at_every_size(size: int) -> None:
    """Reduced to 32 px, a large picture is what the small one is."""
    boats = replace(SEA, boats=3)
    small, large = (render(boats, s).reshape(32, s // 32, 32, s // 32, 3).mean((1, 3)) for s in (128, size))
    assert np.abs(small - large).mean() < 6


def test_more_boats_are_more_boat() -> None:
    shares = [share(replace(SEA, boats=n), "boat") for n in range(4)]
    assert shares[0] == 0
    assert shares[1] > 0.005
    assert shares == sorted(shares)


def test_the_light_stands_where_it_is_said_to() -> None:
    for side, low, high in (("left", 0.1, 0.4), ("centre", 0.4, 0.6), ("right", 0.6, 0.9)):
        found = maps(replace(SEA, side=side)) == CLASSES.index("light")  # type: ignore[arg-type]
        assert low < np.nonzero(found)[1].mean() / 128 < high
    assert share(replace(SEA, light="none", hue=""), "light") == 0


def test_a_red_moon_is_red_and_a_night_is_dark() -> None:
    night = replace(SEA, time="night", light="moon", hue="red")
    red = render(night)[maps(night) == CLASSES.index("light")].mean(0)
    assert red[0] > 2 * red[1]
    assert render(night).mean() < 0.6 * render(replace(SEA, time="day")).mean()


@pytest.mark.parametrize("palette", PALETTES)
def test_a_palette_is_found_by_what_measures_palettes(palette: str) -> None:
    """In most pictures: colours of the hour may hide a mild one."""
    some = [replace(s, palette=palette, style="oil") for s in SCENES[:32] if s.time != "night"]  # type: ignore[arg-type]
    hits = [palette in palettes_of(render(s).transpose(2, 0, 1)) for s in some]
    assert np.mean(hits) > 0.5, palette


def test_captions_say_what_is_shown_in_both_languages() -> None:
    for scene in SCENES:
        en, zh = captions(scene)
        assert en == captions(scene)[0]
        whole = en[0]
        assert ("moon" in whole) == (scene.light == "moon")
        assert ("sun " in f"{whole} ".replace(",", " ")) == (scene.light == "sun")
        assert ("月" in zh[0]) == (scene.light == "moon")
        assert ("boat" in whole) == (scene.boats > 0)
        assert ("船" in zh[0] or "舟" in zh[0]) == (scene.boats > 0)
        assert not any("none" in said or "  " in said for said in (*en, *zh))
    three = next(s for s in SCENES if s.boats == 3)
    assert "three" in captions(three)[0][0]
    assert "三" in captions(three)[1][0]


def test_a_row_carries_every_attribute() -> None:
    row = row_of(SCENES[3])
    assert row.pack == "scenes"
    assert row.concept == "scene-3"
    for name in ("place", "time", "weather", "season", "light", "boats", "houses", "mood"):
        assert row.labels[name] == getattr(SCENES[3], name)
    assert row.labels["style"] == f"scene {SCENES[3].style}"


def test_scenes_are_rendered_once(tmp_path: Path) -> None:
    first = load_scenes(40, 3, tmp_path, size=32)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = load_scenes(40, 3, tmp_path, size=32)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files
    np.testing.assert_array_equal(first.pixels[2], render(imagine(42), 32).transpose(2, 0, 1))
    np.testing.assert_array_equal(first.pixels[[0, 1]], again.pixels[[0, 1]])
    assert [row.file for row in again.rows] == ["scene-2-40", "scene-2-41", "scene-2-42"]
