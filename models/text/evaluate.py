"""How well the prompt encoder's two languages meet."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from atelier.figures import Figure
from models.painter.packs import Row
from models.text.network import PromptEncoder
from models.text.synonyms import synonyms
from models.text.tokens import tokens

AMONG = 100


def figures(network: PromptEncoder, rows: Sequence[Row] | None) -> list[Figure]:
    """``zh_retrieval`` on ``rows`` (left out without any) and ``synonyms``, with their bars."""
    found = [Figure("synonyms", round(synonym_accuracy(network), 4), "", 0.7)]
    if rows:
        found.insert(0, Figure("zh_retrieval", round(retrieval(network, rows), 4), "", 0.9))
    return found


@torch.inference_mode()
def embed(network: PromptEncoder, texts: Sequence[str], batch: int = 256) -> torch.Tensor:
    """Sentence vectors, float32 ``[texts, 384]``."""
    network.eval()
    made = [network(tokens(texts[a : a + batch])).sentence for a in range(0, len(texts), batch)]
    return torch.cat(made) if made else torch.empty(0, 384)


def label_of(row: Row) -> str:
    """What a picture is of; two pictures with one label are not told apart."""
    said = row.labels
    keys: tuple[str, ...] = ("subject", "artist", "color", "style", "background", "fg", "bg")
    if said.get("scene"):
        keys += ("place", "time", "weather", "light", "boats", "palette")
    return "/".join(str(said.get(key, "")) for key in keys)


def retrieval(network: PromptEncoder, rows: Sequence[Row], among: int = AMONG, seed: int = 0) -> float:
    """Chinese → English top-1: how often a picture's English caption is nearest to its Chinese one.

    Among ``among`` captions with different labels (fewer where there are fewer labels). 0..1.
    """
    chance = random.Random(seed)
    of = {label_of(row): row for row in rows if row.zh_captions}
    labels = sorted(of)
    if len(labels) < 2:
        return 0.0
    chinese = embed(network, [max(of[k].zh_captions, key=len) for k in labels])
    english = embed(network, [max(of[k].captions[:3], key=len) for k in labels])
    likeness = chinese @ english.T
    right = 0
    for i in range(len(labels)):
        others = [j for j in range(len(labels)) if j != i]
        rivals = chance.sample(others, min(among - 1, len(others)))
        right += bool(likeness[i, i] > likeness[i, rivals].max())
    return right / len(labels)


def synonym_accuracy(network: PromptEncoder, among: int = AMONG, seed: int = 0) -> float:
    """How often a synonym or paraphrase is nearest to its concept among ``among`` concepts. 0..1.

    The concepts are those of the list (:mod:`synonyms`); the rivals are drawn anew for each text.
    """
    chance = random.Random(seed)
    listed = synonyms()
    concepts = sorted({one.concept for one in listed})
    texts = embed(network, [one.text for one in listed])
    likeness = texts @ embed(network, concepts).T
    right = 0
    for one, near in zip(listed, likeness, strict=True):
        own = concepts.index(one.concept)
        rivals = chance.sample([i for i in range(len(concepts)) if i != own], among - 1)
        right += bool(near[own] > near[rivals].max())
    return right / len(listed)
