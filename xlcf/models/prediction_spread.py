"""How far equally good models disagree: what a prediction is worth where few ratings settle it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from xlcf.arrays import Floats
from xlcf.models.factors import Factors


class PredictionSpread(Protocol):
    """The spread of a model's predictions over models that are as good."""

    @property
    def is_known(self) -> bool:
        """Whether there is another model to compare with."""

    def ends(self, predict: Callable[[Factors], Floats]) -> tuple[Floats, Floats]:
        """Give the lowest and the highest of each prediction over the models.

        Args:
            predict: gives predictions, shape (pairs,), by the factors of a model.

        """

    def describe(self) -> str:
        """Say in a sentence what the spread is over, or why it is not known."""
