"""The table of methods: whoever enters one is offered everywhere."""

import subprocess
import sys

import numpy as np
import pytest

import xlcf
from xlcf.errors import InputError
from xlcf.fitting.registry import METHODS, general_methods, look_up, method, methods_that_take


@pytest.fixture
def halving():
    """Enter a method that halves the distance to a given point; take it out again."""
    from xlcf.fitting.loss import Loss

    @method("halving", takes=("epochs",))
    def halve(problem, _factorization, options):
        def run(start, observer):
            loss = Loss(problem, start, observer=observer)
            x = start
            for _ in range(options.epochs or 60):
                x = (x + np.array([3.0, 4.0])) / 2
                loss.record(x)
            return loss.result("halving", x, "converged", "Halved all the way.", {})

        return run

    yield
    del METHODS["halving"]


@pytest.mark.usefixtures("halving")
def test_a_method_joins_by_being_entered(read_cells):
    bowl = read_cells({"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 2.0})
    assert xlcf.fit(bowl, method="halving").objective_end == pytest.approx(0, abs=1e-30)
    assert xlcf.fit(bowl, method="halving", epochs=1).objective_end == pytest.approx(2)
    compared = xlcf.compare(bowl, max_iterations=5)
    assert [entry.method for entry in compared.entries] == general_methods()
    assert compared.entries[-1].method == "halving"
    with pytest.raises(InputError, match="The method halving has no learning rate; leave it out, or choose one of sgd"):
        xlcf.FitOptions(method="halving", learning_rate=0.1)


def test_options_belong_to_methods():
    assert methods_that_take("derivatives") == ["solver"]
    assert set(methods_that_take("learning_rate")) == {"sgd", "momentum", "adam", "adamw"}
    with pytest.raises(InputError, match="There is no method 'newton'; choose one of scipy, solver, "):
        look_up("newton")


def test_the_table_is_light():
    check = "import xlcf.fitting.methods, sys; assert not {'torch', 'scipy', 'numpy'} & sys.modules.keys()"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def narrow():
    """Enter two methods that can do little while a test runs."""

    @method("downhill", solves=("linear", "quadratic"))
    @method("whole", keeps=("bounds", "constraints", "integers"), solves=("linear",))
    def descend(problem, _factorization, options):
        def run(start, observer):
            from xlcf.fitting.loss import Loss

            loss = Loss(problem, start, observer=observer)
            return loss.result(options.method, problem.variables.lower, "converged", "At the lower bounds.", {})

        return run

    yield
    del METHODS["downhill"], METHODS["whole"]


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("formula", "solver", "sentence"),
    [
        ("=B1^2+B2", {}, None),
        ("=B1^2+B2", {"neg": 1}, "cannot keep the bounds of the variable cells; use the method scipy."),
        ("=B1^2+B2", {"lhs1": "C1", "rel1": 1, "rhs1": "5"},
         "The method downhill cannot keep the model's constraints; use the method scipy."),
        ("=EXP(B1)+B2", {}, "which has smooth objective, no constraints: linear, quadratic."),
        ("=ABS(B1)", {}, "which has not smooth (kinks) objective, no constraints: linear, quadratic."),
    ],
)  # fmt: skip
def test_what_a_method_cannot_do_is_refused_before_it_begins(formula, solver, sentence, read_cells):
    problem = read_cells({"A1": formula, "B1": 1.0, "B2": 2.0, "C1": "=B1+B2"}, **solver)
    refusal = look_up("downhill").refusal(problem)
    assert (refusal is None) if sentence is None else sentence in refusal
    if sentence is not None:
        with pytest.raises(InputError) as caught:
            xlcf.fit(problem, method="downhill")
        assert str(caught.value) == refusal


@pytest.mark.usefixtures("narrow")
def test_a_method_that_keeps_whole_numbers_makes_such_models_usable(solver_book):
    """What an engine for integers needs is in the problem: one file is enough to add it."""
    solver = {"lhs1": "B1", "rel1": 4, "rhs1": "integer", "lhs2": "B1:B2", "rel2": 3, "rhs2": "=1+1"}
    book = solver_book({"A1": "=B1+B2", "B1": 5.0, "B2": 7.0}, **solver)
    assert xlcf.find_models(book)[0].reason is None
    solution = xlcf.fit(book, method="whole")
    assert (solution.status, list(solution.x)) == ("converged", [2.0, 2.0])
    with pytest.raises(InputError, match=r"asks for integer cells \(B1\), which the method scipy cannot give"):
        xlcf.fit(book)
