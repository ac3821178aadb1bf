"""Ctrl+C in long work: the first asks it to end where nothing is lost, a second one ends it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Interrupts:
    """Within its `with` block the first SIGINT is noted in `interrupted`; a second one is a KeyboardInterrupt.

    Python takes signals in the main thread alone: in another one the block changes nothing.

    Attributes:
        interrupted: whether there was a SIGINT.

    """

    def __init__(self) -> None:
        self.interrupted = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def observing(self, progress: Callable[[T], object]) -> Callable[[T], bool]:
        """Give what is told of progress, passes it on, and answers whether the work is to end."""

        def observe(now: T) -> bool:
            progress(now)
            return self.interrupted

        return observe

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True
