"""Asking the painter in tests: requests, what comes back, and its pixels."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from atelier.requests import PaintRequest, parse_request
from atelier.works import Made, PictureResult
from models.painter.generate import Painter


def ask(prompt: str = "a red tulip", **options: object) -> PaintRequest:
    """A checked request; seed 1 unless another is said."""
    request = parse_request("paint", {"prompt": prompt, "seed": 1, **options})
    assert isinstance(request, PaintRequest)
    return request


def made(painter: Painter, request: PaintRequest) -> Made:
    """The one work of a request."""
    (answer,) = painter.generate([request])
    assert isinstance(answer, Made), answer
    return answer


def result(work: Made) -> PictureResult:
    """A work's result, as what it is."""
    assert isinstance(work.result, PictureResult)
    return work.result


def pixels(work: Made, number: int = 1) -> np.ndarray:
    """Picture ``number`` of a work, int [H, W, 3]."""
    return np.asarray(Image.open(io.BytesIO(work.artefacts[number - 1].data))).astype(int)
