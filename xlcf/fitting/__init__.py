"""Ways to solve a problem; importing any part of this package enters the methods in their table."""

import xlcf.fitting.methods  # noqa: F401
