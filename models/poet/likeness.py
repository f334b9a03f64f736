"""Whether a poem in somebody's manner is like that poet: a naive Bayes judge picks among ten poets.

The judge counts words of the poets' test poems, from which neither the model nor the table of manners learnt.
Beside its share of our poems stands its share of real ones of `val`; by chance it would pick one in ten.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from atelier.errors import PersonError
from atelier.figures import Figure
from atelier.languages import Lang
from atelier.requests import Form, PoemRequest
from atelier.works import Made, PoemResult
from models.poet.data import words_of
from models.poet.generate import Poet
from models.poet.poets import POETS

AMONG = 10
FORMS: dict[Lang, Form] = {"en": "quatrain", "zh": "七绝"}
ASKED: dict[Lang, str] = {"en": "{prompt} in the manner of {name}", "zh": "仿{name}，{prompt}"}
LONGEST = 16  # lines of a real poem: a long one would be too easy to tell
FIRST_SEED = 800_000


class Judge:
    """Multinomial naive Bayes on words, every poet equally likely beforehand."""

    def __init__(self, texts: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self.counts = {name: Counter(word for text in told for word in text) for name, told in texts.items()}
        known = set().union(*self.counts.values())
        self.sums = {name: sum(told.values()) + 0.5 * len(known) for name, told in self.counts.items()}
        self.known = known

    def pick(self, words: Sequence[str]) -> str:
        """Who most likely wrote ``words``; the first of the names where several do."""
        said = [word for word in words if word in self.known]
        return max(
            self.counts,
            key=lambda name: sum(math.log((self.counts[name][w] + 0.5) / self.sums[name]) for w in said),
        )


def likeness(
    model: Poet, rows: Sequence[dict[str, Any]], lang: Lang, prompts: Sequence[str]
) -> Figure | None:
    """The share of our poems that the judge gives to the poet who was asked for; None: too few poets."""
    names = {author: name for name, authors in POETS[lang].items() for author in authors}
    texts: dict[str, dict[str, list[list[str]]]] = {"val": {}, "test": {}}
    for row in rows:
        name = names.get(str(row.get("author")), "")
        split = "val" if row["split"] == "val" else "test"
        if row["split"] != "train" and name in model.tongues[lang].manners:
            texts[split].setdefault(name, []).append(_words(row["lines"], lang))
    chosen = sorted(texts["test"], key=lambda name: (-len(texts["test"][name]), name))[:AMONG]
    if len(chosen) < AMONG:
        return None
    judge = Judge({name: texts["test"][name] for name in chosen})
    asked = [(name, prompt) for name in chosen for prompt in prompts]
    requests = [
        PoemRequest(
            topic=ASKED[lang].format(prompt=prompt, name=name), form=FORMS[lang], seed=FIRST_SEED + at
        )
        for at, (name, prompt) in enumerate(asked)
    ]
    picked = []
    for at in range(0, len(requests), 16):
        for (name, _), answer in zip(
            asked[at : at + 16], model.generate(requests[at : at + 16]), strict=True
        ):
            if isinstance(answer, PersonError):
                raise answer
            assert isinstance(answer, Made)
            assert isinstance(answer.result, PoemResult)
            picked.append(judge.pick(_words(answer.result.lines, lang)) == name)
    real = [judge.pick(words) == name for name in chosen for words in texts["val"].get(name, ())]
    beside = {"by chance": 1 / AMONG}
    if real:
        beside["real poems"] = sum(real) / len(real)
    return Figure(f"manner_{lang}", sum(picked) / len(picked), f"picked among {AMONG}", baselines=beside)


def _words(lines: Sequence[str], lang: Lang) -> list[str]:
    return [word for line in lines[:LONGEST] for word in words_of(line, lang) if word[0].isalpha()]
