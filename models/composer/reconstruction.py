"""The figures of the VAE alone: how well real phrases come back, and how evenly two turn into one another.

A step is right when it equals the original's (an onset of the same pitch, a hold, a rest). Steps
are drawn at temperature 1 from the mean of the latents, ``argmax``: the likeliest is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from atelier.figures import Figure
from models.composer.attributes import ending, measure, scaled
from models.composer.between import LIKELIEST, between
from models.composer.compose import one_thread
from models.composer.data import Conditions, Tune, Windows, conditions
from models.composer.grid import METER_NAMES, METERS, WINDOW
from models.composer.network import MelodyVAE

LONG = 16  # bars
POINTS = 16
PAIRS = 40


def reconstruction(vae: MelodyVAE, real: Sequence[Tune], limit: int | None) -> list[Figure]:
    """``recon_*`` and ``interpolation`` over phrases of held-out tunes, ``limit`` of them."""
    windows = Windows(real, stride=WINDOW)
    if not len(windows):
        return []
    with one_thread(), torch.no_grad():
        shares = phrases(vae, windows, limit)
        whole = long_stretches(vae, real, limit)
        even = interpolation(vae, windows, PAIRS if limit is None else max(2, limit // 4))
    mean = {name: float(np.mean(values)) for name, values in shares.items()}
    found = [
        Figure("recon_2bar", mean["2bar"], "share of steps", bar=0.96),
        Figure("recon_4bar", mean["4bar"], "share of steps", bar=0.92),
    ]
    if whole:
        found.append(Figure("recon_16bar", float(np.mean(whole)), "share of steps", bar=0.82))
    found.append(Figure("recon_4bar_argmax", mean["argmax"], "share of steps"))
    found.append(Figure("recon_4bar_unsaid", mean["unsaid"], "share of steps"))
    if even:
        found.append(
            Figure(
                "interpolation", float(np.mean(even)), "largest step over mean step", bar=2.5, sense="at most"
            )
        )
    return found


def phrases(vae: MelodyVAE, windows: Windows, limit: int | None) -> dict[str, list[float]]:
    """Shares of right steps of every phrase: ``4bar``, its ``argmax``, ``unsaid`` and ``2bar``.

    The decoder is told the original's mode, style, ending, place in the tune and attributes; ``unsaid``:
    nothing but the meter. Two bars are given to the network twice over, as a phrase of four, and the first
    two are compared.
    """
    shares: dict[str, list[float]] = {"2bar": [], "4bar": [], "argmax": [], "unsaid": []}
    generator = torch.Generator().manual_seed(0)
    alone = torch.Generator().manual_seed(0)  # a figure that came later moves no other one's chance
    share = 1.0 if limit is None else min(1.0, limit / len(windows))
    for size, steps, known in windows.batches(256):
        kept = max(1, round(share * len(steps)))
        steps, told = steps[:kept], known.rows(range(kept)).to("cpu", torch.float64)
        half = steps[:, : 2 * size].repeat(1, 2)
        tries = (
            ("4bar", steps, told, 1.0),
            ("argmax", steps, told, LIKELIEST),
            ("2bar", half, measured(told, half), 1.0),
            ("unsaid", steps, told.unsaid(), 1.0),
        )
        for name, given, said, temperature in tries:
            z, _ = vae.encoder(given, said.meter)
            by = alone if name == "unsaid" else generator
            lots = torch.rand(steps.shape, generator=by, dtype=torch.float64)
            drawn = vae.decoder.sample(z, said, size, lots, temperature)
            until = 2 * size if name == "2bar" else 4 * size
            shares[name] += (drawn == given)[:, :until].double().mean(dim=1).tolist()
    return shares


def measured(known: Conditions, steps: Tensor) -> Conditions:
    """``known`` with the attributes and endings that ``steps`` have themselves."""
    meters = [METER_NAMES[meter] for meter in known.meter.tolist()]
    rows = list(zip(steps.numpy(), meters, strict=True))
    figures = torch.from_numpy(np.stack([scaled(measure(row, meter)) for row, meter in rows]))
    ends = torch.tensor([ending(row, meter) for row, meter in rows])
    return replace(known, end=ends, figures=figures.to(known.figures.dtype))


def long_stretches(vae: MelodyVAE, real: Sequence[Tune], limit: int | None) -> list[float]:
    """Shares of right steps of the first sixteen bars of each tune that has so many.

    Sixteen bars are four phrases of four bars, each with its own latents, drawn one after another.
    """
    long = [tune for tune in real if tune.bars >= tune.first + LONG][:limit]
    shares = []
    generator = torch.Generator().manual_seed(0)
    for size in sorted({METERS[tune.meter] for tune in long}):
        mine = [tune for tune in long if METERS[tune.meter] == size]
        places = [(tune, tune.first + bar) for tune in mine for bar in range(0, LONG, WINDOW)]
        steps = torch.from_numpy(np.stack([tune.window(bar) for tune, bar in places]))
        told = conditions(places).to("cpu", torch.float64)
        z, _ = vae.encoder(steps, told.meter)
        lots = torch.rand(steps.shape, generator=generator, dtype=torch.float64)
        drawn = vae.decoder.sample(z, told, size, lots, 1.0)
        shares += (drawn == steps).double().view(len(mine), -1).mean(dim=1).tolist()
    return shares


def interpolation(vae: MelodyVAE, windows: Windows, pairs: int) -> list[float]:
    """Largest step over mean step on the way between two phrases, for pairs of the same meter.

    Sixteen points at even shares of the way, as *blend* goes it (:mod:`models.composer.between`);
    a step is the share of sixteenths that change from one point to the next.
    """
    rng = np.random.default_rng(0)
    found = []
    shares = [point / (POINTS - 1) for point in range(POINTS)]
    for size in windows.sizes:
        known = windows.known[size].to("cpu", torch.float64)
        for meter in sorted(set(known.meter.tolist())):
            rows = np.flatnonzero(known.meter.numpy() == meter)
            for _ in range(max(1, round(pairs * len(rows) / len(windows))) if len(rows) > 1 else 0):
                one, two = (int(row) for row in rng.choice(rows, 2, replace=False))
                z, _ = vae.encoder(windows.steps[size][[one, two]], known.meter[[one, two]])
                path = between(vae, z[:1], z[1:], known.rows([one]), known.rows([two]), size, shares)
                moves = [float((a != b).double().mean()) for a, b in pairwise(path)]
                if sum(moves):
                    found.append(max(moves) / (sum(moves) / len(moves)))
    return found
