"""What the painter found in a prompt, said in the person's language; or that it does not know it.

Known names (of the training pictures' labels, in both languages) are found as they stand, the
longest first; where no subject is named, the encoder says which known subject is nearest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import torch

from atelier.languages import Lang, say
from models.painter.packs import Row
from models.text.encoder import TextEncoder
from models.text.tokens import is_ideograph, words

NEAR = 0.7  # cosine from which a prompt counts as like a known subject; strangers have some 0.6
KINDS = ("subject", "style", "colour")
_COLOURS: dict[str, str] = {
    "red": "红色", "blue": "蓝色", "green": "绿色", "yellow": "黄色", "orange": "橙色", "purple": "紫色",
    "pink": "粉色", "black": "黑色", "white": "白色", "gray": "灰色", "gold": "金色", "teal": "青色",
    "navy": "深蓝色", "lavender": "淡紫色",
}  # fmt: skip
_STYLES: dict[str, str] = {
    "photo": "照片", "painting": "绘画", "emoji": "表情符号", "3d": "3D", "cartoon": "卡通", "flat": "扁平",
    "outline": "线描", "silhouette": "剪影", "icon": "图标",
}  # fmt: skip
_ALSO = {"grey": "gray", "golden": "gold", "violet": "purple", "scarlet": "red", "crimson": "red"}
_BEFORE, _AFTER = set("的只条朵个头匹棵座张艘辆位和与"), set("和与在的")
Concepts = dict[str, list[list[str]]]  # kind → [English, Chinese or ""]


def concepts_of(rows: Iterable[Row]) -> Concepts:
    """The names in the labels of training pictures: what ships as ``concepts.json``."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    found["colour"].update(_COLOURS)
    found["style"].update(_STYLES)
    for row in rows:
        said = row.labels
        if said.get("subject"):
            name = str(said["subject"]).lower()
            found["subject"][name] = found["subject"].get(name) or str(said.get("subject_zh") or "")
        if said.get("artist") and said.get("artist_zh"):
            found["style"][str(said["artist"])] = str(said["artist_zh"])
        if said.get("style_zh"):
            found["style"][str(said["style"])] = str(said["style_zh"])
    return {kind: [[en, zh] for en, zh in sorted(names.items())] for kind, names in found.items()}


@dataclass(slots=True)
class Finding:
    """Names in one language. ``near`` is set where no subject was named: the nearest known one."""

    subjects: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    near: str | None = None
    sure: bool = False


class Understanding:
    """The concepts of a version, with the subjects' sentence vectors made once."""

    def __init__(self, concepts: Concepts, encoder: TextEncoder) -> None:
        self.concepts = concepts
        self.encoder = encoder
        self.names: dict[tuple[str, ...], tuple[str, str, str]] = {}
        for kind in KINDS:
            for english, chinese in concepts[kind]:
                for name in filter(None, (english, chinese, chinese.removesuffix("色"))):
                    self.names.setdefault(_key(name), (kind, english, chinese))
        for artist, chinese in ((en, zh) for en, zh in concepts["style"] if en != en.lower()):
            for name in (artist.partition(" ")[2], artist.rpartition(" ")[2]):  # van Gogh, Gogh
                self.names.setdefault(_key(name), ("style", artist, chinese))
        for also, name in _ALSO.items():
            self.names.setdefault((also,), ("colour", name, _COLOURS[name]))
        self.names.pop((), None)
        self.longest = max(map(len, self.names), default=1)
        # A neighbour must have a name in the person's language.
        self.subjects = [pair for pair in concepts["subject"] if pair[1]] or concepts["subject"]
        self.vectors = encoder.encode([english for english, _ in self.subjects]).sentence

    def find(self, prompt: str, sentence: torch.Tensor, lang: Lang) -> Finding:
        """``sentence`` [384] is the prompt's vector."""
        found, rest, at = Finding(), _key(prompt), 0
        into = {"subject": found.subjects, "style": found.styles, "colour": found.colours}
        while at < len(rest):
            for size in range(min(self.longest, len(rest) - at), 0, -1):
                hit = self.names.get(rest[at : at + size])
                if hit and (size > 1 or hit[0] != "subject" or _alone(rest, at)):
                    name = hit[2] if lang == "zh" and hit[2] else hit[1]
                    if name not in into[hit[0]]:
                        into[hit[0]].append(name)
                    at += size
                    break
            else:
                at += 1
        if not found.subjects and self.subjects:
            likeness = self.vectors @ sentence
            best = int(likeness.argmax())
            english, chinese = self.subjects[best]
            found.near, found.sure = (
                (chinese or english) if lang == "zh" else english,
                bool(likeness[best] >= NEAR),
            )
        return found

    def sentence(self, prompt: str, vector: torch.Tensor, lang: Lang) -> str:
        """One short sentence about a prompt."""
        found = self.find(prompt, vector, lang)
        between = "、" if lang == "zh" else ", "
        told = between.join([*found.subjects, *found.styles, *found.colours])
        if found.subjects:
            return say("painter-understood", lang, found=told)
        if found.near is None:
            return say("painter-understood-nothing", lang)
        if told:
            key = "painter-understood-near" if found.sure else "painter-understood-unsure"
            return say(key, lang, found=told, near=found.near)
        return say("painter-near" if found.sure else "painter-unsure", lang, near=found.near)


def _alone(sentence: tuple[str, ...], at: int) -> bool:
    """Whether one Chinese character is a word here (一只猫), and not part of another (人 in 商人)."""
    if not is_ideograph(sentence[at]):
        return True
    before = sentence[at - 1] if at else ""
    after = sentence[at + 1] if at + 1 < len(sentence) else ""
    return (not before or before in _BEFORE) and (not after or after in _AFTER)


def _key(text: str) -> tuple[str, ...]:
    """Words as names are compared: lower case, Chinese by character, simple plurals and possessives cut."""
    return tuple(_singular(word) for word in words(text))


def _singular(word: str) -> str:
    word = re.sub(r"'s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
