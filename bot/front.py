"""A front end's process: settings, logs, the studio, then one platform until it is stopped.

Exit codes speak to whoever started the process: 0 stopped as asked, 1 a fault (start it
again), :data:`~atelier.errors.LEAVE_DOWN` (78) a setting only a person can mend, such
as a wrong token or a taken port: starting again would not help.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import time
from typing import Literal

from atelier import metrics
from atelier.errors import LEAVE_DOWN, PersonError, Unavailable
from atelier.logs import configure
from atelier.settings import Settings
from bot.studio import Studio

log = logging.getLogger(__name__)

WAIT_S = 30.0  # for the store and the queue at start: on one machine all parts start together

Front = Literal["discord", "telegram", "web"]


class SettingError(PersonError):
    """A front end cannot start before a person changes a setting; the sentence says which."""

    exit_code = LEAVE_DOWN


def open_studio(settings: Settings) -> Studio:
    """Open the studio, waiting up to :data:`WAIT_S` for parts that are still starting."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            studio = Studio.open(settings)
            studio.road.check()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return studio


def main(front: Front) -> None:
    """Run ``front`` until SIGINT or SIGTERM. Raises :class:`SettingError` or :class:`Unavailable`."""
    settings = Settings.load()
    configure(settings)
    studio = open_studio(settings)
    metrics.serve(settings, front, studio.road.redis)
    app = importlib.import_module(f"bot.{front}.app")  # only this platform's library is loaded

    async def run() -> None:
        task = asyncio.ensure_future(app.run(studio))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            log.info("%s: stopped", front)

    asyncio.run(run())
