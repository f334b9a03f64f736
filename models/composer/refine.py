"""From thumbs to a better prior: flow matching on phrases weighted by how they please, anchored.

Reward-weighted flow matching (Fan et al. 2025, "Online Reward-Weighted Fine-Tuning of Flow Matching with
Wasserstein Regularization", sections 4.1-4.3), with phrases that the current version draws for what
people asked, and the phrases that were voted on:

    L = mean of w |v - u|^2 + anchor |v - v_ref|^2 + still |v_0 - v_ref_0|^2,
    w = exp(r / price), of mean 1 within mode, meter, style

v is the velocity that is learnt, u the path's own (the prior's plain objective), v_ref the current
version's, r a reward head's logit of the phrase. v_0 is the velocity where nothing is said, from which
guidance leads away towards what was asked: if it moved too, a jig would be led to less surely. Encoder and
decoder stay as they are, so what a latent sounds like does, and so does the head. Held-out people judge by a
head of their own votes, which says how they would like what the prior draws for them: it begins with what the
first head says and weighs that anew.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from atelier.learning.snapshot import Snapshot
from models.composer.attributes import ROLES, ending, measure, scaled
from models.composer.compose import FLOW_STEPS, TEMPERATURE
from models.composer.data import MODES, STYLES, Conditions
from models.composer.grid import METER_NAMES, METERS, WINDOW, Steps, to_notes
from models.composer.hearing import RHYTHMS, Ears
from models.composer.manners import HABITS
from models.composer.network import MelodyVAE
from models.composer.prior import ABSENT, FREE, KNOWN, LatentPrior, masks
from models.composer.reward import Piece, care, features, phrase_features, pieces_of, width
from models.composer.taste import barred
from models.composer.wishes import LOWEST_TONIC
from models.reward import Head, Vote, beside, borne_out, each
from models.tuning import Pace, Progress, Stopped, Told, down, drawn, improve, never, silent

ASKED = 48  # works of held-out people whose phrases are drawn again to be judged,
LOOKS = 4  # so often each
SAID = 0.2  # how often attributes are said in training
HEAVIEST = 8.0  # that a phrase may weigh, where the usual one weighs 1
FEWEST = 4  # notes of a phrase in which a rhythm can be heard
SURE = 0.03  # of the chance that a rhythm is heard: what learning and chance may take again
STEEPEST = 50.0  # nats that being heard as its rhythm may add to a phrase's weight


@dataclass(frozen=True)
class Tuning(Pace):
    """What a fine-tuning of the prior takes; a batch is of phrases."""

    steps: int = 800
    batch: int = 96
    validate_every: int = 100
    patience: int = 4
    rate: float = 1e-3
    weight_decay: float = 0.0
    price: float = 0.4  # nats of liking that a nat of drift must bring
    anchor: float = 0.2  # weight of the squared distance from the current velocity,
    still: float = 1.0  # and of that where nothing is said
    draws: int = 3  # phrases of its own for each that was voted on
    forget: float = 0.15  # wishes left unsaid
    least_each: int = 20  # liked and disliked votes


@dataclass(slots=True)
class Phrases:
    """Phrases as the prior learns them: ``latents`` [N, 8, latent] (before, coming), not normalised.

    ``opening`` [N] bool: nothing went before; ``steps``: each [4 * sixteenths a bar].
    """

    latents: Tensor
    opening: Tensor
    known: Conditions
    steps: list[Steps]

    def __len__(self) -> int:
        return len(self.steps)


def phrases_of(vae: MelodyVAE, pieces: Sequence[Piece]) -> Phrases:
    """Every phrase of tunes that are there, everything said; float32."""
    latents, opening, steps = [], [], []
    named: list[tuple[int, int, int, int, int]] = []
    for piece in pieces:
        style = HABITS[piece.rhythm].style if piece.rhythm in HABITS else "unsaid"
        meter = METER_NAMES.index(piece.meter)
        with torch.no_grad():
            meters = torch.full((len(piece.phrases),), meter)
            means, _ = vae.encoder(torch.from_numpy(np.stack(piece.phrases)), meters)
        for at, phrase in enumerate(piece.phrases):
            before = means[at - 1] if at else torch.zeros_like(means[0])
            latents.append(torch.cat([before, means[at]]))
            opening.append(at == 0)
            steps.append(phrase)
            last = at == len(piece.phrases) - 1
            role = "closing" if last else "middle" if at else "opening"
            named.append((
                MODES.index(piece.mode), meter, STYLES.index(style), ending(phrase, piece.meter),
                ROLES.index(role),
            ))  # fmt: skip
    mode, meters, styles, end, role_of = torch.tensor(named, dtype=torch.int64).T
    empty = torch.zeros(len(steps), 5)
    known = _measured(Conditions(mode, meters, styles, end, role_of, empty, torch.ones_like(empty)), steps)
    return Phrases(torch.stack(latents).float(), torch.tensor(opening), known, steps)


def _measured(known: Conditions, steps: Sequence[Steps]) -> Conditions:
    """With the attributes and endings that the phrases have."""
    meters = [METER_NAMES[at] for at in known.meter.tolist()]
    pairs = list(zip(steps, meters, strict=True))
    figures = torch.from_numpy(np.stack([scaled(measure(one, meter)) for one, meter in pairs]))
    end = torch.tensor([ending(one, meter) for one, meter in pairs])
    return replace(known, figures=figures, end=end, said=torch.ones_like(figures))


@torch.no_grad()
def draw(vae: MelodyVAE, prior: LatentPrior, like: Phrases, each: int, seed: int) -> Phrases:
    """``each`` phrases of the prior's own for every one of ``like``: after the same, named the same.

    Without guidance: what is drawn is what the prior has learnt, so that learning it again changes nothing.
    """
    rows = torch.arange(len(like)).repeat_interleave(each)
    chance = torch.Generator().manual_seed(seed)
    latents, steps = like.latents[rows].clone(), [like.steps[0]] * len(rows)
    known = like.known.rows(rows)
    for part in torch.split(torch.arange(len(rows)), 512):
        noise = torch.randn(len(part), 2 * WINDOW, prior.latent, generator=chance)
        state = torch.full((len(part), 2 * WINDOW), FREE)
        state[:, :WINDOW] = torch.where(like.opening[rows[part]], ABSENT, KNOWN)[:, None]
        told = known.rows(part)
        told = replace(told, said=torch.zeros_like(told.said))
        z = prior.draw(noise, latents[part], state, told, steps=FLOW_STEPS, guidance=1.0)[:, WINDOW:]
        latents[part, WINDOW:] = z
        for size in set(METERS.values()):
            sized = [at for at, meter in enumerate(told.meter.tolist()) if METERS[METER_NAMES[meter]] == size]
            if not sized:
                continue
            lots = torch.rand(len(sized), WINDOW * size, generator=chance)
            modes = [MODES[mode] for mode in told.mode[sized].tolist()]
            mask = torch.from_numpy(np.stack([barred(mode, LOWEST_TONIC) for mode in modes]))
            made = vae.decoder.sample(z[sized], told.rows(sized), size, lots, TEMPERATURE, mask)
            for at, one in zip(sized, made.numpy(), strict=True):
                steps[int(part[at])] = one
    return Phrases(latents, like.opening[rows], _measured(known, steps), steps)


def joined(one: Phrases, other: Phrases) -> Phrases:
    """Both."""
    names = ("mode", "meter", "style", "end", "role", "figures", "said")
    known = Conditions(*(torch.cat([getattr(one.known, n), getattr(other.known, n)]) for n in names))
    return Phrases(
        torch.cat([one.latents, other.latents]), torch.cat([one.opening, other.opening]), known,
        [*one.steps, *other.steps],
    )  # fmt: skip


def by_meter(phrases: Phrases) -> Iterator[tuple[str, list[int]]]:
    """The meters that there are, and the phrases in each."""
    for number, meter in enumerate(METER_NAMES):
        mine: list[int] = (phrases.known.meter == number).nonzero()[:, 0].tolist()
        if mine:
            yield meter, mine


def weights(vae: MelodyVAE, head: Head, phrases: Phrases, price: float, ears: Ears | None = None) -> Tensor:
    """exp(r / price) [N], of mean 1 within each mode, meter and style, at most :data:`HEAVIEST`.

    With ``ears``, so tilted that the phrases of a rhythm are heard as it a little more than if all weighed
    the same: w = exp(r / price + tilt h), h the chance that it is heard, the least tilt that does it.
    """
    part = width(vae)
    inside = Head(head.weight[:part], 0.0, head.mean[:part], head.spread[:part])
    worth = torch.zeros(len(phrases), dtype=torch.float64)
    for meter, mine in by_meter(phrases):
        worth[mine] = inside(phrase_features(vae, [phrases.steps[at] for at in mine], meter))
    known = phrases.known
    kinds = torch.stack([known.mode, known.meter, known.style], 1)
    _, group = torch.unique(kinds, dim=0, return_inverse=True)
    made = torch.zeros_like(worth)
    for kind in range(int(group.max()) + 1):
        mine = group == kind
        style = STYLES[int(known.style[mine][0])]
        told = worth[mine] / price
        if ears is None or style not in RHYTHMS:
            made[mine] = _weighed(told)
        else:
            made[mine] = _heard_as_ever(told, _heard(ears, style, phrases, mine))
    return made.float()


def _weighed(told: Tensor) -> Tensor:
    worth = (told - told.max()).exp()
    return (worth / worth.mean()).clamp(max=HEAVIEST)


def _heard(ears: Ears, rhythm: str, phrases: Phrases, mine: Tensor) -> Tensor:
    """The chance of each that ``rhythm`` is heard; of what has too few notes to tell, the usual one."""
    notes = [to_notes(phrases.steps[at], LOWEST_TONIC) for at in mine.nonzero()[:, 0].tolist()]
    told = [ears.chance(rhythm, one) if len(one) >= FEWEST else math.nan for one in notes]
    found = torch.tensor(told, dtype=torch.float64)
    return found.nan_to_num(float(found.nanmean()) if not found.isnan().all() else 0.0)


def _heard_as_ever(told: Tensor, heard: Tensor) -> Tensor:
    """Weights with the least tilt, by bisection."""

    def short(tilt: float) -> bool:
        weighed = _weighed(told + tilt * heard)
        return float((weighed * heard).sum() / weighed.sum()) < float(heard.mean()) + SURE

    low, high = 0.0, STEEPEST
    if not short(low):
        return _weighed(told)
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return _weighed(told + high * heard)


@dataclass(frozen=True, slots=True)
class Met:
    """Phrases met on their way from noise: what the prior is shown, and what it should say."""

    x: Tensor
    state: Tensor
    t: Tensor
    told: Conditions
    aim: Tensor  # the path's velocity

    @property
    def free(self) -> Tensor:
        """[N, 8, 1], 1 where a bar is to be drawn."""
        return (self.state == FREE)[..., None].to(self.x.dtype)


def meet(
    prior: LatentPrior, phrases: Phrases, rows: Sequence[int], chance: torch.Generator, *,
    whole: bool, forget: float = 0.0,
) -> Met:  # fmt: skip
    """``rows`` of the phrases at random times; ``whole``: all bars are to be drawn."""
    at = torch.as_tensor(rows)
    state = masks(len(at), phrases.opening[at], chance)
    if whole:
        state[:, WINDOW:] = FREE
        state[:, :WINDOW] = torch.where(phrases.opening[at], ABSENT, KNOWN)[:, None]
    t = torch.sigmoid(torch.randn(len(at), generator=chance))
    noise = torch.randn(len(at), 2 * WINDOW, prior.latent, generator=chance)
    told = phrases.known.rows(at)
    if forget:  # requests seldom say an attribute, so it is mostly without them that phrases must please
        told = told.forget(forget, chance)
        told.said = told.said * (torch.rand(len(at), 1, generator=chance) < SAID)
    clean = prior.normal(phrases.latents[at])
    mixed = t[:, None, None] * clean + (1 - t[:, None, None]) * noise
    free = (state == FREE)[..., None]
    return Met(torch.where(free, mixed, clean), state, t, told, clean - noise)


def misses(velocity: Tensor, met: Met) -> Tensor:
    """The squared error of each phrase's velocity [N], a mean over its free numbers."""
    free = met.free
    return ((velocity - met.aim).square() * free).sum((1, 2)) / (free.sum((1, 2)) * velocity.shape[-1])


def refine(
    vae: MelodyVAE, reference: LatentPrior, snapshot: Snapshot, head: Head, tuning: Tuning, work: Path,
    told: Told = silent, stopped: Stopped = never, ears: Ears | None = None,
) -> tuple[LatentPrior, Progress] | None:  # fmt: skip
    """The prior, fine-tuned; None where held-out people like nothing of it better. All in float32."""
    pieces = pieces_of(snapshot)
    train, val = snapshot.votes("train", pieces), snapshot.votes("val", pieces)
    if min(each(train)) < tuning.least_each or min(each(val)) < 1:
        return None
    vae, reference = copy.deepcopy(vae).float().eval(), copy.deepcopy(reference).float().eval()
    known = phrases_of(vae, [pieces[one] for one in dict.fromkeys(e.work for e, _ in train)])
    own = joined(known, draw(vae, reference, known, tuning.draws, tuning.seed))
    heavy = weights(vae, head, own, tuning.price, ears)
    prior = copy.deepcopy(reference)
    for block in prior.blocks:
        vars(block)["dropout"] = tuning.dropout  # a plain number in each block

    def step(optimiser: torch.optim.Optimizer, number: int) -> Tensor:
        chance = torch.Generator().manual_seed(tuning.seed * 7919 + number)
        rows = drawn(len(own), tuning, number)
        met = meet(prior, own, rows, chance, whole=False, forget=tuning.forget)
        velocity = prior(met.x, met.state, met.t, met.told)
        with torch.no_grad():
            before = reference(met.x, met.state, met.t, met.told)
            silent = met.told.unsaid()
            aim = reference(met.x, met.state, met.t, silent)
        far = misses(velocity, replace(met, aim=before))
        moved = misses(prior(met.x, met.state, met.t, silent), replace(met, aim=aim))
        loss = (heavy[rows] * misses(velocity, met)).mean() + tuning.anchor * far.mean()
        loss = loss + tuning.still * moved.mean()
        return down(loss, prior, optimiser)

    held = Held.of(vae, head, val, pieces)
    state = improve(prior, tuning, work / "prior.pt", step, lambda: held.loss(prior), "prior", told, stopped)
    return None if state is None else (prior, state)


@dataclass(frozen=True, slots=True)
class Held:
    """Held-out people: a head of their own votes, and what they asked for, to be drawn again.

    ``head`` is theirs, beside what the ``other`` one says (:func:`models.reward.borne_out`).
    """

    vae: MelodyVAE
    other: Head
    head: Head
    like: Phrases
    named: Tensor  # [N, F of a tune that are not its phrases']

    @classmethod
    def of(cls, vae: MelodyVAE, other: Head, votes: Sequence[Vote], pieces: dict[str, Piece]) -> Held:
        """Of these votes, of which both kinds are there."""
        names = list(dict.fromkeys(example.work for example, _ in votes))
        seen = dict(zip(names, features(vae, [pieces[name] for name in names]), strict=True))
        head = borne_out(other, votes, seen, care(vae))
        some = [pieces[name] for name in names[:ASKED]]
        place = [name for name in names[:ASKED] for _ in pieces[name].phrases]
        return cls(
            vae, other, head, phrases_of(vae, some), torch.stack([seen[name][width(vae) :] for name in place])
        )

    def loss(self, prior: LatentPrior) -> float:
        """The chance that they do not like what the prior draws for them; the same noise each time."""
        drawn = draw(self.vae, prior, self.like, LOOKS, seed=2)
        named = self.named.repeat_interleave(LOOKS, 0)
        told = torch.zeros(len(drawn), len(self.other.weight), dtype=torch.float64)
        for meter, mine in by_meter(drawn):
            found = phrase_features(self.vae, [drawn.steps[at] for at in mine], meter)
            told[mine] = torch.cat([found, named[mine]], 1)
        return 1 - float(self.head(beside(self.other, told)).sigmoid().mean())
