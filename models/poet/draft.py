"""A poem that is being written: what was asked of it, and one of its candidates."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from atelier.requests import Form
from models.poet.automaton import FormAutomaton
from models.poet.data import prefix
from models.poet.forms import FREE, Pattern
from models.poet.parallel import Parallel
from models.poet.row import Row
from models.poet.version import Tongue
from models.poet.vocabulary import LINE, SLOTS, STANZA

Fed = tuple[int, int, int]  # a token, what is left of its line after it, the lines after that one


@dataclass(frozen=True)
class Plan:
    """What one request asks of the decoder; ``topics`` are content tokens, first those that matter most.

    ``tag`` is what our model calls the form; a foreign one is told ``form`` and ``title``.
    """

    form: Form
    title: str
    tag: str
    pattern: Pattern
    topics: tuple[int, ...]
    mood: str | None
    seed: int
    candidates: int
    # The prompt, where none of its words is known: else one seed would give all such prompts one poem.
    asked: str = ""
    # Of a poem that is there: what each line is, from its end (None: to be written), how many lines are not
    # put out again, and the words of lines that are not to come back.
    given: tuple[tuple[int, ...] | None, ...] = ()
    skipped: int = 0
    avoided: frozenset[tuple[int, ...]] = frozenset()
    # In whose manner; what that, topic, mood and liking add to the logits of content tokens [W], and how much
    # of it speaks for a candidate that has those words.
    manner: str = ""
    leaning: Tensor | None = field(default=None, compare=False, repr=False)
    favour: Tensor | None = field(default=None, compare=False, repr=False)
    # How well two lines answer each other, where the pattern has couplets that should.
    parallel: Parallel | None = field(default=None, compare=False, repr=False)

    @property
    def parts(self) -> tuple[int, ...]:
        """Where its parts end, as numbers of lines: what is committed at once. Couplets, stanza by stanza."""
        ends, at = [], 0
        for count in self.pattern.stanzas:
            ends += [min(at + 2 + start, at + count) for start in range(0, count, 2)]
            at += count
        return tuple(ends)


@dataclass
class Draft:
    """One candidate. ``tokens`` as written (each line from its end), numbers relative to ``content``.

    ``story`` is all that the network is fed, of which ``fed`` rows it has been.
    """

    row: Row
    plan: Plan
    generator: torch.Generator
    story: list[Fed]
    fed: int = 0
    tokens: list[list[int]] = field(default_factory=lambda: [[]])
    likelihood: float = 0.0
    count: int = 0
    # What was committed before its part, and the number of lines with which the part is whole.
    since: int = 0
    until: int = 0
    likelihood_before: float = 0.0
    count_before: int = 0

    @property
    def mean(self) -> float:
        """Mean log-likelihood a token of this part, under the model without the form's mask."""
        return (self.likelihood - self.likelihood_before) / max(1, self.count - self.count_before)

    @property
    def whole(self) -> bool:
        """Whether its part is written (or it was given up)."""
        return self.row.done or self.row.at >= self.until

    def fork(self, generator: torch.Generator, fed: int) -> Draft:
        """A candidate for the next part, from what is committed; the network was fed ``fed`` of its story."""
        return replace(
            self, row=self.row.fork(), generator=generator, story=[*self.story], fed=fed,
            tokens=[[*line] for line in self.tokens],
            since=self.row.at, until=next(end for end in self.plan.parts if end > self.row.at),
            likelihood_before=self.likelihood, count_before=self.count,
        )  # fmt: skip


def begun(tongue: Tongue, automaton: FormAutomaton, plan: Plan) -> Draft:
    """A poem of which nothing is written but what is given before its first new line."""
    row = Row(plan.pattern)
    if plan.given:
        bind(row, plan, automaton)
    draft = Draft(row, plan, chance(plan, "0"), opening_of(tongue, plan))
    read_given(tongue, automaton, draft)
    return draft


def bind(row: Row, plan: Plan, automaton: FormAutomaton) -> None:
    """Tell ``row`` of the ends and the telling words of the lines that are given, also further on."""
    for line, tokens in zip(plan.pattern.lines, plan.given, strict=False):
        words = [token for token in tokens or () if automaton.spans[token]]
        row.used.update(word for word in words if automaton.telling[word])
        if words and line.rhyme != FREE:
            automaton.rhymes(row, line, words[0])
        if words and line.apart:
            row.ends.append(words[0])


def read_given(tongue: Tongue, automaton: FormAutomaton, draft: Draft) -> None:
    """Go over the lines that are given, as if they had been written just now."""
    row, given = draft.row, draft.plan.given
    while not row.done and row.at < len(given) and (line := given[row.at]) is not None:
        for token in line:
            take(tongue, automaton, draft, token)


def chance(plan: Plan, which: str) -> torch.Generator:
    """A candidate's own chance; the topic is in it, or one seed gives every topic the same turns."""
    said = f"{plan.seed} {which} {plan.tag} {plan.topics}{plan.asked}".encode()
    return torch.Generator().manual_seed(zlib.crc32(said))


def opening_of(tongue: Tongue, plan: Plan) -> list[Fed]:
    """The tags of the whole poem, and what opens its first line."""
    vocabulary = tongue.vocabulary
    mood = vocabulary.mood(plan.mood)
    topics = [vocabulary.content + number for number in plan.topics]
    return [*prefix(vocabulary, plan.tag, mood, topics), _opening(tongue, Row(plan.pattern))]


def _stanzas(pattern: Pattern) -> Iterator[int]:
    at = 0
    for count in pattern.stanzas:
        yield at
        at += count


def _opening(tongue: Tongue, row: Row) -> Fed:
    """What opens the line that ``row`` stands before."""
    vocabulary, line = tongue.vocabulary, row.line
    token = STANZA if row.at and row.at in _stanzas(row.pattern) else LINE
    if line.head:
        token = vocabulary.numbers[f"<{line.head}>" if vocabulary.lang == "en" else line.head]
    return token, vocabulary.left_in_line + min(SLOTS - 1, line.length), _lines_left(tongue, row)


def _lines_left(tongue: Tongue, row: Row) -> int:
    return tongue.vocabulary.lines_left + min(SLOTS - 1, len(row.pattern.lines) - 1 - row.at)


def take(tongue: Tongue, automaton: FormAutomaton, draft: Draft, token: int) -> None:
    """Move a draft on by ``token`` and say what it feeds next."""
    row, vocabulary = draft.row, tongue.vocabulary
    lines_left = _lines_left(tongue, row)
    draft.tokens[-1].append(token)
    at = row.at
    automaton.took(row, token)
    left = 0 if row.at != at else row.left
    place = vocabulary.left_in_line + min(SLOTS - 1, left)
    draft.story.append((vocabulary.content + token, place, lines_left))
    if row.at != at and not row.done:
        draft.tokens.append([])
        draft.story.append(_opening(tongue, row))
