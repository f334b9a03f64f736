"""What each command is given so that it succeeds once: for the test of every command.

A command that is not named here gets what its options need. Steps of one sample are given one after the
other, the last ones to leave the studio as it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from atelier import registry
from atelier.languages import Lang
from atelier.store import PersonRef, Platform, Work
from atelier.store.house import STUDIO
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


Prepare = Callable[[Stage, Stand], Awaitable[list[Options]]]


@dataclass(frozen=True)
class Sample:
    """``steps`` makes the options of each giving; ``group``: not in private; ``admin``: who gives it."""

    steps: Prepare
    group: bool = False
    admin: bool = True


def always(*options: Options) -> Prepare:
    """Nothing needs to stand ready."""

    async def steps(_stage: Stage, _stand: Stand) -> list[Options]:
        return list(options)

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


async def _listed(stage: Stage, stand: Stand) -> list[Options]:
    return [{"work": (await _made(stage, stand)).id}, {}]


async def _kept(stage: Stage, stand: Stand) -> list[Options]:
    work = await _made(stage, stand)
    stage.studio.store.favour(work.id, stand.person)
    return [{"work": work.id}, {}]


async def _one_waits(stage: Stage, stand: Stand) -> list[Options]:
    await _asked(stage, stand)
    return [{}]


async def _known(stage: Stage, stand: Stand) -> list[Options]:
    await _made(stage, stand)
    return [{}, {"sure": "yes"}]


async def _banned(stage: Stage, stand: Stand) -> list[Options]:
    stage.studio.store.ban(PersonRef(stand.platform, SOMEBODY), STUDIO, "")
    return [{"person": SOMEBODY}]


async def _welcome(stage: Stage, stand: Stand) -> list[Options]:
    stage.studio.store.unban(PersonRef(stand.platform, SOMEBODY), STUDIO)
    return [{"person": SOMEBODY, "why": "floods"}]


async def _shipped(_stage: Stage, _stand: Stand) -> list[Options]:
    return [{"model": "poet", "version": shipped_folder("poet").name}]


async def _another_serves(stage: Stage, _stand: Stand) -> list[Options]:
    """A version that lies on another machine serves; the shipped one did before."""
    store = stage.studio.store
    if all(row.version != "elsewhere" for row in registry.known(store, "poet")):
        store.register_version("poet", "elsewhere", "0" * 64, "/nowhere/poet", {}, "candidate")
    store.promote("poet", "elsewhere")
    return [{"model": "poet"}]


SAMPLES: dict[str, Sample] = {
    "help": Sample(always({"command": "paint"}, {"command": "admin"}, {"command": "admin words"})),
    "history": Sample(_listed),
    "favourites": Sample(_kept),
    "queue": Sample(_one_waits),
    "cancel": Sample(_one_waits),
    "settings": Sample(always({"style": "ink", "form": "haiku"}, {"style": "none", "form": "none"})),
    "forgetme": Sample(_known, admin=False),
    "admin models": Sample(always({}, {"model": "poet"})),
    "admin promote": Sample(_shipped),
    "admin rollback": Sample(_another_serves),
    "admin limits": Sample(always({"each": 2, "together": 3}, {"each": 0, "together": 0}, {})),
    "admin words": Sample(always({"add": "zebra"}, {}, {"remove": "zebra"})),
    "admin channels": Sample(always({"change": "allow"}, {"change": "everywhere"}, {}), group=True),
    "admin adults": Sample(always({"allowed": "yes"}, {"allowed": "no"}, {}), group=True),
    "admin learning": Sample(always({"learn": "no"}, {"learn": "yes"}, {}), group=True),
    "admin ban": Sample(_welcome),
    "admin unban": Sample(_banned),
}
