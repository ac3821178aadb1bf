"""All formulas computed afresh, and those behind changed cells; what is beyond xlcf spoils nothing else."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.formulas.recalculation import Cell, Recalculation, is_volatile, recalculate, recompute
from xlcf.ooxml.references import parse_cell
from xlcf.ooxml.workbook import Workbook, open_workbook
from xlcf.ooxml.worksheet import ExcelError, Scalar

Cells = dict[str, object]
FORMULAS: Cells = {
    "A1": 3,
    "A2": 4.5,
    "A3": "text",
    "A5": True,
    "B1": "=A1*2",
    "B2": "=B1+A2^2",
    "B3": "=SUM(A1:A4)/COUNT(A1:A4)",
    "B4": '=A3&" and "&A1',
    "B5": "=A1>A2",
    "B6": "=A1/0",
    "B7": "=IFERROR(B6,-1)",
    "B8": "=INDEX(A1:A3,2)",
    "B9": "=OFFSET(A1,1,0)+1",
    "B10": "=A4",
    "C1": '=IF(A1<A2,"less","more")',
    "C2": "=MATCH(4.5,A1:A2,0)",
    "C3": "=SQRT(SUMXMY2(A1:A2,B1:B2))",
    "C4": "=C3+0.1+0.2-0.3",
}


def write(path: Path, cells: Cells, cached: dict[str, Scalar] | None = None) -> Workbook:
    """Write a sheet S: texts with = are formulas, with {=...} array formulas from their cell down over three rows."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    for cell, content in cells.items():
        row, column = (number - 1 for number in parse_cell(cell))
        value = (cached or {}).get(cell, 0)
        if isinstance(content, str) and content.startswith("{"):
            sheet.write_array_formula(row, column, row + 2, column, content, None, value)
        elif isinstance(content, str) and content.startswith("="):
            sheet.write_formula(row, column, content, None, value)
        else:
            sheet.write(row, column, content)
    book.close()
    return open_workbook(path)


def at(cell: str) -> Cell:
    return ("S", *parse_cell(cell))


def by_address(values: dict[Cell, Scalar]) -> dict[str, Scalar]:
    names = {parse_cell(f"{letter}{row}"): f"{letter}{row}" for letter in "ABCDEF" for row in range(1, 60)}
    return {names[row, column]: value for (_, row, column), value in values.items()}


def test_every_formula_agrees_with_libreoffice(tmp_path: Path, recalculate_copy: Callable[[Path], Workbook]) -> None:
    book = write(tmp_path / "book.xlsx", FORMULAS | {"D1": "{=TRANSPOSE(MMULT(TRANSPOSE(A1:A2),B1:B2))+ROW(A1:A3)}"})
    result = recalculate(book)
    assert result.unsupported == {}
    theirs = recalculate_copy(book.path)
    for cell, value in result.values.items():
        other = theirs.sheets["S"].values.get(cell[1:])
        if isinstance(value, ExcelError):
            assert isinstance(other, ExcelError), cell
        else:
            assert other == (pytest.approx(value, rel=1e-12, abs=1e-15) if isinstance(value, float) else value), cell
    assert len(result.values) == sum(str(content).startswith("=") for content in FORMULAS.values()) + 3


@pytest.fixture
def recalculate_copy(recalculate: Callable[[Path], Path]) -> Callable[[Path], Workbook]:
    return lambda path: open_workbook(recalculate(path))


def test_a_formula_beyond_xlcf_spoils_no_other(tmp_path: Path) -> None:
    cells: Cells = {
        "A1": 2,
        "B1": "=NOSUCH(A1)",
        "B2": "=A1*",
        "B3": "=B3+1",
        "B4": "=B5+1",
        "B5": "=B4+1",
        "B6": "=nowhere!A1",
        "B7": "=A1:A2 A1:B1",
        "B8": "=undefined_name",
        "B11": "=''!A1",
        "B12": "=''!A2",
        "B9": "=RAND()",
        "B10": "=" + "(" * 300 + "A1" + ")" * 300,
        "C1": "=B1+A1",
        "C2": "=SUM(B1:B10)",
        "C3": "=A1*10",
        "C4": "=B5*2",
    }
    cached = {f"B{row}": 7.0 for row in range(1, 11)}
    result = recalculate(write(tmp_path / "book.xlsx", cells, cached))
    values = by_address(result.values)
    assert {cell: values[cell] for cell in ("C1", "C3", "C4")} == {"C1": 9.0, "C3": 20.0, "C4": 14.0}
    reasons = by_address(result.unsupported)  # type: ignore[arg-type]
    assert {"B1", "B2", "B3", "B4", "B5", "B6", "B8", "B9", "B11", "B12"} <= set(reasons)
    assert reasons["B1"] == "the function NOSUCH is not supported"
    assert reasons["B3"] == reasons["B4"] == reasons["B5"] == "it refers to itself in a circle"
    assert result.volatile == {at("B9")}
    computed_b10 = values.get("B10", 7.0)
    assert isinstance(computed_b10, float)
    assert values["C2"] == 8 * 7.0 + 2.0 + computed_b10  # B7 is computed


def test_without_a_cached_value_what_is_behind_is_not_computed(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write(path, {"A1": "=NOSUCH(1)", "A2": "=A1+1", "A3": "=A2+1", "A4": "=1+1"})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"<v>0</v>", b""))
    result = recalculate(open_workbook(path))
    assert by_address(result.values) == {"A4": 2.0}
    assert set(by_address(result.unsupported)) == {"A1", "A2", "A3"}  # type: ignore[arg-type]


def test_an_array_beyond_xlcf_keeps_what_is_stored_blanks_too(raw_sheet: Callable[[str], Workbook]) -> None:
    behind = '<c r="B1"><f>A1*10</f><v>0</v></c><c r="C1"><f>SUM(A1:A3)</f><v>0</v></c>'
    array = '<f t="array" ref="A1:A3">NOSUCH(1)</f>'
    rows = '<row r="1"><c r="A1">{}</c>' + behind + '</row><row r="3"><c r="A3">{}</c></row>'
    partly = recalculate(raw_sheet(rows.format(array + "<v>5</v>", "<v>2</v>")))  # none is stored in A2
    assert by_address(partly.values) == {"B1": 50.0, "C1": 7.0}
    without = recalculate(raw_sheet(rows.format(array, "")))
    assert by_address(without.values) == {}
    assert {"B1", "C1"} <= set(by_address(without.unsupported))  # type: ignore[arg-type]


def test_names_and_functions_that_nobody_has(raw_sheet: Callable[[str], Workbook]) -> None:
    """They are #NAME? where the stored value does not say that Excel knows them, by an add-in."""
    cell = '<c r="{}" t="{}"><f>{}</f><v>{}</v></c>'
    cells = [
        cell.format("A1", "e", "NOSUCH(1)", "#NAME?"),
        cell.format("B1", "n", "NOSUCH(1)", "5"),
        cell.format("C1", "e", "nothing+1", "#NAME?"),
        cell.format("D1", "n", "IFERROR(NOSUCH(nothing),7)", "7"),
        cell.format("E1", "n", "IFERROR(NOSUCH(nothing),7)", "8"),
        cell.format("F1", "e", "_xlfn.NOTYET(1)", "#NAME?"),
    ]
    behind = f'<row r="2">{cell.format("A2", "n", "B1+1", "6")}</row>'
    result = recalculate(raw_sheet(f'<row r="1">{"".join(cells)}</row>{behind}'))
    name = ExcelError("#NAME?")
    assert by_address(result.values) == {"A1": name, "C1": name, "D1": 7.0, "A2": 6.0}
    assert set(by_address(result.unsupported)) == {"B1", "E1", "F1"}  # type: ignore[arg-type]


def test_a_dynamic_array_that_changes_its_size(raw_sheet: Callable[[str], Workbook]) -> None:
    """Other formulas go on; where the size stays, so does the array; a chosen area is filled whatever the size."""

    def changed(number: float, mark: str) -> Recalculation:
        filtered = f'<c r="B1"{mark}><f t="array" ref="B1:B2">_xlfn._xlws.FILTER(A1:A3,A1:A3&gt;1)</f><v>2</v></c>'
        rows = f'<row r="1"><c r="A1"><v>1</v></c>{filtered}<c r="C1"><f>A1*10</f><v>10</v></c></row>'
        rows += '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><v>3</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>'
        return recompute(raw_sheet(rows), {("S", 1, 1): number})

    grown = changed(5.0, ' cm="1"')
    assert set(by_address(grown.unsupported)) == {"B1", "B2"}  # type: ignore[arg-type]
    assert "3 x 1 cells, not 2 x 1 as stored" in grown.unsupported["S", 1, 2]
    assert by_address(grown.values) == {"C1": 50.0}
    assert by_address(changed(-5.0, ' cm="1"').values) == {"B1": 2.0, "B2": 3.0, "C1": -50.0}
    assert by_address(changed(5.0, "").values) == {"B1": 5.0, "B2": 2.0, "C1": 50.0}


def test_an_array_formula_with_a_damaged_area(raw_sheet: Callable[[str], Workbook]) -> None:
    for area in ("B1:B3", "Z9", "A1:A2"):
        book = raw_sheet(
            f'<row r="1"><c r="A1"><f t="array" ref="{area}">1+1</f><v>5</v></c>'
            '<c r="B1"><f>A1+B2</f><v>1</v></c></row>'
        )
        result = recalculate(book)
        assert ("S", 1, 1) in {*result.values, *result.unsupported}


@pytest.fixture
def raw_sheet(tmp_path: Path) -> Callable[[str], Workbook]:
    def make(rows: str) -> Workbook:
        path = tmp_path / "raw.xlsx"
        write(tmp_path / "plain.xlsx", {})
        with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(path, "w") as new:
            for info in old.infolist():
                content = old.read(info)
                new.writestr(info, content.replace(b"<sheetData/>", f"<sheetData>{rows}</sheetData>".encode()))
        return open_workbook(path)

    return make


def test_changed_cells_and_all_behind_them_agree_with_libreoffice(
    tmp_path: Path, recalculate_copy: Callable[[Path], Workbook]
) -> None:
    before = recalculate_copy(write(tmp_path / "before.xlsx", FORMULAS).path)
    changed = {at("A1"): 11.0, at("A2"): -2.25}
    after = recalculate_copy(write(tmp_path / "after.xlsx", FORMULAS | {"A1": 11, "A2": -2.25}).path)
    result = recompute(before, changed)
    values = by_address(result.values)
    # an error comes out as unsupported where its kind is not known; nothing else does
    assert set(by_address(result.unsupported)) <= {"B6"}  # type: ignore[arg-type]
    assert set(values) | {"B6"} == {cell for cell, content in FORMULAS.items() if str(content)[0] == "="} - {"B10"}
    for cell, value in values.items():
        other = after.sheets["S"].value(cell)
        assert other == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), cell


def test_only_what_depends_on_changed_cells_is_given(tmp_path: Path) -> None:
    cells: Cells = {
        "A1": 1,
        "A2": 2,
        "A3": 3,
        "B1": "=A1+1",
        "B2": "=A2+1",
        "B3": "=SUM(A1:A2)",
        "B4": "=INDEX(A1:A3,B2)",  # reads A3 alone, though it names A1
        "B5": "=OFFSET(A2,-1,0)",  # reads A1 without naming it
        "C1": "=NOSUCH(A1)",
        "C2": "=NOSUCH(A2)",
        "C3": "=C1+A3",
        "C4": "=C2+A3",
        "C5": "=NOSUCH(INDIRECT(A3))",
        "C6": "=A2*RAND()",
        "C7": "=A1*RAND()",
        "C8": "=Table[x]",
    }
    cached = {"B2": 3.0, "C2": 50.0, "C4": 53.0, "C6": 0.5}
    book = write(tmp_path / "book.xlsx", cells, cached)
    result = recompute(book, {at("A1"): 10.0})
    assert by_address(result.values) == {"B1": 11.0, "B3": 12.0, "B5": 10.0}
    reasons = by_address(result.unsupported)  # type: ignore[arg-type]
    assert set(reasons) == {"C1", "C3", "C5", "C7"}
    assert reasons["C3"] == "it depends on a formula that xlcf cannot compute"
    assert result.volatile == {at("C7")}
    assert book["S"].value("A1") == 1.0
    assert recompute(book, {}).values == {}
    assert recompute(book, {}).unsupported == {}


def test_a_formula_in_a_changed_cell_is_overwritten(tmp_path: Path) -> None:
    book = write(tmp_path / "book.xlsx", {"A1": "=1+1", "A2": "=A1*3", "A4": "=A9"}, {"A1": 2.0, "A2": 6.0})
    assert by_address(recompute(book, {at("A1"): 5.0, at("A9"): 1.0}).values) == {"A2": 15.0, "A4": 1.0}
    assert book["S"].formula("A1") == "=1+1"


def test_changed_cells_behind_a_circle_are_in_doubt(tmp_path: Path) -> None:
    cells: Cells = {"A1": 1, "B1": "=A1+B2", "B2": "=B1/2", "B3": "=B2+1", "B4": "=A2"}
    result = recompute(write(tmp_path / "book.xlsx", cells), {at("A1"): 5.0})
    assert result.values == {}
    assert set(by_address(result.unsupported)) == {"B1", "B2", "B3"}  # type: ignore[arg-type]


OPERATIONS = ["={a}+{b}", "={a}*2-{b}", "=SUM({a}:{b})", "=IF({a}>{b},{a},1)", "=MAX({a}:{b},0.5)", "=COUNT({a}:{b})"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_change_recomputes_to_what_a_full_computation_gives(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    inputs = [f"A{row}" for row in range(1, 6)]
    cells: Cells = {cell: data.draw(st.integers(-5, 5)) for cell in inputs}
    known = list(inputs)
    for row in range(1, data.draw(st.integers(2, 14))):
        a, b = data.draw(st.sampled_from(known)), data.draw(st.sampled_from(known))
        if a[0] != b[0]:
            b = a  # an area within one column cannot hold its own formula's cell
        cells[f"B{row}"] = data.draw(st.sampled_from(OPERATIONS)).format(a=a, b=b)
        known.append(f"B{row}")
    folder = tmp_path_factory.mktemp("books")
    cached = by_address(recalculate(write(folder / "plain.xlsx", cells)).values)
    book = write(folder / "book.xlsx", cells, cached)
    moved = {cell: float(data.draw(st.integers(-5, 5))) for cell in data.draw(st.sets(st.sampled_from(inputs)))}
    full = by_address(recalculate(write(folder / "moved.xlsx", cells | moved, cached)).values)
    result = recompute(book, {at(cell): number for cell, number in moved.items()})
    assert result.unsupported == {}
    assert cached | by_address(result.values) == full


def test_volatile_functions() -> None:
    assert is_volatile("A1*rand()+1")
    assert is_volatile("_xlfn.RANDARRAY(2)")
    assert not is_volatile('"RAND()"&GRAND(1)')
