"""The sheet `Agreement`: how far apart the methods' predictions (or variables) are, as heat maps."""

from __future__ import annotations

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats
from xlcf.comparing.comparison import Comparison
from xlcf.report.compare_book.report import CompareNames, shown
from xlcf.report.page import LEFT, Page
from xlcf.report.style import POSITIVE, ZERO
from xlcf.report.table import Column, numbers, write_table

_SMALLEST_SCALE = 1e-3  # differences below it are no news, so they never glow


def write_agreement(book: Workbook, names: CompareNames, comparison: Comparison) -> None:
    """Add the sheet where the ends of two methods or more are known."""
    agreement = comparison.agreement
    if agreement is None:
        return
    if agreement.of == "predictions":
        what = "predictions of the rated pairs"
        note = "How far the predictions of two methods differ. Factors may differ where predictions agree."
    else:
        what, note = "variable cells", "How far the variable cells of two methods differ."
    page = Page(book, names.agreement, "Agreement", note, landscape=False, pages=(1, 1))
    blocks = [(f"Largest difference of {what}", agreement.largest), (f"Mean difference of {what}", agreement.mean)]
    if agreement.largest_unrated is not None:
        blocks.append(("Largest difference of predictions of pairs that nobody rated", agreement.largest_unrated))
    methods = [shown(method) for method in agreement.methods]
    for title, differences in blocks:
        number = "0.0000" if differences.max(initial=0.0) < 1e3 else "0.00E+00"
        columns = [Column("", 14, methods, "id", {"num_format": "General"})]
        columns += [numbers(name, 12, each, number) for name, each in zip(methods, differences.T, strict=True)]
        top = page.row + 2
        page.row = write_table(page, columns, page.row, caption=title) + 1
        page.sheet.conditional_format(top, LEFT + 1, page.row - 2, page.last, _heat(differences))


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
