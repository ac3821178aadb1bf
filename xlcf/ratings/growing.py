"""A column that grows, in the narrowest type that holds its values as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class GrowingColumn:
    """Numbers appended part by part.

    It starts in the narrow type and changes to the wide one with the first part that does not fit. Room is taken in
    advance, but memory that was never written to costs nothing on today's systems.

    Args:
        narrow: int32 or float32.
        wide: int64 or float64.

    """

    def __init__(self, narrow: type[Any], wide: type[Any]) -> None:
        self._wide = wide
        self._array: NDArray[Any] = np.empty(0, dtype=narrow)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def array(self) -> NDArray[Any]:
        """What was appended, shape (numbers,): a view, good until the next part is appended."""
        return self._array[: self._length]

    def reserve(self, length: int) -> None:
        """Take room for so many numbers in all."""
        if length > len(self._array):
            self._move(np.empty(length, dtype=self._array.dtype))

    def append(self, part: NDArray[Any]) -> None:
        """Append numbers, shape (numbers,)."""
        end = self._length + len(part)
        if not self._holds(part):
            self._move(np.empty(max(len(self._array), end), dtype=self._wide))
        if end > len(self._array):
            self.reserve(max(end, len(self._array) * 3 // 2))
        self._array[self._length : end] = part
        self._length = end

    def keep(self, places: NDArray[np.intp]) -> None:
        """Forget all numbers but those at these ascending places, and give back most of the room."""
        self._array = self._array[places]
        self._length = len(places)

    def _move(self, room: NDArray[Any]) -> None:
        room[: self._length] = self.array
        self._array = room

    def _holds(self, part: NDArray[Any]) -> bool:
        dtype = self._array.dtype
        if dtype == self._wide or not len(part):
            return True
        if dtype.kind == "i":
            limits = np.iinfo(dtype)
            return bool(limits.min <= part.min() and part.max() <= limits.max)
        with np.errstate(over="ignore"):
            return bool((part.astype(dtype) == part).all())
