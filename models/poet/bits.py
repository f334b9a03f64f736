"""How likely verse is to the poet: unseen poems in bits a character; its own, with and without a form."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from atelier.figures import Figure, of_languages
from atelier.languages import Lang
from atelier.requests import Form
from models.poet.automaton import CLOSING, INNER, FormAutomaton
from models.poet.data import IGNORED, TABLES, Poem, collate, encode, find_rows, read_poem, window, words_of
from models.poet.decode import write
from models.poet.draft import Draft, Plan
from models.poet.generate import Poet
from models.poet.ngram import BREAK, LOST, KneserNey
from models.poet.prompts import request_for
from models.poet.row import Row
from models.poet.version import Tongue
from models.poet.vocabulary import UNKNOWN

ROWS = 1200  # test poems that bits a character are measured on
CONSTRAINED: dict[Lang, tuple[Form, ...]] = {
    "en": ("quatrain", "limerick", "shakespearean sonnet"),
    "zh": ("七绝", "七律", "浣溪沙"),
}
SEEDS = 20  # of each of them


def bits(model: Poet, data: Path, train_data: Path | None) -> Iterator[Figure]:
    """Bits a character of unseen verse, and over the same without tags.

    With ``train_data`` also over those of a Kneser-Ney 5-gram on characters, counted on its training poems.
    English counts the words of the vocabulary and a space each. What the tags and a line's plan tell is told
    to the model alone.
    """
    untagged: dict[Lang, float] = {}
    ngram: dict[Lang, float] = {}
    plain: dict[Lang, float] = {}
    for lang, tongue in model.tongues.items():
        if not any(data.rglob(TABLES[lang])):
            continue
        poems = _unseen(find_rows(data, lang)[0], tongue)
        tagged = _of_model(poems, tongue, tagged=True)
        yield Figure(f"bits_{lang}", tagged, "bits/character")
        untagged[lang] = tagged / _of_model(poems, tongue, tagged=False)
        if train_data is not None and any(train_data.rglob(TABLES[lang])):
            known = (row for row in find_rows(train_data, lang)[0] if row["split"] == "train")
            chain = KneserNey(_as_text(row["lines"], tongue) for row in known)
            spent, characters = chain.bits([_window_text(p, i, tongue) for i, p in enumerate(poems)])
            plain[lang] = spent / max(1, characters)
            ngram[lang] = tagged / plain[lang]
    yield from of_languages("bits_vs_untagged", untagged, 1.0, "at most")
    beside = {lang: {"5-gram, bits/character": value} for lang, value in plain.items()}
    yield from of_languages("bits_vs_ngram", ngram, 1.0, "at most", beside)


def _unseen(rows: Sequence[dict[str, Any]], tongue: Tongue) -> list[Poem]:
    rows = [row for row in rows if row["split"] not in ("train", "val")]
    random.Random(0).shuffle(rows)
    lengths = tongue.lexicon.length.tolist()
    read = (read_poem(row, tongue.vocabulary, tongue.lexicon, lengths) for row in rows[:ROWS])
    return [poem for poem in read if poem]


def _of_model(poems: Sequence[Poem], tongue: Tongue, *, tagged: bool) -> float:
    vocabulary, weight = tongue.vocabulary, tongue.lexicon.weight.tolist()
    encoded = sorted(
        (encode(p, vocabulary, weight, random.Random(i), tagged=tagged) for i, p in enumerate(poems)), key=len
    )
    nats, characters = 0.0, 0
    for at in range(0, len(encoded), 32):
        slots, targets = collate(encoded[at : at + 32], vocabulary.content)
        with torch.inference_mode():
            logits = tongue.network.logits(tongue.network.hidden(slots)[targets != IGNORED]).float()
        said = targets[targets != IGNORED]
        nats += float(torch.nn.functional.cross_entropy(logits, said, reduction="sum"))
        characters += sum(
            1 if vocabulary.lang == "zh" else len(vocabulary.tokens[vocabulary.content + n]) + 1
            for n in said.tolist()
        )
    return nats / math.log(2) / max(1, characters)


def _as_text(lines: Iterable[str], tongue: Tongue) -> str:
    """Lines as the 5-gram reads them: what :func:`bits` counts, and marks of what it does not."""
    lang, numbers = tongue.vocabulary.lang, tongue.vocabulary.numbers
    space = " " if lang == "en" else ""
    return BREAK.join(
        "".join((word if word in numbers else LOST) + space for word in words_of(line, lang))
        for line in lines
    )


def _window_text(poem: Poem, number: int, tongue: Tongue) -> str:
    """The lines of the ``number``-th test poem that :func:`encode` takes, as the 5-gram reads them."""
    tokens, space = tongue.vocabulary.tokens, " " if tongue.vocabulary.lang == "en" else ""
    return BREAK.join(
        "".join((LOST if n == UNKNOWN else tokens[n]) + space for n in reversed(poem.lines[at]))
        for at in window(poem, random.Random(number))[1]
    )


class Unbound(FormAutomaton):
    """Of a form only the length of its lines binds: no rhyme, no metre, no tones, and any mark anywhere."""

    def allowed(self, row: Row) -> tuple[Tensor, list[int]]:
        """Every word that is not longer than what is left of its line."""
        if self.lang == "zh":
            return self.is_word, []
        marked = row.mark is None
        return self._with_marks(
            self.is_word & (self.length <= row.left), ("unbound", row.left, marked),
            (*CLOSING, *INNER) if marked else (),
        ), []  # fmt: skip


def constraint(model: Poet, count: int) -> Iterator[Figure]:
    """What the forms cost: the perplexity a token of the poet's own poems in them, over that without.

    Without its form a poem keeps the lengths of its lines and nothing else. Both by the
    model's likelihoods without any mask; one candidate each, so that no ranking has a say.
    """
    for lang, tongue in model.tongues.items():
        plans = [
            replace(model.plan(request_for(form, seed)), candidates=1)
            for form in CONSTRAINED[lang]
            if form in model.forms
            for seed in range(min(SEEDS, count))
        ]
        bound = _perplexity(tongue, model.automata[lang], plans)
        free = _perplexity(tongue, Unbound(tongue.vocabulary, tongue.lexicon), plans)
        beside = {"perplexity in the form": bound, "perplexity at its lengths alone": free}
        yield Figure(f"constraint_cost_{lang}", bound / free, "times the perplexity", baselines=beside)


def _perplexity(tongue: Tongue, automaton: FormAutomaton, plans: Sequence[Plan]) -> float:
    drafts: list[Draft] = []
    for at in range(0, len(plans), 16):
        drafts += [one for group in write(tongue, automaton, plans[at : at + 16]) for one in group]
    told = sum(draft.likelihood for draft in drafts)
    return math.exp(-told / max(1, sum(draft.count for draft in drafts)))
