"""The fake server is only worth something if it refuses what the real one refuses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bot.handmade import png
from tests.fakes.botapi_methods import ANSWERABLE_S
from tests.fakes.botapi_spec import UPLOAD, Spec
from tests.fakes.telegram import ALICE, TOKEN, FakeTelegram


class Client:
    """Calls by hand, so that even what no library would send is sent."""

    def __init__(self, telegram: FakeTelegram, http: httpx.AsyncClient) -> None:
        self.telegram = telegram
        self._http = http

    async def __call__(self, method: str, *, files: Any = None, token: str = TOKEN, **parameters: Any) -> Any:
        data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in parameters.items()}
        url = f"{self.telegram.url}/bot{token}/{method}"
        return (await self._http.post(url, data=data, files=files)).json()


@pytest.fixture
async def call() -> AsyncIterator[Client]:
    telegram = FakeTelegram()
    await telegram.start()
    async with httpx.AsyncClient() as http:
        yield Client(telegram, http)
    await telegram.stop()


def button(data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "x" * 4097}, "too long"),
        ({"text": "x", "reply_markup": button("y" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "ENTITY_BOUNDS_INVALID"),
        ({"text": "x", "entities": [{"type": "huge", "offset": 0, "length": 1}]}, "can't parse entities"),
        ({"text": "x", "chat_id": 5}, "chat not found"),
        ({"text": "x", "reply_parameters": {"message_id": 1}}, "message to be replied not found"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
    ],
)
async def test_bad_messages_are_refused(call: Client, parameters: dict[str, Any], says: str) -> None:
    await call.telegram.say("hello")
    answer = await call("sendMessage", **{"chat_id": ALICE.id, **parameters})
    assert answer["error_code"] == 400
    assert says in answer["description"]


async def test_an_edit_that_changes_nothing_is_refused(call: Client) -> None:
    await call.telegram.say("hello")
    sent = (await call("sendMessage", chat_id=ALICE.id, text="one"))["result"]
    where = {"chat_id": ALICE.id, "message_id": sent["message_id"]}
    assert "not modified" in (await call("editMessageText", text="one", **where))["description"]
    assert (await call("editMessageText", text="two", **where))["ok"]
    media = {"type": "photo", "media": "attach://it"}
    files = {"it": ("p.png", png())}
    assert (await call("editMessageMedia", files=files, media=media, **where))["result"]["photo"]
    assert "no text" in (await call("editMessageText", text="three", **where))["description"]


async def test_photos_are_pictures_of_a_bearable_shape(call: Client) -> None:
    await call.telegram.say("hello")
    for data, says in (
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (png("red", (2100, 100)), "PHOTO_INVALID_DIMENSIONS"),
    ):
        answer = await call("sendPhoto", files={"photo": ("p.png", data)}, chat_id=ALICE.id)
        assert says in answer["description"]


@pytest.mark.parametrize("why", ["late", "twice", "unknown"])
async def test_a_press_is_answered_soon_and_once(call: Client, why: str) -> None:
    asked = await call.telegram.say("hello")
    sent = (await call("sendMessage", chat_id=ALICE.id, text="x", reply_markup=button("y")))["result"]
    shown = call.telegram.state.messages[ALICE.id, sent["message_id"]]
    assert shown.id != asked.id
    query = await call.telegram.press(shown, "x")
    if why == "late":
        call.telegram.state.pressed_at[query] -= ANSWERABLE_S + 1
    elif why == "twice":
        assert (await call("answerCallbackQuery", callback_query_id=query))["ok"]
    else:
        query = "1"
    answer = await call("answerCallbackQuery", callback_query_id=query)
    assert "query is too old" in answer["description"]


async def test_tokens_are_checked(call: Client) -> None:
    assert (await call("getMe", token="1:wrong"))["error_code"] == 401
    assert (await call("getMe", token="nonsense"))["error_code"] == 404


async def test_updates_stay_until_they_are_confirmed(call: Client) -> None:
    await call.telegram.say("hello")
    first = (await call("getUpdates"))["result"]
    assert (await call("getUpdates"))["result"] == first
    assert (await call("getUpdates", offset=first[0]["update_id"] + 1))["result"] == []
    assert (await call("getUpdates"))["result"] == []


async def test_the_server_finds_mentions_and_links_but_not_in_code(call: Client) -> None:
    await call.telegram.say("hello")
    text = "@alice_1 x.example/y #tag /go"
    found = (await call("sendMessage", chat_id=ALICE.id, text=text))["result"]["entities"]
    assert {entity["type"] for entity in found} == {"mention", "url", "hashtag", "bot_command"}
    code = [{"type": "code", "offset": 0, "length": len(text)}]
    found = (await call("sendMessage", chat_id=ALICE.id, text=text, entities=code))["result"]["entities"]
    assert found == code


def spec(path: Path) -> Spec:
    """A description as the official one is written, small enough to read."""
    description = {
        "methods": {
            "sendThing": {
                "returns": ["Thing"],
                "fields": [
                    {"name": "chat_id", "types": ["Integer", "String"], "required": True, "description": ""},
                    {"name": "thing", "types": ["Thing"], "required": False, "description": ""},
                    {"name": "file", "types": ["InputFile", "String"], "required": False, "description": ""},
                ],
            }
        },
        "types": {
            "Thing": {"subtypes": ["Cup", "Hat"]},
            "Cup": {"fields": [
                {"name": "type", "types": ["String"], "required": True, "description": "Type, must be cup"},
                {"name": "sizes", "types": ["Array of Integer"], "required": False, "description": ""},
            ]},
            "Hat": {"fields": [
                {"name": "type", "types": ["String"], "required": True, "description": "Always “hat”"},
            ]},
        },
    }  # fmt: skip
    path.write_text(json.dumps(description), "utf-8")
    return Spec(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("parameters", "wrong"),
    [
        ({"chat_id": "1", "thing": '{"type": "cup", "sizes": [1, 2]}', "file": UPLOAD}, 0),
        ({}, 1),
        ({"chat_id": "1", "colour": "red"}, 1),
        ({"chat_id": "1", "thing": '{"type": "cup", "sizes": ["big"]}'}, 1),
        ({"chat_id": "1", "thing": '{"type": "hat", "sizes": [1]}'}, 1),
        ({"chat_id": "1", "thing": "cup"}, 1),
        ({"chat_id": UPLOAD}, 1),
    ],
)
def test_a_call_is_held_against_the_description(
    tmp_path: Path, parameters: dict[str, Any], wrong: int
) -> None:
    assert len(spec(tmp_path / "api.json").call("sendThing", parameters)) == wrong


def test_an_answer_is_held_against_the_description(tmp_path: Path) -> None:
    described = spec(tmp_path / "api.json")
    assert described.answer("sendThing", {"type": "cup"}) == []
    assert described.answer("sendThing", {"type": "cup", "sizes": [True]}) != []
    assert described.call("sendNothing", {}) == ["sendNothing: no such method"]
