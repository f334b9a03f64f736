"""Play the conversations with ``atelier up`` and write ``docs/demo/``: ``python -m tests.demo``."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.demo import on_discord, on_telegram
from tests.demo.book import Book
from tests.town import town

HERE = Path(__file__).parent.parent.parent / "docs" / "demo"


def _cleared(folder: Path) -> None:
    for old in folder.glob("*.*"):
        old.unlink()


async def record(folder: Path, discord: Any, telegram: Any) -> list[Path]:
    """Both pages, one after the other: each person has the studio for themselves."""
    stories: tuple[tuple[str, str, str, Any, Callable[[Any, Book], Awaitable[None]]], ...] = (
        ("discord", "A conversation on Discord", on_discord.INTRO, discord, on_discord.play),
        ("telegram", "A conversation on Telegram", on_telegram.INTRO, telegram, on_telegram.play),
    )
    _cleared(folder)
    pages = []
    for name, title, intro, server, play in stories:
        book = Book(folder, name, title, intro)
        await play(server, book)
        pages.append(book.save())
    return pages


async def _demo(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with town(Path(home), admins=f"telegram:{on_telegram.OLGA.id}") as here:
            for page in await record(folder, here.discord, here.telegram):
                sys.stdout.write(f"{page}\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE)
    asyncio.run(_demo(parser.parse_args().out))


if __name__ == "__main__":
    main()
