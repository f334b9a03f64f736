"""What the web page serves beside its API: files, cookies that hold, a port, colours that can be read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import pytest

from atelier.errors import LEAVE_DOWN, Unavailable
from atelier.settings import Settings
from atelier.store import PersonRef
from atelier.works import PictureResult
from bot.catalogue import BY_NAME
from bot.front import SettingError
from bot.studio import Studio
from bot.web.app import listen, shown_address
from bot.web.files import byte_range
from bot.web.page import STATIC
from bot.web.visitor import Visitors
from tests.bot import handmade
from tests.bot.web_room import Desk, open_desk, visit
from tests.ports import free_port


@pytest.fixture
async def desk(make_settings: Callable[..., Settings]) -> AsyncIterator[Desk]:
    async with open_desk(make_settings(web_port=free_port())) as desk:
        yield desk


async def test_files_have_types_validators_and_ranges(desk: Desk) -> None:
    async with visit(desk) as visitor:
        work = await visitor.work("a waltz", "melody")
        result, files = handmade.melody()
        await asyncio.to_thread(handmade.finish, desk.studio, work, (result, files))
        get = visitor.client.get
        sound = await get(f"/works/{work.id}/melody.ogg")
        assert (sound.status_code, sound.headers["content-type"]) == (200, "audio/ogg")
        assert sound.content == files[0].data
        assert "immutable" not in sound.headers["cache-control"]  # it may be erased
        same = {"If-None-Match": f'"other", {sound.headers["etag"]}'}
        assert (await get(f"/works/{work.id}/melody.ogg", headers=same)).status_code == 304
        part = await get(f"/works/{work.id}/melody.ogg", headers={"Range": "bytes=1-3"})
        assert (part.status_code, part.content) == (206, b"ggS")
        assert part.headers["content-range"] == f"bytes 1-3/{len(sound.content)}"
        stale = {"Range": "bytes=1-3", "If-Range": '"other"'}
        assert (await get(f"/works/{work.id}/melody.ogg", headers=stale)).status_code == 200
        assert (
            await get(f"/works/{work.id}/melody.ogg", headers={"Range": "bytes=9999-"})
        ).status_code == 416
        notes = await get(f"/works/{work.id}/melody.mid")
        assert notes.headers["content-disposition"] == 'attachment; filename="melody.mid"'
        for address in ("nothing.png", "..%2f..%2fatelier.db", "%2e%2e/x", "melody.ogg/more"):
            assert (await get(f"/works/{work.id}/{address}")).status_code == 404
        assert (await get("/works/zzzzzzzzzzzz/melody.ogg")).json() == {
            "error": "I cannot find that work any more. It may have been deleted."
        }


async def test_what_was_asked_in_a_chat_is_not_on_the_web(desk: Desk) -> None:
    person = PersonRef("discord", "42")
    work, _ = desk.studio.store.accept(
        person=person, kind="paint", request=Studio.read(BY_NAME["paint"], {"prompt": "secret"}).seeded(),
        lang="en", place={}, source="discord:1",
    )  # fmt: skip
    _, files = handmade.picture()
    ref = desk.studio.shelf.keep(work.id, files[0])
    result = handmade.picture()[0]
    assert isinstance(result, PictureResult)
    desk.studio.store.started(work.id, "v1")
    assert desk.studio.store.made(work.id, result, (ref,))
    async with visit(desk) as visitor:
        for address in (f"/works/{work.id}/picture-1.png", f"/api/works/{work.id}"):
            assert (await visitor.client.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-0", (0, 0)), ("bytes=5-", (5, 9)), ("bytes=-3", (7, 9)), ("bytes=-99", (0, 9)),
        ("bytes=2-99", (2, 9)), ("bytes=10-", (10, 9)), ("bytes=5-2", None), ("bytes=-", None),
        ("bytes=0-1,3-4", None), ("lines=0-1", None), ("bytes=-0", (10, 9)),
    ],
)  # fmt: skip
def test_byte_ranges(header: str, found: tuple[int, int] | None) -> None:
    assert byte_range(header, 10) == found


def test_a_taken_port_is_named_and_not_tried_again(make_settings: Callable[..., Settings]) -> None:
    with listen(make_settings(web_port=0)) as first:
        port = first.getsockname()[1]
        assert shown_address(first) == f"http://127.0.0.1:{port}"
        with pytest.raises(SettingError) as refused:
            listen(make_settings(web_port=port))
    assert "ATELIER_WEB_PORT" in str(refused.value)
    assert str(port) in str(refused.value)
    assert refused.value.exit_code == LEAVE_DOWN


def test_an_address_of_another_machine_is_named(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(SettingError, match="ATELIER_WEB_HOST"):
        listen(make_settings(web_host="192.0.2.1"))


def test_the_secret_is_kept_for_the_owner_alone(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    signed = Visitors.open(settings).signer.sign("someone")
    assert Visitors.open(settings).signer.unsign(signed) == b"someone"
    secret = settings.home / "web-secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    given = make_settings(web_secret="another")
    assert Visitors.open(given).signer.sign("someone") != signed
    secret.write_text("")
    with pytest.raises(Unavailable, match="ATELIER_WEB_SECRET"):
        Visitors.open(settings)


def _colours(sheet: str) -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.S)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return [light, {**light, **dark}]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("night", [False, True])
def test_text_can_be_read_by_day_and_by_night(night: bool) -> None:
    """WCAG 2.2, 1.4.3 (4.5:1 for text) and 1.4.11 (3:1 for the edges of controls)."""
    colours = _colours((STATIC / "page.css").read_text("utf-8"))[night]

    def contrast(front: str, back: str) -> float:
        light, dark = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    text = [(ink, back) for ink in ("ink", "soft", "seal") for back in ("paper", "card", "wash")]
    text += [("ink", "well"), ("soft", "well"), ("ink", "lift"), ("on-seal", "seal")]
    assert {pair: round(contrast(*pair), 2) for pair in text if contrast(*pair) < 4.5} == {}
    edges = [("edge", "card"), ("edge", "paper"), ("seal", "card"), ("seal", "wash")]
    assert {pair: round(contrast(*pair), 2) for pair in edges if contrast(*pair) < 3} == {}
