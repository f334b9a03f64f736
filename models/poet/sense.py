"""Whether a poem is about what was asked: its prompt picked among others by a sentence encoder.

all-MiniLM-L6-v2 (from the package that the prompt encoder learns from) is used here alone: nothing that
it says reaches a poem. Beside it stands the same for real poems, whose title is picked among others'.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import torch

from atelier.figures import Figure
from models.poet.forms import MIDDLE
from models.poet.parallel import REGULATED, answers
from models.poet.prompts import NEAR
from models.poet.vocabulary import Vocabulary

AMONG = 20
REAL = 400  # real poems
Encoder = Callable[[Sequence[str]], torch.Tensor]  # texts → unit vectors [texts, D]


def topic_en(
    encoder: Encoder, prompts: Sequence[str], poems: Sequence[tuple[int, Sequence[str]]], real: Sequence[Any]
) -> Figure:
    """``poems``: (number of its prompt, lines); ``real``: rows of the pack, whose titles are used."""
    asked = encoder(prompts)
    said = encoder([" ".join(lines) for _, lines in poems])
    picked = (said @ asked.T).argmax(-1).tolist()
    share = sum(one == right for one, (right, _) in zip(picked, poems, strict=True)) / max(1, len(poems))
    ceiling = picked_titles(encoder, real)
    beside = {} if ceiling is None else {"real poems, by their titles": ceiling}
    return Figure("topic_en", share, f"prompts picked among {len(prompts)}", 0.6, baselines=beside)


def picked_titles(encoder: Encoder, rows: Sequence[Any]) -> float | None:
    """The share of real poems whose title is picked among those of a group of twenty; None: too few."""
    titled: dict[str, Any] = {}
    for row in rows:
        title = str(row.get("title") or "").strip()
        if 3 < len(title) < 60 and title.lower() not in row["lines"][0].lower():
            titled.setdefault(title.lower(), row)
    kept = sorted(titled)
    random.Random(0).shuffle(kept)
    kept = kept[: min(REAL, len(kept)) // AMONG * AMONG]
    if not kept:
        return None
    titles = encoder(kept)
    titles = titles.view(-1, AMONG, titles.shape[-1])
    texts = encoder([" ".join(titled[title]["lines"][:14]) for title in kept]).view(titles.shape)
    picked = torch.einsum("gpd,gtd->gpt", texts, titles).argmax(-1)
    return float((picked == torch.arange(AMONG)).float().mean())


def topic_zh(poems: Sequence[tuple[str, Sequence[str]]]) -> Figure:
    """The share of ``poems`` (prompt, lines) with a word that :data:`NEAR` lists for the prompt.

    A word is its characters side by side in one line; the poet's own reading of prompts has no say.
    """
    held = [any(word in line for word in NEAR[prompt] for line in lines) for prompt, lines in poems]
    return Figure("topic_zh", sum(held) / max(1, len(held)), "", 0.8)


def parallel_zh(
    ours: Sequence[Sequence[str]], rows: Sequence[dict[str, Any]], vocabulary: Vocabulary
) -> Figure | None:
    """How well the middle couplets of ``ours`` (poems of eight regulated lines) answer each other (对仗).

    The judge is counted on test poems, from which the ranking's own counts know nothing. Beside it: middle
    and outer couplets of real poems of ``val``. None where there are too few poems to judge by.
    """
    unseen = [{**row, "split": "test"} for row in rows if row["split"] not in ("train", "val")]
    judge = answers(unseen, vocabulary, "test")
    if judge is None or not ours:
        return None

    def mean(poems: Sequence[Sequence[str]], places: Sequence[int]) -> float:
        told = [
            judge.answer(*([n - vocabulary.content for n in vocabulary.content_of(line)] for line in pair))
            for lines in poems
            for pair in ([lines[at], lines[at + 1]] for at in places)
        ]
        return sum(told) / len(told)

    val = [row["lines"] for row in rows if row["split"] == "val" and row["form"] in REGULATED]
    beside = {}
    if whole := [lines for lines in val if len(lines) == 8][:REAL]:
        beside = {"real middle couplets": mean(whole, MIDDLE), "real outer couplets": mean(whole, (0, 6))}
    return Figure("parallel_zh", mean(ours, MIDDLE), "by a judge counted on test poems", baselines=beside)
