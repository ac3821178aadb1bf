"""Plain decimal numbers out of a block of text, all lines at once.

A text parser goes byte by byte. Here the eight bytes that end a field, of all lines at once, are taken as 64-bit words,
and three multiplications put the eight digits of a word together. The bytes of a word as many small registers:
L. Lamport, "Multiple byte processing with full-word instructions", CACM 18(8), 1975; the multiplications: G. Langdale
and D. Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28, 2019.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers

Words = NDArray[np.uint64]

LEAD = b"0" * 15 + b"\n"
"""What must stand before a block: a line end, and enough bytes that two words can end with the first field."""

_MOST_DIGITS = 16
_LEAST = np.array([0, 0, *(10**n for n in range(1, _MOST_DIGITS))], dtype=np.uint64)  # of so many digits, by length

# In a word the first character of a field is in a low byte, the last one in the highest: words are little-endian.
_ZEROS = np.uint64(0x3030303030303030)
_POINTS = np.uint64(0x1E1E1E1E1E1E1E1E)  # a point, once zeros have become 0
_LOW_BITS, _HIGH_BITS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_ABOVE_NINE = np.uint64(0x7676767676767676)  # takes any byte above 9 to 0x80 or more
_FOURS = np.uint64(0x000000FF000000FF)
_OUTER, _INNER = np.uint64(100 + (1_000_000 << 32)), np.uint64(1 + (10_000 << 32))
_1, _7, _8, _10, _16, _32, _60 = (np.uint64(number) for number in (1, 7, 8, 10, 16, 32, 60))
# times 256**k this has k + 1 in its four highest bits, for k from 0 to 7: which byte is the point
_PLACES = np.uint64(sum((k + 1) << (60 - 8 * k) for k in range(8)))
_SCALES = np.array([1, *(10.0 ** (7 - k) for k in range(8))])


class NotPlainError(Exception):
    """The text is more than plain numbers; a slower reader may know what it means."""


class NumberBlock:
    """Lines of separated fields, some of which are read as plain numbers.

    Args:
        text: `LEAD`, and then whole lines, each ended by a line feed.
        n_fields: how many fields every line must have.
        separator: the character between fields.

    Raises:
        NotPlainError: where a line has more or fewer fields.

    """

    def __init__(self, text: bytes, n_fields: int, separator: str) -> None:
        characters = np.frombuffer(text, dtype=np.uint8)
        is_line_end = characters == ord("\n")
        is_end = characters == ord(separator)
        is_end |= is_line_end
        self._ends = np.flatnonzero(is_end)  # the first is that of the lead
        n_lines = np.count_nonzero(is_line_end) - 1
        if len(self._ends) != n_fields * n_lines + 1 or not is_line_end[self._ends[n_fields::n_fields]].all():
            raise NotPlainError
        self._n_fields = n_fields
        # the word from each place on: they overlap
        self._words = np.ndarray(len(text) - 7, "<u8", text, strides=(1,))

    def whole_numbers(self, column: int) -> Integers:
        """Read a column of whole numbers of at most 16 digits: shape (lines,).

        Raises:
            NotPlainError: where a field is anything else, such as a number with a sign or with leading zeros.

        """
        ends, lengths = self._fields(column, _MOST_DIGITS)
        if lengths.max(initial=0) <= 8:
            numbers = _number(self._word(ends, lengths))
        else:
            numbers = _number(self._word(ends - 8, np.maximum(lengths, 8) - 8))
            numbers *= np.uint64(100_000_000)
            numbers += _number(self._word(ends, np.minimum(lengths, 8)))
        if (numbers < _LEAST.take(lengths)).any():
            raise NotPlainError
        return numbers.view(np.int64)

    def decimals(self, column: int) -> Floats:
        """Read a column of numbers of at most 8 characters: shape (lines,), each as `float` would read it.

        Raises:
            NotPlainError: where a field is anything else, such as a number with a sign or an exponent.

        """
        ends, lengths = self._fields(column, 8)
        word = self._word(ends, lengths)
        # the lowest byte that is 0 after this is the first point (H. S. Warren, Hacker's Delight, 2012, section 6-1)
        point = word ^ _POINTS
        others = ~point
        point -= _LOW_BITS
        point &= others
        point &= _HIGH_BITS
        point &= np.negative(point, out=others)
        point >>= _7  # now 256**k where byte k is the point, 0 where there is none
        if ((point != 0) & (lengths == 1)).any():
            raise NotPlainError
        before = word & (point - _1)
        before <<= (point != 0) * _8
        word &= np.negative(point << _8, out=others)
        word |= before
        point *= _PLACES
        point >>= _60
        return np.asarray(_number(word) / _SCALES.take(point.view(np.int64)))

    def _fields(self, column: int, most: int) -> tuple[Integers, Integers]:
        """Give the place after the end of each field of a column, and the field's length, from 1 to `most`."""
        ends = self._ends[column + 1 :: self._n_fields]
        lengths = ends - self._ends[column : -1 : self._n_fields]
        lengths -= 1
        if len(lengths) and not 1 <= lengths.min() <= lengths.max() <= most:
            raise NotPlainError
        return ends, lengths

    def _word(self, ends: Integers, lengths: Integers) -> Words:
        """Give the last characters of each field, as many as `lengths` says, less the character 0; before them, 0."""
        others = lengths * -8
        others += 64
        word = self._words[ends - 8]
        word ^= _ZEROS
        word >>= others.view(np.uint64)
        word <<= others.view(np.uint64)
        return word


def _number(word: Words) -> Words:
    """Put together the eight digits in each word, in place."""
    above = word + _ABOVE_NINE
    above |= word
    above &= _HIGH_BITS
    if above.any():
        raise NotPlainError
    np.right_shift(word, _8, out=above)
    word *= _10
    word += above  # two digits in every other byte
    np.right_shift(word, _16, out=above)
    above &= _FOURS
    above *= _INNER
    word &= _FOURS
    word *= _OUTER
    word += above
    word >>= _32
    return word
