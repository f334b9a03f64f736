"""Which candidate is put out: likely, about what was asked, not saying things twice."""

from __future__ import annotations

from models.poet.automaton import FormAutomaton
from models.poet.decode import Draft

TOPIC = 0.9  # a poem with every topic word, against one with none
REPETITION = 0.6  # a poem that says each word twice, against one that never does
# Nats a word for each unit of its topic weight: likelihood alone prefers lines of small words.
TELLING = {"en": 0.35, "zh": 0.1}


def score(draft: Draft, automaton: FormAutomaton) -> float:
    """Higher is better. In nats a token, since the likelihood is."""
    words = [number for line in draft.row.lines for number in line]
    telling = [number for number in words if automaton.telling[number]]
    topics = draft.plan.topics
    said = sum(number in words for number in topics) / len(topics) if topics else 0.0
    again = 1 - len(set(telling)) / len(telling) if telling else 0.0
    weights: list[float] = automaton.weight[telling].tolist()
    weight = sum(weights) / max(1, len(words))
    return draft.mean + TELLING[automaton.lang] * weight + TOPIC * said - REPETITION * again


def best(drafts: list[Draft], automaton: FormAutomaton) -> Draft:
    """The first of the highest score."""
    return max(drafts, key=lambda draft: score(draft, automaton))
