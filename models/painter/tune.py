"""From a snapshot of votes and the painter that serves to a new version folder with its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atelier.learning.snapshot import Snapshot
from atelier.versions import Version
from models.gate import Gate
from models.painter.generate import FILE, Painter
from models.painter.refine import Tuning, refine
from models.painter.reward import features, latents_of, learn, learn_from, sight_of, works_of
from models.painter.strength import bearable
from models.painter.trial import judge
from models.reward import Judged
from models.tuning import Stopped, Told, never, put_part, sentenced, silent, tuned

__all__ = ["Tuning", "heads", "judged", "tune"]


def heads(parent: Path, snapshot: Snapshot, device: str = "cpu") -> list[Judged]:
    """What a reward head on what the version in ``parent`` sees is worth."""
    found = learn(Painter.load(parent, device), snapshot)
    return [] if found is None else [found[1]]


def tune(
    parent: Path, snapshot: Snapshot, out: Path, tuning: Tuning | None = None, *, device: str = "cpu",
    told: Told = silent, stopped: Stopped = never,
) -> Version | None:  # fmt: skip
    """Fine-tune the version in ``parent`` on ``snapshot`` and write the result under ``out``.

    None: too few votes, or held-out people like nothing of it better. See :func:`tuned`.
    """
    tuning = tuning or Tuning()

    def learnt(before: Version, new: Path, work: Path) -> dict[str, Any]:
        painter = Painter.load(before.folder, device)
        works, sight = works_of(painter, snapshot), sight_of(painter)
        seen = features(sight, works, latents_of(painter, works))
        found = learn_from(snapshot, sight, seen)
        if found is None or not found[1].sure:
            return {}
        taste, worth = found
        better = refine(painter, taste, works, seen, snapshot, tuning, work, told, stopped)
        if better is None or (way := bearable(painter, better[0], stopped)) is None:
            return {}
        generator, share = way
        put_part(new / FILE, "generator", generator)
        taste.save(new)
        return {"generator": {**better[1].on_card(), "share": share}, "head": worth.on_card()}

    return tuned("painter", parent, snapshot, out, tuning, "anchored reward, in one pass", learnt)


def judged(made: Version, parent: Path, snapshot: Snapshot, *, device: str = "cpu") -> Version:
    """``made`` with the gate's verdict on its card: :mod:`models.gate`, against the version in ``parent``."""

    def verdict() -> Gate:
        current = Painter.load(parent, device)
        found = learn(current, snapshot)
        taste = found[0] if found and found[1].sure else None
        return judge(Painter.load(made.folder, device), current, taste)

    return sentenced(made, verdict)
