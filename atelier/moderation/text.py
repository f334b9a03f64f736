"""A prompt with its disguises undone, in the forms that words are looked for in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from string import digits
from typing import TYPE_CHECKING

from disarm import strip_obfuscation

from atelier.moderation.index import HAN, NOT_HAN, PIECE, SIGNS, fold
from atelier.safety import words_for_model

if TYPE_CHECKING:
    from atelier.moderation.lists import Lists

_MOST_PARTS = 4  # of a word that is parted into pieces of several letters
_MOST_PIECES = 24  # letters set apart that are put together again
_CLAUSE = re.compile(r"[，。；！？,;!?\n]+")
_FLAGS = {0x1F1E6 + n: chr(ord("a") + n) for n in range(26)}  # 🇳🇺 …
_INSIDE = re.compile(r"(?<=\w)!(?=\w)")
_TAG = re.compile(r"<[^<>]*>")
_EDGES = re.compile(r"^[^\w@$*¢^§]+|[^\w@$*]+$")
_ARTICLES = frozenset({"a", "an", "the", "my", "your", "his", "her", "some", "one", "big", "huge", "hard"})
# Letters that are drawn with several signs (n|_|de, p()rn, \/agina), the longest first.
_BARS = str.maketrans("│┃∣ǀ❘︱￨", "|||||||")
_DRAWN = {
    "|\\/|": "m", "/\\/\\": "m", "\\/\\/": "w", "|\\|": "n", "/\\/": "n", "|_|": "u", "(_)": "u",
    "\\_/": "u",
    "[_]": "u", "|-|": "h", "]-[": "h", ")-(": "h", "|)": "d", "[)": "d", "|]": "d", "|<": "k", "|{": "k",
    "|3": "b", "|=": "f", "|2": "r", "|_": "l", "|*": "p", "|>": "p", "()": "o", "[]": "o", "{}": "o",
    "<>": "o",
    "/\\": "a", "\\/": "v", "><": "x", "}{": "x", ")(": "x",
}  # fmt: skip
_LETTERS = re.compile("|".join(map(re.escape, sorted(_DRAWN, key=len, reverse=True))))
_OPEN = re.compile(r"[(<\[{](?=[\w|@$+*])")  # a c: (unt, fu(k
_UNSEEN = {"Cf", "Mn", "Me"}
_NO_MINORS = "🔞"  # its name is "no one under eighteen"


def readings(prompt: str) -> list[str]:
    """What a prompt may say: as it stands, letters drawn with several signs read, emoji by their names."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", prompt) if unicodedata.category(c) not in _UNSEEN)
    drawn = _LETTERS.sub(lambda found: _DRAWN[found[0]], seen.translate(_BARS))
    named = words_for_model(prompt.replace(_NO_MINORS, " "))
    found = [plain(prompt)]
    for other in (drawn, _OPEN.sub("c", drawn), named):
        if other not in (prompt, seen) and plain(other) not in found:
            found.append(plain(other))
    return found


def plain(prompt: str) -> str:
    """In small letters; look-alikes, accents and what is not seen undone by Unicode's own tables."""
    return strip_obfuscation(prompt.translate(_FLAGS)).casefold()


@dataclass(slots=True)
class Text:
    """One reading of a prompt. With ``lists``, the house's own, their harmless phrases are left out."""

    plain: str
    lists: Lists | None = None
    han: str = ""
    compact: str = ""  # letters, digits and ideographs with nothing between them
    alone: str = ""  # the prompt, if it were one word
    stream: tuple[str, ...] = ()  # word by word
    chunks: tuple[str, ...] = ()  # as it is parted by spaces alone
    joined: set[str] = field(default_factory=set)  # what was set apart, put together
    numbers: set[str] = field(default_factory=set)  # pieces that were digits only
    masked: list[re.Pattern[str]] = field(default_factory=list)  # f**k
    parted: set[str] = field(default_factory=set)  # put together, or cut off: compared as they are

    def __post_init__(self) -> None:
        if self.lists:
            self.plain = self.lists.covers.sub(" something ", self.plain)
        self.han = _ideographs(self.plain)
        self.compact = "".join(PIECE.findall(self.plain))
        chunks = [_EDGES.sub("", chunk) for chunk in HAN.sub(" ", self.plain).split()]
        pieces: list[tuple[str, bool]] = []
        wholes: list[str] = []
        for chunk in chunks:
            if "*" in chunk.strip("*"):
                self._mask(chunk)
            inside = _INSIDE.sub("i", chunk)
            whole = self._whole(inside)
            wholes.append(whole)
            if chunk[:1] in "@$¢^§":  # @nal, $ex; but @name too
                pieces.append((whole, False))
            found = PIECE.findall(inside)
            pieces += [(self._fold(piece.translate(SIGNS)), piece.isdigit()) for piece in found]
            self.parted |= {self._fold(piece.strip(digits).translate(SIGNS)) for piece in found}
        self.stream = tuple(piece for piece, _ in pieces)
        self.chunks = tuple(wholes)
        self.joined.update(wholes)
        said = map(self._whole, _TAG.sub(" ", self.plain).split())
        self.alone = "".join(word for word in said if word not in _ARTICLES)
        self.numbers = {piece for piece, number in pieces if number}
        self._put_together(pieces)
        if self.lists:
            self._look_closer(self.lists)

    def _fold(self, word: str) -> str:
        return fold(word, alike=self.lists is not None)

    def _whole(self, chunk: str) -> str:
        return self._fold("".join(PIECE.findall(chunk.translate(SIGNS))))

    def _put_together(self, pieces: Sequence[tuple[str, bool]]) -> None:
        """Runs with letters standing alone: ``n u d e``, ``nu d e``; not ``pen is``, ``5 ex-soldiers``."""
        for start in range(len(pieces)):
            run, lonely, numbers = "", 0, 0
            for piece, number in pieces[start : start + _MOST_PIECES]:
                run += piece
                lonely += len(piece) == 1 and not number
                numbers += number
                if len(run) > _MOST_PIECES:
                    break
                count = lonely + numbers
                if run != piece and lonely and (not numbers or count == len(run)):
                    self.joined.add(run)

    def _look_closer(self, known: Lists) -> None:
        """What only the house's own lists are compared with, since they name the innocent neighbours too."""
        for start in range(len(self.stream)):
            for size in range(2, _MOST_PARTS + 1):
                run = self.stream[start : start + size]
                pairs = {f"{a} {b}" for a, b in pairwise(run)}
                if len(run) == size and not pairs & known.innocent and not self.numbers & set(run):
                    self.parted.add("".join(run))
        for piece in {*self.stream, *self.joined, *self.parted}:
            for cut in range(3, len(piece) - 2):
                halves = {piece[:cut], piece[cut:]}
                if halves & known.glue and any(known.index.holds(half) for half in halves):
                    self.parted |= halves
        self.han = known.borders.sub(lambda found: found[1] + " " + found[2] if found[1] else " ", self.han)
        self.compact = known.borders.sub(lambda found: found[0] if found[1] else " ", self.compact)

    def _mask(self, chunk: str) -> None:
        bare = chunk.strip("*.,")
        if len(bare) >= 4 and len(PIECE.findall(bare.replace("*", ""))) == 1:
            letters = "".join("." if c == "*" else re.escape(self._fold(c)) for c in bare.translate(SIGNS))
            self.masked.append(re.compile(letters))


def _ideographs(text: str) -> str:
    """The ideographs of each clause without what stands between them; a clause of one joins its neighbour."""
    clauses = [NOT_HAN.sub("", clause) for clause in _CLAUSE.split(text)]
    made = ""
    for before, clause in zip(["", *clauses], clauses, strict=False):
        alone = len(before) == 1 or len(clause) == 1
        made += clause if alone else f" {clause}"
    return made
