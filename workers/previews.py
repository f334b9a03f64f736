"""Lines of a poem to whoever waits for it, while it is written: once a wait is felt, and at a pace.

A preview is a courtesy: it is lost without harm, and no work waits for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from atelier.results import publish_draft
from atelier.store import Work
from models.loading import Generator

log = logging.getLogger(__name__)

FIRST_S = 1.0  # a poem that is there sooner needs no preview
PACE_S = 2.0  # between two of one poem; the front ends are slower where their platform is


def previewing(model: Generator, redis: Redis, works: Sequence[Work]) -> dict[str, Any]:
    """What a model's call takes besides, where the model gives previews."""
    return {"drafted": Previews(redis, works).drafted} if getattr(model, "previews", False) else {}


class Previews:
    """Of one call of a model. ``clock`` gives seconds."""

    def __init__(
        self, redis: Redis, works: Sequence[Work], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = redis
        self._works = works
        self._clock = clock
        self._due = [clock() + FIRST_S] * len(works)
        self._off = False

    def drafted(self, at: int, lines: Callable[[], list[str]]) -> None:
        """Work number ``at`` has these lines so far; they are read only when they are sent. Never raises."""
        now = self._clock()
        if self._off or now < self._due[at]:
            return
        self._due[at] = now + PACE_S
        work = self._works[at]
        try:
            publish_draft(self._redis, work.person.platform, work.id, lines())
        except RedisError as fault:
            log.info("work %s: no previews any more (%s)", work.id, type(fault).__name__)
            self._off = True  # each further one might wait as long for Redis
