"""What the bot asked somebody in their private chat, whose next message answers it: one question a person.

It is open for some minutes, and until they give a command. In memory only: after a restart, and in
groups, it is the reply to the question that is understood.
"""

from __future__ import annotations

import time

from bot.command import Command

KEPT = 1000
OPEN_S = 600.0  # who says something later talks of something else

# The work that other words were asked for, or the command that lacked its prompt with what was typed.
Question = str | tuple[Command, str]


class Questions:
    """Open questions by person; the oldest is forgotten where there are too many."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[float, Question]] = {}  # since when (monotonic seconds)

    def put(self, person: int, question: Question) -> None:
        """The latest question is the one that the next message answers."""
        self._open.pop(person, None)
        if len(self._open) >= KEPT:
            self._open.pop(next(iter(self._open)))
        self._open[person] = time.monotonic(), question

    def of(self, person: int) -> Question | None:
        """What was asked of them last, if they did not answer yet and it is not too long ago."""
        since, question = self._open.get(person, (float("-inf"), None))
        return question if time.monotonic() - since < OPEN_S else None

    def drop(self, person: int) -> None:
        """They answered, or turned to something else."""
        self._open.pop(person, None)
