"""How far a run of a method has come, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes:
        iteration: iterations (epochs) done; 0 while the learning rate is searched.
        objective: the objective cell's value at the last of them.
        evaluations: objective evaluations so far.
        seconds: wall time of the run so far.

    """

    iteration: int
    objective: float
    evaluations: int
    seconds: float


Observer = Callable[[Progress], bool]
"""Is told how far a run has come, after each iteration; says True to end the run there."""
