"""SIGTERM: finished or handed back within ten seconds, whatever else is wrong."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import Store
from atelier.up.part import parts
from tests.workers.test_worker import DEMO, runs, send, state
from workers import pool
from workers import worker as serving

ROOT = Path(__file__).parent.parent.parent


def test_the_clock_is_within_the_promise() -> None:
    """And whoever starts workers waits longer than they promise to take."""
    assert serving.FINISH_S < serving.LET_GO_S < serving.LEAVE_S <= 10.0
    assert pool.STOP_S > serving.LEAVE_S
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    graces = [part.grace_s for part in parts(settings) if "worker" in part.command]
    assert len(graces) == 4  # the trainer's too
    assert min(graces) > pool.STOP_S
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    worker = text[text.index("x-worker:") : text.index("services:")]
    assert "stop_grace_period: 20s" in worker
    assert pool.STOP_S < 20


@pytest.mark.parametrize("topic", ["deaf 60", "idle"])
def test_asked_to_stop_while_redis_hangs_it_leaves_all_the_same(
    worker: Callable[..., Any], redis_server: Any, make_settings: Callable[..., Settings], topic: str
) -> None:
    """A Redis that neither answers nor refuses would hold whoever asks it for fifteen seconds."""
    settings = make_settings(redis_url=redis_server.url)
    store, road = Store.open(settings.database), Road.open(settings)
    redis = int(road.redis.info("server")["process_id"])
    handle = worker("poem", script=DEMO, of=settings)
    work = send(store, road, topic) if topic != "idle" else None
    if work is not None:
        runs(store, work)
    os.kill(redis, signal.SIGSTOP)
    try:
        began = time.monotonic()
        handle.terminate()
        assert handle.wait(14) == 0
        assert time.monotonic() - began < 14
    finally:
        os.kill(redis, signal.SIGCONT)
    if work is not None:
        assert state(store, work) == "running"  # its lease runs out, and another worker makes it
    store.close()
    road.close()
