"""Problems to compare methods on, each read once."""

from pathlib import Path

import numpy as np
import pytest

import xlcf
from xlcf.factorization import recognise
from xlcf.ratings.ratings import Ratings
from xlcf.report.ratings_book import write_ratings_book

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.fixture(scope="session")
def dotprod():
    """Give the dot-product model of top15.xlsx, and its factorization."""
    problem = xlcf.read_problem(TOP15, "dotprod")
    return problem, recognise(problem)


@pytest.fixture(scope="session")
def planted(tmp_path_factory):
    """Give a model of 12 users by 10 items who all rated all: two planted factors, and a little noise."""
    random = np.random.default_rng(3)
    values = random.uniform(0.2, 1.5, (12, 2)) @ random.uniform(0.2, 1.5, (2, 10)) + 0.1 * random.normal(size=(12, 10))
    users, items = np.divmod(np.arange(values.size), 10)
    ratings = Ratings(users, items, values.ravel(), list(range(1, 13)), list(range(1, 11)))
    path = tmp_path_factory.mktemp("planted") / "planted.xlsx"
    write_ratings_book(path, ratings, factors=2)
    problem = xlcf.read_problem(path, "dotprod")
    return problem, recognise(problem)


@pytest.fixture
def constrained(read_cells):
    """Give a problem with a constraint that is no bound."""
    cells = {"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 2.0, "C1": "=B1+B2"}
    return read_cells(cells, lhs1="C1", rel1=1, rhs1="5")
