"""Which candidate of a part is committed: likely, about what was asked, its own, not saying things twice."""

from __future__ import annotations

from collections.abc import Container

from models.poet.automaton import FormAutomaton
from models.poet.draft import Draft
from models.poet.originality import holds

LIKELY = {"en": 0.8, "zh": 1.6}  # for each nat a token
TOPIC = 0.9  # a poem with every topic word, against one with none
MANNER = 1.0  # for each unit of what the words of a manner, a mood or a liking are worth, a word
COMPANY = 0.3  # and of what keeps the topic company: a poem that piles it up says nothing of it
REPETITION = 0.6  # a poem that says each word twice, against one that never does
BORROWED = 1.0  # a part all of whose lines hold one of a training poem, against one that has none such
PARALLEL = 0.2  # a middle couplet whose lines answer each other, for each unit; real ones have about 1.2
# Nats a word for each unit of its topic weight: likelihood alone prefers lines of small words.
TELLING = {"en": 0.45, "zh": 0.1}


def score(draft: Draft, automaton: FormAutomaton, known: Container[object] = ()) -> float:
    """Higher is better. In nats a token of the draft's part, since its likelihood is.

    ``known``: the lines (their keys) that are somebody's.
    """
    lines = draft.row.lines[draft.since :]
    before = {number for line in draft.row.lines[: draft.since] for number in line}
    words = [number for line in lines for number in line]
    telling = [number for number in words if automaton.telling[number]]
    topics = draft.plan.topics
    new = sum(number in words and number not in before for number in topics)
    # A part is a share of the poem, and its topic words count for all of it.
    share = len(draft.row.pattern.lines) / max(1, len(lines))
    said = share * new / len(topics) if topics else 0.0
    again = sum(n in before for n in set(telling)) + len(telling) - len(set(telling))
    favour = draft.plan.favour
    own = float(favour[words].mean()) if favour is not None and words else 0.0
    weights: list[float] = automaton.weight[telling].tolist()
    return (
        LIKELY[automaton.lang] * draft.mean
        + TELLING[automaton.lang] * sum(weights) / max(1, len(words))
        + TOPIC * said
        + MANNER * own
        - REPETITION * again / max(1, len(telling))
        - BORROWED * borrowed(draft, automaton, known)
        + PARALLEL * answering(draft)
    )


def borrowed(draft: Draft, automaton: FormAutomaton, known: Container[object]) -> float:
    """The share of its part's lines that hold a known one, and little more."""
    lines = draft.row.lines[draft.since :]
    told = [[automaton.words[number] for number in reversed(line)] for line in lines]
    return sum(holds(line, automaton.lang, known) for line in told) / max(1, len(told))


def answering(draft: Draft) -> float:
    """How well the lines of a couplet in its part answer each other; 0 where they need not."""
    if draft.plan.parallel is None:
        return 0.0
    lines = draft.row.lines
    starts = [at for at in draft.row.pattern.paired if draft.since <= at <= len(lines) - 2]
    told = [draft.plan.parallel.answer(lines[at], lines[at + 1]) for at in starts]
    return sum(told) / len(told) if told else 0.0


def best(drafts: list[Draft], automaton: FormAutomaton, known: Container[object]) -> Draft:
    """The first of the highest score."""
    return max(drafts, key=lambda draft: score(draft, automaton, known))
