"""``atelier bench learning``: whether votes make a model that pleases more, and a brigade cannot bend it.

Simulated people with a hidden taste (:mod:`bench.tastes`) ask through the real store, queue and worker,
and vote: a fifth of the votes is noise. The model is trained by the command, and fresh people of the same
taste ask the new version and the old one for other things, with the same seeds. Then a brigade of fifty
accounts votes against the taste, and the command is given once more. One work is made for each request; only
``best_of`` figures make several, and put out the one that the new version's reward head prefers.

What is done stays under the studio's home: the same command goes on where it was stopped, as long as the
code that learns is the same, and other numbers of votes share the works that were made.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from atelier import __version__, redis_server
from atelier.artefacts import Shelf
from atelier.errors import BadInput
from atelier.figures import Figure, Figures
from atelier.requests import Request
from atelier.settings import Settings
from atelier.store import PersonRef, Store
from atelier.store.records import UNFINISHED
from atelier.versions import card_hash, open_version, shipped_folder
from atelier.works import Made
from bench import spoilt
from bench.crowd import VOICES, Crowd, retrain
from bench.queue import Studio
from bench.tastes import TASTES, Taste, shown
from models.composer.compose import Tune
from models.composer.generate import Composer
from models.loading import load_model

ALL = "all"
ON_THE_WAY = 64  # works that wait at a time
DRAWS, AT_ONCE = 4000, 8
BEST_OF = 4
HEAD = {  # what the reward head is worth, by the card's name: a figure's name and unit
    "auc": ("auc", "AUC of the reward head on held-out people and works; 0.5 is chance"),
    "off": ("chances_off", "how far the head's chances are off on average"),
}
ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
VERDICTS = "learning-gates.json"
NOTES = (
    "The works that were voted on went through the store, the queue and a worker's process of its own; the "
    "fresh people's were made by the same model class without the queue. Tunes are notes alone in both: "
    "nobody heard their sound or saw their score.",
    "A vote is the store's: the chats' buttons, which end there too, are not part of it.",
    "A fresh person's verdict is the taste itself, without the noise of the votes.",
)


def run(settings: Settings, votes: int = 1000, kind: str = ALL, fresh: int = 240, seed: int = 1) -> Figures:
    """Everything for ``kind`` (a model's name, or all), learnt from ``votes``, shown to ``fresh`` people.

    One kind's figures take their place beside those of the others that were saved for as many votes.
    """
    if kind not in (*TASTES, ALL):
        raise BadInput("bad-choice", option="kind", value=kind, choices=", ".join([*TASTES, ALL]))
    name = "learning" if votes == 1000 else f"learning-{votes}"
    figures = {} if kind == ALL else _saved(name)
    for model in TASTES if kind == ALL else (kind,):
        trial = Trial(TASTES[model], settings.home.resolve() / "bench", votes, fresh, seed)
        figures |= {figure.name: figure for figure in trial.figures()}
        trial.keep_verdict(RESULTS / VERDICTS)
    worst = max(figure.value for figure in figures.values() if figure.name.startswith("brigade_points_"))
    figures["brigade_points"] = Figure(
        "brigade_points", worst, "points, of the model that it moved most", 2, "at most"
    )
    gate = spoilt.seen()  # as it is today, whatever was saved
    figures["bad_refused"] = Figure("bad_refused", gate.refused, "of 4 made worse on purpose", 4)
    told = "1: one that is changed hardly at all has none of those reasons"
    figures["good_passed"] = Figure("good_passed", gate.let, told, 1)
    return Figures(name, __version__, tuple(figures.values()), NOTES)


def _saved(name: str) -> dict[str, Figure]:
    """The figures of a result that is there, by name."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return {}
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["figures"]
    return {row["name"]: Figure(**{key: row[key] for key in row if key != "holds"}) for row in rows}


class Trial:
    """One model's trial. ``home`` has what is done so far, of this model's shipped version alone."""

    def __init__(self, taste: Taste, home: Path, votes: int, fresh: int, seed: int) -> None:
        self.taste, self.votes, self.fresh, self.seed = taste, votes, fresh, seed
        shipped = open_version(shipped_folder(taste.model), model=taste.model)
        # The works to vote on are the version's; what is trained and counted, this code's.
        self.common = home / f"learning-{taste.model}-{card_hash(shipped)[:12]}-{seed}"
        self.home = self.common / f"{votes}-{_code()}"
        self.home.mkdir(parents=True, exist_ok=True)

    def figures(self) -> list[Figure]:
        """Ask, vote, train, show; then the brigade; then several candidates."""
        calm, attacked = self._trained()
        before, _ = self._liked(self.home / "before.json", None)
        after, alone = self._liked(self.home / "after.json", calm["folder"])
        same = attacked["folder"] == calm["folder"]
        bent = after if same else self._liked(self.home / "bent.json", attacked["folder"])[0]
        some = max(AT_ONCE, self.fresh // 3)  # they take BEST_OF times as long
        best, several = self._liked(self.home / "best.json", calm["folder"], BEST_OF, some)
        name, share = self.taste.model, f"share of {self.fresh} works"
        prompts = len(self.taste.fresh)
        gain, moved, more = (
            _difference(after, before, prompts),
            _difference(bent, after, prompts),
            _difference(best, after[:some], prompts),
        )
        end = "points, end of the 95 % interval"
        return [
            Figure(f"gain_{name}", gain[1], f"points: {self.taste.told}", 10),
            Figure(f"gain_{name}_low", gain[0], end),
            Figure(f"gain_{name}_high", gain[2], end),
            Figure(f"liked_before_{name}", _mean(before), share),
            Figure(f"liked_after_{name}", _mean(after), share),
            Figure(f"brigade_points_{name}", abs(moved[1]), "points", 2, "at most"),
            Figure(f"brigade_low_{name}", moved[0], end),
            Figure(f"brigade_high_{name}", moved[2], end),
            Figure(f"passed_{name}", float(calm["status"] == "candidate"), "1: the gate let it through", 1),
            Figure(f"best_of_{BEST_OF}_gain_{name}", more[1], "points more, without another training"),
            Figure(f"best_of_{BEST_OF}_gain_{name}_low", more[0], end),
            Figure(f"best_of_{BEST_OF}_gain_{name}_high", more[2], end),
            Figure(f"best_of_{BEST_OF}_cost_{name}", several / alone, "times the processor's seconds a work"),
            Figure(f"votes_{name}", float(calm["votes"]), "votes that counted"),
            *(
                Figure(f"{figure}_{name}", calm["head"][key], unit)
                for key, (figure, unit) in HEAD.items()
                if calm["head"]
            ),
            Figure(
                f"minutes_{name}", calm["minutes"], "minutes by the clock, training and gate, in one thread"
            ),
        ]

    def keep_verdict(self, path: Path) -> None:
        """Write what was learnt, and the gate's word on it, beside the others in ``path``."""
        calm, _ = self._trained()
        card = json.loads((Path(calm["folder"]) / "card.json").read_text("utf-8")) if calm["folder"] else {}
        learnt = {name: told for name, told in card.get("trained", {}).items() if name != "tuning"}
        kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        kept[f"{self.taste.model}-{self.votes}"] = {"code": _code(), "trained": learnt, "gate": calm["gate"]}
        path.write_text(json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=1) + "\n", "utf-8")

    def _trained(self) -> list[dict[str, Any]]:
        """What the command said without the brigade and with it."""
        path = self.home / "trained.json"
        told: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
        if len(told) == 2:
            return told
        count = -(-self.votes // VOICES)
        made = _works(self.taste, self.common / "studio", count, self.seed)
        self._copy_records()
        store = Store.open(f"sqlite:///{self.home / 'atelier.db'}")
        crowd = Crowd(self.taste, store, self.votes, self.seed)
        crowd.vote(made)
        if not told:
            told.append(self._retrain())
            path.write_text(json.dumps(told), "utf-8")
        crowd.attack(made)
        told.append(self._retrain())
        path.write_text(json.dumps(told), "utf-8")
        store.close()
        return told

    def _copy_records(self) -> None:
        """The studio's records as they were before anybody voted."""
        kept = self.home / "atelier.db"
        if not kept.exists():
            beside = kept.with_suffix(".part")
            beside.unlink(missing_ok=True)
            there = sqlite3.connect(self.common / "studio" / "atelier.db")
            with contextlib.closing(there), contextlib.closing(sqlite3.connect(beside)) as here:
                there.backup(here)
            beside.replace(kept)

    def _retrain(self) -> dict[str, Any]:
        began = time.monotonic()
        told = retrain(self.taste.model, self.home, 2 * self.votes)  # room enough for the brigade's, too
        minutes = (time.monotonic() - began) / 60
        folder = self.home / "learning" / "versions" / self.taste.model / str(told["version"])
        wanted = ("votes", "voters", "in_step", "left_out", "version", "status", "gate")
        kept = {name: told.get(name) for name in wanted}
        head = _head(json.loads((Path(folder) / "card.json").read_text("utf-8"))) if told["version"] else {}
        return {**kept, "folder": str(folder) if told["version"] else None, "minutes": minutes, "head": head}

    def _liked(
        self, path: Path, folder: str | None, best_of: int = 1, count: int | None = None
    ) -> tuple[list[float], float]:
        """Whether each fresh work is to the taste, 1 or 0; and the processor's seconds for one of them.

        ``folder``: the version's, None what ships. ``path`` keeps what is known, batch by batch; ``count``:
        the first of the works alone.
        """
        count = count or self.fresh
        taste = self.taste
        held: dict[str, list[float]] = (
            json.loads(path.read_text("utf-8")) if path.exists() else {"liked": [], "seconds": []}
        )
        requests = [
            taste.ask(taste.fresh[at % len(taste.fresh)], 500_000 + self.seed + at) for at in range(count)
        ]
        make = None
        while (done := len(held["liked"])) < count:
            make = make or maker(taste, folder, best_of)
            some = requests[done : done + AT_ONCE]
            began = time.process_time()
            results = make(some)
            held["seconds"].append((time.process_time() - began) / len(some))
            held["liked"] += [float(result is not None and taste.likes(result)) for result in results]
            path.write_text(json.dumps(held), "utf-8")
        return held["liked"][:count], _mean(held["seconds"])


def _code() -> str:
    """A hash of the code that makes, judges and learns."""
    read = hashlib.sha256()
    for folder in ("atelier/learning", "models"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            read.update(file.read_bytes())
    return read.hexdigest()[:8]


def _works(taste: Taste, home: Path, count: int, seed: int) -> list[tuple[str, dict[str, Any]]]:
    """The works to vote on, made by a worker from the queue; those that are there already are kept."""
    home.mkdir(parents=True, exist_ok=True)
    server = redis_server.start(home)
    try:
        studio = Studio(home, server.url)
        ids = []
        for number in range(count):
            request = taste.ask(taste.asked[number % len(taste.asked)], 1000 * seed + number)
            person = PersonRef("discord", f"person {number % 40}")
            work, _ = studio.store.accept(
                person=person, kind=taste.kind, request=request, lang="en", place={}, source=str(number)
            )
            ids.append(work.id)
        rows = studio.store.get_many(ids)
        if any(rows[one].state in UNFINISHED for one in ids):
            with studio.crew("ours", taste.kind, *(("--notes",) if taste.kind == "melody" else ())):
                while open_ := [rows[one] for one in ids if rows[one].state in UNFINISHED]:
                    studio.road.send_many(open_[:ON_THE_WAY])
                    time.sleep(1)
                    rows = studio.store.get_many(ids)
        studio.store.close()
        shelf, made = Shelf.open(studio.settings), []
    finally:
        server.stop()
    for one in ids:
        if (found := rows[one].result) is not None:
            files = [shelf.read(ref) for ref in rows[one].artefacts] if taste.kind == "paint" else []
            made.append((one, shown(found.model_dump(mode="json"), files)))
    return made


def _head(card: dict[str, Any]) -> dict[str, float]:
    """What a version's card says of its reward head; of several, of the one with most votes."""
    trained = card["trained"]
    heads = [
        part["head"] for part in (trained, *trained.values()) if isinstance(part, dict) and "head" in part
    ]
    return max(heads, key=lambda head: head["votes"], default={})


Make = Callable[[Sequence[Request]], list[dict[str, Any] | None]]


def maker(taste: Taste, folder: str | None, best_of: int = 1) -> Make:
    """What a version makes of requests; None where it gives up."""
    model = load_model(taste.kind, Path(folder) if folder else None, candidates=best_of)
    if isinstance(model, Composer):
        composer = model

        def notes(requests: Sequence[Request]) -> list[dict[str, Any] | None]:
            return [
                {"mode": one.wished.mode, "notes": one.notes} if isinstance(one, Tune) else None
                for one in composer.compose(requests)  # type: ignore[arg-type]
            ]

        return notes

    def make(requests: Sequence[Request]) -> list[dict[str, Any] | None]:
        return [
            shown(one.result.model_dump(mode="json"), [file.data for file in one.artefacts])
            if isinstance(one, Made) else None
            for one in model.generate(requests)
        ]  # fmt: skip

    return make


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _difference(
    ours: Sequence[float], theirs: Sequence[float], prompts: int
) -> tuple[float, float, float]:  # fmt: skip
    """Percentage points: low, mean and high of the bootstrapped 95 % interval, works in pairs.

    The works are of so many ``prompts`` by turns, and what one prompt brings is alike: prompts are drawn,
    each with all its works (the cluster bootstrap; Davison and Hinkley 1997, section 3.8).
    """
    apart = 100 * (torch.tensor(ours) - torch.tensor(theirs))
    of = torch.arange(len(apart)) % prompts
    total = torch.zeros(prompts).index_add_(0, of, apart)
    count = torch.bincount(of, minlength=prompts).float()
    drawn = torch.randint(prompts, (DRAWS, prompts), generator=torch.Generator().manual_seed(1))
    means = total[drawn].sum(1) / count[drawn].sum(1).clamp(min=1)
    return float(means.quantile(0.025)), float(apart.mean()), float(means.quantile(0.975))
