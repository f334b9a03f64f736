"""How any tokenizer spells our words: which of its tokens may stand next inside, or before, a word.

A token is read as the bytes that it writes: byte-level BPE by GPT-2's table (Radford et al. 2019),
SentencePiece by ▁ for a space and ``<0xE6>`` for a byte, WordPiece by ``##``. A token that holds a space
inside (two English words in one) is never drawn, since its parts say the same; one of several
Chinese characters is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_SPACE = b" "


def _byte_table() -> dict[str, int]:
    """GPT-2's characters for the 256 bytes: printable ones stand for themselves, the others from Ā on."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in kept]
    return {chr(byte): byte for byte in kept} | {chr(256 + at): byte for at, byte in enumerate(others)}


def token_bytes(tokenizer: Any, size: int) -> list[bytes | None]:
    """What each of ``size`` tokens writes; None for special and added tokens, and for what is no token."""
    barred = {*tokenizer.all_special_ids, *getattr(tokenizer, "added_tokens_decoder", {})}
    pieces = [
        None if number in barred else piece
        for number, piece in enumerate(tokenizer.convert_ids_to_tokens(list(range(len(tokenizer)))))
    ]
    pieces += [None] * (size - len(pieces))
    known = [piece for piece in pieces if piece]
    table = _byte_table()
    spelt = any("Ġ" in piece for piece in known)  # the byte of a space
    if spelt and all(character in table for piece in known for character in piece):
        return [bytes(table[c] for c in piece) if piece else None for piece in pieces[:size]]
    joined = any(piece.startswith("##") for piece in known) and not any("▁" in piece for piece in known)
    return [_text(piece, joined) if piece else None for piece in pieces[:size]]


def _text(piece: str, joined: bool) -> bytes:
    if found := _BYTE.fullmatch(piece):
        return bytes([int(found[1], 16)])
    if joined:  # WordPiece: what does not go on with a word begins one
        return piece[2:].encode() if piece.startswith("##") else _SPACE + piece.encode()
    return piece.replace("▁", " ").encode()


@dataclass(frozen=True)
class Steps:
    """Tokens that may follow, ``ids`` [n]; what is spelled then begins surfaces ``low`` to ``high`` [n]."""

    ids: Tensor
    low: Tensor
    high: Tensor

    def viable(self, allowed: Tensor) -> Tensor:
        """The ids that lead to a surface of ``allowed`` [S] (bool)."""
        total = torch.cat([torch.zeros(1, dtype=torch.long), allowed.long().cumsum(0)])
        return self.ids[total[self.high] > total[self.low]]


class Spelling:
    """Words and how ``pieces`` (bytes a token) spell them.

    A surface is a word as written: small, and in English with a capital too. ``word_of`` [S] says whose
    it is; ``opens`` and ``inside`` [S] say which surface a word has at a line's beginning and
    within one; ``spelled`` [W] which words the tokens can write at both.
    """

    def __init__(
        self, pieces: Sequence[bytes | None], words: Sequence[str], wanted: Tensor, capitals: Tensor, *,
        spaces: bool,
    ) -> None:  # fmt: skip
        self.pieces = pieces
        self.plain: dict[bytes, int] = {}
        self.spaced: dict[bytes, int] = {}
        for number, piece in enumerate(pieces):
            if not piece:
                continue
            if piece[:1] != _SPACE:
                self.plain.setdefault(piece, number)
            elif _SPACE not in piece[1:]:
                self.spaced.setdefault(piece[1:], number)
        self.space = self.spaced.pop(b"", None)  # a token that is a space and nothing else
        self._longest = max(map(len, [*self.plain, *self.spaced]), default=0)
        told = sorted(
            (text.encode(), at)
            for at, word in enumerate(words)
            if bool(wanted[at])
            for text in ({word, word[0].upper() + word[1:]} if spaces else {word})
        )
        self.surfaces = [text for text, _ in told]
        self.word_of = torch.tensor([at for _, at in told], dtype=torch.long)
        self.exact = {text: at for at, text in enumerate(self.surfaces)}
        self._steps: dict[tuple[bytes, bool], Steps] = {}
        self.opens = torch.zeros(len(told), dtype=torch.bool)
        self.inside = torch.zeros(len(told), dtype=torch.bool)
        self.spelled = torch.zeros(len(words), dtype=torch.bool)
        self._choose(words, capitals, spaces)

    def _choose(self, words: Sequence[str], capitals: Tensor, spaces: bool) -> None:
        """Which surface of a word stands where: the one that is written so, if it can be spelled."""
        for at in sorted(set(self.word_of.tolist())):
            word = words[at]
            great = word[0].upper() + word[1:]
            opening = [great, word] if spaces else [word]
            within = [great, word] if spaces and bool(capitals[at]) else [word]
            first = next((t for t in opening if self._writes(t.encode(), spaces, True)), None)
            then = next((t for t in within if self._writes(t.encode(), spaces, False)), None)
            if first is None or then is None:
                continue
            self.opens[self.exact[first.encode()]] = True
            self.inside[self.exact[then.encode()]] = True
            self.spelled[at] = True

    def _writes(self, text: bytes, spaces: bool, opening: bool) -> bool:
        """Whether tokens can write ``text``; within a line of a language with ``spaces``, after a space."""
        reached = {0} if not spaces or opening or self.space is not None else set()
        for end in range(1, len(text) + 1):
            if spaces and text[:end] in self.spaced:
                reached.add(end)
            if any(start in reached and text[start:end] in self.plain for start in range(end)):
                reached.add(end)
        return len(text) in reached

    def after(self, part: bytes, *, spaced: bool = False) -> Steps:
        """The tokens that go on spelling words that begin with ``part``; ``spaced``: with a space first."""
        key = (part, spaced)
        if key not in self._steps:
            table = self.spaced if spaced else self.plain
            cut = len(part)
            low, high = self._range(part)
            found: dict[bytes, int] = {}
            for text in self.surfaces[low:high]:
                for end in range(cut + 1, min(len(text), cut + self._longest) + 1):
                    if (number := table.get(text[cut:end])) is not None:
                        found[text[:end]] = number
            ranges = [self._range(prefix) for prefix in found]
            self._steps[key] = Steps(
                torch.tensor(list(found.values()), dtype=torch.long),
                torch.tensor([low for low, _ in ranges], dtype=torch.long),
                torch.tensor([high for _, high in ranges], dtype=torch.long),
            )
        return self._steps[key]

    def _range(self, prefix: bytes) -> tuple[int, int]:
        return bisect_left(self.surfaces, prefix), bisect_left(self.surfaces, prefix + b"\xff")
