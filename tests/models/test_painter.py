"""What the shipped painter promises."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from atelier.errors import BadInput, Cancelled, WeightsError
from atelier.requests import MOODS, PALETTES, STYLES, PaintRequest
from atelier.versions import shipped_folder, write_card
from atelier.works import Made, PictureResult
from models.painter.generate import FILE, Painter
from models.painter.wording import caption


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter.load()


def made(painter: Painter, *requests: PaintRequest) -> list[Made]:
    answers = painter.generate(requests)
    assert all(isinstance(answer, Made) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Made)]


def pixels(work: Made, number: int = 1) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(work.artefacts[number - 1].data)))


def test_the_same_bytes_alone_and_in_company(painter: Painter) -> None:
    one = PaintRequest(prompt="a red tulip in the garden", seed=7)
    others = [
        PaintRequest(prompt=p, seed=i, count=2) for i, p in enumerate(("海", "a very long walk home", "x"))
    ]
    alone = made(painter, one)[0]
    again = made(painter, one)[0]
    company = made(painter, *others, one, *others)[3]
    assert alone == again == company


def test_count_draws_consecutive_seeds(painter: Painter) -> None:
    several = made(painter, PaintRequest(prompt="a yellow flower", seed=5, count=4))[0]
    assert isinstance(several.result, PictureResult)
    assert several.result.files == [f"picture-{n}.png" for n in (1, 2, 3, 4)]
    assert (several.result.width, several.result.height) == (128, 128)
    single = made(painter, PaintRequest(prompt="a yellow flower", seed=6))[0]
    assert (pixels(several, 2) == pixels(single)).all()
    assert len({a.data for a in several.artefacts}) == 4


def test_words_and_options_matter(painter: Painter) -> None:
    plain = pixels(made(painter, PaintRequest(prompt="a flower", seed=3))[0])
    for change in ({"prompt": "a face"}, {"style": "silhouette"}, {"palette": "dark"}, {"mood": "sad"}):
        other = PaintRequest.model_validate({"prompt": "a flower", "seed": 3, **change})
        assert (pixels(made(painter, other)[0]) != plain).mean() > 0.2


def test_every_option_has_words_in_both_languages() -> None:
    for prompt in ("sea", "大海"):
        said = {caption(PaintRequest(prompt=prompt, style=style)) for style in STYLES}
        assert len(said) == len(STYLES)
        for option in ({"palette": p} for p in PALETTES):
            assert len(caption(PaintRequest.model_validate({"prompt": prompt, **option}))) > len(prompt)
        for option in ({"mood": m} for m in MOODS):
            assert len(caption(PaintRequest.model_validate({"prompt": prompt, **option}))) > len(prompt)


@pytest.mark.parametrize(
    "prompt", ["一朵红色的郁金香", "🦋", "🌷🌷", "Ёлка and a house", "rose " * 90, "<b>@everyone</b>"]
)
def test_prompts_of_all_kinds_draw(painter: Painter, prompt: str) -> None:
    work = made(painter, PaintRequest(prompt=prompt.strip(), seed=2))[0]
    assert pixels(work).std() > 5


def test_no_words_is_a_sentence_in_its_place(painter: Painter) -> None:
    answers = painter.generate([
        PaintRequest(prompt=prompt, seed=1) for prompt in ("a rose", "?!", "海")
    ])  # fmt: skip
    assert [type(answer) for answer in answers] == [Made, BadInput, Made]
    assert isinstance(answers[1], BadInput)
    assert "no words" in answers[1].text("en")
    assert "文字" in answers[1].text("zh")
    assert painter.generate([]) == []


def test_understood_says_what_was_found(painter: Painter) -> None:
    def understood(prompt: str) -> str:
        result = made(painter, PaintRequest(prompt=prompt, seed=1))[0].result
        assert isinstance(result, PictureResult)
        return result.understood

    assert understood("two red tulips, a photo") == "Understood as: tulip, photo, red."
    assert understood("红色的郁金香") == "我的理解：郁金香、红色。"
    assert understood("一只猫") == "我的理解：猫。"
    assert "understood" in understood("The GREY horse!").lower()
    unknown = understood("quantum chromodynamics")
    assert "nearest" in unknown
    assert "最接近" in understood("量子力学")


def test_a_stopped_work_is_cancelled(painter: Painter) -> None:
    polls: list[int] = []

    def stopped() -> bool:
        polls.append(1)
        return len(polls) > 2

    with pytest.raises(Cancelled):
        painter.generate([PaintRequest(prompt="a rose", seed=1, count=4)] * 5, stopped=stopped)
    assert len(polls) == 3


def test_provenance_is_in_the_file(painter: Painter) -> None:
    english, chinese = made(
        painter,
        PaintRequest(prompt="a blue whale", seed=9, style="flat"),
        PaintRequest(prompt="鲸鱼", seed=9),
    )
    text = Image.open(io.BytesIO(english.artefacts[0].data)).text  # type: ignore[attr-defined]
    assert text["Prompt"] == "a blue whale"
    assert text["Seed"] == "9"
    assert text["Model"] == f"painter {painter.version}"
    assert json.loads(text["Options"])["style"] == "flat"
    assert text["Comment"].startswith("Made by a machine with Atelier")
    other = Image.open(io.BytesIO(chinese.artefacts[0].data)).text  # type: ignore[attr-defined]
    assert other["Prompt"] == "鲸鱼"
    assert "Atelier" in other["Comment"]
    assert other["Comment"] != text["Comment"]


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "painter" / "v1"
    shutil.copytree(shipped_folder("painter"), folder)
    file, card = folder / FILE, json.loads((folder / "card.json").read_text("utf-8"))
    bare = {key: value for key, value in card.items() if key != "files"}
    whole = file.read_bytes()
    file.write_bytes(whole[:1000] + b"\0" + whole[1001:])
    with pytest.raises(WeightsError, match="damaged"):
        Painter.load(folder)
    tensors = load_file(shipped_folder("painter") / FILE)
    save_file({k: v for k, v in tensors.items() if k != "scale.mean"}, file)
    write_card(folder, bare)  # the hashes fit, the contents do not
    with pytest.raises(WeightsError, match="damaged"):
        Painter.load(folder)
    file.write_bytes(whole)
    write_card(folder, {**bare, "shape": {**bare["shape"], "unet": [16, 16, 16]}})
    with pytest.raises(WeightsError, match="damaged"):
        Painter.load(folder)
    write_card(folder, {**bare, "text": {"version": "v0", "sha256": "0"}})
    with pytest.raises(WeightsError, match="another prompt encoder"):
        Painter.load(folder)
    file.unlink()
    with pytest.raises(WeightsError, match="missing"):
        Painter.load(folder)
