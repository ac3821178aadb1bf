"""The most memory that this process has held."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def peak_mb() -> float:
    """Give the most memory that this process has held, in MB of a million bytes."""
    if sys.platform == "linux":  # where getrusage also counts what the parent held
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(re.search(r"VmHWM:\s*([0-9]+)", status)[1]) * 1.024e-3
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
