"""Whole-number ids, eight bytes each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class IdArray(Sequence[int]):
    """A sequence of whole-number ids over a NumPy array, which may be memory-mapped.

    It gives plain ints, so that an id can go straight into a cell or into JSON, and equals any sequence of the
    same ids.

    Args:
        ids: shape (ids,), whole numbers.

    """

    def __init__(self, ids: NDArray[np.integer[Any]]) -> None:
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> IdArray: ...
    def __getitem__(self, place: int | slice) -> int | IdArray:
        return IdArray(self._ids[place]) if isinstance(place, slice) else int(self._ids[place])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy:
            return np.array(self._ids, dtype=dtype)
        return np.asarray(self._ids, dtype=dtype)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence | np.ndarray) and not isinstance(other, str):
            return len(self) == len(other) and np.array_equal(self._ids, np.asarray(other))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # the array below may change

    def __repr__(self) -> str:
        return f"IdArray({self._ids!r})"
