"""The sheet `Agreement`: how far apart the methods' predictions (or variables) are, as heat maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.workbook import Workbook

from xlcf.comparing.comparison import Comparison
from xlcf.report.cells import write_number, write_text
from xlcf.report.compare_book.report import CompareNames, shown
from xlcf.report.style import POSITIVE, ZERO, Style, set_up_page, write_heading

Floats = NDArray[np.float64]

_LEFT = 1
_TOP = 3
_SMALLEST_SCALE = 1e-3  # differences below it are no news, so they never glow


def write_agreement(book: Workbook, names: CompareNames, comparison: Comparison) -> None:
    """Add the sheet where the ends of two methods or more are known."""
    agreement = comparison.agreement
    if agreement is None:
        return
    style = Style(book)
    sheet = book.add_worksheet(names.agreement)
    set_up_page(sheet, landscape=False)
    sheet.fit_to_pages(1, 1)
    if agreement.of == "predictions":
        what = "predictions of the rated pairs"
        note = "How far the predictions of two methods differ. Factors may differ where predictions agree."
    else:
        what, note = "variable cells", "How far the variable cells of two methods differ."
    write_heading(sheet, style, "Agreement", note)
    sheet.set_column(_LEFT, _LEFT, 14)
    sheet.set_column(_LEFT + 1, _LEFT + len(agreement.methods), 12)
    blocks = [(f"Largest difference of {what}", agreement.largest), (f"Mean difference of {what}", agreement.mean)]
    if agreement.largest_unrated is not None:
        blocks.append(("Largest difference of predictions of pairs that nobody rated", agreement.largest_unrated))
    methods = [shown(method) for method in agreement.methods]
    row = _TOP
    for title, differences in blocks:
        write_text(sheet, row, _LEFT, title, style("section"))
        for column in range(_LEFT + 1, _LEFT + 1 + len(methods)):
            sheet.write_blank(row, column, None, style("section"))
        sheet.set_row(row, 20)
        write_text(sheet, row + 1, _LEFT, "", style("header_text"))
        number = style("cell", num_format="0.0000" if differences.max(initial=0.0) < 1e3 else "0.00E+00")
        for place, method in enumerate(methods):
            write_text(sheet, row + 1, _LEFT + 1 + place, method, style("header"))
            write_text(sheet, row + 2 + place, _LEFT, method, style("id", num_format="General"))
            for column, difference in enumerate(differences[place].tolist(), _LEFT + 1):
                write_number(sheet, row + 2 + place, column, difference, number)
        bottom, right = row + 1 + len(methods), _LEFT + len(methods)
        sheet.conditional_format(row + 2, _LEFT + 1, bottom, right, _heat(differences))
        row = bottom + 2


def _heat(differences: Floats) -> dict[str, object]:
    finite = differences[np.isfinite(differences)]
    return {
        "type": "2_color_scale",
        "min_type": "num",
        "min_value": 0,
        "min_color": ZERO,
        "max_type": "num",
        "max_value": max(_SMALLEST_SCALE, float(finite.max(initial=0.0))),
        "max_color": POSITIVE,
    }
