"""What Discord refuses in a message, and whom a message notifies."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.discord_state import FILE_LIMIT, LOADING, ApiError, File, Message, World

MAX_CONTENT, MAX_FILES, MAX_ROWS, MAX_BUTTONS = 2000, 10, 5, 5
MAX_CUSTOM_ID, MAX_LABEL, MAX_DESCRIPTION = 100, 80, 1024
MAX_OPTIONS, MAX_OPTION, MAX_TITLE, MAX_BOXES = 25, 100, 45, 5


def invalid(**errors: str) -> ApiError:
    """“Invalid Form Body”, with what is wrong where."""
    said = {name: {"_errors": [{"code": "BASE_TYPE_BAD", "message": text}]} for name, text in errors.items()}
    return ApiError(400, 50035, "Invalid Form Body", said)


def fill(
    world: World, message: Message, payload: dict[str, Any], uploads: dict[int, tuple[str, str, bytes]]
) -> None:
    """Put ``payload`` into ``message``, as a creation or an edit does. Raises :class:`ApiError`.

    ``uploads`` are ``files[n]`` as (name, media type, bytes). Nothing changes when it is refused.
    """
    content = payload.get("content", message.content) or ""
    if len(content.encode("utf-16-le")) // 2 > MAX_CONTENT:
        raise invalid(content=f"Must be {MAX_CONTENT} or fewer in length.")
    components = payload.get("components", message.components) or []
    _check_components(components)
    files = _files(world, message, payload, uploads)
    if not content and not files and not components and not payload.get("embeds"):
        raise ApiError(400, 50006, "Cannot send an empty message")
    message.content = content
    message.components = _numbered(components)
    message.files = files
    message.flags &= ~LOADING
    message.pinged |= pinged(content, payload.get("allowed_mentions"))


def _files(
    world: World, message: Message, payload: dict[str, Any], uploads: dict[int, tuple[str, str, bytes]]
) -> list[File]:
    listed = payload.get("attachments")
    if listed is None:
        if not uploads:
            return message.files
        listed = [{"id": number} for number in sorted(uploads)]
    if len(listed) > MAX_FILES:
        raise invalid(attachments=f"Must be {MAX_FILES} or fewer in length.")
    if sum(len(data) for _, _, data in uploads.values()) > FILE_LIMIT:
        raise ApiError(413, 40005, "Request entity too large")
    kept = {file.id: file for file in message.files}
    files = []
    for entry in listed:
        number = int(entry["id"])
        if number in kept:
            files.append(kept[number])
            continue
        if number not in uploads:
            raise invalid(attachments=f"Attachment {number} was not uploaded.")
        name, media_type, data = uploads[number]
        if not data:
            raise ApiError(400, 50006, "Cannot send an empty message")
        described = entry.get("description")
        if described and len(described) > MAX_DESCRIPTION:
            raise invalid(attachments=f"Must be {MAX_DESCRIPTION} or fewer in length.")
        files.append(File(world.snowflake(), entry.get("filename") or name, data, described, media_type))
    if unused := set(uploads) - {int(entry["id"]) for entry in listed}:
        raise invalid(attachments=f"Files {sorted(unused)} are not among the attachments.")
    return files


def _check_components(rows: list[dict[str, Any]]) -> None:
    if len(rows) > MAX_ROWS:
        raise invalid(components=f"Must be {MAX_ROWS} or fewer in length.")
    seen: set[str] = set()
    for row in rows:
        items = row.get("components", [])
        if row.get("type") != 1 or not 1 <= len(items) <= MAX_BUTTONS:
            raise invalid(components=f"Must be between 1 and {MAX_BUTTONS} in length.")
        for item in items:
            custom_id = item.get("custom_id") or ""
            if item.get("style") != 5 and not 1 <= len(custom_id) <= MAX_CUSTOM_ID:
                raise invalid(custom_id=f"Must be between 1 and {MAX_CUSTOM_ID} in length.")
            if custom_id in seen:
                raise invalid(custom_id="Component custom id cannot be duplicated")
            seen.add(custom_id)
            if item.get("type") == 3:
                _check_menu(item, alone=len(items) == 1)
                continue
            if not item.get("label") and not item.get("emoji"):
                raise invalid(label="A button needs a label or an emoji")
            if len(item.get("label") or "") > MAX_LABEL:
                raise invalid(label=f"Must be {MAX_LABEL} or fewer in length.")


def _check_menu(menu: dict[str, Any], *, alone: bool) -> None:
    options = menu.get("options") or []
    if not alone or not 1 <= len(options) <= MAX_OPTIONS:
        raise invalid(options=f"Must be between 1 and {MAX_OPTIONS} in length, alone in its row.")
    if len({option["value"] for option in options}) != len(options):
        raise invalid(options="The specified option value is already used")
    for option in options:
        if not all(1 <= len(option[part]) <= MAX_OPTION for part in ("label", "value")):
            raise invalid(options=f"Must be between 1 and {MAX_OPTION} in length.")
        if len(option.get("description") or "") > MAX_OPTION:
            raise invalid(options=f"Must be {MAX_OPTION} or fewer in length.")


def check_form(form: dict[str, Any]) -> None:
    """Refuse a form (modal) that Discord would not open."""
    if not 1 <= len(form["title"]) <= MAX_TITLE or not 1 <= len(form["custom_id"]) <= MAX_CUSTOM_ID:
        raise invalid(title=f"Must be between 1 and {MAX_TITLE} in length.")
    if not 1 <= len(form["components"]) <= MAX_BOXES:
        raise invalid(components=f"Must be between 1 and {MAX_BOXES} in length.")
    for label in form["components"]:
        box = label.get("component") or {}
        if label.get("type") != 18 or box.get("type") != 4:
            raise invalid(components="The fake knows boxes in labels only")
        if not 1 <= len(label["label"]) <= MAX_TITLE:
            raise invalid(label=f"Must be between 1 and {MAX_TITLE} in length.")
        if len(box.get("value") or "") > box.get("max_length", 4000):
            raise invalid(value="Must be of the length that the box itself allows.")


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components as Discord gives them back: each with a number, and nothing that is null."""
    number = iter(range(1, 1000))

    def given(item: dict[str, Any]) -> dict[str, Any]:
        made = {**item, "id": next(number)}
        if item.get("emoji"):
            made["emoji"] = {name: value for name, value in item["emoji"].items() if value is not None}
        return made

    return [
        {**row, "id": next(number), "components": [given(item) for item in row["components"]]} for row in rows
    ]


def pinged(content: str, allowed: dict[str, Any] | None) -> set[str]:
    """Who hears a sound: mentions in the raw text that ``allowed_mentions`` lets through."""
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
    named = {str(user) for user in (allowed or {}).get("users") or ()}
    heard = {user for user in re.findall(r"<@!?(\d+)>", content) if "users" in parse or user in named}
    if "everyone" in parse and re.search(r"@(everyone|here)\b", content):
        heard.add("everyone")
    if "roles" in parse:
        heard |= {f"role {role}" for role in re.findall(r"<@&(\d+)>", content)}
    return heard
