"""What the poet's poems share with those that it learnt from: whole lines, and runs of words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from atelier.figures import Figure
from atelier.languages import Lang
from models.poet.data import TABLES, find_rows, words_of
from models.poet.originality import LEAST, holds, line_key, owned

SHOWN = 5  # of the longest runs


def copies(poems: dict[Lang, list[list[str]]], train_data: Path) -> tuple[list[Figure], list[str]]:
    """Whole lines of training poems among ``poems`` (of their lines), and the longest runs that they share.

    ``held_lines_*`` are lines that are one of theirs but for a word (English) or two characters (Chinese)
    before it or after it. The second list has a sentence a language with the longest runs.
    """
    copied, figures, notes = 0, [], []
    for lang, ours in poems.items():
        if not ours or not any(train_data.rglob(TABLES[lang])):
            continue
        rows = find_rows(train_data, lang)[0]
        known = {line_key(words_of(line, lang), lang) for row in rows for line in row["lines"]}
        spoken = [_words([line], lang) for lines in ours for line in lines]
        copied += sum(owned(line, lang, known) for line in spoken)
        held = [line for line in spoken if holds(line, lang, known)]
        figures.append(Figure(f"held_lines_{lang}", len(held), f"of {len(spoken):,} lines"))
        texts = (_words(row["lines"], lang) for row in rows if row["split"] == "train")
        spans = longest_shared([_words(lines, lang) for lines in ours], texts)
        unit = "words" if lang == "en" else "characters"
        figures.append(Figure(f"shared_span_{lang}", max(map(len, spans), default=0), unit))
        space = " " if lang == "en" else ""
        told = "; ".join(f"{space.join(span)} ({len(span)})" for span in spans)
        notes.append(f"shared_span_{lang}: {told or f'no run of {LEAST} {unit}'}")
    return [Figure("copied_lines", copied, "lines", 0, "at most"), *figures], notes


def _words(lines: Iterable[str], lang: Lang) -> tuple[str, ...]:
    """A poem as one run, line after line, without marks."""
    return tuple(word for line in lines for word in words_of(line, lang) if word[0].isalpha())


def longest_shared(
    ours: Sequence[Sequence[str]], theirs: Iterable[Sequence[str]], shown: int = SHOWN
) -> list[tuple[str, ...]]:
    """The ``shown`` longest runs of at least ``LEAST`` that a text of ours has in common with one of theirs.

    A run may go over the end of a line. Of a run only the whole is given, no part of it.
    """
    places: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, text in enumerate(ours):
        for at in range(len(text) - LEAST + 1):
            places[tuple(text[at : at + LEAST])].append((number, at))
    longest: dict[tuple[int, int], int] = {}  # by where it begins in ours
    for text in theirs:
        for at in range(len(text) - LEAST + 1):
            for number, start in places.get(tuple(text[at : at + LEAST]), ()):
                length = LEAST + _alike(ours[number][start + LEAST :], text[at + LEAST :])
                longest[number, start] = max(length, longest.get((number, start), 0))
    whole = sorted(set(_whole(ours, longest)), key=lambda run: (-len(run), run))
    return whole[:shown]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of their first words are the same."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


def _whole(
    ours: Sequence[Sequence[str]], longest: dict[tuple[int, int], int]
) -> Iterator[tuple[str, ...]]:  # fmt: skip
    """Runs that do not lie inside the one that begins a word before them."""
    for (number, start), length in longest.items():
        if longest.get((number, start - 1), 0) <= length:
            yield tuple(ours[number][start : start + length])
