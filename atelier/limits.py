"""How much may wait: for a person, for a server, for the whole studio. Beyond it a request is refused.

How much of one person's may stand in the queue at once is RQ's to keep (``rq.RateLimit``, see
:mod:`atelier.queue`); what is counted here are the rows, which no lost Redis can forget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from atelier.errors import AtelierError
from atelier.settings import Settings

Whose = Literal["person", "server", "studio"]


class Reached(AtelierError):
    """A limit stands in the way of a new request. ``whose`` limit, and ``most``, what it allows."""

    def __init__(self, whose: Whose, most: int) -> None:
        super().__init__(f"the {whose} waits for {most} works already")
        self.whose = whose
        self.most = most


@dataclass(frozen=True, slots=True)
class Limits:
    """The most works that may be unfinished at one time."""

    person: int
    server: int
    studio: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits of the settings."""
        return cls(settings.person_waiting, settings.server_waiting, settings.studio_waiting)

    def check(self, person: int, server: int, studio: int) -> None:
        """Raises :class:`Reached` where one more than these would be too many."""
        for whose, number, most in (
            ("person", person, self.person), ("server", server, self.server), ("studio", studio, self.studio),
        ):  # fmt: skip
            if number >= most:
                raise Reached(whose, most)  # type: ignore[arg-type]
