"""Ogg Opus files: encoded by libsndfile, then given their tags and a serial number of their own.

libsndfile writes a fixed set of tags and draws a random stream serial, so two encodings of one
sound would differ: every page is rewritten with a serial made from the sound (RFC 3533 for pages,
RFC 7845 section 5.2 for the tags).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 48_000
SMALLER = (
    0.9  # on libsndfile's scale from 0 to 1: about 64 kb/s for two channels, and sooner done than its own 120
)
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def opus(sound: NDArray[np.float32], tags: Mapping[str, str]) -> bytes:
    """``sound`` [samples, channels] at 48 kHz as an Ogg Opus file with ``tags``."""
    out = io.BytesIO()
    with soundfile.SoundFile(
        out, "w", RATE, sound.shape[1], format="OGG", subtype="OPUS", compression_level=SMALLER
    ) as file:
        file.write(sound)
    serial = zlib.crc32(sound.tobytes())
    made = []
    for number, (header, body) in enumerate(_pages(out.getvalue())):
        if body.startswith(b"OpusTags"):
            header, body = _tagged(header, tags)
        made.append(_page(header, body, serial, number))
    return b"".join(made)


def read_tags(data: bytes) -> dict[str, str]:
    """The tags of an Ogg Opus file whose tags fit on one page."""
    for _, body in _pages(data):
        if body.startswith(b"OpusTags"):
            at = 8 + 4 + struct.unpack_from("<I", body, 8)[0]
            (count,) = struct.unpack_from("<I", body, at)
            at += 4
            found = {}
            for _ in range(count):
                (length,) = struct.unpack_from("<I", body, at)
                name, _, value = body[at + 4 : at + 4 + length].decode("utf-8").partition("=")
                found[name] = value
                at += 4 + length
            return found
    return {}


def _pages(data: bytes) -> list[tuple[bytes, bytes]]:
    """(header with its segment table, body) of every page."""
    at, pages = 0, []
    while at < len(data):
        segments = data[at + 26]
        table = data[at + 27 : at + 27 + segments]
        begin = at + 27 + segments
        end = begin + sum(table)
        pages.append((data[at:begin], data[begin:end]))
        at = end
    return pages


def _tagged(header: bytes, tags: Mapping[str, str]) -> tuple[bytes, bytes]:
    vendor = b"Atelier"
    body = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(tags))
    for name, value in tags.items():
        entry = f"{name.upper()}={value}".encode()
        body += struct.pack("<I", len(entry)) + entry
    lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
    if len(lacing) > 255:
        raise ValueError("the tags do not fit on one page")
    return header[:26] + bytes([len(lacing)]) + lacing, body


def _page(header: bytes, body: bytes, serial: int, number: int) -> bytes:
    """The page with its serial, number and checksum."""
    head = header[:14] + struct.pack("<II", serial, number) + b"\0\0\0\0" + header[26:]
    check = _crc(head + body)
    return head[:22] + struct.pack("<I", check) + head[26:] + body


def _crc(data: bytes) -> int:
    """Ogg's CRC-32 (most significant bit first, no inversions) by way of zlib's mirrored one."""
    mirrored = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")
