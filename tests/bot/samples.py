"""What each command is given so that it succeeds once: for the test of every command.

A command that is not named here gets what its options need. Steps of one sample are given one after the
other, the last ones to leave the studio as it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from atelier import registry
from atelier.languages import Lang
from atelier.store import PersonRef, Platform, Work
from atelier.versions import shipped_folder
from bot.making import MAKING
from tests.bot import handmade
from tests.bot.stage import Stage
from tests.bot.telegram_room import until

SOMEBODY = "4815162342"

Options = dict[str, Any]


@dataclass(frozen=True)
class Stand:
    """Who gives the command."""

    platform: Platform
    lang: Lang
    person: PersonRef
    admin: bool


# What is given one after the other; what is called in between stands for somebody else: a trainer, a voter.
Step = Options | Callable[[], object]
Prepare = Callable[[Stage, Stand], Awaitable[list[Step]]]


@dataclass(frozen=True)
class Sample:
    """``steps`` makes the options of each giving; ``group``: not in private; ``admin``: who gives it.

    ``votes``: there are enough of them to learn from.
    """

    steps: Prepare
    group: bool = False
    admin: bool = True
    votes: bool = False


def always(*options: Options) -> Prepare:
    """Nothing needs to stand ready. ``...`` is a few words, in another language than the answer's."""

    async def steps(_stage: Stage, stand: Stand) -> list[Step]:
        words = {...: "sea" if stand.lang == "zh" else "大海"}
        return [{name: words.get(value, value) for name, value in one.items()} for one in options]

    return steps


async def _asked(stage: Stage, stand: Stand) -> Work:
    """A work of theirs that waits."""
    topic = {"zh": "大海"}.get(stand.lang, "sea")
    await stage.give(stand.platform, stand.lang, MAKING["poem"], {"topic": topic}, admin=stand.admin)
    return stage.studio.store.recent(stand.person)[0]


async def _made(stage: Stage, stand: Stand) -> Work:
    """A work of theirs that is there."""
    work = await _asked(stage, stand)
    handmade.finish(stage.studio, work, handmade.poem())
    await until(lambda: stage.studio.store.recent(stand.person)[0].posted_at)
    return work


async def _listed(stage: Stage, stand: Stand) -> list[Step]:
    return [{"work": (await _made(stage, stand)).id}, {}, {"page": 1}]


async def _kept(stage: Stage, stand: Stand) -> list[Step]:
    work = await _made(stage, stand)
    stage.studio.store.favour(work.id, stand.person)
    return [{"work": work.id}, {}, {"page": 1}]


async def _one_waits(stage: Stage, stand: Stand) -> list[Step]:
    await _asked(stage, stand)
    return [{}]


async def _two_wait(stage: Stage, stand: Stand) -> list[Step]:
    await _asked(stage, stand)
    await _asked(stage, stand)
    return [{"what": "latest"}, {"what": "all"}]


async def _known(stage: Stage, stand: Stand) -> list[Step]:
    await _made(stage, stand)
    return [{}, {"sure": "yes"}]


async def _banned(stage: Stage, stand: Stand) -> list[Step]:
    stage.studio.store.ban(PersonRef(stand.platform, SOMEBODY), stage.rules(stand.platform, stand.admin), "")
    return [{"person": SOMEBODY}]


async def _welcome(stage: Stage, stand: Stand) -> list[Step]:
    stage.studio.store.unban(PersonRef(stand.platform, SOMEBODY), stage.rules(stand.platform, stand.admin))
    return [{"person": SOMEBODY, "why": "floods"}]


async def _shipped(_stage: Stage, _stand: Stand) -> list[Step]:
    return [{"model": "poet", "version": shipped_folder("poet").name}]


async def _another_serves(stage: Stage, _stand: Stand) -> list[Step]:
    """A version that lies on another machine serves; the shipped one did before."""
    store = stage.studio.store
    if all(row.version != "elsewhere" for row in registry.known(store, "poet")):
        store.register_version("poet", "elsewhere", "0" * 64, "/nowhere/poet", {}, "candidate")
    store.promote("poet", "elsewhere")
    return [{"model": "poet"}]


async def _may_learn(stage: Stage, _stand: Stand) -> list[Step]:
    """Which could; a look at what one would learn; and, that being stopped, a training."""
    _nothing_trains(stage)
    over = partial(_nothing_trains, stage)
    return [
        {},
        {"model": "poet", "dry": "yes"},
        over,
        {"model": "poet", "dry": "no"},
        over,
        {"model": "poet"},
        over,
    ]


async def _learning(stage: Stage, stand: Stand) -> list[Step]:
    """One that is on its way: seen, drawn, stopped; and seen again."""
    store = stage.studio.store
    _nothing_trains(stage)
    training = store.ask_training(
        "poet", person=stand.person, platform=stand.platform, place={}, lang=stand.lang
    )
    store.training_moved(training.id, {"stage": "learning", "part": "en", "step": 20, "steps": 300,
                                       "curves": {"en": [[0, 0.5], [20, 0.41]]}})  # fmt: skip
    return [{}, {"do": "loss"}, {"do": "stop"}, {}]


def _nothing_trains(stage: Stage) -> None:
    if (training := stage.studio.store.open_training()) is not None:
        stage.studio.store.training_ended(training.id, "cancelled")


SAMPLES: dict[str, Sample] = {
    "paint": Sample(always(
        {"prompt": ...},
        {"prompt": ..., "style": "ink", "mood": "calm", "palette": "cool", "count": 2, "seed": 7},
    )),
    "poem": Sample(always(
        {"topic": ...},
        {"topic": ..., "form": "haiku", "language": "en", "mood": "calm", "seed": 7},
        {"topic": ..., "form": "acrostic", "acrostic": "stars"},
    )),
    "melody": Sample(always(
        {"description": ...},
        {"description": ..., "mood": "sad", "rhythm": "waltz", "key": "D minor", "tempo": 90, "length": 16,
         "instrument": "harp", "seed": 7},
        {"description": ..., "notes": "CDEF GABc"},
    )),
    "surprise": Sample(always({}, {"kind": "paint"}, {"kind": "poem"}, {"kind": "melody"})),
    "help": Sample(always({}, {"command": "paint"}, {"command": "admin"}, {"command": "admin words"})),
    "history": Sample(_listed),
    "favourites": Sample(_kept),
    "queue": Sample(_one_waits),
    "cancel": Sample(_two_wait),
    "settings": Sample(always(
        {}, {"style": "ink", "form": "haiku", "private": "yes", "learning": "no"},
        {"language": "auto", "style": "none", "form": "none", "private": "no", "learning": "yes"},
    )),
    "forgetme": Sample(_known, admin=False),
    "admin models": Sample(always({}, {"model": "poet"})),
    "admin retrain": Sample(_may_learn, votes=True),
    "admin training": Sample(_learning),
    "admin promote": Sample(_shipped),
    "admin rollback": Sample(_another_serves),
    "admin limits": Sample(always({"each": 2, "together": 3}, {"each": 0, "together": 0}, {})),
    "admin words": Sample(always({"add": "zebra"}, {}, {"remove": "zebra"})),
    "admin channels": Sample(always({"change": "allow"}, {"change": "everywhere"}, {}), group=True),
    "admin adults": Sample(always({"allowed": "yes"}, {"allowed": "no"}, {}), group=True),
    "admin learning": Sample(always({"learn": "no"}, {"learn": "yes"}, {}), group=True),
    "admin ban": Sample(_welcome),
    "admin unban": Sample(_banned),
}  # fmt: skip
