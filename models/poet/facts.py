"""What ships beside a version's weights and is read from tables, not trained: how each token sounds.

``python -m models.poet.facts --data DIR --version DIR`` makes the Chinese arrays again for a version
that is there; its words, and how often they end lines and tell of a topic, stay as they are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import click
from safetensors.torch import save_file

from atelier.versions import open_version, write_card
from models.poet.lexicon import chinese_lexicon, read_pingshui
from models.poet.version import Tongue, load_tongue


def sounded(tongue: Tongue, table: Path) -> Tongue:
    """The Chinese ``tongue`` with tones and rhymes as ``table`` (``pingshui.json.gz``) has them."""
    old = tongue.lexicon
    fresh = chinese_lexicon(tongue.vocabulary, read_pingshui(table), Counter(), old.weight)
    return replace(tongue, lexicon=replace(old, tone=fresh.tone, rhyme=fresh.rhyme))


@click.command()
@click.option("--data", type=Path, required=True, help="a pack or a folder of packs")
@click.option("--version", "folder", type=Path, required=True, help="a version's folder")
def main(data: Path, folder: Path) -> None:
    """Read the tables again, and write the arrays."""
    card = dict(open_version(folder, model="poet").card)
    card.pop("files")
    [table] = sorted(data.rglob("pingshui.json.gz"))
    path = folder / "zh-lexicon.safetensors"
    save_file(sounded(load_tongue(folder, "zh"), table).lexicon.arrays(), path)
    path.chmod(0o644)  # safetensors writes for the owner alone
    write_card(folder, card)


if __name__ == "__main__":
    main()
