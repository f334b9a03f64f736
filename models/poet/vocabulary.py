"""Tokens and their numbers: control tokens first, then what a line is made of (``content``).

English lines are words of the CMU Pronouncing Dictionary and six marks; Chinese lines are
characters of the Pingshui table. So every content token has an exact sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from atelier.languages import Lang
from atelier.requests import FORMS, MOODS, form_language

NONE, UNKNOWN, LINE, STANZA = 0, 1, 2, 3
SLOTS = 16  # syllables (or characters) left in a line, and lines left in a poem, are told up to 15
OTHER_VERSE = "verse"  # the tag of training verse that is in none of our forms
END_MARKS = (".", "!", "?", ",", ";", ":")
_FIRST = ("<none>", "<unk>", "<line>", "<stanza>")  # of the numbers above
# Of versions that do not say which control tokens they were taught: they were these. Never to be changed.
_FORMS_ONCE: dict[Lang, tuple[str, ...]] = {
    "en": (
        "haiku", "couplet", "quatrain", "limerick", "ballad", "shakespearean sonnet", "petrarchan sonnet",
        "free", "acrostic",
    ),
    "zh": ("五绝", "七绝", "五律", "七律", "藏头诗", "浣溪沙", "如梦令", "鹧鸪天"),
}  # fmt: skip
_MOODS_ONCE = ("joyful", "sad", "calm", "tense", "wistful", "epic", "playful")

_TOKEN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|--|[,.;:!?]")
_WHOLE = re.compile(r"\bto-(day|night|morrow)\b", re.IGNORECASE)
_ELIDED = {
    "o'er": "over", "e'er": "ever", "ne'er": "never", "heav'n": "heaven", "ev'ry": "every",
    "pow'r": "power", "flow'r": "flower", "ev'n": "even", "giv'n": "given", "spirit's": "spirits",
}  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """``tokens`` in the order of their numbers; those from ``content`` on can stand in a line."""

    lang: Lang
    tokens: tuple[str, ...]
    content: int

    @classmethod
    def of(cls, lang: Lang, content: Sequence[str], control: Sequence[str] | None = None) -> Vocabulary:
        """The vocabulary whose lines are made of ``content`` (marks first, for English).

        ``control``: the tokens before it; None: those of today's forms and moods. Raises ValueError for such
        as nothing can be told with.
        """
        if control is None:
            forms = [form for form in FORMS if form_language(form) == lang]
            control = _control(lang, forms, MOODS)
        if tuple(control[: len(_FIRST)]) != _FIRST or "|".join(_left()) not in "|".join(control):
            raise ValueError("control tokens")
        return cls(lang, (*control, *content), len(control))

    @property
    def control(self) -> tuple[str, ...]:
        """The tokens that cannot stand in a line; a version keeps those that it was taught."""
        return self.tokens[: self.content]

    def mood(self, name: str | None) -> int:
        """The number of a mood's tag; that of none for a mood that it was never taught."""
        return self.numbers.get(f"<{name}>", NONE)

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Token → number."""
        return {token: number for number, token in enumerate(self.tokens)}

    @cached_property
    def left_in_line(self) -> int:
        """The number of the control token that says: nothing left in the line."""
        return self.numbers["<0 in line>"]

    @cached_property
    def lines_left(self) -> int:
        """The number of the control token that says: no line after this one."""
        return self.numbers["<0 lines>"]

    def content_of(self, words: Iterable[str]) -> list[int]:
        """Numbers of ``words``; ``UNKNOWN`` for what is not in the vocabulary."""
        found = (self.numbers.get(word, UNKNOWN) for word in words)
        return [number if number >= self.content else UNKNOWN for number in found]

    def is_mark(self, number: int) -> bool:
        """Whether the token is punctuation."""
        return self.tokens[number] in END_MARKS or self.tokens[number] == "--"


def _left() -> list[str]:
    return [f"<{n} in line>" for n in range(SLOTS)] + [f"<{n} lines>" for n in range(SLOTS)]


def _control(lang: Lang, forms: Iterable[str], moods: Iterable[str]) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz" if lang == "en" else ""
    return [
        *_FIRST, *forms, OTHER_VERSE, *(f"<{mood}>" for mood in moods), *_left(),
        *(f"<{letter}>" for letter in letters),
    ]  # fmt: skip


def control_once(lang: Lang) -> list[str]:
    """The control tokens of a version that does not say which it was taught."""
    return _control(lang, _FORMS_ONCE[lang], _MOODS_ONCE)


def read_line(line: str) -> list[str]:
    """An English line as lower-case words and marks, common elisions written out.

    ``O'er the blue-gray hills, --`` → over the blue gray hills ,
    """
    text = _WHOLE.sub(r"to\1", line.replace("’", "'").replace("`", "'"))
    words: list[str] = []
    for token in _TOKEN.findall(text.replace("---", "--")):
        word = token.lower()
        word = _ELIDED.get(word, word)
        if word.endswith("'d") and len(word) > 4:
            word = word[:-2] + ("ed" if word[-3] != "e" else "d")
        if word in (*END_MARKS, "--") and words and words[-1] in (*END_MARKS, "--"):
            continue
        words.append(word)
    return words


def guess_syllables(word: str) -> int:
    """Vowel groups of a word that no dictionary has, at least one (for context only, never for form)."""
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(1, groups - (word.endswith("e") and not word.endswith("le") and groups > 1))
