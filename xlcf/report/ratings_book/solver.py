"""The hidden names by which Excel's Solver dialog opens with the model filled in."""

from __future__ import annotations

from xlcf.ooxml.hidden_names import HiddenName
from xlcf.report.ratings_book.layout import Layout

MAX_VARIABLES = 200
"""How many variable cells Excel's own Solver takes."""

_NO_LIMIT = "2147483647"

# As Excel writes them for a smooth model: GRG Nonlinear (eng 1), minimise (typ 2), no constraints (num 0),
# variables free to be negative (neg 2), central derivatives (drv 2), one start (msl 2), no scaling (scl 2).
_OPTIONS = {
    "cvg": "0.0001",
    "drv": "2",
    "eng": "1",
    "est": "1",
    "itr": _NO_LIMIT,
    "mip": _NO_LIMIT,
    "mni": "30",
    "mrt": "0.075",
    "msl": "2",
    "neg": "2",
    "nod": _NO_LIMIT,
    "num": "0",
    "nwt": "1",
    "pre": "0.000001",
    "rbv": "2",
    "rlx": "2",
    "rsd": "0",
    "scl": "2",
    "sho": "2",
    "ssz": "100",
    "tim": _NO_LIMIT,
    "tol": "0.01",
    "typ": "2",
    "val": "0",
    "ver": "3",
}


def solver_names(layout: Layout) -> list[HiddenName]:
    """Give the names that make up the Solver model of one sheet: minimise its objective by its variable cells."""
    model = {"adj": layout.variables, "opt": layout.absolute_objective, **_OPTIONS}
    return [HiddenName(f"solver_{key}", formula, layout.sheet) for key, formula in model.items()]
