"""The door to torchvision: it opens here, whatever build torch is, and serving never goes through it."""

import subprocess
import sys

import torch

from models import vision


def test_torchvision_opens_and_its_parts_work() -> None:
    assert vision.torchvision().__name__ == "torchvision"
    flipped = vision.part("transforms.v2").functional.horizontal_flip(torch.arange(6.0).view(1, 2, 3))
    assert flipped.tolist() == [[[2.0, 1.0, 0.0], [5.0, 4.0, 3.0]]]
    grid = vision.part("utils").make_grid(torch.zeros(4, 3, 8, 8), nrow=2, padding=0)
    assert grid.shape == (3, 16, 16)
    assert {"ImageFolder", "CIFAR10"} <= set(vision.part("datasets").__all__)


def test_the_door_opens_once() -> None:
    assert vision.torchvision() is vision.torchvision()


def test_operators_are_declared_only_where_they_are_missing() -> None:
    vision.torchvision()
    before = torch.ops.torchvision.nms
    vision.declare_operators()  # a second declaration would raise
    assert torch.ops.torchvision.nms is before


def test_serving_needs_no_torchvision() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, models.painter.generate; print('torchvision' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "False"
