"""Several methods on one problem: each is the fit that it says it is, from the same start."""

from dataclasses import replace

import numpy as np
import pytest

import xlcf
from xlcf.comparing.comparison import EXCEL, Comparison, Entry, Starts
from xlcf.comparing.curves import curves, floor
from xlcf.comparing.excel import excel_value
from xlcf.comparing.methods import compare_methods
from xlcf.comparing.options import CompareOptions
from xlcf.errors import FitError, InputError
from xlcf.fitting.fit import fit_problem
from xlcf.fitting.registry import general_methods
from xlcf.fitting.starts import random_starts

BOWL = {"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 2.0}
QUICK = CompareOptions(("solver", "scipy", "adam"), max_iterations=40, starts=1, seed=4)


@pytest.fixture(scope="module")
def quick(dotprod):
    return compare_methods(*dotprod, QUICK)


def test_each_row_is_the_methods_own_fit(quick, dotprod):
    problem, _ = dotprod
    for entry in quick.entries:
        alone = xlcf.fit(problem, method=entry.method, max_iterations=40)
        np.testing.assert_array_equal(entry.x, alone.x)
        assert entry.objective_end == alone.objective_end == pytest.approx(problem.objective(entry.x), rel=1e-12)
        assert entry.result.evaluations == alone.evaluations
        assert (entry.status, entry.message) == (alone.status, alone.message)
        np.testing.assert_array_equal(entry.result.x_start, problem.start)


def test_random_starts_are_the_same_for_all_and_end_where_fits_end(quick, dotprod):
    problem, _ = dotprod
    (start,) = random_starts(problem, 1, 4, unit=True)
    for entry in quick.entries[1:]:  # Solver's numeric derivatives follow rounding
        alone = fit_problem(problem, None, xlcf.FitOptions(method=entry.method, max_iterations=40), start)
        np.testing.assert_allclose(entry.starts.objectives, [alone.objective_end], rtol=1e-6)
    assert all(entry.starts.evaluations > 2 and entry.starts.seconds > 0 for entry in quick.entries)


def test_it_repeats_to_the_last_bit(quick, dotprod):
    again = compare_methods(*dotprod, QUICK)
    for one, other in zip(quick.entries, again.entries, strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.starts.objectives, other.starts.objectives)
        assert one.hold_out_rmse == other.hold_out_rmse
    np.testing.assert_array_equal(quick.agreement.largest, again.agreement.largest)


def test_distances_are_to_the_best_of_all(quick):
    ends = [entry.objective_end for entry in quick.entries]
    ends += [end for entry in quick.entries for end in entry.starts.objectives]
    assert quick.best == min(ends)
    for entry in quick.entries:
        assert quick.distance(entry) == entry.objective_end - min(ends)
    assert quick.rmse(quick.entries[1]) == pytest.approx(quick.entries[1].objective_end, rel=1e-12)


def test_curves_begin_after_the_search_and_never_touch_zero(quick):
    solver, scipy, adam = curves(quick)
    assert [curve.method for curve in (solver, scipy, adam)] == ["solver", "scipy", "adam"]
    rates = quick.entries[2].result.learning_rates
    assert adam.evaluations[0] == 1 + rates.evaluations
    assert 1 <= adam.evaluations[1] - adam.evaluations[0] <= 2
    assert scipy.evaluations[0] == solver.evaluations[0] == 1
    for curve in (solver, scipy, adam):
        assert (np.diff(curve.evaluations) >= 0).all()
        assert (np.diff(curve.seconds) >= 0).all()
        away = curve.objective - quick.best
        np.testing.assert_array_equal(curve.distance, np.maximum(away, floor(quick)))
    assert 0 < floor(quick) <= 1e-7 * (quick.objective_start - quick.best)


def test_a_method_that_does_not_suit_gets_a_row_with_the_reason(read_cells):
    problem = read_cells(BOWL | {"C1": "=B1+B2"}, lhs1="C1", rel1=1, rhs1="5")
    found = compare_methods(problem, None, CompareOptions(epochs=5))
    assert [entry.method for entry in found.entries] == general_methods()
    assert [entry.status for entry in found.entries] == ["converged", *["failed"] * 5]
    assert all("constraints" in entry.message and entry.objective_end is None for entry in found.entries[1:])
    assert found.entries[0].objective_end == pytest.approx(2)  # the point (2, 3) of the line B1 + B2 = 5
    assert found.agreement is None
    assert found.hold_out is None
    with pytest.raises(InputError, match=r"None of the methods could fit the model\. The method adam cannot keep"):
        compare_methods(problem, None, CompareOptions(("adam", "sgd")))


def test_where_every_method_fails_there_is_nothing_to_compare(read_cells):
    with pytest.raises(FitError, match=r"None of the methods could fit the model\..*without end"):
        compare_methods(read_cells({"A1": "=B1-B2", "B1": 1.0, "B2": 2.0}), None, CompareOptions(("scipy", "solver")))


@pytest.mark.parametrize(
    ("typ", "ends", "best"), [(1, [9.0, 10.0], 10.0), (2, [9.0, 10.0], 9.0), (3, [9.0, 11.5], 11.5)]
)
def test_best_and_distance_follow_the_goal(read_cells, typ, ends, best):
    problem = read_cells(BOWL, typ=typ, val=12)
    rows = tuple(Entry(str(end), "known", "", objective_end=end) for end in ends)
    found = Comparison(problem, None, CompareOptions(), rows, None, None)
    assert found.best == best
    away = {1: [1, 0], 2: [0, 1], 3: [2.5, 0]}[typ]
    assert [found.distance(row) for row in rows] == away


def test_the_share_that_reaches_the_best(quick):
    best = quick.best
    starts = Starts(np.array([best, best * 1.0009, best * 1.0011, 2.0, np.nan]), 1, 1.0)
    assert quick.share_best(starts) == 0.4
    assert starts.quantile(0.5) == np.quantile([best, best * 1.0009, best * 1.0011, 2.0], 0.5)
    assert np.isnan(Starts(np.array([np.nan]), 1, 1.0).quantile(0.5))


def test_excel_can_hold_the_best(dotprod):
    found = compare_methods(*dotprod, CompareOptions(("scipy",), max_iterations=20), excel=excel_value(0.3))
    assert found.entries[-1].method == EXCEL
    assert found.best == 0.3
    assert found.distance(found.entries[0]) == pytest.approx(found.entries[0].objective_end - 0.3)


def test_it_begins_where_it_is_told(dotprod):
    problem, found = dotprod
    start = np.full(len(problem.variables), 0.5)
    compared = compare_methods(problem, found, CompareOptions(("scipy",), max_iterations=3), start=start)
    np.testing.assert_array_equal(compared.results[0].x_start, start)
    assert compared.objective_start == problem.objective(start)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"methods": ("newton",)}, "There is no method 'newton'"),
        ({"methods": ("adam", "adam")}, "A method is named twice in adam, adam"),
        ({"starts": -1}, "The number of random starts must be a whole number of 0 or more, not -1"),
        ({"methods": ("scipy",), "epochs": 3}, "None of the methods scipy has epochs; leave that out"),
        ({"methods": ("scipy", "solver"), "learning_rate": 0.1}, "None of the methods scipy, solver has learning rate"),
        ({"epochs": 0}, "The epochs must be a whole number of 1 or more, not 0"),
        ({"max_iterations": 0}, "The max iterations must be a whole number of 1 or more, not 0"),
        ({"seed": -1}, "The seed must be a whole number of 0 or more, not -1"),
    ],
)
def test_options_that_cannot_be(options, sentence):
    with pytest.raises(InputError) as caught:
        CompareOptions(**options)
    assert sentence in str(caught.value)


def test_methods_without_epochs_have_a_limit_of_their_own():
    assert CompareOptions().of("scipy").max_iterations == 1000
    assert CompareOptions().of("solver").max_iterations == 1000
    assert CompareOptions().of("adam").max_iterations is None
    assert CompareOptions(max_iterations=7).of("adam").max_iterations == 7
    assert replace(CompareOptions(), max_iterations=5000).of("scipy").max_iterations == 5000
