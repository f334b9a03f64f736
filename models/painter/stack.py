"""Arrays of several files read as one, without being copied together in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)


class Stack(Generic[Kind]):
    """``[N, ...]`` from ``parts`` of like shape and type, mostly memory-mapped.

    Indexing copies what is asked for. An index is a number, a slice, or numbers in any order.
    """

    def __init__(
        self, parts: Sequence[NDArray[Kind] | Stack[Kind]], chosen: NDArray[np.intp] | None = None
    ) -> None:
        """``chosen``: which of all entries, in which order; all of them if left out."""
        self._parts = list(parts)
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        self._chosen = np.arange(self._starts[-1]) if chosen is None else chosen

    def __len__(self) -> int:
        return len(self._chosen)

    @property
    def shape(self) -> tuple[int, ...]:
        """Like an array's."""
        return (len(self), *(self._parts[0].shape[1:] if self._parts else ()))

    @property
    def dtype(self) -> np.dtype[Kind]:
        """Like an array's."""
        return self._parts[0].dtype

    def __getitem__(self, index: Any) -> NDArray[Kind]:
        if not isinstance(index, int | np.integer | slice):
            index = np.asarray(index)
            index = index if index.size else index.astype(np.intp)
        wanted = self._chosen[index]
        if wanted.ndim == 0:
            part = int(np.searchsorted(self._starts, wanted, "right")) - 1
            return np.asarray(self._parts[part][int(wanted - self._starts[part])])
        found = np.empty((len(wanted), *self.shape[1:]), self.dtype)
        where = np.searchsorted(self._starts, wanted, "right") - 1
        for part in np.unique(where):
            here = where == part
            found[here] = self._parts[part][wanted[here] - self._starts[part]]
        return found

    def __iter__(self) -> Iterator[NDArray[Kind]]:
        return (self[i] for i in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of it in memory: numpy's protocol, for what needs a whole array."""
        return self[:].astype(dtype or self.dtype, copy=False)
