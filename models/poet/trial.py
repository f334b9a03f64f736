"""A poet before the gate: candidate and current version write to the same prompts, and are compared.

No data pack is needed: form, topic, fluency and known lines are judged by what the *current* version
carries (its lexicon, its network, its filter of training lines), never by the candidate's own files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch

from atelier.errors import PersonError
from atelier.languages import Lang
from atelier.requests import Form, PoemRequest
from atelier.works import Made, PoemResult
from models.device import clock
from models.gate import Gate
from models.poet.data import words_of
from models.poet.forms import FORM_TABLE, FREE, Line, patterns_of
from models.poet.generate import Poet
from models.poet.kto import log_likelihood
from models.poet.lexicon import LEVEL, OBLIQUE
from models.poet.originality import owned
from models.poet.prompts import PROMPTS, request_for
from models.poet.reward import liking, read
from models.poet.topic import read_topic
from models.poet.version import Tongue
from models.reward import Head

FORMS: dict[Lang, tuple[Form, ...]] = {"en": ("quatrain", "haiku"), "zh": ("七绝", "五绝")}
OF_EACH = 2  # poems of every form there is, for its form alone
FIRST_SEED = 900_000  # no card's figures use these
AT_ONCE = 8
FLUENCY = 0.05  # a taste moves a poet away from what the current one finds likely; noise, much further
ROUNDS = (8, 8, 16)  # seeds of each prompt and form; the later ones only where the first leave it open


@dataclass(frozen=True, slots=True)
class Written:
    """What one version wrote to the prompts, None where it gave up; seconds a poem, by pass."""

    poems: list[PoemResult | None]
    seconds: list[float]


def requests_for(lang: Lang, seeds: range, limit: int | None = None) -> list[PoemRequest]:
    """The frozen prompts of a language with these seeds; ``limit`` takes the first of them only."""
    return [
        PoemRequest(topic=prompt, form=form, seed=FIRST_SEED + seed)
        for form in FORMS[lang]
        for prompt in PROMPTS[lang][:limit]
        for seed in seeds
    ]


def of_every_form(lang: Lang) -> list[PoemRequest]:
    """:data:`OF_EACH` requests for each form of a language; an acrostic's with the letters of its lines."""
    return [
        request_for(form, seed).model_copy(update={"seed": FIRST_SEED + seed})
        for form, entry in FORM_TABLE.items() if entry.lang == lang
        for seed in range(OF_EACH)
    ]  # fmt: skip


def write_all(poets: Sequence[Poet], requests: Sequence[PoemRequest]) -> list[Written]:
    """Every request's poem by each poet. They take turns, so that a busy machine is as busy for all."""
    made: list[list[PoemResult | None]] = [[] for _ in poets]
    spent: list[list[float]] = [[] for _ in poets]
    for at in range(0, len(requests), AT_ONCE):
        some = requests[at : at + AT_ONCE]
        for poet, poems, seconds in zip(poets, made, spent, strict=True):
            device = next(iter(poet.tongues.values())).network.lm.device
            began = clock(device)
            answers = poet.generate(some)
            seconds.append((clock(device) - began) / len(some))
            for answer in answers:
                if isinstance(answer, PersonError) and answer.key != "poet-stuck":
                    raise answer
                poems.append(_poem(answer))
    return [Written(poems, seconds) for poems, seconds in zip(made, spent, strict=True)]


def judge(
    candidate: Poet, current: Poet, heads: Mapping[str, Head], limit: int | None = None,
    rounds: Sequence[int] = ROUNDS,
) -> Gate:  # fmt: skip
    """The verdict. ``heads`` tell what people like, by the current version's features; each must say better.

    A language whose files are the current one's is not looked at. ``limit``: prompts, ``rounds``: seeds.
    """
    gate = Gate()
    for lang, tongue in current.tongues.items():
        if lang not in candidate.tongues or _same(candidate.tongues[lang], tongue):
            continue
        gate.take(_judged(lang, candidate, current, heads.get(lang), limit, rounds))
    if not gate.measured:
        gate.unproven("gate-nothing-new")
    return gate


def _judged(
    lang: Lang, candidate: Poet, current: Poet, head: Head | None, limit: int | None, rounds: Sequence[int]
) -> Gate:
    requests: list[PoemRequest] = []
    ours, theirs = Written([], []), Written([], [])
    forms = forms_kept(lang, candidate, current)

    def compare(seeds: range, alpha: float) -> Gate:
        more = requests_for(lang, seeds, limit)
        requests.extend(more)
        for written, new in zip((theirs, ours), write_all([current, candidate], more), strict=True):
            written.poems.extend(new.poems)
            written.seconds.extend(new.seconds)
        return _compare(lang, current, requests, ours, theirs, head, forms, alpha)

    return Gate.by_rounds(rounds, compare)


def _compare(
    lang: Lang, current: Poet, requests: Sequence[PoemRequest], ours: Written, theirs: Written,
    head: Head | None, forms: Sequence[float], alpha: float,
) -> Gate:  # fmt: skip
    gate, tongue, every = Gate(alpha=alpha), current.tongues[lang], [request.topic for request in requests]
    both = [
        (request, mine, other)
        for request, mine, other in zip(requests, ours.poems, theirs.poems, strict=True)
        if mine is not None and other is not None
    ]
    kept = [float(form_kept(mine, tongue)) for mine in ours.poems if mine is not None]
    gate.whole(f"form_{lang}", [*(kept or [0.0]), *forms])
    gate.no_worse(
        f"written_{lang}", [float(p is not None) for p in ours.poems],
        [float(p is not None) for p in theirs.poems], of=every,
    )  # fmt: skip
    if not both:
        return gate
    of = [request.topic for request, _, _ in both]
    gate.no_worse(
        f"topic_{lang}", [topic_kept(current, r, mine) for r, mine, _ in both],
        [topic_kept(current, r, other) for r, _, other in both], of=of,
    )  # fmt: skip
    gate.no_worse(
        f"new_lines_{lang}", [_new_lines(mine) for _, mine, _ in both],
        [_new_lines(other) for _, _, other in both], of=of,
    )  # fmt: skip
    gate.no_worse(
        f"fluency_{lang}", fluency(current, lang, [(r, mine) for r, mine, _ in both]),
        fluency(current, lang, [(r, other) for r, _, other in both]), FLUENCY, of,
    )  # fmt: skip
    mine, other = [p for _, p, _ in both], [p for _, _, p in both]
    gate.as_diverse(f"distinct_{lang}", distinct(mine), distinct(other))
    gate.as_diverse(f"different_{lang}", _different(mine), _different(other))
    gate.no_more_copies(f"copies_{lang}", copied(mine, tongue), copied(other, tongue))
    gate.as_fast(f"seconds_{lang}", ours.seconds, theirs.seconds)
    if head is None:
        gate.unproven("gate-no-reward")
        return gate
    gate.better(
        f"reward_{lang}", _reward(current, lang, head, [(r, p) for r, p, _ in both]),
        _reward(current, lang, head, [(r, p) for r, _, p in both]), of,
    )  # fmt: skip
    return gate


Poems = Sequence[tuple[PoemRequest, PoemResult]]


def _poem(answer: Made | PersonError) -> PoemResult | None:
    result = answer.result if isinstance(answer, Made) else None
    return result if isinstance(result, PoemResult) else None


def forms_kept(lang: Lang, candidate: Poet, current: Poet) -> list[float]:
    """Of each form of a language, 1 if what ``candidate`` writes of it is in it: it writes some, and all are.

    A form of which ``current`` writes nothing either, as an acrostic of letters that no word of its
    vocabulary begins with, is left out.
    """
    requests = of_every_form(lang)
    ours, theirs = ([_poem(answer) for answer in poet.generate(requests)] for poet in (candidate, current))
    found: dict[Form, list[float]] = {}
    for request, mine, other in zip(requests, ours, theirs, strict=True):
        if mine is not None or other is not None:
            kept = mine is not None and form_kept(mine, current.tongues[lang], request.acrostic or "")
            found.setdefault(request.written_as, []).append(float(kept))
    return [min(kept) for kept in found.values()]


def form_kept(poem: PoemResult, tongue: Tongue, heads: str = "") -> bool:
    """Whether ``poem`` is in its form by the lexicon of ``tongue``: lengths, rhymes, tones, first letters.

    Reads the finished lines, from the table of forms; shares nothing with the automaton that wrote them.
    """
    lang, lexicon, known = tongue.vocabulary.lang, tongue.lexicon, tongue.vocabulary
    lines = [
        [known.numbers.get(word, -1) for word in words_of(line, lang) if word[0].isalpha()]
        for line in poem.lines
    ]
    if any(not line or -1 in line for line in lines):
        return False
    length, rhyme, tone = lexicon.length.tolist(), lexicon.rhyme.tolist(), lexicon.tone.tolist()

    def fits(pattern: Sequence[Line]) -> bool:
        if len(pattern) != len(lines):
            return False
        bound: dict[str, list[int]] = {}
        for at, (wanted, line) in enumerate(zip(pattern, lines, strict=True)):
            if sum(length[word] for word in line) != wanted.length:
                return False
            if not poem.lines[at].lower().startswith(wanted.head.lower()):
                return False
            for word, said in zip(line, wanted.tones, strict=False):
                if said != "中" and not tone[word] & (LEVEL if said == "平" else OBLIQUE):
                    return False
            if wanted.echo:
                if line != lines[at - 1]:
                    return False
            elif wanted.rhyme != FREE:
                bound.setdefault(wanted.rhyme, []).append(line[-1])
        return all(_rhymes(words, rhyme, lang) for words in bound.values())

    return any(fits(pattern.lines) for pattern in patterns_of(poem.form, heads))


def _rhymes(words: Sequence[int], rhyme: Sequence[int], lang: Lang) -> bool:
    """One class (English) or one group that all share (Chinese), and no word twice."""
    if len(set(words)) < len(words):
        return False
    if lang == "en":
        return rhyme[words[0]] > 0 and len({rhyme[word] for word in words}) == 1
    shared = -1
    for word in words:
        shared &= rhyme[word]
    return shared != 0


def topic_kept(current: Poet, request: PoemRequest, poem: PoemResult) -> float:
    """The share of the prompt's telling words that the poem has; 1 where there is none."""
    automaton = current.automata[poem.lang]
    asked = {automaton.words[number] for number in read_topic(request.topic, automaton).numbers}
    said = {word for line in poem.lines for word in words_of(line, poem.lang)}
    return len(asked & said) / len(asked) if asked else 1.0


def _new_lines(poem: PoemResult) -> float:
    return len({line.lower() for line in poem.lines}) / len(poem.lines)


def _sequences(current: Poet, poems: Poems) -> list[list[tuple[int, int, int]]]:
    found = [read(current, request, poem.model_dump(mode="json")) for request, poem in poems]
    return [rows if rows is not None else [] for rows in found]


@torch.inference_mode()
def fluency(current: Poet, lang: Lang, poems: Poems) -> list[float]:
    """Nats a word that the current network gives each poem; a poem that it cannot read gets the least."""
    network, least = current.tongues[lang].network, -12.0
    found: list[float] = []
    for rows, (_, poem) in zip(_sequences(current, poems), poems, strict=True):
        words = sum(len(words_of(line, lang)) for line in poem.lines)
        found.append(float(log_likelihood(network, [rows])[0]) / words if rows else least)
    return found


def _reward(current: Poet, lang: Lang, head: Head, poems: Poems) -> list[float]:
    """The chance that each poem is liked; none for one that cannot be read."""
    chances: list[float] = torch.tensor(liking(current, lang, head, poems)).sigmoid().tolist()
    return chances


def distinct(poems: Sequence[PoemResult]) -> float:
    """Distinct pairs of words over all pairs."""
    pairs = [pair for p in poems for line in p.lines for pair in pairwise(words_of(line, p.lang))]
    return len(set(pairs)) / max(1, len(pairs))


def _different(poems: Sequence[PoemResult]) -> float:
    """The share of poems that nobody else got."""
    return len({tuple(p.lines) for p in poems}) / len(poems)


def copied(poems: Sequence[PoemResult], tongue: Tongue) -> float:
    """The share of lines that the current version's filter knows from training poems; phrases are nobody's.

    (:func:`models.poet.originality.owned`.)
    """
    lines = [words_of(line, p.lang) for p in poems for line in p.lines]
    return sum(owned(line, tongue.vocabulary.lang, tongue.lines) for line in lines) / len(lines)


def _same(one: Tongue, other: Tongue) -> bool:
    """Whether two languages' files say the same."""
    mine, yours = one.network.state_dict(), other.network.state_dict()
    return (
        one.liked == other.liked
        and all(torch.equal(mine[name], value) for name, value in yours.items() if name in mine)
        and len(mine) == len(yours)
        and torch.equal(one.lines.bits, other.lines.bits)
        and all(
            torch.equal(value, other.lexicon.arrays()[name]) for name, value in one.lexicon.arrays().items()
        )
    )
