"""`xlcf inspect`: what a person reads, and the keys of its JSON."""

import json
from functools import partial

import pytest

BOWL = {"A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0}
BOOK_KEYS = {"workbook", "sheets", "solver_models"}
MODEL_KEYS = {
    "sheet", "usable", "reason", "goal", "target", "objective", "formula", "cached", "computed", "difference",
    "variables", "variable_cells", "constraints", "options", "ratings",
    "objective_label", "class", "engine", "solver_options", "constraint_values",
}  # fmt: skip


@pytest.fixture
def inspect(run):
    """Give a function that runs the command: exit code, stdout, stderr."""
    return partial(run, "inspect")


def test_the_keys_of_its_json(solver_book, inspect):
    path = solver_book(BOWL | {"C1": "=B1+B2"}, lhs1="B1", rel1=3, rhs1="0.5", lhs2="C1", rel2=1, rhs2="9")
    code, out, err = inspect(path, "--json")
    assert (code, err) == (0, "")
    book = json.loads(out)
    assert book.keys() == BOOK_KEYS
    assert book["sheets"] == [{"name": "S", "values": 4, "formulas": 2}]
    (model,) = book["solver_models"]
    assert model.keys() == MODEL_KEYS
    assert (model["sheet"], model["objective"], model["goal"], model["target"]) == ("S", "A1", "min", None)
    assert (model["cached"], model["computed"], model["difference"]) == (8.0, 8.0, 0.0)
    assert (model["variables"], model["variable_cells"]) == (2, "B1:B2")
    assert model["constraints"] == ["B1 >= 0.5", "C1 <= 9"]
    assert model["ratings"] is None


def test_it_says_what_solvers_dialog_says(solver_book, inspect):
    path = solver_book(BOWL, typ=3, val=2.5, neg=1, lhs1="B1", rel1=1, rhs1="2")
    code, out, _ = inspect(path)
    assert code == 0
    for words in (
        "Solver model on S: bring A1 to 2.5",
        "=(B1-3)^2+(B2-4)^2",
        "2 cells: B1:B2",
        "B1 <= 2",
        "held at 0 or above",
        "the same",
    ):
        assert words in out


def test_engine_options_and_constraints(solver_book, inspect):
    cells = {"A1": ("=B1+B2", 3.0), "B1": 1.0, "B2": 2.0, "D4": "Hours", "E4": ("=B1*2", 2.0)}
    path = solver_book(
        cells, typ=1, eng=2, pre=1e-5, itr=100, scl=1, lhs1="E4", rel1=1, rhs1="1", lhs2="B1:B2", rel2=3, rhs2="0"
    )
    code, out, _ = inspect(path)
    assert code == 0
    for words in (
        "Simplex LP",
        "E4 <= 1 (Hours): violated now",
        "B1:B2 >= 0: met now",
        "used by every method: Constraint Precision: 0.00001",
        "used by --method solver: Iterations: 100",
        "not used by xlcf: Use Automatic Scaling: on",
    ):
        assert words in out
    (model,) = json.loads(inspect(path, "--json")[1])["solver_models"]
    assert model["engine"] == "Simplex LP"
    stored = {option["name"] for option in model["solver_options"] if option["stored"]}
    assert {"Solving Method", "Constraint Precision", "Iterations", "Use Automatic Scaling"} <= stored
    assert not {"Convergence", "Random Seed"} & stored
    assert [(row["text"], row["slack"], row["satisfied"]) for row in model["constraint_values"]] == [
        ("E4 <= 1", -1.0, False),
        ("B1 >= 0", 1.0, True),
        ("B2 >= 0", 2.0, True),
    ]


def test_a_value_that_is_not_excels_stands_out(solver_book, inspect):
    _, out, _ = inspect(solver_book(BOWL | {"A1": ("=(B1-3)^2+(B2-4)^2", 9.0)}))
    assert "difference -1.0e+00: NOT THE SAME" in out


def test_a_model_that_cannot_be_solved_is_listed_with_its_reason(solver_book, inspect):
    path = solver_book(BOWL | {"A1": "=B1/0"})
    code, out, _ = inspect(path)
    assert code == 0
    assert "cannot be solved: The objective A1 on S is an error" in out
    (model,) = json.loads(inspect(path, "--json")[1])["solver_models"]
    assert model["usable"] is False
    assert model["computed"] is None
    assert model["reason"].startswith("The objective A1 on S is an error")


def test_every_sheet_of_the_course_workbook(reference, inspect):
    code, out, _ = inspect(reference / "workbooks" / "collab_filter_2017.xlsx", "--json")
    assert code == 0
    usable = {model["sheet"]: model for model in json.loads(out)["solver_models"] if model["usable"]}
    expected = {"dotprod": 2.8060620616483134, "movielens_emb": 2.8060620616483143, "bias": 28.963803378204645}
    assert {sheet: model["cached"] for sheet, model in usable.items()} == expected
    for sheet, value in expected.items():
        assert usable[sheet]["computed"] == pytest.approx(value, rel=1e-12)
        assert usable[sheet]["ratings"]["ratings"] == 206


def test_quiet_prints_nothing(solver_book, inspect):
    assert inspect(solver_book(BOWL), "--quiet") == (0, "", "")


def test_a_missing_file_is_a_sentence(tmp_path, inspect):
    code, out, err = inspect(tmp_path / "no.xlsx", "--json")
    assert (code, out) == (2, "")
    assert err.startswith("xlcf: There is no file")
