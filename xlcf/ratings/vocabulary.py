"""The raw ids of users or of items and their codes: the one place where an id becomes a code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.ratings.ids import Id, code_of_id, codes_of

if TYPE_CHECKING:
    import pyarrow as pa


class Vocabulary(Sequence[Id]):
    """A sequence of raw ids; the code of an id is its position.

    Ids in a NumPy array of whole numbers stay there, which may be memory-mapped; they come out as plain ints, so that
    an id can go straight into a cell or into JSON. A vocabulary equals any sequence of the same ids.

    Args:
        ids: the raw ids, one a code; a vocabulary is taken over as it is.

    """

    def __init__(self, ids: Sequence[Id] | NDArray[Any]) -> None:
        if isinstance(ids, np.ndarray) and ids.dtype.kind not in "iu":
            ids = ids.tolist()
        self._ids: Any = ids._ids if isinstance(ids, Vocabulary) else ids

    @classmethod
    def of(cls, ids: Sequence[Id] | NDArray[Any]) -> Vocabulary:
        """Give the vocabulary of some ids; one that is a vocabulary already is shared, with what it has looked up."""
        return ids if isinstance(ids, Vocabulary) else cls(ids)

    @property
    def is_array(self) -> bool:
        """Whether the ids are whole numbers in a NumPy array."""
        return isinstance(self._ids, np.ndarray)

    def codes(self, ids: Iterable[Id]) -> Integers:
        """Give the code of each id, -1 for one that is not here: shape (ids,).

        Where the number 12 is not known the text "12" will do, and the other way round.
        """
        if isinstance(ids, Vocabulary):
            if ids is self:
                return np.arange(len(self))
            if self.is_array and ids.is_array:
                return self._codes_of_numbers(np.asarray(ids._ids))
        return codes_of(self._code_of, ids)

    def _codes_of_numbers(self, numbers: NDArray[Any]) -> Integers:
        ids, order = self._ascending
        if not len(ids):
            return np.full(len(numbers), -1)
        places = np.minimum(np.searchsorted(ids, numbers), len(ids) - 1)
        return np.where(ids[places] == numbers, order[places], -1)

    @cached_property
    def _ascending(self) -> tuple[NDArray[Any], Integers]:
        """The ids in ascending order, and the code of each."""
        ids = np.asarray(self._ids)
        order = np.argsort(ids, kind="stable")
        return ids[order], order

    @cached_property
    def _code_of(self) -> dict[Id, int]:
        return code_of_id(self)

    def to_arrow(self) -> pa.Array:
        """Give the ids as a column for Arrow, by code."""
        import pyarrow as pa

        return pa.array(self._ids if self.is_array else list(self._ids))

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> Id: ...
    @overload
    def __getitem__(self, place: slice) -> Vocabulary: ...
    def __getitem__(self, place: int | slice) -> Id | Vocabulary:
        if isinstance(place, slice):
            return Vocabulary(self._ids[place])
        raw_id: Id = self._ids[place]
        return int(raw_id) if self.is_array else raw_id

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy:
            return np.array(self._ids, dtype=dtype)
        return np.asarray(self._ids, dtype=dtype)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence | np.ndarray) or isinstance(other, str):
            return NotImplemented
        if self.is_array:
            return len(self) == len(other) and np.array_equal(self._ids, np.asarray(other))
        return list(self._ids) == list(other)

    __hash__ = None  # type: ignore[assignment]  # the ids below may change

    def __repr__(self) -> str:
        return f"Vocabulary({self._ids!r})"
