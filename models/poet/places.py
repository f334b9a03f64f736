"""Places in a table of rows, as one index."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Places:
    """Places in a table of rows, gathered one row at a time and touched all at once."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._columns: list[int] = []

    def add(self, row: int, columns: Sequence[int]) -> None:
        """Some more columns of ``row``."""
        self._rows += [row] * len(columns)
        self._columns += columns

    def where(self) -> tuple[Tensor, Tensor]:
        """As an index of a tensor."""
        return torch.tensor(self._rows, dtype=torch.long), torch.tensor(self._columns, dtype=torch.long)
