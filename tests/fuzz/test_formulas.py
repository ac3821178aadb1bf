"""Random and damaged formulas: each is computed or refused with a sentence, within limits of time and memory."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch  # noqa: F401  (loaded before time and memory are limited)
import xlsxwriter

from xlcf.errors import InputError
from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.parser import parse
from xlcf.formulas.recalculation import recalculate
from xlcf.formulas.registry import FUNCTIONS
from xlcf.ooxml import Workbook, open_workbook

NAMES = sorted(name for name in FUNCTIONS if name[0].isalpha())
LITERALS = [
    "0", "1", "-1", "2.5", "1E308", "1E400", "1E-320", "99999999999999999999", ".5", "1.", "TRUE", "FALSE",
    '""', '"a*?~"', '">=1"', '"<>"', '"12%"', '"\u4f60\u597d \U0001f600"', '"say ""hi"""', "#N/A", "#DIV/0!",
    "#REF!", "#NULL!", "{1,2;3,4}", '{1,"a",TRUE,#N/A}', "{1;2;3}", "{1,2;3}", "{-1}", "{}", "{{1}}",
]  # fmt: skip
REFERENCES = [
    "A1", "A2", "$A$1", "B1", "C3", "A1:A3", "A1:C3", "B:B", "2:2", "A:XFD", "1:1048576", "XFD1048576", "XFE1",
    "A0", "T!A1", "'T'!A1:B2", "Missing!A1", "S:T!A1", "[1]S!A1", "A1:A3 B1:B3", "(A1,B1)", "rate", "itself",
    "nothing", "Table1[Column]", "A1#", "D1", "A1:A1048576", "$A:$C",
    "LAMBDA(_xlpm.x,_xlpm.x*2)", "LAMBDA(_xlpm.x,_xlpm.y,_xlpm.x+_xlpm.y)", "_xlpm.x", "T[@c]",
]  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">=", ":", " ", ","]
SIGNS = [*"+-*/^&=<>%(){}[],;:!'\"#@$ .~?\\|_\n\t\u00a0\u2212", "A1", "SUM(", "1E", "_xlfn.", "\U0001f600", "\u0130"]


def formula(rng: random.Random, depth: int) -> str:
    """Make a formula by a grammar that is mostly, but not always, Excel's."""
    kind = rng.random()
    if depth == 0 or kind < 0.15:
        return rng.choice(rng.choice([LITERALS, REFERENCES, REFERENCES]))
    if kind < 0.55:
        name = rng.choice(NAMES)
        function = FUNCTIONS[name]
        count = rng.choice([function.required, len(function.letters), rng.randint(0, 6)])
        arguments = [
            rng.choice(["", formula(rng, depth - 1)]) if rng.random() < 0.1 else formula(rng, depth - 1)
            for _ in range(count)
        ]
        return f"{rng.choice(['', '', '', '_xlfn.'])}{name}({','.join(arguments)})"
    if kind < 0.85:
        return formula(rng, depth - 1) + rng.choice(OPERATORS[:12] * 4 + OPERATORS) + formula(rng, depth - 1)
    if kind < 0.9:
        return rng.choice(["-", "+", "--", "-+", "@"]) * rng.randint(1, 40) + formula(rng, depth - 1)
    if kind < 0.95:
        return formula(rng, depth - 1) + "%" * rng.randint(1, 40)
    return "(" * rng.randint(1, 3) + formula(rng, depth - 1) + ")"


def mutated(rng: random.Random, text: str) -> str:
    """Damage a formula at a few places."""
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(text) + 1), rng.randint(0, 6)
        text = (
            text[:at]
            + rng.choice(["", rng.choice(SIGNS), text[at : at + length] * rng.choice([2, 2, 300])])
            + text[at + length :]
        )
    return text


def formulas(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    made = []
    while len(made) < count:
        text = formula(rng, rng.randint(1, 4))
        made.append(mutated(rng, text) if text and rng.random() < 0.3 else text)
    return [text.replace("\x00", "") for text in made]


def book_of(path: Path, texts: list[str]) -> Workbook:
    """Write formulas into column D, one in ten as an array formula, beside numbers, texts and blanks."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    sheet, other = book.add_worksheet("S"), book.add_worksheet("T")
    for row, values in enumerate([(1.5, 2, "x"), (-0.5, "", True), (3, "5", "a*c"), (0, 1e300, -7)]):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    other.write("A1", 4)
    book.define_name("rate", "=S!$A$1*2")
    book.define_name("itself", "=itself+1")
    for row, text in enumerate(texts):
        if row % 10 == 9:
            sheet.write_array_formula(row, 3, row, 4, "{=" + text + "}")
        else:
            sheet.write_formula(row, 3, "=" + text)
    book.close()
    return open_workbook(path)


def use(book: Workbook, row: int) -> None:
    """Do with one formula all that a fit does."""
    program = compile_cells(book, [("S", row, 4)], [("S", 1, 1), ("S", 2, 1)])
    value = program(program.start)
    assert value.shape == (1,)
    assert program(np.tile(program.start, (3, 1))).shape == (3, 1)
    assert program.traits.degree is None or program.traits.degree >= 0
    if program.varies:
        computed, gradient = program.value_and_gradient(program.start)
        assert gradient.shape == (2,)
        np.testing.assert_allclose(computed, value[0], rtol=1e-9, equal_nan=True)


Refused = Callable[..., str | None]


def check(path: Path, seed: int, refused: Refused, count: int = 40) -> int:
    """Try formulas made from a seed; give how many were computed."""
    texts = formulas(seed, count)
    for text in texts:
        refused(lambda text=text: parse(text, 5, 4))
    try:
        book = book_of(path, texts)
    except InputError:  # a text that no sheet can hold
        return 0
    computed = sum(refused(lambda row=row: use(book, row + 1)) is None for row in range(count))
    result: list[Any] = []
    assert refused(lambda: result.append(recalculate(book)), seconds=30) is None
    (recalculated,) = result
    settled = recalculated.values.keys() | recalculated.unsupported.keys()
    assert {("S", *position) for position in book.sheets["S"].formulas} <= settled  # "=" alone is no formula
    assert not [reason for reason in recalculated.unsupported.values() if "xlcf cannot compute it" in reason]
    return computed


def test_random_formulas(tmp_path: Path, refused: Refused) -> None:
    assert sum(check(tmp_path / "book.xlsx", seed, refused) for seed in range(5)) > 20  # else they are all nonsense


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_many_random_formulas(tmp_path: Path, refused: Refused, block: int) -> None:
    for seed in range(1000 + 50 * block, 1000 + 50 * (block + 1)):
        check(tmp_path / "book.xlsx", seed, refused)
