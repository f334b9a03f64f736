"""The prompt filter: which kind of thing a prompt asks for that is refused, however it is spelled.

Disguises are undone first. Look-alike letters, accents and invisible characters go by Unicode's own
tables (TR39, through the library disarm); then digits and signs that stand for letters, letters that
are drawn out, and letters that are set apart (``n u d e``, ``n.u.d.e``). What is compared are whole
words, so that Essex, a cocktail and a peacock pass; a word that is parted (``nu de``) or glued to
digits or to a common word (``nude123``, ``nudegirl``) counts, unless a list names it as innocent
(``pen is``). Chinese has no borders between words, so the lists also name the words that a find may not cut
through: 白色 + 情人节 is no 色情. The lists are ``words/LANGUAGE.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from string import digits
from typing import Literal, cast

from disarm import strip_obfuscation

WORDS = Path(__file__).parent / "words"

Kind = Literal["sexual", "gore", "minors", "rape", "hate", "harm", "server"]

EXEMPT = ("innocent", "plain", "glue", "left", "right", "cover")  # the lists of what only looks like a word
_MOST_PARTS = 4  # of a word that is parted into pieces of several letters
_MOST_PIECES = 24  # letters set apart that are put together again
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]")
_NOT_HAN = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]+")
_CLAUSE = re.compile(r"[，。；！？,;!?\n]+")
_FLAGS = {0x1F1E6 + n: chr(ord("a") + n) for n in range(26)}  # 🇳🇺 …
_SIGNS = str.maketrans("013456789@$|+€£", "oieasgtbgasitei")
_INSIDE = re.compile(r"(?<=\w)!(?=\w)")
_EDGES = re.compile(r"^[^\w@$*]+|[^\w@$*]+$")
_PIECE = re.compile(r"[^\W_]+")
_RUN, _RUNS = re.compile(r"(.)\1+"), re.compile(r"(.)\1*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: every part must be in the prompt."""

    kind: Kind
    parts: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Lists:
    """All entries, and the groups that they name (``@minor``)."""

    entries: tuple[Entry, ...]
    groups: dict[str, frozenset[str]]
    adult: frozenset[str]  # kinds that an age-restricted mode allows
    index: _Index  # of every word in them
    innocent: frozenset[str]  # two English words that only together look like a listed one
    glue: frozenset[str]  # what listed words are glued to
    borders: re.Pattern[
        str
    ]  # Chinese words side by side (groups 1 and 2), or one, that only look like a find


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: its kind, and the entry as its list has it."""

    kind: Kind
    text: str


@cache
def lists() -> Lists:
    """The lists of every language."""
    entries: list[Entry] = []
    groups: dict[str, list[str]] = {}
    adult: set[str] = set()
    exempt: dict[str, list[str]] = {name: [] for name in EXEMPT}
    for file in sorted(WORDS.glob("*.txt")):
        kind: Kind = "sexual"
        for line in file.read_text("utf-8").splitlines():
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                severity, name = line.strip("[]").split()
                kind = cast("Kind", name)
                if severity == "adult":
                    adult.add(kind)
            elif line.startswith("~"):
                exempt[line[1:].partition(":")[0].strip()] += _commas(line.partition(":")[2])
            elif line.startswith("@") and "=" in line:
                name, _, members = line.partition("=")
                known = groups.setdefault(name.strip(), [])
                singles, *phrases = members.split(",")
                known += [*singles.split(), *(phrase.strip() for phrase in phrases)]
            else:
                parts = tuple(part.strip() for part in line.split("+"))
                entries.append(Entry(kind, parts, line))
    for name in adult:
        groups[f"@adult-{name}"] = [e.parts[0] for e in entries if e.kind == name and len(e.parts) == 1]
    groups["@adult-sexual"] += ["naked", "赤裸"]  # beside a child, no person need be named
    entries.sort(key=lambda entry: entry.kind in adult)  # the gravest kinds are found first
    words = {part for entry in entries for part in entry.parts if not part.startswith("@")}
    named = [*words, *(word for members in groups.values() for word in members)]
    index = _Index(named, map(_fold, exempt["plain"]))
    sets = {name: frozenset(members) for name, members in groups.items()}
    innocent = frozenset(" ".join(_fold(piece) for piece in pair.split()) for pair in exempt["innocent"])
    glue = frozenset(map(_fold, exempt["glue"]))
    left, right, cover = ("|".join(exempt[name]) for name in ("left", "right", "cover"))
    borders = re.compile(f"({left})({right})|(?:{cover})")
    return Lists(tuple(entries), sets, frozenset(adult), index, innocent, glue, borders)


def _commas(line: str) -> list[str]:
    return [word.strip() for word in line.split(",") if word.strip()]


def find(prompt: str, *, extra: Sequence[str] = (), adults: bool = False) -> Finding | None:
    """What ``prompt`` is refused for; None: nothing. The gravest kinds first.

    ``extra`` are a server's own words; ``adults`` allows what an age-restricted mode allows.
    """
    text = _Text(prompt)
    known = lists()
    text.look_closer(known)
    if found := known.index.found(text):
        for entry in known.entries:
            if adults and entry.kind in known.adult:
                continue
            if all(found & known.groups.get(part, {part}) for part in entry.parts):
                return Finding(entry.kind, entry.text)
    own = _own(tuple(extra))
    if hits := own.index.found(_Text(prompt)):
        return Finding("server", next(word for word in extra if own.forms[word] & hits))
    return None


def comparable(word: str) -> bool:
    """Whether a server's own word can be looked for: ``$$$`` or ``C++`` has no letters that tell it."""
    pattern = _pattern(word)
    return bool(pattern.han) or len(pattern.folded) > 1


@dataclass(frozen=True, slots=True)
class _Own:
    """A server's own words: each with the forms that it is looked for in, and all of these at once."""

    forms: dict[str, set[str]]
    index: _Index


@lru_cache(maxsize=256)  # lists of servers that ask now
def _own(words: tuple[str, ...]) -> _Own:
    forms = {word: _forms(word) for word in words}
    return _Own(forms, _Index(form for word in words for form in sorted(forms[word])))


def _forms(word: str) -> set[str]:
    """The word and its English plural; nothing of what cannot be compared."""
    bare = word.strip().rstrip("*")
    several = {f"{bare}s", f"{bare}es"} if bare.isascii() and bare[-1:].isalpha() else set()
    return {word, *several} if comparable(word) else set()


@dataclass(frozen=True, slots=True)
class Pattern:
    """An entry's part, ready to be compared."""

    han: str  # ideographs, found anywhere; else:
    folded: str  # letters, as :func:`_fold` leaves them, without spaces
    words: tuple[str, ...]
    begins: bool


@cache
def _pattern(word: str) -> Pattern:
    begins = word.endswith("*")
    plain = strip_obfuscation(word.rstrip("*")).casefold()
    if _HAN.search(plain):
        return Pattern(_NOT_HAN.sub("", plain), "", (), begins=False)
    words = tuple(_fold(piece) for piece in _PIECE.findall(plain))
    return Pattern("", "".join(words), words, begins)


@dataclass(slots=True)
class _Text:
    """A prompt with its disguises undone, in the forms that words are looked for in."""

    prompt: str
    han: str = ""
    stream: tuple[str, ...] = ()  # word by word
    joined: set[str] = field(default_factory=set)  # what was set apart, put together
    numbers: set[str] = field(default_factory=set)  # pieces that were digits only
    masked: list[re.Pattern[str]] = field(default_factory=list)  # f**k
    parted: set[str] = field(default_factory=set)  # put together, or cut off: compared as they are

    def __post_init__(self) -> None:
        plain = strip_obfuscation(self.prompt.translate(_FLAGS)).casefold()
        self.han = _ideographs(plain)
        chunks = [_EDGES.sub("", chunk) for chunk in _HAN.sub(" ", plain).split()]
        pieces: list[tuple[str, bool]] = []
        for chunk in chunks:
            if "*" in chunk.strip("*"):
                self._mask(chunk)
            inside = _INSIDE.sub("i", chunk)
            whole = _fold("".join(_PIECE.findall(inside.translate(_SIGNS))))
            self.joined.add(whole)
            if chunk[:1] in "@$":  # @nal, $ex; but @name too
                pieces.append((whole, False))
            found = _PIECE.findall(inside)
            pieces += [(_fold(piece.translate(_SIGNS)), piece.isdigit()) for piece in found]
            self.parted |= {_fold(piece.strip(digits).translate(_SIGNS)) for piece in found}
        self.stream = tuple(piece for piece, _ in pieces)
        self.numbers = {piece for piece, number in pieces if number}
        self._put_together(pieces)

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

    def look_closer(self, known: Lists) -> None:
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

    def _mask(self, chunk: str) -> None:
        bare = chunk.strip("*.,")
        if len(bare) >= 4 and len(_PIECE.findall(bare.replace("*", ""))) == 1:
            letters = "".join("." if c == "*" else re.escape(_fold(c)) for c in bare.translate(_SIGNS))
            self.masked.append(re.compile(letters))


class _Index:
    """Words, arranged so that a prompt is compared with all of them at once."""

    def __init__(self, words: Iterable[str], plain: Iterable[str] = ()) -> None:
        """``plain``: folded words that only look like a drawn-out one (rapping)."""
        self._plain = frozenset(plain)
        self._han: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._begins: dict[str, str] = {}
        self._drawn: dict[str, list[tuple[str, str]]] = {}  # without doubled letters → (letters, word)
        self._drawn_begins: dict[str, list[tuple[str, str]]] = {}
        self._phrases: list[tuple[Pattern, str]] = []
        for word in words:
            pattern = _pattern(word)
            if pattern.han:
                self._han[pattern.han] = word
                continue
            if not pattern.folded:
                continue
            if len(pattern.words) > 1:
                self._phrases.append((pattern, word))
            if pattern.begins:
                self._begins[pattern.folded] = word
            drawn = self._drawn_begins if pattern.begins else self._drawn
            drawn.setdefault(_RUN.sub(r"\1", pattern.folded), []).append((pattern.folded, word))
            self._exact[pattern.folded] = word
        self._longest = max(map(len, self._begins), default=0)

    def holds(self, word: str) -> bool:
        """Whether this is one of the words, as it is."""
        return word in self._exact

    def found(self, text: _Text) -> set[str]:
        """The words that are in the prompt."""
        hits = {self._exact[parted] for parted in text.parted if parted in self._exact}
        hits |= {word for han, word in self._han.items() if han in text.han}
        for candidate in {*text.stream, *text.joined}:
            hits |= self._like(candidate)
        for mask in text.masked:
            hits |= {word for folded, word in self._exact.items() if mask.fullmatch(folded)}
        hits |= {word for pattern, word in self._phrases if _follow(pattern, text.stream)}
        return hits

    def _like(self, candidate: str) -> set[str]:
        """Words that this is, its letters perhaps drawn out (never drawn in: as is not ass)."""
        hits = {self._exact[candidate]} if candidate in self._exact else set()
        for size in range(3, min(len(candidate), self._longest) + 1):
            if candidate[:size] in self._begins:
                hits.add(self._begins[candidate[:size]])
        if not hits and candidate not in self._plain:
            plain = _RUN.sub(r"\1", candidate)
            for folded, word in self._drawn.get(plain, ()):
                if len(candidate) > len(folded) and _drawn_out(folded).fullmatch(candidate):
                    hits.add(word)
            for size in range(3, min(len(plain), self._longest) + 1):
                for folded, word in self._drawn_begins.get(plain[:size], ()):
                    found = _drawn_out(folded).match(candidate)
                    if found and found.end() > len(folded):
                        hits.add(word)
        return hits


@cache
def _drawn_out(folded: str) -> re.Pattern[str]:
    """Every run of a letter as long as in ``folded``, or longer."""
    runs = (found[0] for found in _RUNS.finditer(folded))
    return re.compile("".join(f"{run[0]}{{{len(run)},}}" for run in runs))


def _ideographs(plain: str) -> str:
    """The ideographs of each clause without what stands between them; a clause of one joins its neighbour."""
    clauses = [_NOT_HAN.sub("", clause) for clause in _CLAUSE.split(plain)]
    made = ""
    for before, clause in zip(["", *clauses], clauses, strict=False):
        alone = len(before) == 1 or len(clause) == 1
        made += clause if alone else f" {clause}"
    return made


def _fold(word: str) -> str:
    """Letters that are drawn alike are one: l, 1 and ! are i (in the lists too)."""
    return word.replace("l", "i")


def _follow(pattern: Pattern, stream: tuple[str, ...]) -> bool:
    """Whether the phrase's words stand one after the other."""
    size = len(pattern.words)
    *first, last = pattern.words
    for start in range(len(stream) - size + 1):
        found = stream[start : start + size]
        ends = found[-1].startswith(last) if pattern.begins else found[-1] == last
        if ends and list(found[:-1]) == first:
            return True
    return False
