"""Functions that call each other as deep as they like: generators that yield the calls whose results they need.

`result = yield other(...)` stands for `result = other(...)`. The calls under way are kept in a list instead of on
Python's stack, which has room for a thousand.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")
Nested = Generator["Nested[Any]", Any, T]


def run(call: Nested[T]) -> T:
    """Run a call, and all those that it yields, to the end; exceptions pass through."""
    under_way: list[Nested[Any]] = [call]
    result: Any = None
    while under_way:
        try:
            inner = under_way[-1].send(result)
        except StopIteration as end:
            under_way.pop()
            result = end.value
        else:
            under_way.append(inner)
            result = None
    value: T = result
    return value
