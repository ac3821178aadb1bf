"""Excel's functions, a module a family; importing this package enters them all in the registry."""

from xlcf.formulas.functions import (
    aggregates,
    elementwise,
    information,
    logical,
    lookup,
    matrices,
    operators,
    statistics,
)

__all__ = [
    "aggregates",
    "elementwise",
    "information",
    "logical",
    "lookup",
    "matrices",
    "operators",
    "statistics",
]
