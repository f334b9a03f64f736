"""How much may wait: for a person, for a server, for the whole studio. Beyond it a request is refused.

How much of one person's may stand in the queue at once is RQ's to keep (``rq.RateLimit``, see
:mod:`atelier.queue`); what is counted here are the rows, which no lost Redis can forget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, get_args

from atelier.errors import AtelierError
from atelier.requests import Kind
from atelier.rules import Rules
from atelier.settings import Settings

# The fewest works that a worker takes in one pass, where ATELIER_BATCH does not say (models.loading.at_once)
LEAST: dict[Kind, int] = {"paint": 16, "poem": 8, "melody": 4}
_PASSES = 2  # of one person may stand in front of somebody else


def slots_of(settings: Settings, kind: Kind) -> int:
    """How many of one person's works of ``kind`` may stand in the queue or be made at one time.

    Two passes of a worker at most, however few works go into one: so others wait no longer for them.
    """
    return min(settings.person_running, _PASSES * (settings.batch or LEAST[kind]))


Whose = Literal["person", "member", "server", "studio"]


class Reached(AtelierError):
    """A limit stands in the way of a new request. ``whose`` limit, and ``most``, what it allows."""

    def __init__(self, whose: Whose, most: int) -> None:
        super().__init__(f"the {whose} waits for {most} works already")
        self.whose = whose
        self.most = most


@dataclass(frozen=True, slots=True)
class Limits:
    """The most works that may be unfinished at one time.

    ``person``: of one person, anywhere; ``member``: of one person, in this server; ``server``: of all in
    this server; ``studio``: of everybody.
    """

    person: int
    member: int
    server: int
    studio: int

    @classmethod
    def of(cls, settings: Settings, everywhere: Rules | None = None, here: Rules | None = None) -> Self:
        """The settings' limits, as the studio's and the server's rules lower them; none raises them."""
        whole, local = everywhere or Rules(), here or Rules()
        person = _lower(settings.person_waiting, whole.each)
        studio = _lower(settings.studio_waiting, whole.together)
        return cls(
            person, _lower(person, local.each), _lower(settings.server_waiting, local.together), studio
        )

    def check(self, person: int, member: int, server: int, studio: int) -> None:
        """Raises :class:`Reached` where one more than these would be too many."""
        for whose, number in zip(get_args(Whose), (person, member, server, studio), strict=True):
            most = getattr(self, whose)
            if number >= most:
                raise Reached(whose, most)


def _lower(most: int, ruled: int | None) -> int:
    return most if ruled is None else min(most, ruled)
