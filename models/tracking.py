"""Where a training's curves go: TensorBoard always, Weights & Biases as well if that is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
