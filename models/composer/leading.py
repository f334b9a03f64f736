"""Tunes that start from a tune: gone on from, varied, or blended with another.

What is given is put on the grid with its tonic where every tune has it, phrase by phrase. To go on
is to compose the rest of a plan whose first bars are known. A variation starts the prior's flow from
the phrase's own latents with some noise; a blend is a place on the way between two phrases.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from atelier.requests import Given, Lead, Strength
from models.composer.attributes import ENDS, ROLES, ending, measure, scaled
from models.composer.between import between
from models.composer.compose import (
    CANDIDATES,
    FLOW_STEPS,
    GUIDANCE,
    MORE_CANDIDATES,
    TEMPERATURE,
    Draft,
    Tune,
    finished,
    one_thread,
    out_of_reach,
    wanted,
)
from models.composer.data import MODES, STYLES, Conditions
from models.composer.grid import METER_NAMES, WINDOW, Steps, pitch_class, settled, to_steps
from models.composer.manners import HABITS
from models.composer.network import MelodyVAE
from models.composer.plan import Phrase, continued, plan
from models.composer.prior import ABSENT, FREE, KNOWN, LatentPrior
from models.composer.taste import shortfall
from models.composer.wishes import Wished

# Where the flow begins, of the way from noise (0) to the phrase itself (1), and the share of its
# sixteenths that is to change: of the drawn phrases the one nearest to that share is preferred.
BEGIN: dict[Strength, float] = {"subtle": 0.45, "strong": 0.25}
CHANGE: dict[Strength, float] = {"subtle": 0.2, "strong": 0.45}
NEAR: Strength = "subtle"  # how far a blend is moved towards a density or a range
MISSED = 12.0  # what the whole share missed weighs against the rules of taste
JITTER = 0.06  # how far the seed moves a blend from its share, so that another seed is another blend


def on_the_grid(tune: Given, steps_a_bar: int) -> Steps:
    """Its bars as steps with the tonic in its place; what is short of a bar is rests."""
    home = settled([pitch for _, _, pitch in tune.notes], pitch_class(tune.key.split(" ")[0]))
    return to_steps(tune.notes, tune.bars * steps_a_bar, home)


def windows(steps: Steps, steps_a_bar: int) -> list[Steps]:
    """Phrases of four bars; the last is filled up with the tune's beginning."""
    size = WINDOW * steps_a_bar
    whole = np.resize(steps, -(-len(steps) // size) * size)
    return list(whole.reshape(-1, size))


@torch.no_grad()
def begun(vae: MelodyVAE, wished: Wished, rng: np.random.Generator, tune: Given) -> Draft:
    """A draft whose first bars are ``tune``'s."""
    size = wished.steps_a_bar
    course = continued(plan(wished.length, wished.form), tune.bars)
    steps = on_the_grid(tune, size)
    draft = Draft(wished, rng, course=course)
    for place, phrase in enumerate(course.phrases):
        if phrase.given:
            at = place * WINDOW * size
            head = steps[at : at + phrase.given * size]
            # The encoder looks at four bars at once: fewer are said over again.
            z = encoded(vae, [np.resize(head, WINDOW * size)], wished.meter)[0]
            draft.heads[phrase.name] = head, z[: phrase.given]
    return draft


def led(vae: MelodyVAE, prior: LatentPrior, wished: Wished, rng: np.random.Generator, lead: Lead) -> Tune:
    """A variation of ``lead``'s tune, or a blend of its two."""
    with one_thread(), torch.no_grad():
        size = wished.steps_a_bar
        if lead.way == "blend" and lead.other is not None:
            steps = _blended(vae, wished, rng, lead, lead.other)
            if wished.asked:  # what lies between two tunes is as dense and wide as they are: bring it near
                steps = _varied(vae, prior, wished, rng, windows(steps, size), NEAR)
        else:
            old = windows(on_the_grid(lead.tune, size), size)
            steps = _varied(vae, prior, wished, rng, old, lead.strength)
    return finished(wished, steps)


def encoded(vae: MelodyVAE, phrases: Sequence[Steps], meter: str) -> Tensor:
    """The means of the latents [N, 4, latent] of phrases in ``meter``."""
    meters = torch.full((len(phrases),), METER_NAMES.index(meter))
    mean: Tensor = vae.encoder(torch.from_numpy(np.stack(phrases)), meters)[0]
    return mean


def _varied(
    vae: MelodyVAE,
    prior: LatentPrior,
    wished: Wished,
    rng: np.random.Generator,
    old: Sequence[Steps],
    strength: Strength,
) -> Steps:
    """Phrases like the ``old`` ones, that come near what is asked for."""
    size, k = wished.steps_a_bar, MORE_CANDIDATES if wished.asked else CANDIDATES
    origins = encoded(vae, old, wished.meter)
    mask = torch.from_numpy(out_of_reach(wished)).expand(k, -1)
    draft = Draft(wished, rng)
    new: list[Steps] = []
    latents: list[Tensor] = []
    for index, phrase in enumerate(old):
        source, alike = _alike(old[:index], phrase, size)
        if alike == WINDOW:  # what came again comes again
            new.append(new[source])
            latents.append(latents[source])
            continue
        state = torch.full((k, 2 * WINDOW), FREE)
        state[:, :WINDOW] = KNOWN if new else ABSENT
        given = torch.zeros(k, 2 * WINDOW, prior.latent, dtype=torch.float64)
        if new:
            given[:, :WINDOW] = latents[-1]
        if alike:
            state[:, WINDOW : WINDOW + alike] = KNOWN
            given[:, WINDOW : WINDOW + alike] = latents[source][:alike]
        told = _placed(wished, old, index)
        known = wanted([(draft, told)] * k)
        origin = torch.cat([torch.zeros_like(origins[index]), origins[index]]).expand(k, -1, -1)
        noise = torch.from_numpy(rng.standard_normal((k, 2 * WINDOW, prior.latent)))
        z = prior.draw(
            noise, given, state, known,
            steps=FLOW_STEPS, guidance=GUIDANCE, origin=origin, begin=BEGIN[strength],
        )[:, WINDOW:]  # fmt: skip
        lots = torch.from_numpy(rng.random((k, WINDOW * size)))
        options = vae.decoder.sample(z, known, size, lots, TEMPERATURE, mask).numpy()
        options[:, : alike * size] = new[source][: alike * size] if alike else options[:, :0]
        before = new[-1] if new else None
        worth = [
            shortfall(option, wished.meter, wished.mode, told.end, wished.asked, before)
            + MISSED * abs(float(np.mean(option != phrase)) - CHANGE[strength])
            for option in options
        ]
        best = int(np.argmin(worth))
        new.append(options[best])
        latents.append(z[best])
    return np.concatenate(new)


def _blended(vae: MelodyVAE, wished: Wished, rng: np.random.Generator, lead: Lead, other: Given) -> Steps:
    size = wished.steps_a_bar
    ones, others = (windows(on_the_grid(tune, size), size) for tune in (lead.tune, other))
    moved = lead.share + JITTER * float(rng.standard_normal()) if 0 < lead.share < 1 else lead.share
    share = max(0.0, min(1.0, moved))
    mask = torch.from_numpy(out_of_reach(wished))
    first, second = encoded(vae, ones, wished.meter), encoded(vae, others, wished.meter)
    style = HABITS[other.rhythm].style if other.rhythm else wished.style
    made: dict[bytes, Steps] = {}
    blended = []
    for index, one in enumerate(ones):
        at = index % len(others)
        pair = one.tobytes() + others[at].tobytes()
        if pair not in made:
            told = _measured(wished, wished.style, _placed(wished, ones, index), one)
            aim = _measured(wished, style, _placed(wished, ones, index), others[at])
            path = between(vae, first[[index]], second[[at]], told, aim, size, [share], mask)
            made[pair] = path[0].numpy()
        blended.append(made[pair])
    return np.concatenate(blended)


def _alike(earlier: Sequence[Steps], phrase: Steps, size: int) -> tuple[int, int]:
    """Which earlier phrase begins with the most bars in common, and with how many."""
    best = (0, 0)
    for index, one in enumerate(earlier):
        same = (one == phrase).reshape(WINDOW, size).all(axis=1)
        bars = WINDOW if same.all() else int(np.argmin(same))
        if bars > best[1]:
            best = (index, bars)
    return best


def _placed(wished: Wished, phrases: Sequence[Steps], index: int) -> Phrase:
    """What a phrase is in its tune: how it ends, and its role."""
    last = index == len(phrases) - 1
    end = "tonic" if last else ENDS[ending(phrases[index], wished.meter)]
    return Phrase(str(index), "closing" if last else "middle" if index else "opening", end)


def _measured(wished: Wished, style: str, phrase: Phrase, steps: Steps) -> Conditions:
    """The conditions of a phrase that is there: all of its attributes are said. One row, in float64."""
    figures = torch.from_numpy(scaled(measure(steps, wished.meter))).double()[None]
    named = (
        MODES.index(wished.mode), METER_NAMES.index(wished.meter), STYLES.index(style),
        ENDS.index(phrase.end), ROLES.index(phrase.role),
    )  # fmt: skip
    mode, meter, style_of, end, role = (torch.tensor([value]) for value in named)
    return Conditions(mode, meter, style_of, end, role, figures, torch.ones_like(figures))
