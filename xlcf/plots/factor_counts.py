"""Errors by number of factors, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcf.comparing.factor_counts import FactorCounts
from xlcf.plots.look import dress, new_figure
from xlcf.report.compare_book.factors_sheet import BEST, FITTED, HIDDEN
from xlcf.report.style import MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_factor_counts(counts: FactorCounts) -> Figure:
    """Draw the errors on fitted and on hidden ratings, and mark where over-fitting begins."""
    title = f"How many factors? {counts.problem.source.name}, sheet {counts.problem.sheet}"
    figure, (panel,) = new_figure(1, 1, title, width=8)
    panel.plot(counts.factors, counts.fit_rmse, color=FITTED, marker="o", label="fitted ratings")
    panel.errorbar(
        counts.factors,
        counts.hold_out_rmse,
        counts.standard_error,
        color=HIDDEN,
        marker="o",
        capsize=3,
        label="hidden ratings ± standard error",
    )
    panel.axhline(counts.mean_rmse, color=MUTED, linestyle="dashed", linewidth=1.25, label="always the mean rating")
    best = float(counts.factors[counts.best]), float(counts.hold_out_rmse[counts.best])
    panel.plot(*best, color=BEST, marker="D", markersize=8, linestyle="none", label="predicts best", zorder=3)
    if counts.overfits_from is not None:
        begins = float(counts.factors[counts.overfits_from])
        panel.axvline(begins, color=HIDDEN, linewidth=1, linestyle="dotted")
        panel.annotate(
            "over-fitting begins", (begins, 0), (5, 6), textcoords="offset points", color=HIDDEN, fontweight="bold"
        )
    panel.set_ylim(bottom=0)
    panel.set_xticks(counts.factors)
    dress(panel, "Fitting better, predicting worse?", "number of factors", "RMSE")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure
