"""Looks how candidates please, and after a training whose process is gone.

One front end of the studio at a time, whichever comes first.
"""

from __future__ import annotations

import asyncio
import logging

from redis.exceptions import RedisError

from atelier.canary import Watch
from atelier.errors import Unavailable
from atelier.learning.mending import mend
from bot.studio import Studio

log = logging.getLogger(__name__)

LOOK_S = 20.0
_TURN = "atelier:trials"  # who has it has looked, and nobody else needs to before it runs out


async def watch(studio: Studio) -> None:
    """Look now and then; until cancelled."""
    looks = Watch(studio.store, studio.settings)
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            await asyncio.to_thread(turn, studio, looks)
        except (Unavailable, RedisError) as fault:
            log.info("trials are not looked at: %s", fault)
        except Exception:
            log.exception("trials could not be looked at")


def turn(studio: Studio, looks: Watch) -> bool:
    """Look at each trial and at the training that is not over, if nobody else just did."""
    if not studio.road.redis.set(_TURN, 1, nx=True, px=int(1000 * LOOK_S * 0.9)):
        return False
    mend(studio.store, studio.road)
    looks.turn()
    return True
