"""The works that the README shows, made by the shipped models: ``python -m bench.showcase``.

First seeds, not chosen ones: what a newcomer sees is what they will get.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from PIL import Image

from atelier.requests import MelodyRequest, PaintRequest, PoemRequest
from atelier.works import Made, MelodyResult, PoemResult
from models.loading import load_model

ROOT = Path(__file__).parent.parent
SHOWN = ROOT / "docs" / "showcase"
SEED = 1
PICTURES = (
    ("a stormy sea at dusk", "painting"),
    ("一朵红玫瑰", "photo"),
    ("a field of tulips", "photo"),
    ("a laughing face", "emoji"),
    ("a portrait of a woman", "impressionism"),
    ("a castle", "silhouette"),
)
# docs/painter.md names these in reading order; two pictures each.
SHEET: tuple[dict[str, str], ...] = (
    {"prompt": "a smiling yellow face"}, {"prompt": "a sad face"}, {"prompt": "a happy cat"},
    {"prompt": "a red apple", "style": "3d"}, {"prompt": "a house", "style": "outline"}, {"prompt": "🦋"},
    {"prompt": "a red rose", "style": "photo"}, {"prompt": "pink tulips in a garden"},
    {"prompt": "a yellow sunflower"}, {"prompt": "white daisies"}, {"prompt": "a dandelion"},
    {"prompt": "a stormy sea"}, {"prompt": "a landscape in the style of Claude Monet"},
    {"prompt": "portrait of a woman", "style": "renaissance"}, {"prompt": "a dark portrait by Rembrandt"},
    {"prompt": "sunset over mountains"}, {"prompt": "starry night by Van Gogh"},
    {"prompt": "a white sword icon on a blue background"}, {"prompt": "一朵红色的玫瑰"},
    {"prompt": "红色的郁金香"}, {"prompt": "印象派风景画"}, {"prompt": "巴洛克肖像画，暗调"},
    {"prompt": "卡通风格的狗"}, {"prompt": "黑线描边风格的鱼"}, {"prompt": "大海上的月亮"},
    {"prompt": "a gold dragon icon on a black background"}, {"prompt": "a blue car", "style": "flat"},
    {"prompt": "a green tree"}, {"prompt": "snow in the village", "mood": "calm"},
    {"prompt": "an orange cat on a white background", "palette": "warm"},
)  # fmt: skip
POEMS = (("the first snow", "haiku"), ("the sea", "quatrain"), ("初雪", "七绝"))
MELODY = "a slow, sad waltz"
GAP = 6
_BLOCK = re.compile(r"(<!-- showcase -->\n).*?(<!-- /showcase -->)", re.S)


def main() -> None:
    """Make the works, and write the README's block."""
    SHOWN.mkdir(parents=True, exist_ok=True)
    _sheet()
    text = _pictures() + _poems() + _melody()
    readme = ROOT / "README.md"
    whole = readme.read_text("utf-8")
    readme.write_text(_BLOCK.sub(lambda found: found[1] + text + found[2], whole), "utf-8")


def _pictures() -> str:
    # One noise gives different prompts similar shapes still, so each has a seed of its own: 1, 2, 3, ...
    asked = [
        PaintRequest.model_validate({"prompt": prompt, "style": style, "seed": SEED + number})
        for number, (prompt, style) in enumerate(PICTURES)
    ]
    made = [_made(answer) for answer in load_model("paint").generate(asked)]
    pictures = [Image.open(io.BytesIO(one.artefacts[0].data)).convert("RGB") for one in made]
    side = pictures[0].width
    sheet = Image.new("RGB", (len(pictures) * (side + GAP) - GAP, side), "white")
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number * (side + GAP), 0))
    sheet.save(SHOWN / "pictures.png", optimize=True)
    prompts = " · ".join(f"{prompt} ({style})" for prompt, style in PICTURES)
    return f"![{prompts}](docs/showcase/pictures.png)\n\n`/paint` {prompts}\n\n"


def _sheet(columns: int = 12) -> None:
    """The sixty pictures of ``docs/painter.md``."""
    asked = [PaintRequest.model_validate({**one, "seed": SEED, "count": 2}) for one in SHEET]
    made = [_made(answer) for answer in load_model("paint").generate(asked)]
    pictures = [Image.open(io.BytesIO(file.data)).convert("RGB") for one in made for file in one.artefacts]
    side = pictures[0].width
    sheet = Image.new("RGB", (columns * side, -(-len(pictures) // columns) * side))
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number % columns * side, number // columns * side))
    sheet.save(ROOT / "docs" / "painter-v1.webp", quality=88)


def _poems() -> str:
    asked = [
        PoemRequest.model_validate({"topic": topic, "form": form, "seed": SEED}) for topic, form in POEMS
    ]
    blocks = []
    for (topic, form), answer in zip(POEMS, load_model("poem").generate(asked), strict=True):
        result = _made(answer).result
        assert isinstance(result, PoemResult)
        lines = "  \n".join(f"> {line}" for line in result.lines)
        blocks.append(f"`/poem {topic} form={form}`\n\n{lines}\n\n")
    return "".join(blocks)


def _melody() -> str:
    (answer,) = load_model("melody").generate([MelodyRequest(description=MELODY, seed=SEED)])
    made = _made(answer)
    assert isinstance(made.result, MelodyResult)
    for artefact in made.artefacts:
        if artefact.name in (made.result.files["png"], made.result.files["ogg"]):
            (SHOWN / f"melody{Path(artefact.name).suffix}").write_bytes(artefact.data)
    return (
        f"`/melody {MELODY}` ([listen](docs/showcase/melody.ogg))\n\n"
        f"![The score of a melody for “{MELODY}”](docs/showcase/melody.png)\n\n"
        f"First seeds, not chosen ones; `python -m bench.showcase` makes them again.\n"
    )


def _made(answer: object) -> Made:
    if isinstance(answer, Made):
        return answer
    raise SystemExit(str(answer))


if __name__ == "__main__":
    main()
