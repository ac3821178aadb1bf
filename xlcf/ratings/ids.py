"""Raw ids: text from a file turned into the ids it spells, and their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from xlcf.arrays import Integers

Id = int | float | str

# "007" is a name and must stay "007": a whole number here has no leading zeros. "12.0" is what pandas writes
# for a whole number in a column that also has blanks. Beyond 18 digits it is a name, too: no 64 bits hold it.
_WHOLE_NUMBER = re.compile(r"(0|-?[1-9][0-9]{0,17})(\.0+)?")


def parse_ids(texts: Sequence[str]) -> list[Id]:
    """Turn a column of ids into numbers where every one of them is a whole number, else leave them text."""
    matches = [_WHOLE_NUMBER.fullmatch(text) for text in texts]
    numbers = [int(match[1]) for match in matches if match]
    return list(numbers) if len(numbers) == len(texts) else list(texts)


def plain_id(raw_id: Id) -> Id:
    """Give 12 for 12.0, which sheets and pandas make of it; the text "12" is another id."""
    return int(raw_id) if isinstance(raw_id, float) and raw_id.is_integer() else raw_id


def id_text(raw_id: Id) -> str:
    """Give an id as a person types it: 12 for 12.0."""
    return str(plain_id(raw_id))


def code_of_id(ids: Iterable[Id]) -> dict[Id, int]:
    """Give the code of each id: its place."""
    return {raw_id: code for code, raw_id in enumerate(ids)}


def codes_of(code_of: Mapping[Id, int], ids: Iterable[Id]) -> Integers:
    """Give the code of each id, -1 for one that is not known: shape (ids,).

    Where the number 12 is not known the text "12" will do, and the other way round: a single name makes texts of all
    the ids in a file.
    """
    return np.array(
        [code if (code := code_of.get(raw_id)) is not None else code_of.get(_respelt(raw_id), -1) for raw_id in ids],
        dtype=np.int64,
    )


def _respelt(raw_id: Id) -> Id:
    if not isinstance(raw_id, str):
        return id_text(raw_id)
    match = _WHOLE_NUMBER.fullmatch(raw_id)
    return int(match[1]) if match else raw_id


def id_key(raw_id: Id) -> tuple[int, float, str]:
    """Give the sort key of an id: numbers by value come before text by alphabet."""
    return (1, 0, raw_id) if isinstance(raw_id, str) else (0, raw_id, "")


def sorted_ids(ids: Iterable[Id]) -> list[Id]:
    """Sort ids in ascending order, numbers numerically."""
    return sorted(ids, key=id_key)
