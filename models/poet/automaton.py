"""Form by construction: which tokens may come next, for every row of a batch.

Lines are written from their last word to their first. A row knows what is left of its line, which
rhymes are bound and which words rhymed already; tokens that would break the form get
minus infinity. It reads tokens only through the lexicon's arrays, so that another tokenizer needs
another lexicon and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from models.hf import LogitsProcessor
from models.poet.forms import FREE, Line, Pattern
from models.poet.lexicon import LEVEL, OBLIQUE, OBLIQUE_GROUPS, Lexicon
from models.poet.places import Places
from models.poet.row import REPEATED, Row
from models.poet.usage import Usage
from models.poet.vocabulary import Vocabulary

CLOSING = (".", "!", "?")
INNER = (",", ";", ":", "--", "!")
NEVER = -math.inf
MASKS = 4096  # kept, each of one byte a word
# What is taken from logits, so that poems have as many of each as real ones (chosen on `val`'s titles).
PAUSE = 1.7  # marks within a line
SMALL = {"en": 0.7, "zh": 0.0}  # every word that says little
SMALL_REPEATED = {"en": 0.45, "zh": 0.25}  # each earlier use of a word that says little (at most four count)
TOO_SHORT = math.log1p(3)  # a word that ended fewer training lines ends none of ours
TOO_SHORT_SILENT = math.log1p(150)  # the same for function words, which end lines by enjambment


class FormAutomaton(LogitsProcessor):
    """Masks scores [R, content tokens] for ``rows``; ``took`` tells it what was chosen."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        cut = vocabulary.content
        self.words = vocabulary.tokens[cut:]
        self.lang = vocabulary.lang
        self.length, self.stress = lexicon.length[cut:], lexicon.stress[cut:]
        self.rhyme, self.tone = lexicon.rhyme[cut:], lexicon.tone[cut:]
        self.ends, self.weight = lexicon.ends[cut:], lexicon.weight[cut:]
        # The same as lists: asked for word by word, where a tensor answers slowly.
        self.spans: list[int] = self.length.tolist()
        self.telling: list[bool] = (self.weight > 0).tolist()
        self._rhymes: list[int] = self.rhyme.tolist()
        self.is_word = self.length > 0
        self.small = self.is_word & (self.weight <= 0)
        self.pauses = [number for number, word in enumerate(self.words) if word in INNER]
        self.index = {word: number for number, word in enumerate(self.words)}
        self.usage = Usage(self.words, self.lang)
        self.first = torch.tensor([ord(word[0]) for word in self.words])
        floor = torch.where(self.weight > 0, TOO_SHORT, TOO_SHORT_SILENT)
        self.can_end = self.is_word & (
            (self.ends >= floor) if self.lang == "en" else (self.ends >= TOO_SHORT)
        )
        self.rows: list[Row] = []
        self._masks: dict[tuple[object, ...], Tensor] = {}
        self._rooms: dict[tuple[object, ...], Tensor] = {}
        self._twins: dict[int, list[int]] = {}
        self._classes: dict[int, list[int]] = {}

    def __call__(self, input_ids: Tensor | None, scores: Tensor) -> Tensor:
        """Scores with minus infinity where the form forbids. No row is done.

        Of the ids nothing is read, for the rows know more than their tokens: whoever draws keeps the rows.
        """
        del input_ids
        masks: dict[int, int] = {}  # each mask once: most rows share theirs with others
        held: list[Tensor] = []
        which: list[int] = []
        fines: list[float] = []
        barred, fined = Places(), Places()
        again = SMALL_REPEATED[self.lang]
        for i, row in enumerate(self.rows):
            mask, without = self.allowed(row)
            if id(mask) not in masks:
                masks[id(mask)] = len(held)
                held.append(mask)
            barred.add(i, [*without, *self.usage.before(row)])
            which.append(masks[id(mask)])
            words, costs = row.fined(again)
            fined.add(i, words)
            fines += costs
            if row.words:  # 悠悠 is a word, most doubles are not
                fined.add(i, row.words[-1:])
                fines.append(REPEATED)
                if row.mark is None:
                    fined.add(i, self.pauses)
                    fines += [PAUSE] * len(self.pauses)
        shared = self.usage.written(torch.stack(held))
        plain = -SMALL[self.lang] * self.small.to(scores.dtype)
        added = plain.expand(shared.shape).masked_fill(~shared, NEVER)
        added = added.index_select(0, torch.tensor(which))
        added[barred.where()] = NEVER
        added.index_put_(fined.where(), -torch.tensor(fines, dtype=scores.dtype), accumulate=True)
        return added.add_(scores)

    def allowed(self, row: Row) -> tuple[Tensor, list[int]]:
        """The tokens that may come next: a mask [content tokens], which others share, and what is off it."""
        line = row.line
        if self.lang == "zh":
            return self._allowed_character(row, line)
        if not row.ended:
            last = row.at == len(row.pattern.lines) - 1
            if row.mark is None and last:
                return self._with_marks(None, ("marks",), CLOSING), []
            return self.line_end(row, line, marked=row.mark is None)
        mask = self._fits(line, row.left)
        if row.mark is None:
            key = ("marked", line.metre, line.length, row.left, line.head)
            mask = self._with_marks(mask, key, INNER)
        return mask, row.words[-1:]  # no word twice running

    def _with_marks(self, mask: Tensor | None, key: tuple[object, ...], marks: tuple[str, ...]) -> Tensor:
        """``mask`` (None: nothing) and ``marks``."""
        if key not in self._masks:
            made = torch.zeros_like(self.is_word) if mask is None else mask.clone()
            made[[self.index[mark] for mark in marks if mark in self.index]] = True
            self._masks[key] = made
        return self._masks[key]

    def took(self, row: Row, token: int) -> None:
        """Move ``row`` on by ``token``."""
        span = self.spans[token]
        if span == 0:
            row.mark = token
            return
        line = row.line
        if not row.ended and line.rhyme != FREE:
            self.rhymes(row, line, token)
        if not row.ended and line.apart:
            row.ends.append(token)
        row.ended, row.mark = True, None
        row.words.append(token)
        row.left -= span
        if row.left == 0:
            self._close(row)

    def rhymes(self, row: Row, line: Line, word: int) -> None:
        """``word`` ends ``line``: the rhymes of the others are bound to it."""
        held = self._rhymes[word]
        known = row.bound.get(line.rhyme)
        if self.lang == "zh":  # groups that every rhyme so far is in
            row.bound[line.rhyme] = held & (self._roomy(line) if known is None else known)
        elif known is None:
            row.bound[line.rhyme] = held
        row.rhymed.setdefault(line.rhyme, []).append(word)

    def completes(self, row: Row, token: int) -> bool:
        """Whether ``token`` would finish the line."""
        return self.spans[token] == row.left > 0

    def _close(self, row: Row) -> None:
        row.lines.append(row.words)
        row.used.update(word for word in row.words if self.telling[word])
        row.small.update(word for word in row.words if not self.telling[word])
        row.at += 1
        row.words, row.ended, row.mark = [], False, None
        if row.at < len(row.pattern.lines):
            row.left = row.line.length

    # English

    def _fits(self, line: Line, left: int) -> Tensor:
        """Words that can stand with ``left`` syllables still to come (themselves among them)."""
        key = ("fits", line.metre, line.length, left, line.head)
        if key not in self._masks:
            mask = self.is_word & (self.length <= left)
            if line.metre:
                mask = mask & self._in_metre(line, left)
            if line.head:
                starts = self.first == ord(line.head)
                whole = self.length == left
                reachable = torch.tensor([n > 0 and self.startable(line, n) for n in range(left + 1)])
                rest = (left - self.length).clamp(min=0)
                mask = mask & torch.where(whole, starts, reachable[rest])
            self._masks[key] = mask
        return self._masks[key]

    def _in_metre(self, line: Line, left: int) -> Tensor:
        """Primary stresses fall on strong places; a word of one syllable may stand anywhere."""
        step = 2 if line.metre == "iambic" else 3
        fit = torch.ones_like(self.is_word)
        for syllable in range(8):
            place = left - self.length + syllable  # from the line's start, 0-based
            strong = (line.length - 1 - place) % step == 0
            if line.metre == "iambic":
                strong = strong | (place == 0)  # the usual inverted first foot
            fit &= ~((self.stress >> syllable & 1).bool() & ~strong)
        return fit | (self.length == 1)

    def startable(self, line: Line, left: int) -> bool:
        """Whether a line with ``left`` syllables to come can still begin with its letter."""
        free = Line(line.length, metre=line.metre)
        fits = torch.zeros_like(self.is_word)
        for size in range(1, left + 1):  # words of one syllable fill what is before the first word
            fits |= (self.length == size) & (self._in_metre(free, size) if line.metre else self.is_word)
        return bool((fits & self.is_word & (self.first == ord(line.head))).any())

    def line_end(self, row: Row, line: Line, *, marked: bool = False) -> tuple[Tensor, list[int]]:
        """Words that can end ``line``: known to end lines, and rhyming where the scheme says so.

        ``marked``: marks too. A mask that others share, and what is off it.
        """
        bound = row.bound.get(line.rhyme) if line.rhyme != FREE else None
        wanted = 0
        if line.rhyme != FREE and bound is None:
            wanted = sum(other.rhyme == line.rhyme for other in row.pattern.lines)
        key = ("end", line.metre, line.length, row.left, line.head, wanted, bound, line.apart, marked)
        mask = self._masks.get(key)
        if mask is None:
            mask = self._fits(line, row.left) & self.can_end
            if bound is not None:
                mask = mask & (self.rhyme == bound)
            elif wanted:
                mask = mask & (self.rhyme > 0) & (self._room(line)[self.rhyme] >= wanted + 3)
            elif line.apart and bool((known := mask & (self.rhyme > 0)).any()):
                mask = known  # of a word without a class nobody knows what it rhymes with
            if marked:
                mask[[self.index[mark] for mark in (*CLOSING, ",", ";", ":") if mark in self.index]] = True
            self._keep(key, mask)
        if bound is not None:
            return mask, [word for other in row.rhymed[line.rhyme] for word in self._same(other)]
        if line.apart or wanted:
            return mask, self._heard(row, mask)
        return mask, []

    def _heard(self, row: Row, mask: Tensor) -> list[int]:
        """``row``'s line ends and what rhymes with them; of the oldest, not where nothing else were left."""
        said = [*row.ends, *(word for words in row.rhymed.values() for word in words)]
        said += [word for held in row.bound.values() for word in self._alike(held)]
        known = [end for end in row.ends if self._rhymes[end]]
        for first in range(len(known) + 1):
            barred = [*said, *(word for end in known[first:] for word in self._alike(self._rhymes[end]))]
            if self._left(mask, barred):
                return barred
        return []

    def _left(self, mask: Tensor, barred: Sequence[int]) -> bool:
        """Whether ``mask`` has words that are not ``barred``."""
        left = mask & self.is_word
        left[barred] = False
        return bool(left.any())

    def _keep(self, key: tuple[object, ...], mask: Tensor) -> None:
        if len(self._masks) >= MASKS:
            self._masks.clear()
        self._masks[key] = mask

    def _alike(self, held: int) -> list[int]:
        """The words of an English rhyme class."""
        if held not in self._classes:
            self._classes[held] = torch.nonzero(self.rhyme == held)[:, 0].tolist()
        return self._classes[held]

    def _same(self, word: int) -> list[int]:
        """The words that rhyme with ``word`` only by being it: its own ending, or what ends in it."""
        if word not in self._twins:
            alike = self._alike(self._rhymes[word])
            self._twins[word] = [n for n in alike if self._same_ending(self.words[n], self.words[word])]
        return self._twins[word]

    @staticmethod
    def _same_ending(one: str, other: str) -> bool:
        """Whether two words are one rhyme word (light and delight): no rhyme, an identity."""
        return one.endswith(other) or other.endswith(one)

    def _room(self, line: Line) -> Tensor:
        """How many line ends each rhyme class has in this metre, [classes]."""
        key = (line.metre, line.length)
        if key not in self._rooms:
            plain = Line(line.length, metre=line.metre)
            mask = self._fits(plain, line.length) & self.can_end
            size = int(self.rhyme.max()) + 1
            self._rooms[key] = torch.zeros(size, dtype=torch.long).index_add_(0, self.rhyme, mask.long())
        return self._rooms[key]

    # Chinese

    def _allowed_character(self, row: Row, line: Line) -> tuple[Tensor, list[int]]:
        place = row.left - 1
        if place == 0 and line.head:
            return self._only(self.index[line.head]), []
        if line.echo:
            return self._only(row.lines[-1][len(row.words)]), []
        if not row.ended:
            return self.character_end(row, line)
        mask = self._toned(line.tones[place])
        # A character comes back only right beside itself (悠悠), or if it says little.
        last = row.words[-1]
        without = [word for word in {*row.used, *row.words} if self.telling[word] and word != last]
        if row.words[-2:-1] == [last]:
            without.append(last)
        return mask, without

    def _only(self, word: int) -> Tensor:
        key = ("only", word)
        if key not in self._masks:
            mask = torch.zeros_like(self.is_word)
            mask[word] = True
            self._keep(key, mask)
        return self._masks[key]

    def _toned(self, tone: str) -> Tensor:
        if (tone,) not in self._masks:
            wanted = {"平": LEVEL, "仄": OBLIQUE, "中": 0}[tone]
            self._masks[(tone,)] = self.is_word if not wanted else (self.tone & wanted) > 0
        return self._masks[(tone,)]

    def character_end(self, row: Row, line: Line) -> tuple[Tensor, list[int]]:
        """Characters that can end ``line``: a mask that others share, and what is off it."""
        tone = line.tones[-1]
        bound = row.bound.get(line.rhyme) if line.rhyme != FREE else None
        key = ("end", tone, line.rhyme == FREE, bound)
        mask = self._masks.get(key)
        if mask is None:
            mask = self._toned(tone) & self.can_end
            if line.rhyme == FREE:  # it ends in the other tone than the rhymes
                mask = mask & (self.tone == (LEVEL if tone == "平" else OBLIQUE))
            else:
                mask = mask & ((self.rhyme & (self._roomy(line) if bound is None else bound)) > 0)
            self._keep(key, mask)
        return mask, [*row.used, *row.rhymed.get(line.rhyme, []), *(row.ends if line.apart else ())]

    def _roomy(self, line: Line) -> int:
        """The bit set of rhyme groups of the tone that ``line`` ends in, with characters enough."""
        level = line.tones[-1] == "平"
        key = ("roomy", level)
        if key not in self._rooms:
            groups = [1 << i for i in (range(32) if level else OBLIQUE_GROUPS)]
            wide = sum(bit for bit in groups if int((((self.rhyme & bit) > 0) & self.can_end).sum()) >= 16)
            self._rooms[key] = torch.tensor(wide)
        return int(self._rooms[key])

    def writes(self, pattern: Pattern) -> bool:
        """Whether there are rhymes for ``pattern``: older versions keep no groups of oblique ones."""
        rhymed = [line for line in pattern.lines if line.rhyme != FREE]
        return self.lang == "en" or all(self._roomy(line) for line in rhymed)
