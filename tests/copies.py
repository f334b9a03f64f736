"""A copy of the code in a temporary folder, changed, and its own tests run there: what a newcomer does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy(folder: Path) -> Path:
    """The rooms that the front ends need, in ``folder``."""
    for room in ("atelier", "bot", "tests"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "models"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def document(folder: Path) -> None:
    """What ``make docs`` does, in the copy."""
    (folder / "docs").mkdir()
    _run(folder, "-m", "bot.manual", "docs/commands.md")


def passed(folder: Path, tests: list[str], only: str = "") -> int:
    """How many of the copy's own tests pass there; an AssertionError shows those that do not."""
    said = _run(folder, "-m", "pytest", "-p", "no:cacheprovider", "-k", only, *tests)
    found = re.search(r"(\d+) passed", said)
    assert found, said
    return int(found[1])


def _run(folder: Path, *command: str) -> str:
    here = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout
