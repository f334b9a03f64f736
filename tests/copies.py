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


def passed(folder: Path, tests: list[str], only: str) -> int:
    """How many of the copy's own tests pass there; an AssertionError shows those that do not."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", only, *tests]
    here = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    found = re.search(r"(\d+) passed", done.stdout)
    assert found, done.stdout
    return int(found[1])
