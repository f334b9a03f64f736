"""With which letters or characters a line can begin."""

from __future__ import annotations

from collections.abc import Sequence

from models.poet.automaton import FormAutomaton
from models.poet.forms import Line


def unreachable_heads(automaton: FormAutomaton, heads: Sequence[str], line: Line) -> list[str]:
    """Those of ``heads`` with which no line of this kind can begin."""
    if automaton.lang == "zh":
        return [
            head for head in heads
            if head not in automaton.index or not bool(automaton.is_word[automaton.index[head]])
        ]  # fmt: skip
    return [
        head for head in heads
        if not automaton.startable(Line(line.length, metre=line.metre, head=head), line.length)
    ]  # fmt: skip
