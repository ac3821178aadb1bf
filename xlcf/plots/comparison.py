"""A comparison of methods as a picture: what each step costs, and how the learning rates were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlcf.comparing.comparison import EXCEL, Comparison
from xlcf.comparing.curves import curves, floor
from xlcf.plots.look import dashes, dress, new_figure
from xlcf.report.method_colours import method_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from xlcf.solver.solution import LearningRates


def draw_comparison(comparison: Comparison) -> Figure:
    """Draw the distance to the best known objective against evaluations and seconds.

    Where methods searched a learning rate, the search and the schedules are drawn below.
    """
    rates = [(result.method, result.learning_rates) for result in comparison.results if result.learning_rates]
    title = f"Ways to solve {comparison.problem.source.name}, sheet {comparison.problem.sheet}"
    figure, panels = new_figure(2 if rates else 1, 2, title)
    _draw_course(panels[0], comparison, "evaluations", "What it takes: evaluations of the objective")
    _draw_course(panels[1], comparison, "seconds", "What it takes: seconds")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    if rates:
        _draw_search(panels[2], rates)
        _draw_schedules(panels[3], rates)
    return figure


def _draw_course(panel: Axes, comparison: Comparison, cost: str, title: str) -> None:
    for curve in curves(comparison):
        colour, width = method_colour(curve.method), 2.75 if curve.method == "solver" else 2
        line: dict[str, Any] = {
            "color": colour,
            "linestyle": dashes(curve.method),
            "linewidth": width,
            "label": curve.method,
        }
        panel.plot(getattr(curve, cost), curve.distance, **line)
        if curve.method == "solver" and np.isfinite(curve.distance[-1]):
            end = float(getattr(curve, cost)[-1]), float(curve.distance[-1])
            panel.plot(*end, marker="D", markersize=8, color=colour, linestyle="none", label="Solver stops here")
    excel = next((entry for entry in comparison.entries if entry.method == EXCEL), None)
    distance = None if excel is None else comparison.distance(excel)
    if distance is not None and distance > floor(comparison):
        panel.axhline(distance, color=method_colour(EXCEL), linestyle=dashes(EXCEL), label="Excel")
    panel.set_xscale("log")
    panel.set_yscale("log")
    dress(panel, title, f"{cost} (log scale)", "distance to the best known (log scale)")


def _draw_search(panel: Axes, rates: list[tuple[str, LearningRates]]) -> None:
    for method, found in rates:
        colour = method_colour(method)
        ends = np.where(np.isfinite(found.losses), found.losses, np.nan)
        panel.plot(found.tried, ends, color=colour, linestyle=dashes(method), marker="o", markersize=4)
        taken = found.tried == found.chosen
        if taken.any():
            panel.plot(found.tried[taken], ends[taken], marker="D", markersize=9, color=colour, linestyle="none")
    panel.set_xscale("log")
    dress(
        panel,
        "Finding the learning rate (diamond: suggested)",
        "learning rate (log scale)",
        "loss after the trial, start = 1",
    )


def _draw_schedules(panel: Axes, rates: list[tuple[str, LearningRates]]) -> None:
    for method, found in rates:
        epochs = np.arange(1, len(found.schedule) + 1)
        panel.plot(epochs, found.schedule, color=method_colour(method), linestyle=dashes(method), linewidth=2)
    panel.set_yscale("log")
    dress(panel, "The schedules", "epoch", "learning rate (log scale)")
