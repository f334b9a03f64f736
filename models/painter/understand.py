"""What the painter found in a prompt, said in the person's language; or that it does not know it.

Known names (of the training pictures' labels, in both languages) are found as they stand; where no
subject is named, the encoder says which known subject is nearest. A painter that has seen scenes
also tells their place, time, weather, light and counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch

from atelier.languages import Lang, say
from models.painter.contradictions import count_before
from models.painter.lexicon import Lexicon, key
from models.painter.packs import Row
from models.painter.vocabulary import KINDS as SCENE_KINDS
from models.painter.vocabulary import NAMES, THINGS
from models.text.encoder import TextEncoder

NEAR = 0.7  # cosine from which a prompt counts as like a known subject; strangers have some 0.6
KINDS = ("subject", "style", "colour")
MOST = 3  # boats, the most that a scene has
_COLOURS: dict[str, str] = {
    "red": "红色", "blue": "蓝色", "green": "绿色", "yellow": "黄色", "orange": "橙色", "purple": "紫色",
    "pink": "粉色", "black": "黑色", "white": "白色", "gray": "灰色", "gold": "金色", "teal": "青色",
    "navy": "深蓝色", "lavender": "淡紫色",
}  # fmt: skip
_STYLES: dict[str, str] = {
    "photo": "照片", "painting": "绘画", "emoji": "表情符号", "3d": "3D", "cartoon": "卡通", "flat": "扁平",
    "outline": "线描", "silhouette": "剪影", "icon": "图标",
}  # fmt: skip
_SCENE_STYLES: dict[str, str] = {
    "oil painting": "油画", "watercolour": "水彩", "ink wash": "水墨", "poster": "海报", "pixel art": "像素",
    "glow": "夜光",
}  # fmt: skip
_ALSO_COLOURS = {"grey": "gray", "golden": "gold", "violet": "purple", "scarlet": "red", "crimson": "red"}
_ALSO_STYLES = {"watercolor": "watercolour", "ink painting": "ink wash", "ink": "ink wash",
                "pixel": "pixel art", "oil": "oil painting", "neon": "glow", "glowing": "glow"}  # fmt: skip
Concepts = dict[str, list[list[str]]]  # kind → [English, Chinese or ""]


def concepts_of(rows: Iterable[Row]) -> Concepts:
    """The names in the labels of training pictures: what ships as ``concepts.json``."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in (*KINDS, *SCENE_KINDS)}
    found["colour"].update(_COLOURS)
    found["style"].update(_STYLES)
    for row in rows:
        said = row.labels
        if said.get("scene"):
            _note_scene(found, said)
            continue
        if said.get("subject"):
            name = str(said["subject"]).lower()
            found["subject"][name] = found["subject"].get(name) or str(said.get("subject_zh") or "")
        if said.get("artist") and said.get("artist_zh"):
            found["style"][str(said["artist"])] = str(said["artist_zh"])
        if said.get("style_zh"):
            found["style"][str(said["style"])] = str(said["style_zh"])
    return {kind: [[en, zh] for en, zh in sorted(names.items())] for kind, names in found.items()}


def subjects_of(rows: Iterable[Row]) -> set[str]:
    """The English names of the subjects that were trained on, lower case."""
    return {english.lower() for english, _ in concepts_of(rows)["subject"]}


def _note_scene(found: dict[str, dict[str, str]], said: dict[str, object]) -> None:
    """The values of one scene's labels that the vocabulary has words for."""
    found["style"].update(_SCENE_STYLES)
    things = {thing for label, thing in THINGS.items() if said.get(label)}
    for name in NAMES:
        seen = said.get(name.kind) == name.value or name.value in things
        # Sunny is clear weather; stars are a label of their own.
        seen = seen or (name.value == "sunny" and said.get("weather") == "clear")
        seen = seen or (name.value == "stars" and bool(said.get("stars")))
        if seen:
            found[name.kind][name.value] = name.told("zh")


@dataclass(slots=True)
class Finding:
    """Names in one language. ``near`` is set where no subject was named: the nearest known one."""

    subjects: list[str] = field(default_factory=list)
    scenes: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    too_many: bool = False
    near: str | None = None
    sure: bool = False


_made: dict[tuple[str, torch.device, tuple[str, ...]], torch.Tensor] = {}


def _vectors(encoder: TextEncoder, subjects: tuple[str, ...]) -> torch.Tensor:
    """[N, 384]. Made once for the versions that one process loads: they mostly know the same subjects."""
    asked = (encoder.sha256, next(encoder.network.parameters()).device, subjects)
    found = _made.get(asked)
    if found is None:
        found = encoder.encode(subjects).sentence
        _made.clear()  # one set is enough to remember
        _made[asked] = found
    return found


class Understanding:
    """The concepts of a version, with the subjects' sentence vectors made once."""

    def __init__(self, concepts: Concepts, encoder: TextEncoder) -> None:
        self.concepts = concepts
        self.lexicon = Lexicon()
        for kind in KINDS:
            for english, chinese in concepts[kind]:
                for name in filter(None, (english, chinese, chinese.removesuffix("色"))):
                    self.lexicon.add(name, kind, english, chinese)
        for artist, chinese in ((en, zh) for en, zh in concepts["style"] if en != en.lower()):
            for name in (artist.partition(" ")[2], artist.rpartition(" ")[2]):  # van Gogh, Gogh
                self.lexicon.add(name, "style", artist, chinese)
        styles = dict(concepts["style"])
        for also, name in _ALSO_COLOURS.items():
            self.lexicon.add(also, "colour", name, _COLOURS[name])
        for also, name in _ALSO_STYLES.items():
            if name in styles:
                self.lexicon.add(also, "style", name, styles[name])
        for entry in NAMES:
            if entry.value in dict(concepts.get(entry.kind, [])):
                for word in (*entry.en, *entry.zh):
                    self.lexicon.add(word, entry.kind, entry.told("en"), entry.told("zh"), over=True)
        # A neighbour must have a name in the person's language.
        self.subjects = [pair for pair in concepts["subject"] if pair[1]] or concepts["subject"]
        self.vectors = _vectors(encoder, tuple(english for english, _ in self.subjects))

    def find(self, prompt: str, sentence: torch.Tensor, lang: Lang) -> Finding:
        """``sentence`` [384] is the prompt's vector."""
        found, said = Finding(), key(prompt)
        into = {"subject": found.subjects, "style": found.styles, "colour": found.colours}
        for hit in self.lexicon.find(said, ("subject", *SCENE_KINDS)):
            told = hit.told(lang)
            number = count_before(said, hit)
            if number is not None and number > MOST and hit.value == "boat":
                found.too_many = True
            elif number is not None and (number != 1 or hit.value == "boat"):
                told = say(f"painter-count-{hit.value}", lang, count=number)
            names = into.get(hit.kind, found.scenes)
            if told not in names:
                names.append(told)
        if not (found.subjects or found.scenes) and self.subjects:
            likeness = self.vectors @ sentence
            best = int(likeness.argmax())
            english, chinese = self.subjects[best]
            found.near = (chinese or english) if lang == "zh" else english
            found.sure = bool(likeness[best] >= NEAR)
        return found

    def sentence(
        self, prompt: str, vector: torch.Tensor, lang: Lang, chosen: Sequence[str] = ()
    ) -> str:  # fmt: skip
        """One short sentence about a prompt; ``chosen``: names of its options, said after what was found."""
        found = self.find(prompt, vector, lang)
        between = "、" if lang == "zh" else ", "
        names = [*found.subjects, *found.scenes, *found.styles, *found.colours, *chosen]
        told = between.join(dict.fromkeys(names))
        if found.subjects or found.scenes:
            key_ = "painter-understood"
        elif found.near is None:
            key_ = "painter-understood-nothing"
        elif told:
            key_ = "painter-understood-near" if found.sure else "painter-understood-unsure"
        else:
            key_ = "painter-near" if found.sure else "painter-unsure"
        sentences = [say(key_, lang, found=told, near=found.near or "")]
        if found.too_many:
            sentences.append(say("painter-too-many", lang, most=MOST))
        return joined(sentences, lang)


def joined(sentences: list[str], lang: Lang) -> str:
    """Sentences of a language, one after another."""
    return ("" if lang == "zh" else " ").join(sentences)
