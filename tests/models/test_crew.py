"""A CPU's cores, each with work of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from atelier.errors import Cancelled
from models.crew import Crew


@pytest.fixture
def two() -> Iterator[None]:
    """Torch works with two threads, as on a machine of two cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two")
def test_each_of_its_threads_works_alone() -> None:
    crew = Crew()
    assert crew.size == 2
    assert list(crew.run([torch.get_num_threads] * 8)) == [1] * 8
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two")
def test_what_is_started_comes_when_it_is_asked_for() -> None:
    crew = Crew()
    started = [crew.start(lambda number=number: number) for number in range(5)]  # type: ignore[misc]
    assert [one.result() for one in started] == list(range(5))


def test_it_stops() -> None:
    with pytest.raises(Cancelled):
        list(Crew(1).run([lambda: 1, lambda: 2], lambda: True))
