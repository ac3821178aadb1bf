"""Data tables; truth: the same formulas written out with other inputs, finite differences, LibreOffice."""

import math
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.recalculation import recalculate as recalculated
from xlcf.ooxml import Workbook, open_workbook
from xlcf.ooxml.references import parse_cell
from xlcf.ooxml.worksheet import ExcelError

Maker = Callable[..., Path]
TABLE = 't="dataTable"'


def book_of(raw_book: Maker, cells: dict[str, str | float], tables: dict[str, str]) -> Workbook:
    """Write cells, `=` for formulas and `'` for texts, and tables by their first cell, with the attributes of `f`."""
    rows: dict[int, dict[int, str]] = {}
    for place, content in {**cells, **tables}.items():
        row, column = parse_cell(place)
        if place in tables:
            inner = f"<f {TABLE} {content}/><v>0</v>"
            markup = f'<c r="{place}">{inner}</c>'
        elif isinstance(content, str) and content.startswith("="):
            markup = f'<c r="{place}"><f>{content[1:].replace("&", "&amp;").replace("<", "&lt;")}</f><v>0</v></c>'
        elif isinstance(content, str):
            markup = f'<c r="{place}" t="str"><v>{content.removeprefix(chr(39))}</v></c>'
        else:
            markup = f'<c r="{place}"><v>{content}</v></c>'
        rows.setdefault(row, {})[column] = markup
    body = "".join(
        f'<row r="{row}">{"".join(markup for _, markup in sorted(inside.items()))}</row>'
        for row, inside in sorted(rows.items())
    )
    return open_workbook(raw_book({"S": body}))


def computed(book: Workbook, area: str) -> list[list[Any]]:
    result = recalculated(book)
    assert not result.unsupported, result.unsupported
    first, last = (parse_cell(end) for end in area.split(":"))
    return [
        [result.values["S", row, column] for column in range(first[1], last[1] + 1)]
        for row in range(first[0], last[0] + 1)
    ]


# a loan: rate B1, years B2, amount B3; B4 depends on C1, which depends on the rate
LOAN: dict[str, str | float] = {"B1": 0.04, "B2": 10.0, "B3": 1000.0, "C1": "=1+B1", "B4": "=B3*C1^B2-B2"}


def worth(rate: float, years: float, amount: float = 1000.0) -> float:
    return amount * (1 + rate) ** years - years


def test_one_way_down(raw_book: Maker) -> None:
    cells = {**LOAN, "E1": "=B4", "F1": "=B4*2", "D2": 0.01, "D3": 0.02, "D4": 0.05}
    book = book_of(raw_book, cells, {"E2": 'ref="E2:F4" dt2D="0" dtr="0" r1="B1"'})
    expected = [[worth(rate, 10), 2 * worth(rate, 10)] for rate in (0.01, 0.02, 0.05)]
    np.testing.assert_allclose(computed(book, "E2:F4"), expected, rtol=1e-13)


def test_one_way_across(raw_book: Maker) -> None:
    cells = {**LOAN, "D2": "=B4", "D3": "=B4+B2", "E1": 1.0, "F1": 2.0, "G1": 3.0}
    book = book_of(raw_book, cells, {"E2": 'ref="E2:G3" dt2D="0" dtr="1" r1="B2"'})
    expected = [[worth(0.04, n) for n in (1, 2, 3)], [worth(0.04, n) + n for n in (1, 2, 3)]]
    np.testing.assert_allclose(computed(book, "E2:G3"), expected, rtol=1e-13)


TWO_WAY = {**LOAN, "D1": "=B4", "E1": 1.0, "F1": 5.0, "G1": 9.0, "D2": 0.01, "D3": 0.02}
TWO_WAY_TABLE = {"E2": 'ref="E2:G3" dt2D="1" dtr="1" r1="B2" r2="B1"'}
TWO_WAY_VALUES = [[worth(rate, n) for n in (1, 5, 9)] for rate in (0.01, 0.02)]


def test_two_way(raw_book: Maker) -> None:
    book = book_of(raw_book, TWO_WAY, TWO_WAY_TABLE)
    np.testing.assert_allclose(computed(book, "E2:G3"), TWO_WAY_VALUES, rtol=1e-13)
    assert book["S"].formula("E2") == "{=TABLE(B2,B1,D1:G1,D1:D3)}"


@pytest.mark.slow
def test_libreoffice_agrees(tmp_path: Path) -> None:
    """It reads data tables as MULTIPLE.OPERATIONS, and works them out when it opens its own format again."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    plain, path = tmp_path / "plain.xlsx", tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("S")
        for place, content in {**TWO_WAY, "E2": 0.0}.items():
            sheet.write(place, content)
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            cell = b'<c r="E2"><v>0</v></c>'
            table = f'<c r="E2"><f {TABLE} {TWO_WAY_TABLE["E2"]}/><v>0</v></c>'.encode()
            after.writestr(name, before.read(name).replace(cell, table))
    for target, source in (("fods", path), ("csv", tmp_path / "table.fods")):
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = [soffice, profile, "--headless", "--convert-to", target, "--outdir", str(tmp_path), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    rows = [line.split(",") for line in (tmp_path / "table.csv").read_text().splitlines()]
    theirs = [[float(number) for number in row[4:7]] for row in rows[1:3]]
    np.testing.assert_allclose(theirs, TWO_WAY_VALUES, rtol=1e-9)


def test_texts_and_errors_among_inputs_and_results(raw_book: Maker) -> None:
    cells = {"A1": 1.0, "C1": '=IF(A1="x","text",1/A1)', "B2": 4.0, "B3": 0.0, "B4": "'x", "B6": True}
    book = book_of(raw_book, cells | {"B6": 2.0}, {"C2": 'ref="C2:C6" dt2D="0" dtr="0" r1="A1"'})
    assert [row[0] for row in computed(book, "C2:C6")] == [
        0.25,
        ExcelError("#DIV/0!"),
        "text",
        ExcelError("#DIV/0!"),  # a blank
        0.5,
    ]


def test_lookup_by_the_input(raw_book: Maker) -> None:
    cells = {"A1": 1.0, "C1": "=INDEX(E1:E3,A1)*10", "E1": 5.0, "E2": 6.0, "E3": 7.0, "B2": 3.0, "B3": 2.0}
    book = book_of(raw_book, cells, {"C2": 'ref="C2:C3" dt2D="0" dtr="0" r1="A1"'})
    assert computed(book, "C2:C3") == [[70.0], [60.0]]


def test_place_that_the_formula_does_not_name(raw_book: Maker) -> None:
    """OFFSET reads D1, which depends on the input, without naming it."""
    cells = {"A1": 1.0, "D1": "=A1*3", "C1": "=OFFSET(B1,0,2)+1", "B2": 10.0, "B3": 20.0}
    book = book_of(raw_book, cells, {"C2": 'ref="C2:C3" dt2D="0" dtr="0" r1="A1"'})
    assert computed(book, "C2:C3") == [[31.0], [61.0]]


def test_table_in_a_table(raw_book: Maker) -> None:
    inner = {"A1": 2.0, "A2": 3.0, "D1": "=A1*A2", "C2": 10.0, "C3": 20.0, "F1": "=SUM(D2:D3)", "E2": 1.0, "E3": 5.0}
    tables = {"D2": 'ref="D2:D3" dt2D="0" dtr="0" r1="A1"', "F2": 'ref="F2:F3" dt2D="0" dtr="0" r1="A2"'}
    assert computed(book_of(raw_book, inner, tables), "F2:F3") == [[30.0], [150.0]]


def test_random_numbers_refuse_a_table(raw_book: Maker) -> None:
    """Each cell of such a table has a draw of its own, which no one can compute again."""
    cells = {"A1": 1.0, "C1": "=A1+RAND()", "B2": 1.0, "B3": 2.0}
    result = recalculated(book_of(raw_book, cells, {"C2": 'ref="C2:C3" dt2D="0" dtr="0" r1="A1"'}))
    assert {("S", 2, 3), ("S", 3, 3)} <= result.unsupported.keys()


def differences(program: Any, x: np.ndarray) -> np.ndarray:
    step = 1e-6
    return np.stack(
        [(program(x + step * unit) - program(x - step * unit)) / (2 * step) for unit in np.eye(len(x))], axis=-1
    )


@pytest.mark.parametrize("variables", [("B3",), ("B3", "B1"), ("D2", "F1", "B3"), ("B2", "D3")])
def test_gradients(raw_book: Maker, variables: tuple[str, ...]) -> None:
    """By what the formula reads besides the inputs, by the values that go into them, by the input cells themselves."""
    cells = {**TWO_WAY, "H1": "=B3/100", "B4": "=H1*B3*C1^B2-B2"}
    cells["I1"] = "=SUMSQ(E2:G3)/1E6"
    book = book_of(raw_book, cells, TWO_WAY_TABLE)
    program = compile_cells(book, [("S", 1, 9), ("S", 3, 6)], [("S", *parse_cell(place)) for place in variables])
    x = program.start
    table = [[10 * 1000 * (1 + rate) ** n - n for n in (1, 5, 9)] for rate in (0.01, 0.02)]
    assert program(x)[0] == pytest.approx(np.sum(np.square(table)) / 1e6, rel=1e-12)
    np.testing.assert_allclose(program.jacobian(x), differences(program, x), rtol=1e-6, atol=1e-6)
    many = np.stack([x, x * 1.1])
    np.testing.assert_allclose(program(many), [program(x), program(x * 1.1)], rtol=1e-12)
    torch = pytest.importorskip("torch")
    point = torch.tensor(x, requires_grad=True)
    program.torch(point)[0].backward()
    np.testing.assert_allclose(point.grad.numpy(), program.jacobian(x)[0], rtol=1e-10)


def test_far_away_formula_is_not_asked(raw_book: Maker) -> None:
    cells = {**TWO_WAY, "J1": "=NOSUCH(1)"}
    program = compile_cells(book_of(raw_book, cells, TWO_WAY_TABLE), [("S", 2, 5)], [("S", 3, 2)])
    assert math.isclose(program(program.start)[0], worth(0.01, 1))
