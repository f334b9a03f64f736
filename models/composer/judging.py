"""What is measured of tunes that were made: what is heard of them, how alike to real ones they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from atelier.figures import Figure
from models.composer.commissions import comparable
from models.composer.compose import Tune as Made
from models.composer.data import MODES, STYLES, Tune
from models.composer.faces import notated
from models.composer.grid import pitch_class
from models.composer.hearing import EXCERPT, RHYTHMS, Ears, excerpt
from models.composer.likeness import overlaps
from models.composer.proof import bars_right, notes_playable

REAL = "real tunes"  # the baseline's name
EARS = {"mode": 0.95, "meter": 0.98, "rhythm": 0.85, "key": None}  # with their bars
LONGEST_RUN = 12  # notes


def heard(ears: Ears, made: Sequence[Made], real: Sequence[Tune]) -> list[Figure]:
    """Mode, key, meter and rhythm asked and heard, over what the same ears get right on real tunes."""
    ceilings: dict[str, float] = {}
    test = [(tune, notes) for tune in real if len(notes := excerpt(tune, EXCERPT)) >= 8]
    if test:
        keys = [(ears.key(notes), tune) for tune, notes in test]
        ceilings["mode"] = float(np.mean([mode == MODES[t.mode] for (_, mode), t in keys]))
        ceilings["key"] = float(np.mean([tonic == pitch_class(t.key) for (tonic, _), t in keys]))
        ceilings["meter"] = float(np.mean([ears.meter(notes) == tune.meter for tune, notes in test]))
    keys_made = [(ears.key(tune.notes), tune.wished) for tune in made]
    got = {
        "mode": float(np.mean([mode == wished.mode for (_, mode), wished in keys_made])),
        "key": float(np.mean([tonic == pitch_class(wished.key) for (tonic, _), wished in keys_made])),
        "meter": float(np.mean([ears.meter(tune.notes) == tune.wished.meter for tune in made])),
    }
    if len(ears.style_weights):
        got["rhythm"] = recall(
            [(t.wished.rhythm, ears.rhythm(t.notes)) for t in made if t.wished.rhythm in RHYTHMS]
        )
        ceiling = recall([(STYLES[t.style], ears.rhythm(n)) for t, n in test if STYLES[t.style] in RHYTHMS])
        if ceiling:
            ceilings["rhythm"] = ceiling
    found = [over(name, got[name], ceilings.get(name), bar) for name, bar in EARS.items() if name in got]
    for rhythm in ("waltz", "march"):
        asked = [tune for tune in made if tune.wished.rhythm == rhythm]
        shares = {
            name: float(np.mean(right))
            for name, right in (
                ("made", [ears.by_rule(rhythm, t.notes, t.wished.tempo) for t in asked]),
                ("real tunes", [ears.by_rule(rhythm, n, t.tempo) for t, n in test if t.rhythm == rhythm]),
            )
            if right
        }
        if made_share := shares.pop("made", None):
            found.append(Figure(f"{rhythm}_heard", made_share, "share, by rule", bar=0.85, baselines=shares))
    return found


def over(name: str, got: float, ceiling: float | None, bar: float | None) -> Figure:
    """The figure ``NAME_heard``: the share heard over ``ceiling``, that of real tunes."""
    if not ceiling:
        return Figure(f"{name}_heard", got, "share heard")
    unit = "over the ears' accuracy on real tunes"
    return Figure(
        f"{name}_heard", got / ceiling, unit, bar=bar, baselines={"share heard": got, REAL: ceiling}
    )


def recall(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean over rhythms of the share of their tunes that were heard as such; 0 without any."""
    by_name: dict[str, list[bool]] = {}
    for asked, found in pairs:
        by_name.setdefault(asked, []).append(asked == found)
    return float(np.mean([np.mean(right) for right in by_name.values()])) if by_name else 0.0


def overlap(made: Sequence[Made], real: Sequence[Tune]) -> list[Figure]:
    """``overlap``, the least of the overlaps with real tunes, and each of them.

    Beside them: those of one half of the real tunes with the other.
    """
    pool = [(excerpt(tune, EXCERPT), tune.meter) for tune in comparable(real)]
    if len(pool) < 2 or not made:
        return []
    got = overlaps([(tune.notes, tune.wished.meter) for tune in made], pool)
    halves = overlaps(pool[::2], pool[1::2])
    least = Figure(
        "overlap", min(got.values()), "the least of these", bar=0.8, baselines={REAL: min(halves.values())}
    )
    each = [
        Figure(f"overlap_{name}", value, "share of the distribution", baselines={REAL: halves[name]})
        for name, value in got.items()
    ]
    return [least, *each]


def wellformed(made: Sequence[Made], real: Sequence[Tune], played: Sequence[Made] = ()) -> list[Figure]:
    """Endings, and in the files: bars that add up, notes that the instruments have (``played`` on others)."""
    ends = [tune.notes[-1][2] % 12 == pitch_class(tune.wished.key) for tune in made]
    forced = [tune.closed_by_rule for tune in made]
    sums: list[bool] = []
    inside: list[bool] = []
    for tune in (*made, *played):
        mid, text = notated(tune, {})
        sums += bars_right(text, mid, tune.wished.length)
        inside += notes_playable(mid)
    true = [tune.notes[-1][2] % 12 == pitch_class(tune.key) for tune in real]
    ceiling = {REAL: float(np.mean(true))} if true else {}
    return [
        Figure("tonic_end", float(np.mean(ends)), "share of tunes", bar=0.95, baselines=ceiling),
        Figure("tonic_end_by_model", 1 - float(np.mean(forced)), "share of tunes", baselines=ceiling),
        Figure("bars_add_up", float(np.mean(sums)), "share of bars", bar=1.0),
        Figure("in_range", float(np.mean(inside)), "share of notes", bar=1.0),
    ]


def copied(made: Sequence[Made], known: Sequence[Tune]) -> Figure:
    """Share of tunes with a run of over twelve notes whose intervals and durations a training tune has."""
    runs = {run for tune in known for run in windows_of(tune.notes)}
    share = float(np.mean([any(run in runs for run in windows_of(tune.notes)) for tune in made]))
    return Figure("copied_runs", share, "share of tunes", bar=0.01, sense="at most")


def windows_of(notes: Sequence[Sequence[int]]) -> list[tuple[tuple[int, int], ...]]:
    """Every run of thirteen notes as (interval, duration) pairs; the last one's duration is free."""
    moves = [(b[2] - a[2], a[1]) for a, b in pairwise(notes)]
    return [tuple(moves[at : at + LONGEST_RUN]) for at in range(len(moves) - LONGEST_RUN + 1)]
