"""What of a poem can be looked at while it is written.

Our own model commits a poem part by part (``commit``): these lines stay. A foreign one writes all candidates
to their end before the best is chosen, so that the lines of one of them (``look``) are a draft: the poem may
become another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from models.poet.row import Row

if TYPE_CHECKING:
    from models.poet.draft import Plan


class Candidate(Protocol):
    """One of a poem's, being written. ``tokens``: its lines, each from its end."""

    plan: Plan
    tokens: list[list[int]]
    likelihood: float
    count: int

    @property
    def row(self) -> Row:
        """Where it stands in its form."""


class Leads:
    """Tells what is committed, or follows one candidate a poem: the likeliest with a line, while it lives.

    ``tell`` is called with the poem's number and that candidate, whenever it has one line more.
    """

    def __init__(self, tell: Callable[[int, Candidate], None]) -> None:
        self._tell = tell
        self._leads: dict[int, Candidate] = {}
        self._told: dict[int, int] = {}

    def look(self, groups: Sequence[Sequence[Candidate]]) -> None:
        """After a step of all candidates, poem by poem."""
        for number, group in enumerate(groups):
            lead = self._leads.get(number)
            if lead is None or lead.row.dead:
                begun = [one for one in group if one.row.lines and not one.row.dead]
                if not begun:
                    continue
                lead = self._leads[number] = max(begun, key=lambda one: one.likelihood / max(1, one.count))
            self.commit(number, lead)

    def commit(self, number: int, lead: Candidate) -> None:
        """``lead`` is what there is of poem ``number``."""
        lines = len(lead.row.lines)
        if lines != self._told.get(number):
            self._told[number] = lines
            self._tell(number, lead)
