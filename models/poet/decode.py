"""Writing: many requests, several candidates each, one forward pass a step.

A poem is written part by part (couplets): of each part all candidates are written, the best is committed,
and those of the next part go on from it. So what is committed can be shown, and stays. Every row feeds one
token a step into a shared key-value cache and leaves it when its part is done. Each row draws from its own
generator, so what it writes does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from atelier.errors import Cancelled
from models.hf import DynamicCache
from models.poet.automaton import NEVER, FormAutomaton
from models.poet.draft import Draft, Plan, begun, chance, read_given, take
from models.poet.leads import Leads
from models.poet.originality import owned
from models.poet.places import Places
from models.poet.rank import best
from models.poet.version import Tongue

TEMPERATURE = {"en": 1.15, "zh": 0.97}
TOP = 160  # tokens that may be drawn at a step
TOPIC_BOOST = {"en": 2.2, "zh": 1.6}  # added to the logit of a topic word that the poem has not yet
TURNS = 3  # times that the candidates of a part are written before the poem is given up


@torch.inference_mode()
def write(
    tongue: Tongue,
    automaton: FormAutomaton,
    plans: Sequence[Plan],
    stopped: Callable[[], bool] = lambda: False,
    leads: Leads | None = None,
) -> list[list[Draft]]:
    """Each plan's poem, or nothing where it met a dead end. Raises ``Cancelled``.

    ``leads`` is told of every part that is committed.
    """
    poems = [begun(tongue, automaton, plan) for plan in plans]
    turns = [0] * len(plans)
    while waiting := [n for n, poem in enumerate(poems) if not poem.row.done]:
        groups = _parts(tongue, automaton, [poems[n] for n in waiting], [turns[n] for n in waiting], stopped)
        for number, group in zip(waiting, groups, strict=True):
            if group:
                poems[number], turns[number] = best(group, automaton, tongue.lines), 0
                if leads is not None:
                    leads.commit(number, poems[number])
            elif turns[number] + 1 < TURNS:
                turns[number] += 1
            else:
                poems[number].row.dead = True
    return [[] if poem.row.dead else [poem] for poem in poems]


def _parts(
    tongue: Tongue, automaton: FormAutomaton, poems: Sequence[Draft], turns: Sequence[int],
    stopped: Callable[[], bool],
) -> list[list[Draft]]:  # fmt: skip
    """The candidates for the next part of each of ``poems``, without those that met dead ends."""
    network, device = tongue.network, tongue.network.lm.device
    cache = DynamicCache(config=network.lm.config)
    # What all have in common is read once a poem, but for the last row: that is where the first draw is made.
    shared = min(len(poem.story) for poem in poems) - 1
    if shared:
        network.hidden(torch.tensor([poem.story[:shared] for poem in poems], device=device), cache)
        copies = [n for n, poem in enumerate(poems) for _ in range(poem.plan.candidates)]
        cache.batch_select_indices(torch.tensor(copies, device=device))
    groups = [
        [
            poem.fork(chance(poem.plan, f"{k} {poem.row.at} {turn}"), shared)
            for k in range(poem.plan.candidates)
        ]
        for poem, turn in zip(poems, turns, strict=True)
    ]
    live = [draft for group in groups for draft in group]
    while live:
        if stopped():
            raise Cancelled
        width = min(len(draft.story) - draft.fed for draft in live)
        fed = [draft.story[draft.fed : draft.fed + width] for draft in live]
        states = network.hidden(torch.tensor(fed, device=device), cache)[:, -1]
        ready = []
        for i, draft in enumerate(live):
            draft.fed += width
            if draft.fed == len(draft.story):
                ready.append(i)
        if ready:
            if len(ready) < len(live):
                states = states[ready]
            _draw(tongue, automaton, [live[i] for i in ready], network.logits(states).float().cpu())
        kept = [i for i, draft in enumerate(live) if not draft.whole]
        if len(kept) < len(live):
            live = [live[i] for i in kept]
            if live:
                cache.batch_select_indices(torch.tensor(kept, device=device))
    return [[draft for draft in group if not draft.row.dead] for group in groups]


def _draw(tongue: Tongue, automaton: FormAutomaton, ready: list[Draft], logits: Tensor) -> None:
    """One token for each of ``ready``, whose logits [R, content tokens] these are."""
    lang = tongue.vocabulary.lang
    whole = torch.logsumexp(logits, -1)
    automaton.rows = [draft.row for draft in ready]
    scores = automaton(None, logits)
    absent = Places()
    for i, draft in enumerate(ready):
        row = draft.row
        absent.add(i, [n for n in draft.plan.topics if n not in row.used and n not in row.words])
    scores[absent.where()] += TOPIC_BOOST[lang] + tongue.emphasis
    leaning: dict[int, tuple[Tensor, list[int]]] = {}  # most poems share one
    for i, draft in enumerate(ready):
        if draft.plan.leaning is not None:
            leaning.setdefault(id(draft.plan.leaning), (draft.plan.leaning, []))[1].append(i)
    for added, rows in leaning.values():
        if len(rows) == len(scores):
            scores += added
        else:
            scores[rows] += added
    values, tokens = torch.topk(scores, min(TOP, scores.shape[1]))
    values /= TEMPERATURE[lang]
    noise = torch.stack([torch.rand(values.shape[1], generator=draft.generator) for draft in ready])
    drawn, order = (values - torch.log(-torch.log(noise.clamp_(1e-9, 1 - 1e-7)))).sort(-1, descending=True)
    tokens = tokens.gather(1, order)  # Gumbel-max
    told = (logits.gather(1, tokens) - whole[:, None]).tolist()
    possible = (drawn > NEVER).sum(1).tolist()
    for i, (draft, choices) in enumerate(zip(ready, tokens.tolist(), strict=True)):
        at = _choose(tongue, automaton, draft, choices[: possible[i]])
        if at is None:
            draft.row.dead = True
            continue
        draft.likelihood += told[i][at]
        draft.count += 1
        take(tongue, automaton, draft, choices[at])
        if not draft.row.words:
            read_given(tongue, automaton, draft)


def _choose(tongue: Tongue, automaton: FormAutomaton, draft: Draft, choices: list[int]) -> int | None:
    """Where the first of ``choices`` is that finishes no line of somebody's; None where there is none."""
    row = draft.row
    for at, token in enumerate(choices):
        if not automaton.completes(row, token) or row.line.echo:
            return at
        words = row.line.said([automaton.words[number] for number in (token, *reversed(row.words))])
        line = [*row.words, token]
        if line in row.lines or tuple(line) in draft.plan.avoided:
            continue
        if not owned(words, automaton.lang, tongue.lines):
            return at
    return None
