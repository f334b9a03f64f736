"""``atelier bench cuts --set data=DIR``: what English verse is best cut into, at equal processor time.

Three language models of the poet's kind and size learn the same poems with the same tags, each for so many
minutes of the processor: of *words* as it ships; of *sub-words* (byte-level BPE, as many as there are words,
learnt from the same training poems); and of words after their line's *rhyme*, a token of its own, which the
model says first. All are told what is left of the line after every word, read lines from their end to
their beginning, and pay for what they say: a rhyme's tokens count too. Compared are bits a character on
test poems, over the words that all of them can say.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from pathlib import Path

import torch
from torch import Tensor

from atelier.errors import BadInput
from atelier.figures import Figure, Figures
from atelier.settings import Settings as Studio
from models.poet.bits import ROWS
from models.poet.data import (
    IGNORED,
    PREFIX,
    TOPICS,
    Poem,
    Sequenced,
    build,
    collate,
    encode,
    find_rows,
    groups,
    read_poem,
    words_of,
)  # fmt: skip
from models.poet.lexicon import Lexicon
from models.poet.network import VerseModel
from models.poet.settings import Settings
from models.poet.train import make_optimisers, set_rate, shape, train_step
from models.poet.vocabulary import NONE, UNKNOWN, Vocabulary, guess_syllables

LAYERS = 5  # as the poet that ships
SOUNDS = 5  # words of a rhyme, at least, that has a token


@dataclass(frozen=True)
class Speech:
    """All words of the poems, the poet's own first: ``known`` is the first that it does not know."""

    vocabulary: Vocabulary
    known: int
    lexicon: Lexicon  # of the known ones
    weight: list[float]
    poems: dict[str, list[Poem]]

    @classmethod
    def read(cls, data: Path, words: int) -> Speech:
        """The poems that the poet of ``words`` words would read, with the words that it would not."""
        rows, home = find_rows(data, "en")
        small, lexicon = build(rows, home, "en", words)
        seen = Counter(word for row in rows for line in row["lines"] for word in words_of(line, "en"))
        others = [word for word, _ in seen.most_common() if word not in small.numbers]
        vocabulary = Vocabulary.of("en", [*small.tokens[small.content :], *others])
        own = lexicon.length.tolist()
        lengths = own + [guess_syllables(word) for word in others]
        wide = replace(lexicon, weight=torch.cat((lexicon.weight, torch.zeros(len(others)))))
        poems: dict[str, list[Poem]] = {"train": [], "test": []}
        random.Random(0).shuffle(unseen := [row for row in rows if row["split"] not in ("train", "val")])
        for row in chain((row for row in rows if row["split"] == "train"), unseen[:ROWS]):
            if read_poem(row, small, lexicon, own) and (poem := read_poem(row, vocabulary, wide, lengths)):
                poems["train" if row["split"] == "train" else "test"].append(poem)
        return cls(vocabulary, len(small), lexicon, wide.weight.tolist(), poems)

    def encoded(self, poem: Poem, chance: random.Random) -> Sequenced:
        """A training sequence of words, known or not."""
        return encode(poem, self.vocabulary, self.weight, chance)


@dataclass(frozen=True)
class Cut:
    """A way to cut: its vocabulary, and a sequence of words cut so, with the word that each token is of."""

    vocabulary: Vocabulary
    of: Callable[[Sequenced], tuple[Sequenced, list[int]]]


def whole(speech: Speech) -> Cut:
    """Words, as the poet that ships."""
    tokens = speech.vocabulary.tokens[: speech.known]

    def cut(rows: Sequenced) -> tuple[Sequenced, list[int]]:
        return [(t if t < speech.known else UNKNOWN, *told) for t, *told in rows], [t for t, *_ in rows]  # type: ignore[misc]

    return Cut(Vocabulary.of("en", tokens[speech.vocabulary.content :]), cut)


def rhymed(speech: Speech) -> Cut:
    """Words, and before a line's the rhyme of its last one, where that is known."""
    plain, content = whole(speech), speech.vocabulary.content
    classes = speech.lexicon.rhyme.tolist()
    often = Counter(classes)
    classes = [one if often[one] >= SOUNDS else 0 for one in classes]
    names = [f"<rhyme {one}>" for one in sorted(set(classes) - {0})]
    vocabulary = Vocabulary.of("en", [*plain.vocabulary.tokens[content:], *names])

    def cut(rows: Sequenced) -> tuple[Sequenced, list[int]]:
        made, of = plain.of(rows[:PREFIX])
        for at in range(PREFIX, len(rows)):
            words, their = plain.of(rows[at : at + 1])
            made, of = made + words, of + their
            if rows[at][0] >= content:
                continue
            line = takewhile(lambda token: token >= content, (token for token, *_ in rows[at + 1 :]))
            last = next((token for token in line if not speech.vocabulary.is_mark(token)), UNKNOWN)
            if last < speech.known and classes[last]:
                made.append((vocabulary.numbers[f"<rhyme {classes[last]}>"], *rows[at][1:]))
                of.append(last)
        return made, of

    return Cut(vocabulary, cut)


def pieces(speech: Speech) -> Cut:
    """Sub-words: as many as there are known words, marks among them."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    content, tokens = speech.vocabulary.content, speech.vocabulary.tokens
    often = Counter(t for poem in speech.poems["train"] for line in poem.lines for t in line)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False)
    trainer = trainers.BpeTrainer(vocab_size=speech.known - content, show_progress=False)  # type: ignore[no-untyped-call]
    bpe.train_from_iterator((tokens[t] for t, count in often.items() for _ in range(count)), trainer)
    cuts = [
        [number + content for number in reversed(one.ids)] for one in bpe.encode_batch(list(tokens[content:]))
    ]
    names = sorted(bpe.get_vocab(), key=bpe.get_vocab().__getitem__)
    vocabulary = Vocabulary.of("en", names)

    def cut(rows: Sequenced) -> tuple[Sequenced, list[int]]:
        topics = [piece for t, *_ in rows[2:PREFIX] if t >= content for piece in reversed(cuts[t - content])]
        prefix = [*(t for t, *_ in rows[:2]), *topics[:TOPICS], *[NONE] * (TOPICS - len(topics))]
        made: Sequenced = [(t, NONE, NONE) for t in prefix]
        of = [NONE] * PREFIX
        for (token, left, lines), (_, before, _) in zip(rows[PREFIX:], rows[PREFIX - 1 :], strict=False):
            parts = cuts[token - content] if token >= content else [token]
            # What is left of the line is less by a word once all of the word is read.
            made += [(part, before, lines) for part in parts[:-1]] + [(parts[-1], left, lines)]
            of += [token] * len(parts)
        return made, of

    return Cut(vocabulary, cut)


CUTS = {"words": whole, "subwords": pieces, "rhymed": rhymed}


def run(studio: Studio, data: str = "", minutes: int = 10) -> Figures:  # noqa: ARG001 (nothing of it is asked)
    """Train and measure one after the other; ``minutes`` of the processor for each."""
    if not Path(data).is_dir() or not data:
        raise BadInput("bad-data", path=data, why="no such folder")
    settings = Settings(Path(data), Path(), en_layers=LAYERS)
    speech = Speech.read(settings.data, settings.en_words)
    lines = [line for poem in speech.poems["test"] for line in poem.lines]
    unknown = sum(token >= speech.known for line in lines for token in line)
    figures = [
        Figure("unknown_words", round(unknown / sum(map(len, lines)), 5), "of the words of test poems")
    ]
    for name, of in CUTS.items():
        cut = of(speech)
        network, told = trained(cut, speech, settings, 60.0 * minutes)
        known, everything = bits(network, cut, speech)
        beside = {**told, "parameters": float(sum(p.numel() for p in network.parameters()))}
        if name == "subwords":
            beside["unknown words too"] = everything
        figures.append(Figure(f"bits_{name}", known, "bits/character", baselines=beside))
    notes = (f"{minutes} minutes of the processor each, {torch.get_num_threads()} threads",)
    return Figures("cuts", "-", tuple(figures), notes)


def trained(
    cut: Cut, speech: Speech, settings: Settings, seconds: float
) -> tuple[VerseModel, dict[str, float]]:
    """A network that has learnt for so many seconds of the processor, and what it saw."""
    torch.manual_seed(settings.seed)
    network = VerseModel(shape(settings, cut.vocabulary), cut.vocabulary.content)
    optimisers = make_optimisers(network, settings)
    source, step, used, seen = batches(cut, speech, settings), 0, 0.0, 0
    while used < seconds:
        set_rate(optimisers, settings, step, used / seconds)
        (slots, targets), count = next(source)
        began = time.process_time()
        train_step(network, optimisers, slots, targets, settings)
        used += time.process_time() - began
        step, seen = step + 1, seen + count
    return network.eval(), {"steps": float(step), "poems": float(seen)}


def batches(cut: Cut, speech: Speech, settings: Settings) -> Iterator[tuple[tuple[Tensor, Tensor], int]]:
    """Endless batches as the poet's training makes them, and the poems in each."""
    poems = speech.poems["train"]

    def encoded(number: int, chance: random.Random) -> Sequenced:
        return cut.of(speech.encoded(poems[number], chance))[0]

    for group in groups(len(poems), encoded, tokens=settings.tokens, seed=settings.seed):
        yield collate(group, cut.vocabulary.content), len(group)


def bits(network: VerseModel, cut: Cut, speech: Speech) -> tuple[float, float]:
    """Bits a character of test poems: over words that the poet knows, and over all that could be said.

    A word is its letters and a space. Topic words and plans are drawn alike for every cut.
    """
    test: list[tuple[Sequenced, list[int]]] = sorted(
        (cut.of(speech.encoded(poem, random.Random(i))) for i, poem in enumerate(speech.poems["test"])),
        key=lambda one: len(one[0]),
    )
    content, nats, known = speech.vocabulary.content, [0.0, 0.0], 0
    for at in range(0, len(test), 32):
        part = test[at : at + 32]
        slots, targets = collate([rows for rows, _ in part], cut.vocabulary.content)
        counted = targets != IGNORED
        of = torch.zeros(targets.shape, dtype=torch.long)
        for row, (_, words) in enumerate(part):
            of[row, : len(words) - 1] = torch.tensor(words[1:])
        with torch.inference_mode():
            logits = network.logits(network.hidden(slots)[counted]).float()
        spent = torch.nn.functional.cross_entropy(logits, targets[counted], reduction="none")
        common = of[counted] < speech.known
        nats = [nats[0] + float(spent[common].sum()), nats[1] + float(spent.sum())]
    every, known = characters(speech, content)
    return nats[0] / math.log(2) / known, nats[1] / math.log(2) / every


def characters(speech: Speech, content: int) -> tuple[int, int]:
    """Of the test poems' windows, all words' letters and spaces, and those of known words."""
    every = known = 0
    for number, poem in enumerate(speech.poems["test"]):
        for token, *_ in speech.encoded(poem, random.Random(number))[PREFIX:]:
            if token >= content:
                size = len(speech.vocabulary.tokens[token]) + 1
                every, known = every + size, known + size * (token < speech.known)
    return every, known
