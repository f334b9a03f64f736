"""A tune on somebody's own SoundFont: a bank that is written here, one looped wave for each program."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from atelier.errors import Unavailable
from atelier.requests import parse_request
from atelier.works import Made
from bench.loudness import lufs
from models.composer.bank import render_bank
from models.composer.generate import Composer
from models.composer.loudness import CEILING
from models.composer.ogg import RATE
from tests.conftest import lacking

PERIOD, ROOT = 120, 69  # samples of one wave at ROOT's own rate: 440 Hz at 52,800 samples a second
PAD = 46  # the format asks for as many zeros after each sample


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _list(name: bytes, *chunks: bytes) -> bytes:
    return _chunk(b"LIST", name + b"".join(chunks))


def bank_of(path: Path, programs: Iterable[int]) -> Path:
    """An SF2 file (SoundFont 2.01) of ``programs``: the n-th is a wave of its first n+1 odd harmonics."""
    programs = list(programs)
    turn = 2 * np.pi * np.arange(8 * PERIOD) / PERIOD
    smpl, phdr, pbag, pgen, inst, ibag, igen, shdr = (b"" for _ in range(8))
    for number, program in enumerate(programs):
        wave = sum(np.sin((2 * n + 1) * turn) / (2 * n + 1) for n in range(number + 1))
        start = len(smpl) // 2
        smpl += (0.5 * 32767 * wave / np.abs(wave).max()).astype("<i2").tobytes() + b"\0" * 2 * PAD
        end = start + 8 * PERIOD
        name = f"wave {number}".encode().ljust(20, b"\0")
        phdr += struct.pack("<20sHHHIII", name, program, 0, number, 0, 0, 0)
        pbag += struct.pack("<HH", number, 0)
        pgen += struct.pack("<HH", 41, number)  # instrument
        inst += struct.pack("<20sH", name, number)
        ibag += struct.pack("<HH", 2 * number, 0)
        igen += struct.pack("<HHHH", 54, 1, 53, number)  # looped; sample
        shdr += struct.pack(
            "<20sIIIIIBbHH", name, start, end, start + PERIOD, end - PERIOD, 440 * PERIOD, ROOT, 0, 0, 1
        )
    count = len(programs)
    phdr += struct.pack("<20sHHHIII", b"EOP", 0, 0, count, 0, 0, 0)
    pbag += struct.pack("<HH", count, 0)
    pgen += struct.pack("<HH", 0, 0)
    inst += struct.pack("<20sH", b"EOI", count)
    ibag += struct.pack("<HH", 2 * count, 0)
    igen += struct.pack("<HH", 0, 0)
    shdr += struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    none = b"\0" * 10
    info = _list(b"INFO", _chunk(b"ifil", struct.pack("<HH", 2, 1)), _chunk(b"isng", b"EMU8000\0"),
                 _chunk(b"INAM", b"Tiny\0\0"))  # fmt: skip
    parts = {b"phdr": phdr, b"pbag": pbag, b"pmod": none, b"pgen": pgen, b"inst": inst, b"ibag": ibag,
             b"imod": none, b"igen": igen, b"shdr": shdr}  # fmt: skip
    pdta = _list(b"pdta", *(_chunk(name, data) for name, data in parts.items()))
    path.write_bytes(_chunk(b"RIFF", b"sfbk" + info + _list(b"sdta", _chunk(b"smpl", smpl)) + pdta))
    return path


@pytest.fixture(autouse=True)
def _player() -> None:
    try:
        import tinysoundfont  # noqa: F401
    except ImportError:
        lacking("tinysoundfont is not installed")


NOTES = [[0, 8, 69], [8, 8, 76], [16, 16, 64]]
SAID = {"meter": "4/4", "tempo": 120, "bars": 3}


def loudest(sound: NDArray[np.float32], start: float, seconds: float = 0.5) -> float:
    """Hz of the loudest partial in a stretch of [samples, 2]."""
    part = sound[int(start * RATE) : int((start + seconds) * RATE)].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 4 * len(part)))
    return float(np.argmax(spectrum)) * RATE / (4 * len(part))


def third(sound: NDArray[np.float32], start: float) -> float:
    """The third harmonic of an A over its first."""
    part = sound[int(start * RATE) : int((start + 0.5) * RATE)].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    return float(spectrum[655:666].max() / spectrum[215:226].max())  # 2 Hz a bin


def test_every_note_is_heard_at_its_pitch_and_time_and_levelled(tmp_path: Path) -> None:
    sound = render_bank(bank_of(tmp_path / "b.sf2", [0]), NOTES, [], instrument="piano", **SAID)  # type: ignore[arg-type]
    assert sound.shape[1] == 2
    for start, hertz in ((0.2, 440.0), (1.2, 659.26), (2.2, 329.63)):
        assert loudest(sound, start) == pytest.approx(hertz, rel=0.005)
    assert np.abs(sound[int(4.4 * RATE) :]).max() < 0.02  # the last bar rests
    assert lufs(sound, RATE) == pytest.approx(-16, abs=1)
    assert np.abs(sound).max() <= CEILING


def test_the_instrument_is_the_banks_and_what_it_lacks_is_its_kin(tmp_path: Path) -> None:
    bank = bank_of(tmp_path / "b.sf2", [0, 26])  # a pure tone, and a jazz guitar with a third harmonic
    for instrument, share in (("piano", 0.0), ("guitar", 1 / 3), ("flute", 0.0)):
        sound = render_bank(bank, NOTES, [], instrument=instrument, **SAID)  # type: ignore[arg-type]
        assert third(sound, 0.2) == pytest.approx(share, abs=0.03), instrument


def test_a_whole_tune_is_made_of_it_the_same_each_time(tmp_path: Path) -> None:
    request = parse_request(
        "melody", {"description": "a song on a guitar", "key": "A major", "seed": 3, "length": 4}
    )
    bank = bank_of(tmp_path / "b.sf2", [24])
    composer = Composer.load(soundfont=bank)
    (one,), (other,) = composer.generate([request]), composer.generate([request])
    assert isinstance(one, Made)
    assert isinstance(other, Made)
    assert [file.data for file in one.artefacts] == [file.data for file in other.artefacts]
    sound, rate = soundfile.read(io.BytesIO(one.artefacts[0].data), dtype="float32")
    assert rate == RATE
    assert lufs(sound, RATE) == pytest.approx(-16, abs=1)
    (own,) = Composer.load().generate([request])
    assert isinstance(own, Made)
    assert own.result == one.result  # the notes are the same; the sound is not
    assert own.artefacts[0].data != one.artefacts[0].data


@pytest.mark.parametrize("damage", ["empty", "cut", "none"])
def test_a_bank_that_holds_nothing_to_play_is_said(tmp_path: Path, damage: str) -> None:
    path = bank_of(tmp_path / "b.sf2", [] if damage == "empty" else [0])
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:300])
    elif damage == "none":
        path.unlink()
    with pytest.raises(Unavailable) as refusal:
        render_bank(path, NOTES, [], instrument="piano", **SAID)  # type: ignore[arg-type]
    assert refusal.value.key == "composer-bad-bank"
