"""``/admin``, running the studio: its model versions, its figures."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from atelier import canary, registry
from atelier.languages import say
from atelier.requests import KINDS
from atelier.store import VersionRow
from atelier.store.trials import Trial
from atelier.versions import MODELS, Model
from bot.command import Call, Command, Option, Reply, Role


async def models(call: Call) -> Reply:
    """The versions that there are, and which serves."""
    wanted = cast("Model | None", call.options.get("model"))
    rows = await asyncio.to_thread(registry.known, call.studio.store, wanted)
    if not rows:
        return Reply(call.say("models-none"))
    trials = await asyncio.to_thread(call.studio.store.running_trials)
    tried = {(trial.model, trial.version): trial for trial in trials}

    def stands(row: VersionRow) -> str:
        told = f"{call.say(f'status-{row.status}')} · {row.created_at:%Y-%m-%d}"
        trial = tried.get((row.model, row.version))
        return told if trial is None else f"{told} · {_on_trial(call, trial)}"

    fields = tuple((f"{call.say('learn-name', model=row.model)} {row.version}", stands(row)) for row in rows)
    return Reply(call.say("models-listed"), fields=fields)


def _on_trial(call: Call, trial: Trial) -> str:
    seen = trial.seen or {"better": 1, "worse": 1, "liked": [0, 0], "verdicts": [0, 0]}
    told = {
        name: value
        for name, value in canary.params(trial, seen).items()
        if name not in ("version", "strength")
    }
    return say("canary-stands", call.lang, share=f"{100 * trial.share:.0f}", **told)  # quoted as a field


async def promote(call: Call) -> Reply:
    """Let a version serve; workers follow with their next job."""
    model, version = call.options["model"], call.options["version"]
    row = await asyncio.to_thread(
        registry.promote, call.studio.store, model, version, shelf=call.studio.shelf
    )
    return Reply(call.say("version-serves", model=row.model, version=row.version))


async def rollback(call: Call) -> Reply:
    """Let the version before serve again."""
    row = await asyncio.to_thread(
        registry.rollback, call.studio.store, call.options["model"], shelf=call.studio.shelf
    )
    return Reply(call.say("version-serves", model=row.model, version=row.version))


async def stats(call: Call) -> Reply:
    """What was made and how people liked it, what waits and who works."""
    server = call.where.server
    if server is not None and not call.studio.settings.admin(call.person.platform, call.person.platform_id):
        number = await asyncio.to_thread(call.studio.store.count_of, call.where.platform, server)
        return Reply(fields=((call.say("stats-works-here"), str(number)),))

    def read() -> tuple[dict[str, Any], list[tuple[str, int, int]]]:
        road = call.studio.road
        return call.studio.store.stats(), [(kind, road.waiting(kind), road.workers(kind)) for kind in KINDS]

    counted, queues = await asyncio.to_thread(read)
    fields = [
        (call.say(f"stats-{name}"), str(counted[name])) for name in ("works", "people", "liked", "disliked")
    ]
    fields += [
        (f"/{kind}", call.say("stats-queue", waiting=waiting, workers=workers))
        for kind, waiting, workers in queues
    ]
    return Reply(fields=tuple(fields))


def _part(name: str, action: Any, *options: Option, role: Role = "studio") -> Command:
    return Command(name, action=action, options=options, role=role, parent="admin")


def _model(*, required: bool) -> Option:
    return Option("model", required=required, choices=MODELS)


RUNNING = (
    _part("models", models, _model(required=False)),
    _part("promote", promote, _model(required=True), Option("version", required=True, max_length=64)),
    _part("rollback", rollback, _model(required=True)),
    _part("stats", stats, role="server"),
)
