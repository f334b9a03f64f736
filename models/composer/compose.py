"""Composing: phrases drawn from the prior, decoded, chosen, and laid out by the plan.

All requests advance together, one phrase of their plan at a time, in one pass through the prior.
Everything is computed in float64: what a batch's size does to a sum's last digits is then far
below what could turn a draw, so that a request's tune does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor

from atelier.errors import Cancelled
from models.composer.attributes import ATTRIBUTES, ENDS, ROLES
from models.composer.data import MODES, STYLES, Conditions
from models.composer.gait import Gait
from models.composer.grid import METER_NAMES, WINDOW, Notes, Steps, tidy, to_notes
from models.composer.network import MelodyVAE
from models.composer.plan import Phrase, Plan, plan
from models.composer.prior import ABSENT, FREE, KNOWN, LatentPrior
from models.composer.taste import barred, close, out_of_step, shortfall
from models.composer.wishes import Wished
from models.crew import Crew

CANDIDATES = 10
# Where few phrases have by chance what is asked for: a range, a contour, the tread of a march.
MORE_CANDIDATES = 32
GAIT = 4.0  # what a nat of another rhythm's gait weighs against the rules of taste; chosen on other seeds
METER = 1.0  # the same of another meter's, chosen on other seeds too
STEP = 3.0  # what a missing accent of a waltz or a march weighs
TEMPERATURE = 0.8  # the decoder is sure of itself: cooler phrases are too alike to choose among
GUIDANCE = 2.0
FLOW_STEPS = 6


@dataclass(slots=True)
class Draft:
    """A tune on its way: its wishes, its own chance, and the phrases so far.

    ``course``: its plan, where it is not the usual one of its length and form; ``heads``: the bars
    of a phrase that are given, and their latents [bars, latent].
    """

    wished: Wished
    rng: np.random.Generator
    phrases: dict[str, Steps] = field(default_factory=dict)
    latents: dict[str, Tensor] = field(default_factory=dict)
    course: Plan | None = None
    heads: dict[str, tuple[Steps, Tensor]] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """Its phrases in order."""
        return self.course or plan(self.wished.length, self.wished.form)

    def anew(self) -> Draft:
        """The same, with nothing composed yet; its chance goes on."""
        return Draft(self.wished, self.rng, course=self.course, heads=self.heads)


@dataclass(frozen=True, slots=True)
class Tune:
    """A finished tune.

    ``notes``: [start, duration, midi] in sixteenths; ``closed_by_rule``: the
    last pitch had to be moved to the tonic.
    """

    wished: Wished
    steps: Steps
    notes: Notes
    home: int
    closed_by_rule: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Phrases to draw, of bars of ``size`` sixteenths: what :meth:`LatentPrior.draw` and the decoder take."""

    size: int
    noise: Tensor
    given: Tensor
    state: Tensor
    known: Conditions
    lots: Tensor
    mask: Tensor

    def shared(self, parts: int) -> list[Rows]:
        """The same in at most ``parts`` parts of about one size."""
        count = len(self.noise)
        step = -(-count // parts)
        return [self._part(list(range(at, min(at + step, count)))) for at in range(0, count, step)]

    def _part(self, rows: list[int]) -> Rows:
        tensors = (self.noise[rows], self.given[rows], self.state[rows])
        return Rows(self.size, *tensors, self.known.rows(rows), self.lots[rows], self.mask[rows])


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for the work inside.

    The network is so small that threads mostly wait for each other: two are no faster on an idle
    machine, and on a busy one forty times slower (measured: 27 s for a tune that takes 0.3 s).
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def compose(
    vae: MelodyVAE,
    prior: LatentPrior,
    drafts: Sequence[Draft],
    stopped: Callable[[], bool] = lambda: False,
    gait: Gait | None = None,
    crew: Crew | None = None,
) -> list[Tune]:
    """A tune for each draft; of the phrases drawn, one is kept that moves like its rhythm by ``gait``.

    ``crew``: shares the phrases of a pass out over a CPU's cores; the tunes are the same without it.
    Raises :class:`Cancelled` when ``stopped`` says so between phrases.
    """
    longest = max((len(draft.plan.phrases) for draft in drafts), default=0)
    with one_thread():
        for index in range(longest):
            if stopped():
                raise Cancelled
            plans = [(draft, draft.plan.phrases) for draft in drafts]
            due = [(draft, phrases[index]) for draft, phrases in plans if index < len(phrases)]
            _phrases(vae, prior, due, gait, crew)
    return [finish(draft) for draft in drafts]


def candidates(wished: Wished) -> int:
    """How many phrases are drawn for each that is kept."""
    rare = wished.span is not None or wished.contour is not None or wished.rhythm == "march"
    return MORE_CANDIDATES if rare else CANDIDATES


def out_of_reach(wished: Wished) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """[VOCABULARY] tokens that a tune may not have."""
    return barred(wished.mode, wished.home, wished.compass)


def _phrases(
    vae: MelodyVAE,
    prior: LatentPrior,
    due: list[tuple[Draft, Phrase]],
    gait: Gait | None,
    crew: Crew | None,
) -> None:
    """Draw several for each phrase that is due, and keep the best of each."""
    latent = prior.latent
    ends = np.cumsum([candidates(draft.wished) for draft, _ in due]).tolist()
    spans = [range(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]
    noise = torch.from_numpy(
        np.concatenate([
            draft.rng.standard_normal((len(rows), 2 * WINDOW, latent))
            for (draft, _), rows in zip(due, spans, strict=True)
        ])
    )  # fmt: skip
    given = torch.zeros(len(noise), 2 * WINDOW, latent, dtype=torch.float64)
    state = torch.full((len(noise), 2 * WINDOW), FREE)
    for span, (draft, phrase) in zip(spans, due, strict=True):
        rows = slice(span.start, span.stop)
        state[rows, :WINDOW] = KNOWN if phrase.before else ABSENT
        if phrase.before:
            given[rows, :WINDOW] = draft.latents[phrase.before]
        if phrase.like:
            state[rows, WINDOW : WINDOW + phrase.alike] = KNOWN
            given[rows, WINDOW : WINDOW + phrase.alike] = draft.latents[phrase.like][: phrase.alike]
        if phrase.given:
            state[rows, WINDOW : WINDOW + phrase.given] = KNOWN
            given[rows, WINDOW : WINDOW + phrase.given] = draft.heads[phrase.name][1]
    known = wanted([pair for pair, span in zip(due, spans, strict=True) for _ in span])
    for size in {draft.wished.steps_a_bar for draft, _ in due}:
        mine = [index for index, (draft, _) in enumerate(due) if draft.wished.steps_a_bar == size]
        chosen = [row for index in mine for row in spans[index]]
        lots = torch.from_numpy(
            np.concatenate([due[i][0].rng.random((len(spans[i]), WINDOW * size)) for i in mine])
        )
        mask = torch.from_numpy(np.stack([out_of_reach(due[i][0].wished) for i in mine for _ in spans[i]]))
        whole = Rows(size, noise[chosen], given[chosen], state[chosen], known.rows(chosen), lots, mask)
        tasks = [partial(_drawn, vae, prior, part) for part in whole.shared(crew.size if crew else 1)]
        parts = list(crew.run(tasks)) if crew else [task() for task in tasks]
        z = torch.cat([latents for latents, _ in parts])
        steps = np.concatenate([options for _, options in parts])
        at = 0
        for index in mine:
            draft, phrase = due[index]
            options = steps[at : at + len(spans[index])]
            best = _kept(draft, phrase, options, gait)
            draft.phrases[phrase.name] = options[best]
            draft.latents[phrase.name] = z[at + best]
            at += len(spans[index])


@torch.no_grad()  # of the thread that calls it
def _drawn(vae: MelodyVAE, prior: LatentPrior, rows: Rows) -> tuple[Tensor, Steps]:
    """Latents [N, 4, latent] and steps [N, 4 * size] of phrases."""
    z = prior.draw(rows.noise, rows.given, rows.state, rows.known, steps=FLOW_STEPS, guidance=GUIDANCE)
    z = z[:, WINDOW:]
    return z, vae.decoder.sample(z, rows.known, rows.size, rows.lots, TEMPERATURE, rows.mask).numpy()


def _kept(draft: Draft, phrase: Phrase, options: Steps, gait: Gait | None) -> int:
    """Which of a phrase's ``options`` [N, 4 * size] is best; what is given is written into them first."""
    wished, size = draft.wished, draft.wished.steps_a_bar
    if phrase.like:
        options[:, : phrase.alike * size] = draft.phrases[phrase.like][: phrase.alike * size]
    if phrase.given:
        options[:, : phrase.given * size] = draft.heads[phrase.name][0]
    before = draft.phrases[phrase.before] if phrase.before else None
    worth = []
    for option in options:
        missed = shortfall(option, wished.meter, wished.mode, phrase.end, wished.asked, before)
        missed += STEP * out_of_step(option, wished.rhythm)
        if gait is not None and wished.rhythm == wished.style:
            missed += GAIT * gait.missed(option, wished.meter, wished.style)
        if gait is not None:
            missed += METER * gait.off_meter(option, wished.meter)
        worth.append(missed)
    return int(np.argmin(worth))


def wanted(rows: Sequence[tuple[Draft, Phrase]]) -> Conditions:
    """The conditions of phrases to draw, figures in float64."""
    named = [
        (
            MODES.index(draft.wished.mode),
            METER_NAMES.index(draft.wished.meter),
            STYLES.index(draft.wished.style),
            ENDS.index(phrase.end),
            ROLES.index(phrase.role),
        )
        for draft, phrase in rows
    ]
    figures = torch.zeros(len(rows), len(ATTRIBUTES), dtype=torch.float64)
    said = torch.zeros_like(figures)
    register = ATTRIBUTES.index("register")
    for index, (draft, phrase) in enumerate(rows):
        for name, wish in draft.wished.asked.items():
            place = ATTRIBUTES.index(name)
            figures[index, place], said[index, place] = wish, 1.0
        high = draft.wished.register + phrase.register
        if high:
            figures[index, register], said[index, register] = high, 1.0
    mode, meter, style, end, role = torch.tensor(named, dtype=torch.int64).T
    return Conditions(mode, meter, style, end, role, figures, said)


def finish(draft: Draft) -> Tune:
    """Phrases in playing order, closed on the tonic."""
    return finished(draft.wished, np.concatenate([draft.phrases[name] for name in draft.plan.order]))


def finished(wished: Wished, steps: Steps) -> Tune:
    """The tune of ``steps``, closed on the tonic."""
    steps, changed = close(steps, wished.meter, out_of_reach(wished))
    steps = tidy(steps)
    return Tune(wished, steps, to_notes(steps, wished.home), wished.home, changed)
