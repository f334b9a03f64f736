"""``atelier doctor``: every setting and every component, checked and explained."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Column, Table

from atelier.doctor import Check, checks, settings_in_force
from atelier.settings import Settings

_MARK = {"ok": "[green]ok[/]", "off": "[dim]off[/]", "warn": "[yellow]warn[/]", "broken": "[red]BROKEN[/]"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True)
def doctor_command(as_json: bool) -> None:
    """Check every setting and component, and say how to mend what is broken."""
    settings = Settings.load()
    found = checks(settings)
    in_force = settings_in_force(settings)
    if as_json:
        body = {
            "healthy": not _broken(found),
            "checks": [check._asdict() for check in found],
            "settings": in_force,
        }
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        console = Console()
        table = Table(
            Column("setting", no_wrap=True), Column("value", overflow="fold"), "meaning", title="Settings"
        )
        for row in in_force:
            table.add_row(row["name"], row["value"], row["meaning"])
        console.print(table)
        table = Table("component", "", Column("what was found", overflow="fold"), title="Components")
        for check in found:
            table.add_row(check.name, _MARK[check.state], check.text)
        console.print(table)
    if _broken(found):
        raise SystemExit(1)


def _broken(found: list[Check]) -> bool:
    return any(check.state == "broken" for check in found)
