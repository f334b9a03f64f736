"""People send files to a chat."""

from __future__ import annotations

from tests.fakes.botapi_state import Chat, Message, Person
from tests.fakes.botapi_text import find_entities
from tests.fakes.telegram import ALICE, FakeTelegram


async def send(
    telegram: FakeTelegram,
    name: str,
    data: bytes,
    caption: str = "",
    *,
    user: Person = ALICE,
    chat: Chat | None = None,
    size: int | None = None,
) -> Message:
    """A document. In a group the bot is told of none: privacy mode (it sees what a command answers).

    ``size``: what the server says of it, where the bytes are none of so many.
    """
    place = chat or user.chat()
    state = telegram.state
    number = f"file{state.next_id()}"
    message = Message(
        state.next_id(), place, user.user(), caption, find_entities(caption, []), media="document", data=data,
        file={
            "file_id": number, "file_unique_id": f"unique-{number}", "file_name": name,
            "file_size": len(data) if size is None else size,
        },
    )  # fmt: skip
    state.keep(message)
    if place.type == "private":
        await telegram._update("message", message.api(state))
    return message
