"""Errors by number of factors, against the singular value decomposition and planted factors."""

import numpy as np
import pytest

import xlcf
from xlcf.comparing.factor_counts import FOLDS, compare_factor_counts
from xlcf.errors import InputError
from xlcf.factorization import recognise


@pytest.fixture(scope="module")
def counts(planted):
    return compare_factor_counts(*planted, [4, 1, 2, 3, 2], seed=1)


def test_fit_errors_are_those_of_the_best_approximation(counts, planted):
    """Of a full matrix no k factors come closer than its singular value decomposition (Eckart, Young 1936)."""
    _, found = planted
    singular = np.linalg.svd(found.ratings.matrix(), compute_uv=False)
    left = [np.sqrt(np.sum(singular[count:] ** 2) / found.ratings.matrix().size) for count in counts.factors]
    np.testing.assert_allclose(counts.fit_rmse, left, rtol=1e-4)


def test_planted_factors_predict_best(counts):
    np.testing.assert_array_equal(counts.factors, [1, 2, 3, 4])
    np.testing.assert_array_equal(counts.numbers, [22, 44, 66, 88])
    assert counts.factors[counts.best] == 2
    assert counts.factors[counts.overfits_from] == 3
    assert counts.hold_out_rmse[counts.best] < 2 * 0.1  # the noise
    assert counts.hold_out_rmse[counts.best] < counts.mean_rmse
    assert counts.fold_rmse.shape == (4, FOLDS)
    np.testing.assert_allclose(counts.hold_out_rmse, np.sqrt(np.mean(counts.fold_rmse**2, axis=1)), rtol=1e-12)
    np.testing.assert_allclose(counts.standard_error, counts.fold_rmse.std(axis=1, ddof=1) / np.sqrt(FOLDS))


def test_the_mean_is_the_mean_of_the_others(counts, planted):
    values = planted[1].ratings.values
    assert counts.mean_rmse == pytest.approx(values.std(), rel=0.02)


def test_it_repeats(counts, planted):
    again = compare_factor_counts(*planted, [1, 2], seed=1)
    np.testing.assert_array_equal(again.fit_rmse, counts.fit_rmse[:2])
    np.testing.assert_array_equal(again.fold_rmse, counts.fold_rmse[:2])
    other = compare_factor_counts(*planted, [2], seed=2)
    assert other.hold_out_rmse[0] != counts.hold_out_rmse[1]
    assert other.overfits_from is None


def test_biases_and_bounds_stay(planted):
    problem, _ = planted
    biased = xlcf.read_problem(problem.source, "bias")
    counts = compare_factor_counts(biased, recognise(biased), [1, 2])
    np.testing.assert_array_equal(counts.numbers, [22 + 22, 44 + 22])
    plain = compare_factor_counts(problem, recognise(problem), [1, 2])
    assert (counts.fit_rmse < plain.fit_rmse).all()
    from dataclasses import replace

    bounded = replace(
        problem.variables, lower=np.zeros(len(problem.variables)), upper=np.full(len(problem.variables), 0.5)
    )
    held = replace(problem, variables=bounded)
    tight = compare_factor_counts(held, recognise(problem), [1])
    assert tight.fit_rmse[0] == pytest.approx(np.sqrt(np.mean((recognise(problem).ratings.values - 0.25) ** 2)))


def test_what_cannot_be_compared(planted, read_cells, constrained):
    problem, found = planted
    with pytest.raises(InputError, match="The number of factors must be a whole number from 1 to 1000, not 0"):
        compare_factor_counts(problem, found, [0, 1])
    with pytest.raises(InputError, match="The number of factors must be a whole number from 1 to 1000, not 1001"):
        compare_factor_counts(problem, found, [1, 1001])
    with pytest.raises(InputError, match="The number of factors must be at least one"):
        compare_factor_counts(problem, found, [])
    bowl = read_cells({"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 2.0})
    with pytest.raises(InputError, match="where there are ratings behind the model, and none were recognised"):
        compare_factor_counts(bowl, None, [1])
    with pytest.raises(InputError, match="under the model's constraints"):
        compare_factor_counts(constrained, found, [1])


def test_too_few_ratings(planted):
    from dataclasses import replace

    problem, found = planted
    few = replace(found, ratings=found.ratings.take(np.arange(9)))
    with pytest.raises(InputError, match="9 ratings are too few"):
        compare_factor_counts(problem, few, [1])
    lonely = replace(found, ratings=found.ratings.take(11 * np.arange(10)))
    with pytest.raises(InputError, match="single rating"):
        compare_factor_counts(problem, lonely, [1])
