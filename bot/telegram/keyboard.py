"""The buttons under a work. Each carries the work's id, so it works after a restart and a year."""

from __future__ import annotations

import re
from typing import Literal, cast

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from atelier.languages import say
from atelier.store import Tally, Work

Verb = Literal["like", "dislike", "again", "files", "cancel"]

_DATA = re.compile(r"(like|dislike|again|files|cancel):([A-Za-z0-9_-]{1,40})")


def keyboard(work: Work, tally: Tally) -> InlineKeyboardMarkup:
    """👍 👎 🔁 and, where there are files, 📎; with the votes that stand."""
    row = [
        _button(f"👍 {tally.liked or ''}".strip(), "like", work),
        _button(f"👎 {tally.disliked or ''}".strip(), "dislike", work),
        _button("🔁", "again", work),
    ]
    if work.kind != "poem" and work.artefacts:
        row.append(_button("📎", "files", work))
    return InlineKeyboardMarkup([row])


def try_again(work: Work) -> InlineKeyboardMarkup:
    """The one button of a work that failed."""
    return InlineKeyboardMarkup([[_button(f"🔁 {say('button-again', work.lang)}", "again", work)]])


def while_waiting(work: Work) -> InlineKeyboardMarkup:
    """The one button of a work that is not made yet."""
    return InlineKeyboardMarkup([[_button(f"✖️ {say('button-cancel', work.lang)}", "cancel", work)]])


def read(data: str | None) -> tuple[Verb, str] | None:
    """A pressed button's data → what to do, with which work. None: no button of ours."""
    found = _DATA.fullmatch(data or "")
    return (cast("Verb", found[1]), found[2]) if found else None


def _button(label: str, verb: Verb, work: Work) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{verb}:{work.id}")
