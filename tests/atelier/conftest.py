"""What several tests of the kernel need."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atelier.artefacts import Shelf
from atelier.settings import Settings


@pytest.fixture(params=["folder", "s3"])
def either_shelf(request: pytest.FixtureRequest, make_settings: Callable[..., Settings]) -> Shelf:
    """A folder, and an S3-compatible store."""
    if request.param == "folder":
        return Shelf.open(make_settings())
    s3 = request.getfixturevalue("s3")
    return Shelf.open(make_settings(artefacts_url=s3.url, s3_endpoint=s3.endpoint))
