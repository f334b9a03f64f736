"""The poems that ``docs/poet.md`` shows, made by the shipped poet: ``python -m bench.verses``.

Seed 1 and the evaluation's first prompts, one form after another: nothing is chosen.
"""

from __future__ import annotations

import re
from pathlib import Path

from atelier.errors import PersonError
from atelier.requests import HEADED, Form, PoemRequest, form_language
from atelier.works import PoemResult
from models.loading import load_model
from models.poet.prompts import ACROSTICS, PROMPTS

SEED = 1
FORMS: tuple[Form, ...] = (
    "haiku", "couplet", "quatrain", "limerick", "ballad", "shakespearean sonnet", "free", "acrostic",
    "quatrain", "petrarchan sonnet",
    "五绝", "七绝", "五律", "七律", "藏头诗", "浣溪沙", "如梦令", "鹧鸪天", "五绝", "七绝",
)  # fmt: skip
DOCUMENT = Path(__file__).parent.parent / "docs" / "poet.md"
_BLOCK = re.compile(r"(<!-- poems -->\n).*?(<!-- /poems -->)", re.S)


def requests() -> list[PoemRequest]:
    """One for each of ``FORMS``: the prompts of its language in their order."""
    made, used = [], {"en": 0, "zh": 0}
    for form in FORMS:
        lang = form_language(form)
        word = ACROSTICS[lang][0] if form in HEADED else None
        made.append(PoemRequest(topic=PROMPTS[lang][used[lang]], form=form, acrostic=word, seed=SEED))
        used[lang] += 1
    return made


def main() -> None:
    """Write the document's block."""
    asked = requests()
    blocks = []
    for request, answer in zip(asked, load_model("poem").generate(asked), strict=True):
        if isinstance(answer, PersonError):
            raise SystemExit(str(answer))
        assert isinstance(answer.result, PoemResult)
        blocks.append(_shown(request, answer.result))
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(_BLOCK.sub(lambda found: found[1] + "\n".join(blocks) + found[2], text), "utf-8")


def _shown(request: PoemRequest, poem: PoemResult) -> str:
    spelled = f", {request.acrostic}" if request.acrostic else ""
    stanzas, at = [], 0
    for count in poem.stanzas:
        stanzas.append("  \n".join(poem.lines[at : at + count]))
        at += count
    return f"**{poem.title}** ({poem.form}{spelled}: “{request.topic}”)\n\n" + "\n\n".join(stanzas) + "\n"


if __name__ == "__main__":
    main()
