"""What a fit returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """The course of a fit, one entry an iteration (an epoch for gradient descent), the start first.

    Attributes:
        iteration: shape (steps,), counted from 0 = the start.
        objective: shape (steps,), the objective cell's value.
        evaluations: shape (steps,), objective evaluations used so far, those for derivatives included.
        seconds: shape (steps,), wall time since the start.

    """

    iteration: Integers
    objective: Floats
    evaluations: Integers
    seconds: Floats

    def __len__(self) -> int:
        return len(self.iteration)


@dataclass(frozen=True)
class FitResult:
    """The end of a fit, and how it was reached.

    Attributes:
        method: scipy, solver, sgd, momentum, adam or adamw.
        objective_start: the objective cell's value at `x_start`.
        objective_end: the objective cell's value at `x`.
        status: `converged` (at an optimum as far as the method can tell), `stopped` (by the method's own
            rule), or `limit` (iterations or time ran out).
        message: the same in a sentence.
        iterations: steps taken; epochs for gradient descent.
        evaluations: objective evaluations, those used for numeric derivatives included.
        gradients: exact gradient evaluations.
        seconds: wall time of the fit alone.
        history: objective per iteration.
        x_start: shape (variables,), where the kept run began.
        x: shape (variables,), the fitted variable cells, in the order of the problem's variables.
        options: the options that this method was run with, by name.
        seed: the seed of random starts and batches; None where nothing was random.
        starts: how many starts were tried; the best is this one.
        command: the command line that repeats this fit.

    """

    method: str
    objective_start: float
    objective_end: float
    status: str
    message: str
    iterations: int
    evaluations: int
    gradients: int
    seconds: float
    history: History
    x_start: Floats
    x: Floats
    options: dict[str, object] = field(default_factory=dict)
    seed: int | None = None
    starts: int = 1
    command: str = ""
