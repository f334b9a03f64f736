"""``/admin retrain`` and ``/admin training``: the studio's models learn from votes; how that goes."""

from __future__ import annotations

from typing import cast

from atelier.errors import BadInput, Unavailable
from atelier.learning import curve
from atelier.store.records import OPEN
from atelier.versions import LEARNERS, MODELS, Model
from atelier.works import Artefact
from bot.command import Call, Choice, Command, Option, Reply
from bot.learning import ask
from bot.learning.words import described, losses, missing, standing

YES_NO = ("yes", "no")


async def retrain(call: Call) -> Reply:
    """Train a model from votes, or only look at what they hold; without one named, which could learn."""
    model = cast("Model | None", call.options.get("model"))
    if model is None:
        return await _choose(call)
    dry = call.options.get("dry") == "yes"
    found = await ask.counted(call.studio, model)
    if found.missing:
        head = call.say("learn-missing", model=model)
        return Reply("\n".join([head, *missing(found.missing, call.lang)]))
    if model not in LEARNERS and not dry:
        raise Unavailable("retrain-not-built")
    place = dict(call.where.answers)
    await ask.start(call.studio, model, person=call.person, lang=call.lang, place=place, dry=dry)
    key = "learn-asked" + ("-dry" if dry else "")
    lines = [call.say(key, model=model, votes=found.counts["votes"])]
    lines.append(call.say("learn-told-here" if place else "learn-look"))
    if not await ask.trainers(call.studio):
        lines.append(call.say("learn-no-trainer"))
    return Reply("\n".join(lines))


async def _choose(call: Call) -> Reply:
    """What counts for each model, with a button for those that can learn from it."""
    fields, choices = [], []
    for model in MODELS:
        found = await ask.counted(call.studio, model)
        told = {name: found.counts[name] for name in ("liked", "disliked", "voters")}
        lines = [call.say("learn-counts", **told)]
        lines += missing(found.missing, call.lang) or [call.say("learn-enough")]
        fields.append((call.say("learn-name", model=model), " · ".join(lines)))
        if not found.missing and model in LEARNERS:
            choices.append(Choice(call.say("learn-button", model=model), f"admin retrain model={model}"))
    return Reply(call.say("learn-choose"), fields=tuple(fields), choices=tuple(choices))


async def training(call: Call) -> Reply:
    """How the training stands; stopped, or drawn, if that is wished."""
    wish = call.options.get("do")
    if wish == "stop":
        await ask.stop(call.studio)
        return Reply(call.say("learn-stopping"))
    latest = await ask.latest(call.studio)
    if latest is None:
        return Reply(call.say("learn-none"))
    if wish == "loss":
        if (drawn := curve.png(losses(latest))) is None:
            raise BadInput("learn-no-curve")
        return Reply(
            call.quote(standing(latest, call.lang)),
            file=Artefact(curve.FILE, "image/png", drawn),
            about=described(latest, curve.FILE, call.lang),
        )
    if latest.state in OPEN:
        stop = Choice(call.say("learn-stop"), "admin training do=stop")
        return Reply(call.quote(standing(latest, call.lang)), choices=(stop,))
    when = f"{latest.asked_at:%Y-%m-%d %H:%M}"
    last = call.say("learn-none-last", model=latest.model, when=when)
    return Reply(f"{last}\n{call.quote(standing(latest, call.lang))}")


TRAINING = (
    Command(
        "retrain", action=retrain, role="studio", parent="admin",
        options=(Option("model", choices=MODELS), Option("dry", choices=YES_NO, flag="--dry-run")),
    ),
    Command(
        "training", action=training, role="studio", parent="admin",
        options=(Option("do", choices=("stop", "loss")),),
    ),
)  # fmt: skip
