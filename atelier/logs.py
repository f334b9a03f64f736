"""Logging for every process: one line an event, the work's id where there is one, never a token.

A line about a work begins with ``work %s``, its first argument is the id (a test sees to it): so a
work can be followed from the command to the post through all processes, by ``grep`` in lines for
people, by the field ``work`` in JSON.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from atelier.settings import Settings

ABOUT = "work %s"

# A Telegram token is part of the address that its client logs; a Discord token has three dotted parts;
# an interaction's is "interaction:..." in base64; a password can stand in any URL.
_SECRETS = (
    (re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}"), "***"),
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), "***"),
    (re.compile(r"aW50ZXJhY3Rpb24[\w=-]{16,}"), "***"),
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), r"\1:***@"),
)


class Redact(logging.Formatter):
    """Formats a record, traceback included, and takes out whatever is or looks like a secret."""

    def __init__(self, settings: Settings) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        values = (getattr(settings, name) for name in type(settings).model_fields)
        secrets = (v.get_secret_value() for v in values if isinstance(v, SecretStr))
        self._known = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """The line, safe to keep."""
        return self.clean(super().format(record))

    def trace(self, record: logging.LogRecord) -> str:
        """The record's traceback, if it has one."""
        return self.formatException(record.exc_info) if record.exc_info else record.exc_text or ""

    def clean(self, line: str) -> str:
        """Any text, with stars for secrets."""
        for secret in self._known:
            line = line.replace(secret, "***")
        for pattern, stars in _SECRETS:
            line = pattern.sub(stars, line)
        return line


class Json(Redact):
    """One object a line: at (UTC), level, logger, pid, message; work and trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, safe to keep."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "pid": record.process,
            "message": self.clean(record.getMessage()),
        }  # fmt: skip
        if (work := work_of(record)) is not None:
            line["work"] = work
        if trace := self.trace(record):
            line["trace"] = self.clean(trace)
        return json.dumps(line, ensure_ascii=False)


def work_of(record: logging.LogRecord) -> str | None:
    """The id of the work that a line is about."""
    about = isinstance(record.msg, str) and record.msg.startswith(ABOUT)
    return str(record.args[0]) if about and isinstance(record.args, tuple) and record.args else None


def configure(settings: Settings) -> None:
    """Send every logger of this process to stderr through :class:`Redact`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json(settings) if settings.log_format == "json" else Redact(settings))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("httpx", "httpcore", "discord.gateway", "discord.client", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
