"""``atelier bench painter``: contact sheets of the painter that ships, for ``docs/painter.md``.

Forty prompts of the kind that people type, in both languages; one prompt in every style; variations,
blends, and enlarged pictures where there is an upscaler. First seeds, not chosen
ones. The figures are what making each sheet took.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Sequence
from pathlib import Path

import click
from PIL import Image

from atelier.figures import Figure, Figures
from atelier.languages import say
from atelier.requests import STYLES, PaintRequest, Size, Steer
from atelier.settings import Settings
from atelier.steer import Origin, blend, vary
from atelier.works import Made, PictureResult
from models.loading import load_model
from models.painter.costs import enlarges
from models.painter.generate import Painter
from models.painter.scenes import imagine, render

SHEETS = Path(__file__).parent.parent / "docs" / "painter"
SEED = 1
PROMPTS: tuple[str, ...] = (
    "a red moon over a calm sea with three boats", "a stormy sea at dusk", "a lighthouse at night",
    "snowy mountains at sunrise", "a desert with two cacti at noon", "an autumn forest in the mist",
    "a village in the snow at night", "a city skyline at night, neon glow",
    "a river with a bridge, watercolour", "a lake with one boat, ink wash painting",
    "a field in spring, oil painting", "rain over the city, poster",
    "a smiling yellow face", "a sad face", "a happy cat", "a red apple, 3d", "a house, outline",
    "a red rose, photo", "pink tulips in a garden", "a yellow sunflower", "white daisies", "a dandelion",
    "a landscape in the style of Claude Monet", "portrait of a woman, renaissance",
    "a dark portrait by Rembrandt", "a white sword icon on a blue background", "a blue car", "a green tree",
    "平静的大海上空一轮红色的月亮，三只小船", "黄昏的沙漠", "雪中的村庄，水墨画", "夜晚的城市，像素风格",
    "雾中的群山，水墨画", "秋天的森林，油画", "暴风雨中的大海和灯塔", "一朵红色的玫瑰", "红色的郁金香",
    "印象派风景画", "卡通风格的狗", "一轮金色的太阳，湖，一艘帆船，水彩画",
)  # fmt: skip
STYLED = "a lake with two boats and a golden sun at dusk"
VARIED = "a white moon over the sea with two boats at night"
BLENDED = (
    ("a calm sea at noon", "a stormy sea at night"), ("a spring field", "a winter field"),
    ("红色的郁金香", "黄色的向日葵"),
)  # fmt: skip
ENLARGED = (STYLED, VARIED, PROMPTS[3])
ENLARGED_TO: Size = 512
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_BLOCK = re.compile(r"(<!-- sheets -->\n).*?(<!-- /sheets -->)", re.S)


def run(settings: Settings) -> Figures:  # noqa: ARG001 (the sheets are of what ships, whatever is set)
    """Make the sheets and the block of ``docs/painter.md`` that shows them."""
    painter = load_model("paint")
    assert isinstance(painter, Painter)
    SHEETS.mkdir(parents=True, exist_ok=True)
    _save([Image.fromarray(render(imagine(seed))) for seed in range(40)], 8, SHEETS / "scenes.webp")
    figures, shown = [], []
    for name, columns, requests, said in _asked(painter):
        begun = time.perf_counter()
        pictures = [picture for request in requests for picture in _pictures(painter, request)]
        took = time.perf_counter() - begun
        many = len(pictures)
        if name == "upscale":
            pictures = _beside_lanczos(painter, requests, pictures)
        _save(pictures, columns, SHEETS / f"{name}.webp")
        figures.append(Figure(f"{name}_ms", round(1000 * took / many, 1), "ms a picture"))
        shown.append(f"![{name}](painter/{name}.webp)\n\n{said}\n\n")
    page = SHEETS.parent / "painter.md"
    text = page.read_text("utf-8")
    page.write_text(_BLOCK.sub(lambda found: found[1] + "".join(shown) + found[2], text), "utf-8")
    return Figures("painter-sheets", painter.version, tuple(figures))


def _asked(painter: Painter) -> list[tuple[str, int, list[PaintRequest], str]]:
    """Name, columns, requests and a caption of each sheet."""
    origin = _origin(painter, VARIED)
    near = [
        vary(origin, strength).model_copy(update={"seed": 2 + number})
        for strength in ("subtle", "strong")
        for number in range(7)
    ]
    rows = [near[:7], near[7:]]
    pairs = [(_origin(painter, one), _origin(painter, two)) for one, two in BLENDED]
    sheets = [
        (
            "prompts", 8, [PaintRequest(prompt=prompt, seed=SEED) for prompt in PROMPTS],
            "In reading order: " + "; ".join(PROMPTS) + ".",
        ),
        (
            "styles", 8, [PaintRequest(prompt=STYLED, style=style, seed=SEED) for style in STYLES],
            f"“{STYLED}” in every style: {', '.join(STYLES)}.",
        ),
        (
            "vary", 8, [request for row in rows for request in (origin.request, *row)],
            f"“{VARIED}”, and variations of it: subtle ones above, strong ones below.",
        ),
        (
            "blend", len(SHARES), [blend(one, two, share) for one, two in pairs for share in SHARES],
            "Blends, from the first to the second: "
            + "; ".join(f"“{one}” and “{two}”" for one, two in BLENDED) + ".",
        ),
    ]  # fmt: skip
    if not enlarges(painter):
        click.echo(say("painter-no-upscaler"), err=True)
        return sheets
    large = [PaintRequest(prompt=prompt, seed=SEED, steer=Steer(upscale=ENLARGED_TO)) for prompt in ENLARGED]
    said = f"From 128 to {ENLARGED_TO} px, by Lanczos and by the upscaler: " + "; ".join(ENLARGED) + "."
    return [*sheets, ("upscale", 2, large, said)]


def _origin(painter: Painter, prompt: str) -> Origin:
    request = PaintRequest(prompt=prompt, seed=SEED)
    result = _made(painter, request).result
    assert isinstance(result, PictureResult)
    return Origin.of(request, result)


def _made(painter: Painter, request: PaintRequest) -> Made:
    (answer,) = painter.generate([request])
    if isinstance(answer, Made):
        return answer
    raise SystemExit(str(answer))


def _pictures(painter: Painter, request: PaintRequest) -> list[Image.Image]:
    return [Image.open(io.BytesIO(one.data)).convert("RGB") for one in _made(painter, request).artefacts]


def _beside_lanczos(
    painter: Painter, requests: Sequence[PaintRequest], large: Sequence[Image.Image]
) -> list[Image.Image]:
    """Each enlarged picture after the same one resized, so that a sheet of two columns compares them."""
    small = [_pictures(painter, request.model_copy(update={"steer": None}))[0] for request in requests]
    return [
        side
        for one, other in zip(small, large, strict=True)
        for side in (one.resize(other.size, Image.Resampling.LANCZOS), other)
    ]


def _save(pictures: Sequence[Image.Image], columns: int, path: Path) -> None:
    side = pictures[0].width
    sheet = Image.new("RGB", (columns * side, -(-len(pictures) // columns) * side), "white")
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number % columns * side, number // columns * side))
    sheet.save(path, quality=78, method=6)
