"""Melodies for Telegram's music player, which is promised MP3 and M4A only (the API's ``sendAudio``)."""

from __future__ import annotations

import io
import logging

import soundfile

log = logging.getLogger(__name__)

BLOCK = 1 << 16  # frames at once
TAGS = ("title", "comment")  # what is and that a machine made it; the original file says more
QUALITY = 0.5  # of LAME's variable bit rate, 0 the best


def mp3(sound: bytes) -> bytes | None:
    """An Ogg file as MP3, of the same rate, channels, title and comment. None: it is no sound to read.

    Encodes outside of Python's lock: nothing for an event loop.
    """
    out = io.BytesIO()
    try:
        with (
            soundfile.SoundFile(io.BytesIO(sound)) as read,
            soundfile.SoundFile(
                out, "w", read.samplerate, read.channels, format="MP3", subtype="MPEG_LAYER_III",
                compression_level=QUALITY, bitrate_mode="VARIABLE",
            ) as written,
        ):  # fmt: skip
            for name, said in read.copy_metadata().items():
                if name in TAGS:
                    setattr(written, name, said)
            while block := read.buffer_read(BLOCK, dtype="float32"):
                written.buffer_write(block, dtype="float32")
    except soundfile.LibsndfileError as fault:
        log.error("a melody could not be made an MP3: %s", fault)
        return None
    return out.getvalue()
