"""What a comparison says, and what its workbook draws."""

from dataclasses import replace

import numpy as np
import pytest

import xlcf
from tests.report.test_layout import charts_of, marker_of, series_of
from xlcf.comparing.comparison import Comparison, Entry
from xlcf.comparing.factor_counts import compare_factor_counts
from xlcf.comparing.options import CompareOptions
from xlcf.report.compare_book import Origin, write_compare_book
from xlcf.report.compare_book.verdict import methods_verdict

BOWL = {"A1": "=(B1-3)^2+(B2-4)^2+1", "B1": 1.0, "B2": 2.0}


@pytest.fixture
def ended(read_cells):
    """Give a function: the end of each method -> the comparison; None is a method that failed."""
    problem = read_cells(BOWL)
    result = xlcf.fit(problem)

    def compared(**ends: float | None) -> Comparison:
        entries = [
            Entry(method, "failed", "Too large.")
            if end is None
            else Entry(method, "stopped", "", end, result.x, replace(result, method=method, objective_end=end))
            for method, end in ends.items()
        ]
        return Comparison(problem, None, CompareOptions(tuple(ends)), tuple(entries), None, None)

    return compared


def test_of_one_method_that_is_off_the_end_is_said(ended):
    verdict = methods_verdict(ended(scipy=1.0, adam=1.0002, sgd=1.25))
    assert verdict == ("Within 0.1% of the best objective known, 1, came scipy and adam; not so sgd, with 1.25.")


def test_of_several_methods_that_are_off_the_furthest_is_named(ended):
    verdict = methods_verdict(ended(scipy=1.0, adam=1.5, sgd=1.25))
    assert verdict == (
        "Within 0.1% of the best objective known, 1, came scipy; "
        "not so adam and sgd, the furthest off is adam with 1.5."
    )


def test_all_methods_may_be_near_or_one_alone_have_an_end(ended):
    assert methods_verdict(ended(scipy=1.0, adam=1.0)) == (
        "Every method came within 0.1% of the best objective known, 1."
    )
    assert methods_verdict(ended(scipy=1.0, adam=None)) == (
        "Only scipy could fit the model, to 1.\nNot fitted by adam: Too large."
    )


def test_numbers_of_factors_are_drawn_as_dots_and_the_mean_as_a_line(planted, tmp_path):
    path = tmp_path / "factors.xlsx"
    counts = compare_factor_counts(*planted, [1, 2], seed=1)
    write_compare_book(path, counts, Origin("planted.xlsx", "2026-01-31 09:30", "0.1.0", "xlcf compare planted.xlsx"))
    series = [series for chart in charts_of(path) if "hidden ratings" in (series := series_of(chart))]
    assert series
    for each in series:
        markers = {name: marker_of(line) for name, line in each.items()}
        assert markers["fitted ratings"] == markers["hidden ratings"] == "circle"
        assert markers["always the mean rating"] == "none"
        assert markers["predicts best"] == "diamond"


def test_random_starts_in_numbers(read_cells):
    problem = read_cells({"A1": "=(B1^2-1)^2+0.3*B1+(B2-4)^2", "B1": 0.1, "B2": 2.0})
    (entry,) = xlcf.compare(problem, methods=("scipy",), starts=7, seed=2).entries
    roots = np.roots([4, 0, -4, 0.3]).real
    minima = sorted((root**2 - 1) ** 2 + 0.3 * root for root in roots if 12 * root**2 > 4)
    ends = entry.starts.objectives
    assert all(np.isclose(ends, low, atol=1e-6).any() for low in minima)
    for share in (0.25, 0.5, 0.75):
        assert entry.starts.quantile(share) == np.quantile(ends, share)
