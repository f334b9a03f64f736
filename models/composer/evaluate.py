"""The figures on the composer's card: reconstruction of held-out tunes, and tunes made to order.

``recon_*``: a window is encoded, its latents' mean decoded with every step drawn at temperature 1
(``recon_4bar_argmax``: the likeliest step); a step is right when it equals the original's.
The made-to-order figures are over requests that are never chosen by hand: the first seeds of
every mode and rhythm.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from atelier.errors import AtelierError
from atelier.figures import Figure, Figures
from atelier.provenance import fields
from atelier.requests import MelodyRequest, Rhythm
from atelier.versions import open_version, write_card
from models.composer.attributes import ATTRIBUTES, measure, scaled
from models.composer.compose import Draft, compose
from models.composer.compose import Tune as Made
from models.composer.data import Tune, Windows, read_tunes
from models.composer.faces import faces
from models.composer.generate import Composer
from models.composer.grid import METERS, REST, WINDOW, pitch_class
from models.composer.hearing import EXCERPT, Ears, excerpt
from models.composer.notation import pieces
from models.composer.taste import INSTRUMENT_RANGE
from models.composer.wishes import chance, wishes

ORDERED: tuple[Rhythm, ...] = (
    "reel", "jig", "hornpipe", "air", "song", "hymn", "waltz", "march", "lullaby",
)  # fmt: skip
LONGEST_RUN = 12  # notes


def evaluate(
    composer: Composer, data: Path | None, *, limit: int | None = None, train_data: Path | None = None
) -> Figures:
    """Measure ``composer`` on a pack or a folder of packs; the splits ``train`` and ``val`` are not used.

    ``limit``: that many windows and that many tunes made to order. Without ``data`` what needs
    real tunes is left out; ``copied_runs`` needs ``train_data``.
    """
    found: list[Figure] = []
    ears = Ears.load(composer.folder)
    real: list[Tune] = []
    if data is not None:
        real = [tune for tune in read_tunes(data) if tune.split not in ("train", "val")]
        found += reconstruction(composer, real, limit)
    made = order(composer, limit)
    found += heard(ears, made, real)
    found += wellformed(made, real)
    found.append(control_density(composer, 8 if limit is None else 2))
    found += times(composer, 7 if limit is None else 1)
    if train_data is not None:
        known = [tune for tune in read_tunes(train_data) if tune.split == "train"]
        found.append(copied(made, known))
    return Figures("composer", composer.version, tuple(found))


def carded(folder: Path, figures: Figures) -> None:
    """Write ``figures`` on the card of the version in ``folder``."""
    card = dict(open_version(folder).card)
    card.pop("files")
    write_card(folder, {**card, "figures": figures.as_dict()["figures"]})


# Reconstruction


@torch.no_grad()
def reconstruction(composer: Composer, real: Sequence[Tune], limit: int | None) -> list[Figure]:
    """``recon_2bar`` and ``recon_4bar`` over phrases of held-out tunes."""
    windows = Windows(real, stride=WINDOW)
    if not len(windows):
        return []
    shares: dict[str, list[float]] = {"2bar": [], "4bar": [], "argmax": []}
    generator = torch.Generator().manual_seed(0)
    share = 1.0 if limit is None else min(1.0, limit / len(windows))
    for size, steps, known in windows.batches(256):
        kept = max(1, round(share * len(steps)))
        steps, told = steps[:kept], known.rows(range(kept)).to("cpu", torch.float64)
        half = steps.clone()
        half[:, 2 * size :] = REST
        for name, given, temperature in (("4bar", steps, 1.0), ("argmax", steps, 1e-4), ("2bar", half, 1.0)):
            z, _ = composer.vae.encoder(given, told.meter)
            lots = torch.rand(steps.shape, generator=generator, dtype=torch.float64)
            drawn = composer.vae.decoder.sample(z, told, size, lots, temperature)
            until = 2 * size if name == "2bar" else 4 * size
            right = (drawn == steps)[:, :until].double().mean(dim=1)
            shares[name] += right.tolist()
    mean = {name: float(np.mean(values)) for name, values in shares.items()}
    return [
        Figure("recon_2bar", mean["2bar"], "share of steps", bar=0.96),
        Figure("recon_4bar", mean["4bar"], "share of steps", bar=0.92),
        Figure("recon_4bar_argmax", mean["argmax"], "share of steps"),
    ]


# Tunes made to order


def order(composer: Composer, limit: int | None) -> list[Made]:
    """Eight-bar tunes of every rhythm and mode, first seeds; four of each, or ``limit`` in all."""
    requests = [
        MelodyRequest(description=f"a {rhythm} in {key}", rhythm=rhythm, key=key, seed=seed, length=8)
        for seed in range(4)
        for rhythm in ORDERED
        for key in ("D major", "A minor")
    ][:limit]
    made = composer.compose(requests)
    return [tune for tune in made if not isinstance(tune, AtelierError)]


def heard(ears: Ears, made: Sequence[Made], real: Sequence[Tune]) -> list[Figure]:
    """Mode, key and meter asked and heard, over what the same ears get right on real tunes."""
    ceilings: dict[str, float] = {}
    test = [(tune, notes) for tune in real if len(notes := excerpt(tune, EXCERPT)) >= 8]
    if test:
        keys = [(ears.key(notes), tune) for tune, notes in test]
        ceilings["mode"] = float(np.mean([mode == ("major", "minor")[t.mode - 1] for (_, mode), t in keys]))
        ceilings["key"] = float(np.mean([tonic == pitch_class(t.key) for (tonic, _), t in keys]))
        ceilings["meter"] = float(np.mean([ears.meter(notes) == tune.meter for tune, notes in test]))
    keys_made = [(ears.key(tune.notes), tune.wished) for tune in made]
    got = {
        "mode": float(np.mean([mode == wished.mode for (_, mode), wished in keys_made])),
        "key": float(np.mean([tonic == pitch_class(wished.key) for (tonic, _), wished in keys_made])),
        "meter": float(np.mean([ears.meter(tune.notes) == tune.wished.meter for tune in made])),
    }
    bars = {"mode": 0.95, "meter": 0.98, "key": None}
    return [
        Figure(
            f"{name}_heard",
            got[name] / ceilings.get(name, 1.0),
            "over the ears' accuracy on real tunes" if ceilings else "share heard",
            bar=bars[name] if ceilings else None,
            baselines={"share heard": got[name], **({"real tunes": ceilings[name]} if ceilings else {})},
        )
        for name in ("mode", "meter", "key")
    ]


def wellformed(made: Sequence[Made], real: Sequence[Tune]) -> list[Figure]:
    """Endings, bars that add up as they are written, and the instrument's range."""
    ends = [tune.notes[-1][2] % 12 == pitch_class(tune.wished.key) for tune in made]
    forced = [tune.closed_by_rule for tune in made]
    low, high = INSTRUMENT_RANGE
    inside = [low <= note[2] <= high for tune in made for note in tune.notes]
    sums = [
        sum(piece.length for piece in bar) == METERS[tune.wished.meter]
        for tune in made
        for bar in pieces(tune.notes, tune.wished.meter, tune.wished.length)
    ]
    true = [tune.notes[-1][2] % 12 == pitch_class(tune.key) for tune in real]
    ceiling = float(np.mean(true)) if true else None
    return [
        Figure("tonic_end", float(np.mean(ends)), "share of tunes", bar=0.95, ceiling=ceiling),
        Figure("tonic_end_by_model", 1 - float(np.mean(forced)), "share of tunes", ceiling=ceiling),
        Figure("bars_add_up", float(np.mean(sums)), "share of bars", bar=1.0),
        Figure("in_range", float(np.mean(inside)), "share of notes", bar=1.0),
    ]


def control_density(composer: Composer, seeds: int) -> Figure:
    """Spearman's rank correlation between the density asked for and got, five wishes a seed."""
    drafts, asked = [], []
    for seed in range(seeds):
        for density in (-1.5, -0.75, 0.0, 0.75, 1.5):
            request = MelodyRequest(description="a song", rhythm="song", length=4, seed=seed)
            rng = chance(request)
            wished = wishes(request, rng)
            drafts.append(Draft(wished.with_density(density), rng))
            asked.append(density)
    made = compose(composer.vae, composer.prior, drafts)
    place = ATTRIBUTES.index("density")
    got = [float(scaled(measure(tune.steps, tune.wished.meter))[place]) for tune in made]
    return Figure("control_density", spearman(asked, got), "Spearman's rho", bar=0.9)


def spearman(asked: Sequence[float], got: Sequence[float]) -> float:
    """Pearson's correlation of ranks, ties sharing their mean rank."""
    ranks = []
    for values in (asked, got):
        array = np.asarray(values)
        ranks.append(np.asarray([np.mean(np.flatnonzero(np.sort(array) == value)) for value in array]))
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def times(composer: Composer, repeats: int) -> list[Figure]:
    """Milliseconds for sixteen bars of notes and for the four faces, p50 of ``repeats``.

    ``*_cpu_ms`` is the processor's time for the same, which other work on the machine does not
    lengthen.
    """
    spent: dict[str, list[float]] = {"tune": [], "faces": [], "tune_cpu": [], "faces_cpu": []}
    for seed in range(repeats):
        request = MelodyRequest(description="a slow, sad waltz", length=16, seed=seed)
        began = time.perf_counter(), time.process_time()
        tune = composer.compose([request])[0]
        ended = time.perf_counter(), time.process_time()
        assert isinstance(tune, Made)
        faces(tune, fields("composer", composer.version, request, "en"))
        shown = time.perf_counter(), time.process_time()
        for name, start, stop in (("tune", began, ended), ("faces", ended, shown)):
            spent[name].append(1000 * (stop[0] - start[0]))
            spent[f"{name}_cpu"].append(1000 * (stop[1] - start[1]))
    middle = {name: statistics.median(values) for name, values in spent.items()}
    return [
        Figure("tune_ms", middle["tune"], "ms", bar=400, sense="at most"),
        Figure("faces_ms", middle["faces"], "ms", bar=2000, sense="at most"),
        Figure("tune_cpu_ms", middle["tune_cpu"], "ms"),
        Figure("faces_cpu_ms", middle["faces_cpu"], "ms"),
    ]


# Originality


def copied(made: Sequence[Made], known: Sequence[Tune]) -> Figure:
    """Share of tunes with a run of over twelve notes whose intervals and durations a training tune has."""
    runs = {run for tune in known for run in windows_of(tune.notes)}
    share = float(np.mean([any(run in runs for run in windows_of(tune.notes)) for tune in made]))
    return Figure("copied_runs", share, "share of tunes", bar=0.01, sense="at most")


def windows_of(notes: Sequence[Sequence[int]]) -> list[tuple[tuple[int, int], ...]]:
    """Every run of thirteen notes as (interval, duration) pairs; the last one's duration is free."""
    moves = [(b[2] - a[2], a[1]) for a, b in pairwise(notes)]
    return [tuple(moves[at : at + LONGEST_RUN]) for at in range(len(moves) - LONGEST_RUN + 1)]
