"""Discord's gateway: HELLO, IDENTIFY, READY, heartbeats, dispatches, RESUME; zlib-stream or plain."""

from __future__ import annotations

import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_state import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
UNKNOWN_OP, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
INVALID_INTENTS, DISALLOWED_INTENTS = 4013, 4014

GUILDS, GUILD_REACTIONS, DIRECT_REACTIONS = 1 << 0, 1 << 10, 1 << 13
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content: this application has none
ALL_INTENTS = (1 << 22) - 1 | 1 << 24 | 1 << 25
HEARTBEAT_MS = 41_250


class Line:
    """One websocket, with its compression."""

    def __init__(self, socket: web.WebSocketResponse, compression: str | None) -> None:
        self.socket = socket
        self._deflate = zlib.compressobj() if compression else None

    async def send(self, op: int, data: Any, *, event: str | None = None, seq: int | None = None) -> None:
        text = json.dumps({"op": op, "d": data, "t": event, "s": seq})
        if self._deflate is None:
            await self.socket.send_str(text)
        else:
            packed = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(packed)


@dataclass(eq=False)
class Session:
    """What a RESUME takes up again."""

    id: str
    intents: int
    line: Line | None
    seq: int = 0
    sent: list[tuple[int, str, Any]] = field(default_factory=list)


class Gateway:
    """All sessions; an event goes to every one whose intents ask for it, now or when it resumes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0

    @property
    def live(self) -> list[Session]:
        """Sessions with a connection."""
        return [session for session in self.sessions.values() if session.line is not None]

    async def dispatch(self, event: str, data: Any, *, intent: int = 0) -> bool:
        """Send ``event``. False: no session asked for it."""
        heard = False
        for session in self.sessions.values():
            if intent and not session.intents & intent:
                continue
            heard = True
            session.seq += 1
            session.sent.append((session.seq, event, data))
            await self._send(session, session.seq, event, data)
        return heard

    async def repeat(self, event: str) -> None:
        """Send the last ``event`` once more, as after a lost connection."""
        for session in self.live:
            data = next(d for _, name, d in reversed(session.sent) if name == event)
            session.seq += 1
            await self._send(session, session.seq, event, data)

    async def hang_up(self, code: int = 1001) -> None:
        """End every connection; sessions can be resumed."""
        for session in self.live:
            line, session.line = session.line, None
            assert line is not None
            await line.socket.close(code=code)

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell every session that it is over."""
        for session in self.live:
            line, session.line = session.line, None
            assert line is not None
            if not resumable:
                del self.sessions[session.id]
            await line.send(INVALID_SESSION, resumable)

    async def _send(self, session: Session, seq: int, event: str, data: Any) -> None:
        if session.line is None:
            return
        try:
            await session.line.send(DISPATCH, data, event=event, seq=seq)
        except ConnectionError:
            session.line = None

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One websocket from its first to its last message."""
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        compression = request.query.get("compress")
        if compression not in (None, "zlib-stream") or request.query.get("v") != "10":
            await socket.close(code=DECODE_ERROR)
            return socket
        line = Line(socket, compression)
        await line.send(HELLO, {"heartbeat_interval": HEARTBEAT_MS})
        session: Session | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                await socket.close(code=DECODE_ERROR)
                break
            message = json.loads(frame.data)
            op, data = message["op"], message.get("d")
            if op == HEARTBEAT:
                self.heartbeats += 1
                await line.send(ACK, None)
            elif op == IDENTIFY:
                session = await self._identify(line, data)
            elif op == RESUME:
                session = await self._resume(line, data)
            elif session is None:
                await socket.close(code=NOT_AUTHENTICATED)
            else:
                await socket.close(code=UNKNOWN_OP)
            if socket.closed:
                break
        if session is not None and session.line is line:
            session.line = None
        return socket

    async def _identify(self, line: Line, data: dict[str, Any]) -> Session | None:
        if data.get("token") != self.world.token:
            await line.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return None
        intents = data.get("intents", 0)
        if intents & ~ALL_INTENTS:
            await line.socket.close(code=INVALID_INTENTS)
            return None
        if intents & PRIVILEGED:
            await line.socket.close(code=DISALLOWED_INTENTS)
            return None
        # A new session: what was for an old one is lost, as it is on Discord.
        self.sessions.clear()
        session = Session(secrets.token_hex(16), intents, line)
        self.sessions[session.id] = session
        self.identified += 1
        guild = str(self.world.guild)
        await self._tell(session, "READY", {
            "v": 10, "user": self.world.bot.as_json(), "session_id": session.id, "session_type": "normal",
            "resume_gateway_url": self.url, "guilds": [{"id": guild, "unavailable": True}],
            "shard": data.get("shard", [0, 1]), "private_channels": [], "relationships": [],
            "application": {"id": str(self.world.application), "flags": 0},
        })  # fmt: skip
        if intents & GUILDS:
            await self._tell(session, "GUILD_CREATE", self.world.guild_json())
        self.world.moved()
        return session

    async def _tell(self, session: Session, event: str, data: Any) -> None:
        session.seq += 1
        session.sent.append((session.seq, event, data))
        await self._send(session, session.seq, event, data)

    async def _resume(self, line: Line, data: dict[str, Any]) -> Session | None:
        session = self.sessions.get(data.get("session_id", ""))
        if data.get("token") != self.world.token:
            await line.socket.close(code=AUTHENTICATION_FAILED)
            return None
        if session is None:
            await line.send(INVALID_SESSION, False)
            return None
        session.line = line
        for seq, event, payload in list(session.sent):
            if seq > data["seq"]:
                await self._send(session, seq, event, payload)
        self.resumed += 1
        await self._tell(session, "RESUMED", {"_trace": []})
        self.world.moved()
        return session
