"""A fit's result says what happened: counts, history, seeds, starts."""

from dataclasses import replace

import numpy as np
import pytest

import xlcf
from xlcf.errors import FitError, InputError

WAYS = [
    {"method": "scipy"},
    {"method": "solver"},
    {"method": "solver", "derivatives": "exact"},
    {"method": "adam", "epochs": 40},
    {"method": "sgd", "epochs": 40, "learning_rate": 1.0},
    {"method": "adamw", "epochs": 30, "weight_decay": 0.01},
    {"method": "momentum", "epochs": 10, "batch_size": 50},
    {"method": "momentum", "epochs": 10, "batch_size": 50, "learning_rate": 0.01, "polish": True},
]


class Counting:
    """A program that counts the points at which it is evaluated, and the gradients taken."""

    def __init__(self, program):
        self._program, self.points, self.gradients = program, 0, 0

    def __getattr__(self, name):
        return getattr(self._program, name)

    def __call__(self, x):
        self.points += int(np.prod(np.shape(x)[:-1]))
        return self._program(x)

    def value_and_gradient(self, x, output=0):
        self.points += 1
        self.gradients += 1
        return self._program.value_and_gradient(x, output)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_parts_of_a_result_agree(way, dotprod):
    result = xlcf.fit(dotprod, **way)
    history = result.history
    assert result.method == way["method"]
    assert result.objective_start == pytest.approx(dotprod.objective(result.x_start), rel=1e-12)
    assert result.objective_end == pytest.approx(dotprod.objective(result.x), rel=1e-12)
    np.testing.assert_array_equal(result.x_start, dotprod.start)
    assert history.objective[0] == result.objective_start
    if not way.get("weight_decay"):  # the best is kept
        assert result.objective_end == pytest.approx(history.objective.min(), rel=1e-9)
    assert len(history) == len(history.objective) == len(history.evaluations) == len(history.seconds)
    np.testing.assert_array_equal(history.iteration, np.arange(len(history)))
    assert result.iterations == len(history) - 1
    assert (np.diff(history.evaluations) >= 0).all()
    assert (np.diff(history.seconds) >= 0).all()
    assert history.evaluations[-1] <= result.evaluations
    assert history.seconds[-1] <= result.seconds
    assert np.isfinite(history.objective).all()
    assert result.status in ("converged", "stopped", "limit")
    assert result.message.endswith(".")
    assert result.starts == 1
    assert (result.seed is None) == ("batch_size" not in way)


@pytest.mark.parametrize("way", [way for way in WAYS if "batch_size" not in way], ids=str)
def test_every_evaluation_is_counted(way, dotprod):
    counting = Counting(dotprod.objective.program)
    problem = replace(dotprod, objective=replace(dotprod.objective, program=counting))
    options = xlcf.FitOptions(**way)
    from xlcf.fitting.fit import fit_problem

    result = fit_problem(problem, None, options)
    assert result.evaluations == counting.points
    assert result.gradients == counting.gradients


@pytest.mark.parametrize("way", [*WAYS, {"method": "solver", "starts": 2, "seed": 4, "max_iterations": 3}], ids=str)
def test_a_fit_repeats_to_the_last_bit(way, dotprod):
    one, other = xlcf.fit(dotprod, **way), xlcf.fit(dotprod, **way)
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.history.objective, other.history.objective)
    assert (one.status, one.message, one.options) == (other.status, other.message, other.options)


def test_seeds_draw_different_starts_and_batches(dotprod):
    quick = {"method": "solver", "derivatives": "exact", "max_iterations": 5}
    one, other = (xlcf.fit(dotprod, starts=1, seed=seed, **quick) for seed in (1, 2))
    assert (one.x_start != other.x_start).all()
    batches = {"method": "sgd", "batch_size": 10, "epochs": 2, "learning_rate": 0.01}
    one, other = (xlcf.fit(dotprod, seed=seed, **batches) for seed in (1, 2))
    np.testing.assert_array_equal(one.x_start, other.x_start)
    assert (one.x != other.x).any()


def test_of_several_starts_the_best_is_kept(bias):
    quick = {"method": "solver", "derivatives": "exact", "max_iterations": 30}
    best = xlcf.fit(bias, starts=4, seed=9, **quick)
    first = xlcf.fit(bias, starts=1, seed=9, **quick)
    assert (best.starts, best.seed, first.starts) == (4, 9, 1)
    assert best.objective_end <= first.objective_end
    # the starts of one seed are the same however many there are
    from xlcf.fitting.starts import random_starts

    four = random_starts(bias, 4, 9, unit=True)
    np.testing.assert_array_equal(four[0], first.x_start)
    assert any((start == best.x_start).all() for start in four)
    assert all((start >= 0).all() and (start <= 1).all() for start in four)


def test_starts_without_ratings_lie_within_the_bounds_or_around_the_numbers(read_cells):
    from xlcf.fitting.starts import random_starts

    problem = read_cells(
        {"A1": "=SUMSQ(B1:B3)", "B1": 5.0, "B2": 1000.0, "B3": 0.0},
        adj="B1:B3", lhs1="B1", rel1=3, rhs1="4", lhs2="B1", rel2=1, rhs2="6",
        lhs3="B3", rel3=3, rhs3="0",
    )  # fmt: skip
    starts = np.array(random_starts(problem, 2000, 0, unit=False))
    assert 4 <= starts[:, 0].min() < 4.05
    assert 5.95 < starts[:, 0].max() <= 6
    assert starts[:, 1].std() == pytest.approx(1000, rel=0.1)
    assert starts[:, 2].min() == 0
    assert starts[:, 2].max() == pytest.approx(3, abs=1.5)


def test_limits_are_said(dotprod):
    for way in ({"method": "scipy"}, {"method": "solver"}, {"method": "adam", "epochs": 50}):
        result = xlcf.fit(dotprod, max_iterations=7, **way)
        assert result.status == "limit"
        assert result.iterations == 7
        assert "7" in result.message


def test_solvers_own_limits_count(dotprod):
    from dataclasses import replace as put

    options = put(dotprod.options, max_iterations=4)
    limited = replace(dotprod, options=options)
    result = xlcf.fit(limited, method="solver")
    assert (result.status, result.iterations) == ("limit", 4)
    options = put(dotprod.options, max_seconds=1e-9)
    limited = replace(dotprod, options=options)
    result = xlcf.fit(limited, method="solver")
    assert (result.status, result.iterations) == ("limit", 1)
    assert "seconds" in result.message


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ({"method": "newton"}, "There is no method 'newton'; choose one of scipy, solver"),
        ({"learning_rate": 0.1}, "The method scipy has no learning rate; leave it out, or choose one of sgd"),
        ({"method": "solver", "epochs": 3}, "The method solver has no epochs"),
        ({"batch_size": 8}, "The method scipy has no batch size"),
        ({"weight_decay": 0.1}, "The method scipy has no weight decay"),
        (
            {"derivatives": "exact"},
            "The method scipy has no choice of derivatives; leave it out, or choose",
        ),
        ({"method": "adam", "learning_rate": -1.0}, "The learning rate must be a number above 0, not -1.0"),
        ({"method": "adam", "learning_rate": float("nan")}, "The learning rate must be a number above 0, not nan"),
        ({"method": "adam", "learning_rate": float("inf")}, "The learning rate must be a number above 0, not inf"),
        ({"method": "adam", "weight_decay": -1.0}, "The weight decay must be a number of 0 or more, not -1.0"),
        ({"starts": -1}, "The starts must be a whole number of 0 or more, not -1"),
        ({"max_iterations": 0}, "The max iterations must be a whole number of 1 or more, not 0"),
        ({"method": "solver", "derivatives": "none"}, "The choice of derivatives 'none' is none of solver, exact"),
    ],
)
def test_options_that_do_not_fit_together(way, sentence, dotprod):
    with pytest.raises(InputError) as caught:
        xlcf.fit(dotprod, **way)
    assert sentence in str(caught.value)


def test_batches_need_ratings_and_a_plain_model(read_cells, dotprod):
    bowl = {"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 2.0}
    with pytest.raises(InputError, match="Mini-batches need ratings behind the model"):
        xlcf.fit(read_cells(bowl), method="adam", batch_size=2)
    bounded = replace(dotprod, variables=replace(dotprod.variables, lower=np.zeros(len(dotprod.variables))))
    with pytest.raises(InputError, match="cannot keep the model's bounds"):
        xlcf.fit(bounded, method="adam", batch_size=2)
    risen = replace(dotprod, objective=replace(dotprod.objective, goal="max"))
    with pytest.raises(InputError, match="goal is not Min"):
        xlcf.fit(risen, method="adam", batch_size=2)


def test_random_starts_outside_the_domain(read_cells):
    """From 0.001 about half of the starts are negative; where all are there is nothing to fit."""
    problem = read_cells({"A1": "=LN(B1)^2+B2^2", "B1": 0.001, "B2": 1.0})
    assert xlcf.fit(problem, starts=5, seed=1).objective_end == pytest.approx(0, abs=1e-12)
    nowhere = read_cells({"A1": "=SQRT(-B1*B1)+B2", "B1": 0.0, "B2": 1.0})
    with pytest.raises(FitError, match=r"an error at all random starts \(3\)"):
        xlcf.fit(nowhere, starts=3)
