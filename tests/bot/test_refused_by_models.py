"""What only a model can refuse is refused where it is made; the sentence still reaches whoever asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from atelier.languages import LANGS, Lang, say
from atelier.requests import Kind
from atelier.store import Platform
from bot import catalogue
from models.loading import Generator, load_model
from tests.bot.stage import Stage, stage
from tests.bot.tongues import assert_spoken, plain
from workers import jobs, workshop
from workers.workshop import Workshop

__all__ = ["stage"]  # the fixture

POETS_KNOWN = (
    "Lord Byron, Alexander Pope, John Greenleaf Whittier, William Wordsworth, Walter Scott, "
    "George MacDonald, Oliver Wendell Holmes, Thomas Hood"
)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def models() -> dict[Kind, Generator]:
    """The models themselves, as they ship."""
    return {kind: load_model(kind) for kind in ("poem", "melody")}


@pytest.fixture
def at_work(stage: Stage, models: dict[Kind, Generator], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is a worker of the stage's studio too: what is called for is made with its own jobs."""
    place = Workshop.open(stage.studio.settings, lambda kind: models[kind])
    monkeypatch.setattr(workshop, "_current", place)
    yield
    place.store.close()
    place.redis.close()


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize("platform", ["discord", "telegram"])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("name", "options", "key", "params"),
    [
        ("poem", {"topic": "sea", "acrostic": "q"}, "poet-acrostic-en", {"low": "2", "high": "14"}),
        ("poem", {"topic": "大海", "acrostic": "春"}, "poet-acrostic-zh", {"low": "2", "high": "8"}),
        ("poem", {"topic": "sea", "acrostic": "xylem"}, "poet-acrostic-lost", {"letters": "x"}),
        ("poem", {"topic": "привет, мир", "form": "haiku"}, "poet-language", {}),
        ("poem", {"topic": "the sea in the manner of Li Bai", "form": "haiku"}, "poet-manner-other-en",
         {"name": "李白", "some": POETS_KNOWN}),
        ("melody", {"description": "sleep", "rhythm": "lullaby", "tempo": 200}, "composer-lullaby-fast",
         {"tempo": "200", "high": "132", "beat": "plain"}),
    ],
    ids=["acrostic", "藏头诗", "letters", "language", "manner", "lullaby"],
)  # fmt: skip
async def test_it_reaches_whoever_asked(
    stage: Stage,
    platform: Platform,
    lang: Lang,
    name: str,
    options: dict[str, Any],
    key: str,
    params: dict[str, Any],
) -> None:
    shown = await stage.ask(platform, lang, catalogue.BY_NAME[name], options)
    await shown()
    work = stage.latest(platform, lang)
    assert await asyncio.to_thread(jobs.make, work.id) == "failed"
    sentence = plain(say(key, lang, **params))
    said = await shown(lambda text: sentence in plain(text))
    assert_spoken(said, lang)
