"""Where the painter falls short: by pack and by style, and how much of it is the decoder's.

``python -m bench.parts --data DIR [--version-folder DIR] [--work DIR]`` draws the captions of ``val``.
For each pack and for the scenes it prints the Fréchet distance over that of two real halves; for each
style how often it is seen in what was drawn for it, beside how often in real pictures. ``--work``, a
training's work folder, has the encoder: real pictures are then sent through it and the decoder too,
which tells what no generator can mend. Kept in ``bench/results/painter-parts.json``, a version each.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import torch

from models.device import mixed
from models.painter.attributes import attribute_of, states
from models.painter.evaluate import sampler
from models.painter.exam import Exam, load_exam
from models.painter.generate import Painter
from models.painter.going_on import card_of
from models.painter.judge import Jury
from models.painter.marks import draw
from models.painter.measures import crossed
from models.painter.network import Encoder, Shape

KEPT = Path(__file__).parent / "results" / "painter-parts.json"
FEWEST = 30  # rows of a group or a style
BATCH = 32


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--version-folder", type=click.Path(path_type=Path, exists=True))
@click.option("--work", type=click.Path(path_type=Path, exists=True))
@click.option("--limit", type=int, default=1000, help="captions of the packs, and scenes")
def main(data: Path, version_folder: Path | None, work: Path | None, limit: int) -> None:
    """Some minutes on two cores."""
    painter = Painter.load(version_folder)
    jury = Jury.load(painter.folder)
    with tempfile.TemporaryDirectory() as cache:
        exam = load_exam(data, (), Path(cache), split="val", limit=limit)
        real = exam.real
        pictures = {"drawn": draw(sampler(painter), exam.captions, range(len(exam)))}
        if work is not None:
            pictures["decoded"] = decoded(painter, work, real)
        features = {"real": jury.features(real)} | {who: jury.features(x) for who, x in pictures.items()}
    found = {"asked": len(exam), "frechet": distances(exam, features), "styles": styles(exam, jury, features)}
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    KEPT.write_text(json.dumps(kept | {painter.version: found}, indent=1) + "\n", "utf-8")
    for part in ("frechet", "styles"):
        for name, told in found[part].items():  # type: ignore[attr-defined]
            click.echo(f"{name:24}" + "  ".join(f"{key} {value}" for key, value in told.items()))


@torch.no_grad()
def decoded(painter: Painter, work: Path, real: torch.Tensor) -> torch.Tensor:
    """Real pictures, uint8 ``[N, 3, 128, 128]``, to latents and back, by ``work``'s encoder."""
    told = torch.load(work / "autoencoder.pt", weights_only=True)["average"]
    encoder = Encoder(Shape.from_dict(card_of(painter.folder)["shape"])).eval()
    encoder.load_state_dict(
        {k.removeprefix("encoder."): v for k, v in told.items() if k.startswith("encoder.")}
    )
    parts = []
    for part in torch.split(real, BATCH):
        with mixed("cpu"):
            again = painter.brush.decoder(encoder(part.float() / 127.5 - 1)).float()
        parts.append(((again.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8))
    return torch.cat(parts)


def distances(exam: Exam, features: dict[str, torch.Tensor]) -> dict[str, dict[str, float]]:
    """Of each group with enough rows: its size, the distance of real halves, and each one's over that."""
    groups: dict[str, list[int]] = {"all": list(range(len(exam)))}
    for i, row in enumerate(exam.rows):
        groups.setdefault("scenes" if exam.scene(i) else row.pack, []).append(i)
    real, found = features["real"], {}
    for name, rows in groups.items():
        if len(rows) >= FEWEST:
            usual = crossed(real[rows], real[rows])
            ratios = {
                f"{who}_ratio": round(crossed(seen[rows], real[rows]) / usual, 2)
                for who, seen in features.items()
                if who != "real"
            }
            found[name] = {"pictures": len(rows), "real_halves": round(usual, 3), **ratios}
    return found


def styles(exam: Exam, jury: Jury, features: dict[str, torch.Tensor]) -> dict[str, dict[str, Any]]:
    """Of each style that enough captions state: how often it is seen, and what drawn ones are taken for."""
    asked = defaultdict(list)
    for i, (row, caption) in enumerate(zip(exam.rows, exam.captions, strict=True)):
        style = attribute_of(row, "style")
        if style in jury.names["style"] and states(row, caption, "style") and not exam.scene(i):
            asked[style].append(i)

    def seen(who: str, rows: Sequence[int]) -> list[str]:
        return jury.guess(features[who][rows], "style")

    return {
        style: {
            "pictures": len(rows),
            **{who: round(seen(who, rows).count(style) / len(rows), 3) for who in features},
            "taken_for": dict(Counter(seen("drawn", rows)).most_common(2)),
        }
        for style, rows in sorted(asked.items())
        if len(rows) >= FEWEST
    }


if __name__ == "__main__":
    main()
