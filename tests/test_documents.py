"""What the documents say is what was measured, and what they link to exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from atelier.settings import Settings
from bench import tables
from tests.conftest import lacking

ROOT = Path(__file__).parent.parent
# An absolute path of somebody's machine: a home, root's home, a file under a temporary folder.
MACHINE = re.compile(r"(?<![\w.)}~-])/(?:(?:home|Users)/[\w.-]+/|root/|tmp/\w|var/folders/\w)")
# Bot tokens of Telegram and Discord; keys of GitHub, Amazon, OpenAI and Hugging Face; private keys.
SECRET = re.compile(
    r"(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])|(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.(?![\w-]*fake)[\w-]{27,}|"
    r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22}|\bAKIA[0-9A-Z]{16}\b|\bsk-[A-Za-z0-9_-]{32,}|"
    r"\bhf_[A-Za-z0-9]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----",
    re.ASCII,
)
SAMPLES = {"tests/atelier/test_logs.py"}  # invented tokens, to see them redacted
BLOCK = re.compile(r"<!-- (?P<name>[a-z][^>]*?) -->\n(?P<body>.*?)<!-- (?:end|/[\w-]+) -->", re.S)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_figures_are_the_saved_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.main(check=True) == 0, capsys.readouterr().err


def test_a_figure_that_nobody_measured_is_named() -> None:
    with pytest.raises(tables.Missing, match=r"bench/results/nothing\.json"):
        tables.filled("<!-- figures: nothing -->\n<!-- end -->")
    with pytest.raises(tables.Missing, match="models/weights/nobody"):
        tables.table("card:nobody")
    with pytest.raises(tables.Missing, match="no figure beauty"):
        tables.table("card:composer", ["beauty"])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_marked_block_is_filled(path: Path) -> None:
    text = path.read_text("utf-8")
    blocks = {block["name"]: block["body"].strip() for block in BLOCK.finditer(text)}
    assert [name for name, body in blocks.items() if not body] == []
    assert len(re.findall("<!--", text)) == 2 * len(blocks), "a mark without its end, or two of one name"
    if path.name == "README.md":
        assert set(blocks) >= {"showcase", "figures: journey", "compose-honesty"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_readme_lists_every_setting() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    names = {f"ATELIER_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in names if f"`{name}`" not in text} == set()


def tracked() -> list[str]:
    """The names of the files that git tracks and that are here."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        lacking("what is tracked cannot be known: this is no git checkout")
    names = listed.stdout.decode().split("\0")
    return [name for name in names if (ROOT / name).is_file()]


def readable(names: list[str]) -> list[str]:
    """Those that are text, by the rule that git goes by: no zero byte near the start."""
    return [name for name in names if b"\0" not in (ROOT / name).read_bytes()[:8000]]


def finds(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    """Where the pattern stands in these files. Read as Latin-1, which decodes whatever there is."""
    return [
        f"{name}: {hit[0]}"
        for name in names
        for hit in pattern.finditer((ROOT / name).read_bytes().decode("latin-1"))
    ]


def test_nothing_tracked_names_a_machine() -> None:
    """Weights and pictures too: their headers carry text."""
    assert finds(MACHINE, tracked()) == []


def test_nothing_tracked_holds_a_secret() -> None:
    names = readable(tracked())
    assert set(names) >= SAMPLES
    assert finds(SECRET, [name for name in names if name not in SAMPLES]) == []


def test_the_patterns_see_what_they_are_for(tmp_path: Path) -> None:
    """Put together here, so that this file holds none of them itself."""
    for folder in ("home/ann", "Users/ann", "root", "tmp/bash_jobs", "var/folders/x1"):
        assert MACHINE.search(f"see '/{folder}/atelier/up.log'"), folder
    assert not MACHINE.search("$HOME/root/x, ./home/redis/redis.log, https://a.example/home/page/, /tmp")
    telegram, discord = f"{1234567890}:AA{'x' * 33}", f"MTA{'1' * 21}.{'G' * 6}.{'k' * 38}"
    for token in (
        telegram,
        discord,
        f"ghp_{'a' * 36}",
        f"AKIA{'A' * 16}",
        f"-----BEGIN {'RSA '}PRIVATE KEY-----",
    ):
        assert SECRET.search(f'token = "{token}"'), token
    assert all(finds(SECRET, [name]) for name in SAMPLES)
