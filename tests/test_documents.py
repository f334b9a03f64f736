"""What the documents say is what was measured, and what they link to exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from atelier.settings import Settings
from bench import tables

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_figures_are_the_saved_ones() -> None:
    assert tables.main(check=True) == 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_readme_lists_every_setting() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    names = {f"ATELIER_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_nothing_tracked_names_a_machine_or_holds_a_secret() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"/(work|root|farm)/[a-z.]|[^\w]\d{9,10}:AA[\w-]{33}\b")
    found = []
    for name in tracked.stdout.decode().split("\0"):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yml", ".json", ".lock", ".ftl", ""} and path.is_file():
            text = path.read_text("utf-8", "replace")
            found += [f"{name}: {hit[0]}" for hit in pattern.finditer(text) if "PALDsaw0" not in hit[0]]
    assert found == []
