"""From a snapshot of votes and the version that serves to a new version folder with its card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from atelier.languages import Lang
from atelier.learning.rules import Split
from atelier.learning.snapshot import Snapshot
from atelier.versions import Version
from models.poet.data import words_of
from models.poet.generate import Poet
from models.poet.kto import Tuning, lessons, tune_language
from models.poet.liked import MOST, Said
from models.poet.liked import learn as learn_words
from models.poet.reward import learn
from models.poet.strength import bearable
from models.poet.trial import judge
from models.poet.version import save_head, save_liked, save_tongue
from models.reward import Judged
from models.tuning import Stopped, Told, never, renewed, sentenced, silent, tuned

__all__ = ["Tuning", "heads", "judged", "tune"]


def heads(parent: Path, snapshot: Snapshot, device: str = "cpu") -> list[Judged]:
    """What a reward head on the features of the version in ``parent`` is worth, language by language."""
    return [worth for _, worth in learn(Poet.load(parent, device), snapshot)]


def tune(
    parent: Path, snapshot: Snapshot, out: Path, tuning: Tuning | None = None, *, device: str = "cpu",
    told: Told = silent, stopped: Stopped = never,
) -> Version | None:  # fmt: skip
    """Fine-tune the version in ``parent`` on ``snapshot`` and write the result under ``out``.

    None: no language has votes enough, or held-out people like none of it better. See :func:`tuned`.
    """
    tuning = tuning or Tuning()

    def learnt(before: Version, new: Path, work: Path) -> dict[str, Any]:
        poet, trained = Poet.load(before.folder, device), dict[str, Any]()
        # The gate could not tell whether people like the others more, and would refuse all for their sake.
        told_apart = {worth.part for _, worth in learn(poet, snapshot) if worth.sure}
        for lang, tongue in list(poet.tongues.items()):
            if lang not in told_apart:
                continue
            votes = lessons(poet, snapshot, lang)
            liked = liked_words(poet, snapshot, lang)
            found = tune_language(tongue.network, votes, tuning, work / f"{lang}.pt", lang, told, stopped)
            if not liked and found is None:
                continue
            whole = replace(tongue, liked=renewed(tongue.liked, liked, MOST))
            about: dict[str, Any] = {}
            if found is not None:
                whole, state = replace(whole, network=found[0]), found[1]
                about = {"votes": len(votes["train"]), "held_out_votes": len(votes["val"]), **state.on_card()}
            way = bearable(poet, lang, whole, stopped)
            if way is None:
                continue
            poet.tongues[lang], share = way
            save_tongue(new, poet.tongues[lang])
            save_liked(new, lang, poet.tongues[lang].liked)
            save_head(new, lang, None)
            trained[lang] = {**about, "words": poet.tongues[lang].liked, "share": share}
        for head, worth in learn(poet, snapshot) if trained else ():  # by the networks as they are now
            save_head(new, worth.part, head)
            trained.setdefault(worth.part, {})["head"] = worth.on_card()
        return trained

    return tuned("poet", parent, snapshot, out, tuning, "KTO", learnt)


def liked_words(poet: Poet, snapshot: Snapshot, lang: Lang) -> dict[str, float]:
    """Which words people like in poems of ``lang``, in nats."""
    automaton = poet.automata[lang]

    def said(split: Split) -> list[Said]:
        found: dict[str, Said] = {}
        for example, ballot in snapshot.votes(split):
            if example.result.get("lang") != lang:
                continue
            one = found.get(example.work)
            if one is None:
                words = {word for line in example.result["lines"] for word in words_of(line, lang)}
                numbers = [automaton.index[word] for word in words if word in automaton.index]
                one = Said(frozenset(automaton.words[n] for n in numbers if automaton.telling[n]), 0.0, 0.0)
            more = (ballot.weight, 0.0) if ballot.liked else (0.0, ballot.weight)
            found[example.work] = replace(one, liked=one.liked + more[0], disliked=one.disliked + more[1])
        return list(found.values())

    return learn_words(said("train"), said("val"))


def judged(made: Version, parent: Path, snapshot: Snapshot, *, device: str = "cpu") -> Version:
    """``made`` with the gate's verdict on its card: :mod:`models.gate`, against the version in ``parent``.

    What people like is told by heads that learn from ``snapshot``.
    """

    def verdict() -> Any:
        current = Poet.load(parent, device)
        foretold = {about.part: head for head, about in learn(current, snapshot) if about.sure}
        return judge(Poet.load(made.folder, device), current, foretold)

    return sentenced(made, verdict)
