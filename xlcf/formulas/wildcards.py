"""Excel's wildcards in texts: `*` for any characters, `?` for one, and `~` before either to mean the sign itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_CRITERION = 255  # characters; Excel's criteria and MATCH give #VALUE! for more


class Wildcards:
    """A pattern for whole texts, in which case counts: give both in lower case.

    The pieces between stars are searched one after the other, each as far to the left as it is found. No piece ever
    has to be searched again, so that the time grows with the text's length times that of the longest piece at most.
    """

    def __init__(self, pattern: str) -> None:
        pieces: list[list[str | None]] = [[]]  # None stands for any character
        for sign in re.findall(r"~[*?~]|.", pattern, flags=re.DOTALL):
            if sign == "*":
                pieces.append([])
            else:
                pieces[-1].append(None if sign == "?" else sign[-1])
        self._first, self._last = _Piece(pieces[0]), _Piece(pieces[-1])
        self._between = [_Piece(piece) for piece in pieces[1:-1] if piece]
        self._has_star = len(pieces) > 1

    def matches(self, text: str) -> bool:
        """Tell whether the whole text matches."""
        first, last = self._first, self._last
        if not self._has_star:
            return len(text) == first.length and first.stands_at(text, 0)
        at, end = first.length, len(text) - last.length
        if end < at or not first.stands_at(text, 0) or not last.stands_at(text, end):
            return False
        for piece in self._between:
            found = piece.find(text, at, end)
            if found < 0:
                return False
            at = found + piece.length
        return True


class _Piece:
    """Characters side by side, some of which may be any."""

    def __init__(self, characters: Iterable[str | None]) -> None:
        listed = list(characters)
        self.length = len(listed)
        is_plain = None not in listed
        self._text = "".join(sign for sign in listed if sign is not None) if is_plain else None
        # of one length, without repetition: this expression has nothing to go back to
        self._expression = re.compile(
            "".join("." if sign is None else re.escape(sign) for sign in listed), flags=re.DOTALL
        )

    def stands_at(self, text: str, at: int) -> bool:
        return self._expression.match(text, at) is not None

    def find(self, text: str, start: int, end: int) -> int:
        if self._text is not None:
            return text.find(self._text, start, end)
        match = self._expression.search(text, start, end)
        return -1 if match is None else match.start()
