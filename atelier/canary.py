"""A candidate on trial: it gets a share of the requests, and people's votes promote it or take it back.

The gate has measured it; only people can say whether they like it more. Which requests are its own is
:mod:`atelier.shares`', what the votes say :mod:`atelier.evidence`'s, what follows from it is decided here,
by whichever front end looks, and written down in one transaction (:meth:`Store.end_trial`).
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from dataclasses import asdict
from typing import Any, cast

from atelier import metrics, registry
from atelier.artefacts import Shelf
from atelier.errors import PASSING, PersonError
from atelier.evidence import Evidence, weigh
from atelier.learning.rules import Bounds, Lesson, lessons
from atelier.settings import Settings
from atelier.store import Store, VersionRow
from atelier.store.trials import Trial
from atelier.versions import MODEL_OF, Model, open_version, shipped_folder

log = logging.getLogger(__name__)

# Caps, what a crowd on one work weighs, and who is held out, are for training.
_ALL = Bounds(votes=10**9, person=10**9, server=1, least_crowd=math.inf, val_in=10**18)
VERDICTS = 10  # of one person: a post says which version made it, so whoever wanted to could decide alone


def begin(
    store: Store, settings: Settings, model: Model, version: str, share: float | None = None
) -> Trial | None:
    """Put a candidate that passed the gate on trial, if the settings give it any requests.

    Raises :class:`BadInput` where it is no candidate, :class:`WeightsError` where it is damaged or nowhere,
    and ``Unavailable("artefacts-down")``.
    """
    given = settings.canary_share if share is None else share
    if not given:
        return None
    registry.check(store, model, version, Shelf.open(settings))
    current = store.current(model)
    against = current.version if current else open_version(shipped_folder(model), model=model).name
    trial = store.begin_trial(model, version, against, given)
    log.info("canary: %s %s gets %.0f %% of the requests", model, version, 100 * given)
    return trial


def after_gate(store: Store, settings: Settings, row: VersionRow) -> Trial | None:
    """What :func:`begin` does, of a version that was just trained; never twice for the same one."""
    last = store.trial(row.model)
    if row.status != "candidate" or (last is not None and last.version == row.version):
        return None
    return begin(store, settings, cast("Model", row.model), row.version)


class Watch:
    """Looks at the trials now and then; a front end calls :meth:`turn`, from a thread."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def turn(self) -> None:
        """Look at each."""
        for trial in self._store.running_trials():
            self.look(trial)

    def look(self, trial: Trial) -> str | None:
        """See what the votes say of one, and do what follows; how it ended, if it did."""
        evidence = verdicts(self._store, trial)
        seen = told(evidence)
        _count(trial, evidence)
        if seen != trial.seen:
            self._store.trial_seen(trial.id, seen)
        enough = 1 / self._settings.canary_alpha
        if evidence.voters < _ALL.least_voters:
            return None
        if evidence.better >= enough:
            return self._decide(trial, "promoted", seen)
        if evidence.worse >= enough:
            return self._decide(trial, "rolled-back", seen)
        if evidence.verdicts[0] >= self._settings.canary_most:
            self._end(trial, "undecided", seen)
            return "undecided"
        return None

    def _decide(self, trial: Trial, state: str, seen: dict[str, Any]) -> str | None:
        if self._settings.canary_auto:
            return state if self._end(trial, state, seen) else None
        # By hand: it is said once, and the trial goes on.
        self._store.add_news(
            f"trial {trial.id} says {state}", f"canary-says-{state}", model=trial.model, **params(trial, seen)
        )
        return None

    def _end(self, trial: Trial, state: Any, seen: dict[str, Any]) -> bool:
        key = f"canary-{state}"
        if state == "promoted":
            try:
                shelf = Shelf.open(self._settings)
                registry.check(self._store, cast("Model", trial.model), trial.version, shelf)
            except PersonError as fault:  # it pleased, and is not what it was: what serves goes on
                if fault.key in PASSING:  # nobody can know now
                    raise
                log.error("canary: %s %s: %s", trial.model, trial.version, fault)
                state, key = "rolled-back", "canary-damaged"
        if not self._store.end_trial(trial, state, seen, key, **params(trial, seen)):
            return False
        metrics.TRIALS.labels(trial.model, state).inc()
        log.warning("canary: %s %s: %s, %s", trial.model, trial.version, state, seen)
        return True


def verdicts(store: Store, trial: Trial) -> Evidence:
    """What the votes on a trial's works say, by the rules of a training (:mod:`~atelier.learning`).

    One verdict a work, its first voter's who has not given :data:`VERDICTS` yet; none by accounts that vote
    as one.
    """
    kind = next(kind for kind, name in MODEL_OF.items() if name == trial.model)
    first: dict[str, Lesson] = {}
    given: Counter[str] = Counter()
    for lesson in lessons(store.heard_of_trial(kind, trial), _ALL).lessons:  # in the order of their times
        voter = lesson.heard.voter
        if lesson.heard.work not in first and lesson.weight == 1 and given[voter] < VERDICTS:
            first[lesson.heard.work] = lesson
            given[voter] += 1
    sides: dict[str, list[bool]] = {trial.version: [], trial.against: []}
    for lesson in first.values():
        sides[lesson.heard.version].append(lesson.heard.liked)
    return weigh(sides[trial.version], sides[trial.against], trial.share, len(given))


def told(evidence: Evidence) -> dict[str, Any]:
    """The evidence as JSON."""
    found = asdict(evidence)
    return {**found, "better": float(f"{evidence.better:.4g}"), "worse": float(f"{evidence.worse:.4g}"),
            "liked": list(evidence.liked), "verdicts": list(evidence.verdicts)}  # fmt: skip


def params(trial: Trial, seen: dict[str, Any]) -> dict[str, str | int | float]:
    """What stands in a sentence about a trial."""
    shares = [
        f"{100 * liked / number:.0f}" if number else "–"
        for liked, number in zip(seen["liked"], seen["verdicts"], strict=True)
    ]
    return {
        "version": trial.version, "against": trial.against, "ours": shares[0], "theirs": shares[1],
        "works": seen["verdicts"][0], "others": seen["verdicts"][1],
        "strength": f"{max(seen['better'], seen['worse']):.3g}",
    }  # fmt: skip


def _count(trial: Trial, evidence: Evidence) -> None:
    """For Prometheus."""
    for side, value in (("better", evidence.better), ("worse", evidence.worse)):
        metrics.EVIDENCE.labels(trial.model, side).set(value)
    for number, version in enumerate((trial.version, trial.against)):
        metrics.VERDICTS.labels(trial.model, version, "liked").set(evidence.liked[number])
        disliked = evidence.verdicts[number] - evidence.liked[number]
        metrics.VERDICTS.labels(trial.model, version, "disliked").set(disliked)
