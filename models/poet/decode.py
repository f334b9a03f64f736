"""Writing: many requests, several candidates each, one forward pass a step.

Every row feeds one token a step into a shared key-value cache and leaves it when it is done. Each
row draws from its own generator, so what it writes does not depend on its neighbours.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from atelier.errors import Cancelled
from atelier.requests import Form
from models.hf import DynamicCache
from models.poet.automaton import NEVER, FormAutomaton, Places, Row
from models.poet.data import prefix
from models.poet.forms import FREE, Pattern
from models.poet.leads import Leads
from models.poet.originality import owned
from models.poet.version import Tongue
from models.poet.vocabulary import LINE, NONE, SLOTS, STANZA

TEMPERATURE = {"en": 0.7, "zh": 0.85}
TOP = 50  # tokens that may be drawn at a step
TOPIC_BOOST = {"en": 1.6, "zh": 1.6}  # added to the logit of a topic word that the poem has not yet


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
    # Of a poem that is there: what each line is, from its end (None: to be written), how many lines are not
    # put out again, and the words of lines that are not to come back.
    given: tuple[tuple[int, ...] | None, ...] = ()
    skipped: int = 0
    avoided: frozenset[tuple[int, ...]] = frozenset()


@dataclass
class Draft:
    """One candidate. ``tokens`` as written (each line from its end), numbers relative to ``content``."""

    row: Row
    plan: Plan
    generator: torch.Generator
    pending: list[tuple[int, int, int]]
    tokens: list[list[int]] = field(default_factory=lambda: [[]])
    likelihood: float = 0.0
    count: int = 0

    @property
    def mean(self) -> float:
        """Mean log-likelihood a token, under the model without the form's mask."""
        return self.likelihood / max(1, self.count)


@torch.inference_mode()
def write(
    tongue: Tongue,
    automaton: FormAutomaton,
    plans: Sequence[Plan],
    stopped: Callable[[], bool] = lambda: False,
    leads: Leads | None = None,
) -> list[list[Draft]]:
    """The finished candidates of each plan (dead ends are left out). Raises ``Cancelled``.

    ``leads`` is shown all candidates after each step.
    """
    drafts = [[_begun(tongue, automaton, plan, k) for k in range(plan.candidates)] for plan in plans]
    live = [draft for group in drafts for draft in group if not draft.row.done]
    device = tongue.network.lm.device
    cache = DynamicCache(config=tongue.network.lm.config)
    content = tongue.vocabulary.content
    while live:
        if stopped():
            raise Cancelled
        width = min(len(draft.pending) for draft in live)
        fed = torch.tensor([draft.pending[:width] for draft in live], device=device)
        states = tongue.network.hidden(fed, cache)[:, -1]
        for draft in live:
            draft.pending = draft.pending[width:]
        ready = [i for i, draft in enumerate(live) if not draft.pending]
        if ready:
            logits = tongue.network.logits(states[ready]).float().cpu()
            _draw(tongue, automaton, [live[i] for i in ready], logits, content)
            if leads is not None:
                leads.look(drafts)
        kept = [i for i, draft in enumerate(live) if not draft.row.done]
        if len(kept) < len(live):
            live = [live[i] for i in kept]
            if live:
                cache.batch_select_indices(torch.tensor(kept, device=device))
    return [[draft for draft in group if not draft.row.dead] for group in drafts]


def _begun(tongue: Tongue, automaton: FormAutomaton, plan: Plan, k: int) -> Draft:
    row = Row(plan.pattern)
    if plan.given:
        bind(row, plan, automaton)
    draft = Draft(row, plan, generator_of(plan, k), _opening_of(tongue, plan))
    _read_given(tongue, automaton, draft)
    return draft


def bind(row: Row, plan: Plan, automaton: FormAutomaton) -> None:
    """Tell ``row`` of the rhymes and the telling words of the lines that are given, also further on."""
    for line, tokens in zip(plan.pattern.lines, plan.given, strict=False):
        words = [token for token in tokens or () if automaton.spans[token]]
        row.used.update(word for word in words if automaton.telling[word])
        if words and line.rhyme != FREE:
            automaton.rhymes(row, line, words[0])


def _read_given(tongue: Tongue, automaton: FormAutomaton, draft: Draft) -> None:
    """Go over the lines that are given, as if they had been written just now."""
    row, given = draft.row, draft.plan.given
    while not row.done and row.at < len(given) and (line := given[row.at]) is not None:
        for token in line:
            _take(tongue, automaton, draft, token, tongue.vocabulary.content)


def generator_of(plan: Plan, k: int) -> torch.Generator:
    """The k-th candidate's own chance; the topic is in it, or one seed gives every topic the same turns."""
    said = f"{plan.seed} {k} {plan.tag} {plan.topics}".encode()
    return torch.Generator().manual_seed(zlib.crc32(said))


def _opening_of(tongue: Tongue, plan: Plan) -> list[tuple[int, int, int]]:
    vocabulary = tongue.vocabulary
    mood = vocabulary.numbers[f"<{plan.mood}>"] if plan.mood else NONE
    topics = [vocabulary.content + number for number in plan.topics]
    return [*prefix(vocabulary, plan.tag, mood, topics), _opening(tongue, Row(plan.pattern))]


def _opening(tongue: Tongue, row: Row) -> tuple[int, int, int]:
    """What opens the line that ``row`` stands before."""
    vocabulary, line = tongue.vocabulary, row.line
    starts, at = set(), 0
    for count in row.pattern.stanzas:
        starts.add(at)
        at += count
    token = STANZA if row.at in starts and row.at else LINE
    if line.head:
        token = vocabulary.numbers[f"<{line.head}>" if vocabulary.lang == "en" else line.head]
    return token, vocabulary.left_in_line + min(SLOTS - 1, line.length), _lines_left(tongue, row)


def _lines_left(tongue: Tongue, row: Row) -> int:
    return tongue.vocabulary.lines_left + min(SLOTS - 1, len(row.pattern.lines) - 1 - row.at)


def _draw(tongue: Tongue, automaton: FormAutomaton, ready: list[Draft], logits: Tensor, content: int) -> None:
    """One token for each of ``ready``, whose logits [R, content tokens] these are."""
    lang = tongue.vocabulary.lang
    plain = torch.log_softmax(logits, -1)
    absent = Places()
    for i, draft in enumerate(ready):
        said = {*draft.row.used, *draft.row.words}
        absent.add(i, [number for number in draft.plan.topics if number not in said])
    logits[absent.where()] += TOPIC_BOOST[lang]
    automaton.rows = [draft.row for draft in ready]
    scores = automaton(None, logits) / TEMPERATURE[lang]
    values, tokens = torch.topk(scores, min(TOP, scores.shape[1]))
    noise = torch.stack([torch.rand(scores.shape[1], generator=draft.generator) for draft in ready])
    noise = noise.gather(1, tokens).clamp(1e-9, 1 - 1e-7)
    drawn, order = (values - torch.log(-torch.log(noise))).sort(-1, descending=True)  # Gumbel-max
    tokens = tokens.gather(1, order)
    told = plain.gather(1, tokens).tolist()
    possible = (drawn > NEVER).sum(1).tolist()
    for i, (draft, choices) in enumerate(zip(ready, tokens.tolist(), strict=True)):
        at = _choose(tongue, automaton, draft, choices[: possible[i]])
        if at is None:
            draft.row.dead = True
            continue
        draft.likelihood += told[i][at]
        draft.count += 1
        _take(tongue, automaton, draft, choices[at], content)
        if not draft.row.words:
            _read_given(tongue, automaton, draft)


def _choose(tongue: Tongue, automaton: FormAutomaton, draft: Draft, choices: list[int]) -> int | None:
    """Where the first of ``choices`` is that finishes no line of somebody's; None where there is none."""
    row = draft.row
    for at, token in enumerate(choices):
        if not automaton.completes(row, token) or row.line.echo:
            return at
        words = [automaton.words[number] for number in (token, *reversed(row.words))]
        line = [*row.words, token]
        if line in row.lines or tuple(line) in draft.plan.avoided:
            continue
        if not owned(words, automaton.lang, tongue.lines):
            return at
    return None


def _take(tongue: Tongue, automaton: FormAutomaton, draft: Draft, token: int, content: int) -> None:
    """Move a draft on by ``token`` and say what it feeds next."""
    row = draft.row
    lines_left = _lines_left(tongue, row)
    draft.tokens[-1].append(token)
    at = row.at
    automaton.took(row, token)
    left = 0 if row.at != at else row.left
    draft.pending.append((content + token, tongue.vocabulary.left_in_line + min(SLOTS - 1, left), lines_left))
    if row.at != at and not row.done:
        draft.tokens.append([])
        draft.pending.append(_opening(tongue, row))
