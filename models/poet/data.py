"""From a pack of poems to training sequences: tags, then each line from its end to its beginning.

A pack is a folder with ``en/*.jsonl.gz`` and ``zh/*.jsonl.gz`` (one poem a line: ``form``,
``lines``, ``title``, ``split``, for English ``stanzas``, for 词 ``tune``), ``en/cmudict_rhyme.tsv.gz``
and ``zh/pingshui.json.gz``.

A sequence: form tag, mood tag, six topic words, then for each line an opening token (line, stanza, or the
line's first character or letter, so that acrostics are planned for) and the line reversed.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from atelier.errors import BadInput
from atelier.languages import Lang
from atelier.requests import FORMS
from models.poet.lexicon import (
    Lexicon,
    chinese_lexicon,
    english_lexicon,
    read_cmudict,
    read_pingshui,
    topic_weights,
)
from models.poet.moods import mood_of
from models.poet.vocabulary import (
    END_MARKS,
    LINE,
    NONE,
    OTHER_VERSE,
    SLOTS,
    STANZA,
    UNKNOWN,
    Vocabulary,
    guess_syllables,
    read_line,
)
from models.poet.words import BARRED_EN, BARRED_ZH, SILENT_EN, SILENT_ZH

TOPICS = 6
PREFIX = 2 + TOPICS
TABLES: dict[Lang, str] = {"en": "cmudict_rhyme.tsv.gz", "zh": "pingshui.json.gz"}
IGNORED = -100
POOL = 2048  # sequences that are sorted by length together
WINDOWS = (4, 4, 4, 8, 8, 14)  # lines of a training window of a long English poem
_TUNES = ("浣溪沙", "如梦令", "鹧鸪天")
_SINGLE = frozenset({"a", "i", "o"})

Sequenced = list[tuple[int, int, int]]  # token, left in line, lines left


@dataclass(frozen=True)
class Poem:
    """A poem as numbers. ``left`` is what remains of its line after each token, read from the end."""

    tag: str
    lines: tuple[tuple[int, ...], ...]  # reversed
    left: tuple[tuple[int, ...], ...]
    length: tuple[int, ...]  # syllables or characters a line
    breaks: frozenset[int]  # lines that begin a stanza
    heads: tuple[int, ...]  # the control token or character of each line's beginning
    title: tuple[int, ...]
    mood: str | None


def find_rows(data: Path, lang: Lang) -> tuple[list[dict[str, Any]], Path]:
    """Every row of a pack (or folder of packs) in ``lang``, and the folder of its sound table.

    Raises :class:`BadInput` where there is no such pack.
    """
    table = TABLES[lang]
    homes = sorted(path.parent for path in data.rglob(table))
    if not homes:
        raise BadInput("poet-no-pack", path=str(data), table=table)
    rows = []
    for home in homes:
        for path in sorted(home.glob("*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as stream:
                rows += [row for row in map(json.loads, stream) if row.get("lang") == lang]
    return rows, homes[0]


def tag_of(row: dict[str, Any]) -> str | None:
    """The form tag of a row: one of our forms, ``verse`` for other verse, None for what is not used."""
    form = str(row["form"])
    if form == "sonnet":
        kind = row.get("subform")
        return f"{kind} sonnet" if kind in ("shakespearean", "petrarchan") else OTHER_VERSE
    if form == "词":
        return row["tune"] if row.get("tune") in _TUNES else None
    return {"quatrains": "quatrain"}.get(form, form if form in FORMS else OTHER_VERSE)


def words_of(line: str, lang: Lang) -> list[str]:
    """A line as tokens."""
    return read_line(line) if lang == "en" else list(line)


def build(rows: Sequence[dict[str, Any]], home: Path, lang: Lang, size: int) -> tuple[Vocabulary, Lexicon]:
    """The vocabulary (at most ``size`` content tokens, by frequency in train) and its lexicon."""
    seen, ends, starts, upper = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    trained = [row for row in rows if row["split"] == "train" and tag_of(row)]
    for row in trained:
        for line in row["lines"]:
            words = words_of(line, lang)
            seen.update(words)
            ends.update([word for word in words if word[0].isalpha()][-1:])
            if lang == "en":
                inner = line.split()[1:]
                upper.update(
                    word.strip("\"'.,;:!?()-").lower() for word in inner if word.strip("\"'(")[:1].isupper()
                )
                starts.update(words[:1])
    if lang == "en":
        sounds = read_cmudict(home / "cmudict_rhyme.tsv.gz")
        usable = [
            word for word, count in seen.most_common()
            if word in sounds and word not in BARRED_EN and count > 2 and (len(word) > 1 or word in _SINGLE)
        ]  # fmt: skip
        vocabulary = Vocabulary.of("en", [*END_MARKS, "--", *usable[:size]])
        capitals = {word for word in usable if upper[word] > 0.6 * max(1, seen[word] - starts[word])}
    else:
        tones = read_pingshui(home / "pingshui.json.gz")
        # A character that the table lacks (溪, 炉) can stand where no tone is asked for.
        usable = [
            c for c, count in seen.most_common() if count > (2 if c in tones else 60) and c not in BARRED_ZH
        ]  # fmt: skip
        vocabulary = Vocabulary.of("zh", usable[:size])
    poems_with = Counter[int]()
    for row in trained:
        poems_with.update(
            set(vocabulary.content_of(w for line in row["lines"] for w in words_of(line, lang)))
        )
    silent = set(SILENT_EN if lang == "en" else SILENT_ZH)
    weights = topic_weights(vocabulary, poems_with, len(trained), silent)
    if lang == "en":
        return vocabulary, english_lexicon(vocabulary, sounds, ends, capitals, weights)
    return vocabulary, chinese_lexicon(vocabulary, tones, ends, weights)


def read_poem(
    row: dict[str, Any], vocabulary: Vocabulary, lexicon: Lexicon, lengths: list[int]
) -> Poem | None:
    """A row as numbers, or None where it is unusable (no tag, an empty line, over 40 % unknown).

    ``lengths`` is ``lexicon.length`` as a list, for speed.
    """
    tag, lang = tag_of(row), vocabulary.lang
    if tag is None:
        return None
    if tag not in vocabulary.numbers:  # a form that the version which this goes on from was never taught
        tag = OTHER_VERSE
    lines, left, total, heads, words_seen, unknown = [], [], [], [], [], 0
    for line in row["lines"]:
        words = words_of(line, lang)
        numbers = vocabulary.content_of(words)
        spans = [
            guess_syllables(w) if n == UNKNOWN and lang == "en" else (1 if n == UNKNOWN else lengths[n])
            for w, n in zip(words, numbers, strict=True)
        ]
        if sum(spans) == 0:
            return None
        lines.append(tuple(reversed(numbers)))
        total.append(sum(spans))
        remaining, after = sum(spans), []
        for span in reversed(spans):
            remaining -= span
            after.append(remaining)
        left.append(tuple(after))
        heads.append(numbers[0] if lang == "zh" else vocabulary.numbers.get(f"<{words[0][0]}>", LINE))
        unknown += numbers.count(UNKNOWN)
        words_seen += words
    if unknown > 0.4 * len(words_seen):
        return None
    starts, at = {0}, 0
    for count in row.get("stanzas", ()):
        at += count
        starts.add(at)
    title = vocabulary.content_of(words_of(row.get("title") or row.get("from_title") or "", lang))
    said = tuple(n for n in title if n != UNKNOWN and lexicon.weight[n] > 0)
    return Poem(
        tag,
        tuple(lines),
        tuple(left),
        tuple(total),
        frozenset(starts),
        tuple(heads),
        said,
        mood_of(words_seen, lang),
    )


def window(poem: Poem, rng: random.Random) -> tuple[str, range]:
    """The lines of ``poem`` that one training sequence takes, and the form tag they earn."""
    count = len(poem.lines)
    if poem.tag not in (OTHER_VERSE, "quatrain", "ballad", "couplet", "free") or count <= 4:
        return poem.tag, range(count)
    want = 4 if poem.tag in ("quatrain", "ballad") else 2 if poem.tag == "couplet" else rng.choice(WINDOWS)
    starts = [at for at in sorted(poem.breaks) if at + want <= count] or list(
        range(0, max(1, count - want + 1), 2)
    )
    start = rng.choice(starts)
    return poem.tag, range(start, min(count, start + want))


def topics(poem: Poem, taken: range, weight: list[float], rng: random.Random, lang: Lang) -> list[int]:
    """Up to six topic words for a window: of its title, and the telling words of its own lines."""
    want = rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6))
    chosen: list[int] = []
    if poem.title and rng.random() < 0.4:
        chosen += poem.title[:4]
    if lang == "zh":  # pairs, since most Chinese words are two characters
        pairs = [
            (line[i + 1], line[i])
            for line in (poem.lines[at] for at in taken)
            for i in range(len(line) - 2, -1, -2)
        ]
        pool = [pair for pair in pairs if UNKNOWN not in pair]
        heavy = [weight[a] + weight[b] for a, b in pool]
        while pool and sum(heavy) and len(chosen) < want:
            pair = rng.choices(pool, heavy)[0]
            kept = [n for n in pair if weight[n] > 0]
            chosen += kept if rng.random() < 0.5 else kept[:1] if rng.random() < 0.5 else kept[1:]
            if rng.random() < 0.2:
                break
    else:
        pool_en = [n for at in taken for n in poem.lines[at] if weight[n] > 0]
        heavy = [weight[n] for n in pool_en]
        if pool_en:
            chosen += rng.choices(pool_en, heavy, k=max(0, want - len(chosen)))
    return list(dict.fromkeys(chosen))[:want]


def encode(
    poem: Poem, vocabulary: Vocabulary, weight: list[float], rng: random.Random, *, tagged: bool = True
) -> list[tuple[int, int, int]]:
    """One training sequence as (token, left in line, lines left) rows of numbers.

    With ``tagged`` false the prefix says only the form: what the tags are worth is measured against that.
    """
    tag, taken = window(poem, rng)
    said = topics(poem, taken, weight, rng, vocabulary.lang) if tagged else []
    mood = vocabulary.mood(poem.mood) if tagged and poem.mood and rng.random() < 0.6 else NONE
    rows = prefix(vocabulary, tag, mood, said)
    planned = rng.random() < 0.12
    for at in taken:
        lines_left = vocabulary.lines_left + min(SLOTS - 1, taken.stop - 1 - at)
        opening = STANZA if at in poem.breaks and at != taken.start else LINE
        if planned and poem.heads[at] != UNKNOWN:
            opening = poem.heads[at]
        rows.append((opening, vocabulary.left_in_line + min(SLOTS - 1, poem.length[at]), lines_left))
        rows += [
            (token, vocabulary.left_in_line + min(SLOTS - 1, left), lines_left)
            for token, left in zip(poem.lines[at], poem.left[at], strict=True)
        ]
    return rows


def prefix(vocabulary: Vocabulary, tag: str, mood: int, said: Sequence[int]) -> list[tuple[int, int, int]]:
    """The eight tags before the first line; ``said`` are topic words."""
    tokens = [vocabulary.numbers[tag], mood, *said, *[NONE] * (TOPICS - len(said))]
    return [(token, NONE, NONE) for token in tokens]


def collate(sequences: Sequence[Sequence[tuple[int, int, int]]], content: int) -> tuple[Tensor, Tensor]:
    """Sequences → slots [B, T, 3] padded with 0, targets [B, T] (``IGNORED`` where nothing is learnt)."""
    longest = max(map(len, sequences))
    slots = torch.zeros(len(sequences), longest, 3, dtype=torch.long)
    for row, sequence in enumerate(sequences):
        slots[row, : len(sequence)] = torch.tensor(sequence)
    targets = torch.full(slots.shape[:2], IGNORED)
    following = slots[:, 1:, 0]
    targets[:, :-1] = torch.where(following >= content, following - content, IGNORED)
    targets[:, :PREFIX] = IGNORED
    # What opens a line is given by the form, also where it is the line's own first character.
    opens = slots[:, 1:, 2] != slots[:, :-1, 2]
    targets[:, :-1][opens] = IGNORED
    return slots, targets


def batches(
    poems: Sequence[Poem], vocabulary: Vocabulary, lexicon: Lexicon, *, tokens: int, seed: int, start: int = 0
) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of about ``tokens`` positions each, alike in length; ``start`` skips that many.

    The order and the random tags depend on ``seed`` and the batch's place only, so that a
    resumed run sees what an undisturbed one would.
    """
    weight = lexicon.weight.tolist()

    def encoded(number: int, chance: random.Random) -> Sequenced:
        return encode(poems[number], vocabulary, weight, chance)

    for group in itertools.islice(groups(len(poems), encoded, tokens=tokens, seed=seed), start, None):
        yield collate(group, vocabulary.content)


def groups(
    count: int, encoded: Callable[[int, random.Random], Sequenced], *, tokens: int, seed: int
) -> Iterator[list[Sequenced]]:  # fmt: skip
    """Endless groups of about ``tokens`` positions, alike in length, of ``count`` poems in random order.

    ``encoded`` makes the sequence of a poem's number, with a chance of its own in each epoch.
    """
    for epoch in itertools.count():
        order = random.Random(f"{seed} {epoch}")
        indices = list(range(count))
        order.shuffle(indices)
        for low in range(0, count, POOL):
            pool = [encoded(i, random.Random(f"{seed} {epoch} {i}")) for i in indices[low : low + POOL]]
            pool.sort(key=len)
            cuts, at = [], 0
            while at < len(pool):
                many = max(1, tokens // len(pool[min(at + tokens // len(pool[at]), len(pool)) - 1]))
                cuts.append(pool[at : at + many])
                at += many
            order.shuffle(cuts)
            yield from cuts
