"""What ``atelier doctor`` looks at: one function a component, each answers with one sentence."""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Literal, NamedTuple

from pydantic import SecretStr

from atelier.errors import PersonError, Unavailable
from atelier.languages import say
from atelier.logs import Redact
from atelier.settings import Settings
from atelier.versions import SHIPPED, open_version, shipped_folder

State = Literal["ok", "off", "warn", "broken"]


class Check(NamedTuple):
    """One component: ``off`` is not in use, ``warn`` works but should be looked at."""

    name: str
    state: State
    text: str


def settings_in_force(settings: Settings) -> list[dict[str, str]]:
    """Every setting: variable name, value (secrets as stars), meaning."""
    rows = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, tuple):
            value = ",".join(value)
        shown = "" if value is None else str(value)  # a SecretStr prints as stars
        rows.append({"name": f"ATELIER_{name.upper()}", "value": shown, "meaning": field.description or ""})
    return rows


def checks(settings: Settings) -> list[Check]:
    """All components, in the order a request meets them."""
    looks: list[tuple[str, Callable[[Settings], Check]]] = [
        ("python", _python), ("home", _home), ("redis", _redis), ("database", _database),
        ("artefacts", _artefacts), ("device", _torch), ("web page", _web),
        ("discord", _discord), ("telegram", _telegram),
    ]  # fmt: skip
    found = [_guarded(name, look, settings) for name, look in looks]
    return [*found, *(_weights(model) for model in SHIPPED)]


def _guarded(name: str, look: Callable[[Settings], Check], settings: Settings) -> Check:
    """A look that fails is a finding, not a traceback."""
    try:
        return look(settings)
    except PersonError as fault:
        return Check(name, "broken", str(fault))
    except Exception as fault:  # a component broken in a way nobody foresaw is still only a line here
        text = f"{type(fault).__name__}: {fault}"
        return Check(name, "broken", Redact(settings).clean(text))


def _python(_: Settings) -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    state: State = "ok" if sys.version_info >= (3, 11) else "broken"
    return Check("python", state, say("doctor-python", version=version))


def _home(settings: Settings) -> Check:
    settings.home.mkdir(parents=True, exist_ok=True)
    probe = settings.home / ".doctor"
    probe.touch()
    probe.unlink()
    free = shutil.disk_usage(settings.home).free // 2**20
    state: State = "ok" if free > 500 else "warn"
    return Check("home", state, say("doctor-home", path=str(settings.home.resolve()), free=str(free)))


def _redis(settings: Settings) -> Check:
    from atelier import redis_server
    from atelier.queue import Road

    road = Road.open(settings)
    try:
        road.check()
    except Unavailable:
        if settings.redis_url is not None:
            raise
        return Check("redis", "ok", say("doctor-redis-private", path=redis_server.program()))
    version = str(road.redis.info("server")["redis_version"])  # Valkey names the Redis it is like
    oldest = ".".join(map(str, redis_server.OLDEST))
    if tuple(int(part) for part in version.split(".")[:2]) < redis_server.OLDEST:
        return Check("redis", "warn", say("doctor-redis-old", version=version, oldest=oldest))
    return Check("redis", "ok", say("doctor-redis-up"))


def _database(settings: Settings) -> Check:
    from atelier.store import Store

    Store.open(settings.database).check()
    return Check("database", "ok", say("doctor-database", kind=settings.database.split(":")[0].split("+")[0]))


def _artefacts(settings: Settings) -> Check:
    from atelier.artefacts import Shelf

    Shelf.open(settings).check()
    return Check("artefacts", "ok", say("doctor-artefacts", url=settings.artefacts))


def _torch(settings: Settings) -> Check:
    if importlib.util.find_spec("torch") is None:
        return Check("device", "off", say("room-missing", extra="worker"))
    device = importlib.import_module("models.device").resolve(settings.device, settings.threads)
    return Check("device", "ok", say("doctor-device", device=device))


def _weights(model: str) -> Check:
    name = f"{model} weights"
    try:
        version = open_version(shipped_folder(model), model=model)
    except PersonError as fault:
        return Check(name, "broken", str(fault))
    return Check(name, "ok", say("doctor-weights", version=version.name))


def _web(settings: Settings) -> Check:
    if not settings.web:
        return Check("web page", "off", say("doctor-web-off"))
    address = f"http://{settings.web_host}:{settings.web_port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.web_host, settings.web_port))
        except OSError:
            return _who_holds(address)
    return Check("web page", "ok", say("doctor-web-free", address=address))


def _who_holds(address: str) -> Check:
    """The port is in use: by a studio (its health page answers) or by something else."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=3) as answer:  # noqa: S310 (http only)
            if answer.headers.get("X-Atelier"):
                return Check("web page", "ok", say("doctor-web-running", address=address))
    except OSError:
        pass
    return Check("web page", "warn", say("doctor-web-taken", address=address))


def _discord(settings: Settings) -> Check:
    base = settings.discord_api_base.rstrip("/")
    return _token("discord", settings.discord_token, lambda t: (f"{base}/users/@me", f"Bot {t}"))


def _telegram(settings: Settings) -> Check:
    base = settings.telegram_api_base.rstrip("/")
    return _token("telegram", settings.telegram_token, lambda t: (f"{base}/bot{t}/getMe", None))


def _token(platform: str, token: SecretStr | None, where: Callable[[str], tuple[str, str | None]]) -> Check:
    """Ask the platform who the token belongs to."""
    variable = f"ATELIER_{platform.upper()}_TOKEN"
    if token is None:
        return Check(platform, "off", say("doctor-token-none", name=variable))
    url, authorization = where(token.get_secret_value())
    headers = {"User-Agent": "DiscordBot (https://github.com/atelier, 0.1)"}
    if authorization:
        headers["Authorization"] = authorization
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:  # noqa: S310
            body = json.load(answer)
    except urllib.error.HTTPError as fault:
        key = "doctor-token-wrong" if fault.code in (401, 404) else "doctor-token-trouble"
        return Check(platform, "broken", say(key, name=variable, code=fault.code))
    except OSError as fault:
        return Check(platform, "warn", say("doctor-unreachable", why=str(getattr(fault, "reason", fault))))
    name = body.get("username") or body.get("result", {}).get("username", "?")
    return Check(platform, "ok", say("doctor-token-ok", user=name))
