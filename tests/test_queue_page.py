"""The queue's page: what it names exists, and its capacity follows from the figures."""

from __future__ import annotations

import re
from pathlib import Path

from atelier import metrics
from atelier.settings import Settings
from bench import capacity
from bot.discord.poster import DiscordPoster
from bot.telegram.poster import TelegramPoster
from tests.test_metrics import known
from workers import heartbeat, worker

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "queue.md").read_text("utf-8")


def test_files_metrics_and_settings_exist() -> None:
    quoted = set(re.findall(r"`([^`\n]+)`", PAGE))
    files = {name for name in quoted if re.fullmatch(r"[\w/*]+\.py", name)}
    assert len(files) > 20
    assert {name for name in files if not list(ROOT.glob(name))} == set()
    named = set(re.findall(r"\batelier_[a-z_]+", PAGE)) - {"atelier_alone", "atelier_company"}
    assert named - set(known()) == set()
    settings = {f"ATELIER_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bATELIER_[A-Z0-9_]+", PAGE)) - settings == set()


def test_its_times_and_ports_are_the_codes() -> None:
    told = re.search(r"\| port \| ([\d |]+) \|", PAGE)
    assert told is not None
    ports = [int(port) for port in told[1].split(" | ")]
    assert ports == [9464 + offset for offset in metrics.OFFSETS.values()]
    for words in (
        f"under a lease of {heartbeat.LEASE_S} s, renewed every {heartbeat.BEAT_S:g} s",
        f"may finish for {worker.FINISH_S:g} s",
        f"at {worker.LET_GO_S:g} s handed back as it is; at {worker.LEAVE_S:g} s the process ends",
        f"ends the process {heartbeat.OVERTIME_S:g} s later",
        f"every {DiscordPoster.pace_s:g} s (Discord), {TelegramPoster.pace_s:g} s (Telegram)",
        f"`ATELIER_PERSON_RUNNING` ({Settings.model_fields['person_running'].default})",
    ):
        assert words in PAGE


def test_capacity_follows_from_the_figures() -> None:
    figures = {
        ("queue", "batch_efficiency"): 1.0, ("queue", "pictures_per_s"): 10.0,
        ("queue", "enqueue_per_s"): 10_000.0, ("queue", "overhead_ms"): 0.9,
        ("queue", "accept_postgres_per_s"): 200.0,
        ("poet", "poem_ms"): 200.0, ("poet", "batch_gain"): 2.0, ("composer", "tune_ms"): 500.0,
    }  # fmt: skip
    slow = capacity.table(lambda *names: figures[names])
    # 600 pictures a second, 10 a worker, 70 % busy: 86.
    assert "| 1,000 | 86 | 43 | 72 | 8 | 1.0 cores |" in slow
    assert "| 1 | 1 | 1 | 1 | 1 | under 1 % |" in slow
    figures["queue", "pictures_per_s"] = 20.0
    assert "| 1,000 | 43 | 43 | 72 | 8 | 1.0 cores |" in capacity.table(lambda *names: figures[names])
