"""What people and servers may set for themselves; the store keeps both as JSON.

A field that an older version of Atelier wrote and this one does not know is ignored.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from atelier.languages import LANGS, Lang
from atelier.requests import Form, Style


def _spoken(lang: Lang) -> Lang:
    if lang not in LANGS:
        raise ValueError("no such language here")
    return lang


class Preferences(BaseModel):
    """A person's own settings. None: as their client says, or as the words of a request do."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Annotated[Lang, AfterValidator(_spoken)] | None = None
    style: Style | None = None
    form: Form | None = None
    private: bool = False
    learning: bool = True  # whether models may learn from their works and votes


class Rules(BaseModel):
    """What administrators set for a server (a Discord server, a Telegram group), or for the whole studio.

    ``words`` are refused, besides the studio's own; ``channels`` are where the bot may make
    works and post what belongs to them (empty: everywhere; what one person alone sees, and commands that make
    no work, it answers anywhere); ``adults`` switches the age-restricted mode on; ``learning`` says whether
    models may learn from works made here. ``each`` and ``together`` are how many works one person, and all of
    them, may wait for (None: as the settings say).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    words: tuple[Annotated[str, Field(max_length=60)], ...] = ()
    channels: tuple[str, ...] = ()
    adults: bool = False
    learning: bool = True
    paused: bool = False
    each: Annotated[int, Field(ge=1)] | None = None
    together: Annotated[int, Field(ge=1)] | None = None


Outcome = Literal["done", "refused"]
