"""Buttons that never die: pressed after a restart, pressed twice across one, and who may delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from atelier.errors import BadInput
from atelier.languages import say
from atelier.settings import Settings
from atelier.store import PersonRef
from atelier.store.tables import works
from bot import around, leftovers
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.conftest import Desk, painted, told
from tests.bot.telegram_room import card_of, latest, posted, ref, serving, until
from tests.fakes import discord_forms
from tests.fakes.discord import Conversation, FakeDiscord, User
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram, Message


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


async def restarted(discord: FakeDiscord, desk: Desk) -> None:
    before = discord.gateway.identified
    await desk.stop()
    desk.start()
    await discord.until(lambda: discord.gateway.identified == before + 1, "the bot's return")


def month_ago(studio: Studio, work_id: str) -> None:
    """Let a work have been made a month ago."""
    then = datetime.now(UTC) - timedelta(days=31)
    with studio.store._db.writing() as connection:
        connection.execute(
            update(works)
            .where(works.c.id == work_id)
            .values(asked_at=then, started_at=then, made_at=then, posted_at=then)
        )


# Discord


async def test_menus_and_forms_from_before_a_restart_work_after_it(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    await painted(discord, desk, alice)
    shown = await painted(discord, desk, alice)
    await told(discord, desk, alice)
    more = await (await discord.press(shown, "⋯", user=alice)).until(lambda m: m.button("🧬"))
    form = await discord.press(shown, "✏️", user=alice)
    await discord_forms.form(discord, form)
    await restarted(discord, desk)
    edited = await discord_forms.submit(
        discord, form, user=alice, words="a calm lake", options="style=ink seed=5"
    )
    assert "a calm lake" in (await edited.text()).content
    request = desk.work(alice).request
    assert request.model_dump(exclude_none=True) | {"style": "ink", "seed": 5} == request.model_dump(
        exclude_none=True
    )
    details = await (await discord.press(more, "ℹ️", user=alice)).until(lambda m: "v1" in m.content)
    assert details.ephemeral


async def test_a_month_old_message_works_after_a_restart(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    await painted(discord, desk, alice)
    shown = await painted(discord, desk, alice)
    await told(discord, desk, alice)
    blended = desk.works(alice)[1]
    month_ago(desk.studio, desk.work(alice).id)
    shown.id -= 31 * 86_400_000 << 22  # a Discord id tells its time
    await restarted(discord, desk)
    for face, key in (("⭐", "favourite-kept"), ("✏️", None), (say("act-vary-subtle", "en"), None)):
        pressed = await discord.press(shown, face, user=alice)
        if key:
            assert say(key, "en") in (await pressed.until(lambda m: m.ephemeral and m.content)).content
        elif face == "✏️":
            assert (await discord_forms.form(discord, pressed))["words"] == "a stormy sea"
        else:
            await pressed.text()
    await discord.press(shown, "👍", user=alice)
    await discord.until(lambda: shown.button("1"), "the count")
    await (await discord.press(shown, "🔁", user=alice)).text()

    async def in_the_menu(face: str) -> Conversation:
        more = await (await discord.press(shown, "⋯", user=alice)).until(lambda m: m.button("🧬"))
        return await discord.press(more, face, user=alice)

    files = await (await in_the_menu("📎")).until(lambda m: m.files and m is not shown)
    assert files.ephemeral
    details = await in_the_menu("ℹ️")
    assert "v1" in (await details.until(lambda m: say("details-title", "en") in m.content)).content
    which = await (await in_the_menu("🧬")).until(lambda m: not m.buttons and m.components)
    await (await discord_forms.choose(discord, which, blended.id, user=alice)).text()
    assert [work.act for work in desk.works(alice)] == [
        f"blend.1+{blended.id}", "again", "vary-subtle.1", None, None,
    ]  # fmt: skip
    assert await delete(discord, shown, alice) == say("work-deleted", "en")
    assert shown.deleted


async def test_a_press_is_once_across_a_restart(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    shown = await painted(discord, desk, alice)
    await told(discord, desk, alice)
    first = await discord.press(shown, say("act-vary-strong", "en"), user=alice)
    await first.text()
    await restarted(discord, desk)
    second = await discord.press(shown, say("act-vary-strong", "en"), user=alice)
    assert (await second.until(lambda m: m.ephemeral)).content == say("act-twice", "en")
    assert len(desk.works(alice)) == 2
    assert [message for message in discord.posts() if message.thinking] == []


async def test_of_four_pictures_one_is_chosen(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await discord.type("/paint", {"prompt": "a sea", "count": 4, "seed": 7}, user=alice)
    await asked.text()
    handmade.finish(desk.studio, desk.work(alice), handmade.picture(4))
    shown = await asked.until(lambda m: m.button("👍"))
    which = await (await discord.press(shown, say("act-vary-subtle", "en"), user=alice)).text()
    assert (which.content, which.ephemeral) == (say("act-which", "en"), True)
    assert [button["label"] for button in which.buttons] == ["1", "2", "3", "4"]
    varied = await discord.press(which, "3", user=alice)
    await varied.until(lambda m: not m.ephemeral and m.content)
    assert desk.work(alice).act == "vary-subtle.3"
    steer = desk.work(alice).request.model_dump()["steer"]
    assert steer["noise"] == ((9, 1.0),)  # seed 7, two further


async def test_a_form_that_says_nothing_sensible_is_refused_to_the_one_who_sent_it(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    form = await discord.press(shown, "✏️", user=alice)
    sent = await discord_forms.submit(discord, form, user=alice, options="style=cubism")
    refused = await sent.until(lambda m: m.ephemeral)
    assert "cubism" in refused.content
    assert len(desk.works(alice)) == 1


async def delete(discord: FakeDiscord, shown: object, user: User) -> str:
    more = await (await discord.press(shown, "⋯", user=user)).until(lambda m: m.button("🗑️"))  # type: ignore[arg-type]
    sure = await (await discord.press(more, "🗑️", user=user)).until(
        lambda m: m.button(say("act-delete-yes", "en"))
    )
    done = await discord.press(sure, say("act-delete-yes", "en"), user=user)
    return (await done.until(lambda m: not m.buttons)).content


async def test_a_work_is_deleted_by_its_person_and_by_nobody_else(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    await told(discord, desk, alice)
    work = desk.work(alice)
    bob = discord.user("bob")
    assert await delete(discord, shown, bob) == say("delete-not-yours", "en")
    assert not shown.deleted
    assert await delete(discord, shown, alice) == say("work-deleted", "en")
    assert shown.deleted
    gone = desk.studio.store.get(work.id)
    assert gone is not None
    assert (gone.state, gone.request.words, gone.artefacts) == ("deleted", "…", ())
    for file in work.artefacts:
        with pytest.raises(Exception, match="gone"):
            desk.studio.shelf.read(file)


async def test_who_manages_the_server_may_delete_there_and_only_there(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    home = discord.private(alice)
    shown = await painted(discord, desk, alice)
    await told(discord, desk, alice)
    server = desk.work(alice).place["server"]
    boss = discord.user("boss", manages=True)
    gone = desk.work(alice).id
    assert await delete(discord, shown, boss) == say("work-deleted", "en")
    [deed] = desk.studio.store.deeds("discord", server)
    assert (deed.command, deed.options, deed.person) == (
        "delete", {"work": gone}, PersonRef("discord", str(boss.id)),
    )  # fmt: skip
    assert shown.deleted
    private = await painted(discord, desk, alice, channel=home)
    work = desk.work(alice)
    manager = PersonRef("discord", str(boss.id))
    with pytest.raises(BadInput) as refused:  # though they know the work's id
        await around.delete(desk.studio, work.id, manager, server)
    assert refused.value.key == "delete-not-yours"
    assert not private.deleted


async def test_a_message_that_could_not_be_deleted_now_goes_later(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "PAUSES_S", (0.05, 0.05))
    shown = await painted(discord, desk, alice)
    await told(discord, desk, alice)
    discord.trouble(429, method="DELETE", path="/messages/", proxied=False, times=2)
    assert await delete(discord, shown, alice) == say("work-deleted", "en")
    await discord.until(lambda: shown.deleted, "the third try")
    await discord.until(lambda: not desk.studio.store.leftovers("discord"), "nothing left over")


async def test_what_the_bot_cannot_delete_is_emptied_while_its_answers_token_lives(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    await (await discord.type("/settings", {"private": "yes"}, user=alice)).text()
    emptied, kept = await painted(discord, desk, alice), await painted(discord, desk, alice)
    assert emptied.ephemeral
    await told(discord, desk, alice)
    newer, _ = desk.works(alice)
    assert await delete(discord, emptied, alice) == say("work-deleted", "en")
    await discord.until(lambda: emptied.content == say("work-deleted", "en"), "the answer, emptied")
    assert not emptied.files
    assert not emptied.buttons
    place = newer.place | {"at": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
    await desk.studio.note_place(newer.id, place)
    assert await delete(discord, kept, alice) == say("work-deleted-stays", "en")
    assert desk.works(alice) == []


# Telegram


async def shown_in(telegram: FakeTelegram, studio: Studio, typed: str, *, count: int = 1) -> Message:
    card = await card_of(telegram, await telegram.say(typed, chat=GROUP))
    work = latest(studio)
    handmade.finish(studio, work, handmade.picture(count))
    await until(lambda: posted(studio, work))
    return card


async def remove(telegram: FakeTelegram, card: Message, user: object) -> str:
    if "⋯ More" in card.buttons:
        await telegram.press(card, "⋯", user=user)  # type: ignore[arg-type]
    for label in ("🗑️ Delete", "🗑️ Yes"):
        await telegram.wait(lambda label=label: any(b.startswith(label) for b in card.buttons))
        told = await telegram.answered(await telegram.press(card, label, user=user))  # type: ignore[arg-type]
    return told


async def test_a_press_on_telegram_is_once_across_a_restart(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await shown_in(telegram, studio, "/paint a stormy sea")
        await telegram.press(card, "🔁")
        await card_of(telegram, card)
    async with serving(studio):
        assert await telegram.answered(await telegram.press(card, "🔁")) == say("act-twice", "en")
    assert len(studio.store.recent(ref(ALICE))) == 2


async def test_the_question_of_an_edit_is_understood_after_a_restart(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await shown_in(telegram, studio, "/paint a stormy sea style=ink")
        await telegram.press(card, "✏️", user=BOB)
        question = await telegram.until(lambda m: say("edit-ask", "en") in m.text, chat=GROUP)
        assert question.markup == {
            "force_reply": True, "selective": True, "input_field_placeholder": "a stormy sea",
        }  # fmt: skip
        assert {e["type"] for e in question.entities} == {"code", "text_mention"}
    async with serving(studio):
        reply = await telegram.say("a calm lake seed=9", user=BOB, chat=GROUP, reply_to=question)
        await card_of(telegram, reply)
    request = latest(studio, BOB).request
    assert request.words == "a calm lake"
    assert request.model_dump(exclude_none=True)["style"] == "ink"
    assert request.seed == 9


async def test_who_may_delete_in_a_group(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await shown_in(telegram, studio, "/paint a stormy sea count=2", count=2)
        album = [m for m in telegram.seen(GROUP) if m.photo]
        assert await remove(telegram, card, BOB) == say("delete-not-yours", "en")
        telegram.state.managers.add((GROUP.id, BOB.id))
        told = await telegram.answered(await telegram.press(card, "🗑️ Yes", user=BOB))
        assert told == say("work-deleted", "en")
        await telegram.wait(lambda: all(m.deleted for m in (card, *album)))
    assert studio.store.recent(ref(ALICE)) == []
    assert studio.store.stats()["works"] == 1


@pytest.mark.parametrize("restart", [False, True])
async def test_flood_control_does_not_keep_a_deleted_work_in_the_group(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch, restart: bool
) -> None:
    monkeypatch.setattr(leftovers, "PAUSES_S", () if restart else (0.05, 0.05))
    async with serving(studio):
        card = await shown_in(telegram, studio, "/paint a stormy sea")
        telegram.refuse("deleteMessage", times=1 if restart else 2)
        assert await remove(telegram, card, ALICE) == say("work-deleted", "en")
        if not restart:
            await telegram.wait(lambda: card.deleted)
            await until(lambda: not studio.store.leftovers("telegram"))
            return
        await until(lambda: len(telegram.called("deleteMessage")) == 1)
    assert not card.deleted
    async with serving(Studio.open(studio.settings)):
        await telegram.wait(lambda: card.deleted)


async def test_a_message_that_telegram_keeps_is_not_said_to_be_gone(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await shown_in(telegram, studio, "/paint a stormy sea")
        for method in ("deleteMessage", "editMessageText", "editMessageMedia"):
            telegram.refuse(method, "Bad Request: message can't be edited", code=400, times=2)
        assert await remove(telegram, card, ALICE) == say("work-deleted-stays", "en")
        assert not card.deleted
    assert studio.store.recent(ref(ALICE)) == []


async def test_messages_too_old_to_delete_are_emptied(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await shown_in(telegram, studio, "/paint a stormy sea")
        before = card.photo
        card.date -= 3 * 24 * 3600
        assert await remove(telegram, card, ALICE) == say("work-deleted", "en")
        await telegram.wait(lambda: card.text == say("work-deleted", "en"))
    assert card.photo != before
    assert not card.buttons
    assert studio.store.recent(PersonRef("telegram", str(ALICE.id))) == []
