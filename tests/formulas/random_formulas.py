"""Random formulas over all functions and all kinds of arguments, to hold against another engine."""

from __future__ import annotations

import random
from typing import Any

from xlcf.formulas.recalculation import VOLATILE
from xlcf.formulas.registry import FUNCTIONS, Function

# Columns A to H of a sheet: numbers, whole numbers, a mixture, numbers with blanks, texts, an ascending column, dates,
# truth values. The last are in no range: LibreOffice takes them for numbers.
GRID: dict[str, Any] = {
    **{f"A{row}": value for row, value in enumerate([3, -1.5, 2, 0.25, 7, 4, 0, 1], 1)},
    **{f"B{row}": value for row, value in enumerate([1, 2, 3, 4, 5, 6, 7, 8], 1)},
    **{f"C{row}": value for row, value in enumerate([5, None, "'text", 4, "'3", -2, "=1/0", "'x"], 1)},
    **{f"D{row}": value for row, value in enumerate([1, 2.5, None, -4, 0.5, 6, None, 2.5], 1)},
    **{
        f"E{row}": f"'{value}"
        for row, value in enumerate(["apple", "Banana", "cherry", "apple pie", "b*d", "bad", "12", "a b"], 1)
    },
    **{f"F{row}": value for row, value in enumerate([1, 3, 3.5, 5, 8, 13, 13, 21], 1)},
    **{f"G{row}": value for row, value in enumerate([36526, 40000, 43831, 44255, 45000, 45351, 45657.5, 46000.25], 1)},
    **{f"H{row}": value for row, value in enumerate([True, False, True, True, False, False, True, False], 1)},
}

_SINGLE = {
    "number": ["0", "1", "2", "3", "-1", "-2.5", "0.5", "0.05", "10", "100", "12.345", "1E+10", "A1", "A2", "B3", "D5"],
    "text": ['"apple"', '"a"', '""', '"12"', '"1/2/2024"', '"x*"', '"TRUE"', '">2"', "E1", "E4", "E7"],
    "date": ["44255", "45351.75", "G1", "G4", "G8", "DATE(2024,2,29)"],
    "blank": ["D3", ""],
    "boolean": ["TRUE", "FALSE", "H2"],
    "error": ["C7", "NA()", "#NUM!"],
    "array": ["{1,2}", "{3;1;2}", '{"a",1}'],
}
_RANGES = ["A1:A8", "B1:B8", "F1:F8", "A1:B4", "B2:B5", "C1:C8", "D1:D8", "E1:E8", "G1:G8", "A1:G1", "B1", "Z1:Z3"]
_WEIGHTS = {"number": 60, "text": 10, "date": 10, "blank": 4, "boolean": 6, "error": 3, "array": 4}
OPERATORS = ("+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">=")


def random_formula(chance: random.Random, name: str) -> str:
    """Write a formula that applies one function to random arguments."""
    if name in OPERATORS:
        return f"({_single(chance)}){name}({_single(chance)})"
    function = FUNCTIONS[name]
    arguments = [_argument(chance, letter) for letter in _letters(chance, function)]
    return f"{name}({','.join(arguments)})"


def _letters(chance: random.Random, function: Function) -> str:
    count = chance.randint(function.required, max(function.required, len(function.letters)))
    if function.repeats:
        count += chance.choice([0, 0, 1, 2])
    return function.parameters(min(count, 10))


def _argument(chance: random.Random, letter: str) -> str:
    if letter in "VNLB":
        return _single(chance)
    return chance.choice(_RANGES) if letter == "P" or chance.random() < 0.85 else _single(chance)


def _single(chance: random.Random) -> str:
    kind = chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
    return chance.choice(_SINGLE[kind])


def names() -> list[str]:
    """List the functions that have a value of their own: no volatile ones, no names of the file format."""
    own = {"SINGLE", "ANCHORARRAY"}
    return sorted(OPERATORS) + sorted(name for name in FUNCTIONS if name[0].isupper() and name not in VOLATILE | own)
