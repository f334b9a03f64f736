"""All that the prompt encoder learns from, as tensors: gathered from its sources, embedded, kept on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from atelier.errors import BadInput
from models.painter.packs import Row
from models.text.data import Pair, Teacher, caption_pairs, targets
from models.text.dictionary import read_entries
from models.text.encoder import TextEncoder
from models.text.glosses import Interpreter, gloss_pairs, keyword_pairs
from models.text.landscapes import landscape_pairs
from models.text.network import PromptEncoder, rows_of
from models.text.phrases import chinese_pairs, english_pairs, exchanged_pairs
from models.text.synonyms import without_synonyms
from models.text.tokens import MAX_WORDS, tokens
from models.text.widened import widened
from models.text.wordnet import read_things

# How much of what is learnt comes from where. Words are many and short, captions few and long.
SHARES = {
    "captions": 0.07, "Chinese captions": 0.14, "dictionary": 0.14, "things": 0.18,
    "phrases": 0.08, "exchanged": 0.1, "landscapes": 0.03, "English": 0.1,
    "glosses": 0.08, "Chinese glosses": 0.05, "keywords": 0.03,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of each source there is to be; the fields of the training's settings of the same names."""

    vocabulary: int
    dictionary: int
    phrases: int
    exchanged: int
    landscapes: int
    wordnet: Path | None
    seed: int


@dataclass(frozen=True, slots=True)
class Material:
    """The untrained ``network``, and for each of N texts what it learns from.

    ``rows`` int16 ``[N, T, P]`` of its table (:func:`folded`), ``goals`` float16 ``[N, 384]`` of unit
    length, ``weights`` float32 ``[N]``: how often the text is drawn; they sum to one.
    """

    network: PromptEncoder
    rows: torch.Tensor
    goals: torch.Tensor
    weights: torch.Tensor


def material(
    wanted: Wanted, rows: Sequence[Row], work: Path, start: Path | None = None, kept: bool = True
) -> Material:
    """The material of training ``rows``, from the folder ``work`` if it is there and may be ``kept``.

    ``start`` is a version whose knowledge the network begins with. Raises :class:`BadInput` for
    material of another version of this code, and what :class:`Teacher` and :func:`read_things` raise.
    """
    cache, network = work / "text-material.pt", PromptEncoder()
    if kept and cache.exists():
        try:
            told = torch.load(cache, weights_only=True)
            network.load_state_dict(told["network"])
            return Material(network, told["rows"], told["goals"], told["weights"])
        except (RuntimeError, KeyError, EOFError):
            raise BadInput("painter-bad-checkpoint", path=str(cache)) from None
    found = sources(wanted, rows, teacher := Teacher())
    pairs = [pair for some in found.values() for pair in some]
    texts = [pair.text for pair in pairs]
    if start is not None:
        network = widened(TextEncoder.load(start).network, network, _in_parts(texts))
    goals = targets(pairs, teacher, work / "teacher.pt").half()
    buckets = network.table.num_embeddings
    places = torch.cat([folded(rows_of(part, buckets)) for part in _in_parts(texts)])
    told_by = {name: some for name, some in found.items() if some}
    whole = sum(SHARES[name] for name in told_by)
    weights = torch.cat(
        [torch.full((len(some),), SHARES[name] / whole / len(some)) for name, some in told_by.items()]
    )
    work.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict(), "rows": places, "goals": goals, "weights": weights}, cache)
    return Material(network, places, goals, weights)


def sources(wanted: Wanted, rows: Sequence[Row], teacher: Teacher) -> dict[str, list[Pair]]:
    """What is learnt from, by where it comes from; the synonyms kept for the measure are left out."""
    known = teacher.vocabulary()
    captions = caption_pairs(rows)
    subjects = {str(row.labels["subject"]) for row in rows if row.labels.get("subject")}
    visible = subjects | {str(word) for row in rows for word in row.labels.get("keywords", ())}
    named = {pair.text for pair in captions}
    entries = read_entries(known, wanted.dictionary)
    things = {} if wanted.wordnet is None else read_things(wanted.wordnet)
    seen = [e for e in entries if e.senses[0] in visible or (e.senses[0] in things and not e.verb)]
    interpreter = Interpreter(entries)
    explained = {*known, *(sense for entry in entries for sense in entry.senses)}
    glosses, chinese_glosses = gloss_pairs(things, explained, interpreter, wanted.seed)
    words = [word for word in known if len(word) > 2][: wanted.vocabulary]
    usual = set(known)
    senses = sorted({sense for entry in entries for sense in entry.senses})
    found = {
        "captions": [pair for pair in captions if pair.text in pair.meanings],
        "Chinese captions": [pair for pair in captions if pair.text not in pair.meanings],
        # Where a caption says what a word means, its word counts.
        "dictionary": [Pair(e.chinese, e.meanings) for e in entries if e.chinese not in named],
        "things": [Pair(e.chinese, e.meanings) for e in seen if e.chinese not in named],
        "phrases": chinese_pairs(entries, visible | set(things), wanted.phrases, wanted.seed),
        "exchanged": exchanged_pairs(rows, seen, wanted.exchanged, wanted.seed),
        "landscapes": landscape_pairs(wanted.landscapes, wanted.seed),
        "English": [
            *english_pairs(words, sorted(subjects), wanted.phrases // 3, wanted.seed),
            *(Pair(sense, (sense,)) for sense in senses),
            *(Pair(word, (word,)) for word in sorted(things) if usual.issuperset(word.split(" "))),
        ],
        "glosses": glosses,
        "Chinese glosses": chinese_glosses,
        "keywords": keyword_pairs(rows, interpreter, wanted.seed),
    }
    return {name: without_synonyms(pairs) for name, pairs in found.items()}


def folded(rows: torch.Tensor) -> torch.Tensor:
    """Rows of the table, 0 to 65535, in the 16 bits of an int16."""
    return (rows - ((rows >> 15) << 16)).to(torch.int16)


def unfolded(kept: torch.Tensor) -> torch.Tensor:
    """The rows that :func:`folded` kept, int64."""
    return kept.long() & 0xFFFF


def _in_parts(texts: Sequence[str], size: int = 8192) -> Iterator[torch.Tensor]:
    """The texts' numbers of pieces, all of the full length, a part at a time: they are large."""
    return (tokens(texts[at : at + size], MAX_WORDS) for at in range(0, len(texts), size))
