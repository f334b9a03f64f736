"""What a Telegram server remembers: people, chats, messages, and updates not confirmed yet."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

BOT = {"id": 4242, "is_bot": True, "first_name": "Atelier", "username": "atelier_test_bot"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes to the bot."""

    id: int
    name: str
    language: str = "en"

    def user(self) -> dict[str, Any]:
        """As the Bot API's ``User``."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def chat(self) -> Chat:
        """The private chat with the bot: its id is the person's."""
        return Chat(self.id, "private", self.name)


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat, a group, a supergroup or a channel (negative ids)."""

    id: int
    type: str
    title: str
    bot_is_admin: bool = False

    def api(self) -> dict[str, Any]:
        """As the Bot API's ``Chat``."""
        name = "first_name" if self.type == "private" else "title"
        return {"id": self.id, "type": self.type, name: self.title}


# Who Telegram says wrote what was written as a chat: one account for all groups, one for all channels.
ANONYMOUS = {
    "id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot",
}  # fmt: skip
CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}


@dataclass
class Message:
    """A message as people see it now. Media are the uploaded bytes."""

    id: int
    chat: Chat
    sender: dict[str, Any]  # a User
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    media: str | None = None  # photo, audio, document
    data: bytes = b""
    file: dict[str, Any] = field(default_factory=dict)
    cover: bytes = b""  # of an audio
    markup: dict[str, Any] | None = None
    reply_to: int | None = None
    thread: int | None = None
    face: Chat | None = None  # the chat that it was written as
    album: str | None = None
    preview: bool = True
    edits: int = 0
    deleted: bool = False
    reactions: dict[int, list[str]] = field(default_factory=dict)
    date: int = field(default_factory=lambda: int(time.time()))

    @property
    def by_bot(self) -> bool:
        """Whether the bot sent it."""
        return bool(self.sender["id"] == BOT["id"])

    @property
    def photo(self) -> bytes | None:
        """The picture's bytes."""
        return self.data if self.media == "photo" else None

    @property
    def audio(self) -> bytes | None:
        """The melody's bytes."""
        return self.data if self.media == "audio" else None

    @property
    def document(self) -> bytes | None:
        """The document's bytes."""
        return self.data if self.media == "document" else None

    @property
    def buttons(self) -> dict[str, str]:
        """Label → callback data, in reading order."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return {button["text"]: button.get("callback_data", "") for row in rows for button in row}

    @property
    def is_work(self) -> bool:
        """Whether it shows a made work: it can be voted on."""
        return any(label.startswith("👍") for label in self.buttons)

    def button(self, label: str) -> str:
        """The callback data of the button whose label starts so. Raises ``KeyError``."""
        for text, data in self.buttons.items():
            if text.startswith(label):
                return data
        raise KeyError(f"no button {label!r} among {list(self.buttons)}")

    def api(self, state: State | None = None) -> dict[str, Any]:
        """As the Bot API's ``Message``; with ``state``, the message it replies to is inside."""
        made: dict[str, Any] = {
            "message_id": self.id, "from": self.sender, "chat": self.chat.api(), "date": self.date,
        }  # fmt: skip
        if self.face is not None:
            made["sender_chat"] = self.face.api()
        if self.media is None:
            made["text"] = self.text
            if self.entities:
                made["entities"] = self.entities
        else:
            made[self.media] = [self.file] if self.media == "photo" else self.file
            if self.text:
                made["caption"] = self.text
            if self.entities:
                made["caption_entities"] = self.entities
        if self.markup and "inline_keyboard" in self.markup:
            made["reply_markup"] = self.markup
        if self.edits:
            made["edit_date"] = int(time.time())
        if self.album:
            made["media_group_id"] = self.album
        if self.thread is not None:
            made |= {"message_thread_id": self.thread, "is_topic_message": True}
        if state is not None and self.reply_to is not None:
            target = state.find(self.chat.id, self.reply_to)
            if target is not None:
                made["reply_to_message"] = target.api()
        return made


class State:
    """Everything the server knows."""

    def __init__(self) -> None:
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.updates: list[dict[str, Any]] = []
        self.allowed: list[str] | None = None  # what getUpdates asked for last
        self.inline: dict[str, Message] = {}  # messages that people sent through the bot into other chats
        self.offers: dict[str, dict[str, Any]] = {}  # inline query → its answer
        self.queries: dict[str, dict[str, Any] | None] = {}  # callback query → its answer
        self.pressed_at: dict[str, float] = {}  # callback query → monotonic seconds
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.gone: dict[int, str] = {}  # chat → why the bot may not write there
        self.managers: set[tuple[int, int]] = set()  # (chat, person) who administer it
        self._ids = 100
        self._update_ids = 7000

    def next_id(self) -> int:
        """A new id: of a message, a file, an album."""
        self._ids += 1
        return self._ids

    def keep(self, message: Message) -> Message:
        """Remember a message."""
        self.chats[message.chat.id] = message.chat
        self.messages[message.chat.id, message.id] = message
        return message

    def find(self, chat: int, message: int) -> Message | None:
        """A message that still exists."""
        found = self.messages.get((chat, message))
        return None if found is None or found.deleted else found

    def update(self, kind: str, content: dict[str, Any]) -> bool:
        """Queue an update, if the bot asked for that kind; reactions come only when asked for."""
        allowed = self.allowed
        if kind not in allowed if allowed else kind in ("message_reaction", "message_reaction_count"):
            return False
        self._update_ids += 1
        self.updates.append({"update_id": self._update_ids, kind: content})
        return True

    def waiting(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Confirm what is before ``offset``; what is left, oldest first."""
        if offset > 0:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        elif offset < 0:
            self.updates = self.updates[offset:]
        return self.updates[:limit]
