"""Words taken out of a made file: what a prompt said is blotted out, and the file stays what it is.

A file says what it was made from in its own metadata (:mod:`atelier.provenance`): PNG text, Opus comments,
MIDI text, lines of ABC and of plain text. As many bytes are put in as are taken out, so that only
checksums have to be set anew: of a PNG's chunks (ISO/IEC 15948), of an Ogg's pages (RFC 3533).
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Sequence

PNG, OGG = b"\x89PNG\r\n\x1a\n", b"OggS"
# Between the name "Prompt" and its value: in an iTXt chunk, in comments, in lines, inside JSON.
_BETWEEN = rb"(?:\x00\x00\x00[A-Za-z-]*\x00[^\x00]*\x00|\x00|=|: |\": \")"


def unsaid(data: bytes, words: Sequence[str]) -> bytes:
    """``data`` without these prompts."""
    changed = data
    for said in sorted(words, key=len, reverse=True):
        for written in {said.encode(), json.dumps(said, ensure_ascii=False)[1:-1].encode()}:
            found = re.compile(rb"(prompt" + _BETWEEN + rb")(" + re.escape(written) + rb")", re.I)
            changed = found.sub(_blotted, changed)
    if changed == data:
        return data
    if changed.startswith(PNG):
        return _png(changed)
    return _ogg(changed) if changed.startswith(OGG) else changed


def _blotted(match: re.Match[bytes]) -> bytes:
    return match[1] + b"." * len(match[2]) if _whole(match) else match[0]


def _whole(match: re.Match[bytes]) -> bool:
    """Whether the prompt ends where the words do: by a mark, or by the length that is written before it."""
    data, at, size = match.string, match.start(), len(match[0])
    if data[match.end() : match.end() + 1] in (b"", b"\n", b"\r", b'"'):
        return True
    lengths = (
        data[at - 8 : at] == struct.pack(">I", size) + b"iTXt",  # a chunk of a PNG
        data[at - 4 : at] == struct.pack("<I", size),  # a comment in an Ogg
        data[at - 2 : at].endswith(_varlen(size)),  # an event in a MIDI file
    )
    return any(lengths)


def _varlen(size: int) -> bytes:
    """A MIDI file's number of one or two bytes."""
    return bytes([size] if size < 0x80 else [0x80 | size >> 7, size & 0x7F])


def _png(data: bytes) -> bytes:
    out, at = bytearray(data), len(PNG)
    while at + 12 <= len(out):
        (size,) = struct.unpack_from(">I", out, at)
        struct.pack_into(">I", out, at + 8 + size, zlib.crc32(out[at + 4 : at + 8 + size]))
        at += 12 + size
    return bytes(out)


def _ogg(data: bytes) -> bytes:
    out, at = bytearray(data), 0
    while out[at : at + 4] == OGG:
        segments = out[at + 26]
        end = at + 27 + segments + sum(out[at + 27 : at + 27 + segments])
        struct.pack_into("<I", out, at + 22, 0)
        struct.pack_into("<I", out, at + 22, _page_crc(bytes(out[at:end])))
        at = end
    return bytes(out)


def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        table.append(crc & 0xFFFFFFFF)
    return tuple(table)


_TABLE = _table()


def _page_crc(page: bytes) -> int:
    """Ogg's own CRC-32: not reflected, nothing inverted."""
    crc = 0
    for byte in page:
        crc = ((crc << 8) & 0xFFFFFFFF) ^ _TABLE[(crc >> 24) ^ byte]
    return crc
