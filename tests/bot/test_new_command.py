"""CONTRIBUTING says how a command is added; done exactly so, it works everywhere, in every language."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.copies import ROOT, copy, document, passed

BLOCK = re.compile(r"```(?P<what>python|ftl)\n(?P<text>.*?)```", re.S)
OLD = ("bot/test_catalogue.py", "atelier/test_languages.py")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code after somebody did what CONTRIBUTING says, to the letter."""
    section = (
        (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## A new command")[2].partition("\n## ")[0]
    )
    code, english, chinese = (block["text"] for block in BLOCK.finditer(section))
    root = copy(tmp_path_factory.mktemp("followed"))
    (root / "bot/actions/dice.py").write_text(code, "utf-8")
    catalogue = root / "bot/catalogue.py"
    text = catalogue.read_text("utf-8")
    line = "from bot.actions.dice import DICE"
    assert f"`{line}`" in section
    text = text.replace("from bot.door", f"{line}\nfrom bot.door", 1)
    text = text.replace("        *MAKING.values(),\n", "        *MAKING.values(),\n        DICE,\n", 1)
    assert text.count("DICE") == 2
    catalogue.write_text(text, "utf-8")
    for lang, said in (("en", english), ("zh", chinese)):
        with (root / f"atelier/locales/{lang}/catalogue.ftl").open("a", encoding="utf-8") as stream:
            stream.write(f"\n{said}")
    assert "`make docs`" in section
    document(root)
    return root


@pytest.fixture(scope="module")
def green(followed: Path) -> Counter[str]:
    """What is green there, by file: all of the old ones; of the others, what is about the new command."""
    files = ("bot/test_every_command.py", "bot/test_web.py", *OLD)
    only = "dice or reply_of_every_command or test_catalogue or test_languages"
    return passed(followed, [f"tests/{file}" for file in files], only)


def test_a_command_added_as_contributing_says_works(green: Counter[str]) -> None:
    # Answers and refusals on two chats in two languages, hostile words on both, and the web page in both.
    new = green.total() - sum(green[f"tests/{file}"] for file in OLD)
    assert new >= 4 + 4 + 2 + 2


def test_nothing_that_stood_before_is_red_for_it(green: Counter[str], followed: Path) -> None:
    """Its option has a name in either language, and the manual has it."""
    assert sum(green[f"tests/{file}"] for file in OLD) > 40
    assert "\n## /dice\n" in (followed / "docs/commands.md").read_text("utf-8")
