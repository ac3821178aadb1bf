"""Raw ids: text from a file turned into the ids it spells, and their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xlcf.ratings.ratings import Id

# "007" is a name and must stay "007": a whole number here has no leading zeros. "12.0" is what pandas writes
# for a whole number in a column that also has blanks. Beyond 18 digits it is a name, too: no 64 bits hold it.
_WHOLE_NUMBER = re.compile(r"(0|-?[1-9][0-9]{0,17})(\.0+)?")


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
