"""Solver's options by the names that its dialog gives them, and what xlcf makes of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.solver.model import SolverModel

EVERY_METHOD, SOLVER_METHOD, HIGHS_METHOD, NOT_USED = "every method", "method solver", "method highs", "not used"
"""Who goes by an option: every method, only that which follows Solver's stopping rule, only HiGHS, or none."""

_NAMES = {
    "engine": ("Solving Method", NOT_USED),
    "precision": ("Constraint Precision", EVERY_METHOD),
    "non_negative": ("Make Unconstrained Variables Non-Negative", EVERY_METHOD),
    "ignore_integers": ("Ignore Integer Constraints", EVERY_METHOD),
    "convergence": ("Convergence", SOLVER_METHOD),
    "central": ("Derivatives", SOLVER_METHOD),
    "max_iterations": ("Iterations", SOLVER_METHOD),
    "max_seconds": ("Max Time (Seconds)", SOLVER_METHOD),
    "scaling": ("Use Automatic Scaling", NOT_USED),
    "multistart": ("Use Multistart", NOT_USED),
    "population": ("Population Size", NOT_USED),
    "seed": ("Random Seed", NOT_USED),
    "require_bounds": ("Require Bounds on Variables", NOT_USED),
    "integer_tolerance": ("Integer Optimality (%)", HIGHS_METHOD),
}


@dataclass(frozen=True)
class OptionWords:
    """One of Solver's options.

    Attributes:
        option: the field of `SolverOptions`.
        name: what Solver's dialog calls it.
        value: what it is set to, as the dialog shows it.
        stored: whether the workbook states it; else it is what Solver takes where nothing is stated.
        used_by: `EVERY_METHOD`, `SOLVER_METHOD`, `HIGHS_METHOD` or `NOT_USED`.

    """

    option: str
    name: str
    value: str
    stored: bool
    used_by: str


def option_words(model: SolverModel) -> list[OptionWords]:
    """List a model's options, those that every method goes by first."""
    order = (EVERY_METHOD, SOLVER_METHOD, HIGHS_METHOD, NOT_USED)
    return sorted(
        (
            OptionWords(option, name, _shown(model, option), option in model.stored_options, used_by)
            for option, (name, used_by) in _NAMES.items()
        ),
        key=lambda words: order.index(words.used_by),
    )


def _shown(model: SolverModel, option: str) -> str:
    value = getattr(model.options, option)
    match option:
        case "engine":
            return model.options.engine_name
        case "central":
            return "central" if value else "forward"
        case "integer_tolerance":
            return f"{100 * value:g}"
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return "on" if value else "off"
    return np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)
