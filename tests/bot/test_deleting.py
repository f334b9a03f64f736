"""Deleting a work, whatever the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from atelier.errors import BadInput
from atelier.requests import PoemRequest
from atelier.settings import Settings
from atelier.store import PersonRef
from bot import around
from bot.studio import Studio
from tests.bot.telegram_room import ref
from tests.fakes.telegram import ALICE


async def test_what_is_deleted_twice_is_written_down_once(make_settings: Callable[..., Settings]) -> None:
    studio = Studio.open(make_settings(admins="discord:77"))
    work, _ = studio.store.accept(
        person=ref(ALICE), kind="poem", request=PoemRequest(topic="snow", seed=1), lang="en",
        place={"server": "5"}, source="telegram:1",
    )  # fmt: skip
    studio.store.put_message(work.id, "telegram", "5:6")
    admin = PersonRef("discord", "77")
    both = await asyncio.gather(*(around.delete(studio, work.id, admin) for _ in range(2)))
    assert both == [["5:6"], ["5:6"]]  # the second takes away what the first could not
    assert [deed.command for deed in studio.store.deeds("discord", None)] == ["delete"]
    with pytest.raises(BadInput) as refused:  # whose server it was is not known any more
        await around.delete(studio, work.id, PersonRef("telegram", "9"), "5")
    assert refused.value.key == "work-unknown"
