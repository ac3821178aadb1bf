"""How far the predictions of equally good fits lie apart: what a prediction is worth where few ratings settle it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlcf.arrays import Floats
from xlcf.factorization.factorization import Factorization
from xlcf.fitting.equal_fits import TOLERANCE, EqualFits, equal_fits
from xlcf.models.factors import Factors
from xlcf.solver.problem import Problem


@dataclass(frozen=True)
class EqualFitsSpread:
    """A `PredictionSpread`: that of a workbook's predictions over fits that are as good as the given one (`EqualFits`).

    The fits are made when they are first asked for.

    Attributes:
        problem: what was fitted.
        factorization: the ratings behind it.
        x: shape (variables,), the fit.
        seed: of the random starts.

    """

    problem: Problem
    factorization: Factorization
    x: Floats
    seed: int = 0

    @cached_property
    def fits(self) -> EqualFits:
        """The fits; the given one first."""
        return equal_fits(self.problem, self.factorization, self.x, self.seed)

    @cached_property
    def factors(self) -> list[Factors]:
        """The factors of each fit."""
        return [self.factorization.factors(point) for point in self.fits.points]

    @property
    def is_known(self) -> bool:
        """Whether there is another fit to compare with."""
        return self.fits.found > 0

    def ends(self, predict: Callable[[Factors], Floats]) -> tuple[Floats, Floats]:
        """Give the lowest and the highest of each prediction over the fits.

        Args:
            predict: gives predictions, shape (pairs,), by the factors of a fit.

        """
        predictions = np.array([predict(factors) for factors in self.factors])
        return predictions.min(axis=0), predictions.max(axis=0)

    def describe(self) -> str:
        """Say in a sentence what the spread is over, or why it is not known."""
        fits = self.fits
        if fits.why_none is not None:
            return f"How far equally good fits disagree is not known, because {fits.why_none}."
        tried = f"{fits.starts} random starts (seed {fits.seed})"
        if not fits.found:
            return f"How far equally good fits disagree is not known: none of {tried} led to a fit as good as this one."
        return (
            f"Lowest and highest are over {fits.found + 1} equally good fits: this one and {fits.found} from {tried} "
            f"whose objective is at most {100 * TOLERANCE:g} % higher. Agreement does not make a prediction right."
        )
