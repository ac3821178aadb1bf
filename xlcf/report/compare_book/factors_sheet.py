"""The sheet `Number of factors`: errors on fitted and on hidden ratings by number of factors."""

from __future__ import annotations

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.comparing.factor_counts import FIT_STARTS, FOLD_STARTS, FactorCounts
from xlcf.report.cells import write_number, write_text
from xlcf.report.compare_book.front import AGAIN, front_page
from xlcf.report.compare_book.report import CompareNames, Origin
from xlcf.report.compare_book.verdict import factors_verdict
from xlcf.report.line_chart import Axis, Points, add_line, add_mark, line_chart
from xlcf.report.page import LEFT, Page
from xlcf.report.style import ACCENT_PALE, AMBER_PALE, MUTED, NEW_ERROR, error_format

FITTED, HIDDEN, BEST = "#0072B2", "#D55E00", "#000000"
"""The colours of errors on fitted and on hidden ratings, and of the best of these, of Okabe and Ito's palette."""

_COLUMNS = (
    ("Factors", 10, "0"),
    ("Free numbers", 10, "#,##0"),
    ("RMSE, fitted ratings", 13, error_format(0.1)),
    ("RMSE, hidden ratings", 13, NEW_ERROR),
    ("Standard error", 11, NEW_ERROR),
    ("Always the mean rating", 13, NEW_ERROR),
    ("Evaluations", 12, "#,##0"),
    ("Seconds", 10, "0.0"),
    ("What it means", 34, ""),
)
_FITTED_COLUMN, _HIDDEN_COLUMN, _MEAN_COLUMN = 2, 3, 5
_LAST = LEFT + len(_COLUMNS) - 1


def write_factor_counts(book: Workbook, names: CompareNames, counts: FactorCounts, origin: Origin) -> None:
    """Add the sheet."""
    page = front_page(
        book,
        names.factor_counts,
        "How many factors?",
        origin,
        counts.problem.sheet,
        [width for _, width, _ in _COLUMNS],
        factors_verdict(counts),
    )
    first = page.row + 1
    _write_table(page, counts)
    page.row += 1
    page.chart(_chart(book, names.factor_counts, first, counts), (900, 420))
    page.note(_how(counts))
    page.row += 1
    page.code(AGAIN, origin.command)


def _write_table(page: Page, counts: FactorCounts) -> None:
    for column, (name, _, _) in enumerate(_COLUMNS, LEFT):
        write_text(page.sheet, page.row, column, name, page.style("header"))
    page.sheet.set_row(page.row, 32)
    fills = {counts.overfits_from: {"bg_color": AMBER_PALE}, counts.best: {"bg_color": ACCENT_PALE}}
    for place in range(len(counts.factors)):
        page.row += 1
        values = (
            counts.factors[place],
            counts.numbers[place],
            counts.fit_rmse[place],
            counts.hold_out_rmse[place],
            counts.standard_error[place],
            counts.mean_rmse,
            counts.evaluations[place],
            counts.seconds[place],
        )
        fill = fills.get(place, {})
        for column, (value, (_, _, number)) in enumerate(zip(values, _COLUMNS[:-1], strict=True), LEFT):
            write_number(page.sheet, page.row, column, float(value), page.style("number", num_format=number, **fill))
        write_text(page.sheet, page.row, _LAST, _meaning(counts, place), page.style("text", **fill))
    page.row += 1


def _chart(book: Workbook, sheet: str, first: int, counts: FactorCounts) -> Chart:
    def points(column: int) -> Points:
        return Points(sheet, first, first + len(counts.factors) - 1, LEFT, LEFT + column)

    def point(place: int) -> Points:
        return Points(sheet, first + place, first + place, LEFT, LEFT + _HIDDEN_COLUMN)

    x = Axis("number of factors", 0, float(counts.factors[-1]) + 1, number="0")
    chart = line_chart(book, "Fitting better, predicting worse?", x, Axis("RMSE", 0, number="0.0"), unlisted=[4])
    add_line(chart, "fitted ratings", points(_FITTED_COLUMN), FITTED, dots=True)
    add_line(chart, "hidden ratings", points(_HIDDEN_COLUMN), HIDDEN, dots=True)
    add_line(chart, "always the mean rating", points(_MEAN_COLUMN), MUTED, dash="dash", width=1.25)
    add_mark(chart, "predicts best", point(counts.best), BEST)
    if counts.overfits_from is not None:
        add_mark(chart, "over-fitting begins", point(counts.overfits_from), HIDDEN, "over-fitting begins")
    return chart


def _meaning(counts: FactorCounts, place: int) -> str:
    words = []
    if place == counts.best:
        words.append("predicts best")
    if place == counts.overfits_from:
        words.append("over-fitting begins")
    if counts.factors[place] == counts.factorization.n_factors:
        words.append("the sheet's own")
    return ", ".join(words)


def _how(counts: FactorCounts) -> str:
    ratings = counts.factorization.ratings
    folds = counts.fold_rmse.shape[1]
    low, high = ratings.rating_range
    return (
        f"Fitted: the sheet's kind of model with each number of factors, fitted to all {len(ratings):,} ratings by "
        f"L-BFGS with exact gradients, the best of {FIT_STARTS} random starts. Hidden: the ratings are cut into "
        f"{folds} parts (seed {counts.seed}); each part in turn is predicted by a fit of the others, the best of "
        f"{FOLD_STARTS} starts. Predictions are cut off at {low:g} and {high:g}, the lowest and the highest rating. "
        "The standard error tells how much that error varies from part to part."
    )
