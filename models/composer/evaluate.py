"""The figures on the composer's card: reconstruction of held-out tunes, and tunes made to order.

The made-to-order figures are over requests that are never chosen by hand: the first seeds of
every mode and rhythm, and (for the overlap) the conditions of held-out tunes. Beside them stand
real held-out tunes and a Markov chain of order 3 that was asked for the same.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from atelier.figures import Figure, Figures
from atelier.provenance import fields
from atelier.requests import MelodyRequest
from atelier.versions import open_version, write_card
from models.composer.commissions import by_chain, imitate, order, players
from models.composer.compose import CANDIDATES
from models.composer.compose import Tune as Made
from models.composer.control import control
from models.composer.data import Tune, read_tunes
from models.composer.faces import faces
from models.composer.generate import Composer
from models.composer.grid import WINDOW
from models.composer.hearing import Ears
from models.composer.judging import copied, heard, overlap, wellformed
from models.composer.markov import Chain
from models.composer.reconstruction import reconstruction

CHAIN = "Markov chain"  # the baseline's name


def evaluate(
    composer: Composer, data: Path | None, *, limit: int | None = None, train_data: Path | None = None,
    split: Literal["test", "val"] = "test",
) -> Figures:  # fmt: skip
    """Measure ``composer`` on a pack or a folder of packs: on all tunes that are not held for training.

    With ``split="val"`` on those that versions are chosen on instead. ``limit``: that many windows and
    that many tunes made to order. Without ``data`` what needs real tunes is left out; ``copied_runs``
    needs ``train_data``. The Markov chain is counted on ``train_data``; without it, its figures are the
    ones on the version's card.
    """
    found: list[Figure] = []
    ears = Ears.load(composer.folder)
    real: list[Tune] = []
    if data is not None:
        others = ("train", "val" if split == "test" else "test")
        real = [tune for tune in read_tunes(data) if tune.split not in others]
        found += reconstruction(composer.vae, real, limit)
    known: list[Tune] = []
    if train_data is not None:
        known = [tune for tune in read_tunes(train_data) if tune.split == "train"]
    chain = Chain(known) if known else None
    made = order(composer, limit)
    alike = imitate(composer, real, 144 if limit is None else limit)
    played = players(composer, limit)
    measured = [*heard(ears, made, real), *wellformed(made, real, played), *overlap(alike, real)]
    if known:
        measured.append(copied(made, known))
    if chain is not None:
        like_made, like_alike = by_chain(chain, made), by_chain(chain, alike)
        other = [*heard(ears, like_made, real), *wellformed(like_made, real), *overlap(like_alike, real)]
        other.append(copied(like_made, known))
        values = {figure.name: figure.value for figure in other}
    else:
        values = carded_baselines(composer)
    found += [beside(figure, values) for figure in measured]
    found += control(composer, range(8 if limit is None else 2))
    found += times(composer, 7 if limit is None else 1)
    return Figures("composer", composer.version, tuple(found))


def beside(figure: Figure, values: Mapping[str, float]) -> Figure:
    """``figure`` with the Markov chain's value of the same, if there is one."""
    if figure.name not in values or figure.name == "tonic_end_by_model":
        return figure
    return replace(figure, baselines={**figure.baselines, CHAIN: values[figure.name]})


def carded_baselines(composer: Composer) -> dict[str, float]:
    """The Markov chain's figures as the version's card has them."""
    rows = [row for row in composer.card.get("figures", []) if CHAIN in (row.get("baselines") or {})]
    return {row["name"]: row["baselines"][CHAIN] for row in rows}


def carded(folder: Path, figures: Figures) -> None:
    """Write ``figures`` on the card of the version in ``folder``."""
    card = dict(open_version(folder).card)
    card.pop("files")
    write_card(folder, {**card, "figures": figures.as_dict()["figures"]})


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
    spent["gait_cpu"] = judged(composer, repeats)
    middle = {name: statistics.median(values) for name, values in spent.items()}
    return [
        Figure("tune_ms", middle["tune"], "ms", bar=400, sense="at most"),
        Figure("faces_ms", middle["faces"], "ms", bar=2000, sense="at most"),
        Figure("tune_cpu_ms", middle["tune_cpu"], "ms"),
        Figure("faces_cpu_ms", middle["faces_cpu"], "ms"),
        Figure("gait_cpu_ms", middle["gait_cpu"], "ms of a reel's tune"),
    ]


def judged(composer: Composer, repeats: int) -> list[float]:
    """Milliseconds of the processor: the gait judges all the phrases drawn for sixteen bars of a reel."""
    spent = []
    for seed in range(repeats):
        [reel] = composer.compose([MelodyRequest(description="a reel", length=16, seed=seed)])
        assert isinstance(reel, Made)
        phrases = reel.steps.reshape(-1, WINDOW * reel.wished.steps_a_bar)
        began = time.process_time()
        for _ in range(CANDIDATES):
            for phrase in phrases:
                composer.gait.missed(phrase, reel.wished.meter, reel.wished.style)
                composer.gait.off_meter(phrase, reel.wished.meter)
        spent.append(1000 * (time.process_time() - began))
    return spent
