"""Where a training's curves go: TensorBoard always, Weights & Biases as well if that is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from atelier.errors import BadInput, Unavailable

TRACKERS = ("tensorboard", "wandb")


def start(tracker: str, model: str, folder: Path, settings: Mapping[str, Any]) -> None:
    """Let ``tracker`` follow what is written for TensorBoard from here on; files go into ``folder``.

    Weights & Biases reads its key and its mode (``WANDB_MODE=offline``) from its own environment.
    Raises :class:`BadInput` for an unknown tracker, :class:`Unavailable` where it is not installed.
    """
    if tracker not in TRACKERS:
        raise BadInput("bad-choice", option="tracker", value=tracker, choices=", ".join(TRACKERS))
    if tracker == "tensorboard":
        return
    try:
        wandb: Any = importlib.import_module("wandb")
    except ModuleNotFoundError:
        raise Unavailable("tracker-missing", tracker="wandb") from None
    folder.mkdir(parents=True, exist_ok=True)
    told = {key: str(value) if isinstance(value, Path) else value for key, value in settings.items()}
    wandb.init(project=f"atelier-{model}", dir=str(folder), config=told, sync_tensorboard=True)


def stop(tracker: str) -> None:
    """``tracker`` follows no longer: a process may train several times."""
    if tracker == "wandb":
        importlib.import_module("wandb").finish()


class Log:
    """The curves of one part of a model for TensorBoard, in ``folder``; from ``with`` to its end.

    ``since``: the step that it goes on with; what an earlier process said of that or later ones is not shown.
    """

    def __init__(self, folder: Path, since: int | None = None) -> None:
        # Here: it is 36 MB of memory, and whoever only serves needs none of it.
        from torch.utils.tensorboard.writer import SummaryWriter

        self._writer = SummaryWriter(str(folder), purge_step=since)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, step: int, figures: Mapping[str, Any]) -> None:
        """One point on each figure's curve."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Flush to disk."""
        self._writer.close()
