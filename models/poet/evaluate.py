"""The numbers on the poet's card: ``atelier eval poet --json --data DIR``.

Form is judged by :mod:`models.poet.checker`, from the dictionaries under ``--data``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from atelier.errors import BadInput, PersonError, Unavailable
from atelier.figures import Figure, Figures, of_languages
from atelier.languages import Lang
from atelier.requests import MOODS, Form, PoemRequest, form_language
from atelier.works import Made, PoemResult
from models.poet.bits import bits, constraint
from models.poet.checker import METRICAL, REGULATED, Checker
from models.poet.copies import copies
from models.poet.data import TABLES, find_rows, words_of
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.likeness import likeness
from models.poet.moods import mood_of
from models.poet.prompts import JUDGED, PROMPTS, request_for
from models.poet.sense import parallel_zh, topic_en, topic_zh
from models.text.data import Teacher

PER_FORM = 200
TO_A_PROMPT = 10  # poems at most, where words are counted that come again
SHORT: dict[Lang, Form] = {"en": "quatrain", "zh": "七绝"}
REGULATED_EIGHT: tuple[Form, ...] = ("五律", "七律")
# Refusals that leave somebody without the poem that was asked for, though it was asked for rightly.
GIVEN_UP = ("poet-acrostic-lost", "poet-stuck")
TIMED = 20  # poems, one by one
TOGETHER = 16  # that a batch is held against
ROUNDS = 5  # of both
AT_ONCE = 8

Poems = dict[Form, list[tuple[PoemRequest, PoemResult]]]


def evaluate(
    model: Poet, data: Path | None, *, limit: int | None = None, train_data: Path | None = None
) -> Figures:
    """Figures of ``model``; ``limit`` is poems a form. Without ``data``, those that need no dictionary."""
    count = limit or PER_FORM
    if data is not None and not any(any(data.rglob(table)) for table in TABLES.values()):
        raise BadInput("poet-no-pack", path=str(data), table=", ".join(TABLES.values()))
    made = {form: _poems(model, form, count) for form in model.forms}
    figures = [*_speed(model, count), *_variety(model, made, count), *_moods(model, count)]
    figures += constraint(model, count)
    notes: list[str] = []
    if data is not None:
        judged = {form: poems for form, poems in made.items() if any(data.rglob(TABLES[form_language(form)]))}
        figures = [
            *form_figures(Checker(data), judged, count),
            *figures,
            *bits(model, data, train_data),
            *_distinct_ratio(model, data, count),
            *_topic_zh(made),
            *_parallel(model, made, data),
            *_manners(model, data, count),
        ]
        if "en" in model.tongues and any(data.rglob(TABLES["en"])):
            try:
                figures.append(_topic_en(made, data))
            except Unavailable as lacking:
                notes.append(f"topic_en: {lacking}")
    if train_data is not None:
        shared, told = copies({lang: _lines(made, lang) for lang in model.tongues}, train_data)
        figures += shared
        notes += told
    return Figures("poet", model.version, tuple(figures), tuple(notes))


def _poems(model: Poet, form: Form, count: int) -> list[tuple[PoemRequest, PoemResult]]:
    """The poems of the evaluation's requests for ``form``, without those that were given up."""
    requests = [request_for(form, seed) for seed in range(count)]
    answers: list[tuple[PoemRequest, PoemResult]] = []
    for at in range(0, count, AT_ONCE):
        some = requests[at : at + AT_ONCE]
        answers += [(r, p) for r, p in zip(some, _results(model, some), strict=True) if p is not None]
    return answers


def _results(model: Poet, requests: Sequence[PoemRequest]) -> list[PoemResult | None]:
    """None for what was given up; any other refusal is raised."""
    results: list[PoemResult | None] = []
    for answer in model.generate(requests):
        if isinstance(answer, PersonError) and answer.key not in GIVEN_UP:
            raise answer
        made = answer.result if isinstance(answer, Made) else None
        results.append(made if isinstance(made, PoemResult) else None)
    return results


def _lines(made: Poems, lang: Lang) -> list[list[str]]:
    return [p.lines for form, group in made.items() if form_language(form) == lang for _, p in group]


def form_figures(checker: Checker, made: Poems, asked: int) -> Iterable[Figure]:
    """``form_exact``, ``pingze`` and ``iambic``, as shares of 1.

    ``asked``: how many poems of each form. One that was asked for and not written is not in its form either.
    """
    exact: dict[str, float] = {
        form: sum(not checker.reasons(form, p.lines, r.acrostic or "") for r, p in poems) / asked
        for form, poems in made.items()
    }
    if not exact:
        return
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
    """Milliseconds a poem and until its first lines stand (medians); what :data:`TOGETHER` at once gain."""
    forms = [form for form in SHORT.values() if form in model.forms]
    spent = [timed(model, request_for(forms[n % len(forms)], n)) for n in range(2 + min(TIMED, count))][2:]
    yield Figure("poem_ms", statistics.median(whole for _, whole in spent), "ms", 1200, "at most")
    yield Figure("first_line_ms", statistics.median(first for first, _ in spent), "ms", 500, "at most")
    requests = [request_for(forms[0], seed) for seed in range(TOGETHER)]
    gains = []
    for _ in range(ROUNDS):  # a machine is not equally fast from one second to the next
        begun = time.perf_counter()
        for request in requests:
            _results(model, [request])
        single = time.perf_counter() - begun
        begun = time.perf_counter()
        _results(model, requests)
        gains.append(single / (time.perf_counter() - begun))
    yield Figure("batch_gain", statistics.median(gains), "", 4.0)


def timed(
    model: Poet, request: PoemRequest, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float]:
    """Milliseconds from asking until the first lines that stay are told, and until the poem is there.

    They are told as a worker is that shows them in a chat (:mod:`workers.previews`; how long it holds them
    back is not counted). Where none were told before the poem was there, both are the same.
    """
    told: list[float] = []

    def drafted(_number: int, lines: Callable[[], list[str]]) -> None:
        if not told and lines():
            told.append(1000 * (clock() - begun))

    begun = clock()
    model.generate([request], drafted=drafted)
    whole = 1000 * (clock() - begun)
    return told[0] if told else whole, whole


def _variety(model: Poet, made: Poems, count: int) -> Iterable[Figure]:
    """Lines said twice in a poem, and equal poems from two seeds."""
    lines = again = 0
    for form, group in made.items():
        refrain = sum(line.echo for line in FORM_TABLE[form].patterns[0].lines)  # which the form asks for
        for _, poem in group:
            lines += len(poem.lines)
            again += len(poem.lines) - len({line.lower() for line in poem.lines}) - refrain
    yield Figure("repeated_lines", again / max(1, lines), "", 0.005, "at most")
    same = 0
    for form in model.forms:
        requests = [request_for(form, 3).model_copy(update={"seed": seed}) for seed in range(min(8, count))]
        found = [tuple(p.lines) for p in _results(model, requests) if p]
        same += len(found) - len(set(found))
    yield Figure("same_poem", same, "poems", 0, "at most")


def _moods(model: Poet, count: int) -> Iterable[Figure]:
    """Poems of every mood to the same prompts: see :func:`mood_figures`."""
    said: dict[Lang, list[tuple[str, str | None]]] = {}
    for lang in model.tongues:
        prompts = PROMPTS[lang][: min(20, count)]
        requests = [
            PoemRequest(topic=prompt, form=SHORT[lang], mood=mood, seed=seed)
            for mood in MOODS
            for seed, prompt in enumerate(prompts)
        ]
        said[lang] = []
        for at in range(0, len(requests), AT_ONCE):
            some = requests[at : at + AT_ONCE]
            for request, poem in zip(some, _results(model, some), strict=True):
                if poem is not None:
                    words = [word for line in poem.lines for word in words_of(line.lower(), lang)]
                    said[lang].append((str(request.mood), mood_of(words, lang)))
    return mood_figures(said)


def mood_figures(said: Mapping[Lang, Sequence[tuple[str, str | None]]]) -> Iterable[Figure]:
    """``said``: the mood that was asked for and the one that the poem has by the word list, a pair a poem.

    ``mood`` is the share in which they are one, of both languages together; beside each language's, how often
    one of the other moods is found, on average: what the poem's mood is where it does not hear what is asked.
    """
    every = [pair for pairs in said.values() for pair in pairs]
    for name, pairs in (("mood", every), *((f"mood_{lang}", pairs) for lang, pairs in said.items())):
        if pairs:
            right = sum(asked == found for asked, found in pairs) / len(pairs)
            other = sum(found not in (None, asked) for asked, found in pairs) / len(pairs)
            beside = {"a mood that was not asked for": other / (len(MOODS) - 1)}
            yield Figure(name, right, "by the word list", baselines=beside)


def _distinct_ratio(model: Poet, data: Path, count: int) -> Iterable[Figure]:
    """Our distinct pairs of words over those of as many lines of real poems of the same form.

    At most ten poems to a prompt: a prompt's topic words come again in each of its poems, and of fifty to one
    prompt beside real poems, which are to hundreds, this would tell how few prompts there are. Where more are
    written, what all of them have is told beside it.
    """
    ratios: dict[Lang, float] = {}
    whole: dict[Lang, float] = {}
    for lang in model.tongues:
        if not any(data.rglob(TABLES[lang])):
            continue
        form = SHORT[lang]
        poems = _results(model, [request_for(form, seed) for seed in range(count)])
        rows = [row for row in find_rows(data, lang)[0] if row["split"] not in ("train", "val")]
        real = [words_of(line, lang) for row in rows if row["form"] == form for line in row["lines"]]
        few = TO_A_PROMPT * len(PROMPTS[lang])
        for kept, some in ((ratios, poems[:few]), (whole, poems)):
            ours = [words_of(line, lang) for p in some if p for line in p.lines]
            kept[lang] = _distinct(ours) / max(1e-9, _distinct(real[: len(ours)]))
    yield from of_languages("distinct2_ratio", ratios, 0.9)
    for lang, ratio in whole.items():
        if (each := count / len(PROMPTS[lang])) > TO_A_PROMPT:
            yield Figure(f"distinct2_all_{lang}", ratio, f"of {each:g} poems to a prompt")


def _distinct(lines: list[list[str]]) -> float:
    pairs = [(a, b) for line in lines for a, b in pairwise(line)]
    return len(set(pairs)) / max(1, len(pairs))


def _manners(model: Poet, data: Path, count: int) -> Iterable[Figure]:
    """See :mod:`models.poet.likeness`: ten prompts a poet, or ``count`` where that is less."""
    for lang in model.tongues:
        if any(data.rglob(TABLES[lang])):
            figure = likeness(model, find_rows(data, lang)[0], lang, PROMPTS[lang][: min(10, count)])
            if figure is not None:
                yield figure


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


def _topic_zh(made: Poems) -> Iterable[Figure]:
    """See :func:`models.poet.sense.topic_zh`."""
    poems = [
        (r.topic, p.lines) for form, group in made.items() if form_language(form) == "zh" for r, p in group
    ]
    if poems:
        yield topic_zh(poems)


def _parallel(model: Poet, made: Poems, data: Path) -> Iterable[Figure]:
    """See :func:`models.poet.sense.parallel_zh`."""
    ours = [p.lines for form in REGULATED_EIGHT for _, p in made.get(form, ())]
    if ours and any(data.rglob(TABLES["zh"])):
        vocabulary = model.tongues["zh"].vocabulary
        if (figure := parallel_zh(ours, find_rows(data, "zh")[0], vocabulary)) is not None:
            yield figure
