"""How many threads the numeric libraries take."""

from __future__ import annotations

import os


def keep_to_one_thread() -> None:
    """Let the numeric libraries, not loaded yet, compute in one thread, unless the environment says otherwise.

    A sheet's models are small: threads would only wait for one another, many times longer where other programs run, and
    the last digits would depend on their number.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
