"""A third language is one file that somebody puts into a folder; no code is touched, and it is everywhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, FluentSerializer, ast

from atelier.languages import LANGS, LOCALES
from bot.catalogue import every
from tests.copies import copy, document, passed

# Not Greek, but everybody sees that it is not English either. Nobody's client is set to it by chance.
GREEKISH = str.maketrans("aeiou", "αειου")
SAID = {"language-name": "Ελληνικά", "language-tag": "el"}


def translated() -> str:
    """All that is said in English, said in the new language."""
    texts = [file.read_text("utf-8") for file in sorted((LOCALES / "en").glob("*.ftl"))]
    whole = FluentParser().parse("\n".join(texts))
    for message in whole.body:
        if not isinstance(message, ast.Message) or message.value is None:
            continue
        name = message.id.name
        if name in SAID:
            message.value = ast.Pattern([ast.TextElement(SAID[name])])
        elif not name.startswith(("ideas-", "example-")):  # these are prompts, for models that read English
            _translate(message.value)
    return FluentSerializer().serialize(whole)


def _translate(pattern: ast.Pattern) -> None:
    for element in pattern.elements:
        if isinstance(element, ast.TextElement):
            element.value = element.value.translate(GREEKISH)
        elif isinstance(element.expression, ast.SelectExpression):
            for variant in element.expression.variants:
                _translate(variant.value)


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as somebody has it who put one file into a folder."""
    assert "el" not in LANGS
    root = copy(tmp_path_factory.mktemp("abroad"))
    folder = root / "atelier/locales/el"
    folder.mkdir()
    (folder / "all.ftl").write_text(translated(), "utf-8")
    document(root)
    return root


@pytest.fixture(scope="module")
def green(abroad: Path) -> Counter[str]:
    """What is green there, by file: all of the catalogue; of the others, what is about the new language."""
    files = (
        "atelier/test_languages.py",
        "bot/test_every_command.py",
        "bot/test_web.py",
        "bot/test_catalogue.py",
    )
    only = "el] or ([el- and answers) or test_catalogue"
    return passed(abroad, [f"tests/{file}" for file in files], only)


def test_a_language_that_is_one_more_file_is_spoken_everywhere(green: Counter[str]) -> None:
    # No key is missing, every description fits, both chats answer every command in it, and so does the page.
    spoken = green.total() - green["tests/bot/test_catalogue.py"]
    assert spoken >= 1 + 1 + 2 * len(every()) + 1


def test_what_is_typed_is_read_in_its_letters_and_the_manual_has_it(
    green: Counter[str], abroad: Path
) -> None:
    assert green["tests/bot/test_catalogue.py"] > 25
    assert "| Ελληνικά |" in (abroad / "docs/commands.md").read_text("utf-8")
