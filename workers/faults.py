"""Whose fault was it: the request's, the house's, or nobody's? What a worker does next hangs on that."""

from __future__ import annotations

import logging
import sys

from redis.exceptions import RedisError
from rq.exceptions import AbandonedJobError, StopRequested

from atelier.errors import PASSING, Cancelled, Unavailable


def stops(fault: BaseException) -> bool:
    """Somebody asked for it: a person, an admin, or who stops the worker."""
    return isinstance(fault, (Cancelled, SystemExit, StopRequested, KeyboardInterrupt))


def of_the_house(fault: BaseException) -> bool:
    """A part that is down or full is no fault of the work."""
    return isinstance(fault, RedisError) or (isinstance(fault, Unavailable) and fault.key in PASSING)


def ended_its_worker(fault: BaseException) -> bool:
    """Nobody was left to say what happened, or the process cannot go on."""
    return isinstance(fault, AbandonedJobError) or ruined(fault)


def ruined(fault: BaseException) -> bool:
    """The GPU's context is lost to this process: whatever it does next would fail too."""
    if "torch" not in sys.modules:
        return False
    from models import device

    return device.ruined(fault)


def brief(record: logging.LogRecord) -> bool:
    """A filter for RQ's log: a Redis that is away is a line, not a trace."""
    if record.exc_info and isinstance(record.exc_info[1], RedisError):
        record.msg, record.args = f"{record.getMessage()} ({record.exc_info[1]})", ()
        record.exc_info = None
    return True
