"""From a snapshot of votes and the composer that serves to a new version folder with its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atelier.learning.rules import Split
from atelier.learning.snapshot import Snapshot
from atelier.requests import MelodyRequest
from atelier.safety import words_for_model
from atelier.versions import Version
from models.composer import leaning, words
from models.composer.generate import WEIGHTS, Composer
from models.composer.hearing import Ears
from models.composer.leaning import Leaning, Said
from models.composer.manners import MANNERS, NEUTRAL
from models.composer.refine import Tuning, refine
from models.composer.reward import learn
from models.composer.strength import bearable
from models.composer.trial import judge
from models.gate import Gate
from models.reward import Judged
from models.tuning import Stopped, Told, never, put_part, renewed, sentenced, silent, tuned

__all__ = ["Tuning", "heads", "judged", "tune"]


def heads(parent: Path, snapshot: Snapshot, device: str = "cpu") -> list[Judged]:
    """What a reward head on the features of the version in ``parent`` is worth."""
    found = learn(Composer.load(parent, device).vae, snapshot)
    return [] if found is None else [found[1]]


def tune(
    parent: Path, snapshot: Snapshot, out: Path, tuning: Tuning | None = None, *, device: str = "cpu",
    told: Told = silent, stopped: Stopped = never,
) -> Version | None:  # fmt: skip
    """Fine-tune the version in ``parent`` on ``snapshot`` and write the result under ``out``.

    None: too few votes, or held-out people like nothing of it better. See :func:`tuned`. The networks are
    so small that they learn on the CPU, whatever ``device`` the studio has.
    """
    tuning = tuning or Tuning()

    def learnt(before: Version, new: Path, work: Path) -> dict[str, Any]:
        composer, trained = Composer.load(before.folder, device), dict[str, Any]()
        found = learn(composer.vae, snapshot)
        if found is None or not found[1].sure:
            return {}
        head, worth = found
        ears = Ears.load(before.folder)
        better = refine(composer.vae, composer.prior, snapshot, head, tuning, work, told, stopped, ears)
        if better is not None and (way := bearable(composer, better[0], stopped)) is not None:
            prior, share = way
            put_part(new / WEIGHTS, "prior", prior)
            trained["prior"] = {**better[1].on_card(), "share": share}
        leans = leaning_of(composer.leaning, snapshot)
        if leans != composer.leaning:
            leans.save(new)
            trained["leaning"] = {"modes": leans.modes, "rhythms": leans.rhythms}
        if trained:
            head.save(new)
            trained["head"] = worth.on_card()
        return trained

    return tuned("composer", parent, snapshot, out, tuning, "reward-weighted flow matching", learnt)


def leaning_of(before: Leaning, snapshot: Snapshot) -> Leaning:
    """How the choices that nobody made should be drawn from now on, on top of what was ``before``."""

    def said(split: Split, which: int, name: str) -> list[Said]:
        return [
            (str(example.result[name]), ballot.liked, ballot.weight)
            for example, ballot in snapshot.votes(split)
            if example.result.get(name) and open_choices(MelodyRequest.model_validate(example.request))[which]
        ]

    modes, rhythms = (
        leaning.learn(said("train", which, name), said("val", which, name))
        for which, name in enumerate(("mode", "rhythm"))
    )
    return Leaning(renewed(before.modes, modes, leaning.MOST), renewed(before.rhythms, rhythms, leaning.MOST))


def open_choices(request: MelodyRequest) -> tuple[bool, bool]:
    """Whether ``request`` leaves its mode, and its rhythm, to chance."""
    text = words_for_model(request.description)
    mood = request.mood or words.mood_in(text)
    manner = MANNERS[mood] if mood else NEUTRAL
    if request.steer is not None:
        return False, False
    said = request.key or words.key_in(text) or words.mode_in(text) or manner.mode
    return said is None, request.rhythm is None and words.rhythm_in(text) is None


def judged(made: Version, parent: Path, snapshot: Snapshot, *, device: str = "cpu") -> Version:
    """``made`` with the gate's verdict on its card: :mod:`models.gate`, against the version in ``parent``."""

    def verdict() -> Gate:
        current = Composer.load(parent, device)
        found = learn(current.vae, snapshot)
        head = found[0] if found and found[1].sure else None
        return judge(Composer.load(made.folder, device), current, head)

    return sentenced(made, verdict)
