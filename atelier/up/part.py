"""The parts of a studio: what to run for these settings, and in which order they stop."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from atelier.requests import KINDS
from atelier.settings import Settings

LEASH = Path(__file__).with_name("leash.py")


class Order(IntEnum):
    """Who stops first: nobody may still need what is gone."""

    FRONT = 0
    WORKER = 1
    REDIS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One process. ``grace_s``: how long it may take to stop; ``orphaned``: its signal if we die."""

    name: str
    command: tuple[str, ...]
    order: Order
    grace_s: float
    orphaned: signal.Signals = signal.SIGKILL  # whatever a part does when killed, it mends at the next start

    def tied(self, parent: int) -> tuple[str, ...]:
        """The command on a leash held by ``parent``, where the system has one."""
        if not sys.platform.startswith("linux"):
            return self.command
        leash = (sys.executable, "-I", "-S", str(LEASH), str(int(self.orphaned)), str(parent))
        return (*leash, *self.command)


def atelier(*arguments: str) -> tuple[str, ...]:
    """The ``atelier`` command of this very installation."""
    return (sys.executable, "-m", "atelier", *arguments)


def parts(settings: Settings) -> list[Part]:
    """Workers first: they take longest to start. Redis is the supervisor's own concern."""
    found = [Part(kind, atelier("worker", "--kinds", kind), Order.WORKER, 12.0) for kind in (*KINDS, "train")]
    if settings.web:
        found.append(Part("web", atelier("web"), Order.FRONT, 8.0))
    if settings.discord_token:
        found.append(Part("discord", atelier("bot", "discord"), Order.FRONT, 8.0))
    if settings.telegram_token:
        found.append(Part("telegram", atelier("bot", "telegram"), Order.FRONT, 8.0))
    return found


def redis(command: list[str]) -> Part:
    """The private Redis; left alone it stops in order, so that its file is whole."""
    return Part("redis", tuple(command), Order.REDIS, 10.0, orphaned=signal.SIGTERM)
