"""The only door to torchvision: for training and evaluation (transformers: :mod:`models.hf`).

torch and torchvision are built as a pair. Where torch is a CPU build and torchvision's wheel is
the index's (built for CUDA), its compiled operators do not load and the import fails with
``operator torchvision::nms does not exist``. Its Python parts need only the *names* of those
operators, so they are declared and the import is tried again. On a matched install the door is
just an import.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from types import ModuleType

import torch

from atelier.errors import Unavailable

# Schemas as torchvision's csrc/ops registers them; its meta registrations refer to them by name.
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[torch.library.Library] = []  # a Library's operators go when it is collected


@cache
def torchvision() -> ModuleType:
    """The ``torchvision`` package, imported. Raises :class:`Unavailable` where it is not installed."""
    try:
        return importlib.import_module("torchvision")
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] != "torchvision":
            raise
        raise Unavailable("painter-no-torchvision") from None
    except RuntimeError as fault:
        if "torchvision::" not in str(fault):
            raise
    for name in [n for n in sys.modules if n == "torchvision" or n.startswith("torchvision.")]:
        del sys.modules[name]
    declare_operators()
    return importlib.import_module("torchvision")


def declare_operators() -> None:
    """Declare the operators that torchvision's Python code names and its library did not bring."""
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        if not hasattr(torch.ops.torchvision, schema.partition("(")[0]):
            library.define(schema)  # type: ignore[no-untyped-call]
    _declared.append(library)


def part(name: str) -> ModuleType:
    """A submodule, by its name below ``torchvision`` (``transforms.v2``, ``datasets``, ``utils``)."""
    torchvision()
    return importlib.import_module(f"torchvision.{name}")
