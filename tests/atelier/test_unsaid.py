"""A prompt is taken out of a file's metadata, and the file stays what it was."""

from __future__ import annotations

import io
import json

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from atelier.provenance import fields
from atelier.requests import PaintRequest, Steer, Words
from atelier.unsaid import _page_crc, unsaid

SAID = 'a "stormy" 大海 e'


def picture() -> bytes:
    """As the painter writes one."""
    mixed = Steer(mix=(Words(prompt="a hill"), Words(prompt=SAID)))
    info, out = PngInfo(), io.BytesIO()
    for name, value in fields("painter", "v1", PaintRequest(prompt=SAID, seed=1, steer=mixed), "en").items():
        info.add_itxt(name, value, lang="en")
    Image.effect_noise((64, 64), 50).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def test_a_picture_loses_the_words_and_nothing_else() -> None:
    before = picture()
    after = unsaid(before, [SAID])
    assert len(after) == len(before)
    with Image.open(io.BytesIO(after)) as shown, Image.open(io.BytesIO(before)) as was:
        shown.load()  # checks every chunk's sum
        assert shown.tobytes() == was.tobytes()
        said = dict(shown.text)  # type: ignore[attr-defined]
    assert set(said["Prompt"]) == {"."}
    assert json.loads(said["Options"])["steer"]["mix"][0]["prompt"] == "a hill"
    assert "stormy" not in str(said)
    assert said["Model"] == "painter v1"
    assert unsaid(before, ["something else", "e", "a"]) == before  # a short word is no letter of a long one


def page(body: bytes, number: int) -> bytes:
    """An Ogg page with one packet of less than 255 bytes."""
    head = b"OggS\0\0" + bytes(8) + b"\1\0\0\0" + number.to_bytes(4, "little") + bytes(4)
    whole = bytearray(head + bytes([1, len(body)]) + body)
    whole[22:26] = _page_crc(bytes(whole)).to_bytes(4, "little")
    return bytes(whole)


def test_an_ogg_page_gets_its_checksum_anew() -> None:
    # The check value of this CRC (polynomial 04C11DB7, not reflected, zero start) is known.
    assert _page_crc(b"123456789") == 0x89A1897F
    comment = b"OpusTags....\x13\0\0\0PROMPT=a slow waltz"
    before = page(comment, 0) + page(b"sound sound", 1)
    after = unsaid(before, ["a slow waltz"])
    assert unsaid(before, ["a slow"]) == before
    assert after == page(b"OpusTags....\x13\0\0\0PROMPT=............", 0) + page(b"sound sound", 1)
