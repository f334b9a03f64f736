"""Where one candidate stands in its form: what is left of its line, what is bound, what was said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from models.poet.forms import Line, Pattern

REPEATED = 2.5  # taken from the logit of a telling word that the poem has already


@dataclass
class Row:
    """Where one candidate stands. Numbers of tokens are relative to ``content``."""

    pattern: Pattern
    at: int = 0  # line
    left: int = 0  # syllables or characters still to come in it
    words: list[int] = field(default_factory=list)  # of this line so far, from its end
    mark: int | None = None  # the mark just written, if it was one
    ended: bool = False  # the line's last word is written
    bound: dict[str, int] = field(default_factory=dict)  # rhyme letter -> class, or bit set of groups
    rhymed: dict[str, list[int]] = field(default_factory=dict)  # rhyme letter -> its words
    ends: list[int] = field(default_factory=list)  # the last words of lines that are to end apart
    used: set[int] = field(default_factory=set)
    small: Counter[int] = field(default_factory=Counter)  # words that say little, and how often
    lines: list[list[int]] = field(default_factory=list)  # finished, from their end
    dead: bool = False

    # What its words cost (:meth:`fined`) and how many they were, since most steps add none.
    _fines: tuple[tuple[int, int], list[int], list[float]] = field(
        default=((-1, -1), [], []), init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.at and not self.left:
            self.left = self.pattern.lines[0].length

    def fork(self) -> Row:
        """Another that goes on from here by itself."""
        return replace(
            self, words=[*self.words], bound={**self.bound},
            rhymed={letter: [*words] for letter, words in self.rhymed.items()},
            ends=[*self.ends], used={*self.used}, small=self.small.copy(), lines=[*self.lines],
        )  # fmt: skip

    def fined(self, small: float) -> tuple[list[int], list[float]]:
        """The words that this row has used, and what is taken from the logit of each.

        ``small``: for each earlier use of a word that says little.
        """
        known = (self.at, len(self.used))
        if self._fines[0] != known:
            costs = [REPEATED] * len(self.used)
            costs += [small * min(times, 4) for times in self.small.values()]
            self._fines = (known, [*self.used, *self.small], costs)
        return self._fines[1:]

    @property
    def done(self) -> bool:
        """Whether every line is written (or the candidate was given up)."""
        return self.dead or self.at >= len(self.pattern.lines)

    @property
    def line(self) -> Line:
        """The line being written."""
        return self.pattern.lines[self.at]

    @property
    def opening(self) -> bool:
        """Whether the next token only opens a line, which the pattern decides."""
        return not self.words and self.mark is None
