"""Cutting a stream of text into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from xlcf.errors import InputError

BLOCK = 1 << 20
"""Bytes in a block, about: a block's numbers fit into a core's cache."""
LONGEST_LINE = 1 << 26
"""Bytes in a line, at most: what has longer ones is no table."""


def line_blocks(
    stream: IO[bytes], name: str, lead: bytes = b"", size: int = BLOCK, longest: int = LONGEST_LINE
) -> Iterator[bytes]:
    """Go through a stream in blocks of whole lines, in about `size` bytes each.

    Every line is ended by a line feed alone, the last one too. A line end within quotation marks, of which there are
    an odd number before it, ends no line.

    Args:
        stream: what to read.
        name: what an error calls it.
        lead: what is put before each block.
        size: bytes to read at a time.
        longest: bytes in a line, at most.

    Raises:
        InputError: where a line is longer.

    """
    rest = b""
    while chunk := stream.read(size):
        cut = _end_of_lines(rest, chunk)
        if cut:
            yield _joined(lead, rest, memoryview(chunk)[:cut])
            rest = chunk[cut:]
        else:
            rest += chunk
            if len(rest) > longest:
                raise InputError(
                    f"{name} has a line of more than {longest >> 20} MB, so it is no table: save it as CSV."
                )
    if rest := rest.rstrip(b"\r\n"):
        yield _joined(lead, rest, b"\n")


def _end_of_lines(rest: bytes, chunk: bytes) -> int:
    """Give the place after the last line end in `chunk` that is outside quotation marks; 0 without one."""
    cut = chunk.rfind(b"\n") + 1
    if b'"' not in chunk and b'"' not in rest:
        return cut
    while cut and (rest.count(b'"') + chunk.count(b'"', 0, cut)) % 2:
        cut = chunk.rfind(b"\n", 0, cut - 1) + 1
    return cut


def _joined(lead: bytes, rest: bytes, lines: bytes | memoryview) -> bytes:
    block = b"".join((lead, rest, lines))
    return block.replace(b"\r\n", b"\n") if b"\r" in block else block
