"""How a poem would please: what the frozen poet itself sees in it, for :mod:`models.reward`.

A poem is read by the network that writes; the mean of its last hidden states and of its words' rows in
the embedding is what a head goes by. There is one for each language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from atelier.languages import Lang
from atelier.learning.snapshot import Example, Snapshot
from atelier.requests import PoemRequest
from atelier.works import PoemResult
from models.poet.data import collate, prefix, read_poem
from models.poet.forms import FORM_TABLE
from models.poet.topic import read_topic
from models.poet.vocabulary import LINE, SLOTS, STANZA
from models.reward import Head, Judged, judged

if TYPE_CHECKING:
    from models.poet.generate import Poet

BATCH = 64


def sequence(poet: Poet, example: Example) -> list[tuple[int, int, int]] | None:
    """A work of a snapshot, :func:`read`."""
    return read(poet, PoemRequest.model_validate(example.request), example.result)


def read(poet: Poet, request: PoemRequest, result: Mapping[str, Any]) -> list[tuple[int, int, int]] | None:
    """A work as the poet would have written it: tags, then each line from its end. None: no poem of its."""
    lang = request.written_in
    if lang not in poet.tongues or result["form"] not in FORM_TABLE:
        return None
    tongue, automaton = poet.tongues[lang], poet.automata[lang]
    vocabulary = tongue.vocabulary
    row = {"form": result["form"], "lines": result["lines"], "stanzas": result["stanzas"], "title": ""}
    poem = read_poem(row, vocabulary, tongue.lexicon, tongue.lexicon.length.tolist())
    if poem is None:
        return None
    topic = read_topic(request.topic, automaton)
    mood = request.mood or topic.mood
    said = [vocabulary.content + number for number in topic.numbers]
    tag = FORM_TABLE[request.written_as].tag
    if tag not in vocabulary.numbers:
        return None
    rows = prefix(vocabulary, tag, vocabulary.mood(mood), said)
    for at, line in enumerate(poem.lines):
        lines_left = vocabulary.lines_left + min(SLOTS - 1, len(poem.lines) - 1 - at)
        opening = STANZA if at in poem.breaks and at else LINE
        rows.append((opening, vocabulary.left_in_line + min(SLOTS - 1, poem.length[at]), lines_left))
        rows += [
            (token, vocabulary.left_in_line + min(SLOTS - 1, left), lines_left)
            for token, left in zip(line, poem.left[at], strict=True)
        ]
    return rows


@torch.inference_mode()
def features(poet: Poet, lang: Lang, sequences: Sequence[list[tuple[int, int, int]]]) -> Tensor:
    """Sequences → [N, 2 D], double: the mean state and the mean word of each poem's lines."""
    network, content = poet.tongues[lang].network, poet.tongues[lang].vocabulary.content
    table, found = network.lm.model.embed_tokens, []
    for at in range(0, len(sequences), BATCH):
        slots, _ = collate(sequences[at : at + BATCH], content)
        slots = slots.to(network.lm.device)
        counted = (slots[..., 0] >= content) & (slots[..., 2] > 0)  # the lines' words; tags have no place
        share = (counted / counted.sum(1, keepdim=True).clamp(min=1))[..., None]
        states, words = network.hidden(slots), table(slots[..., 0])
        found.append(torch.cat([(states * share).sum(1), (words * share).sum(1)], -1).double().cpu())
    return torch.cat(found)


def liking(
    poet: Poet, lang: Lang, head: Head, poems: Sequence[tuple[PoemRequest, PoemResult]]
) -> list[float]:
    """The logit of each poem's being liked; of one that the poet cannot read, less than any other's."""
    rows = [read(poet, request, poem.model_dump(mode="json")) for request, poem in poems]
    readable = [one for one in rows if one]
    said = iter(head(features(poet, lang, readable)).tolist()) if readable else iter(())
    return [next(said) if one else float("-inf") for one in rows]


def learn(poet: Poet, snapshot: Snapshot) -> list[tuple[Head, Judged]]:
    """A head for each language that has votes enough, and what it is worth on held-out people."""
    found = []
    for lang in poet.tongues:
        told = {
            example.work: rows
            for example in snapshot.examples
            if PoemRequest.model_validate(example.request).written_in == lang
            and (rows := sequence(poet, example))
        }
        if told:
            seen = dict(zip(told, features(poet, lang, list(told.values())), strict=True))
            found.append(judged(lang, snapshot, seen))
    return [one for one in found if one is not None]
