"""What a command does: accepted once, nothing half-recorded, votes that change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from atelier.errors import BadInput, Unavailable
from atelier.queue import queue_name
from atelier.settings import Settings
from atelier.store import PersonRef, Tally, Work
from bot import around
from bot.acts import Press
from bot.catalogue import BY_NAME
from bot.studio import Studio, Ticket, sentence
from tests.bot import handmade

ANN = PersonRef("discord", "1")
BEN = PersonRef("discord", "2")


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return Studio.open(settings)


async def ask(studio: Studio, source: str = "discord:1", **options: Any) -> Ticket:
    options = options or {"prompt": "a stormy sea"}
    return await studio.ask(
        BY_NAME["paint"], options, person=ANN, lang="en", place={"channel": "9"}, source=source
    )


def waiting(studio: Studio) -> list[str]:
    queue = Queue(queue_name("paint"), connection=studio.road.redis, serializer=JSONSerializer)
    return [str(job_id) for job_id in queue.job_ids]


async def test_a_request_is_one_row_and_one_job(studio: Studio) -> None:
    ticket = await ask(studio)
    work = await studio.work(ticket.work.id)
    assert work is not None
    assert (work.state, work.request.words, work.person, work.place) == (
        "queued", "a stormy sea", ANN, {"channel": "9"},
    )  # fmt: skip
    assert work.request.seed is not None
    assert (ticket.place, ticket.fresh) == (1, True)
    assert waiting(studio) == [work.id]
    second = await ask(studio, "discord:2")
    assert second.place == 2
    assert await studio.queue_place(second.work) == 2


async def test_the_same_update_again_is_the_same_work(studio: Studio) -> None:
    first, second = await ask(studio), await ask(studio)
    assert first.work.id == second.work.id
    assert (first.fresh, second.fresh) == (True, False)
    assert len(waiting(studio)) == 1


async def test_a_bad_request_leaves_nothing(studio: Studio) -> None:
    for options in ({"prompt": ""}, {"prompt": "a sea", "count": 9}, {"prompt": "x" * 501}):
        with pytest.raises(BadInput):
            await ask(studio, **options)
    assert studio.store.stats()["works"] == 0
    assert waiting(studio) == []


async def test_redis_down_is_a_clear_sentence_and_leaves_nothing(
    make_settings: Callable[..., Settings], redis_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Studio.open(make_settings(redis_url=redis_server.url))
    redis_server.stop()
    with pytest.raises(Unavailable) as caught:
        await ask(studio)
    assert "nothing was accepted" in sentence(caught.value, "en")
    assert "没有接受" in sentence(caught.value, "zh")
    assert studio.store.stats()["works"] == 0
    # It goes down between the check and the job: the row is taken back.
    monkeypatch.setattr(studio.road, "check", lambda: None)
    with pytest.raises(Unavailable):
        await ask(studio, "discord:2")
    assert studio.store.stats()["works"] == 0


async def test_what_is_on_the_queue_is_accepted_whatever_the_records_say_then(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_work_id: str) -> None:
        raise Unavailable("store-down")

    monkeypatch.setattr(studio.store, "queued", away)
    ticket = await ask(studio)  # a refusal would be followed by the work all the same
    assert waiting(studio) == [ticket.work.id]


async def test_what_a_worker_has_begun_is_not_refused(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job arrived, its answer did not: the worker was quicker than the refusal."""

    def arrives_unheard(work: Work) -> int:
        studio.store.started(work.id, "v1")
        raise Unavailable("redis-down")

    monkeypatch.setattr(studio.road, "send", arrives_unheard)
    ticket = await ask(studio)
    row = studio.store.get(ticket.work.id)
    assert row is not None
    assert row.state == "running"


async def test_again_is_the_same_request_with_another_seed(studio: Studio) -> None:
    first = await ask(studio, prompt="a sea", style="photo", seed=5)
    again = await around.make(
        studio, first.work.id, Press("again"), person=BEN, lang="zh", place={}, source="discord:3"
    )
    assert again.work.request.seed != 5
    assert again.work.request.model_copy(update={"seed": 5}) == first.work.request
    assert (again.work.person, again.work.lang) == (BEN, "zh")
    with pytest.raises(BadInput):
        await around.make(
            studio, "nosuchwork00", Press("again"), person=BEN, lang="en", place={}, source="discord:4"
        )


@pytest.mark.parametrize("heart", ["❤", "❤️", "👍", "🔥", "👍🏽"])
async def test_reactions_on_a_remembered_message(studio: Studio, heart: str) -> None:
    ticket = await ask(studio)
    await studio.remember_message(ticket.work.id, "discord", "9:77")
    assert await studio.react("discord", "9:77", ANN, heart, added=True) is None  # nobody saw it yet
    with pytest.raises(BadInput, match="not finished yet"):
        await studio.vote(ticket.work.id, ANN, "liked", origin="button", platform="discord")
    handmade.finish(studio, ticket.work, handmade.picture())

    async def react(person: PersonRef, emoji: str, *, added: bool = True) -> Tally:
        found = await studio.react("discord", "9:77", person, emoji, added=added)
        assert found is not None
        return found[1]

    assert await react(ANN, heart) == Tally(1, 0)
    assert await react(ANN, heart) == Tally(1, 0)
    assert await react(BEN, "👎") == Tally(1, 1)
    assert await react(ANN, "👎") == Tally(0, 2)  # the latest wins
    assert await react(ANN, "👎", added=False) == Tally(1, 1)  # only the vote that it cast
    assert await react(ANN, heart, added=False) == Tally(0, 1)
    assert await studio.react("discord", "9:77", ANN, "🍕", added=True) is None
    assert await studio.react("discord", "9:78", ANN, "👍", added=True) is None
    assert await studio.react("telegram", "9:77", ANN, "👍", added=True) is None


async def test_each_skin_tone_is_taken_off_by_itself(studio: Studio) -> None:
    ticket = await ask(studio)
    await studio.remember_message(ticket.work.id, "telegram", "9:77")
    handmade.finish(studio, ticket.work, handmade.picture())
    for person, emoji in ((ANN, "👍"), (ANN, "👍🏽"), (BEN, "👍")):
        await studio.react("telegram", "9:77", person, emoji, added=True)
    await studio.react("telegram", "9:77", ANN, "👍🏽", added=False)
    assert await studio.tally(ticket.work.id) == Tally(2, 0)
    await studio.react("telegram", "9:77", ANN, "👍🏽", added=True)
    assert await studio.reactions_cleared("telegram", "9:77", "\U0001f3fd") is None  # a bare tone is no vote
    await studio.reactions_cleared("telegram", "9:77", "👍🏽")
    assert await studio.tally(ticket.work.id) == Tally(2, 0)
    await studio.reactions_cleared("telegram", "9:77", "👍")
    assert await studio.tally(ticket.work.id) == Tally(0, 0)


async def test_a_vote_on_nothing_is_refused(studio: Studio) -> None:
    with pytest.raises(BadInput, match="cannot find that work"):
        await studio.vote("nosuchwork00", ANN, "liked", origin="button", platform="discord")


async def test_many_at_once_keep_their_own_places(studio: Studio) -> None:
    tickets = await asyncio.gather(*(ask(studio, f"discord:{n}") for n in range(20)))
    assert len({ticket.work.id for ticket in tickets}) == 20
    assert len(waiting(studio)) == studio.settings.person_running  # the others of one person are held
    assert sorted(ticket.place for ticket in tickets)[-1] <= 20
    assert {await studio.queue_place(ticket.work) for ticket in tickets} == set(range(1, 21))


def test_a_fault_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    shown = sentence(RuntimeError("secret internals"), "en")
    assert "secret" not in shown
    assert "secret internals" in caplog.text
