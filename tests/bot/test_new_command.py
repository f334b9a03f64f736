"""CONTRIBUTING says how a command is added; done exactly so, it works everywhere, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.copies import ROOT, copy, document, passed

BLOCK = re.compile(r"```(?P<what>python|ftl)\n(?P<text>.*?)```", re.S)


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


def test_a_command_added_as_contributing_says_works(followed: Path) -> None:
    tests = ["tests/bot/test_every_command.py", "tests/bot/test_web.py"]
    # Answers and refusals on two chats in two languages, hostile words on both, and the web page in both.
    assert passed(followed, tests, "dice or reply_of_every_command") >= 4 + 4 + 2 + 2


def test_nothing_that_stood_before_is_red_for_it(followed: Path) -> None:
    """Its option has a name in either language, and the manual has it."""
    assert passed(followed, ["tests/bot/test_catalogue.py", "tests/atelier/test_languages.py"]) > 40
    assert "\n## /dice\n" in (followed / "docs/commands.md").read_text("utf-8")
