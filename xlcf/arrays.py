"""Names of the types of arrays that the whole library uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers in double precision."""

Integers = NDArray[np.int64]
"""Whole numbers: codes, counts, places."""
