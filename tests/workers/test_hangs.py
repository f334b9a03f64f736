"""Works that hang where no signal is heard, or no thread of Python runs: the worker ends, others go on."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import Store
from tests.workers.test_worker import DEMO, SOON_S, ends, lease_over, send, tries


@pytest.mark.parametrize(("hang", "end"), [("numb 60", -signal.SIGKILL), ("seize 60", 1)])
def test_what_hangs_beyond_signals_twice_is_set_aside(
    worker, store: Store, make_settings: Callable[..., Settings], tmp_path: Path, hang: str, end: int
) -> None:
    settings = make_settings(job_timeout=1)
    with closing(Road.open(settings)) as road:
        poison = send(store, road, hang)
        for _ in range(2):
            assert worker("poem", script=DEMO, of=settings).wait(SOON_S) == end
            lease_over(road)
        behind = send(store, road, "behind")
        worker("poem", script=DEMO, of=settings)
        assert (ends(store, poison), ends(store, behind)) == ("failed", "made")
    assert len(tries(tmp_path, hang)) == 2
    set_aside = store.get(poison.id)
    assert set_aside is not None
    assert set_aside.failure is not None
    assert set_aside.failure.key == "work-crashed"
