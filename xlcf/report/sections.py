"""Parts of pages that several workbooks share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.models.factors import Factors
from xlcf.report.page import LEFT, Page

_LABEL_WIDTH, _VALUE_WIDTHS, _GAP_WIDTH, _CHART_WIDTH = 20, (21, 21, 21), 3, 88

CHART_SIZE: Final = (620, 380)
"""Pixels across and down of the chart on a Summary."""

GLOSSARY: Final = (
    "Factors: latent factors, which courses on neural networks call embeddings. Parameters, or weights: all numbers "
    "that are fitted. Loss: what is minimised, the objective."
)
"""Terms of other courses beside those of the sheets."""


def summary_page(
    book: Workbook,
    name: str,
    title: str,
    subtitle: str,
    verdict: str,
    chart: Chart | None,
    warnings: Iterable[str] = (),
) -> Page:
    """Begin a Summary, printed on one page: warnings, what it comes to, and a chart beside what follows.

    Labels stand in the first column, values and the texts of facts in the three after it.
    """
    page = Page(book, name, title, subtitle, pages=(1, 1))
    page.columns([_LABEL_WIDTH, *_VALUE_WIDTHS, _GAP_WIDTH, _CHART_WIDTH])
    page.last = LEFT + len(_VALUE_WIDTHS)
    page.warnings(warnings)
    page.banner(verdict)
    if chart is not None:
        page.chart_at(page.row, page.right, chart, CHART_SIZE)
    return page


def written_by(what: str, created: str, version: str) -> str:
    """Say when something was made, and by which version: `Written 2026-01-31 12:00 by xlcf 1.0`."""
    return f"{what} {created} by xlcf {version}"


def model_facts(words: str, equation: str = "") -> list[tuple[str, str]]:
    """Say what a model is, how it predicts, and what its parts are called elsewhere: facts."""
    prediction = [("Prediction", equation)] if equation else []
    return [("Model", words), *prediction, ("Words", GLOSSARY)]


def other_sheets(page: Page, sheets: Iterable[tuple[str, str]]) -> None:
    """Write links to the sheets that follow, each with what it shows."""
    page.links("The other sheets", sheets)


def model_in_words(factors: Factors) -> str:
    """Say what kind of model factors are: `dot product of 5 factors, with biases`."""
    has_biases = factors.user_bias is not None or factors.item_bias is not None
    words = f"dot product of {factors.n_factors} factors" + (", with biases" if has_biases else "")
    if not factors.n_factors:
        words = "biases of users and items around the mean rating" if has_biases else "the mean rating for every pair"
    if factors.rating_range is not None:
        low, high = factors.rating_range
        words += f", mapped to {low:g} to {high:g} by a sigmoid"
    return words
