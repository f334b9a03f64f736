"""Inline mode on the fake Telegram: what people do with the bot in chats where it is not."""

from __future__ import annotations

import time
from typing import Any

from tests.fakes.botapi_state import Chat, Message, Person
from tests.fakes.telegram import ALICE, FakeTelegram


async def search(telegram: FakeTelegram, text: str, *, user: Person = ALICE) -> dict[str, Any]:
    """Type the bot's name and ``text`` in some chat: its offers, and the button above them."""
    telegram._queries += 1
    query = str(770000 + telegram._queries)
    telegram.state.offers[query] = {}
    content = {"id": query, "from": user.user(), "query": text, "offset": "", "chat_type": "group"}
    await telegram._update("inline_query", content)
    await telegram.wait(lambda: telegram.state.offers[query])
    return telegram.state.offers[query]


async def choose(
    telegram: FakeTelegram, offer: dict[str, Any], text: str, *, user: Person = ALICE
) -> Message:
    """Send an offer into a chat without the bot; the message there. The bot is told (inline feedback)."""
    telegram._queries += 1
    name, chat = f"inline{telegram._queries}", Chat(-900, "group", "Elsewhere")
    content = offer["input_message_content"]
    message = Message(
        telegram.state.next_id(), chat, user.user(), content["message_text"], content.get("entities", []),
        markup=offer.get("reply_markup"),
    )  # fmt: skip
    telegram.state.inline[name] = message
    told = {"result_id": offer["id"], "from": user.user(), "query": text}
    if message.markup:
        told["inline_message_id"] = name
    await telegram._update("chosen_inline_result", told)
    return message


async def press(telegram: FakeTelegram, message: Message, label: str, *, user: Person = ALICE) -> str:
    """Press a button of a message that was sent through the bot; the query, for :meth:`answered`."""
    telegram._queries += 1
    query = str(880000 + telegram._queries)
    telegram.state.queries[query] = None
    telegram.state.pressed_at[query] = time.monotonic()
    [name] = [name for name, known in telegram.state.inline.items() if known is message]
    content = {"id": query, "from": user.user(), "data": message.button(label), "inline_message_id": name}
    await telegram._update("callback_query", {**content, "chat_instance": "elsewhere"})
    return query
