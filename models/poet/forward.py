"""The same forms for a model that writes forwards, token by token of whatever tokenizer it has.

A :class:`Place` knows the words of its line so far and the letters of the word being spelled. What may
come next is asked of the form automaton of :mod:`models.poet.automaton`: its mask of line ends, and its
mask of words that fit the metre where they would stand. A word is only begun where the syllables
after it still leave room for a line end that rhymes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import torch
from torch import Tensor

from models.hf import LogitsProcessor
from models.poet.automaton import CLOSING, NEVER, FormAutomaton
from models.poet.forms import Line
from models.poet.row import Row
from models.poet.spelling import Spelling

_INNER = (",", ";", ":")
_LONGEST = 8  # syllables of a word, characters of a token


@dataclass
class Place:
    """Where one candidate stands. Numbers of words are relative to ``content``, as in ``row``."""

    row: Row  # finished lines, and what is bound; its own line is not begun
    ends: Tensor  # [W], words that can end the line
    words: list[int] = field(default_factory=list)  # of this line, in reading order
    said: list[int] = field(default_factory=list)  # the same with the marks
    part: bytes = b""  # of the word being spelled
    spaced: bool = False  # a space of its own was written
    done: int = 0  # syllables or characters of ``words``


class ForwardAutomaton(LogitsProcessor):
    """Masks scores [R, V] of a foreign model for ``places``; ``took`` tells it what was chosen."""

    def __init__(self, form: FormAutomaton, spelling: Spelling) -> None:
        self.form, self.spelling = form, spelling
        self.places: list[Place] = []
        self.marks: dict[int, int] = {}  # token -> mark
        for mark in (*CLOSING, *_INNER):
            if (token := spelling.plain.get(mark.encode())) is not None and mark in form.index:
                self.marks[token] = form.index[mark]
        self.newline = spelling.plain.get(b"\n")
        self._inner: dict[tuple[object, ...], Tensor] = {}
        self._tokens, self._characters = self._several()

    def _several(self) -> tuple[Tensor, Tensor]:
        """Tokens of several characters [n], and the characters [n, K] (-1: none) that each one writes."""
        if self.form.lang == "en":
            return torch.zeros(0, dtype=torch.long), torch.zeros(0, 0, dtype=torch.long)
        index, tokens, rows = self.form.index, [], []
        for piece, token in self.spelling.plain.items():
            text = piece.decode("utf-8", "ignore") if len(piece) > 3 else ""
            if not 1 < len(text) <= _LONGEST or len(text.encode()) != len(piece):
                continue
            if all(c in index for c in text) and self._clean(text):
                tokens.append(token)
                rows.append([index[c] for c in text] + [-1] * (_LONGEST - len(text)))
        return torch.tensor(tokens, dtype=torch.long), torch.tensor(rows, dtype=torch.long).view(-1, _LONGEST)

    def _clean(self, text: str) -> bool:
        """Whether characters come back in it only right beside themselves, and never three times running."""
        said = [c for c in text if float(self.form.weight[self.form.index[c]]) > 0]
        apart = len(set(said)) + sum(a == b for a, b in pairwise(said)) == len(said)
        return apart and not any(text[i] == text[i + 1] == text[i + 2] for i in range(len(text) - 2))

    def place(self, row: Row) -> Place:
        """The beginning of the line that ``row`` stands before."""
        form = self.form
        shared, without = (form.line_end if form.lang == "en" else form.character_end)(row, row.line)
        ends = shared.clone()
        ends[without] = False
        return Place(row, form.usage.written(_or_all(ends, form.usage.before(row))))

    def __call__(self, input_ids: Tensor | None, scores: Tensor) -> Tensor:
        """Scores with minus infinity where the form forbids."""
        del input_ids  # the places know more than their tokens
        barred = torch.ones_like(scores, dtype=torch.bool)
        for at, place in enumerate(self.places):
            for ids in self._next(place):
                barred[at, ids] = False
        return scores.masked_fill(barred, NEVER)

    def _next(self, place: Place) -> Iterator[Tensor]:
        """The tokens that may come next, in parts."""
        if self.form.lang == "zh":
            yield from self._next_character(place)
            return
        if not place.part:
            yield from self._begin(place, closed=place.spaced)
            return
        allowed = self._surfaces(place, self._words(place))
        yield self.spelling.after(place.part).viable(allowed)
        word = self._complete(place, allowed)
        if word is None:
            return
        ended = self._commit(place, word)
        if ended.done == place.row.line.length:
            yield self._ends(place)
        else:
            yield from self._begin(ended, closed=False)
            yield torch.tensor([token for token, mark in self.marks.items()
                                if self.form.words[mark] in _INNER], dtype=torch.long)  # fmt: skip

    def _begin(self, place: Place, *, closed: bool) -> Iterator[Tensor]:
        """A word's first tokens; ``closed``: the space before it is written."""
        allowed = self._surfaces(place, self._words(place))
        if closed or not place.said:
            yield self.spelling.after(b"").viable(allowed)
        if not closed:
            yield self.spelling.after(b"", spaced=True).viable(allowed)
            if self.spelling.space is not None and allowed.any():
                yield torch.tensor([self.spelling.space])

    def _ends(self, place: Place) -> Tensor:
        """What may close a finished line: a mark, or a line break; the poem's last line, a closing mark."""
        last = place.row.at == len(place.row.pattern.lines) - 1
        tokens = [t for t, mark in self.marks.items() if not last or self.form.words[mark] in CLOSING]
        if self.newline is not None and (not last or not tokens):
            tokens.append(self.newline)
        return torch.tensor(tokens, dtype=torch.long)

    def _surfaces(self, place: Place, words: Tensor) -> Tensor:
        spelling = self.spelling
        return words[spelling.word_of] & (spelling.inside if place.words else spelling.opens)

    def _complete(self, place: Place, allowed: Tensor) -> int | None:
        """The word that is spelled out, if it may stand here."""
        at = self.spelling.exact.get(place.part)
        return int(self.spelling.word_of[at]) if at is not None and bool(allowed[at]) else None

    def _commit(self, place: Place, word: int) -> Place:
        return replace(
            place, words=[*place.words, word], said=[*place.said, word], part=b"", spaced=False,
            done=place.done + int(self.form.length[word]),
        )  # fmt: skip

    # English

    def _words(self, place: Place) -> Tensor:
        """The words [W] that may stand here."""
        line, form = place.row.line, self.form
        left = line.length - place.done
        spans = form.length[place.ends]
        shortest = int(spans.min()) if len(spans) else line.length + 1
        mask = self._fitting(line, place.done) & (form.length <= left - shortest)
        mask = mask | (place.ends & (form.length == left) & self._fitting(line, place.done))
        if place.words:
            mask[place.words[-1]] = False  # no word twice running
            after = form.usage.after(place.words[-1])
            if after is not None and bool((mask & after).any()):
                mask &= after
        return form.usage.written(mask)

    def _fitting(self, line: Line, done: int) -> Tensor:
        """Words whose stresses fit the metre after ``done`` syllables, and which begin the line as asked."""
        key = (line.metre, line.length, done, line.head if not done else "")
        if key not in self._inner:
            form, plain = self.form, Line(line.length, metre=line.metre)
            mask = torch.zeros_like(form.is_word)
            for size in range(1, line.length - done + 1):
                mask |= form._fits(plain, done + size) & (form.length == size)
            if line.head and not done:
                mask &= form.first == ord(line.head)
            self._inner[key] = mask
        return self._inner[key]

    # Chinese

    def _next_character(self, place: Place) -> Iterator[Tensor]:
        masks = self._characters_at(place)
        yield self.spelling.after(place.part).viable(masks[0][self.spelling.word_of] & self.spelling.inside)
        if place.part or not len(self._tokens):
            return
        fits = torch.ones(len(self._tokens), dtype=torch.bool)
        for step in range(_LONGEST):
            column = self._characters[:, step]
            here = masks[step][column.clamp(min=0)] if step < len(masks) else torch.zeros_like(fits)
            fits &= (column < 0) | here
        yield self._tokens[fits]

    def _characters_at(self, place: Place) -> list[Tensor]:
        """The characters [W] that may stand at each place still open in the line."""
        row, line, form = place.row, place.row.line, self.form
        barred = [word for word in {*row.used, *place.words} if form.telling[word]]
        masks = []
        for at in range(len(place.words), min(line.length, len(place.words) + _LONGEST)):
            if at == 0 and line.head:
                masks.append(self._only(form.index[line.head]))
                continue
            if line.echo:
                masks.append(self._only(row.lines[-1][line.length - 1 - at]))
                continue
            last = at == line.length - 1
            mask = (place.ends if last else form.usage.written(form._toned(line.tones[at]))).clone()
            before = place.words[-1] if place.words and at == len(place.words) else None
            beside = bool(mask[before]) if before is not None else False
            mask[barred] = False
            if before is not None and not last:  # 悠悠, but never three
                mask[before] = beside and place.words[-2:-1] != [before]
            if line.head and not last:
                mask[form.index[line.head]] = False
            masks.append(mask)
        return masks

    def _only(self, word: int) -> Tensor:
        mask = torch.zeros_like(self.form.is_word)
        mask[word] = True
        return mask

    def took(self, place: Place, token: int) -> tuple[Place, bool]:
        """The place after ``token``, and whether the line is finished by it."""
        piece, form = self.spelling.pieces[token] or b"", self.form
        if form.lang == "zh":
            text = (place.part + piece).decode("utf-8", "ignore")
            if len(text.encode()) != len(place.part + piece):  # within a character
                return replace(place, part=place.part + piece), False
            for character in text:
                place = self._commit(place, form.index[character])
            return place, place.done == place.row.line.length
        if token in self.marks or token == self.newline:
            place = self._commit(place, self._spelled(place))
            said = [*place.said, self.marks[token]] if token in self.marks else place.said
            return replace(place, said=said), place.done == place.row.line.length
        if piece[:1] == b" ":
            if place.part:
                place = self._commit(place, self._spelled(place))
            place = replace(place, part=piece[1:], spaced=piece == b" ")
        else:
            place = replace(place, part=place.part + piece)
        if not len(self._ends(place)):  # nothing could close the line: a word that fills it does
            word = self._complete(place, self._surfaces(place, self._words(place)))
            if word is not None and place.done + int(form.length[word]) == place.row.line.length:
                return self._commit(place, word), True
        return place, False

    def _spelled(self, place: Place) -> int:
        return int(self.spelling.word_of[self.spelling.exact[place.part]])

    def filled(self, place: Place, token: int) -> list[int] | None:
        """The words of the line, if ``token`` may be the last that spells any of it; else None."""
        if token in self.marks or token == self.newline:
            return None  # what it closes was asked about before
        after, done = self.took(place, token)
        if done:
            return after.words
        if self.form.lang == "en" and after.part in self.spelling.exact:
            word = self._spelled(after)
            if after.done + int(self.form.length[word]) == place.row.line.length:
                return [*after.words, word]
        return None

    def close(self, place: Place) -> list[int]:
        """Tell the row of its finished line; what was said, marks too, from the end."""
        for word in reversed(place.words):
            self.form.took(place.row, word)
        return place.said[::-1]


def _or_all(mask: Tensor, barred: list[int]) -> Tensor:
    """``mask`` without ``barred``; all of it where that would leave nothing."""
    kept = mask.clone()
    kept[barred] = False
    return kept if bool(kept.any()) else mask


def restricted(form: FormAutomaton, spelled: Tensor) -> FormAutomaton:
    """``form``, made to write no word but those that are ``spelled`` [W]."""
    form.is_word = form.is_word & spelled
    form.can_end = form.can_end & spelled
    return form
