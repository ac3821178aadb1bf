"""Functions on databases, as Excel's documentation and its own answers have them."""

from typing import Any

import numpy as np
import pytest

from xlcf.formulas.errors import UnsupportedFormulaError

ROWS = [
    ["Tree", "Height", "Age", "Yield", "Profit"],
    ["Apple", 18, 20, 14, 105],
    ["Pear", 12, 12, 10, 96],
    ["Cherry", 13, 14, 9, 105],
    ["Apple", 14, None, 10, 75],
    ["Pear", 9, 8, 8, 77],
    ["apple tart", 8, 9, 6, "none"],
]
CELLS: dict[str, Any] = {
    **{
        f"{letter}{row}": value for row, line in enumerate(ROWS, 5) for letter, value in zip("ABCDE", line, strict=True)
    },
    **{"A1": "tree", "B1": "Height", "C1": "Height", "A2": "Apple", "B2": ">10", "C2": "<16", "A3": "Pear"},
    **{"G1": "Tree", "G2": "'=apple", "H1": "Tree", "H2": "Plum", "I1": "Shade", "I2": 3, "J1": "Tree", "J2": None},
}
ANSWERS: list[tuple[str, object]] = [
    ('DSUM(A5:E11,"Profit",A1:A2)', 180),
    ('DSUM(A5:E11,"profit",A1:A3)', 105 + 96 + 75 + 77),
    ('DSUM(A5:E11,"Profit",A1:C2)', 75),
    ('DSUM(A5:E11,"Profit",G1:G2)', 180),
    ('DSUM(A5:E11,"Profit",J1:J2)', 458),
    ('DAVERAGE(A5:E11,"Yield",A1:B2)', 12),
    ("DAVERAGE(A5:E11,3,A1:A2)", 14.5),
    ('DAVERAGE(A5:E11,"Yield",H1:H2)', "#DIV/0!"),
    ('DMAX(A5:E11,"Profit",A1:A3)', 105),
    ('DMIN(A5:E11,"Profit",A1:B2)', 75),
    ('DMIN(A5:E11,"Profit",H1:H2)', 0),
    ('DPRODUCT(A5:E11,"Yield",A1:B2)', 140),
    ('DCOUNT(A5:E11,"Age",A1:A2)', 2),
    ('DCOUNT(A5:E11,"Profit",A1:A2)', 2),
    ('DCOUNTA(A5:E11,"Profit",A1:A2)', 3),
    ("DCOUNT(A5:E11,,A1:A2)", 3),
    ('DGET(A5:E11,"Yield",A1:A3)', "#NUM!"),
    ('DGET(A5:E11,"Yield",H1:H2)', "#VALUE!"),
    ('DGET(A5:E11,"Yield",A1:C2)', 10),
    ('DSTDEV(A5:E11,"Yield",A1:A3)', np.std([14, 10, 10, 8, 6], ddof=1)),
    ('DSTDEVP(A5:E11,"Yield",A1:A3)', np.std([14, 10, 10, 8, 6])),
    ('DVAR(A5:E11,"Yield",A1:A3)', np.var([14, 10, 10, 8, 6], ddof=1)),
    ('DVARP(A5:E11,"Yield",A1:A3)', np.var([14, 10, 10, 8, 6])),
    ("DSUM(A5:E11,0,A1:A2)", "#VALUE!"),
    ("DSUM(A5:E11,6,A1:A2)", "#VALUE!"),
    ('DSUM(A5:E11,"Weight",A1:A2)', "#VALUE!"),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS, CELLS)


def test_a_field_may_vary(sheets: Any) -> None:
    cells = {**CELLS, "F1": '=DSUM(A5:E11,"Yield",A1:A3)+DGET(A5:E11,"Yield",A1:C2)', "F2": "=DMAX(A5:E11,4,A1:A3)"}
    program = sheets.program(cells, "F1:F2", "D6:D10")
    np.testing.assert_array_equal(program.jacobian(program.start), [[1, 1, 0, 2, 1], [1, 0, 0, 0, 0]])


def test_criteria_under_no_field_are_refused(sheets: Any) -> None:
    with pytest.raises(UnsupportedFormulaError, match="no field"):
        sheets.computed({**CELLS, "F1": "=DSUM(A5:E11,1,I1:I2)"}, "F1")
