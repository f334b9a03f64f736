"""A copy of the code in a temporary folder, changed, and its own tests run there: what a newcomer does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy(folder: Path) -> Path:
    """The rooms that the front ends need, in ``folder``."""
    # What is compiled already goes along: it is for the same time and size, which a copy keeps.
    for room in ("atelier", "bot", "tests"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("models", "*pytest*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def document(folder: Path) -> None:
    """What ``make docs`` does, in the copy."""
    (folder / "docs").mkdir()
    _run(folder, "-m", "bot.manual", "docs/commands.md")


def passed(folder: Path, tests: list[str], only: str = "") -> Counter[str]:
    """How many of the copy's own tests pass there, by file; an AssertionError shows those that do not."""
    said = _run(folder, "-m", "pytest", "-p", "no:cacheprovider", "-rpfE", "-k", only, *tests)
    found = Counter(re.findall(r"^PASSED (\S+?\.py)::", said, re.M))
    assert re.search(rf"\b{found.total()} passed", said), said
    return found


def _run(folder: Path, *command: str) -> str:
    # Hypothesis' tables of Unicode take seconds to make: they are the same there.
    here = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout
