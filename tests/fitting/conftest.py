"""Problems to fit, each read once."""

from pathlib import Path

import numpy as np
import pytest

import xlcf

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.fixture(scope="session")
def dotprod():
    """Give the dot-product model of top15.xlsx."""
    return xlcf.read_problem(TOP15, "dotprod")


@pytest.fixture(scope="session")
def bias():
    """Give the model with biases of top15.xlsx."""
    return xlcf.read_problem(TOP15, "bias")


def _logistic(*, separable):
    """Two inputs and a yes or no: the log likelihood of a logistic regression, to be made large."""
    random = np.random.default_rng(1)
    inputs = random.normal(size=(30, 2)).round(3)
    noise = 0.0 if separable else random.logistic(size=30)
    answers = (0.3 + inputs @ [2.0, -1.0] + noise > 0).astype(float)
    cells = {"A1": "=SUM(G1:G30)", "B1": 0.0, "B2": 0.0, "B3": 0.0}
    for row, ((one, two), answer) in enumerate(zip(inputs, answers, strict=True), 1):
        cells |= {f"C{row}": float(one), f"D{row}": float(two), f"E{row}": float(answer)}
        cells |= {f"F{row}": f"=1/(1+EXP(-(B$1+B$2*C{row}+B$3*D{row})))"}
        cells |= {f"G{row}": f"=LN(IF(E{row}=1,F{row},1-F{row}))"}
    return cells, inputs, answers


@pytest.fixture
def logistic():
    """Give a function that makes the cells of a logistic regression, with its inputs and answers."""
    return _logistic
