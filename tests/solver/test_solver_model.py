import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.ooxml import Area, open_workbook
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names
from xlcf.ooxml.references import parse_area
from xlcf.solver.model import SolverModel, SolverOptions, solver_models

ODD = "it's a, b"
GOOD = {"opt": "Model!$A$1", "adj": "Model!$B$1:$B$3"}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Model with A1 = SUM(B1:C3), a chart sheet, and a sheet whose name has a comma and an apostrophe."""
    path = tmp_path / "models.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Model")
        sheet.write_formula("A1", "=SUM(B1:C3)")
        sheet.write_formula("C3", "=B1*2")
        sheet.write_number("A2", 7)
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "=Model!$B$1:$B$3"})
        workbook.add_chartsheet("Chart").set_chart(chart)
        workbook.add_worksheet(ODD).write_formula("A1", "=Model!A1*A2")
        workbook.define_name("goal", "=Model!$A$1")
        workbook.define_name("some_cells", "=Model!$B$1,Model!$B$3")
        workbook.define_name("Model!mine", "=Model!$B$2")
        workbook.define_name("loop", "=loop")
    return path


def models(path: Path, names: Mapping[str, str], sheet: str = "Model") -> list[SolverModel]:
    add_hidden_names(path, [HiddenName(f"solver_{name}", text, sheet) for name, text in names.items()])
    return solver_models(open_workbook(path))


def model(path: Path, names: Mapping[str, str], sheet: str = "Model") -> SolverModel:
    (found,) = models(path, names, sheet)
    return found


def area(text: str, sheet: str = "Model") -> Area:
    return parse_area(text, sheet)


def test_least_model(book: Path) -> None:
    """Most names may be absent."""
    found = model(book, GOOD)
    assert found.problem is None
    assert found.objective == ("Model", 1, 1)
    assert found.objective_address() == "A1"
    assert (found.goal, found.target) == ("min", 0)
    assert found.variables == (area("B1:B3"),)
    assert found.variables_text() == "B1:B3"
    assert found.n_variables == 3
    assert found.constraints == ()
    assert found.options == SolverOptions()
    assert found.options.engine_name == "GRG Nonlinear"


@pytest.mark.parametrize(("typ", "goal"), [("1", "max"), ("2", "min"), ("3", "value"), ("9", "min"), ("x", "min")])
def test_goal(book: Path, typ: str, goal: str) -> None:
    found = model(book, {**GOOD, "typ": typ, "val": "12.5"})
    assert (found.goal, found.target) == (goal, 12.5)


def test_all_options(book: Path) -> None:
    options = {
        "eng": "3",
        "cvg": "0.01",
        "drv": "2",
        "pre": "1e-7",
        "tol": "0.05",
        "itr": "50",
        "tim": "20",
        "neg": "1",
    }
    options |= {"rlx": "1", "msl": "1", "ssz": "30", "rsd": "4", "rbv": "2", "scl": "2"}
    assert model(book, {**GOOD, **options}).options == SolverOptions(
        engine=3,
        convergence=0.01,
        central=True,
        precision=1e-7,
        integer_tolerance=0.05,
        max_iterations=50,
        max_seconds=20,
        non_negative=True,
        ignore_integers=True,
        multistart=True,
        population=30,
        seed=4,
        require_bounds=False,
        scaling=False,
    )


@pytest.mark.parametrize(
    ("names", "attribute", "expected"),
    [
        ({"neg": "0"}, "non_negative", False),
        ({"neg": "2"}, "non_negative", False),
        ({"lin": "1"}, "engine", 2),
        ({"lin": "2"}, "engine", 1),
        ({"lin": "1", "eng": "1"}, "engine", 1),
        ({"eng": "77"}, "engine", 1),
        ({"itr": "2147483647", "tim": "2147483647"}, "max_iterations", None),
        ({"tim": "2147483647"}, "max_seconds", None),
        ({"itr": "inf"}, "max_iterations", None),
        ({"cvg": "nan"}, "convergence", 1e-4),
        ({"cvg": '"text"'}, "convergence", 1e-4),
        ({"ssz": "1e400"}, "population", 100),
    ],
)
def test_odd_options(book: Path, names: dict[str, str], attribute: str, expected: object) -> None:
    assert getattr(model(book, {**GOOD, **names}).options, attribute) == expected


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"adj": "Model!$B$1"}, "names no objective cell"),
        ({"opt": "", "adj": "Model!$B$1"}, "names no objective cell"),
        ({"opt": "#REF!", "adj": "Model!$B$1"}, r"a deleted cell \(#REF!\)"),
        ({"opt": "Model!#REF!", "adj": "Model!$B$1"}, r"a deleted cell \(#REF!\)"),
        ({"opt": "5", "adj": "Model!$B$1"}, "'5', which is no cell"),
        ({"opt": "Gone!$A$1", "adj": "Model!$B$1"}, "which is no cell"),
        ({"opt": "Chart!$A$1", "adj": "Model!$B$1"}, "which is no cell"),
        ({"opt": "loop", "adj": "Model!$B$1"}, "which is no cell"),
        ({"opt": "Model!$A$2", "adj": "Model!$B$1"}, "A2 holds no formula"),
        ({"opt": "Model!$Z$99", "adj": "Model!$B$1"}, "Z99 holds no formula"),
        ({"opt": "Model!$A$1:$A$2", "adj": "Model!$B$1"}, "A1:A2 is more than one cell"),
        ({"opt": "Model!$A$1"}, "has no variable cells"),
        ({"opt": "Model!$A$1", "adj": ""}, "has no variable cells"),
        ({"opt": "Model!$A$1", "adj": "Model!$B$1,#REF!"}, "not all cells"),
        ({"opt": "Model!$A$1", "adj": "Model!$B$1:$C$3"}, "C3 on Model holds a formula"),
        ({"opt": "Model!$A$1", "adj": "Model!$B:$D"}, "whole rows or columns"),
        ({**GOOD, "num": "1"}, "Constraint 1 of 1 is missing"),
        ({**GOOD, "num": "1e15", "lhs1": "Model!$B$1", "rhs1": "1"}, "Constraint 2 of .* is missing"),
        ({**GOOD, "num": "1", "lhs1": "#REF!", "rel1": "1", "rhs1": "3"}, "Constraint 1 .* does not refer to cells"),
        ({**GOOD, "num": "1", "lhs1": "Model!$B$1", "rel1": "8", "rhs1": "3"}, "Constraint 1 .* does not refer"),
    ],
)
def test_models_that_cannot_be_solved_say_why(book: Path, names: dict[str, str], sentence: str) -> None:
    problem = model(book, names).problem
    assert problem is not None
    assert re.search(sentence, problem)


def test_bad_models_hide_no_others(book: Path) -> None:
    models(book, {"opt": "#REF!", "adj": "#REF!", "num": "3", "itr": "nan"})
    first, second = models(book, GOOD, ODD)
    assert (first.sheet, first.objective) == ("Model", None)
    assert first.problem is not None
    assert (second.sheet, second.problem) == (ODD, None)  # its localSheetId, 2, counts the chart sheet
    assert second.objective_address() == "Model!A1"
    assert second.variables_text() == "Model!B1:B3"


def test_sheets_where_only_the_dialog_was_opened_have_no_model(book: Path) -> None:
    assert models(book, {"eng": "1", "neg": "2"}) == []


def test_quoted_sheets_and_unions(book: Path) -> None:
    found = model(book, {"opt": "'it''s a, b'!$A$1", "adj": "'it''s a, b'!$A$2,Model!$B$1:$B$2,Model!$B$2"}, ODD)
    assert found.problem is None
    assert found.objective == (ODD, 1, 1)
    assert found.variables == (area("A2", ODD), area("B1:B2"), area("B2"))
    assert found.variable_cells() == [(ODD, 2, 1), ("Model", 1, 2), ("Model", 2, 2)]
    assert found.variables_text() == "A2, Model!B1:B2, Model!B2"


def test_names_stand_for_areas(book: Path) -> None:
    found = model(book, {"opt": "goal", "adj": "some_cells,mine"})
    assert found.problem is None
    assert found.objective == ("Model", 1, 1)
    assert found.variables == (area("B1"), area("B3"), area("B2"))


def test_unqualified_and_differently_written_references(book: Path) -> None:
    found = model(book, {"opt": "=MODEL!A1", "adj": "(b1,$B$2)"})
    assert found.problem is None
    assert found.objective == ("Model", 1, 1)
    assert found.variables == (area("B1"), area("B2"))


def test_constraints_up_to_their_number(book: Path) -> None:
    names = {"num": "5", "lhs1": "Model!$B$1:$B$3", "rel1": "1", "rhs1": "100", "lhs2": "Model!$B$1", "rel2": "3"}
    names |= {
        "rhs2": "Model!$A$2",
        "lhs3": "some_cells",
        "rel3": "4",
        "rhs3": "integer",
        "lhs4": "Model!$B$2",
        "rel4": "2",
    }
    names |= {"rhs4": "2*Model!$A$2", "lhs5": "Model!$B$3", "rel5": "5", "rhs5": "binary"}
    names |= {"lhs6": "#REF!", "rel6": "1", "rhs6": "#REF!"}  # a stale one
    found = model(book, {**GOOD, **names})
    assert found.problem is None
    assert [(c.left, c.relation, c.right) for c in found.constraints] == [
        (area("B1:B3"), "<=", 100.0),
        (area("B1"), ">=", area("A2")),
        (area("B1"), "integer", None),
        (area("B3"), "integer", None),
        (area("B2"), "=", "2*Model!$A$2"),
        (area("B3"), "binary", None),
    ]
    assert [str(c) for c in found.constraints] == [
        "B1:B3 <= 100",
        "B1 >= A2",
        "B1 integer",
        "B3 integer",
        "B2 = 2*Model!$A$2",
        "B3 binary",
    ]


def test_the_courses_models(reference: Path) -> None:
    found = solver_models(open_workbook(reference / "workbooks" / "collab_filter_2017.xlsx"))
    assert [(m.sheet, m.objective_address(), m.variables_text(), m.n_variables) for m in found] == [
        ("dotprod", "V41", "H19:V23, B25:F39", 150),
        ("movielens_emb", "AA3", "C4:G18, C22:G36", 150),
        ("bias", "V42", "H19:V24, A26:F40", 180),
    ]
    for m in found:
        assert (m.problem, m.goal, m.constraints) == (None, "min", ())
        assert (m.options.engine, m.options.convergence, m.options.non_negative) == (1, 1e-4, False)
        assert m.options.max_iterations is None
