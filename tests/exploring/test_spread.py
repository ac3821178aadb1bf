"""The spread over equally good fits, against SciPy from the same starts with the objective written out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from xlcf.bridge.models import read_problem
from xlcf.bridge.rating_models import read_rating_model
from xlcf.factorization import Factorization, recognise
from xlcf.fitting.equal_fits import equal_fits
from xlcf.fitting.spread import EqualFitsSpread
from xlcf.fitting.starts import random_starts
from xlcf.models.recommendations import recommend
from xlcf.solver.problem import Problem

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.fixture(scope="module")
def fit() -> tuple[Problem, Factorization, np.ndarray]:
    """Give the sheet with 15 users by 15 movies, and a fit of it."""
    problem = read_problem(TOP15, "dotprod")
    factorization = recognise(problem)
    assert factorization is not None
    point = minimize(by_hand(factorization), problem.start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return problem, factorization, point


def by_hand(factorization: Factorization):
    """Give the RMSE and its gradient as a function of the variables, by matrices."""
    observed = factorization.ratings.matrix()
    is_rated = np.isfinite(observed)

    def rmse(x: np.ndarray) -> tuple[float, np.ndarray]:
        user, item = x[factorization.user_index], x[factorization.item_index]
        errors = np.where(is_rated, user @ item.T - np.nan_to_num(observed), 0.0)
        value = np.sqrt((errors**2).sum() / is_rated.sum())
        gradient = np.empty_like(x)
        gradient[factorization.user_index] = errors @ item / (is_rated.sum() * value)
        gradient[factorization.item_index] = errors.T @ user / (is_rated.sum() * value)
        return value, gradient

    return rmse


def copies_into(path: list[np.ndarray]):
    return lambda x: path.append(x.copy())


def test_the_spread_is_that_of_scipys_fits_from_the_same_starts(fit) -> None:
    problem, factorization, point = fit
    rmse = by_hand(factorization)
    enough = 1.01 * rmse(point)[0]
    points = [point]
    for start in random_starts(problem, 8, 3, unit=True):
        path: list[np.ndarray] = []
        options = {"maxcor": 20, "ftol": 0, "gtol": 0, "maxiter": 200, "maxfun": 600}
        minimize(rmse, start, jac=True, method="L-BFGS-B", options=options, callback=copies_into(path))
        points += [x for x in path if rmse(x)[0] <= enough][:1]
    assert len(points) > 4
    spread = EqualFitsSpread(problem, factorization, point, seed=3)
    assert spread.fits.found == len(points) - 1
    lowest, highest = spread.ends(lambda factors: factors.predict_all().ravel())
    tables = np.array([(x[factorization.user_index] @ x[factorization.item_index].T).ravel() for x in points])
    np.testing.assert_allclose(lowest, tables.min(axis=0), atol=1e-3)
    np.testing.assert_allclose(highest, tables.max(axis=0), atol=1e-3)
    assert f"{len(points)} equally good fits" in spread.describe()


def test_equal_seeds_give_equal_fits_which_are_as_good(fit) -> None:
    problem, factorization, point = fit
    found, again, other = (equal_fits(problem, factorization, point, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(found.points, again.points)
    assert not np.array_equal(found.points[1], other.points[1])
    objectives = [problem.objective(x) for x in found.points]
    assert max(objectives) <= 1.01 * objectives[0]


def test_what_fits_disagree_on_is_marked(fit) -> None:
    problem, factorization, point = fit
    spread = EqualFitsSpread(problem, factorization, point)
    model = replace(factorization.model(point), spread=spread)
    low, high = factorization.ratings.rating_range
    tables = np.array([factors.predict_all().clip(low, high) for factors in spread.factors])
    agree = set()
    for user in range(15):
        for code, item in zip((found := recommend(model, user)).codes.tolist(), found, strict=True):
            ends = tables[:, user, code].min(), tables[:, user, code].max()
            assert (item.lowest, item.highest) == pytest.approx(ends)
            assert item.fits_agree == (ends[1] - ends[0] < 0.2 * (high - low))
            agree.add(item.fits_agree)
    assert agree == {True, False}


def test_why_there_is_no_spread_is_said(fit) -> None:
    problem, factorization, point = fit
    maximised = replace(problem, objective=replace(problem.objective, goal="max"))
    spread = EqualFitsSpread(maximised, factorization, point)
    assert not spread.is_known
    assert "because the model's goal is not Min" in spread.describe()
    large = equal_fits(problem, factorization, point, starts=1)
    assert (large.found, large.starts) == (0, 0)
    assert large.why_none is not None


def test_a_workbook_that_is_read_has_a_spread() -> None:
    model = read_rating_model(TOP15, "bias")
    assert model.spread is not None
    assert model.spread.is_known
