"""Texts in other encodings than UTF-8, read as if they were in it."""

from __future__ import annotations

import codecs
import io
from typing import IO

_CHUNK = 1 << 18
_PLAIN = frozenset([*b"\t\r\n", *range(32, 127)])


def utf16_of(beginning: bytes) -> str | None:
    """Tell from the first bytes of a text whether it is in UTF-16, and which; None where it is in something else.

    It starts with a byte order mark, as Excel's "Unicode Text" does, or with ASCII characters of two bytes each.
    """
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = beginning[: len(beginning) // 2 * 2 : 2], beginning[1::2]
    for name, characters, zeros in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if len(characters) > 1 and not any(zeros) and set(characters) <= _PLAIN:
            return name
    return None


def is_utf8(text: bytes) -> bool:
    """Tell whether bytes are a text in UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def utf8_stream(stream: IO[bytes], encoding: str) -> IO[bytes]:
    """Give a stream of text in some encoding as one in UTF-8.

    What is read from it raises UnicodeDecodeError where the text is not in that encoding, or is cut off.
    """
    return io.BufferedReader(_Recoded(stream, encoding), _CHUNK)


class _Recoded(io.RawIOBase):
    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            chunk = self._stream.read(_CHUNK)
            self._ended = not chunk
            self._ready = self._decoder.decode(chunk, final=self._ended).encode()
        part, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
