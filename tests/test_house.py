"""The house's rules: which room may know which other room (the table of the README's map)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("atelier", "bot", "workers", "models")

FORBIDDEN = {
    "atelier": {"torch", "torchvision", "transformers", "discord", "telegram", "bot", "workers", "models"},
    "bot": {"torch", "torchvision", "transformers", "models", "workers"},
    "workers": {"discord", "telegram", "bot"},
    "models": {"redis", "rq", "sqlalchemy", "alembic", "discord", "telegram", "bot", "workers"},
}
# The command line is how a person reaches every room; it imports them inside its commands.
DOORS = {"atelier.cli"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*ROOMS, include_external_packages=True, cache_dir=None)


def chains(graph: grimp.ImportGraph, room: str, target: str) -> list[str]:
    """Direct imports of ``target`` anywhere in ``room``."""
    modules = sorted({room} | graph.find_descendants(room))
    inside = [m for m in modules if not any(m == door or m.startswith(f"{door}.") for door in DOORS)]
    return [
        f"{module} -> {imported}"
        for module in inside
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        # By its top-level name: a room's own sub-package may carry a library's name (bot.telegram).
        if imported == target or imported.startswith(f"{target}.")
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(graph: grimp.ImportGraph, room: str) -> None:
    wrong = [chain for target in sorted(FORBIDDEN[room]) for chain in chains(graph, room, target)]
    assert wrong == []


def test_the_rule_sees_a_breach(graph: grimp.ImportGraph) -> None:
    """The check above is only worth something if it can fail."""
    graph = grimp.build_graph(*ROOMS, include_external_packages=True, cache_dir=None)
    graph.add_import(importer="bot.studio", imported="torch")
    assert chains(graph, "bot", "torch") == ["bot.studio -> torch"]


def _imported(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after ``statement``."""
    code = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import atelier.cli.run, atelier.cli.make, atelier.cli.records, atelier.cli.doctor", {"torch"}),
        ("import atelier.cli.learn", {"torch", "discord", "telegram"}),
        ("import atelier.cli", {"torch", "sqlalchemy", "rq", "discord", "telegram"}),
        ("import bot.studio, bot.delivery, bot.discord.app", {"torch", "telegram", "models", "workers"}),
        ("import bot.studio, bot.delivery, bot.telegram.app", {"torch", "discord", "models", "workers"}),
        ("import bot.studio, bot.delivery, bot.web.app",
         {"torch", "discord", "telegram", "models", "workers"}),
        ("import workers.worker", {"discord", "telegram", "bot"}),
        ("import models.painter.generate, models.poet.generate, models.composer.generate",
         {"redis", "rq", "sqlalchemy", "discord", "telegram", "torchvision"}),
    ],
)  # fmt: skip
def test_what_a_process_loads(statement: str, unwanted: set[str]) -> None:
    """Not only by the letter: what is really in memory (a chain over an allowed module would show here)."""
    assert _imported(statement) & unwanted == set()


@pytest.mark.parametrize("model", ["painter", "poet", "composer", "upscaler"])
def test_each_model_is_the_same_five_files(model: str) -> None:
    files = {path.name for path in (ROOT / "models" / model).glob("*.py")}
    assert {"network.py", "data.py", "train.py", "generate.py", "evaluate.py"} <= files


def test_no_module_outgrows_a_reader() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for room in (*ROOMS, "tests", "bench")
        for path in (ROOT / room).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 350
    }
    assert long == {}


def mib(paths: Iterable[Path]) -> float:
    """The size of these files in MiB."""
    return sum(path.stat().st_size for path in paths) / 2**20


def tracked() -> list[Path]:
    """What git tracks; where this is no checkout, what the packages, tests and documents hold."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        folders = (*ROOMS, "tests", "bench", "docs", "docker")
        found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc"]
    return [path for path in found if path.is_file()]


def test_the_tracked_tree_is_small() -> None:
    files = tracked()
    assert Path(__file__) in files
    assert mib(files) < 36


# MiB, as the design sets them; the painter's are 10 of its own and 2 of the encoder that judges it. Beside
# them a version may carry what decoding needs of words (lexicons, filters of training lines): BESIDE.
BUDGET = {"painter": 10.0 + 2.0, "upscaler": 1.0, "text": 4.0, "poet": 11.0, "composer": 4.0}
BESIDE = 1.5


@pytest.mark.parametrize("model", sorted(BUDGET))
def test_one_version_ships_within_its_budget(model: str) -> None:
    (version,) = [path for path in (ROOT / "models" / "weights" / model).iterdir() if path.is_dir()]
    assert (version / "card.json").is_file()
    files = [path for path in version.rglob("*") if path.is_file()]
    beside = [path for path in files if path.stem.endswith(("-lexicon", "-lines", "-filter"))]
    assert mib(beside) <= BESIDE
    assert mib(set(files) - set(beside)) <= BUDGET[model]


def test_nothing_else_ships_as_weights() -> None:
    assert {path.name for path in (ROOT / "models" / "weights").iterdir() if path.is_dir()} == set(BUDGET)
