"""The web page, served in the test's own process; a visitor without a browser, and one with."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from atelier.settings import Settings
from atelier.store import Work
from bot.studio import Studio
from bot.web.app import run
from tests.conftest import lacking

# What keeps a Chromium quiet and inside this machine.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip


class Desk:
    """The front end: started, stopped and started again at the same address."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.page = f"http://127.0.0.1:{studio.settings.web_port}"
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(run(self.studio))
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(f"{self.page}/static/icon.svg")
                    return
                except httpx.ConnectError:
                    assert not self._task.done(), self._task.exception()
                    await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def row(self, work_id: str) -> Work:
        work = await self.studio.work(work_id)
        assert work is not None
        return work


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """The page at a port of its own, from start to stop."""
    desk = Desk(Studio.open(settings))
    await desk.start()
    try:
        yield desk
    finally:
        await desk.stop()
        desk.studio.store.close()
        desk.studio.road.close()


class Visitor:
    """Speaks the page's API as the page does."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient) -> None:
        self.desk = desk
        self.client = client
        self._tickets = 0

    async def post(self, address: str, said: object, **headers: str) -> httpx.Response:
        return await self.client.post(address, json=said, headers={"Origin": self.desk.page, **headers})

    async def ask(self, text: str, command: str = "paint", **options: object) -> httpx.Response:
        self._tickets += 1
        said = {"text": text, "command": command, "options": options, "ticket": f"ticket-{self._tickets:04d}"}
        return await self.post("/api/ask", said)

    async def work(self, text: str, command: str = "paint", **options: object) -> Work:
        """Ask; the row."""
        answer = await self.ask(text, command, **options)
        assert answer.status_code == 202, answer.text
        return await self.desk.row(answer.json()["work"]["id"])

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The feed's events."""
        async with self.client.stream("GET", "/events", timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")

            async def events() -> AsyncIterator[dict[str, Any]]:
                async for line in answer.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line[6:])

            yield events()


@asynccontextmanager
async def visit(desk: Desk, language: str = "en") -> AsyncIterator[Visitor]:
    """Someone new opens the page."""
    headers = {"Accept-Language": language}
    async with httpx.AsyncClient(base_url=desk.page, headers=headers, timeout=20) as client:
        assert (await client.get("/")).status_code == 200
        yield Visitor(desk, client)


@asynccontextmanager
async def browser() -> AsyncIterator[Any]:
    """A real Chromium; without one, a skip by name."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        lacking("there is no Chromium here")
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        lacking("playwright is not installed (the test extra has it)")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield opened
        finally:
            await opened.close()
