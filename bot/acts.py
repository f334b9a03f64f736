"""What can be done with a made work, once: every platform's buttons are built from this table.

A new act is one entry of :data:`ACTS` and its label ``act-NAME`` (of each value:
``act-NAME-VALUE``) in ``locales/*/acts.ftl``. One that makes a new work says with
which function, kind by kind; the others are answered by :mod:`bot.around`.

A pressed button is a word that any process understands, today or in a year:
``vary-subtle.2`` is the act, what was chosen of it, and the picture's number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from atelier import steer
from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.requests import (
    GIVEN_BARS,
    HEADED,
    KINDS,
    MAX_PART,
    SIZES,
    STRENGTHS,
    Kind,
    MelodyRequest,
    PaintRequest,
    PoemRequest,
    Request,
    Size,
    Strength,
    Verse,
)
from atelier.store import Work
from atelier.tunes import steer as tunes
from atelier.versions import ships
from atelier.works import MelodyResult, PictureResult, PoemResult

Where = Literal["front", "second", "menu"]
SURE = "yes"  # the value of a confirmed press


@dataclass(frozen=True, slots=True)
class Press:
    """A button, pressed: ``value`` is what was chosen of the act, ``number`` of which picture.

    ``other`` is a second work's id (to blend with), ``request`` the changed request (of an edit).
    """

    name: str
    value: str = ""
    number: int = 0
    other: str = ""
    request: Request | None = None

    @property
    def word(self) -> str:
        """For a button's id: ``vary-subtle.2``; with what it works on in :attr:`act`."""
        return (
            self.name + (f"-{self.value}" if self.value else "") + (f".{self.number}" if self.number else "")
        )

    @property
    def act(self) -> str:
        """For the new work's row: the same again is the same press."""
        if self.request is not None:
            said = self.request.model_dump_json(exclude={"seed"})
            return f"{self.word}#{hashlib.sha256(said.encode()).hexdigest()[:16]}"
        return f"{self.word}+{self.other}" if self.other else self.word


Maker = Callable[[Work, Press, Work | None], Request]


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``where``: on the message's first row, on its second, or in its menu.

    ``makes``: the new work's request from (work, press, other work), by kind; none: no new work.
    ``each``: it is done to one picture, so of several the person says which. ``other``: a second
    work of the kind is chosen first. ``files``: it needs files. ``confirm``: it is asked twice.
    """

    name: str
    face: str
    where: Where
    makes: Mapping[Kind, Maker] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    each: bool = False
    other: bool = False
    files: bool = False
    confirm: bool = False

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of works that it is offered for."""
        return tuple(self.makes) or KINDS

    def presses(self, pictures: int = 1) -> list[Press]:
        """Its buttons. Which picture is said on the button where a work has but one."""
        number = 1 if self.each and pictures <= 1 else 0
        return [Press(self.name, value, number) for value in self.values or ("",)]

    @property
    def words(self) -> set[str]:
        """What its buttons' labels are keyed by."""
        sure = {f"{self.name}-{SURE}"} if self.confirm else set()
        return {f"{self.name}-{value}" for value in self.values} or {self.name, *sure}


def _again(work: Work, _press: Press, _other: Work | None) -> Request:
    """The same words and options with another seed; one picture drawn anew starts from new noise."""
    request = work.request
    if isinstance(request, PaintRequest) and request.steer and not request.steer.vary:
        free = request.steer.model_copy(update={"noise": None, "version": None, "upscale": None})
        return request.model_copy(update={"seed": None, "steer": free})
    return request.model_copy(update={"seed": None})


def _edit(_work: Work, press: Press, _other: Work | None) -> Request:
    if press.request is None:
        raise BadInput("bad-prompt-empty")
    return press.request


def _vary(work: Work, press: Press, _other: Work | None) -> Request:
    return steer.vary(_origin(work, press.number), cast("Strength", press.value))


def _upscale(work: Work, press: Press, _other: Work | None) -> Request:
    return steer.again(_origin(work, press.number), cast("Size", int(press.value)))


def _blend(work: Work, press: Press, other: Work | None) -> Request:
    if other is None or other.kind != work.kind or other.id == work.id:
        raise BadInput("blend-needs-two")
    return steer.blend(_origin(work, press.number), _origin(other, 1))


def _vary_tune(work: Work, press: Press, _other: Work | None) -> Request:
    request, result = _tune(work)
    return tunes.vary(request, tunes.given_of(result), cast("Strength", press.value))


def _continue_tune(work: Work, _press: Press, _other: Work | None) -> Request:
    request, result = _tune(work)
    return tunes.go_on(request, tunes.given_of(result))


def _blend_tunes(work: Work, _press: Press, other: Work | None) -> Request:
    if other is None or other.kind != work.kind or other.id == work.id:
        raise BadInput("blend-needs-two")
    (request, result), (_, second) = _tune(work), _tune(other)
    if result.meter != second.meter:
        raise BadInput("melody-blend-meters", one=result.meter, other=second.meter)
    return tunes.blend(request, tunes.given_of(result), tunes.given_of(second))


def _vary_poem(work: Work, press: Press, _other: Work | None) -> Request:
    strength = cast("Strength", press.value)
    return _from_poem(work, lambda lines, _: Verse(way="vary", lines=lines, strength=strength))


def _continue_poem(work: Work, _press: Press, _other: Work | None) -> Request:
    return _from_poem(work, lambda lines, part: Verse(way="continue", lines=lines, part=min(part, MAX_PART)))


def _from_poem(work: Work, verse: Callable[[tuple[str, ...], int], Verse]) -> Request:
    """The request of a poem that starts from a made one: its words, its form, another seed."""
    request, result = work.request, work.result
    if not isinstance(request, PoemRequest) or not isinstance(result, PoemResult):
        raise BadInput("work-unfinished")
    before = request.steer.part if request.steer and request.steer.way == "continue" else 1
    start = verse(tuple(result.lines), before + 1)
    told = {"form": result.form, "lang": None, "acrostic": None, "seed": None, "steer": start}
    return request.model_copy(update=told)


def _tune(work: Work) -> tuple[MelodyRequest, MelodyResult]:
    """The tune that an act starts from."""
    if not isinstance(work.request, MelodyRequest) or not isinstance(work.result, MelodyResult):
        raise BadInput("work-unfinished")
    return work.request, work.result


def _origin(work: Work, number: int) -> steer.Origin:
    """The picture that an act starts from."""
    if not isinstance(work.request, PaintRequest) or not isinstance(work.result, PictureResult):
        raise BadInput("work-unfinished")
    if number > len(work.result.files):
        raise BadInput("work-unknown")
    return steer.Origin.of(work.request, work.result, number or 1)


ACTS: tuple[Act, ...] = (
    Act("again", "🔁", "front", dict.fromkeys(KINDS, _again)),
    Act("edit", "✏️", "front", dict.fromkeys(KINDS, _edit)),
    Act("favourite", "⭐", "front"),
    Act(
        "vary",
        "🎲",
        "second",
        {"paint": _vary, "poem": _vary_poem, "melody": _vary_tune},
        values=STRENGTHS,
        each=True,
    ),
    Act("upscale", "🔍", "second", {"paint": _upscale}, values=tuple(map(str, SIZES)), each=True),
    Act("continue", "➡️", "menu", {"poem": _continue_poem, "melody": _continue_tune}),
    Act("blend", "🧬", "menu", {"paint": _blend, "melody": _blend_tunes}, each=True, other=True),
    Act("original", "📎", "menu", files=True),
    Act("details", "ℹ️", "menu"),
    Act("delete", "🗑️", "menu", confirm=True),
)

BY_NAME: dict[str, Act] = {act.name: act for act in ACTS}

_WORD = re.compile(r"(?P<name>[a-z]{1,12})(?:-(?P<value>[a-z0-9]{1,12}))?(?:\.(?P<number>[1-9]))?")


def read(word: str) -> Press | None:
    """A button's word → what was pressed. None: no act of today."""
    found = _WORD.fullmatch(word)
    if found is None or (act := BY_NAME.get(found["name"])) is None:
        return None
    value = found["value"] or ""
    if value not in (act.values or (("", SURE) if act.confirm else ("",))):
        return None
    return Press(act.name, value, int(found["number"] or 0))


def pressed(work: Work) -> Press | None:
    """Which button made a work, if one did: the act alone, without what it worked on."""
    return read(re.split("[+#]", work.act)[0]) if work.parent and work.act else None


def offered(work: Work, where: Where | None = None) -> list[Press]:
    """The buttons of a made work, in order; those of one place, or all."""
    return [
        press
        for act in ACTS
        if work.kind in act.kinds and where in (None, act.where)
        for press in act.presses(pictures(work))
        if _fits(work, press)
    ]


def _fits(work: Work, press: Press) -> bool:
    """Whether the act makes sense for this very work."""
    if press.name == "upscale":
        small = isinstance(work.result, PictureResult) and work.result.width < int(press.value)
        return small and ships("upscaler")
    if press.name == "continue" and isinstance(work.result, PoemResult):
        return work.result.form not in HEADED  # what their lines spell is whole
    if press.name == "continue":
        return isinstance(work.result, MelodyResult) and work.result.bars < GIVEN_BARS
    return bool(work.artefacts) or not BY_NAME[press.name].files


def pictures(work: Work) -> int:
    """How many pictures a work has."""
    return len(work.result.files) if isinstance(work.result, PictureResult) else 0


def is_open(press: Press) -> bool:
    """Whether a press leaves something to choose still: a picture, another work, whether really."""
    act = BY_NAME[press.name]
    return (
        (act.each and not press.number)
        or (act.other and not press.other)
        or (act.confirm and press.value != SURE)
    )


def choices(work: Work, press: Press) -> list[Press]:
    """What an open press may become: with each picture's number, or confirmed."""
    act = BY_NAME[press.name]
    if act.each and not press.number:
        return [replace(press, number=number) for number in range(1, pictures(work) + 1)]
    return [replace(press, value=SURE)] if act.confirm and press.value != SURE else []


def question(press: Press, lang: Lang) -> str:
    """What is asked before :func:`choices`."""
    return say("act-sure" if BY_NAME[press.name].confirm else "act-which", lang)


def label(press: Press, lang: Lang) -> str:
    """What stands on a button, beside its face."""
    return say(f"act-{replace(press, number=0).word}", lang)


def request_of(work: Work, press: Press, other: Work | None = None) -> Request:
    """The request of the new work that a press makes.

    Raises :class:`BadInput` for a work that is deleted, or not finished and so cannot be varied.
    """
    if work.state == "deleted":
        raise BadInput("work-unknown")
    maker = BY_NAME[press.name].makes.get(work.kind)
    if maker is None:
        raise BadInput("act-not-here")
    return maker(work, press, other)
