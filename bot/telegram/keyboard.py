"""The buttons under a work. Each carries the work's id, so it works after a restart and a year.

``WORD:WORK`` or ``WORD:WORK:OTHER``, where the word is a vote, a menu, or an act as
:mod:`bot.acts` writes it; 64 bytes are what Telegram allows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from atelier.languages import Lang, say
from atelier.store import Tally, Vote, Work
from bot import acts
from bot.acts import Press
from bot.words import told_apart

VOTES: dict[str, Vote] = {"like": "liked", "dislike": "disliked"}
MORE, BACK, CANCEL = "more", "back", "cancel"
_RENAMED = {"files": "original"}  # by messages of the first version
_DATA = re.compile(
    r"(?P<word>[a-z0-9.-]{1,24}):(?P<work>[A-Za-z0-9_-]{1,16})(?::(?P<other>[A-Za-z0-9_-]{1,16}))?"
)
_SHOWN = 48  # characters on a button in a row of its own


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button's data, taken apart."""

    word: str
    work: str
    other: str = ""


def keyboard(work: Work, tally: Tally) -> InlineKeyboardMarkup:
    """👍 👎 🔁 and, where there are files, 📎; with the votes that stand. Then what else can be done."""
    first = [
        _button(f"👍 {tally.liked or ''}".strip(), "like", work),
        _button(f"👎 {tally.disliked or ''}".strip(), "dislike", work),
        _button("🔁", "again", work),
    ]
    if work.kind != "poem" and work.artefacts:
        first.append(_button("📎", "original", work))
    front = [press for press in acts.offered(work, "front") if press.name != "again"]
    second = [_act(press, work, work.lang) for press in front]
    return InlineKeyboardMarkup([first, [*second, _button(f"⋯ {say('act-more', work.lang)}", MORE, work)]])


def inline(work: Work, tally: Tally, bot: str) -> InlineKeyboardMarkup:
    """Under a work in inline mode: the votes, and the way to the bot itself."""
    votes = [
        _button(f"👍 {tally.liked or ''}".strip(), "like", work),
        _button(f"👎 {tally.disliked or ''}".strip(), "dislike", work),
    ]
    return InlineKeyboardMarkup([votes, [InlineKeyboardButton("Atelier", url=f"https://t.me/{bot}")]])


def menu(work: Work, lang: Lang) -> InlineKeyboardMarkup:
    """Everything that is not in :func:`keyboard`, and the way back to it."""
    presses = acts.offered(work, "second") + acts.offered(work, "menu")
    if work.kind != "poem":
        presses = [press for press in presses if press.name != "original"]
    return _rows([_act(press, work, lang) for press in presses], work, lang)


def choices(work: Work, press: Press, lang: Lang) -> InlineKeyboardMarkup:
    """What a press leaves open: which picture, or whether really."""
    found = acts.choices(work, press)
    if found and found[0].number:
        numbers = [_button(f"{acts.BY_NAME[press.name].face} {c.number}", c.word, work) for c in found]
        return _rows(numbers, work, lang)
    return _rows([_act(choice, work, lang) for choice in found], work, lang)


def others(work: Work, press: Press, works: Sequence[Work], lang: Lang) -> InlineKeyboardMarkup:
    """The works to choose a second one from."""
    rows = [
        [
            InlineKeyboardButton(
                told_apart(one, lang, _SHOWN), callback_data=f"{press.word}:{work.id}:{one.id}"
            )
        ]
        for one in works
    ]
    return InlineKeyboardMarkup(rows)


def try_again(work: Work) -> InlineKeyboardMarkup:
    """The one button of a work that failed."""
    return InlineKeyboardMarkup([[_act(Press("again"), work, work.lang)]])


def while_waiting(work: Work) -> InlineKeyboardMarkup:
    """The one button of a work that is not made yet."""
    return InlineKeyboardMarkup([[_button(f"✖️ {say('button-cancel', work.lang)}", CANCEL, work)]])


def read(data: str | None) -> Pressed | None:
    """A pressed button's data. None: no button of ours."""
    found = _DATA.fullmatch(data or "")
    if found is None:
        return None
    return Pressed(_RENAMED.get(found["word"], found["word"]), found["work"], found["other"] or "")


def _rows(made: list[InlineKeyboardButton], work: Work, lang: Lang) -> InlineKeyboardMarkup:
    """Two side by side, and the way back."""
    pairs = [made[at : at + 2] for at in range(0, len(made), 2)]
    return InlineKeyboardMarkup([*pairs, [_button(f"↩ {say('act-back', lang)}", BACK, work)]])


def _act(press: Press, work: Work, lang: Lang) -> InlineKeyboardButton:
    return _button(f"{acts.BY_NAME[press.name].face} {acts.label(press, lang)}", press.word, work)


def _button(label: str, word: str, work: Work) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{word}:{work.id}")
