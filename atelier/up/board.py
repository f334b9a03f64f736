"""What ``atelier up`` shows: progress while the parts start, then their lines, each with its name."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from atelier.errors import LEAVE_DOWN
from atelier.languages import Lang, say

COLOURS = {"redis": "red", "paint": "magenta", "poem": "cyan", "melody": "yellow",
           "web": "green", "discord": "blue", "telegram": "bright_blue"}  # fmt: skip
_WIDTH = max(map(len, COLOURS))


class _Console(Console):
    """Goes quiet when nobody reads any more (``| head``), where rich would end the program."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Board:
    """Implements :class:`atelier.up.child.Watcher` for a person. Plain lines where there is no terminal."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._console = console = _Console()
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=console,
            transient=False,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def begin(self, names: Iterable[str]) -> None:
        """The parts that are about to start."""
        for name in names:
            self._tasks[name] = self._progress.add_task(self._label(name), total=1, note="")
        self._progress.start()
        self.say("up-starting")

    def finish(self) -> None:
        """Everything is started, or stopping."""
        with contextlib.suppress(OSError):
            self._progress.stop()

    def say(self, key: str, **params: str | int | float) -> None:
        """A sentence of the supervisor's own."""
        self._print(Text(say(key, self.lang, **params)))

    def ready(self, name: str, seconds: float, status: str) -> None:
        """Part ``name`` serves."""
        if name in self._tasks:
            self._progress.update(self._tasks[name], completed=1, note=status)
        if not self._console.is_terminal or self._progress.finished or name not in self._tasks:
            sentence = say("up-ready-part", self.lang, part=self._label(name), seconds=f"{seconds:.1f}")
            self._print(Text(f"{sentence} {status}".rstrip()))

    def died(self, name: str, code: int, pause: float) -> None:
        """Part ``name`` ended by itself."""
        end = say("up-signal", self.lang, number=str(-code)) if code < 0 else str(code)
        self._print(
            Text(say("up-died", self.lang, part=self._label(name), end=end, pause=f"{pause:.1f}"), "yellow")
        )

    def down(self, name: str, sentence: str) -> None:
        """Part ``name`` stays down until a person mends a setting."""
        if name in self._tasks:
            self._progress.update(self._tasks[name], completed=1, note=f"({LEAVE_DOWN})")
        self._print(Text(say("up-down", self.lang, part=self._label(name), why=sentence), "bold red"))

    def killed(self, name: str) -> None:
        """Part ``name`` had to be ended."""
        self.say("up-killed", part=self._label(name))

    def line(self, name: str, text: str) -> None:
        """Part ``name`` wrote ``text``: shown as it is, whatever it looks like."""
        shown = Text(f"{name:<{_WIDTH}} │ ", COLOURS.get(name, ""))
        shown.append(text, "default")
        self._print(shown)

    def _label(self, name: str) -> str:
        return say(f"up-part-{name}", self.lang)

    def _print(self, text: Text) -> None:
        # soft_wrap: a log line stays one line, so that it can be searched and cut.
        with contextlib.suppress(OSError):  # the terminal was closed: stop in order, unseen
            self._console.print(text, soft_wrap=True, highlight=False)
