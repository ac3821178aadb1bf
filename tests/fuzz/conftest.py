"""Limits for hostile input: what it may cost, and what may be raised."""

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from xlcf.errors import XlcfError


class TooSlowError(BaseException):
    """The time is up; no `except Exception` on the way catches it."""


def _address_space() -> int:
    with open("/proc/self/statm") as file:  # noqa: PTH123 (of this process)
        return int(file.read().split()[0]) * resource.getpagesize()


@contextmanager
def _within(seconds: float, memory: int) -> Iterator[None]:
    def stop(signal_number: int, frame: object) -> None:  # noqa: ARG001
        raise TooSlowError(f"more than {seconds:g} s of processor time, or ten times as much in all")

    old_limits = resource.getrlimit(resource.RLIMIT_AS)
    old_handlers = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    # processor time, which a busy machine does not change, and time on the clock for what only waits
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 10 * seconds)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory, old_limits[1]))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, old_limits)
        for number, handler in old_handlers.items():
            signal.signal(number, handler)


Within = Callable[..., AbstractContextManager[None]]
Refused = Callable[..., str | None]


@pytest.fixture
def within() -> Within:
    """Give a context manager, `within(seconds, memory)`: more processor time or bytes of address space are an error.

    Time on the clock is limited to ten times as much. Before, load the modules that are needed: loading counts, too.
    """
    return lambda seconds=5.0, memory=1 << 30: _within(seconds, memory)


@pytest.fixture
def refused(within: Within) -> Refused:
    """Give a function that calls another within limits; what comes back is the sentence with which it refused.

    None where it did not refuse. Any exception but xlcf's own is left to fail the test, and a sentence that is none,
    too.
    """

    def call(work: Callable[[], object], **limits: float) -> str | None:
        try:
            with within(**limits):
                work()
        except XlcfError as error:
            sentence = str(error)
            assert sentence
            assert "\n" not in sentence
            assert "Traceback" not in sentence
            return sentence
        return None

    return call
