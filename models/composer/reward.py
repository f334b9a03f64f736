"""How a tune would please: what the frozen VAE sees in its phrases, for :mod:`models.reward`.

A phrase of four bars is told by the means of its latents, its attributes and how its notes move; a tune
by the mean of its phrases, and by what it is: mode, tempo, meter, rhythm. All of it is linear in the
phrases, so that a head on tunes says of a single phrase what that one does to its tune.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import torch
from torch import Tensor

from atelier.learning.snapshot import Snapshot
from atelier.requests import Rhythm
from models.composer.attributes import ATTRIBUTES, measure, scaled
from models.composer.gait import leaps
from models.composer.grid import METER_NAMES, METERS, WINDOW, Steps, to_steps
from models.composer.network import MelodyVAE
from models.composer.wishes import home_of
from models.reward import Head, Judged, judged

if TYPE_CHECKING:
    from models.composer.compose import Tune

PART = "melody"
RHYTHMS: tuple[str, ...] = get_args(Rhythm)
WIDTHS = (1, 3, 5)  # semitones where a move becomes a step, a third, a leap
BATCH = 256
CARE = 4.0  # of latents: there are many of them, and an attribute says more than any one


@dataclass(frozen=True, slots=True)
class Piece:
    """A tune as it is heard. ``phrases``: each [4 * sixteenths a bar]; ``tempo`` in quarters a minute."""

    phrases: tuple[Steps, ...]
    meter: str
    mode: str
    rhythm: str
    tempo: int


def of_tune(tune: Tune) -> Piece:
    """What was just composed."""
    wished = tune.wished
    phrases = _phrases(tune.steps, wished.steps_a_bar)
    return Piece(phrases, wished.meter, wished.mode, wished.rhythm, wished.tempo)


def of_result(result: Mapping[str, Any]) -> Piece | None:
    """A work of a snapshot. None: no tune of ours."""
    meter, notes = result.get("meter"), result.get("notes")
    if meter not in METERS or result.get("mode") not in ("major", "minor") or not notes:
        return None
    size = METERS[meter]
    steps = to_steps(notes, int(result["bars"]) * size, home_of(result["key"]))
    return Piece(
        _phrases(steps, size), meter, result["mode"], result.get("rhythm") or "", int(result["tempo"])
    )


def _phrases(steps: Steps, size: int) -> tuple[Steps, ...]:
    whole = np.resize(steps, -(-len(steps) // (WINDOW * size)) * WINDOW * size)
    return tuple(whole.reshape(-1, WINDOW * size))


def phrase_features(vae: MelodyVAE, phrases: Sequence[Steps], meter: str) -> Tensor:
    """Phrases in one meter → [N, latent + 9], double."""
    like = next(vae.parameters())
    found = []
    for at in range(0, len(phrases), BATCH):
        some = np.stack(phrases[at : at + BATCH])
        meters = torch.full((len(some),), METER_NAMES.index(meter), device=like.device)
        with torch.no_grad():
            mean, _ = vae.encoder(torch.from_numpy(some).to(like.device), meters)
        told = np.stack([np.concatenate([scaled(measure(one, meter)), _moves(one)]) for one in some])
        found.append(torch.cat([mean.mean(1).double().cpu(), torch.from_numpy(told).double()], 1))
    return torch.cat(found)


def width(vae: MelodyVAE) -> int:
    """How many of a tune's features are its phrases'."""
    return vae.encoder.heads.out_features // 2 + len(ATTRIBUTES) + len(WIDTHS) + 1


def _moves(steps: Steps) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Shares of the moves from note to note: repeated, by step, by thirds, leaps."""
    sizes = np.digitize(leaps(steps), WIDTHS)
    return np.bincount(sizes, minlength=len(WIDTHS) + 1) / max(1, len(sizes))


def features(vae: MelodyVAE, pieces: Sequence[Piece]) -> Tensor:
    """Tunes → [N, F], double: the mean of their phrases', and what they are."""
    rows: list[Tensor | None] = [None] * len(pieces)
    for meter in METERS:
        mine = [at for at, piece in enumerate(pieces) if piece.meter == meter]
        if mine:
            counts = [len(pieces[at].phrases) for at in mine]
            every = phrase_features(vae, [phrase for at in mine for phrase in pieces[at].phrases], meter)
            for at, some in zip(mine, torch.split(every, counts), strict=True):
                rows[at] = torch.cat([some.mean(0), _named(pieces[at])])
    return torch.stack([row for row in rows if row is not None])


def _named(piece: Piece) -> Tensor:
    told = [float(piece.mode == "minor"), math.log(piece.tempo / 110)]
    told += [float(piece.meter == meter) for meter in METERS]
    told += [float(piece.rhythm == rhythm) for rhythm in RHYTHMS]
    return torch.tensor(told, dtype=torch.float64)


def pieces_of(snapshot: Snapshot) -> dict[str, Piece]:
    """The tunes of a snapshot that can be read, by work."""
    found = {example.work: of_result(example.result) for example in snapshot.examples}
    return {work: piece for work, piece in found.items() if piece is not None}


def learn(vae: MelodyVAE, snapshot: Snapshot) -> tuple[Head, Judged] | None:
    """A head, and what it is worth on held-out people; None with too few votes."""
    pieces = pieces_of(snapshot)
    if not pieces:
        return None
    seen = features(vae, list(pieces.values()))
    return judged(PART, snapshot, dict(zip(pieces, seen, strict=True)), care(vae))


def care(vae: MelodyVAE) -> Tensor:
    """How much smaller than the others' each feature's weight is expected to be, [F]."""
    latent = vae.encoder.heads.out_features // 2
    told = torch.ones(width(vae) + 2 + len(METERS) + len(RHYTHMS), dtype=torch.float64)
    told[:latent] = CARE
    return told


def liking(head: Head, vae: MelodyVAE, tunes: Sequence[Tune]) -> Tensor:
    """The logit of each tune's being liked, [N]."""
    return head(features(vae, [of_tune(tune) for tune in tunes]))
