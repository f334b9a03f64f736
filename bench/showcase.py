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
    ("a red moon over a calm sea with three boats", "painting"),
    ("雾中的群山，一轮红色的太阳", "ink"),
    ("a village in the snow at night", "watercolour"),
    ("a city skyline at night", "glow"),
    ("a field of tulips", "photo"),
    ("a laughing face", "emoji"),
)
POEMS = (("the first snow", "haiku"), ("the sea", "quatrain"), ("初雪", "七绝"))
MELODY = "a slow, sad waltz"
GAP = 6
_BLOCK = re.compile(r"(<!-- showcase -->\n).*?(<!-- /showcase -->)", re.S)


def main() -> None:
    """Make the works, and write the README's block."""
    SHOWN.mkdir(parents=True, exist_ok=True)
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
    sheet.save(SHOWN / "pictures.webp", quality=90, method=6)
    prompts = " · ".join(f"{prompt} ({style})" for prompt, style in PICTURES)
    return f"![{prompts}](docs/showcase/pictures.webp)\n\n`/paint` {prompts}\n\n"


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
