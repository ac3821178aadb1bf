"""Small models whose answers are known: closed forms, NumPy's least squares, SciPy on hand-written functions."""

import numpy as np
import pytest
from scipy.optimize import minimize, rosen

import xlcf
from xlcf.errors import FitError, InputError

DESCENT = ["sgd", "momentum", "adam", "adamw"]
BOWL = {"A1": "=(B1-3)^2+2*(B2-4)^2", "B1": 1.0, "B2": 2.0}


@pytest.fixture(scope="module")
def regression():
    random = np.random.default_rng(5)
    x = random.normal(size=(40, 2)).round(3)
    y = (1.5 + x @ [2.0, -0.7] + 0.3 * random.normal(size=40)).round(3)
    cells = {"A1": "=SUMXMY2(F1:F40,G1:G40)/COUNT(F1:F40)", "B1": 0.0, "B2": 0.0, "B3": 0.0}
    for row, (inputs, target) in enumerate(zip(x, y, strict=True), 1):
        cells |= {f"D{row}": float(inputs[0]), f"E{row}": float(inputs[1]), f"F{row}": float(target)}
        cells |= {f"G{row}": f"=B$1+SUMPRODUCT(D{row}:E{row},TRANSPOSE(B$2:B$3))"}
    answer, *_ = np.linalg.lstsq(np.column_stack([np.ones(40), x]), y, rcond=None)
    return cells, answer


@pytest.mark.parametrize(("method", "tolerance"), [("scipy", 1e-7), ("solver", 0.02), *((m, 1e-4) for m in DESCENT)])
def test_linear_regression(method, tolerance, regression, read_cells):
    cells, answer = regression
    result = xlcf.fit(read_cells(cells, adj="B1:B3"), method=method)
    np.testing.assert_allclose(result.x, answer, atol=tolerance)


@pytest.mark.parametrize(("method", "tolerance"), [("scipy", 1e-6), ("solver", 1e-3)])
def test_rosenbrock(method, tolerance, read_cells):
    problem = read_cells({"A1": "=(1-B1)^2+100*(B2-B1^2)^2", "B1": -1.2, "B2": 1.0})
    assert problem.computed == pytest.approx(rosen([-1.2, 1.0]))
    np.testing.assert_allclose(xlcf.fit(problem, method=method).x, [1, 1], atol=tolerance)


@pytest.mark.parametrize("method", ["scipy", "solver", "adam"])
def test_max(method, read_cells):
    result = xlcf.fit(read_cells(BOWL | {"A1": "=7-(B1-3)^2-2*(B2-4)^2"}, typ=1), method=method)
    np.testing.assert_allclose(result.x, [3, 4], atol=0.05)
    assert result.objective_end == pytest.approx(7, abs=1e-2)
    assert result.objective_start == pytest.approx(-5)


@pytest.mark.parametrize("method", ["scipy", "solver", "adam"])
def test_value_of(method, read_cells):
    result = xlcf.fit(read_cells({"A1": "=B1*B2", "B1": 1.0, "B2": 2.0}, typ=3, val=12), method=method)
    assert result.objective_end == pytest.approx(12, abs=0.05)


@pytest.mark.parametrize("method", ["scipy", "solver", "adam"])
@pytest.mark.parametrize(
    "bounds", [{"lhs1": "B1", "rel1": 1, "rhs1": "2"}, {"neg": 1, "lhs1": "B1", "rel1": 1, "rhs1": "2"}]
)
def test_bounds_hold(method, bounds, read_cells):
    problem = read_cells(BOWL | {"A1": "=(B1-3)^2+2*(B2+4)^2"}, **bounds)
    result = xlcf.fit(problem, method=method)
    np.testing.assert_allclose(result.x, [2, 0 if "neg" in bounds else -4], atol=0.01)
    assert result.x[0] <= 2


@pytest.mark.parametrize("drv", [1, 2])
@pytest.mark.parametrize("method", ["scipy", "solver", "adam"])
def test_a_fixed_variable_stays(method, drv, read_cells):
    problem = read_cells(BOWL, lhs1="B1", rel1=2, rhs1="2.5", drv=drv)
    result = xlcf.fit(problem, method=method)
    assert result.x[0] == 2.5
    assert result.x_start[0] == 2.5  # the sheet's 1 breaks the constraint
    assert result.x[1] == pytest.approx(4, abs=0.01)


def test_a_bound_narrower_than_a_step(read_cells):
    problem = read_cells(BOWL, lhs1="B1", rel1=3, rhs1="3", lhs2="B1", rel2=1, rhs2="3.000000000001")
    for drv in ("solver", "exact"):
        assert xlcf.fit(problem, method="solver", derivatives=drv).x[1] == pytest.approx(4, abs=0.01)


def test_a_linear_constraint(read_cells):
    """Minimise x^2 + y^2 with x + 2 y >= 5: the foot of the perpendicular, (1, 2)."""
    problem = read_cells({"A1": "=SUMSQ(B1:B2)", "B1": 4.0, "B2": 4.0, "C1": "=B1+2*B2"}, lhs1="C1", rel1=3, rhs1="5")
    result = xlcf.fit(problem)
    np.testing.assert_allclose(result.x, [1, 2], atol=1e-6)
    assert result.status == "converged"


def test_nonlinear_constraints_as_scipy_has_them(read_cells):
    """Hock and Schittkowski's problem 71."""
    cells = {
        "A1": "=B1*B4*(B1+B2+B3)+B3", "B1": 1.0, "B2": 5.0, "B3": 5.0, "B4": 1.0,
        "C1": "=PRODUCT(B1:B4)", "C2": "=SUMSQ(B1:B4)",
    }  # fmt: skip
    problem = read_cells(
        cells, adj="B1:B4",
        lhs1="B1:B4", rel1=3, rhs1="1", lhs2="B1:B4", rel2=1, rhs2="5",
        lhs3="C1", rel3=3, rhs3="25", lhs4="C2", rel4=2, rhs4="40",
    )  # fmt: skip
    outcome = minimize(
        lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2], [1, 5, 5, 1], method="SLSQP", bounds=[(1, 5)] * 4,
        constraints=[
            {"type": "ineq", "fun": lambda x: np.prod(x) - 25}, {"type": "eq", "fun": lambda x: np.sum(x**2) - 40},
        ],
    )  # fmt: skip
    result = xlcf.fit(problem)
    np.testing.assert_allclose(result.x, outcome.x, atol=1e-4)
    assert result.objective_end == pytest.approx(17.0140173, abs=1e-6)


def test_a_maximum_within_constraints(read_cells):
    """The largest box in a sphere of radius 1 is the cube: volume 8 / 3^1.5."""
    problem = read_cells(
        {"A1": "=8*PRODUCT(B1:B3)", "B1": 0.3, "B2": 0.5, "B3": 0.4, "C1": "=SUMSQ(B1:B3)"},
        adj="B1:B3", typ=1, lhs1="C1", rel1=1, rhs1="1",
    )  # fmt: skip
    assert xlcf.fit(problem).objective_end == pytest.approx(8 / 3**1.5, rel=1e-7)


def test_constraints_that_cannot_hold_together(read_cells):
    cells = BOWL | {"C1": "=B1+B2"}
    problem = read_cells(cells, lhs1="C1", rel1=3, rhs1="5", lhs2="C1", rel2=1, rhs2="4")
    result = xlcf.fit(problem)
    assert result.status == "infeasible"
    assert "No point was found that meets all constraints" in result.message


@pytest.mark.parametrize("method", ["solver", *DESCENT])
def test_methods_that_keep_no_constraints_say_so(method, read_cells):
    problem = read_cells(BOWL | {"C1": "=B1+B2"}, lhs1="C1", rel1=3, rhs1="5")
    with pytest.raises(InputError, match=r"bounds are fine\); use the method scipy"):
        xlcf.fit(problem, method=method)


def test_trial_points_outside_the_domain(read_cells):
    """The minimum of x - ln x is at 1; from 10 the first steps lead below 0, where LN is an error."""
    problem = read_cells({"A1": "=100*(B1-LN(B1))+(B2-1)^2", "B1": 10.0, "B2": 100.0})
    for method, tolerance in (("scipy", 1e-6), ("solver", 0.05), ("momentum", 1e-3)):
        np.testing.assert_allclose(xlcf.fit(problem, method=method).x, [1, 1], atol=tolerance)


def test_a_large_objective_is_no_worse_than_an_error(read_cells):
    """What stands for an error has to lie above any value of the objective."""
    problem = read_cells({"A1": "=1E12+100*(B1-LN(B1))+(B2-1)^2", "B1": 10.0, "B2": 100.0})
    result = xlcf.fit(problem)
    assert result.x[0] > 0
    assert result.objective_end == pytest.approx(1e12 + 100, abs=1)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
@pytest.mark.parametrize(
    ("method", "tolerance"), [("scipy", 1e-6), ("solver", 0.02), ("adam", 1e-3), ("momentum", 1e-3)]
)
def test_the_scale_of_the_objective_does_not_matter(scale, method, tolerance, read_cells):
    problem = read_cells(BOWL | {"A1": f"={scale!r}*(1+(B1-3)^2+2*(B2-4)^2)"})
    result = xlcf.fit(problem, method=method)
    np.testing.assert_allclose(result.x, [3, 4], atol=tolerance)


@pytest.mark.parametrize(("method", "tolerance"), [("scipy", 1e-3), ("solver", 100), ("adam", 100)])
def test_large_variables(method, tolerance, read_cells):
    problem = read_cells({"A1": "=(B1/1000000-3)^2+(B2/1000000-4)^2+1", "B1": 1e6, "B2": 2e6})
    result = xlcf.fit(problem, method=method, **({"learning_rate": 1e5} if method == "adam" else {}))
    np.testing.assert_allclose(result.x, [3e6, 4e6], atol=tolerance * 100)


@pytest.mark.parametrize("method", ["scipy", "solver", "adam"])
def test_a_start_at_the_optimum_stays_there(method, read_cells):
    problem = read_cells(BOWL | {"B1": 3.0, "B2": 4.0, "A1": "=5+(B1-3)^2+2*(B2-4)^2"})
    result = xlcf.fit(problem, method=method)
    np.testing.assert_allclose(result.x, [3, 4], atol=1e-6)
    assert result.status in ("converged", "stopped")


@pytest.mark.parametrize("method", ["scipy", "solver", "adam"])
@pytest.mark.parametrize("start", [(1.0, 2.0), (3.0, 4.0)])
def test_a_root_that_reaches_zero(method, start, read_cells):
    """The distance itself has no gradient at its minimum."""
    cells = {"A1": "=SQRT((B1-3)^2+(B2-4)^2)", "B1": start[0], "B2": start[1]}
    result = xlcf.fit(read_cells(cells), method=method)
    assert result.objective_end == pytest.approx(0, abs=1e-3 if start[0] != 3 else 0)


def test_an_exact_fit_counts_as_converged(read_cells):
    """Three numbers through three points: the RMSE comes down to rounding, where its slope never vanishes."""
    cells = {"A1": "=SQRT(SUMXMY2(D1:D3,E1:E3)/3)", "B1": 0.0, "B2": 0.0, "B3": 0.0}
    for row, (x, y) in enumerate([(0, 1.0), (1, 3.0), (2, 2.0)], 1):
        cells |= {f"C{row}": float(x), f"D{row}": y, f"E{row}": f"=B$1+B$2*C{row}+B$3*C{row}^2"}
    result = xlcf.fit(read_cells(cells, adj="B1:B3"))
    np.testing.assert_allclose(result.x, [1, 3.5, -1.5], atol=1e-6)
    assert result.status == "converged"


@pytest.mark.parametrize(
    ("method", "formula", "typ", "way"),
    [
        ("scipy", "=B1-B2", 2, "falling"),
        ("solver", "=B1-B2", 2, "falling"),
        ("scipy", "=EXP(B1*B2)", 1, "rising"),
    ],
)
def test_an_objective_without_end_fails(method, formula, typ, way, read_cells):
    with pytest.raises(FitError, match=f"goes on {way} without end"):
        xlcf.fit(read_cells({"A1": formula, "B1": 1.0, "B2": 2.0}, typ=typ), method=method)


def test_solvers_search_does_not_call_a_slope_an_optimum(read_cells):
    """Its line search finds no step along an exponential that satisfies it."""
    result = xlcf.fit(read_cells({"A1": "=EXP(B1*B2)", "B1": 1.0, "B2": 2.0}, typ=1), method="solver")
    assert result.status == "stopped"
    assert "not flat" in result.message


@pytest.mark.parametrize(
    ("formula", "end"),
    [("=ROUND(B1,0)+ROUND(B2,0)", 3), ("=ROUND(B1,0)^2+(B2-2)^2", 1), ("=INT(B1)+(B2-3)^2", 1), ("=IF(B1>0.5,1,9)", 1)],
)
def test_no_optimum_is_claimed_among_steps(formula, end, read_cells):
    result = xlcf.fit(read_cells({"A1": formula, "B1": 1.0, "B2": 2.0}))
    assert result.objective_end == pytest.approx(end, abs=1e-9)
    assert result.status == "stopped"
    assert formula[1:3] in result.message
    assert "random starts" in result.message


def test_divergence_keeps_the_best_point(read_cells):
    result = xlcf.fit(read_cells(BOWL), method="sgd", learning_rate=100.0, epochs=50)
    assert result.objective_end <= result.objective_start
    assert (result.status, "diverged" in result.message) == ("stopped", True)
    assert np.isfinite(result.history.objective).all()


def test_weight_decay_pulls_to_the_ridge_optimum(read_cells):
    """sgd couples the decay with the loss, which is the objective over its start: f / f0 + decay |x|^2 / 2."""
    result = xlcf.fit(read_cells(BOWL), method="sgd", weight_decay=0.1, learning_rate=0.5, epochs=2000)
    pull = 0.1 * result.objective_start
    np.testing.assert_allclose(result.x, [2 * 3 / (2 + pull), 4 * 4 / (4 + pull)], rtol=1e-6)


def test_a_search_for_the_learning_rate_finds_one_that_works(read_cells):
    for formula in ("=1E6+(B1-3)^2+2*(B2-4)^2", "=1E-6+(B1-3)^2+2*(B2-4)^2", "=-1E3+(B1-3)^2+2*(B2-4)^2"):
        result = xlcf.fit(read_cells(BOWL | {"A1": formula}), method="adam", epochs=400)
        np.testing.assert_allclose(result.x, [3, 4], atol=0.01)


def test_bounds_are_named_where_there_are_some(read_cells):
    assert "bounds" not in xlcf.fit(read_cells(BOWL)).message
    bounded = xlcf.fit(read_cells(BOWL, lhs1="B1:B2", rel1=1, rhs1="10"))
    assert "Optimum reached within the bounds" in bounded.message
    np.testing.assert_allclose(bounded.x, [3, 4], atol=1e-6)
