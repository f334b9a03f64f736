"""Every command of the catalogue, on both chats and in both languages: its answer, and its refusals.

A command that is new in the catalogue is tested here without a line being written.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from atelier.errors import PersonError
from atelier.languages import LANGS, Lang, say
from atelier.rules import Rules
from atelier.store import PersonRef, Platform, Store
from atelier.versions import shipped_folder
from bot import catalogue, door
from bot.command import Call, Command, Option, Reply
from tests.ballots import enough
from tests.bot.refusals import Wrong, refusals_of
from tests.bot.samples import SAMPLES, Sample, Stand, always
from tests.bot.stage import Stage, stage
from tests.bot.tongues import assert_spoken, plain
from tests.fakes.discord import Refused as ClientRefused

__all__ = ["stage"]  # the fixture

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<b>@everyone</b> **x** [y](https://evil.example) `z` /forgetme #tag"

BY_PATH = {command.path: command for command in catalogue.every()}
EVERY = pytest.mark.parametrize("command", catalogue.every(), ids=lambda command: command.path)
CHATS = pytest.mark.parametrize("platform", ["discord", "telegram"])
TONGUES = pytest.mark.parametrize("lang", LANGS)


@EVERY
@CHATS
@TONGUES
async def test_it_answers_in_the_persons_language(
    stage: Stage, command: Command, platform: str, lang: Lang
) -> None:
    said = await stage.give(platform, lang, command, _sample(command, lang))
    assert_spoken(said, lang)


@EVERY
@CHATS
@TONGUES
async def test_it_succeeds_with_each_of_its_options(
    stage: Stage, command: Command, platform: Platform, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not refused, in the words of either language: with a person to ban, a version to go back to."""
    needed, whole = _sample(command, lang), _sample(command, lang, whole=True)
    sample = SAMPLES.get(command.path, Sample(always(needed, *([whole] if whole != needed else []))))
    if sample.votes:
        monkeypatch.setattr(Store, "heard", lambda _store, kind: enough() if kind == "poem" else [])
    given = await _succeeds(stage, command, platform, lang, sample, monkeypatch)
    # Files cannot be typed: tests/bot/test_tune_files.py sends them.
    assert given == {option.name for option in command.options if option.type != "file"}


@pytest.mark.parametrize(
    "command", [c for c in catalogue.every() if c.role == "server"], ids=lambda command: command.path
)
@CHATS
@TONGUES
async def test_who_administers_the_server_alone_succeeds_there(
    stage: Stage, command: Command, platform: Platform, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = SAMPLES.get(command.path, Sample(always(_sample(command, lang))))
    with stage.ruler(platform, lang):
        theirs = replace(sample, admin=False, group=True)
        await _succeeds(stage, command, platform, lang, theirs, monkeypatch)
        said = await stage.give(platform, lang, BY_PATH["admin stats"], {}, admin=False, group=True)
    assert say("stats-works-here", lang) in plain(said)  # of their server, not of the studio
    assert say("stats-people", lang) not in plain(said)


async def _succeeds(
    stage: Stage, command: Command, platform: Platform, lang: Lang, sample: Sample, patch: pytest.MonkeyPatch
) -> set[str]:
    """Every step of a sample is answered, not refused; the options that were given in all."""
    outcomes: list[object] = []
    answer = door.answer

    async def watched(command: Command, call: Call) -> Reply:
        try:
            outcomes.append(reply := await answer(command, call))
        except BaseException as fault:
            outcomes.append(fault)
            raise
        return reply

    patch.setattr(door, "answer", watched)
    person = PersonRef(platform, str(stage.people[platform, lang, sample.admin].id))
    given: set[str] = set()
    try:
        for step in await sample.steps(stage, Stand(platform, lang, person, sample.admin)):
            if callable(step):
                step()
                continue
            outcomes.clear()
            before = {work.id for work in stage.studio.store.recent(person, 1000)}
            said = await stage.give(platform, lang, command, step, admin=sample.admin, group=sample.group)
            assert_spoken(said, lang)
            if command.makes:
                assert len({work.id for work in stage.studio.store.recent(person, 1000)} - before) == 1, step
            else:
                # In a private chat, news of a training may have been read in place of the answer.
                async with asyncio.timeout(10):
                    while not outcomes:
                        await asyncio.sleep(0.02)
                assert [type(outcome) for outcome in outcomes] == [Reply], (step, outcomes)
            given |= set(step)
    finally:
        if command.path == "admin pause":
            _resume(stage, platform, stage.rules(platform, sample.admin))
    return given


def _resume(stage: Stage, platform: Platform, server: str) -> None:
    def again(rules: Rules) -> Rules:
        return rules.model_copy(update={"paused": False})

    stage.studio.store.rule(platform, server, again)


@EVERY
@CHATS
@TONGUES
async def test_what_it_does_not_take_is_refused_in_a_sentence(
    stage: Stage, command: Command, platform: str, lang: Lang
) -> None:
    for wrong in refusals_of(command):
        options = {**_sample(command, lang), **wrong.options}
        said = await stage.give(platform, lang, command, options)
        assert plain(said) == _sentence(wrong, options, platform, lang), wrong.options


@EVERY
@CHATS
@TONGUES
async def test_a_number_that_is_none(stage: Stage, command: Command, platform: str, lang: Lang) -> None:
    for option in command.options:
        if option.type != "integer":
            continue
        options = {**_sample(command, lang), option.name: "seven"}
        if platform == "discord":  # there a person's own client says so
            user = stage.people["discord", lang, True]
            with pytest.raises(ClientRefused, match=option.name):
                await stage.discord.type(
                    f"/{command.path}", options, user=user, channel=stage.discord.private(user)
                )
            continue
        said = await stage.give(platform, lang, command, options)
        assert plain(said) == plain(PersonError("bad-integer", option=option.name, value="seven").text(lang))


async def test_every_option_has_a_refusal() -> None:
    """Of a new option whose rules do not say what it refuses, :mod:`tests.bot.refusals` must."""
    for command in catalogue.every():
        refused = {name for wrong in refusals_of(command) for name in wrong.options}
        # Files cannot be typed: tests/bot/test_tune_files.py sends wrong ones.
        assert refused >= {option.name for option in command.options if option.type != "file"}, command.path


@pytest.mark.parametrize(
    "command", [c for c in catalogue.every() if c.role != "everyone"], ids=lambda command: command.path
)
@CHATS
@TONGUES
async def test_it_is_for_administrators(stage: Stage, command: Command, platform: str, lang: Lang) -> None:
    said = await stage.give(platform, lang, command, _sample(command, lang), admin=False)
    assert plain(said) == say(
        f"not-yours{'-studio' * (command.role == 'studio')}", lang, command=command.path
    )


@EVERY
@CHATS
async def test_nothing_that_is_typed_into_it_is_interpreted(
    stage: Stage, command: Command, platform: str
) -> None:
    texts = [option for option in command.options if option.type == "text" and not option.choices]
    for option in texts:
        sample = {**_sample(command, "en"), option.name: HOSTILE[: option.max_length or 100]}
        said = await stage.give(platform, "en", command, sample)
        if platform == "discord":
            bare = re.sub(r"\\.", "", said)
            for token in ("@everyone", "<b>", "**x**", "](", "://", "`z`"):
                assert token not in bare


def _sample(command: Command, lang: Lang, whole: bool = False) -> dict[str, Any]:
    """What the command needs, or the ``whole`` of what it takes, in words of another language."""
    given = [option for option in command.options if option.required or (whole and option.type != "file")]
    return {option.name: _example(option, lang) for option in given}


def _example(option: Option, lang: Lang) -> str | int:
    if option.choices:
        return option.choices[0]
    if option.type == "integer":
        return option.low or 1
    return "sea" if lang == "zh" else "大海"


def _sentence(wrong: Wrong, options: dict[str, Any], platform: str, lang: Lang) -> str:
    """What the person reads of a refusal, with what only this test knows of it."""
    known: dict[str, Any] = dict(wrong.params)
    if wrong.key == "ban-none":
        known["who"] = f"{platform}:{options['person']}"
    if wrong.key == "version-unknown":
        model = options["model"]
        known |= {"model": model, "version": options["version"], "versions": shipped_folder(model).name}
    return plain(PersonError(wrong.key, **known).text(lang))
