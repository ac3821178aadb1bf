"""The numbers that a reader of the laboratory may change: their names in formulas, meanings and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Settings = Mapping[str, float]
"""Values of hyperparameters by name."""

Bound = Literal["a number above 0", "0 or a number above it", "a number from 0 to below 1", "a whole number above 0"]

_CHECKS: Final[dict[Bound, dict[str, object]]] = {
    "a number above 0": {"validate": "decimal", "criteria": ">", "value": 0},
    "0 or a number above it": {"validate": "decimal", "criteria": ">=", "value": 0},
    "a number from 0 to below 1": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 0.999999},
    "a whole number above 0": {"validate": "integer", "criteria": ">", "value": 0},
}


@dataclass(frozen=True)
class Hyperparameter:
    """A number that a method is set up with.

    Attributes:
        name: its cell's defined name, local to the sheet: formulas say `learning_rate`.
        title: what a person calls it.
        meaning: what it does, in a few words.
        bound: which values it may have.

    """

    name: str
    title: str
    meaning: str
    bound: Bound

    def validation(self) -> dict[str, object]:
        """Give the check of its input cell: XlsxWriter's data_validation options."""
        return {
            **_CHECKS[self.bound],
            "error_title": f"Not a {self.title}",
            "error_message": f"Enter {self.bound}.",
        }


LEARNING_RATE: Final = Hyperparameter("learning_rate", "learning rate", "how far a step goes", "a number above 0")
MOMENTUM: Final = Hyperparameter(
    "momentum", "momentum", "how much of the velocity is kept", "a number from 0 to below 1"
)
ALPHA: Final = Hyperparameter("alpha", "alpha", "how much of the average is kept", "a number from 0 to below 1")
BETA_1: Final = Hyperparameter("beta_1", "beta 1", "how much of the average m is kept", "a number from 0 to below 1")
BETA_2: Final = Hyperparameter("beta_2", "beta 2", "how much of the average v is kept", "a number from 0 to below 1")
EPSILON: Final = Hyperparameter("epsilon", "epsilon", "keeps the divisor away from 0", "a number above 0")
WEIGHT_DECAY: Final = Hyperparameter(
    "weight_decay", "weight decay", "how hard all is pulled to 0", "0 or a number above it"
)
LOWEST_RATE: Final = Hyperparameter("lowest_rate", "lowest rate", "where a cycle ends", "0 or a number above it")
FIRST_CYCLE: Final = Hyperparameter(
    "first_cycle", "first cycle", "steps until the first restart", "a whole number above 0"
)
CYCLE_FACTOR: Final = Hyperparameter(
    "cycle_factor", "cycle factor", "how many times as long the next is", "a whole number above 0"
)
NUDGE: Final = Hyperparameter("nudge", "nudge", "how far finite differences reach", "a number above 0")
