"""``atelier bench learning``: whether votes make a model that pleases more, and a brigade cannot bend it.

Simulated people with a hidden taste (:mod:`bench.tastes`) ask through the real store, queue and worker,
and vote: a fifth of the votes is noise. The model is trained by the command, and fresh people of the same
taste ask the new version and the old one for other things, with the same seeds. Then a brigade of fifty
accounts votes against the taste, and all of it is done once more. One work is made for each request.

What is done stays in the studio's home until the end: the same command goes on where it was stopped.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from atelier import __version__, redis_server
from atelier.errors import BadInput
from atelier.figures import Figure, Figures
from atelier.requests import Request
from atelier.settings import Settings
from atelier.store import PersonRef
from atelier.store.records import UNFINISHED
from atelier.works import Made
from bench.crowd import Crowd, retrain
from bench.queue import Studio
from bench.tastes import TASTES, Taste
from models.composer.compose import Tune
from models.composer.generate import Composer
from models.loading import load_model

ALL = "all"
ON_THE_WAY = 64  # works that wait at a time
DRAWS, AT_ONCE = 4000, 8
NOTES = (
    "The works that were voted on went through the store, the queue and a worker's process of its own; the "
    "fresh people's were made by the same model class without the queue. Tunes are notes alone in both: "
    "nobody heard their sound or saw their score.",
    "A vote is the store's: the chats' buttons, which end there too, are not part of it.",
)


def run(settings: Settings, votes: int = 1000, kind: str = ALL, fresh: int = 240, seed: int = 1) -> Figures:
    """Everything for ``kind`` (composer, poet, or all), learnt from ``votes``, shown to ``fresh`` people."""
    if kind not in (*TASTES, ALL):
        raise BadInput("bad-choice", option="kind", value=kind, choices=", ".join([*TASTES, ALL]))
    figures: list[Figure] = []
    for model in TASTES if kind == ALL else (kind,):
        home = (settings.home / "bench" / f"learning-{model}-{votes}-{seed}").resolve()
        home.mkdir(parents=True, exist_ok=True)
        figures += Trial(TASTES[model], home, votes, fresh, seed).figures()
        shutil.rmtree(home)
    name = "learning" if kind == ALL else f"learning_{kind}"
    return Figures(name if votes == 1000 else f"{name}_{votes}", __version__, tuple(figures), NOTES)


class Trial:
    """One model's trial in ``home``."""

    def __init__(self, taste: Taste, home: Path, votes: int, fresh: int, seed: int) -> None:
        self.taste, self.home, self.votes, self.fresh, self.seed = taste, home, votes, fresh, seed

    def figures(self) -> list[Figure]:
        """Ask, vote, train, show; then the brigade."""
        calm, attacked = self._trained()
        before = self._liked("before", None)
        after = self._liked("after", calm["folder"])
        bent = self._liked("bent", attacked["folder"])
        name, share = self.taste.model, f"share of {self.fresh} works"
        gain, moved = _difference(after, before), _difference(bent, after)
        return [
            Figure(f"gain_{name}", gain[1], f"points: {self.taste.told}", 10),
            Figure(f"gain_{name}_low", gain[0], "points, end of the 95 % interval"),
            Figure(f"gain_{name}_high", gain[2], "points, end of the 95 % interval"),
            Figure(f"liked_before_{name}", sum(before) / len(before), share),
            Figure(f"liked_after_{name}", sum(after) / len(after), share),
            Figure(f"brigade_points_{name}", abs(moved[1]), "points", 2, "at most"),
            Figure(f"brigade_low_{name}", moved[0], "points, end of the 95 % interval"),
            Figure(f"brigade_high_{name}", moved[2], "points, end of the 95 % interval"),
            Figure(f"passed_{name}", float(calm["status"] == "candidate"), "1: the gate let it through", 1),
            Figure(f"votes_{name}", float(calm["votes"]), "votes that counted"),
        ]

    def _trained(self) -> list[dict[str, Any]]:
        """What the command said without the brigade and with it."""
        path = self.home / "trained.json"
        told: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
        if len(told) == 2:
            return told
        server = redis_server.start(self.home)
        try:
            studio = Studio(self.home, server.url)
            made = self._made(studio)
            crowd = Crowd(self.taste, studio.store, self.votes, self.seed)
            crowd.vote(made)
            if not told:
                told.append(self._retrain())
                path.write_text(json.dumps(told), "utf-8")
            crowd.attack(made)
            told.append(self._retrain())
            path.write_text(json.dumps(told), "utf-8")
            studio.store.close()
        finally:
            server.stop()
        return told

    def _retrain(self) -> dict[str, Any]:
        told = retrain(self.taste.model, self.home, self.votes)
        folder = self.home / "learning" / "versions" / self.taste.model / str(told["version"])
        wanted = ("votes", "voters", "in_step", "left_out", "version", "status", "gate")
        kept = {name: told.get(name) for name in wanted}
        return {**kept, "folder": str(folder) if told["version"] else None}

    def _made(self, studio: Studio) -> list[tuple[str, dict[str, Any]]]:
        """The works to vote on, made by a worker from the queue; those that are there already are kept."""
        taste, count = self.taste, Crowd(self.taste, studio.store, self.votes, self.seed).works
        ids = []
        for number in range(count):
            request = taste.ask(taste.asked[number % len(taste.asked)], 1000 * self.seed + number)
            person = PersonRef("discord", f"person {number % 40}")
            work, _ = studio.store.accept(
                person=person, kind=taste.kind, request=request, lang="en", place={}, source=str(number)
            )
            ids.append(work.id)
        options = ("--notes",) if taste.kind == "melody" else ()
        with studio.crew("ours", taste.kind, *options):
            while True:
                rows = studio.store.get_many(ids)
                open_ = [rows[one] for one in ids if rows[one].state in UNFINISHED]
                if not open_:
                    break
                studio.road.send_many(open_[:ON_THE_WAY])
                time.sleep(1)
        results = {one: rows[one].result for one in ids}
        return [(one, found.model_dump(mode="json")) for one, found in results.items() if found is not None]

    def _liked(self, name: str, folder: str | None) -> list[float]:
        """Whether each fresh work is to the taste: 1 or 0. ``folder``: the version's, None what ships."""
        path = self.home / f"{name}.json"
        if path.exists():
            found: list[float] = json.loads(path.read_text("utf-8"))
            return found
        taste = self.taste
        requests = [
            taste.ask(taste.fresh[at % len(taste.fresh)], 500_000 + self.seed + at)
            for at in range(self.fresh)
        ]
        results = _results(taste, folder, requests)
        liked = [float(result is not None and taste.likes(result)) for result in results]
        path.write_text(json.dumps(liked), "utf-8")
        return liked


def _results(taste: Taste, folder: str | None, requests: Sequence[Request]) -> list[dict[str, Any] | None]:
    """What a version makes of each request; None where it gives up."""
    model = load_model(taste.kind, Path(folder) if folder else None)
    found: list[dict[str, Any] | None] = []
    for at in range(0, len(requests), AT_ONCE):
        some = requests[at : at + AT_ONCE]
        if isinstance(model, Composer):
            tunes = model.compose(some)  # type: ignore[arg-type]
            found += [
                {"mode": one.wished.mode, "notes": one.notes} if isinstance(one, Tune) else None
                for one in tunes
            ]
        else:
            answers = model.generate(some)
            found += [
                one.result.model_dump(mode="json") if isinstance(one, Made) else None for one in answers
            ]
    return found


def _difference(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Percentage points: low, mean and high of the bootstrapped 95 % interval, works in pairs."""
    apart = 100 * (torch.tensor(ours) - torch.tensor(theirs))
    drawn = torch.randint(len(apart), (DRAWS, len(apart)), generator=torch.Generator().manual_seed(1))
    means = apart[drawn].mean(1)
    return float(means.quantile(0.025)), float(apart.mean()), float(means.quantile(0.975))
