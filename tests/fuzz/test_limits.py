"""The limits themselves: what is too slow, waits for ever or takes too much memory is stopped."""

import time

import pytest

from xlcf.errors import InputError


@pytest.mark.parametrize(
    ("work", "problem"),
    [
        (lambda: sum(1 for _ in iter(int, 1)), "TooSlowError"),
        (lambda: time.sleep(30), "TooSlowError"),
        (lambda: bytearray(1 << 30), "MemoryError"),
    ],
    ids=["never ends", "waits", "takes too much memory"],
)
def test_limits_stop_it(within, work, problem):
    with pytest.raises(BaseException) as caught, within(0.05, 1 << 28):  # noqa: PT011
        work()
    assert caught.type.__name__ == problem
    assert len(bytearray(1 << 29)) == 1 << 29  # the limits are gone


def test_refusals_are_told_from_faults(refused):
    def refuse():
        raise InputError("This is no workbook; give another.")

    assert refused(refuse) == "This is no workbook; give another."
    assert refused(lambda: 1) is None
    with pytest.raises(ZeroDivisionError):
        refused(lambda: 1 / 0)
