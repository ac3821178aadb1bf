"""How many factors? The same model with other numbers of factors: how well it fits, and how well it predicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.comparing.hold_out import HoldOut
from xlcf.comparing.options import FactorCountOptions
from xlcf.errors import InputError
from xlcf.factorization.factorization import Factorization
from xlcf.factorization.program import FactorizationProgram
from xlcf.metrics import rmse
from xlcf.ratings.splits import Split, k_folds
from xlcf.solver.problem import Problem

FOLDS = 10
FIT_STARTS = 5
FOLD_STARTS = 2

_ITERATIONS = 500
_LEAST_GAIN = 1e-8  # relatively; a search that gains less in a step is at its end for a curve of errors


@dataclass(frozen=True)
class FactorCounts:
    """Errors by number of factors.

    Attributes:
        problem: the model whose kind was fitted.
        factorization: its ratings and its own number of factors.
        seed: of folds and starts.
        factors: shape (counts,), ascending.
        numbers: shape (counts,), how many free numbers the model has.
        fit_rmse: shape (counts,), over all ratings, after fitting them all: the best of several starts.
        hold_out_rmse: shape (counts,), over all ratings, each predicted by a fit that did not see it.
        fold_rmse: shape (counts, folds), the same by fold.
        mean_rmse: the hold-out error of always predicting the mean rating.
        evaluations: shape (counts,), evaluations of objective and gradient.
        seconds: shape (counts,), wall time.

    """

    problem: Problem
    factorization: Factorization
    seed: int
    factors: Integers
    numbers: Integers
    fit_rmse: Floats
    hold_out_rmse: Floats
    fold_rmse: Floats
    mean_rmse: float
    evaluations: Integers
    seconds: Floats

    @property
    def standard_error(self) -> Floats:
        """How far the hold-out error may be off, by its spread over the folds: shape (counts,)."""
        folds = np.isfinite(self.fold_rmse).sum(axis=1)
        return np.asarray(np.nanstd(self.fold_rmse, axis=1, ddof=1) / np.sqrt(folds))

    @property
    def best(self) -> int:
        """The position of the number of factors that predicts hidden ratings best."""
        return int(np.argmin(self.hold_out_rmse))

    @property
    def overfits_from(self) -> int | None:
        """The position where over-fitting begins: the number of factors after the best one; None if that is the last.

        From there on the fit gets better, and what it predicts gets worse than it was.
        """
        return self.best + 1 if self.best + 1 < len(self.factors) else None


def compare_factor_counts(
    problem: Problem, factorization: Factorization | None, factors: Sequence[int], seed: int = 0
) -> FactorCounts:
    """Fit the problem's kind of model with each number of factors, to all ratings and to nine tenths of them in turn.

    Biases, rating range and bounds are the model's own. Each fit minimises the squared error by L-BFGS (Byrd, Lu,
    Nocedal, Zhu 1995) with exact gradients from random starts between 0 and 1, as =RAND() draws them, and keeps the
    best. Hidden ratings are predicted as `HoldOut.residuals` says.

    Raises:
        InputError: where the model is no factorization or has constraints, or the numbers of factors cannot be used.

    """
    if factorization is None:
        raise InputError(
            "Numbers of factors can be compared where there are ratings behind the model, and none were recognised; "
            "leave out `factors` to compare methods."
        )
    if problem.constraints:
        raise InputError(
            "Numbers of factors cannot be compared under the model's constraints (bounds are fine); delete them in "
            "Solver's dialog."
        )
    counts = _in_order(factors)
    splits = _folds(factorization, seed)
    rows = []
    for count in counts:
        began = perf_counter()
        model, lower, upper = _with_factors(problem, factorization, count)
        search = _Search(lower, upper, np.random.default_rng([seed, count]))
        fitted = FactorizationProgram(model, len(lower))(search.best(model, FIT_STARTS))[0]
        folds = [HoldOut.of(model, split) for split in splits]
        residuals = [fold.residuals(search.best(fold.seen, FOLD_STARTS)) for fold in folds]
        rows.append((len(lower), np.sqrt(fitted), residuals, search.evaluations, perf_counter() - began))
    numbers, fit_rmse, hidden, evaluations, seconds = zip(*rows, strict=True)
    return FactorCounts(
        problem=problem,
        factorization=factorization,
        seed=seed,
        factors=np.array(counts),
        numbers=np.array(numbers),
        fit_rmse=np.array(fit_rmse),
        hold_out_rmse=np.array([rmse(np.concatenate(residuals)) for residuals in hidden]),
        fold_rmse=np.array([[rmse(fold) for fold in residuals] for residuals in hidden]),
        mean_rmse=rmse(np.concatenate([_residuals_of_mean(HoldOut.of(factorization, split)) for split in splits])),
        evaluations=np.array(evaluations),
        seconds=np.array(seconds),
    )


class _Search:
    """Searches for the factors of one model; counts what they cost."""

    def __init__(self, lower: Floats, upper: Floats, generator: np.random.Generator) -> None:
        self.lower, self.upper, self.generator = lower, upper, generator
        self.evaluations = 0

    def best(self, model: Factorization, starts: int) -> Floats:
        """Give the variables with the lowest error of several random starts."""
        return np.asarray(min((self._run(model) for _ in range(starts)), key=lambda outcome: float(outcome.fun)).x)

    def _run(self, model: Factorization) -> Any:
        from scipy.optimize import minimize

        start = np.clip(self.generator.uniform(0.0, 1.0, len(self.lower)), self.lower, self.upper)
        with np.errstate(all="ignore"):
            outcome = minimize(
                FactorizationProgram(model, len(start)).value_and_gradient,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=np.stack([self.lower, self.upper], axis=1),
                options={"maxcor": 50, "maxiter": _ITERATIONS, "maxfun": 20 * _ITERATIONS, "ftol": _LEAST_GAIN},
            )
        self.evaluations += int(outcome.nfev)
        return outcome


def _in_order(factors: Sequence[int]) -> list[int]:
    return sorted(set(FactorCountOptions(tuple(factors)).factors))


def _folds(factorization: Factorization, seed: int) -> list[Split]:
    count = len(factorization.ratings)
    if count < FOLDS:
        raise InputError(f"{count} ratings are too few to hide some and predict them; there must be {FOLDS} or more.")
    splits = k_folds(count, FOLDS, seed)
    if not any(len(HoldOut.of(factorization, split).hidden.ratings) for split in splits):
        raise InputError("Every user or item has a single rating, so none can be hidden and predicted.")
    return splits


def _with_factors(problem: Problem, factorization: Factorization, count: int) -> tuple[Factorization, Floats, Floats]:
    """Give the same kind of model with `count` factors over variables of its own, and their bounds."""
    places: list[Integers] = []  # by group of the new variables, the old variables whose bounds they take

    def lay_out(old: Integers) -> Integers:
        first = sum(group.size for group in places)
        places.append(old)
        return np.arange(first, first + old.size).reshape(old.shape)

    def biases(old: Integers | None) -> Integers | None:
        return None if old is None else lay_out(old)

    shared = factorization.global_bias_index
    model = replace(
        factorization,
        user_index=lay_out(np.repeat(factorization.user_index[:, :1], count, axis=1)),
        item_index=lay_out(np.repeat(factorization.item_index[:, :1], count, axis=1)),
        user_bias_index=biases(factorization.user_bias_index),
        item_bias_index=biases(factorization.item_bias_index),
        global_bias_index=None if shared is None else int(lay_out(np.array([shared]))[0]),
        objective_kind="mse" if factorization.weight_decay is None else factorization.objective_kind,
    )
    old = np.concatenate([group.ravel() for group in places])
    if factorization.weight_decay is not None:
        model = replace(model, weight_decay=factorization.weight_decay[old])
    return model, problem.variables.lower[old], problem.variables.upper[old]


def _residuals_of_mean(hold_out: HoldOut) -> Floats:
    return np.asarray(hold_out.hidden.ratings.values - hold_out.seen.ratings.mean)
