"""The numbers on the poet's card: ``atelier eval poet --json --data DIR``.

Form is judged by :mod:`models.poet.checker`, from the dictionaries under ``--data``.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import torch

from atelier.errors import BadInput, PersonError, Unavailable
from atelier.figures import Figure, Figures
from atelier.languages import Lang
from atelier.requests import HEADED, Form, PoemRequest, form_language
from atelier.works import Made, PoemResult
from models.poet.checker import REGULATED, Checker
from models.poet.data import (
    IGNORED,
    TABLES,
    Poem,
    collate,
    encode,
    find_rows,
    read_poem,
    window,
    words_of,
)
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.likeness import likeness
from models.poet.ngram import BREAK, LOST, KneserNey
from models.poet.originality import line_key, owned
from models.poet.sense import parallel_zh, topic_en
from models.poet.topic import read_topic
from models.poet.version import Tongue
from models.poet.vocabulary import UNKNOWN
from models.text.data import Teacher

PER_FORM = 40
REGULATED_EIGHT: tuple[Form, ...] = ("五律", "七律")
METRICAL = ("ballad", "shakespearean sonnet", "petrarchan sonnet")
ROWS = 1200  # test poems that bits a character are measured on
PROMPTS: dict[Lang, tuple[str, ...]] = {
    "en": (
        "a stormy sea", "the first snow of winter", "my grandmother's garden", "an old lighthouse",
        "autumn rain", "silence",
        "a cat asleep in the sun", "falling in love", "the death of a friend", "a robot that dreams",
        "city at night", "spring flowers", "the long road home", "a wild horse", "war and peace",
        "a child's laughter", "the moon over the mountains", "bread and honey", "lost letters", "月亮",
    ),
    "zh": (
        "初雪", "秋夜思乡", "送友人", "江上渔舟", "梅花", "春雨", "明月", "山中古寺", "边塞将军", "采莲女",
        "中秋节", "红叶", "老马", "相思", "登高望远", "竹林", "猫", "黄昏的海", "读书", "a stormy sea",
    ),
}  # fmt: skip
JUDGED = {"月亮": "the moon"}  # the judge of topics reads English
ACROSTICS: dict[Lang, tuple[str, ...]] = {
    "en": ("ocean", "love", "winter", "stone", "dream"),
    "zh": ("春江花月", "平安喜乐", "山高水长", "岁岁年年"),
}  # fmt: skip


def evaluate(
    model: Poet, data: Path | None, *, limit: int | None = None, train_data: Path | None = None
) -> Figures:
    """Figures of ``model``; ``limit`` is poems a form. Without ``data``, those that need no dictionary."""
    count = limit or PER_FORM
    if data is not None and not any(any(data.rglob(table)) for table in TABLES.values()):
        raise BadInput("poet-no-pack", path=str(data), table=", ".join(TABLES.values()))
    made = {form: _poems(model, form, count) for form in model.forms}
    figures = [*_speed(model, count), *_variety(model, made, count)]
    notes: list[str] = []
    if data is not None:
        judged = {form: poems for form, poems in made.items() if any(data.rglob(TABLES[form_language(form)]))}
        figures = [
            *_form(Checker(data), judged),
            *figures,
            *_bits(model, data, count, train_data),
            _topic_zh(model, made),
            *_parallel(model, made, data),
            *_manners(model, data, count),
        ]
        if "en" in model.tongues and any(data.rglob(TABLES["en"])):
            try:
                figures.append(_topic_en(made, data))
            except Unavailable as lacking:
                notes.append(f"topic_en: {lacking}")
    if train_data is not None:
        figures.append(_copied(model, made, train_data))
    return Figures("poet", model.version, tuple(figures), tuple(notes))


def request_for(form: Form, seed: int) -> PoemRequest:
    """The ``seed``-th request of the evaluation for ``form``."""
    lang = form_language(form)
    prompt = PROMPTS[lang][seed % len(PROMPTS[lang])]
    acrostic = ACROSTICS[lang][seed % len(ACROSTICS[lang])] if form in HEADED else None
    return PoemRequest(topic=prompt, form=form, acrostic=acrostic, seed=seed)


def _poems(model: Poet, form: Form, count: int) -> list[tuple[PoemRequest, PoemResult]]:
    requests = [request_for(form, seed) for seed in range(count)]
    answers: list[tuple[PoemRequest, PoemResult]] = []
    for at in range(0, count, 8):
        some = requests[at : at + 8]
        answers += [(r, p) for r, p in zip(some, _results(model, some), strict=True) if p is not None]
    return answers


def _results(model: Poet, requests: Sequence[PoemRequest]) -> list[PoemResult | None]:
    """None for an acrostic word that this vocabulary cannot spell; any other refusal is raised."""
    results: list[PoemResult | None] = []
    for answer in model.generate(requests):
        if isinstance(answer, PersonError) and answer.key != "poet-acrostic-lost":
            raise answer
        made = answer.result if isinstance(answer, Made) else None
        results.append(made if isinstance(made, PoemResult) else None)
    return results


Poems = dict[Form, list[tuple[PoemRequest, PoemResult]]]


def _form(checker: Checker, made: Poems) -> Iterable[Figure]:
    """``form_exact``, ``pingze`` and ``iambic``, as shares of 1."""
    exact: dict[str, float] = {
        form: statistics.mean(not checker.reasons(form, p.lines, r.acrostic or "") for r, p in poems)
        for form, poems in made.items()
        if poems
    }
    yield Figure("form_exact", min(exact.values()), "", 1.0, baselines=exact)
    regulated = [p.lines for form in made if form in REGULATED for _, p in made[form]]
    if regulated:
        yield Figure("pingze", statistics.mean(not checker.pingze(lines) for lines in regulated), "", 1.0)
    metrical = [
        line for form in made if form in METRICAL
        for _, p in made[form] for line in p.lines
    ]  # fmt: skip
    if metrical:
        yield Figure("iambic", statistics.mean(checker.iambic(line) for line in metrical), "", 0.95)


def _speed(model: Poet, count: int) -> Iterable[Figure]:
    """Milliseconds a poem (median), and what a batch of 16 gains over one by one."""
    forms: list[Form] = [form for form in ("quatrain", "七绝") if form in model.forms]
    spent = []
    for seed in range(2 + min(10, count)):
        begun = time.perf_counter()
        _results(model, [request_for(forms[seed % len(forms)], seed)])
        spent.append(1000 * (time.perf_counter() - begun))
    yield Figure("poem_ms", statistics.median(spent[2:]), "ms", 1200, "at most")
    requests = [request_for(forms[0], seed) for seed in range(16)]
    begun = time.perf_counter()
    for request in requests:
        _results(model, [request])
    single = time.perf_counter() - begun
    begun = time.perf_counter()
    _results(model, requests)
    yield Figure("batch_gain", single / (time.perf_counter() - begun), "", 4.0)


def _variety(model: Poet, made: Poems, count: int) -> Iterable[Figure]:
    """Lines said twice in a poem, and equal poems from two seeds."""
    lines = again = 0
    for form, group in made.items():
        refrain = sum(line.echo for line in FORM_TABLE[form].patterns[0].lines)  # which the form asks for
        for _, poem in group:
            lines += len(poem.lines)
            again += len(poem.lines) - len({line.lower() for line in poem.lines}) - refrain
    yield Figure("repeated_lines", again / lines, "", 0.005, "at most")
    same = 0
    for form in model.forms:
        requests = [request_for(form, 3).model_copy(update={"seed": seed}) for seed in range(min(8, count))]
        found = [tuple(p.lines) for p in _results(model, requests) if p]
        same += len(found) - len(set(found))
    yield Figure("same_poem", same, "poems", 0, "at most")


def _bits(model: Poet, data: Path, count: int, train_data: Path | None) -> Iterable[Figure]:
    """Bits a character of unseen verse, with and without tags, and our distinct bigrams over real poems'.

    With ``train_data`` also over those of a Kneser-Ney 5-gram on characters, counted on its training poems.
    English counts the words of the vocabulary and a space each; what a line's plan tells is known to both.
    """
    for lang, tongue in model.tongues.items():
        if not any(data.rglob(TABLES[lang])):
            continue
        vocabulary, lexicon = tongue.vocabulary, tongue.lexicon
        rows = [row for row in find_rows(data, lang)[0] if row["split"] not in ("train", "val")]
        random.Random(0).shuffle(rows)
        lengths, weight = lexicon.length.tolist(), lexicon.weight.tolist()
        read = (read_poem(row, vocabulary, lexicon, lengths) for row in rows[:ROWS])
        poems = [poem for poem in read if poem]
        bits = {}
        for tagged in (True, False):
            encoded = sorted((encode(p, vocabulary, weight, random.Random(i), tagged=tagged)
                              for i, p in enumerate(poems)), key=len)  # fmt: skip
            nats, characters = 0.0, 0
            for at in range(0, len(encoded), 32):
                slots, targets = collate(encoded[at : at + 32], vocabulary.content)
                with torch.inference_mode():
                    logits = tongue.network.logits(tongue.network.hidden(slots)[targets != IGNORED]).float()
                said = targets[targets != IGNORED]
                nats += float(torch.nn.functional.cross_entropy(logits, said, reduction="sum"))
                characters += sum(
                    1 if lang == "zh" else len(vocabulary.tokens[vocabulary.content + n]) + 1
                    for n in said.tolist()
                )
            bits[tagged] = nats / 0.6931471805599453 / max(1, characters)
        yield Figure(f"bits_{lang}", bits[True], "bits/character")
        yield Figure(f"bits_vs_untagged_{lang}", bits[True] / bits[False], "", 1.0, "at most")
        if train_data is not None and any(train_data.rglob(TABLES[lang])):
            known = (row for row in find_rows(train_data, lang)[0] if row["split"] == "train")
            chain = KneserNey(_as_text(row["lines"], tongue) for row in known)
            spent, characters = chain.bits([_window_text(p, i, tongue) for i, p in enumerate(poems)])
            plain = spent / max(1, characters)
            yield Figure(
                f"bits_vs_ngram_{lang}", bits[True] / plain, "", 1.0, "at most",
                baselines={"5-gram, bits/character": plain},
            )  # fmt: skip
        form: Form = "quatrain" if lang == "en" else "七绝"
        ours = [
            words_of(line, lang)
            for p in _results(model, [request_for(form, s) for s in range(count)])
            if p
            for line in p.lines
        ]
        real = [words_of(line, lang) for row in rows if row["form"] == form for line in row["lines"]][
            : len(ours)
        ]
        yield Figure(f"distinct2_ratio_{lang}", _distinct(ours) / max(1e-9, _distinct(real)), "", 0.9)


def _manners(model: Poet, data: Path, count: int) -> Iterable[Figure]:
    """See :mod:`models.poet.likeness`: ten prompts a poet, or ``count`` where that is less."""
    for lang in model.tongues:
        if any(data.rglob(TABLES[lang])):
            figure = likeness(model, find_rows(data, lang)[0], lang, PROMPTS[lang][: min(10, count)])
            if figure is not None:
                yield figure


def _as_text(lines: Iterable[str], tongue: Tongue) -> str:
    """Lines as the 5-gram reads them: what :func:`_bits` counts, and marks of what it does not."""
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


def _topic_en(made: Poems, data: Path) -> Figure:
    """See :mod:`models.poet.sense`. Raises :class:`Unavailable` without the encoder's package."""
    teacher = Teacher()
    prompts = [JUDGED.get(prompt, prompt) for prompt in PROMPTS["en"]]
    poems = [
        (request.seed % len(prompts), poem.lines)
        for form, group in made.items()
        if form_language(form) == "en"
        for request, poem in group
        if request.seed is not None
    ]
    real = [row for row in find_rows(data, "en")[0] if row["split"] not in ("train", "val")]
    return topic_en(partial(teacher, longest=256), prompts, poems, real)


def _distinct(lines: list[list[str]]) -> float:
    pairs = [(a, b) for line in lines for a, b in pairwise(line)]
    return len(set(pairs)) / max(1, len(pairs))


def _topic_zh(model: Poet, made: Poems) -> Figure:
    """Poems that hold at least one telling character of their prompt."""
    automaton = model.automata.get("zh")
    held = [
        any(automaton.words[n] in "".join(p.lines) for n in read_topic(r.topic, automaton).numbers)
        for form, poems in made.items() if form_language(form) == "zh" and automaton
        for r, p in poems
    ]  # fmt: skip
    return Figure("topic_zh", statistics.mean(held) if held else 0.0, "", 0.8)


def _parallel(model: Poet, made: Poems, data: Path) -> Iterable[Figure]:
    """See :func:`models.poet.sense.parallel_zh`."""
    ours = [p.lines for form in REGULATED_EIGHT for _, p in made.get(form, ())]
    if ours and any(data.rglob(TABLES["zh"])):
        vocabulary = model.tongues["zh"].vocabulary
        if (figure := parallel_zh(ours, find_rows(data, "zh")[0], vocabulary)) is not None:
            yield figure


def _copied(model: Poet, made: Poems, train_data: Path) -> Figure:
    """Whole lines of training poems among ours."""
    copied = 0
    for lang in model.tongues:
        if not any(train_data.rglob(TABLES[lang])):
            continue
        known = {
            line_key(words_of(line, lang), lang)
            for row in find_rows(train_data, lang)[0]
            for line in row["lines"]
        }
        poems = [p for form, group in made.items() if form_language(form) == lang for _, p in group]
        copied += sum(owned(words_of(line, lang), lang, known) for p in poems for line in p.lines)
    return Figure("copied_lines", copied, "lines", 0, "at most")
