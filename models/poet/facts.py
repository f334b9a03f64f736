"""What ships beside a version's weights and is counted or read from tables, not learnt by the network.

``python -m models.poet.facts --data DIR --version DIR`` makes again, for a version that is there, how each
Chinese character sounds (which words there are, and how often they end lines and tell of a topic, stays as it
is), which of them answer each other in couplets, and in both languages the poets' manners and which words
keep company.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from safetensors.torch import save_file

from atelier.versions import open_version, write_card
from models.poet import associations
from models.poet.data import find_rows, words_of
from models.poet.lexicon import chinese_lexicon, read_pingshui
from models.poet.manner import Manner, learn
from models.poet.parallel import answers
from models.poet.version import LANGUAGES, Tongue, load_tongue, save_associations, save_manners, save_parallel


def sounded(tongue: Tongue, table: Path) -> Tongue:
    """The Chinese ``tongue`` with tones and rhymes as ``table`` (``pingshui.json.gz``) has them."""
    old = tongue.lexicon
    fresh = chinese_lexicon(tongue.vocabulary, read_pingshui(table), Counter(), old.weight)
    return replace(tongue, lexicon=replace(old, tone=fresh.tone, rhyme=fresh.rhyme))


def manners(rows: Sequence[dict[str, Any]], tongue: Tongue) -> dict[str, Manner]:
    """Those of the training ``rows`` in the language of ``tongue``."""
    return learn(rows, tongue.vocabulary, words_of)


@click.command()
@click.option("--data", type=Path, required=True, help="a pack or a folder of packs")
@click.option("--version", "folder", type=Path, required=True, help="a version's folder")
def main(data: Path, folder: Path) -> None:
    """Read the tables and the poems again, and write the arrays and the manners."""
    card = dict(open_version(folder, model="poet").card)
    card.pop("files")
    [table] = sorted(data.rglob("pingshui.json.gz"))
    path = folder / "zh-lexicon.safetensors"
    save_file(sounded(load_tongue(folder, "zh"), table).lexicon.arrays(), path)
    path.chmod(0o644)  # safetensors writes for the owner alone
    for lang in LANGUAGES:
        if not (folder / f"{lang}.json").exists():
            continue
        tongue = load_tongue(folder, lang)
        rows, _ = find_rows(data, lang)
        answering = answers(rows, tongue.vocabulary) if lang == "zh" else None
        told = replace(
            tongue, manners=manners(rows, tongue), parallel=answering,
            associations=associations.learn(rows, tongue.vocabulary, tongue.lexicon),
        )  # fmt: skip
        save_manners(folder, told)
        save_parallel(folder, told)
        save_associations(folder, told)
    write_card(folder, card)


if __name__ == "__main__":
    main()
