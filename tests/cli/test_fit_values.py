"""What `xlcf fit` says of a Solver model of another kind than ratings: its cells by name, its constraints."""

import json
from math import sqrt

import pytest

# spend s on a channel returns a * sqrt(s): at the optimum of a budget s is in proportion to a squared
RATES = {"TV": 20, "Radio": 10}
CELLS = {
    "C3": "Optimized spend",
    "D3": "Return",
    "B4": "TV",
    "B5": "Radio",
    "B6": "Total",
    "C4": 30.0,
    "C5": 70.0,
    "D4": ("=20*SQRT(C4)", 20 * sqrt(30)),
    "D5": ("=10*SQRT(C5)", 10 * sqrt(70)),
    "C6": ("=SUM(C4:C5)", 100.0),
    "D6": ("=SUM(D4:D5)", 20 * sqrt(30) + 10 * sqrt(70)),
}


@pytest.fixture
def book(solver_book):
    return solver_book(CELLS, "D6", "C4:C5", typ=1, neg=1, lhs1="C6", rel1=1, rhs1="100", lhs2="C5", rel2=3, rhs2="25")


def test_the_json_has_the_values_of_variables_and_constraints(book, run):
    done = json.loads(run("fit", book, "--json").stdout)
    one, other = done["variable_values"]
    assert [(cell["cell"], cell["label"], cell["before"]) for cell in (one, other)] == [
        ("C4", "TV, Optimized spend", 30.0),
        ("C5", "Radio, Optimized spend", 70.0),
    ]
    assert one["after"] == pytest.approx(75, rel=1e-6)
    assert other["after"] == pytest.approx(25, rel=1e-6)
    assert [(cell["lower"], cell["upper"], cell["at_bound"]) for cell in (one, other)] == [
        (0.0, None, None),
        (25.0, None, "lower"),
    ]
    budget, least = done["constraint_values"]
    assert (budget["text"], budget["label"], budget["limit"]) == ("C6 <= 100", "Total, Optimized spend", 100.0)
    assert budget["value"] == pytest.approx(100, rel=1e-6)
    assert budget["slack"] == pytest.approx(100 - budget["value"], abs=1e-9)
    assert (budget["status"], budget["satisfied"]) == ("binding", True)
    assert (least["text"], least["status"]) == ("C5 >= 25", "binding")


def test_a_person_reads_names(book, run):
    said = run("fit", book).stdout
    assert "max D6 (Total, Return) over 2 variable cells" in said
    assert "C4 (TV, Optimized spend)" in said
    assert "30 -> 75" in said
    assert "constraints: 2, all met; at its limit: C6 <= 100, C5 >= 25" in said


def test_a_cell_in_a_complaint_is_named(solver_book, run):
    path = solver_book(CELLS | {"C5": "seventy"}, "D6", "C4:C5", typ=1)
    assert "The variable cell S!C5 (Radio, Optimized spend) holds the text 'seventy'" in run("inspect", path).stdout


def test_one_iteration_is_a_limit_and_none_is_refused(book, run):
    done = json.loads(run("fit", book, "--max-iterations", 1, "--json").stdout)
    assert (done["status"], done["iterations"]) == ("limit", 1)
    refused = run("fit", book, "--max-iterations", 0)
    assert refused.returncode == 2
    assert "--max-iterations" in refused.stderr
