"""What is said of each of Solver's options is true: who goes by it, and who does not."""

from dataclasses import fields

import numpy as np
import pytest

import xlcf
from xlcf.solver.model import SolverOptions
from xlcf.solver.option_words import EVERY_METHOD, HIGHS_METHOD, NOT_USED, SOLVER_METHOD, option_words

# a narrow valley, so that each step counts; its bottom is at -1, 1
VALLEY = {"A1": "=(1+B1)^2+100*(B2-B1^2)^2", "B1": -1.2, "B2": 1.0}

CHANGES = {
    "engine": {"eng": 3},
    "convergence": {"cvg": 0.99},
    "central": {"drv": 2},
    "precision": {"pre": 0.01},
    "integer_tolerance": {"tol": 0.9},
    "max_iterations": {"itr": 2},
    "max_seconds": {"tim": 1e-9},
    "non_negative": {"neg": 1},
    "ignore_integers": {"rlx": 1},
    "multistart": {"msl": 1},
    "population": {"ssz": 7},
    "seed": {"rsd": 5},
    "require_bounds": {"rbv": 1},
    "scaling": {"scl": 1},
}


@pytest.fixture
def words(solver_book):
    """Give the words of a model's options, by option."""
    (found,) = xlcf.find_models(solver_book(VALLEY))
    return {words.option: words for words in option_words(found.model)}


def test_every_option_has_words(words):
    assert set(words) == {field.name for field in fields(SolverOptions)} == set(CHANGES)


@pytest.mark.parametrize("option", CHANGES)
def test_an_option_changes_the_fits_of_those_who_go_by_it(option, words, read_cells):
    ends = {}
    for solver in ({"eng": 1}, {"eng": 1} | CHANGES[option]):
        problem = read_cells(VALLEY, **solver)
        for method in ("scipy", "solver"):
            ends.setdefault(method, []).append(xlcf.fit(problem, method=method))
    differs = {
        method: not np.array_equal(one.history.objective, other.history.objective)
        for method, (one, other) in ends.items()
    }
    match words[option].used_by:
        case said if said in (NOT_USED, HIGHS_METHOD):
            assert differs == {"scipy": False, "solver": False}
        case said if said == SOLVER_METHOD:
            assert differs == {"scipy": False, "solver": True}
        case said:
            assert said == EVERY_METHOD
            # of these two the first is asked of constraints, the other of whole numbers: see below
            assert differs["scipy"] == differs["solver"] == (option not in ("precision", "ignore_integers"))


def test_precision_and_ignored_integers_count_for_every_method(read_cells):
    point = np.array([-1.0, 1.0])
    near = {"lhs1": "B2", "rel1": 1, "rhs1": "0.995"}
    for precision, is_met in ((1e-6, False), (0.01, True)):
        by, tolerated = read_cells(VALLEY, pre=precision, **near).violations(point)
        assert (by <= tolerated).all() == is_met
    whole = {"lhs1": "B1", "rel1": 4, "rhs1": "integer"}
    assert read_cells(VALLEY, rlx=2, **whole).problem_class.has_integers
    for method in ("scipy", "solver"):
        assert xlcf.fit(read_cells(VALLEY, rlx=1, **whole), method=method).objective_end < 0.1
