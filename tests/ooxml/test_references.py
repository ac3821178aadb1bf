import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from xlcf.ooxml.references import (
    MAX_COLUMNS,
    MAX_ROWS,
    Area,
    address,
    column_letters,
    column_number,
    parse_area,
    parse_cell,
    quote_sheet,
    r1c1_formula,
    shift_formula,
    split_sheet,
    split_union,
)

SHEET_NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="[]:*?/\\\x00", exclude_categories=["Cs", "Cc"]), min_size=1
)


@given(st.integers(1, MAX_COLUMNS))
def test_column_letters_equal_openpyxl(column: int) -> None:
    assert column_letters(column) == get_column_letter(column)
    assert column_number(column_letters(column)) == column


@given(st.integers(1, MAX_ROWS), st.integers(1, MAX_COLUMNS))
def test_address_round_trip(row: int, column: int) -> None:
    assert parse_cell(address(row, column)) == (row, column)


@pytest.mark.parametrize("text", ["", "A", "1", "A0", "A-1", "AAAA1", "A1:B2", "1A", "Ä1"])
def test_text_that_is_no_cell(text: str) -> None:
    with pytest.raises(ValueError, match="not a cell address"):
        parse_cell(text)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("A1", Area("S", 1, 1, 1, 1)),
        ("$B$2:A1", Area("S", 1, 1, 2, 2)),
        ("=Other!C3", Area("Other", 3, 3, 3, 3)),
        ("'It''s, a sheet!'!$A$1:$B$2", Area("It's, a sheet!", 1, 1, 2, 2)),
        ("B:C", Area("S", 1, 2, MAX_ROWS, 3)),
        ("$2:$3", Area("S", 2, 1, 3, MAX_COLUMNS)),
        ("b2:c3", Area("S", 2, 2, 3, 3)),
    ],
)
def test_parse_area(text: str, area: Area) -> None:
    assert parse_area(text, "S") == area


@pytest.mark.parametrize(
    "text", ["#REF!", "Sheet1!#REF!", "5", "rate", "A1 B2", "A1,B2", "XFE1", "A1048577", "ZZZ:ZZZ", ""]
)
def test_text_that_is_no_area(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a cell or an area|outside the sheet"):
        parse_area(text, "S")


@given(SHEET_NAMES, st.integers(1, 99), st.integers(1, 99), st.integers(0, 9), st.integers(0, 9))
def test_area_round_trip_through_text(sheet: str, row: int, column: int, rows: int, columns: int) -> None:
    area = Area(sheet, row, column, row + rows, column + columns)
    assert parse_area(str(area), "elsewhere") == area
    assert area.size == len(list(area.cells())) == area.height * area.width
    assert all(cell[1:] in area for cell in area.cells())
    assert (row - 1, column) not in area
    assert (row, column + columns + 1) not in area


@given(st.lists(SHEET_NAMES, min_size=1, max_size=4))
def test_union_splits_only_outside_quotes(names: list[str]) -> None:
    parts = ["'" + name.replace("'", "''") + "'!$A$1" for name in names]
    assert split_union(",".join(parts)) == parts
    assert [split_sheet(part) for part in parts] == [(name, "$A$1") for name in names]


@pytest.mark.parametrize("name", ["My sheet", "A1", "R1C1", "RC", "r", "2017", "it's", "TRUE", "a-b", "xfd12"])
def test_names_that_need_quotes(name: str) -> None:
    assert quote_sheet(name) == "'" + name.replace("'", "''") + "'"


@pytest.mark.parametrize("name", ["dotprod", "movielens_emb", "Größe", "Tabelle1"])
def test_names_that_need_no_quotes(name: str) -> None:
    assert quote_sheet(name) == name


def cell_texts() -> st.SearchStrategy[str]:
    dollar = st.sampled_from(["", "$"])
    column = st.sampled_from(["D", "F", "Z", "AA", "XY"])
    return st.builds(lambda a, c, b, r: f"{a}{c}{b}{r}", dollar, column, dollar, st.integers(10, 99))


def formula_texts() -> st.SearchStrategy[str]:
    lines = st.sampled_from(["D:F", "$D:F", "12:15", "$12:15"])
    areas = st.builds("{}:{}".format, cell_texts(), cell_texts())
    sheets = st.sampled_from(["", "Sheet2!", "'My D11 sheet'!", "'it''s'!"])
    references = st.builds("{}{}".format, sheets, cell_texts() | areas | lines)
    others = st.sampled_from(
        ['"A1 & B2"', "3.5", "1E5", "TRUE", "PI()", "LOG10(D11)", "rate_1", '"say ""D11"""', "#N/A"]
    )
    leaves = references | others
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds("{}+{}".format, inner, inner)
            | st.builds("SUM({},{})".format, inner, inner)
            | st.builds("-({})".format, inner)
            | st.builds('{}&"x"'.format, inner)
        ),
        max_leaves=6,
    )


@given(formula_texts(), st.integers(-9, 60), st.integers(-3, 60))
def test_shifting_equals_openpyxl(text: str, rows: int, columns: int) -> None:
    expected = Translator("=" + text, origin="P20").translate_formula(address(20 + rows, 16 + columns))
    assert "=" + shift_formula(text, rows, columns) == expected


@given(formula_texts(), st.integers(0, 60), st.integers(0, 60))
def test_filled_formulas_have_one_r1c1_text(text: str, rows: int, columns: int) -> None:
    moved = shift_formula(text, rows, columns)
    assert r1c1_formula(moved, 20 + rows, 16 + columns) == r1c1_formula(text, 20, 16)


@given(cell_texts(), cell_texts())
def test_r1c1_tells_different_references_apart(one: str, other: str) -> None:
    assert (r1c1_formula(one, 20, 16) == r1c1_formula(other, 20, 16)) == (one == other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a1+$b$2", "R[-1]C[-1]+R2C2"),
        ("ZZZ1+XFE2", "ZZZ1+XFE2"),  # names: the last column is XFD
        ("rate1234+Straße1+a.B2+B2_x+_B2", "rate1234+Straße1+a.B2+B2_x+_B2"),
        ("T2?+\\A1", "T2?+\\A1"),
        ("LOG10(B2)+B2", "LOG10(R[0]C[0])+R[0]C[0]"),
        ("[1]Sheet1!B2+Table[B2]", "[1]Sheet1!R[0]C[0]+Table[B2]"),
        ("SUM(B:B,$2:2)", "SUM(C[0]:C[0],R2:R[0])"),
        ("\"B2\"&'B2'!B2", "\"B2\"&'B2'!R[0]C[0]"),
        ("1E5+B5E", "1E5+B5E"),
    ],
)
def test_r1c1(text: str, expected: str) -> None:
    assert r1c1_formula(text, 2, 2) == expected


@pytest.mark.parametrize("text", ["A1", "$A1", "A$1", "A:A", "1:1"])
def test_shifting_beyond_the_sheet(text: str) -> None:
    assert "#REF!" in shift_formula(text, -1, 0) + shift_formula(text, 0, -1)


@given(st.text(string.printable, max_size=60))
def test_any_text_can_be_rewritten(text: str) -> None:
    assert shift_formula(text, 0, 0).upper() == text.upper()
