"""The mood of words that no table has: the prompt encoder says which known words they lie near.

``docs/composer.md`` says how often that is right. It reads nothing else: a rhythm, a key or a tempo is
named or it is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from atelier.requests import MOODS, Mood
from models.composer import words
from models.text.encoder import TextEncoder

# The nearest known words of a mood that are asked, how near they must lie together (cosine), and how much
# nearer than the next mood's. Chosen on every second word of the lists in tests/models/mood_words.py.
NEAREST, NEAR, AHEAD = 5, 0.63, 0.09
MOST = 24  # words of a prompt that are read
# Words of music, and such as say nothing: nobody means a mood by them.
PLAIN = frozenset(
    [
        "about",
        "above",
        "after",
        "again",
        "also",
        "another",
        "around",
        "because",
        "before",
        "behind",
        "below",
        "beneath",
        "between",
        "beyond",
        "down",
        "during",
        "each",
        "ever",
        "every",
        "for",
        "from",
        "have",
        "into",
        "like",
        "little",
        "made",
        "make",
        "melody",
        "music",
        "near",
        "next",
        "only",
        "other",
        "over",
        "piece",
        "please",
        "play",
        "rain",
        "same",
        "short",
        "should",
        "some",
        "something",
        "such",
        "than",
        "that",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "tune",
        "tunes",
        "under",
        "until",
        "upon",
        "very",
        "what",
        "when",
        "where",
        "which",
        "while",
        "with",
        "within",
        "without",
        "write",
        "would",
        "your",
        "please",
        "long",
        "compose",
        "high",
        "dance",
        "dances",
        "bars",
        "minor",
        "major",
        "time",
        "beat",
        "theme",
        "loud",
    ]
)
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?", re.I)
_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
# Chinese words are not parted by spaces: these part them, and so do the words of music.
_BETWEEN = re.compile(
    r"[红橙黄绿青蓝紫黑白灰金银粉]色?|"
    r"[的了着过在是和与及或一首段支曲个请写作有里上下中前后我你他她它们这那为给像吧吗呢让到从把被]|"
    r"旋律|音乐|小节|伴奏|节奏"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The ``word`` of a prompt that was read, and the ``mood`` it lies near."""

    word: str
    mood: Mood


class Reader:
    """Reads prompts one at a time, so that what it finds does not depend on other requests."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        known = [(mood, word) for mood, lists in words.MOOD_WORDS.items() for word in _plainly(lists)]
        with torch.inference_mode():
            self._known: Tensor = encoder.encode([word for _, word in known]).sentence
        self._of = {
            mood: torch.tensor([at for at, (own, _) in enumerate(known) if own == mood]) for mood in MOODS
        }

    @classmethod
    def load(cls) -> Self:
        """With the prompt encoder that ships. Raises :class:`WeightsError`."""
        return cls(TextEncoder.load())

    def mood(self, text: str) -> Reading | None:
        """What the word that lies nearest to a mood says; None where none lies near enough."""
        asked = unread(text)
        if not asked:
            return None
        best: tuple[float, Reading] | None = None
        for word, (near, mood, ahead) in zip(asked, self.judged(asked), strict=True):
            if near >= NEAR and ahead >= AHEAD and (best is None or near > best[0]):
                best = (near, Reading(word, mood))
        return best[1] if best else None

    @torch.inference_mode()
    def judged(self, asked: list[str]) -> list[tuple[float, Mood, float]]:
        """Of each word: how near the nearest mood is, which it is, and how far ahead of the next."""
        likeness = self._encoder.encode(asked).sentence @ self._known.T
        moods = torch.stack(
            [likeness[:, self._of[mood]].topk(NEAREST, dim=1).values.mean(1) for mood in MOODS], dim=1
        )
        value, which = moods.topk(2, dim=1)
        return [
            (float(one), MOODS[int(at)], float(one - two))
            for (one, two), at in zip(value, which[:, 0], strict=True)
        ]


def unread(text: str) -> list[str]:
    """The words of ``text`` that no table knows and that may say a mood; denied ones are left out."""
    rest = text
    for known in words.known():
        rest = known.sub(lambda found: " " * len(found[0]), rest)
    found = [
        word[0].lower()
        for word in _LATIN.finditer(rest)
        if len(word[0]) > 3
        and word[0].lower() not in PLAIN
        and not words.NEGATION.search(rest[: word.start()])
    ]
    for run in _RUN.finditer(_BETWEEN.sub(" ", rest)):
        if words.NEGATION.search(rest[: run.start()]):
            continue
        if len(run[0]) <= 4 and len(run[0]) > 1:
            found.append(run[0])
        found += [run[0][at : at + 2] for at in range(len(run[0]) - 1) if len(run[0]) > 2]
    return list(dict.fromkeys(found))[:MOST]


def _plainly(lists: tuple[str, str]) -> list[str]:
    """The words of an entry of a table, without what makes patterns of them."""
    english, chinese = (re.sub(r"\\w\*|\(\?<?[!=][^)]*\)|\?", "", one) for one in lists)
    return [*english.split("|"), *chinese.split("|")]
