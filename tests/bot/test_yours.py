"""What is a person's own: works found again, settings that hold, everything given and erased."""

from __future__ import annotations

import base64
import io
import json
import threading
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from atelier.languages import say
from atelier.learning.snapshot import WORKS, take
from atelier.settings import Settings
from atelier.store.erasure import FORGOTTEN
from bot import tastes
from bot.actions import yours
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.conftest import Desk, counts, painted
from tests.bot.telegram_room import card_of, latest, posted, ref, serving, until
from tests.bot.web_room import Desk as WebDesk
from tests.bot.web_room import open_desk, visit
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import ALICE, BOB, GROUP, MEI, TOKEN, FakeTelegram
from tests.ports import free_port


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


@pytest.fixture
async def page(make_settings: Callable[..., Settings]) -> AsyncIterator[WebDesk]:
    async with open_desk(make_settings(web_port=free_port())) as desk:
        yield desk


def made(studio: Studio, number: int, prompt: str = "a sea") -> None:
    """``number`` pictures that Alice of Telegram asked for, made."""
    from atelier.requests import PaintRequest

    for n in range(number):
        work, _ = studio.store.accept(
            person=ref(ALICE), kind="paint", request=PaintRequest(prompt=f"{prompt} {n}", seed=1), lang="en",
            place={"chat": ALICE.id}, source=f"telegram:{prompt}:{n}",
        )  # fmt: skip
        studio.store.queued(work.id)
        handmade.finish(studio, work, handmade.picture())
        studio.store.posted(work.id)


# Looking back


async def test_discord_history_shows_a_work_again_with_its_buttons(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice, prompt="**a** sea @everyone")
    listed = await (await discord.type("/history", user=alice)).text()
    assert listed.ephemeral
    assert "🎨 “\\*\\*a\\*\\* sea" in listed.content
    assert listed.pinged == set()
    await discord.press(listed, "1", user=alice)
    await discord.until(lambda: listed.files, "the work")
    assert listed.files[0].data == shown.files[0].data
    await discord.press(listed, "👍", user=alice)
    await discord.until(lambda: counts(listed) == counts(shown) == ("1", ""), "the vote, in both places")
    await discord.press(listed, say("button-back", "en"), user=alice)
    await discord.until(lambda: not listed.files, "the list again")
    assert listed.button("1")
    # Somebody else's list is their own, and a work's id opens nothing.
    bob = discord.user("bob", locale="zh-CN")
    assert (await (await discord.type("/history", user=bob)).text()).content == say("history-empty", "zh")
    stolen = await discord.type("/history", {"work": desk.work(alice).id}, user=bob)
    assert (await stolen.text()).content == say("work-unknown", "zh")


async def test_telegram_history_goes_page_by_page(telegram: FakeTelegram, studio: Studio) -> None:
    made(studio, 12)
    studio.store.favour(latest(studio).id, ref(BOB))
    async with serving(studio):
        listed = await card_of(telegram, await telegram.say("/history"))
        assert list(listed.buttons)[:10] == [str(n) for n in range(1, 11)]
        assert "“a sea 11”" in listed.text
        assert "a sea 1”" not in listed.text
        await telegram.press(listed, say("button-older", "en"))
        await telegram.wait(lambda: "“a sea 0”" in listed.text)
        await telegram.press(listed, "2")
        again = await telegram.until(lambda m: m.photo and m.id > listed.id)
        assert "“a sea 0”" in again.text
        assert "👍" in again.buttons
        # The votes show wherever the work is shown, whichever of them is pressed.
        await telegram.press(again, "👍", user=ALICE)
        await telegram.wait(lambda: "👍 1" in again.buttons)
        twice = await card_of(telegram, await telegram.say("/history"))
        await telegram.press(twice, say("button-older", "en"))
        await telegram.wait(lambda: "“a sea 0”" in twice.text)
        await telegram.press(twice, "2")
        newer = await telegram.until(lambda m: m.photo and m.id > twice.id)
        assert "👍 1" in newer.buttons
        await telegram.press(newer, "👎", user=ALICE)
        await telegram.wait(lambda: "👎 1" in again.buttons and "👎 1" in newer.buttons)
        kept = await card_of(telegram, await telegram.say("/favourites", user=BOB))
        assert "“a sea 11”" in kept.text


async def test_what_is_personal_is_answered_in_private(telegram: FakeTelegram, studio: Studio) -> None:
    made(studio, 1, "my secret")
    async with serving(studio):
        await card_of(telegram, await telegram.say("/start"))
        note = await card_of(telegram, await telegram.say("/history", chat=GROUP))
        assert note.text == say("telegram-in-private", "en")
        assert (await telegram.until(lambda m: "my secret" in m.text, chat=ALICE)).buttons
        assert not [m for m in telegram.seen(GROUP) if "secret" in m.text]
        telegram.block(BOB)
        asked = await telegram.say("/mydata", chat=GROUP, user=BOB)
        told = (await card_of(telegram, asked)).text.replace("\u2060", "")
        assert told == say("telegram-private-first", "en")


# Settings


async def test_a_language_that_was_chosen_is_spoken_from_then_on(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/settings"))
        assert card.text.startswith(say("settings-text", "en"))
        await telegram.press(card, "中文")
        await telegram.wait(lambda: card.text.startswith(say("settings-text", "zh")))
        menu = f"@chat{ALICE.id}"  # Telegram's own list of commands follows
        await telegram.wait(lambda: menu in telegram.state.commands)
        assert telegram.state.commands[menu][0]["description"] == say("command-paint", "zh")
        asked = await card_of(telegram, await telegram.say("/paint a sea"))
        assert asked.text.endswith(say("place-next", "zh"))
        back = await card_of(telegram, await telegram.say("/settings language=auto"))
        assert back.text.startswith(say("settings-text", "en"))
        await telegram.wait(lambda: menu not in telegram.state.commands)
    async with serving(Studio.open(studio.settings)):  # after a restart too
        await card_of(telegram, await telegram.say("/settings language=en", user=MEI))
        helped = await card_of(telegram, await telegram.say("/help", user=MEI))
        assert helped.text.startswith(say("help-intro", "en"))


async def test_discord_speaks_the_chosen_language_at_once(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    told = await (await discord.type("/settings", {"language": "zh"}, user=alice)).text()
    assert told.content.startswith(say("settings-text", "zh"))
    refused = await discord.type("/paint", {"prompt": "x", "count": 9}, user=alice, outdated=True)
    assert "1 到 4" in (await refused.text()).content


async def test_a_usual_style_and_form_fill_what_nobody_named(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await card_of(telegram, await telegram.say("/settings style=ink form=haiku"))

        async def asked(line: str) -> dict[str, object]:
            await card_of(telegram, await telegram.say(line))
            return latest(studio).request.model_dump(exclude_none=True)

        assert (await asked("/paint a sea"))["style"] == "ink"
        assert (await asked("/paint a sea style=photo"))["style"] == "photo"
        assert (await asked("/poem snow"))["form"] == "haiku"
        assert (await asked("/poem a limerick about snow"))["form"] == "limerick"
        assert "form" not in await asked("/poem 初雪")  # a haiku is not written in Chinese
        assert "form" not in await asked("/poem snow acrostic=hush")
        await card_of(telegram, await telegram.say("/settings style=none"))
        assert "style" not in await asked("/paint a sea")


# Everything given, everything erased


async def test_everything_about_me_is_a_file_and_can_be_erased(
    telegram: FakeTelegram, studio: Studio
) -> None:
    made(studio, 2, "my secret wish")
    mine = latest(studio)
    studio.store.vote(mine.id, ref(ALICE), "liked", origin="button", platform="telegram")
    studio.store.vote(mine.id, ref(BOB), "liked", origin="button", platform="telegram")
    studio.store.favour(mine.id, ref(ALICE), "telegram:query:1")
    studio.store.put_message(mine.id, "telegram", "9:7")
    studio.store.ask_training("poet", person=ref(ALICE), platform="telegram", place={}, lang="en")
    async with serving(studio):
        await telegram.say("/mydata")
        file = await telegram.until(lambda m: m.document)
        archive = zipfile.ZipFile(io.BytesIO(file.data))
        data = json.loads(archive.read("data.json"))
        assert [work["request"]["prompt"] for work in data["works"]] == [
            "my secret wish 0",
            "my secret wish 1",
        ]
        assert (len(data["votes"]), data["files_left_out"]) == (1, [])
        [favourite] = data["favourites"]
        assert (favourite["work"], favourite["presses"]) == (mine.id, ["telegram:query:1"])
        assert [(one["parent"], one["messages"]) for one in data["works"]] == [
            (None, []),
            (None, ["telegram:9:7"]),
        ]
        assert [training["model"] for training in data["trainings"]] == ["poet"]
        assert archive.read(f"works/{mine.id}/picture-1.png") == handmade.png()

        ask = await card_of(telegram, await telegram.say("/forgetme"))
        assert ask.text.replace("\u2060", "") == say("forgetme-ask", "en", works=2, votes=1, favourites=1)
        assert len(studio.store.recent(ref(ALICE))) == 2
        # A trainer that was killed left its lesson on this machine.
        lesson = take("paint", studio.store.heard("paint"), studio.settings.lessons / "snapshots")
        assert "my secret wish" in (lesson.folder / WORKS).read_text("utf-8")
        await telegram.press(ask, say("forgetme-button", "en"))
        await telegram.wait(lambda: ask.text.startswith("Erased: 2 works with 2 files, one vote"))
        assert not ask.buttons
        assert not list((studio.settings.lessons / "snapshots").rglob(WORKS))
        again = await card_of(telegram, await telegram.say("/forgetme"))
        assert again.text == say("forgetme-nothing", "en")
    assert studio.store.recent(ref(ALICE)) == []
    assert list(studio.store.feedback()) == []  # Bob's vote is on a work that trainings must not see
    assert not list((studio.settings.home / "artefacts").rglob("*.png"))


async def test_what_there_is_no_room_for_is_said(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yours, "ARCHIVE_BYTES", 10)
    made(studio, 2)
    async with serving(studio):
        told = await card_of(telegram, await telegram.say("/mydata"))
        assert say("mydata-left-out", "en", number=2).split(" data.json")[0] in told.text.replace(
            "\u2060", ""
        )


async def test_on_discord_the_messages_go_too_and_what_others_made_keeps_no_word(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice, prompt="my secret")
    bob = discord.user("bob")
    again = await discord.press(shown, "🔁", user=bob)
    await again.text()
    result, [file] = handmade.picture()
    marked, said = io.BytesIO(), PngInfo()
    said.add_itxt("Prompt", "my secret")
    Image.new("RGB", (8, 8)).save(marked, "PNG", pnginfo=said)
    handmade.finish(desk.studio, desk.work(bob), (result, [replace(file, data=marked.getvalue())]))
    await again.work()

    ask = await (await discord.type("/forgetme", user=alice)).text()
    await discord.press(ask, say("forgetme-button", "en"), user=alice)
    await discord.until(lambda: shown.deleted, "the message gone")
    await discord.until(lambda: "Erased: one work" in ask.content, "what was erased")
    assert not again.message.deleted
    theirs = desk.work(bob)
    assert theirs.request.words == FORGOTTEN
    [kept] = [desk.studio.shelf.read(ref) for ref in theirs.artefacts]
    assert b"secret" not in kept
    Image.open(io.BytesIO(kept)).load()
    await discord.until(lambda: not desk.studio.store.leftovers("discord"), "nothing left over")


async def test_on_telegram_messages_go_too_even_after_a_restart(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        shown = await card_of(telegram, await telegram.say("/paint my secret", chat=GROUP))
        handmade.finish(studio, latest(studio), handmade.picture())
        await telegram.wait(lambda: shown.photo)
        await until(lambda: posted(studio, latest(studio)))
    studio.store.erase(ref(ALICE))  # and the front end died before it could clear up
    async with serving(Studio.open(studio.settings)):
        await telegram.wait(lambda: shown.deleted)
        await until(lambda: not studio.store.leftovers("telegram"))


async def test_the_page_gives_and_erases_too(page: WebDesk) -> None:
    async with visit(page) as visitor:
        work = await visitor.work("a secret sea")
        handmade.finish(page.studio, work, handmade.picture())
        reply = (await visitor.ask("/mydata")).json()["reply"]
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(reply["file"]["data"])))
        assert f"works/{work.id}/picture-1.png" in archive.namelist()
        asked = (await visitor.ask("/forgetme")).json()["reply"]
        sure, _ = asked["choices"]
        done = (await visitor.ask(f"/{sure['line']}")).json()["reply"]
        assert done["text"].startswith("Erased: one work with one file")
        assert (await visitor.client.get("/api/works")).json()["works"] == []
        assert (await visitor.client.get(f"/works/{work.id}/picture-1.png")).status_code == 404


async def test_the_page_speaks_the_language_that_was_chosen_last(page: WebDesk) -> None:
    async with visit(page) as visitor:

        async def spoken() -> str:
            asked = (await visitor.ask("/settings")).json()
            text = (await visitor.client.get("/")).text
            assert f'<html lang="{asked["language"]}">' in text
            return str(asked["reply"]["text"])

        assert (await visitor.ask("/settings language=zh")).json()["language"] == "zh-Hans"
        assert await spoken() == say("settings-text", "zh")
        await visitor.client.get("/?lang=en")  # a link on the page, later, is the later word
        assert await spoken() == say("settings-text", "en")
        await visitor.ask("/settings language=zh")
        await visitor.ask("/settings language=auto")
        assert await spoken() == say("settings-text", "en")  # as this browser says


async def test_no_answer_waits_for_the_records_of_settings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Studio.open(settings).store.prefer(ref(ALICE), language="zh")
    studio = Studio.open(settings)
    threads: list[object] = []
    look = studio.store.changed_preferences

    def watched(since: datetime) -> object:
        threads.append(threading.current_thread())
        return look(since)

    monkeypatch.setattr(studio.store, "changed_preferences", watched)
    assert studio.tastes.language(ref(ALICE), "en") == "zh"  # known before the first answer
    monkeypatch.setattr(tastes, "FRESH_S", 0.0)
    assert studio.tastes.language(ref(ALICE), "en") == "zh"
    await until(lambda: threads)
    assert threading.main_thread() not in threads
