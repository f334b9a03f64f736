"""A poem that is there already: some of its lines written anew, or its next part.

The lines that stay are told to the decoder as they are: it reads them where it would have written them,
and the rhymes and words of those still to come are bound before it begins.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from atelier.errors import BadInput
from atelier.languages import say
from atelier.requests import HEADED, Form, Verse
from models.poet.automaton import FormAutomaton
from models.poet.data import words_of
from models.poet.draft import Plan
from models.poet.forms import FREE, Pattern, patterns_of
from models.poet.heads import stood_in
from models.poet.row import Row

SHARES = {"subtle": 1 / 3, "strong": 2 / 3}  # of the lines that are written anew
_ROMAN = (
    "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
    "XVIII", "XIX", "XX",
)  # fmt: skip

Tokens = tuple[int, ...]  # a line's, from its end


def begun(verse: Verse, plan: Plan, automaton: FormAutomaton) -> Plan:
    """``plan`` for a poem that starts from ``verse``; its pattern is that of the poem's own lines.

    Raises :class:`BadInput` for lines with words that nobody here knows, or that are not in the form.
    """
    said = verse.lines
    heads = "".join(line.lstrip("'\"")[:1].lower() for line in said) if plan.form in HEADED else ""
    written = stood_in(automaton, heads)
    if written != heads:
        said = tuple(head + line[1:] for head, line in zip(written, said, strict=True))
    lines = [_tokens(line, automaton) for line in said]
    pattern = _pattern(patterns_of(plan.form, written, heads), plan.form, lines, automaton)
    if verse.way == "continue":
        if plan.form in HEADED:
            raise BadInput("poem-continue-headed", form=plan.form)
        title = say(f"poem-part-{automaton.lang}", title=plan.title, part=_part(verse.part, automaton.lang))
        given = (*lines, *[None] * len(pattern.lines))
        return replace(plan, title=title, pattern=_twice(pattern), given=given, skipped=len(lines))
    anew = _anew(pattern, verse.strength, plan.seed)
    kept = tuple(None if at in anew else line for at, line in enumerate(lines))
    old = frozenset(_words(line, automaton) for line in lines)
    return replace(plan, pattern=pattern, given=kept, avoided=old)


def _tokens(line: str, automaton: FormAutomaton) -> Tokens:
    words = words_of(line, automaton.lang)
    unknown = [word for word in words if word not in automaton.index]
    if unknown or not words:
        raise BadInput("poem-unknown-word", word=unknown[0] if unknown else line[:40])
    return tuple(automaton.index[word] for word in reversed(words))


def _words(tokens: Sequence[int], automaton: FormAutomaton) -> Tokens:
    """A line without its marks."""
    return tuple(token for token in tokens if automaton.spans[token])


def _pattern(
    patterns: Sequence[Pattern], form: Form, lines: Sequence[Tokens], automaton: FormAutomaton
) -> Pattern:
    """The one of ``patterns`` that ``lines`` keep. Raises :class:`BadInput` where there is none."""
    for pattern in patterns:
        # Poems that were made when nothing kept unrhymed ends apart are no worse to start from.
        if len(pattern.lines) == len(lines) and _keeps(pattern.loosened(), lines, automaton):
            return pattern
    raise BadInput("poem-not-in-form", form=form)


def _keeps(pattern: Pattern, lines: Sequence[Tokens], automaton: FormAutomaton) -> bool:
    row = Row(pattern)
    for at, tokens in enumerate(lines):
        for token in tokens:
            if row.done or row.at != at:
                return False
            mask, without = automaton.allowed(row)
            if not bool(mask[token]) or token in without:
                return False
            automaton.took(row, token)
    return row.done


def _twice(pattern: Pattern) -> Pattern:
    """Two parts of a poem, each with rhymes of its own."""
    second = tuple(
        line if line.rhyme == FREE else replace(line, rhyme=line.rhyme.upper()) for line in pattern.lines
    )
    return Pattern((*pattern.lines, *second), (*pattern.stanzas, *pattern.stanzas))


def _anew(pattern: Pattern, strength: str, seed: int) -> set[int]:
    """Which lines are written anew; one that is said again goes with the line that it says."""
    free = [at for at, line in enumerate(pattern.lines) if not line.echo]
    many = max(1, round(SHARES[strength] * len(free)))
    chosen = set(random.Random(f"anew {seed}").sample(free, many))
    return chosen | {at for at, line in enumerate(pattern.lines) if line.echo and at - 1 in chosen}


def _part(part: int, lang: str) -> str:
    if lang == "en":
        return _ROMAN[part - 2]
    digits = "零一二三四五六七八九"
    tens, ones = divmod(part, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
