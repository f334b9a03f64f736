"""The ``atelier`` command.

Every command's module imports the other rooms inside its functions, so that a front-end
machine needs no torch and ``atelier --help`` is instant. A person reads one line a fault, on
stderr, in the language of their terminal; exit code 2 for bad input, 1 for a failure.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from atelier import __version__
from atelier.errors import AtelierError, PersonError
from atelier.languages import terminal_language

# Command → module of this package: loaded when the command is used.
_WHERE = {
    "up": "run", "bot": "run", "web": "run", "worker": "run",
    "paint": "make", "poem": "make", "melody": "make",
    "train": "learn", "eval": "learn", "bench": "learn",
    "retrain": "retrain",
    "models": "records", "feedback": "records", "doctor": "doctor",
}  # fmt: skip


class _Lazy(click.Group):
    """A group whose commands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _WHERE:
            return None
        module = import_module(f"atelier.cli.{_WHERE[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="atelier")
def cli() -> None:
    """Atelier: pictures, poems and melodies for Discord, Telegram and the web."""


def main(args: list[str] | None = None) -> Any:
    """Run the command line and exit."""
    try:
        code = cli.main(args=args, prog_name="atelier", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except PersonError as fault:
        _say(fault.text(terminal_language()))
        sys.exit(fault.exit_code)
    except click.ClickException as fault:
        _say(fault.format_message())
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) left: not a fault. Python would complain again when flushing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except AtelierError as fault:
        _say(str(fault) or type(fault).__name__)
        sys.exit(1)
    except Exception as fault:
        if os.environ.get("ATELIER_LOG_LEVEL", "").upper() == "DEBUG":
            raise
        _say(PersonError("error-cli", why=f"{type(fault).__name__}: {fault}").text(terminal_language()))
        sys.exit(1)


def _say(sentence: str) -> None:
    """One line to stderr."""
    click.echo(" ".join(sentence.split()), err=True)
