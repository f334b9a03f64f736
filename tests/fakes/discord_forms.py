"""What people do on Discord beside typing commands and pressing buttons: menus, forms, suggestions."""

from __future__ import annotations

from typing import Any

from tests.fakes.discord import Conversation, FakeDiscord, Refused
from tests.fakes.discord_state import Channel, Message, User


async def choose(discord: FakeDiscord, message: Message, value: str, *, user: User) -> Conversation:
    """Choose from the menu in a message. Raises :class:`Refused` for what it does not have."""
    await discord.ready()
    [menu] = [item for row in message.components for item in row["components"] if item["type"] == 3]
    if value not in [option["value"] for option in menu["options"]]:
        raise Refused(f"the menu has no {value}")
    data = {"custom_id": menu["custom_id"], "component_type": 3, "id": menu["id"], "values": [value]}
    return await discord._interact(discord.world.interaction(3, user, message.channel, data, message))


async def form(discord: FakeDiscord, asked: Conversation) -> dict[str, str]:
    """Wait for the form that a press opened: what stands in its boxes, by their names."""
    await discord.until(lambda: asked.interaction.form, "a form")
    shown = asked.interaction.form or {}
    boxes = [label["component"] for label in shown["components"]]
    return {box["custom_id"]: box.get("value") or "" for box in boxes}


async def submit(discord: FakeDiscord, asked: Conversation, *, user: User, **written: str) -> Conversation:
    """Send the form off; boxes that are not named stay as they were filled in."""
    filled = await form(discord, asked)
    shown = asked.interaction.form or {}
    boxes = {label["component"]["custom_id"]: label["component"] for label in shown["components"]}
    for name, text in (filled | written).items():
        if len(text) > boxes[name]["max_length"] or (boxes[name].get("required", True) and not text):
            raise Refused(f"{name} takes no {text!r}")
    labels = [
        {"type": 18, "id": 2 * number, "component": {
            "type": 4, "id": 2 * number + 1, "custom_id": name, "value": text,
        }}
        for number, (name, text) in enumerate((filled | written).items(), 1)
    ]  # fmt: skip
    data = {"custom_id": shown["custom_id"], "components": labels}
    it = asked.interaction
    return await discord._interact(discord.world.interaction(5, user, it.channel, data, it.message))


async def suggest(
    discord: FakeDiscord, command: str, option: str, text: str, *, user: User, channel: Channel | None = None
) -> list[dict[str, Any]]:
    """What is suggested while somebody types ``text`` into an option: names and values."""
    await discord.ready()
    known = next(c for c in discord.world.commands if c["name"] == command.removeprefix("/"))
    shown = next(o for o in known["options"] if o["name"] == option)
    if not shown.get("autocomplete"):
        raise Refused(f"{option} suggests nothing")
    typed = {"name": option, "type": shown["type"], "value": text, "focused": True}
    data = {"id": known["id"], "name": known["name"], "type": 1, "options": [typed]}
    it = discord.world.interaction(4, user, channel or discord.general, data)
    await discord._interact(it)
    await discord.until(lambda: it.suggestions is not None, "suggestions")
    return it.suggestions or []
