"""Whom an administrator of a Telegram group means: by a mention, or by the message that is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from atelier.languages import say
from atelier.settings import Settings
from bot.studio import Studio
from tests.bot.telegram_room import card_of, ref, serving, until
from tests.fakes.telegram import ALICE, BOB, GROUP, MEI, TOKEN, FakeTelegram, Person


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    made = make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url, admins=f"telegram:{ALICE.id}")
    return Studio.open(made)


async def test_a_group_bans_whom_it_mentions_or_answers(telegram: FakeTelegram, studio: Studio) -> None:
    async def ban(text: str, **how: Any) -> None:
        last = telegram.seen(ALICE)[-1]
        await telegram.say(text, chat=GROUP, **how)
        told = await telegram.until(chat=ALICE, after=last)  # what is for an administrator is told in private
        answers.append(told.text.replace("\u2060", ""))

    def banned(person: Person) -> str | None:
        ban = studio.store.banned(ref(person), str(GROUP.id))
        return ban.why if ban else None

    answers: list[str] = []
    done = say("ban-done", "en", who=f"telegram:{BOB.id}")
    async with serving(studio):
        await card_of(telegram, await telegram.say("/start"))
        theirs = await telegram.say("hello there", user=BOB, chat=GROUP)
        # An @name is nobody's id, also where a message is answered; nor is a word that looks like an id.
        await ban("/admin ban @bob", reply_to=theirs)
        assert answers.pop() == say("ban-whom", "en", value="@bob")
        await ban("/admin ban flooding us", reply_to=theirs)
        assert (answers.pop(), banned(BOB)) == (done, "flooding us")
        await ban("/admin unban", reply_to=theirs)
        assert banned(BOB) is None
        await ban("/admin ban Bob for 3 floods", mentioned=BOB)
        assert (answers[-1], banned(BOB)) == (done, "for 3 floods")
        await ban("/admin unban person=Bob", mentioned=BOB)
        assert banned(BOB) is None
        # Under a work of the bot's it is whoever asked for it.
        card = await card_of(telegram, await telegram.say("/paint a sea", user=BOB, chat=GROUP))
        await until(lambda: studio.store.work_of_message("telegram", f"{GROUP.id}:{card.id}"))
        await ban("/admin ban why=floods", reply_to=card)
        assert (answers[-1], banned(BOB)) == (done, "floods")
        await ban(f"/admin ban telegram:{MEI.id} too", reply_to=card)
        assert banned(MEI) == "too"
