"""How little is enough where a test asks what is made of works, and not how good they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.composer.prompts import ASKED, OPEN


def _fewer_phrases(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("models.composer.compose.CANDIDATES", 3)
    patch.setattr("models.composer.compose.MORE_CANDIDATES", 6)
    patch.setattr("models.composer.leading.CANDIDATES", 3)
    patch.setattr("models.composer.leading.MORE_CANDIDATES", 6)
    patch.setattr("models.composer.compose.FLOW_STEPS", 4)
    patch.setattr("models.composer.refine.FLOW_STEPS", 4)


@pytest.fixture
def few_phrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each phrase of a tune is chosen among few, which are drawn in few steps."""
    _fewer_phrases(monkeypatch)


@pytest.fixture(scope="module")
def few_tunes() -> Iterator[None]:
    """Tunes of four bars for fewer requests; each phrase chosen among few, which are drawn in few steps.

    Of every kind of request some are left: named rhythms, free words, densities and ranges.
    """
    with pytest.MonkeyPatch.context() as patch:
        _fewer_phrases(patch)
        patch.setattr("models.composer.trial.BARS", 4)
        patch.setattr("models.composer.trial.OPEN", OPEN[:8])
        patch.setattr("models.composer.trial.ASKED", ASKED[:12])
        yield


@pytest.fixture
def few_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part of a poem is chosen among few."""
    monkeypatch.setattr("models.poet.generate.CANDIDATES", 4)


@pytest.fixture(scope="module")
def short_poems() -> Iterator[None]:
    """Poems of two and of four lines wherever poets are compared, and none for its form alone.

    Each part is chosen among few.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.poet.trial.FORMS", {"en": ("couplet",), "zh": ("五绝",)})
        patch.setattr("models.poet.trial.OF_EACH", 0)
        patch.setattr("models.poet.trial.AT_ONCE", 20)
        patch.setattr("models.poet.strength.SEEDS", range(-1, 0))
        patch.setattr("models.poet.generate.CANDIDATES", 4)
        yield
