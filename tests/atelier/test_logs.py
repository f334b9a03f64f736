"""A log never sees a token."""

from __future__ import annotations

import io
import logging
import sys

import pytest
from pydantic import SecretStr

from atelier.logs import Redact, configure
from atelier.settings import Settings

TELEGRAM = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs0000"


def line(message: str, settings: Settings, *, fault: BaseException | None = None) -> str:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, message, (), None)
    if fault is not None:
        try:
            raise fault
        except type(fault):
            record.exc_info = sys.exc_info()
    return Redact(settings).format(record)


@pytest.mark.parametrize(
    "secret",
    [
        f"POST https://api.telegram.org/bot{TELEGRAM}/getMe",
        f"Authorization: Bot {DISCORD}",
        "redis://:hunter2hunter2@redis:6379/0",
        "postgresql://atelier:hunter2hunter2@db/atelier",
    ],
)
def test_what_looks_like_a_secret_is_starred(secret: str) -> None:
    for text in (line(secret, Settings()), line("x", Settings(), fault=RuntimeError(secret))):
        assert TELEGRAM not in text
        assert DISCORD not in text
        assert "hunter2" not in text


def test_the_secrets_of_the_settings_are_starred_whatever_they_look_like() -> None:
    settings = Settings(discord_token=SecretStr("abc-def"), web_secret=SecretStr("swordfish"))
    assert line("token abc-def, secret swordfish", settings).endswith("token ***, secret ***")


def test_every_logger_of_the_process_goes_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        configure(Settings(telegram_token=SecretStr(TELEGRAM)))
        logging.getLogger("some.library").warning("at /bot%s/getUpdates", TELEGRAM)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert "at /bot***/getUpdates" in stream.getvalue()
    assert TELEGRAM not in stream.getvalue()
