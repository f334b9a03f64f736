"""Every language says everything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

from atelier import languages
from atelier.languages import LANGS, LOCALES, Lang, language_of, pick, say, terminal_language
from bot.catalogue import every

ROOT = Path(__file__).parents[2]


def messages(lang: Lang) -> dict[str, set[str]]:
    """Each key of ``lang`` with the variables that its message uses."""
    found: dict[str, set[str]] = {}
    for file in sorted((LOCALES / lang).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text("utf-8")).body:
            assert not isinstance(entry, ast.Junk), f"{file.name}: {entry.content}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                text = file.read_text("utf-8")[entry.span.start : entry.span.end] if entry.span else ""
                found[entry.id.name] = set(re.findall(r"\$([a-z_]+)", text))
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_no_key_is_missing_and_all_use_the_same_variables(lang: Lang) -> None:
    assert messages(lang) == messages("en")


def test_every_key_that_the_code_names_exists() -> None:
    named = set()
    for room in ("atelier", "bot", "workers", "models"):
        for file in (ROOT / room).rglob("*.py"):
            text = file.read_text("utf-8")
            named |= set(re.findall(r"\b(?:call\.)?say\(\s*\"([a-z0-9-]+)\"", text))
            named |= set(
                re.findall(
                    r"\b(?:BadInput|Unavailable|WeightsError|PersonError|SettingError)\(\s*\"([a-z0-9-]+)\"",
                    text,
                )
            )
    assert named - set(messages("en")) == set()
    assert len(named) > 40


@pytest.mark.parametrize("lang", LANGS)
def test_the_catalogue_speaks_every_language(lang: Lang) -> None:
    for command in every():
        assert 0 < len(command.describe(lang)) <= 100
        for option in command.options:
            assert 0 < len(option.describe(lang)) <= 100
            for value in option.choices:
                assert 0 < len(option.choice(value, lang)) <= 100


@pytest.mark.parametrize(
    ("locale", "lang"),
    [("zh-CN", "zh"), ("zh-hans", "zh"), ("en-GB", "en"), ("fr", "en"), (None, "en"), ("", "en")],
)
def test_the_language_of_a_client(locale: str | None, lang: Lang) -> None:
    assert pick(locale) == lang


@pytest.mark.parametrize(
    ("text", "lang"), [("first snow", "en"), ("初雪", "zh"), ("a 海", "zh"), ("🌊", "en")]
)
def test_the_language_of_a_prompt(text: str, lang: Lang) -> None:
    assert language_of(text) == lang


def test_what_a_language_lacks_is_said_in_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert say("help-intro", "tlh") == say("help-intro", "en")  # one that was taken away again
    (tmp_path / "tlh").mkdir()
    (tmp_path / "tlh/all.ftl").write_text("button-back = nIqHom\n", "utf-8")
    (tmp_path / "en").symlink_to(LOCALES / "en")
    monkeypatch.setattr(languages, "LOCALES", tmp_path)
    monkeypatch.setattr(languages, "LANGS", (*LANGS, "tlh"))
    assert say("button-back", "tlh") == "nIqHom"
    assert say("help-intro", "tlh") == say("help-intro", "en")
    assert pick("tlh-KX") == "tlh"
    languages.bundle.cache_clear()


def test_a_key_that_nobody_wrote_is_found_out() -> None:
    with pytest.raises(LookupError):
        say("no-such-key")
    with pytest.raises(KeyError):
        say("bad-option", "en", option="x")  # a variable left out


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "en_GB.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_terminals_language_is_what_posix_says(
    variables: dict[str, str], lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == lang
