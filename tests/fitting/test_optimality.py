"""What is called an optimum is one, and only that: models of daily life against closed forms and SciPy."""

import numpy as np
import pytest
from scipy.optimize import curve_fit, minimize, minimize_scalar

import xlcf
from xlcf.fitting.fit import fit_problem
from xlcf.fitting.loss import Loss

SIZES = np.array([1e-3, 1.0, 1e3, 1e6])


def column(letter, values):
    return {f"{letter}{row}": float(value) for row, value in enumerate(values, 1)}


def no_alarm(result):
    assert result.status == "converged", result.message
    for word in ("kink", "bend", "not zero", "CONVERGENCE", "ABNORMAL", "directional derivative"):
        assert word not in result.message


@pytest.fixture(scope="module")
def regression():
    """Give cells of a linear regression whose columns are of very different sizes, their matrix and targets."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(40, 4)) * SIZES
    target = 3 + inputs @ (np.array([2.0, -1.0, 0.5, 3.0]) / SIZES) + 0.5 * random.normal(size=40)
    cells = {"A1": "=SUMXMY2(G1:G40,H1:H40)"} | column("G", target)
    for letter, values in zip("CDEF", inputs.T, strict=True):
        cells |= column(letter, values)
    for row in range(1, 41):
        cells[f"H{row}"] = f"=B$1+B$2*C{row}+B$3*D{row}+B$4*E{row}+B$5*F{row}"
    return cells, np.column_stack([np.ones(40), inputs]), target


def least_squares(matrix, target, decay=0.0):
    size = np.linalg.norm(matrix, axis=0)
    scaled = np.vstack([matrix / size, np.diag(np.sqrt(decay) / size)])
    answer, *_ = np.linalg.lstsq(scaled, np.concatenate([target, np.zeros(len(size))]), rcond=None)
    return answer / size


@pytest.mark.parametrize("start", [0.0, 1.0, 1.01], ids=["from zero", "at the optimum", "beside it"])
def test_linear_regression_with_columns_of_all_sizes(start, regression, read_cells):
    cells, matrix, target = regression
    answer = least_squares(matrix, target)
    result = xlcf.fit(read_cells(cells | column("B", start * answer), adj="B1:B5"))
    no_alarm(result)
    np.testing.assert_allclose(result.x, answer, rtol=1e-6)
    if start == 1.0:
        np.testing.assert_array_equal(result.x, result.x_start)
        assert "stay as they were" in result.message


def test_ridge_regression(regression, read_cells):
    cells, matrix, target = regression
    cells = cells | {"A1": "=SUMXMY2(G1:G40,H1:H40)+0.1*SUMSQ(B1:B5)"} | column("B", np.zeros(5))
    result = xlcf.fit(read_cells(cells, adj="B1:B5"))
    no_alarm(result)
    np.testing.assert_allclose(result.x, least_squares(matrix, target, 0.1), rtol=1e-6)


def smoothing(series, cells, *, trend):
    """Forecast D is level F plus trend E of the row before."""
    count = len(series)
    cells = {"A1": f"=SUMXMY2(C2:C{count},D2:D{count})"} | cells | column("C", series)
    cells |= {"E1": 0.0, "F1": float(series[0])}
    for row in range(2, count + 1):
        cells |= {f"D{row}": f"=F{row - 1}+E{row - 1}", f"F{row}": f"=B$1*C{row}+(1-B$1)*D{row}"}
        cells[f"E{row}"] = f"=B$2*(F{row}-F{row - 1})+(1-B$2)*E{row - 1}" if trend else 0.0
    return cells


def errors_of_smoothing(series, alpha, beta=0.0):
    level, slope, total = series[0], 0.0, 0.0
    for value in series[1:]:
        forecast = level + slope
        total += (value - forecast) ** 2
        before, level = level, alpha * value + (1 - alpha) * forecast
        slope = beta * (level - before) + (1 - beta) * slope
    return total


SHARES = {"lhs1": "B1:B2", "rel1": 3, "rhs1": "0", "lhs2": "B1:B2", "rel2": 1, "rhs2": "1"}


def test_exponential_smoothing_within_bounds(read_cells):
    random = np.random.default_rng(4)
    level = np.cumsum(random.normal(size=30)) + 50
    for noise in (1.0, 0.0):  # a random walk itself is forecast by its last value: the bound 1, or nearly
        series = level + noise * random.normal(size=30)
        result = xlcf.fit(read_cells(smoothing(series, {"B1": 0.3}, trend=False), adj="B1", **SHARES | {
            "lhs1": "B1", "lhs2": "B1"}))  # fmt: skip
        truth = minimize_scalar(lambda a, s=series: errors_of_smoothing(s, a), bounds=(0, 1), method="bounded")
        no_alarm(result)
        assert result.objective_end <= truth.fun * (1 + 1e-9)
        assert 0 <= result.x[0] <= 1


def test_holts_trend_within_bounds(read_cells):
    random = np.random.default_rng(8)
    series = 20 + 1.5 * np.arange(24) + 2 * random.normal(size=24)
    result = xlcf.fit(read_cells(smoothing(series, {"B1": 0.3, "B2": 0.2}, trend=True), **SHARES))
    no_alarm(result)
    grid = [(a, b) for a in (0.1, 0.5, 0.9) for b in (0.1, 0.5, 0.9)]
    ends = [
        minimize(lambda x: errors_of_smoothing(series, *x), start, bounds=[(0, 1)] * 2, tol=1e-12).fun for start in grid
    ]
    assert any(result.objective_end == pytest.approx(end, rel=1e-6) for end in ends)
    assert "within the bounds" in result.message


def test_logistic_regression_by_its_likelihood(logistic, read_cells):
    cells, inputs, answers = logistic(separable=False)
    result = xlcf.fit(read_cells(cells, adj="B1:B3", typ=1))
    no_alarm(result)
    matrix = np.column_stack([np.ones(30), inputs])
    share = 1 / (1 + np.exp(-matrix @ result.x))
    assert np.abs(matrix.T @ (answers - share)).max() < 1e-5  # the score is zero


def test_power_law_and_sine(read_cells):
    random = np.random.default_rng(2)
    at = np.arange(1, 26.0)
    measured = 3 * at**1.7 * np.exp(0.05 * random.normal(size=25))
    cells = {"A1": "=SUMXMY2(D1:D25,E1:E25)"} | column("B", [1, 1]) | column("C", at) | column("D", measured)
    result = xlcf.fit(read_cells(cells | {f"E{row}": f"=B$1*C{row}^B$2" for row in range(1, 26)}))
    no_alarm(result)
    truth, _ = curve_fit(lambda t, a, b: a * t**b, at, measured, [1, 1])
    np.testing.assert_allclose(result.x, truth, rtol=1e-6)
    measured = 2 * np.sin(0.7 * at + 0.4) + 1 + 0.2 * random.normal(size=25)
    begin = [1.0, 0.68, 0.0, 0.0]
    cells = {"A1": "=SQRT(SUMXMY2(D1:D25,E1:E25)/25)"} | column("B", begin) | column("C", at) | column("D", measured)
    cells |= {f"E{row}": f"=B$1*SIN(B$2*C{row}+B$3)+B$4" for row in range(1, 26)}
    result = xlcf.fit(read_cells(cells, adj="B1:B4"))
    no_alarm(result)
    truth, _ = curve_fit(lambda t, a, w, p, m: a * np.sin(w * t + p) + m, at, measured, begin)
    np.testing.assert_allclose(result.x, truth, rtol=1e-5)


def test_a_kink_is_an_end_that_is_not_called_an_optimum(read_cells):
    """The least weighted absolute deviation is at the number with most weight, where the slope jumps."""
    cells = {"A1": "=ABS(B1-1)+4*ABS(B1-2.5)+2*ABS(B1-7)+(B2-1)^2", "B1": 0.0, "B2": 0.0}
    result = xlcf.fit(read_cells(cells))
    assert result.x[0] == pytest.approx(2.5, abs=1e-3)
    assert result.status == "stopped"
    assert "ABS" in result.message


def test_a_start_at_a_maximum_is_left(read_cells):
    """The gradient at zero is zero; the function falls to both sides."""
    result = xlcf.fit(read_cells({"A1": "=B1^4-2*B1^2+B2^2", "B1": 0.0, "B2": 1.0}))
    np.testing.assert_allclose(np.abs(result.x), [1, 0], atol=1e-6)


PORTFOLIO = {"A1": "=0.04*B1^2+0.04*B2^2+0.02*B1*B2", "B1": 0.5, "B2": 0.5, "C1": "=B1+B2"}
WHOLE = {"lhs1": "C1", "rel1": 2, "rhs1": "1", "lhs2": "B1:B2", "rel2": 3, "rhs2": "0"}


@pytest.mark.parametrize("formula", ["{}", "SQRT({})", "1000000*({})"])
def test_a_solved_portfolio_stays_as_it_is(formula, read_cells):
    objective = "=" + formula.format(PORTFOLIO["A1"][1:])
    result = xlcf.fit(read_cells(PORTFOLIO | {"A1": objective}, **WHOLE))
    np.testing.assert_array_equal(result.x, [0.5, 0.5])
    assert result.objective_end == result.objective_start
    assert result.status == "converged"
    assert "stay as they were" in result.message


@pytest.mark.parametrize("start", [(0.9, 0.1), (0.0, 0.0), (3.0, 2.0)])
def test_constraints_hold_in_the_numbers_as_written(start, read_cells):
    problem = read_cells(PORTFOLIO | {"B1": start[0], "B2": start[1]}, **WHOLE)
    result = xlcf.fit(problem)
    np.testing.assert_allclose(result.x, [0.5, 0.5], atol=1e-7)
    assert abs(result.x.sum() - 1) <= 1e-12
    assert (result.x >= 0).all()


@pytest.mark.parametrize("way", [{"method": "scipy"}, {"method": "solver"}, {"method": "adam", "epochs": 100}], ids=str)
def test_a_fit_without_gain_leaves_the_cells(way, read_cells):
    cells = {"A1": "=5+(B1-3)^2+2*(B2-4)^2", "B1": 3.0, "B2": 4.0 + 1e-9}
    result = xlcf.fit(read_cells(cells), **way)
    np.testing.assert_array_equal(result.x, [3.0, 4.0 + 1e-9])


def test_short_decimals_where_they_are_as_good(read_cells):
    result = xlcf.fit(read_cells({"A1": "=(B1-0.25)^2+2*(B2-B1-4)^2+1", "B1": 100.0, "B2": 2.0}))
    np.testing.assert_array_equal(result.x, [0.25, 4.25])


def test_the_time_of_a_fit_begins_with_its_search(dotprod):
    """Loading torch takes a second or more, an iteration about a millisecond."""
    history = fit_problem(dotprod, None, xlcf.FitOptions(max_iterations=5)).history
    assert history.seconds[0] == 0
    assert history.evaluations[0] == 1
    loss = Loss(dotprod, dotprod.start)
    assert (loss.evaluations, loss.gradients) == (2, 1)
    assert loss.seconds < 0.05


def test_an_observer_hears_of_each_iteration_and_ends_the_fit(dotprod):
    problem, heard = dotprod, []

    def observe(now):
        heard.append(now)
        return now.iteration == 6

    for method in ("scipy", "solver", "adam", "sgd"):
        heard.clear()
        result = fit_problem(problem, None, xlcf.FitOptions(method=method), observer=observe)
        assert result.status == "interrupted"
        assert result.iterations == heard[-1].iteration == 6
        assert result.objective_end == pytest.approx(min(now.objective for now in heard))
        assert result.objective_end < result.objective_start
        assert [now.evaluations for now in heard] == sorted(now.evaluations for now in heard)
        assert "Interrupted after 6 iterations" in result.message


def test_an_interruption_ends_random_starts(dotprod):
    count = 0

    def observe(_):
        nonlocal count
        count += 1
        return count > 20

    options = xlcf.FitOptions(starts=50, seed=1, max_iterations=8)
    result = fit_problem(dotprod, None, options, observer=observe)
    assert result.status == "interrupted"
    assert result.starts == 3
    assert "random start 3 of 50" in result.message
    unhindered = fit_problem(dotprod, None, xlcf.FitOptions(starts=2, seed=1, max_iterations=8))
    assert result.objective_end == unhindered.objective_end


def test_mini_batches_can_be_interrupted(dotprod):
    from xlcf.factorization import recognise

    options = xlcf.FitOptions(method="momentum", batch_size=50, learning_rate=0.01)
    result = fit_problem(dotprod, recognise(dotprod), options, observer=lambda now: now.iteration == 4)
    assert (result.status, result.iterations) == ("interrupted", 4)


@pytest.mark.parametrize("method", ["scipy", "solver"])
def test_a_lower_bound_of_its_own_may_be_below_zero(method, read_cells):
    """Make Unconstrained Variables Non-Negative: B1 has a computed lower bound, B2 a formula's, B3 has none."""
    cells = {"A1": "=(B1+7)^2+(B2+5)^2+(B3+3)^2+B1*B2", "B1": 1.0, "B2": 1.0, "B3": 1.0, "C1": "=-D1", "D1": 4.0}
    problem = read_cells(cells, adj="B1:B3", neg=1, lhs1="B1", rel1=3, rhs1="C1", lhs2="B2", rel2=3, rhs2="=-$D$1*200%")
    truth = minimize(
        lambda x: (x[0] + 7) ** 2 + (x[1] + 5) ** 2 + (x[2] + 3) ** 2 + x[0] * x[1], np.ones(3),
        bounds=[(-4, None), (-8, None), (0, None)], tol=1e-14,
    )  # fmt: skip
    solution = xlcf.fit(problem, method=method)
    np.testing.assert_allclose(solution.x, truth.x, atol=1e-4)
    assert (solution.x[:2] < 0).all()
    assert solution.x[2] == 0
