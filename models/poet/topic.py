"""What a prompt is about, in the words of the poet's vocabulary, and a title made from it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.requests import Mood
from atelier.safety import words_for_model
from models.poet.automaton import FormAutomaton
from models.poet.bilingual import to_chinese, to_english
from models.poet.data import TOPICS
from models.poet.manner import asked
from models.poet.moods import mood_of
from models.poet.third import FOREIGN, is_third
from models.poet.vocabulary import read_line
from models.poet.words import BARRED_EN, BARRED_ZH, SILENT_EN

_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_LATIN = re.compile(r"[A-Za-z]")
_ASKING_EN = re.compile(
    r"^\s*(please\s+)?((write|make|give|compose)\s+(me\s+)?)?(an?\s+|the\s+)?"
    r"((short|long|funny|sad|happy|little|nice)\s+)*(poem|haiku|sonnet|quatrain|limerick|ballad|couplet|acrostic|verse)s?"
    r"\s+(about|on|of|for)\s+",
    re.IGNORECASE,
)
_ASKING_ZH = re.compile(
    r"^(请)?(帮我|给我)?(写|作|来)?(一)?(首|个)?(关于|有关)|的?(诗|诗歌|古诗|绝句|律诗|词)$"
)
_SMALL = frozenset(
    ["a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)
LONGEST_TITLE = 60
_ENDINGS = (
    ("", ""), ("s", ""), ("es", ""), ("ies", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"),
    ("ly", ""), ("y", ""), ("'s", ""), ("er", ""), ("est", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Topic:
    """``numbers`` are content tokens the poem should hold; ``mood`` is what the prompt itself says."""

    numbers: tuple[int, ...]
    mood: Mood | None
    title: str
    manner: str | None = None  # the name of a poet, as the prompt has it


def read_topic(prompt: str, automaton: FormAutomaton) -> Topic:
    """The topic of ``prompt`` for a poem in the automaton's language."""
    lang = automaton.lang
    text, manner = asked(words_for_model(prompt))
    english = _ASKING_EN.sub("", text)
    chinese = "".join(_HAN.findall(_ASKING_ZH.sub("", text)))
    words = [word for word in read_line(english) if word[0].isalpha() and word not in FOREIGN]
    if lang == "en":
        translated = to_english(chinese)
        numbers = _heaviest([n for word in (*words, *translated) for n in _find(word, automaton)], automaton)
        mood = mood_of((*words, *translated), "en") or mood_of(chinese, "zh")
    else:
        translated = to_chinese(words)
        characters = chinese + "".join(translated)
        numbers = _heaviest([automaton.index[c] for c in characters if c in automaton.index], automaton)
        mood = mood_of(characters, "zh") or mood_of(words, "en")
    return Topic(numbers, mood, _title(lang, english, chinese, translated), manner)


def check_language(prompt: str, words: Container[str]) -> None:
    """Raises :class:`BadInput` for a prompt in a language that is neither English nor Chinese.

    ``words``: of English verse; the words of everyday prompts are known besides.
    """
    text = _ASKING_EN.sub("", asked(words_for_model(prompt))[0])

    def known(word: str) -> bool:
        return any(p in words or p in SILENT_EN or to_chinese([p]) for p in plainer(word))

    if is_third(text, known):
        raise BadInput("poet-language")


def plainer(word: str) -> Iterator[str]:
    """A word and what its plainer forms may be (cats → cat, dancing → danc, dance)."""
    for ending, replaced in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(replaced) > 1:
            yield word[: len(word) - len(ending)] + replaced


def _find(word: str, automaton: FormAutomaton) -> list[int]:
    """A word's number, or that of its plainer form, where it says something."""
    for plain in plainer(word):
        number = automaton.index.get(plain)
        if number is not None and float(automaton.weight[number]) > 0:
            return [number]
    return []


def _heaviest(numbers: list[int], automaton: FormAutomaton) -> tuple[int, ...]:
    """The telling ones among ``numbers``, at most six, in their order."""
    telling = [number for number in dict.fromkeys(numbers) if float(automaton.weight[number]) > 0]
    kept = sorted(telling, key=lambda number: -float(automaton.weight[number]))[:TOPICS]
    return tuple(number for number in telling if number in kept)


def _title(lang: Lang, english: str, chinese: str, translated: list[str]) -> str:
    """The prompt as a title in the poem's language, or Untitled where it gives none."""
    if lang == "zh":
        told = chinese or "".join(dict.fromkeys(translated))
        return told[:16] if told and not set(told) & BARRED_ZH else say("poet-untitled", "zh")
    told = english if _LATIN.search(english) and not _HAN.search(english) else " ".join(translated)
    words = re.sub(r"[^\w\s'’-]", " ", told).split()
    if not words or {word.lower().strip("'’") for word in words} & BARRED_EN:
        return say("poet-untitled", "en")
    cased = [
        word if word != word.lower() or (i and word in _SMALL) else word[:1].upper() + word[1:]
        for i, word in enumerate(words)
    ]
    title = ""
    for word in cased:
        if len(title) + len(word) >= LONGEST_TITLE:
            break
        title += f" {word}"
    return title.strip() or " ".join(cased)[:LONGEST_TITLE]
