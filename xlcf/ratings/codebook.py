"""Numbering ids as they come in: which there are, and which code each gets."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.ratings.batches import TextColumn
from xlcf.ratings.ids import parse_ids, sorted_ids
from xlcf.ratings.vocabulary import Vocabulary

Keys = NDArray[np.signedinteger[Any]]
Codes = NDArray[np.int32]

TABLE = 1 << 24
"""Whole numbers below are looked up in a table, others by bisection."""
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")


class Codebook:
    """The ids of one side (users or items), collected in a first pass over the data and numbered for a second.

    In the first pass a row gets a key. The key of a whole number is the number; that of any other text is negative.
    Once all ids are known (`close`), codes go by ascending order of id, and `codes` turns keys into them. Ids are
    numbers where every one of them is a whole number, else they are texts (see `xlcf.ratings.ids.parse_ids`).

    It takes 5 bytes for each whole number up to the largest, where that is below 16 million, 8 bytes for each larger
    one, and about 100 bytes for each text.

    Args:
        table: whole numbers below are looked up in a table, others by bisection.

    """

    def __init__(self, table: int = TABLE) -> None:
        self._table = table
        self.ids = Vocabulary([])
        self._seen = np.zeros(0, dtype=bool)
        self._large: list[Integers] = []
        self._texts: dict[str, int] = {}
        self._codes_of_small = self._codes_of_large = self._codes_of_texts = np.zeros(0, dtype=np.int32)

    def keys(self, column: Integers | TextColumn) -> Integers:
        """Note the ids of a column: shape (rows,), whole numbers or texts; give their keys, shape (rows,)."""
        if isinstance(column, TextColumn):
            keys = np.array([self._key_of(text) for text in column.texts], dtype=np.int64)
            self._note(keys[keys >= 0])
            return np.asarray(keys[column.places])
        if len(column) and column.min() < 0:
            numbers, places = np.unique(column, return_inverse=True)
            return self.keys(TextColumn(places, list(map(str, numbers.tolist()))))
        self._note(column)
        return column

    def close(self) -> None:
        """Number all ids noted so far."""
        small = np.flatnonzero(self._seen)
        large = np.unique(np.concatenate(self._large)) if self._large else np.zeros(0, dtype=np.int64)
        self._large = [large]
        whole = np.concatenate([small, large])
        if not self._texts:
            self.ids = Vocabulary(whole)
            codes_of_whole = np.arange(len(whole), dtype=np.int32)
        else:
            texts = [*map(str, whole.tolist()), *self._texts]
            parsed = parse_ids(texts)
            self.ids = Vocabulary(sorted_ids(set(parsed)))  # two texts may spell one number: 12 and 12.0
            place = {raw_id: code for code, raw_id in enumerate(self.ids)}
            codes = np.array([place[raw_id] for raw_id in parsed], dtype=np.int32)
            codes_of_whole, self._codes_of_texts = codes[: len(whole)], codes[len(whole) :]
        self._codes_of_small = np.zeros(len(self._seen), dtype=np.int32)
        self._codes_of_small[small] = codes_of_whole[: len(small)]
        self._codes_of_large = codes_of_whole[len(small) :]

    def codes(self, keys: Keys) -> Codes:
        """Give the codes that belong to keys, after `close`: shape (rows,)."""
        if not self._texts and not len(self._codes_of_large):
            return self._codes_of_small[keys]
        codes = np.empty(len(keys), dtype=np.int32)
        is_text, is_large = keys < 0, keys >= self._table
        codes[is_text] = self._codes_of_texts[-1 - keys[is_text]]
        codes[is_large] = self._codes_of_large[np.searchsorted(self._large[0], keys[is_large])]
        is_small = ~(is_text | is_large)
        codes[is_small] = self._codes_of_small[keys[is_small]]
        return codes

    def _key_of(self, text: str) -> int:
        if _WHOLE.fullmatch(text):
            return int(text)
        return -1 - self._texts.setdefault(text, len(self._texts))

    def _note(self, numbers: Integers) -> None:
        largest = int(numbers.max(initial=-1))
        if largest >= self._table:
            is_large = numbers >= self._table
            self._large.append(np.unique(numbers[is_large]))
            if len(self._large) > 64:
                self._large = [np.unique(np.concatenate(self._large))]
            numbers = numbers[~is_large]
            largest = int(numbers.max(initial=-1))
        if largest >= len(self._seen):
            more = max(largest + 1, min(2 * len(self._seen), self._table)) - len(self._seen)
            self._seen = np.concatenate([self._seen, np.zeros(more, dtype=bool)])
        self._seen[numbers] = True
