"""Clients of the studio's Redis, by its URL: of one server, or of the one that Sentinels name at the moment.

One server is ``redis://``, ``rediss://`` or ``unix://`` as redis-py has them. Sentinels are
``redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]/SERVICE[/DB][?sentinel_password=...]``:
the hosts are theirs, user and password the data servers'; with ``rediss+sentinel://`` both speak
TLS. Each connection asks the Sentinels who is master, so after a failover the next one reaches the new.
What a promoted replica had not copied yet, the reconciler (:mod:`atelier.reconcile`) puts back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.sentinel import Sentinel

SENTINEL_PORT = 26379
CONNECT_S = 2.0
ASK_S = 1.0  # a Sentinel that is out of reach: the next one is asked


@dataclass(frozen=True, slots=True)
class Watched:
    """A service that Sentinels watch: where they are, its name, and what a connection to it needs."""

    sentinels: list[tuple[str, int]]
    service: str
    server: dict[str, Any]
    sentinel: dict[str, Any] = field(default_factory=dict)


def watched(url: str) -> Watched | None:
    """What a Sentinel URL says; None for a URL of one server. Raises ``ValueError`` with what is wrong."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if kind != "sentinel":
        return None
    login, _, hosts = parts.netloc.rpartition("@")
    sentinels = []
    for host in filter(None, hosts.split(",")):
        found = re.fullmatch(r"(?P<name>\[[^\]]+\]|[^:\[\]]+)(:(?P<port>\d{1,5}))?", host)
        if found is None:
            raise ValueError(f"{host} is no host with a port")
        sentinels.append((found["name"].strip("[]"), int(found["port"] or SENTINEL_PORT)))
    service, _, number = parts.path.strip("/").partition("/")
    if not sentinels or not service or not (number or "0").isdigit():
        raise ValueError("it must look like redis+sentinel://:PASSWORD@HOST:26379,HOST:26379/SERVICE/0")
    user, _, password = login.partition(":")
    server = {"username": unquote(user), "password": unquote(password), "db": int(number or 0)}
    sentinel: dict[str, Any] = {}
    for name, value in parse_qsl(parts.query):
        if name not in ("sentinel_username", "sentinel_password"):
            raise ValueError(f"{name} is not known here (sentinel_username, sentinel_password)")
        sentinel[name.removeprefix("sentinel_")] = value
    if scheme == "rediss":
        server["ssl"] = sentinel["ssl"] = True
    return Watched(sentinels, unquote(service), {k: v for k, v in server.items() if v}, sentinel)


def blocking(url: str, **options: Any) -> Redis:
    """A client that threads may share; ``options`` are redis-py's. Connects at the first command."""
    options.setdefault("socket_connect_timeout", CONNECT_S)
    service = watched(url)
    if service is None:
        return Redis.from_url(url, **options)
    asked = {"socket_timeout": ASK_S, "socket_connect_timeout": ASK_S, **service.sentinel}
    sentinel = Sentinel(service.sentinels, sentinel_kwargs=asked, **service.server, **options)  # type: ignore[no-untyped-call]
    return cast("Redis", sentinel.master_for(service.service))  # type: ignore[no-untyped-call]


def asynchronous(url: str, **options: Any) -> AsyncRedis:
    """The same for one event loop."""
    options.setdefault("socket_connect_timeout", CONNECT_S)
    service = watched(url)
    if service is None:
        return AsyncRedis.from_url(url, **options)
    asked = {"socket_timeout": ASK_S, "socket_connect_timeout": ASK_S, **service.sentinel}
    sentinel = AsyncSentinel(service.sentinels, sentinel_kwargs=asked, **service.server, **options)  # type: ignore[no-untyped-call]
    return cast("AsyncRedis", sentinel.master_for(service.service))
