"""What a prompt is about, in the words of the poet's vocabulary, and a title made from it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from atelier import asking
from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.requests import MOODS, Mood
from atelier.safety import words_for_model
from atelier.traditional import simplified
from models.poet.automaton import FormAutomaton
from models.poet.bilingual import to_chinese, to_english
from models.poet.data import TOPICS
from models.poet.manner import asked
from models.poet.moods import mood_of
from models.poet.third import FOREIGN, is_third
from models.poet.vocabulary import read_line
from models.poet.words import SILENT_EN, barred

_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_LATIN = re.compile(r"[A-Za-z]")
_SMALL = frozenset(
    ["a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)
_PART = re.compile(r"[㐀-䶿一-鿿]+|[^\W\d_㐀-䶿一-鿿]+")
LONGEST_TITLE, LONGEST_ZH = 60, 16
NAMED = 2  # words in Latin letters that a Chinese title may have
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
    about: str = ""  # the prompt without the words that ask


def read_topic(prompt: str, automaton: FormAutomaton) -> Topic:
    """The topic of ``prompt`` for a poem in the automaton's language."""
    lang = automaton.lang
    text, manner = asked(simplified(words_for_model(prompt)))
    said = asking.read(text)
    chinese = "".join(_HAN.findall(said.about))
    words = [word for word in read_line(said.about) if word[0].isalpha() and word not in FOREIGN]
    if lang == "en":
        translated = to_english(chinese)
        numbers = _heaviest([n for word in (*words, *translated) for n in _find(word, automaton)], automaton)
        mood = mood_of((*words, *translated), "en") or mood_of(chinese, "zh")
    else:
        translated = to_chinese(words)
        characters = chinese + "".join(translated)
        numbers = _heaviest([automaton.index[c] for c in characters if c in automaton.index], automaton)
        mood = mood_of(characters, "zh") or mood_of(words, "en")
    title = _title(lang, said.about, translated, prompt)
    return Topic(numbers, _said_mood(said.how) or mood, title, manner, said.about)


def _said_mood(how: str) -> Mood | None:
    """The mood that a poem was asked to have: a sad poem, 悲伤的七绝."""
    words = read_line(how)
    return next((mood for mood in MOODS if mood in words), None) or mood_of(words, "en") or mood_of(how, "zh")


def check_language(prompt: str, words: Container[str]) -> None:
    """Raises :class:`BadInput` for a prompt in a language that is neither English nor Chinese.

    ``words``: of English verse; the words of everyday prompts are known besides.
    """
    text = asked(words_for_model(prompt))[0]
    text = text if _HAN.search(text) else asking.read(text).about

    def known(word: str) -> bool:
        plain = [p for p in plainer(word) if p == word or len(p) > 2]  # no me in Meer
        return any(p in words or p in SILENT_EN or to_chinese([p]) for p in plain)

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


def _title(lang: Lang, about: str, translated: list[str], prompt: str) -> str:
    """What the poem is about as a title in its language, or Untitled where that gives none."""
    if lang == "zh":
        return _chinese_title(about, translated, prompt)
    told = about if _LATIN.search(about) and not _HAN.search(about) else " ".join(translated)
    words = re.sub(r"[^\w\s'’-]", " ", told).split()
    if not words or any(barred(word, "en") for word in words):
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


def _chinese_title(about: str, translated: list[str], prompt: str) -> str:
    """Chinese as it stands, with a name or two in Latin letters that are typed among it: Anna的生日."""
    typed = _PART.findall(prompt)
    parts: list[str] = []
    for part in _PART.findall(about):  # what nobody typed is an emoji's name
        parts += [part] if _HAN.match(part) or part in typed else to_chinese([part.lower()])
    named = [part for part in parts if not _HAN.match(part)]
    if len(named) > NAMED or any(barred(part, "en") for part in named):
        parts = [part for part in parts if _HAN.match(part)]
    if not _HAN.search(about) and (translated or not _HAN.search(prompt)):
        parts = list(dict.fromkeys(translated))
    title = ""
    for before, part in zip(["", *parts], parts, strict=False):
        added = f" {part}" if before[-1:].isascii() and before and part.isascii() else part
        if len(title) + len(added) > LONGEST_ZH:
            title += added[: LONGEST_ZH - len(title)] if _HAN.match(part) else ""
            break
        title += added
    title = title.removeprefix("的")
    return title if title and not barred(title, "zh") else say("poet-untitled", "zh")
