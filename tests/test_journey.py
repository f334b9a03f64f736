"""One prompt travels the whole way: chat, queue, worker, model, reply, reaction, log.

A person types a command on Discord, on Telegram and on the web page; the studio, started by
``atelier up``, answers with the models that ship; the person reacts; the row is there.
"""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import soundfile
from PIL import Image

from atelier.store import PersonRef, Platform, Tally, Work
from atelier.works import MelodyResult, PictureResult, PoemResult
from tests.bot.web_room import browser
from tests.fakes.botapi_text import between
from tests.fakes.telegram import ALICE, BOB, MEI, Person
from tests.town import WAIT_S, Town, town, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("journey") / "home") as started:
        yield started


def latest(here: Town, platform: Platform, user: object) -> Work:
    """The newest work that this person asked for, as its row is now."""
    return here.store.recent(PersonRef(platform, str(user)))[0]


async def tally_is(here: Town, work: Work, liked: int, disliked: int) -> None:
    await until(lambda: here.store.tally(work.id) == Tally(liked, disliked), f"{liked} liked, {disliked} not")


async def posted(here: Town, work: Work) -> Work:
    """The work's row, once the post is recorded."""

    def look() -> Work | None:
        row = here.store.get(work.id)
        return row if row and row.posted_at else None

    return await until(look, "the record of the post")


async def test_a_picture_on_discord(here: Town) -> None:
    alice, ben = here.discord.user("alice"), here.discord.user("ben")
    asked = await here.discord.type(
        "/paint", {"prompt": "a stormy sea at dusk", "style": "painting"}, user=alice
    )
    shown = await asked.work(WAIT_S)

    (file,) = shown.files
    with Image.open(io.BytesIO(file.data)) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) >= 64
        assert picture.info["Prompt"] == "a stormy sea at dusk"
        assert len(picture.convert("RGB").getcolors(2**24) or []) > 500  # not one colour
    assert "a stormy sea at dusk" in file.description  # alternative text, for those who cannot see it
    assert "a stormy sea at dusk" in shown.content
    work = await posted(here, latest(here, "discord", alice.id))
    assert isinstance(work.result, PictureResult)
    assert (work.kind, work.version, work.state) == ("paint", work.result.version, "posted")
    assert work.request.seed == work.result.seed

    await here.discord.react(shown, "❤️", user=ben)
    await tally_is(here, work, 1, 0)
    await here.discord.press(shown, "👎", user=alice)
    await tally_is(here, work, 1, 1)
    await here.discord.unreact(shown, "❤️", user=ben)
    await tally_is(here, work, 0, 1)
    await here.discord.press(shown, "👍", user=alice)
    await tally_is(here, work, 1, 0)

    again = await here.discord.press(shown, "🔁", user=ben)
    second = await again.work(WAIT_S)
    assert second.files[0].data != file.data


async def test_a_chinese_poem_on_discord(here: Town) -> None:
    mei = here.discord.user("mei", locale="zh-CN")
    asked = await here.discord.type("/poem", {"topic": "初雪", "form": "七绝"}, user=mei)
    shown = await asked.work(WAIT_S)
    work = latest(here, "discord", mei.id)
    assert isinstance(work.result, PoemResult)
    assert [len(line) for line in work.result.lines] == [7, 7, 7, 7]
    assert all(line in shown.content for line in work.result.lines)


async def test_a_melody_on_discord(here: Town) -> None:
    alice = here.discord.user("alice")
    asked = await here.discord.type("/melody", {"description": "a slow, sad waltz"}, user=alice)
    shown = await asked.work(WAIT_S)
    files = {file.name.rpartition(".")[2]: file.data for file in shown.files}
    assert {"ogg", "png"} <= set(files)
    sound, rate = soundfile.read(io.BytesIO(files["ogg"]))
    assert len(sound) / rate > 3
    assert 0.05 < abs(sound).max() <= 1
    work = latest(here, "discord", alice.id)
    assert isinstance(work.result, MelodyResult)
    assert work.result.meter == "3/4"


async def test_a_poem_on_telegram(here: Town) -> None:
    await here.telegram.say("/poem the first snow form=haiku", user=ALICE)
    poem = await here.telegram.until(lambda m: m.is_work and m.text.count("\n") >= 2, chat=ALICE)
    work = await posted(here, latest(here, "telegram", ALICE.id))
    assert isinstance(work.result, PoemResult)
    assert work.result.form == "haiku"
    assert all(line in poem.text for line in work.result.lines)
    await here.telegram.press(poem, "👍", user=ALICE)
    await tally_is(here, work, 1, 0)
    await here.telegram.react(poem, "👎", user=BOB)
    await tally_is(here, work, 1, 1)
    await here.telegram.unreact(poem, user=BOB)
    await tally_is(here, work, 1, 0)


async def test_a_picture_on_telegram_whose_prompt_was_forgotten(here: Town) -> None:
    await here.telegram.say("/paint", user=MEI)
    question = await here.telegram.until(lambda m: m.by_bot, chat=MEI)
    await here.telegram.say("一朵红玫瑰", user=MEI, reply_to=question)
    shown = await here.telegram.until(lambda m: m.photo, chat=MEI)
    assert shown.photo is not None
    with Image.open(io.BytesIO(shown.photo)) as picture:
        assert min(picture.size) >= 64
    assert latest(here, "telegram", MEI.id).request.words == "一朵红玫瑰"


async def test_a_melody_on_telegram(here: Town) -> None:
    await here.telegram.say("/melody a merry jig tempo=120", user=BOB)
    shown = await here.telegram.until(lambda m: m.audio, chat=BOB)
    sound, rate = soundfile.read(io.BytesIO(shown.audio or b""))
    assert len(sound) / rate > 3
    work = await posted(here, latest(here, "telegram", BOB.id))
    assert isinstance(work.result, MelodyResult)
    assert work.result.tempo == 120


async def test_a_bad_request_gets_its_sentence_and_no_row(here: Town) -> None:
    alice = here.discord.user("eve")
    asked = await here.discord.type("/paint", {"prompt": "\u200b"}, user=alice)
    refused = await asked.text()
    assert refused.ephemeral
    assert "say in words" in refused.content
    assert here.store.recent(PersonRef("discord", str(alice.id))) == []


async def test_what_a_prompt_says_is_never_interpreted(here: Town) -> None:
    trick = "@everyone <@1> **bold** [link](http://evil.example) `code` <b>html</b> _it_"
    alice = here.discord.user("mallory")
    asked = await here.discord.type("/poem", {"topic": trick, "form": "haiku"}, user=alice)
    shown = await asked.work(WAIT_S)
    assert shown.pinged == set()
    assert "**bold**" not in shown.content.replace("\\*", "")
    await here.telegram.say(f"/poem {trick} form=haiku", user=BOB)
    poem = await here.telegram.until(lambda m: m.is_work and "everyone" in m.text, chat=BOB)
    kinds = {entity["type"] for entity in poem.entities}
    assert kinds <= {"code", "bold"}  # the quoted prompt, and the poem's own title
    work = latest(here, "telegram", BOB.id)
    assert isinstance(work.result, PoemResult)
    assert work.request.words in poem.text
    bold = [between(poem.text, entity) for entity in poem.entities if entity["type"] == "bold"]
    assert bold == [work.result.title]


async def test_three_works_on_the_page_in_a_real_browser(here: Town, tmp_path: Path) -> None:
    async with browser() as opened:
        page = await opened.new_page(locale="en-GB")
        page.set_default_timeout(WAIT_S * 1000)
        await page.goto(here.up.page)
        for number, words in enumerate(("/paint tulips", "/poem the sea form=quatrain", "/melody a lullaby")):
            await page.locator("#words").fill(words)
            await page.keyboard.press("Enter")
            await page.locator("li.work").nth(number).get_by_role("button", name="👍").wait_for()
        picture, poem, melody = (page.locator("li.work").nth(number) for number in range(3))
        width = "picture => picture.decode().then(() => picture.naturalWidth)"
        assert await picture.locator("img[src$='.png']").evaluate(width) >= 64
        assert await melody.locator("img[src$='.png']").evaluate(width) > 300
        length = (
            "sound => new Promise(done => { sound.preload = 'auto'; sound.load();"
            " sound.onloadedmetadata = () => done(sound.duration) })"
        )
        assert await melody.locator("audio").evaluate(length) > 3
        verse = await poem.inner_text()
        await page.screenshot(path=tmp_path / "page.png", full_page=True)
        await melody.get_by_role("button", name="👍").click()
        await until(lambda: here.store.stats()["kinds"]["melody"]["liked"], "the vote's row")
        assert len([line for line in verse.splitlines() if line.strip()]) >= 5  # the quatrain and its buttons


def works_in(here: Town) -> int:
    """How many messages of the Discord channel show a work."""
    return len([message for message in here.discord.posts() if message.is_work])


COMMANDS = (("poem", "topic", "the moon"), ("paint", "prompt", "a cat"), ("melody", "description", "a jig"))
Asked = tuple[PersonRef, str, Callable[[], int]]  # who, which kind, how many posts show them a work


async def on_discord(here: Town, number: int) -> Asked:
    kind, option, words = COMMANDS[number % 3]
    person = here.discord.user(f"visitor {number}")
    asked = await here.discord.type(f"/{kind}", {option: words}, user=person)
    shown = lambda: len([message for message in asked.messages if message.is_work])  # noqa: E731
    return PersonRef("discord", str(person.id)), kind, shown


async def on_telegram(here: Town, number: int) -> Asked:
    kind, _, words = COMMANDS[number % 3]
    person = Person(5000 + number, f"Visitor {number}")
    await here.telegram.say(f"/{kind} {words}", user=person)
    shown = lambda: len([message for message in here.telegram.seen(person) if message.is_work])  # noqa: E731
    return PersonRef("telegram", str(person.id)), kind, shown


async def on_the_page(here: Town, number: int) -> Asked:
    """As the page's script asks. A work's row is its post there, as a page shows the rows it finds."""
    kind, _, words = COMMANDS[number % 3]
    page = here.up.page
    async with httpx.AsyncClient(base_url=page, headers={"Origin": page}, timeout=WAIT_S) as visitor:
        (await visitor.get("/")).raise_for_status()
        body = {"command": kind, "text": words, "options": {}, "ticket": str(uuid.uuid4())}
        answer = await visitor.post("/api/ask", json=body)
    assert answer.status_code == 202, answer.text
    work = here.store.get(answer.json()["work"]["id"])
    assert work is not None
    return work.person, kind, lambda: len([w for w in here.store.recent(work.person) if w.state == "posted"])


async def test_fifty_requests_from_three_places_are_each_answered_once(here: Town) -> None:
    places = (on_discord, on_telegram, on_the_page)
    chosen = [places[number // 3 % 3] for number in range(50)]
    before = works_in(here)
    asked = await asyncio.gather(*(place(here, number) for number, place in enumerate(chosen)))
    assert len({person for person, _, _ in asked}) == 50

    def told() -> bool:
        # In a chat the row comes a moment after the words are sent: nothing yet is no answer.
        theirs = [here.store.recent(person) for person, _, _ in asked]
        return all(works and all(work.posted_at for work in works) for works in theirs) and all(
            here.up.answered(platform) for platform in ("discord", "telegram", "web")
        )

    await until(told, "fifty answers", 2 * WAIT_S)
    for person, kind, shown in asked:
        assert [(work.kind, work.state) for work in here.store.recent(person)] == [(kind, "posted")], person
        assert shown() == 1, person
    # Nor did anything come beside the conversations, where a second post would be.
    assert works_in(here) - before == chosen.count(on_discord)


async def test_no_log_holds_a_token_and_nobody_saw_a_traceback(here: Town) -> None:
    assert here.discord.token not in here.up.log
    assert here.telegram.token not in here.up.log
    assert "Traceback" not in here.up.log
