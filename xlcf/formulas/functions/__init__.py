"""Excel's functions, a module a family; importing this package enters them all in the registry."""

from xlcf.formulas.functions import (
    aggregates,
    conditional,
    distributions,
    elementwise,
    finance,
    information,
    logical,
    lookup,
    matching,
    matrices,
    operators,
    pairs,
    statistics,
    tables,
)

__all__ = [
    "aggregates",
    "conditional",
    "distributions",
    "elementwise",
    "finance",
    "information",
    "logical",
    "lookup",
    "matching",
    "matrices",
    "operators",
    "pairs",
    "statistics",
    "tables",
]
