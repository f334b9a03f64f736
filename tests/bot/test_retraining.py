"""Training from votes out of the chats: asked for, followed, stopped, told; the test plays the trainer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from atelier.languages import say
from atelier.learning import curve
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Training
from atelier.store.records import Failure
from atelier.works import Artefact
from bot.actions import training as training_actions
from bot.delivery import PostLater
from bot.discord.learning import DiscordTeller
from bot.learning import follow
from bot.learning.words import standing, told_in_full
from bot.studio import Studio
from bot.telegram.learning import TelegramTeller
from tests.ballots import enough
from tests.bot.conftest import Desk
from tests.bot.telegram_room import card_of, serving, until
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram

MEASURED = {
    "topic_en": {"candidate": 0.63, "current": 0.61},
    "seconds_zh": {"candidate": 0.2, "current": 0.2},
}
OUTCOME: dict[str, Any] = {
    "votes": 240, "liked": 120, "disliked": 120, "voters": 12, "missing": {}, "version": "v1+new",
    "status": "candidate", "gate": {"passed": True, "measured": MEASURED, "reasons": []},
    "curves": {"en": [[0, 0.5], [20, 0.41]]},
    "samples": [{"asked": "a lamp", "before": "old light", "after": "new light"}],
}  # fmt: skip
LEARNING = {
    "stage": "learning", "votes": 240, "part": "en", "step": 20, "steps": 300, "left_s": 600,
    "curves": {"en": [[0, 0.5], [20, 0.41]]},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LOOK_S", 0.05)
    monkeypatch.setattr(DiscordTeller, "pace_s", 0.0)
    monkeypatch.setattr(TelegramTeller, "pace_s", 0.0)
    monkeypatch.setattr(Store, "heard", lambda _store, kind: enough() if kind == "poem" else [])


# Discord


@pytest.fixture
def boss(discord: FakeDiscord) -> User:
    return discord.user("boss", manages=True)


@pytest.fixture
async def desk(discord: FakeDiscord, make_settings: Callable[..., Settings], boss: User) -> Any:
    given = {"discord_token": discord.token, "discord_api_base": discord.api_base}
    made = Desk(Studio.open(make_settings(**given, admins=f"discord:{boss.id}")))
    made.start()
    await discord.ready()
    yield made
    await made.stop()


async def told(discord: FakeDiscord, user: User, command: str, **options: Any) -> str:
    return (await (await discord.type(command, options, user=user)).text()).content


async def test_discord_asks_follows_and_tells(
    discord: FakeDiscord, desk: Desk, boss: User, alice: User
) -> None:
    store, road = desk.studio.store, desk.studio.road
    listed = await (await discord.type("/admin retrain", {}, user=boss)).text()
    assert say("learn-choose", "en") in listed.content
    assert "👍 120 · 👎 120 · 12 people" in listed.content
    assert say("retrain-missing-voters", "en", number=5) in listed.content
    assert [button["label"] for button in listed.buttons] == ["Train the poet"]
    assert say("learn-missing", "en", model="painter") in await told(
        discord, boss, "/admin retrain", model="painter"
    )
    assert store.open_training() is None
    started = await told(discord, boss, "/admin retrain", model="poet")
    assert say("learn-asked", "en", model="poet", votes=240) in started
    assert say("learn-no-trainer", "en") in started
    training = store.open_training()
    assert training is not None
    assert road.retrain_status(training.id) == "on its way"
    held = await told(discord, boss, "/admin retrain", model="poet")
    assert f"discord:{boss.id}" in held
    # Its message is everybody's, and changes as it learns.
    (card,) = [await discord.posted(lambda m: say("learn-head", "en", model="poet") in m.content)]
    store.training_moved(training.id, LEARNING)
    await discord.until(lambda: "step 20 of at most 300" in card.content, "the step")
    assert "0.5000 → 0.4100" in plain(card.content)
    assert "about 10 min left" in card.content
    # What a press answers is for who pressed; who may not, may not.
    sly = await discord.press(card, "Stop", user=alice)
    assert (await sly.text()).content == say("not-yours-studio", "en", command="admin training")
    drawn = await (await discord.press(card, "Loss", user=boss)).text()
    assert [file.name for file in drawn.files] == ["loss.png"]
    assert say("learn-alt-loss", "en", model="poet") in (drawn.files[0].description or "")
    assert "step 20" in card.content
    # A restart in between loses nothing and posts nothing twice.
    await desk.stop()
    ref = desk.studio.shelf.keep(training.id, Artefact("before-after.png", "image/png", b"png"))
    files = [{"name": ref.name, "media_type": ref.media_type, "key": ref.key, "size": ref.size}]
    store.training_ended(training.id, "done", outcome={**OUTCOME, "files": files})
    desk.start()
    full = await discord.posted(lambda m: "new light" in m.content)
    assert [file.name for file in full.files] == ["loss.png", "before-after.png"]
    assert "0.5000 → 0.4100" in (full.files[0].description or "")
    assert full.files[1].description == say("learn-alt-samples", "en", model="poet")
    assert "words of the topic (English): 0.61 → 0.63" in plain(full.content)
    assert say("learn-done-next", "en", model="poet", version="v1+new") in plain(full.content)
    await discord.until(lambda: store.training(training.id).post.get("ended"), "the note")
    assert plain(card.content) == say("learn-done-candidate", "en", model="poet", version="v1+new")
    assert card.buttons == []
    assert len([m for m in discord.posts() if "new light" in m.content]) == 1
    assert store.deeds("discord", str(discord.world.guild))[0].command == "admin training"


async def test_what_cannot_learn_yet_is_not_offered(
    discord: FakeDiscord, desk: Desk, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_actions, "LEARNERS", ("composer",))
    listed = await (await discord.type("/admin retrain", {}, user=boss)).text()
    assert listed.buttons == []
    refused = await told(discord, boss, "/admin retrain", model="poet")
    assert plain(refused) == say("retrain-not-built", "en")
    assert desk.studio.store.open_training() is None


async def test_discord_stops_it(discord: FakeDiscord, desk: Desk, boss: User) -> None:
    store = desk.studio.store
    assert await told(discord, boss, "/admin training", do="stop") == say("learn-none", "en")
    await told(discord, boss, "/admin retrain", model="poet", dry="yes")
    training = store.open_training()
    assert training is not None
    assert training.dry
    card = await discord.posted(lambda m: say("learn-head-dry", "en", model="poet") in m.content)
    pressed = await discord.press(card, "Stop", user=boss)
    assert (await pressed.text()).content == say("learn-stopping", "en")
    assert store.training(training.id).state == "cancelled"
    await discord.until(lambda: card.content.startswith("⏹"), "that it was stopped")
    assert desk.studio.road.retrain_status(training.id) == "ended"
    assert say("learn-none-last", "en", model="poet", when="")[:20] in await told(
        discord, boss, "/admin training"
    )


async def test_what_the_road_lost_is_sent_again(discord: FakeDiscord, desk: Desk, boss: User) -> None:
    await told(discord, boss, "/admin retrain", model="poet")
    training = desk.studio.store.open_training()
    assert training is not None
    desk.studio.road.redis.flushall()
    await discord.until(lambda: desk.studio.road.retrain_status(training.id) == "on its way", "it again")


async def test_a_channel_that_is_closed_is_told_in_private(
    discord: FakeDiscord, desk: Desk, boss: User
) -> None:
    place = {"channel": 123456}  # there is no such channel
    who = PersonRef("discord", str(boss.id))
    desk.studio.store.ask_training("poet", person=who, platform="discord", place=place, lang="zh")
    await discord.posted(
        lambda m: say("learn-head", "zh", model="poet") in m.content, channel=discord.private(boss)
    )


async def test_news_reach_every_admin(discord: FakeDiscord, desk: Desk, boss: User) -> None:
    desk.studio.store.add_news("x", "learn-news-nothing", model="composer")
    text = say("learn-news-nothing", "en", model="composer")
    await discord.posted(lambda m: plain(m.content) == text, channel=discord.private(boss))


async def test_news_wait_for_a_chat_that_is_away(make_settings: Callable[..., Settings]) -> None:
    told: list[str] = []

    class Away:
        platform, pace_s = "telegram", 1.0

        async def warn(self, admin: str, sentence: str) -> None:
            if admin == "2" and not told[1:]:
                told.append("nobody")
                raise PostLater(1.0)
            told.append(admin)

    studio = Studio.open(make_settings(admins="telegram:1,telegram:2"))
    studio.store.add_news("x", "learn-news-nothing", model="composer")
    looks = follow.Follow(studio, Away())
    for _ in range(3):
        await looks.look()
    assert told == ["1", "nobody", "2"]


# Telegram


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    made = make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url, admins=f"telegram:{ALICE.id}")
    return Studio.open(made)


async def test_telegram_asks_follows_and_tells(telegram: FakeTelegram, studio: Studio) -> None:
    store = studio.store
    async with serving(studio):
        listed = await card_of(telegram, await telegram.say("/admin retrain"))
        assert "👍 120 · 👎 120" in listed.text
        await telegram.press(listed, "Train the poet")
        await until(store.open_training)
        training = store.open_training()
        assert training is not None
        assert (training.place, training.dry) == ({"chat": ALICE.id, "thread": None}, False)
        head = say("learn-head", "en", model="poet")
        card = await telegram.until(lambda m: head in m.text, chat=ALICE)
        store.training_moved(training.id, LEARNING)
        await until(lambda: "step 20" in card.text)
        assert "0.5000" in await pressed(telegram, card, "Loss")
        await until(lambda: telegram.called("sendDocument"))
        store.training_ended(training.id, "done", outcome=OUTCOME)
        await telegram.until(lambda m: "new light" in m.text, chat=ALICE)
        page = await telegram.until(lambda m: m.photo, chat=ALICE)
        assert say("learn-alt-loss", "en", model="poet") in plain(page.text)
        drawn = await telegram.until(lambda m: m.document, chat=ALICE)
        assert say("learn-alt-loss", "en", model="poet") in plain(drawn.text)
        await until(lambda: store.training(training.id).post.get("ended"))


async def test_telegram_keeps_it_to_the_studios_admins(telegram: FakeTelegram, studio: Studio) -> None:
    telegram.state.managers.add((GROUP.id, BOB.id))
    async with serving(studio):
        await card_of(telegram, await telegram.say("/start", user=BOB))
        await telegram.say("/admin retrain poet", user=BOB, chat=GROUP)  # he rules his group, not the studio
        await telegram.until(
            lambda m: say("not-yours-studio", "en", command="admin retrain") in plain(m.text), chat=BOB
        )
        assert studio.store.open_training() is None
        await telegram.say("/admin retrain poet --dry-run", chat=GROUP)
        await until(studio.store.open_training)
        training = studio.store.open_training()
        assert training is not None
        assert (training.dry, training.model, training.place["chat"]) == (True, "poet", GROUP.id)
        head = say("learn-head-dry", "en", model="poet")
        card = await telegram.until(lambda m: head in m.text, chat=GROUP)
        refused = await pressed(telegram, card, "Stop", user=BOB)
        assert plain(refused) == say("not-yours-studio", "en", command="admin training")
        assert studio.store.open_training() is not None
        assert await pressed(telegram, card, "Stop") == say("learn-stopping", "en")
        await until(lambda: card.text.startswith("⏹"))


async def pressed(telegram: FakeTelegram, card: Any, label: str, **who: Any) -> str:
    """What the one who presses is shown."""
    return plain(await telegram.answered(await telegram.press(card, label, **who)))


def plain(text: str) -> str:
    """Without what keeps it from being interpreted."""
    return re.sub(r"\\(?=[^\w\s])|\u2060", "", text)


# Words and picture


def ended(store: Store, state: Any = "done", failure: Failure | None = None, **outcome: Any) -> Training:
    asked = store.ask_training("poet", person=None, platform="discord", place={}, lang="en")
    store.training_ended(asked.id, state, outcome=outcome or None, failure=failure)
    found = store.training(asked.id)
    assert found is not None
    return found


def test_each_end_has_its_words(store: Store) -> None:
    reasons = [{"key": "gate-copies", "params": {"ours": "0.2", "theirs": "0.1"}}]
    gate = {"passed": False, "measured": {}, "reasons": reasons}
    rejected = told_in_full(ended(store, **{**OUTCOME, "status": "rejected", "gate": gate}), "en")
    assert say("gate-copies", "en", ours="0.2", theirs="0.1") in rejected
    worse = {"key": "gate-worse", "params": {"figure": "topic_en", "ours": "0.5", "theirs": "0.9"}}
    told = told_in_full(ended(store, **{**OUTCOME, "status": "rejected", "gate": {"reasons": [worse]}}), "zh")
    assert "题目里的词（英文）" in told
    assert "topic" not in told
    assert "/admin promote" not in rejected
    assert say("learn-done-nothing", "en", model="poet") == standing(ended(store, version=None), "en")
    passed = {**OUTCOME, "status": "rejected", "gate": {"passed": True, "measured": {}, "reasons": []}}
    for lang in ("en", "zh"):
        again = told_in_full(ended(store, **passed), lang)  # its trial took it back before
        assert say("learn-done-again", lang, model="poet", version="v1+new") in again
    assert "/admin promote" not in again
    assert say("learn-gone", "en", works=7) in standing(ended(store, version=None, gone=7), "en")
    assert say("learn-gone", "zh", works=7) in told_in_full(ended(store, **OUTCOME, gone=7), "zh")
    few = standing(ended(store, missing={"votes": 140}), "en")
    assert say("retrain-missing-votes", "en", number=140) in few
    failed = ended(store, "failed", Failure("training-killed", {}))
    assert say("training-killed", "zh") in standing(failed, "zh")


def test_the_loss_is_drawn() -> None:
    assert curve.png({}) is None
    assert curve.png({"en": []}) is curve.png({"en": [[0, float("nan")]]}) is None
    for curves in ({"en": [[0, 0.5]]}, {"en": [[0, 0.5], [20, 0.4]], "zh": [[0, 0.6], [20, 0.6]]}):
        drawn = curve.png(curves)
        assert drawn is not None
        page = Image.open(io.BytesIO(drawn))
        colours = {colour for _, colour in page.getcolors(1 << 20) or []}
        assert page.size == (curve.WIDTH, curve.HEIGHT)
        assert tuple(bytes.fromhex(curve.COLOURS[0][1:])) in colours
