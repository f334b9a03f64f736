"""``atelier bench composer``: sixteen tunes of the composer that ships, for ``docs/composer.md``.

Every rhythm and most moods, in both languages; seed 1, not chosen ones. The scores (in fewer pixels and
greys) and the MIDI files are kept; the sound is decoded again and measured by a meter of the bench's own
(:mod:`bench.loudness`): how loud, and whether it clips.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from atelier.figures import Figure, Figures
from atelier.requests import MelodyRequest
from atelier.settings import Settings
from atelier.tunes.beat import beats
from atelier.works import Made, MelodyResult
from bench.loudness import lufs
from models.loading import load_model

TUNES = Path(__file__).parent.parent / "docs" / "composer"
SEED = 1
WIDTH, GREYS = 1000, 8  # of a score: 10 KB each
ASKED: tuple[tuple[str, int], ...] = (
    ("a merry reel", 16), ("a jig for a wedding", 16), ("a playful hornpipe", 16),
    ("a wistful air in D minor", 16), ("a calm evening song", 16), ("a solemn hymn", 16),
    ("a slow, sad waltz", 16), ("a proud march", 16), ("a lullaby for the moon", 16),
    ("a tense chase through the dark", 8), ("something happy in 3/4", 8), ("rain on the window", 8),
    ("欢快的里尔舞", 16), ("缓慢忧伤的圆舞曲", 8), ("月光下的摇篮曲", 8), ("史诗般的进行曲，D小调", 8),
)  # fmt: skip
OVERSAMPLED = 4  # BS.1770-4 annex 2: what a true peak is looked for at
_BLOCK = re.compile(r"(<!-- tunes -->\n).*?(<!-- /tunes -->)", re.S)


def run(settings: Settings) -> Figures:  # noqa: ARG001 (the tunes are of what ships, whatever is set)
    """Make the tunes and the block of ``docs/composer.md`` that shows them."""
    composer = load_model("melody")
    TUNES.mkdir(parents=True, exist_ok=True)
    shown, loud, peaks = [], [], []
    for number, (words, length) in enumerate(ASKED, 1):
        (made,) = composer.generate([MelodyRequest(description=words, length=length, seed=SEED)])
        if not isinstance(made, Made):
            raise SystemExit(str(made))
        assert isinstance(made.result, MelodyResult)
        files = {artefact.name: artefact.data for artefact in made.artefacts}
        (TUNES / f"{number:02d}.mid").write_bytes(files[made.result.files["mid"]])
        _shrunk(files[made.result.files["png"]], TUNES / f"{number:02d}.webp")
        sound, rate = soundfile.read(io.BytesIO(files[made.result.files["ogg"]]), dtype="float32")
        loud.append(lufs(sound, rate))
        peaks.append(true_peak(sound))
        shown.append(_shown(number, words, made.result, loud[-1], peaks[-1]))
    page = TUNES.parent / "composer.md"
    text = page.read_text("utf-8")
    page.write_text(_BLOCK.sub(lambda found: found[1] + "".join(shown) + found[2], text), "utf-8")
    figures = (
        Figure("tunes", float(len(ASKED)), "tunes"),
        Figure("lufs_quietest", round(min(loud), 2), "LUFS", bar=-17),
        Figure("lufs_loudest", round(max(loud), 2), "LUFS", bar=-15, sense="at most"),
        Figure("true_peak", round(max(peaks), 2), "dBTP of the decoded Opus", bar=0, sense="at most"),
    )
    return Figures("composer_tunes", composer.version, figures)


def true_peak(sound: NDArray[np.float32]) -> float:
    """The highest point of ``sound`` [samples, channels] between its samples too, in dB of full scale."""
    spectrum = np.fft.rfft(sound, axis=0)
    count = OVERSAMPLED * len(sound)
    finer = np.fft.irfft(spectrum, count, axis=0) * OVERSAMPLED
    return float(20 * np.log10(max(np.abs(finer).max(), 1e-9)))


def _shrunk(score: bytes, path: Path) -> None:
    """Keep the score as a page shows it: :data:`WIDTH` pixels wide, in :data:`GREYS`, lossless WebP."""
    whole = Image.open(io.BytesIO(score))
    small = whole.resize((WIDTH, round(whole.height * WIDTH / whole.width)), Image.Resampling.LANCZOS)
    steps = [round(round(level / 255 * (GREYS - 1)) * 255 / (GREYS - 1)) for level in range(256)]
    small.point(steps).save(path, "WEBP", lossless=True, quality=100, method=6)


def _shown(number: int, words: str, result: MelodyResult, lufs: float, peak: float) -> str:
    """One tune in the document."""
    counted = beats(result.meter, result.tempo)
    dots = "dotted " if counted["beat"] == "dotted" else ""
    told = f"{result.meter}, {counted['tempo']} {dots}quarters a minute, {result.bars} bars"
    heard = f"{lufs:.1f} LUFS, true peak {peak:.1f} dB"
    name = f"{number:02d}"
    return (
        f"**{number}. “{words}”** · {result.title} · {told} · [MIDI](composer/{name}.mid) · {heard}\n\n"
        f"![The score of “{words}”](composer/{name}.webp)\n\n"
    )
