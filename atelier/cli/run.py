"""``atelier up|bot|web|worker``: the processes of a studio."""

from __future__ import annotations

from typing import Any

import click

from atelier.errors import BadInput, Unavailable
from atelier.requests import KINDS
from atelier.settings import Settings


@click.command("up")
def up_command() -> None:
    """Run everything on this machine: Redis, workers, the web page, and the chats with a token."""
    from atelier.up import main

    raise SystemExit(main(Settings.load()))


@click.command("bot")
@click.argument("platform", required=False, type=click.Choice(["discord", "telegram"]))
def bot_command(platform: str | None) -> None:
    """Run one chat front end."""
    settings = Settings.load()
    tokens = {"discord": settings.discord_token, "telegram": settings.telegram_token}
    if platform is None:
        having = [name for name, token in tokens.items() if token]
        if len(having) != 1:
            raise BadInput("front-unnamed")
        platform = having[0]
    if not tokens[platform]:
        raise BadInput("token-missing", platform=platform, name=f"ATELIER_{platform.upper()}_TOKEN")
    _front(platform)


@click.command("web")
def web_command() -> None:
    """Serve the web page."""
    _front("web")


@click.command("worker")
@click.option("--kinds", default=",".join(KINDS), show_default=True, help="what it makes")
def worker_command(kinds: str) -> None:
    """Make works: one warm process a kind. `--kinds train`: train what `atelier train --queue` asks."""
    chosen = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    for kind in chosen:
        if kind not in (*KINDS, "train"):
            raise BadInput("bad-choice", option="kinds", value=kind, choices=", ".join((*KINDS, "train")))
    if "train" in chosen:
        if len(chosen) > 1:
            raise BadInput("train-alone")
        from workers.training import main as train

        raise SystemExit(train())
    try:
        from workers.worker import main
    except ModuleNotFoundError:
        raise Unavailable("room-missing", extra="worker") from None
    raise SystemExit(main(chosen))


def _front(platform: str) -> None:
    try:
        from bot.front import main
    except ModuleNotFoundError:
        raise Unavailable("room-missing", extra="bot") from None
    front: Any = platform
    main(front)
