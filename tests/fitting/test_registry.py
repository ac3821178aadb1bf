"""The table of methods: whoever enters one is offered everywhere."""

import subprocess
import sys

import numpy as np
import pytest

import xlcf
from xlcf.errors import InputError
from xlcf.fitting.registry import METHODS, look_up, method, methods_that_take


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
    assert [entry.method for entry in compared.entries] == list(METHODS)
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
