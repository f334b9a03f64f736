"""A training in words: how it stands, and how it ended. Plain text; each platform shows it in its own way."""

from __future__ import annotations

from typing import Any

from atelier.errors import PersonError
from atelier.languages import Lang, say, span
from atelier.learning.curve import FILE as CURVE
from atelier.learning.verdict import figure_named, part_named, reason_said
from atelier.store import Training
from atelier.store.records import OPEN
from atelier.versions import taken_back

STAGES = ("heads", "learning", "gate", "samples")


def standing(training: Training, lang: Lang) -> str:
    """How far it is, in a few lines."""
    if training.state not in OPEN:
        return ended(training, lang)
    told = training.progress
    head = say("learn-head-dry" if training.dry else "learn-head", lang, model=training.model)
    if training.state == "queued":
        return f"{head}: {say('learn-queued', lang)}"
    lines = [f"{head}: {say(_stage(told), lang)}"]
    if told.get("step") is not None and told.get("steps"):
        part = part_named(told["part"], lang)
        lines.append(say("learn-step", lang, part=part, step=told["step"], steps=told["steps"]))
        curve = told["curves"].get(told["part"], [])
        if len(curve) > 1:
            first, now = (f"{point[1]:.4f}" for point in (curve[0], curve[-1]))
            lines.append(say("learn-loss", lang, first=first, now=now))
    if told.get("left_s"):
        lines.append(say("learn-left", lang, time=span(told["left_s"], lang)))
    return "\n".join(lines)


def _stage(told: dict[str, Any]) -> str:
    name = told.get("stage")
    return f"learn-stage-{name}" if name in STAGES else "learn-stage-snapshot"


def ended(training: Training, lang: Lang) -> str:
    """How it ended, in a line or two."""
    outcome = training.outcome or {}
    if training.state == "cancelled":
        return say("learn-stopped", lang, model=training.model)
    if training.state == "failed":
        failure = training.failure
        why = PersonError(failure.key, **failure.params) if failure else PersonError("training-crashed")
        return say("learn-failed", lang, model=training.model, why=why.text(lang))
    if outcome.get("missing"):
        return "\n".join(
            [say("learn-missing", lang, model=training.model), *missing(outcome["missing"], lang)]
        )
    if training.dry:
        return "\n".join(_looked_at(outcome, lang))
    if not outcome.get("version"):
        return "\n".join([say("learn-done-nothing", lang, model=training.model), *_gone(outcome, lang)])
    status = "rejected" if outcome["status"] == "rejected" else "candidate"
    if taken_back(outcome["status"], outcome.get("gate")):
        status = "again"
    return say(f"learn-done-{status}", lang, model=training.model, version=outcome["version"])


def told_in_full(training: Training, lang: Lang) -> str:
    """The outcome: the verdict with its reasons, the gate's figures, the samples' texts, what to do next."""
    outcome, lines = training.outcome or {}, [ended(training, lang)]
    if not outcome.get("version"):
        return lines[0]
    gate = outcome.get("gate") or {}
    lines += [f"• {reason_said(reason, lang)}" for reason in gate.get("reasons", ())]
    lines += _gone(outcome, lang)
    if gate.get("measured"):
        lines += ["", say("learn-gate", lang)]
        lines += [f"• {_figure(name, pair, lang)}" for name, pair in gate["measured"].items()]
    pairs = [pair for pair in outcome.get("samples", ()) if pair["before"] != pair["after"]]
    if pairs:
        lines += ["", say("learn-samples", lang)]
    for pair in pairs:
        lines += ["", say("quoted", lang, prompt=pair["asked"])]
        for side in ("before", "after"):
            lines += [f"— {say(f'learn-{side}', lang)}", pair[side] or "–"]
    if outcome["status"] != "rejected":
        named = {"model": training.model, "version": outcome["version"]}
        share = outcome.get("share")
        next_step = (
            say("learn-done-share", lang, share=f"{100 * share:.0f}", **named)
            if share
            else say("learn-done-next", lang, **named)
        )
        lines += ["", next_step]
    return "\n".join(lines)


def described(training: Training, name: str, lang: Lang) -> str:
    """What a picture of a training shows, for those who cannot see it; nothing for a sound."""
    if not name.endswith(".png"):
        return ""
    if name != CURVE:
        return say("learn-alt-samples", lang, model=training.model)
    lines = [say("learn-alt-loss", lang, model=training.model)]
    for part, points in losses(training).items():
        if points:
            first, now = (f"{point[1]:.4f}" for point in (points[0], points[-1]))
            lines.append(f"{part_named(part, lang)}: {say('learn-loss', lang, first=first, now=now)}")
    return "\n".join(lines)


def losses(training: Training) -> dict[str, Any]:
    """The curves of a training, by part: those that it ended with, or as far as it is."""
    found: dict[str, Any] = (training.outcome or {}).get("curves") or training.progress.get("curves", {})
    return found


def missing(number: dict[str, int], lang: Lang) -> list[str]:
    """How many of which labels are missing."""
    return [say(f"retrain-missing-{name}", lang, number=n) for name, n in number.items()]


def _looked_at(outcome: dict[str, Any], lang: Lang) -> list[str]:
    told = {name: outcome[name] for name in ("votes", "liked", "disliked", "voters")}
    lines = [say("learn-done-dry", lang, **told)]
    for head in outcome.get("heads", ()):
        share = f"{100 * head['auc']:.0f}"
        part = part_named(head["part"], lang)
        lines.append("• " + say("learn-head-told", lang, part=part, share=share, votes=head["votes"]))
        if head.get("low", 1.0) <= 0.5:
            lines.append("• " + say("learn-head-unsure", lang, part=part))
    if not outcome.get("heads"):
        lines.append(say("learn-head-none", lang))
    return lines + _gone(outcome, lang)


def _gone(outcome: dict[str, Any], lang: Lang) -> list[str]:
    """Works that taught nothing, if there were any."""
    return [say("learn-gone", lang, works=outcome["gone"])] if outcome.get("gone") else []


def _figure(name: str, pair: dict[str, float], lang: Lang) -> str:
    """One line of the gate's table: ``words of the topic (English): 0.61 → 0.63``."""
    return f"{figure_named(name, lang)}: {pair['current']:.3g} → {pair['candidate']:.3g}"
