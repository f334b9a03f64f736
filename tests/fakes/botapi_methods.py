"""The Bot API's methods that the bot uses, with the refusals of the real server.

Each method takes the call's parameters (text as it came over the wire) and uploads, and
returns the JSON result or raises :class:`Refused`. Formatting is read from entities only: a
``parse_mode`` is refused, because nothing here parses it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.fakes.botapi_media import described
from tests.fakes.botapi_state import BOT, Message, State
from tests.fakes.botapi_text import Refused, check

TEXT, CAPTION, ANSWER = 4096, 1024, 200
FILE_BYTES = 50 * 2**20
DELETABLE_S = 48 * 3600
ANSWERABLE_S = 15.0  # a press, from when it was made; and once
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)

Parameters = dict[str, str]
Uploads = dict[str, tuple[str, bytes]]  # part → (file name, bytes)


class Methods:
    """``call(name, ...)`` does a method on ``state``."""

    def __init__(self, state: State) -> None:
        self._state = state

    def call(self, name: str, parameters: Parameters, uploads: Uploads) -> Any:
        """Do the method. Raises :class:`Refused`, 404 for one that this server does not have."""
        method: Callable[[Parameters, Uploads], Any] | None = getattr(self, f"do_{name}", None)
        if method is None:
            raise Refused("Not Found", 404)
        if parameters.get("parse_mode"):
            raise Refused("Bad Request: can't parse entities: this server reads entities only")
        return method(parameters, uploads)

    # About the bot

    def do_getMe(self, _p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        return {
            **BOT, "can_join_groups": True, "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }  # fmt: skip

    def do_setMyCommands(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        commands = json.loads(p["commands"])
        if len(commands) > 100:
            raise Refused("Bad Request: BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            name, description = command["command"], command["description"]
            if not name.isascii() or name != name.lower() or not 1 <= len(name) <= 32:
                raise Refused("Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(description) <= 256:
                raise Refused("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self._state.commands[self._menu(p)] = commands
        return True

    def do_deleteMyCommands(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        self._state.commands.pop(self._menu(p), None)
        return True

    def do_getMyCommands(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        return self._state.commands.get(self._menu(p), [])

    @staticmethod
    def _menu(p: Parameters) -> str:
        """Language, and for whom it is where that is not everybody."""
        scope = json.loads(p.get("scope") or '{"type": "default"}')
        name = f"{scope['type']}{scope.get('chat_id', '')}"
        return p.get("language_code", "") + ("" if name == "default" else f"@{name}")

    def do_setMyDescription(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        return self._describe("description", p, 512)

    def do_setMyShortDescription(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        return self._describe("short_description", p, 120)

    def _describe(self, what: str, p: Parameters, limit: int) -> bool:
        if len(p.get(what, "")) > limit:
            raise Refused("Bad Request: description is too long")
        self._state.descriptions[what, p.get("language_code", "")] = p.get(what, "")
        return True

    def do_getMyDescription(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        key = ("description", p.get("language_code", ""))
        return {"description": self._state.descriptions.get(key, "")}

    def do_getMyShortDescription(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        key = ("short_description", p.get("language_code", ""))
        return {"short_description": self._state.descriptions.get(key, "")}

    def do_deleteWebhook(self, _p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        return True

    def do_getChatMember(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        chat, person = int(p["chat_id"]), int(p["user_id"])
        user = {"id": person, "is_bot": False, "first_name": "Somebody"}
        if (chat, person) not in self._state.managers:
            return {"status": "member", "user": user}
        return {"status": "creator", "user": user, "is_anonymous": False}

    # Sending

    def do_sendMessage(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        message = self._draft(p)
        self._write(message, p["text"].strip(), p.get("entities"), "text")
        message.preview = not json.loads(p.get("link_preview_options", "{}")).get("is_disabled", False)
        return self._state.keep(message).api(self._state)

    def do_sendPhoto(self, p: Parameters, u: Uploads) -> Any:  # noqa: N802
        return self._send_media("photo", p, u)

    def do_sendAudio(self, p: Parameters, u: Uploads) -> Any:  # noqa: N802
        return self._send_media("audio", p, u)

    def do_sendDocument(self, p: Parameters, u: Uploads) -> Any:  # noqa: N802
        return self._send_media("document", p, u)

    def _send_media(self, kind: str, p: Parameters, u: Uploads) -> Any:
        message = self._draft(p)
        self._attach(message, {**p, "type": kind, "media": p.get(kind, f"attach://{kind}")}, u)
        self._write(message, p.get("caption", "").strip(), p.get("caption_entities"), "caption")
        return self._state.keep(message).api(self._state)

    def do_getFile(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        known = {m.file.get("file_id"): m.file for m in self._state.messages.values()}
        if p["file_id"] not in known:
            raise Refused("Bad Request: wrong file_id or the file is temporarily unavailable")
        told = {name: value for name, value in known[p["file_id"]].items() if name.startswith("file_")}
        told.pop("file_name", None)  # a File has none
        return {**told, "file_path": f"documents/{p['file_id']}"}

    def do_sendMediaGroup(self, p: Parameters, u: Uploads) -> Any:  # noqa: N802
        items = json.loads(p["media"])
        if not 2 <= len(items) <= 10:
            raise Refused("Bad Request: group send failed: 2-10 media are needed")
        kinds = {item["type"] for item in items}
        if len(kinds) > 1 and kinds != {"photo", "video"}:
            raise Refused("Bad Request: can't group such media")
        album = str(self._state.next_id())
        sent = []
        for item in items:  # all are checked before one is kept
            message = self._draft(p)
            message.album = album
            self._attach(message, item, u)
            self._write(message, item.get("caption", ""), item.get("caption_entities"), "caption")
            sent.append(message)
        return [self._state.keep(message).api(self._state) for message in sent]

    # Editing

    def do_editMessageText(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        message = self._mine(p)
        if message.media is not None:
            raise Refused("Bad Request: there is no text in the message to edit")
        return self._edit(message, p, p["text"].strip(), p.get("entities"), "text")

    def do_editMessageCaption(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        message = self._mine(p)
        if message.media is None:
            raise Refused("Bad Request: there is no caption in the message to edit")
        return self._edit(message, p, p.get("caption", ""), p.get("caption_entities"), "caption")

    def do_editMessageReplyMarkup(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        message = self._mine(p)
        markup = self._markup(p)
        if markup == message.markup:
            raise Refused(NOT_MODIFIED)
        message.markup = markup
        message.edits += 1
        return self._edited(message, p)

    def do_editMessageMedia(self, p: Parameters, u: Uploads) -> Any:  # noqa: N802
        message = self._mine(p)
        item = json.loads(p["media"])
        markup = self._markup(p)
        self._attach(message, item, u)
        self._write(message, item.get("caption", ""), item.get("caption_entities"), "caption")
        message.markup = markup
        message.edits += 1
        return self._edited(message, p)

    def _edit(self, message: Message, p: Parameters, text: str, entities: str | None, what: str) -> Any:
        before = (message.text, message.entities, message.markup)
        markup = self._markup(p)
        self._write(message, text, entities, what)
        if (message.text, message.entities, markup) == before:
            raise Refused(NOT_MODIFIED)
        message.markup = markup
        message.edits += 1
        return self._edited(message, p)

    def _edited(self, message: Message, p: Parameters) -> Any:
        return True if "inline_message_id" in p else message.api(self._state)

    def do_deleteMessage(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        message = self._state.find(int(p["chat_id"]), int(p["message_id"]))
        if message is None:
            raise Refused("Bad Request: message to delete not found")
        if time.time() - message.date > DELETABLE_S:
            raise Refused("Bad Request: message can't be deleted for everyone")
        message.deleted = True
        return True

    # Inline mode

    def do_answerInlineQuery(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        query, results = p["inline_query_id"], json.loads(p["results"])
        if query not in self._state.offers:
            raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(results) > 50 or any(not 1 <= len(result["id"].encode()) <= 64 for result in results):
            raise Refused("Bad Request: RESULT_ID_INVALID")
        if len({result["id"] for result in results}) < len(results):
            raise Refused("Bad Request: RESULT_ID_DUPLICATE")
        for result in results:
            content = result["input_message_content"]
            check(content["message_text"], content.get("entities", []), limit=TEXT, what="message")
        self._state.offers[query] = {"results": results, "button": json.loads(p.get("button", "null"))}
        return True

    def do_sendChatAction(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        if int(p["chat_id"]) not in self._state.chats:
            raise Refused("Bad Request: chat not found")
        self._refuse_gone(int(p["chat_id"]))
        return True

    # Buttons

    def do_answerCallbackQuery(self, p: Parameters, _u: Uploads) -> Any:  # noqa: N802
        query = p["callback_query_id"]
        pressed = self._state.pressed_at.get(query)
        late = pressed is None or time.monotonic() - pressed > ANSWERABLE_S
        if late or self._state.queries[query] is not None:
            raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(p.get("text", "")) > ANSWER:
            raise Refused("Bad Request: MESSAGE_TOO_LONG")
        self._state.queries[query] = {
            "text": p.get("text", ""), "alert": json.loads(p.get("show_alert", "false")),
        }  # fmt: skip
        return True

    # What they share

    def _draft(self, p: Parameters) -> Message:
        """A new message of the bot, where ``p`` says. Refuses unknown chats and what it replies to."""
        chat_id = int(p["chat_id"])
        chat = self._state.chats.get(chat_id)
        if chat is None:
            raise Refused("Bad Request: chat not found")
        self._refuse_gone(chat_id)
        reply = json.loads(p.get("reply_parameters", "{}"))
        target = reply.get("message_id")
        if target is not None and self._state.find(chat_id, target) is None:
            if not reply.get("allow_sending_without_reply"):
                raise Refused("Bad Request: message to be replied not found")
            target = None
        thread = int(p["message_thread_id"]) if "message_thread_id" in p else None
        if thread is not None and not any(m.thread == thread for m in self._state.messages.values()):
            raise Refused("Bad Request: message thread not found")
        return Message(
            self._state.next_id(), chat, dict(BOT), markup=self._markup(p), reply_to=target, thread=thread
        )

    def _mine(self, p: Parameters) -> Message:
        if "inline_message_id" in p:
            inline = self._state.inline.get(p["inline_message_id"])
            if inline is None or inline.deleted:
                raise Refused("Bad Request: MESSAGE_ID_INVALID")
            return inline
        chat_id = int(p["chat_id"])
        if chat_id not in self._state.chats:
            raise Refused("Bad Request: chat not found")
        self._refuse_gone(chat_id)
        message = self._state.find(chat_id, int(p["message_id"]))
        if message is None:
            raise Refused("Bad Request: message to edit not found")
        if not message.by_bot:
            raise Refused("Bad Request: message can't be edited")
        return message

    def _refuse_gone(self, chat_id: int) -> None:
        if chat_id in self._state.gone:
            raise Refused(f"Forbidden: {self._state.gone[chat_id]}", 403)

    @staticmethod
    def _markup(p: Parameters) -> dict[str, Any] | None:
        markup = json.loads(p.get("reply_markup", "null"))
        for row in (markup or {}).get("inline_keyboard", []):
            for button in row:
                if not button["text"]:
                    raise Refused("Bad Request: button text must be non-empty")
                if not 1 <= len(button.get("callback_data", "x").encode()) <= 64:
                    raise Refused("Bad Request: BUTTON_DATA_INVALID")
        return None if markup == {"inline_keyboard": []} else markup

    @staticmethod
    def _write(message: Message, text: str, entities: Any, what: str) -> None:
        if what == "text" and not text:
            raise Refused("Bad Request: message text is empty")
        marked = json.loads(entities) if isinstance(entities, str) else entities or []
        limit = TEXT if what == "text" else CAPTION
        found = check(text, marked, limit=limit, what="message" if what == "text" else "message caption")
        message.text, message.entities = text, found

    def _attach(self, message: Message, item: dict[str, Any], u: Uploads) -> None:
        """Give ``message`` the uploaded medium that ``item`` (an ``InputMedia``) names."""
        kind, part = item["type"], item["media"].removeprefix("attach://")
        known = [m for m in self._state.messages.values() if m.file.get("file_id") == part]
        if known:  # a file that Telegram has
            message.media, message.data, message.file = kind, known[0].data, known[0].file
            return
        if message in self._state.inline.values():
            raise Refused("Bad Request: can't upload a new file to an inline message")
        if part not in u:
            raise Refused("Bad Request: wrong file identifier/HTTP URL specified")
        name, data = u[part]
        if not data:
            raise Refused("Bad Request: file must be non-empty")
        if len(data) > FILE_BYTES:
            raise Refused("Request Entity Too Large", 413)
        kind, file = described(kind, name, data, item)
        number = self._state.next_id()
        file |= {"file_id": f"file{number}", "file_unique_id": f"unique-file{number}", "file_size": len(data)}
        if kind == "audio":
            _, message.cover = u.get(str(item.get("thumbnail", "")).removeprefix("attach://"), ("", b""))
        message.media, message.data, message.file = kind, data, file
