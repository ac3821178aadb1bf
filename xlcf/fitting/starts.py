"""Random starts: where a fit begins when it does not begin at the sheet's own numbers."""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.solver.problem import Problem


def random_starts(problem: Problem, count: int, seed: int, *, unit: bool) -> list[Floats]:
    """Draw starts, each of shape (variables,).

    Args:
        problem: gives the sheet's numbers and the bounds.
        count: how many.
        seed: equal seeds give equal starts.
        unit: draw from 0 to 1, as =RAND() does, which suits factors. Otherwise: between the bounds where a variable has
            both, else around the sheet's number, normally distributed with that number's size (at least 1) as spread.

    """
    generator = np.random.default_rng(seed)
    lower, upper = problem.variables.lower, problem.variables.upper
    both = np.isfinite(lower) & np.isfinite(upper)
    starts = []
    for _ in range(count):
        if unit:
            x = generator.uniform(0.0, 1.0, len(lower))
        else:
            x = problem.start + np.maximum(np.abs(problem.start), 1.0) * generator.standard_normal(len(lower))
        inside = np.where(both, lower, 0.0) + generator.uniform(size=len(lower)) * np.where(both, upper - lower, 0.0)
        starts.append(np.clip(np.where(both, inside, x), lower, upper))
    return starts
