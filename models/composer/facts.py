"""What ships beside a version's weights and is counted on the training tunes, not trained.

The evaluation's ears, how each rhythm moves, and the filter of known runs. ``python -m
models.composer.facts --data DIR --version DIR`` counts them again for a version that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from atelier.versions import open_version, write_card
from models.composer.data import Tune, read_tunes
from models.composer.gait import watch
from models.composer.hearing import listen
from models.composer.originality import known


def write(tunes: Sequence[Tune], folder: Path, *, ears: bool = True) -> None:
    """Count on ``tunes`` and write into ``folder``; ``ears``: the evaluation's too."""
    if ears:
        listen(tunes).save(folder)
    watch(tunes).save(folder)
    known([tune.notes for tune in tunes]).save(folder)


@click.command()
@click.option("--data", type=Path, required=True, help="a pack or a folder of packs")
@click.option("--version", "folder", type=Path, required=True, help="a version's folder")
def main(data: Path, folder: Path) -> None:
    """Count again; the ears stay as they are, so that its figures do."""
    card = dict(open_version(folder, model="composer").card)
    card.pop("files")
    write([tune for tune in read_tunes(data) if tune.split == "train"], folder, ears=False)
    write_card(folder, card)


if __name__ == "__main__":
    main()
