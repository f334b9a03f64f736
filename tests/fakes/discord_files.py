"""Files that people choose for a command's option, and the address where a bot fetches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Sent:
    """A file from somebody's own machine. ``size``: what their client says of it, where that is not so."""

    name: str
    data: bytes
    media_type: str = "application/octet-stream"
    size: int | None = None


class Cdn:
    """The files, and what was fetched of them. ``down``: nothing can be fetched."""

    def __init__(self) -> None:
        self.files: dict[str, Sent] = {}
        self.fetched: list[str] = []
        self.down = False

    def routes(self) -> list[web.RouteDef]:
        """For the server."""
        return [web.get("/attachments/{id}/{name}", self._serve)]

    def resolve(self, said: list[dict[str, Any]], url: str) -> dict[str, Any]:
        """Put ids where files are among the options ``said``; the part of the event that tells of them."""
        told: dict[str, Any] = {}
        for option in said:
            if not isinstance(sent := option["value"], Sent):
                continue
            number = str(990000 + len(self.files))
            self.files[number] = sent
            option["value"] = number
            address = f"{url}/attachments/{number}/{sent.name}"
            size = len(sent.data) if sent.size is None else sent.size
            told[number] = {
                "id": number, "filename": sent.name, "size": size, "content_type": sent.media_type,
                "url": address, "proxy_url": address, "ephemeral": True,
            }  # fmt: skip
        return {"resolved": {"attachments": told}} if told else {}

    async def _serve(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        if self.down or number not in self.files:
            return web.Response(status=404)
        self.fetched.append(number)
        return web.Response(body=self.files[number].data)
