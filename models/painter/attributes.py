"""What a row's labels say of its picture that can be seen in it, and which of it a caption states."""

from __future__ import annotations

import re

from models.painter.packs import Row

# Of made scenes; the figure ``scene_attributes`` is over these.
SCENE = ("place", "time", "weather", "light", "boats", "palette")
FLOWER = ("flower", "flower_colour")
ATTRIBUTES = ("style", *FLOWER, *SCENE)
_SAID = (
    "subject", "title", "artist", "style", "color", "background", "fg", "bg", "temperature", "colors",
    "place", "time", "weather", "light", "boats", "palette", "season",
)  # fmt: skip
_COLOURS = {"white": "白", "yellow": "黄", "pink": "粉", "red": "红", "orange": "橙", "purple": "紫"}


def attribute_of(row: Row, attribute: str) -> str | None:
    """Its value as text; None where the labels do not say.

    ``style`` is the drawing's, photograph's or painting's; ``flower`` and ``flower_colour`` are of
    photographed flowers; the rest is of made scenes.
    """
    said = row.labels
    if attribute == "style":
        value = said.get("style")
    elif attribute in FLOWER:
        value = (
            said.get("subject" if attribute == "flower" else "color")
            if said.get("style") == "photo"
            else None
        )
    else:
        value = said.get(attribute) if said.get("scene") else None
    return None if value in (None, "") else str(value)


def states(row: Row, caption: str, attribute: str) -> bool:
    """Whether ``caption`` tells ``attribute``, so that a picture drawn from it can be held to it."""
    value = attribute_of(row, attribute)
    if value is None:
        return False
    said = caption.lower()
    if attribute == "style":
        return any(_holds(said, word) for word in _style_words(row))
    if attribute == "flower":
        chinese = str(row.labels.get("subject_zh") or value)
        return any(_holds(said, word) for word in (value, f"{value}s", f"{value[:-1]}ies", chinese))
    if attribute == "flower_colour":
        return _holds(said, value) or _COLOURS.get(value, value) in said
    # A scene's first caption leaves nothing out: without boats in it there are to be none.
    return caption in (*row.captions[:1], *row.zh_captions[:1])


def mentions(row: Row, caption: str) -> dict[str, str]:
    """The labels whose value stands in ``caption``: what it says that another picture may belie.

    Of a label with several values (the colours of a painting) the first that is said.
    """
    said = caption.lower()
    found: dict[str, str] = {}
    for key in _SAID:
        value = row.labels.get(key)
        for one in value if isinstance(value, list) else [value]:
            if one in (None, ""):
                continue
            other = str(row.labels.get(f"{key}_zh") or _COLOURS.get(str(one), one))
            words = _style_words(row) if key == "style" else [str(one).lower(), other.lower()]
            if any(_holds(said, word) for word in words):
                found.setdefault(key, str(one))
    return found


def belies(row: Row, said: dict[str, str]) -> bool:
    """Whether the picture of ``row`` shows that what :func:`mentions` found is not so."""
    for key, value in said.items():
        own = row.labels.get(key)
        if own in (None, "", []):
            # A painting without a subject may be of anything; a flower is by no artist.
            if key in ("title", "artist", "style") or (key == "subject" and "artist" not in row.labels):
                return True
        elif value not in ([str(v) for v in own] if isinstance(own, list) else [str(own)]):
            return True
    return False


def _style_words(row: Row) -> list[str]:
    """What names the style of a row in a caption: its own name, its phrase, or the artist's."""
    labels, style = row.labels, str(row.labels["style"])
    words = [
        style,
        *(str(labels[k]) for k in ("style_phrase", "style_zh", "artist", "artist_zh") if labels.get(k)),
    ]
    if style == "photo":
        words += ["photograph", "close-up", "照片"]
    if "emoji" in labels:
        words += [
            "style",
            "风格",
            "rendered in 3d",
        ]  # its captions name it in many ways, all of them with this word
    if style == "silhouette icon":
        words += ["icon", "silhouette", "剪影"]
    return [word.lower() for word in words]


def _holds(said: str, word: str) -> bool:
    """Whether ``word`` stands in ``said``, as a word of its own where it is English."""
    if word.isascii():
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) is not None
    return word in said
