"""Raw ids: text from a file turned into the ids it spells, their order, and their codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from xlcf.ratings.ratings import Id, Integers

# "007" is a name and must stay "007": a whole number here has no leading zeros. "12.0" is what pandas writes
# for a whole number in a column that also has blanks.
_WHOLE_NUMBER = re.compile(r"(0|-?[1-9][0-9]*)(\.0+)?")


def parse_ids(texts: Sequence[str]) -> list[Id]:
    """Turn a column of ids into numbers where every one of them is a whole number, else leave them text."""
    matches = [_WHOLE_NUMBER.fullmatch(text) for text in texts]
    numbers = [int(match[1]) for match in matches if match]
    return list(numbers) if len(numbers) == len(texts) else list(texts)


def id_key(raw_id: Id) -> tuple[int, float, str]:
    """Give the sort key of an id: numbers by value come before text by alphabet."""
    return (1, 0, raw_id) if isinstance(raw_id, str) else (0, raw_id, "")


def sorted_ids(ids: Iterable[Id]) -> list[Id]:
    """Sort ids in ascending order, numbers numerically."""
    return sorted(ids, key=id_key)


def code_ids(column: Sequence[str] | Integers) -> tuple[Integers, list[Id]]:
    """Number the ids of a column in their ascending order.

    Args:
        column: shape (rows,), an id a row: whole numbers, or text (see `parse_ids`).

    Returns:
        codes of shape (rows,), and the id that each code stands for.

    """
    if isinstance(column, np.ndarray):
        numbers, codes = np.unique(column, return_inverse=True)
        return codes.astype(np.int64), numbers.tolist()
    texts = list(dict.fromkeys(column))
    parsed = parse_ids(texts)
    ids = sorted_ids(set(parsed))  # two texts may spell one number: 12 and 12.0
    place = {raw_id: code for code, raw_id in enumerate(ids)}
    code_of = {text: place[raw_id] for text, raw_id in zip(texts, parsed, strict=True)}
    return np.fromiter((code_of[text] for text in column), dtype=np.int64, count=len(column)), ids
