"""Ratings stored as text: said, not silently left out."""

import numpy as np
import pytest

import xlcf
from xlcf.bridge.fit import fit_workbook
from xlcf.errors import InputError


@pytest.mark.parametrize(("count", "words"), [(1, "the cell S!I4 holds"), (3, "3 cells, the first S!I4, hold")])
def test_ratings_that_are_texts_are_warned_of(count, words, layout, solver_book):
    sheet = layout(rated=np.ones((6, 5), dtype=bool))
    for column in "IJK"[:count]:
        sheet.cells[f"{column}4"] = f"{sheet.cells[f'{column}4']:g}"
    said = []
    path = solver_book(sheet.cells, sheet.opt, ",".join(sheet.areas))
    done = fit_workbook(path, xlcf.FitOptions(max_iterations=2), notice=said.append)
    assert len(done.factorization.ratings) == 30 - count
    assert any(words in sentence for sentence in done.warnings)
    assert any(sentence.startswith("WARNING: Among the ratings") for sentence in said)


def test_ratings_that_are_all_texts_make_an_error(layout, solver_book):
    sheet = layout()
    for place, content in list(sheet.cells.items()):
        row = int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if 4 <= row <= 9 and place[0] >= "I" and isinstance(content, float):
            sheet.cells[place] = f"{content:g}"
    with pytest.raises(InputError, match="numbers stored as text"):
        xlcf.read_problem(solver_book(sheet.cells, sheet.opt, ",".join(sheet.areas)))
