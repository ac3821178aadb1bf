"""Predictions beside ratings, and residuals, as pictures."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from xlcf.exploring.residual_groups import ResidualGroup
from xlcf.exploring.residuals import Grouping, Residuals
from xlcf.plots.honeycomb import Honeycomb, honeycomb
from xlcf.plots.look import dress, head, new_figure
from xlcf.report.style import ACCENT, ACCENT_PALE, AMBER, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure
    from seaborn import JointGrid

_BINS = 50
_GAP = 0.08  # between a panel and its margins
_ENOUGH = 5  # ratings, for their mean to say anything
_BANDS = ((90, 0.14, "90 % of the residuals"), (50, 0.32, "half of them"))  # per cent in the middle, opacity, name


def draw_predicted(residuals: Residuals) -> Figure:
    """Draw predictions against ratings: hexagons for how many, and in the margins how each is distributed."""
    import seaborn as sns
    from matplotlib import pyplot as plt
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    actual, predicted = residuals.actual, residuals.predictions
    cells = honeycomb(actual, predicted)
    ends = cells.ends
    grid = sns.JointGrid(x=actual, y=predicted, height=8, ratio=6, space=_GAP, xlim=ends, ylim=ends)
    plt.close(grid.figure)  # as in look.new_figure
    panel = grid.ax_joint
    hexagons = panel.hexbin(
        actual,
        predicted,
        gridsize=(cells.columns, cells.rows),
        extent=(*cells.extent, *ends),
        mincnt=1,
        norm=LogNorm(),
        cmap=LinearSegmentedColormap.from_list("xlcf", [ACCENT_PALE, ACCENT, "#0B2B38"]),
        linewidths=0.2,
    )
    panel.plot(ends, ends, color=MUTED, linewidth=1, linestyle="dashed")
    panel.plot(
        [group.actual for group in residuals.by_rating],
        [group.prediction for group in residuals.by_rating],
        color=AMBER,
        marker="o",
        markersize=5,
        linewidth=1.5,
        label="mean prediction of each rating",
    )
    _draw_margins(grid, residuals, cells)
    panel.legend(loc="lower right", frameon=False, labelcolor=INK, fontsize=9)
    dress(panel, "", "actual rating", "prediction")
    _draw_key(grid, hexagons)
    head(
        grid.figure,
        f"Predicted against actual: {len(actual):,} ratings",
        f"RMSE {residuals.rmse:.3f}   MAE {residuals.mae:.3f}   correlation {residuals.correlation:.2f}",
    )
    grid.figure.tight_layout()
    grid.figure.subplots_adjust(hspace=_GAP, wspace=_GAP)
    return grid.figure  # type: ignore[no-any-return]


def draw_residuals(residuals: Residuals) -> Figure:
    """Draw residuals by rating, calibration, and residuals by the user's activity and the item's popularity."""
    figure, panels = new_figure(2, 2, "Residuals")
    _draw_bands(panels[0], residuals, residuals.rating_groups, residuals.by_rating)
    dress(panels[0], "By rating", "actual rating", "rating - prediction")
    _draw_calibration(panels[1], residuals)
    activity, popularity = residuals.activity_groups, residuals.popularity_groups
    for panel, grouping, groups, title, x in (
        (panels[2], activity, residuals.by_activity, "By the user's activity", "ratings of the user"),
        (panels[3], popularity, residuals.by_popularity, "By the item's popularity", "ratings of the item"),
    ):
        _draw_bands(panel, residuals, grouping, groups)
        _draw_errors(panel, groups)
        dress(panel, title, x, "rating - prediction")
    handles, labels = panels[2].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, labelcolor=INK)
    return figure


def _draw_margins(grid: JointGrid, residuals: Residuals, cells: Honeycomb) -> None:
    import seaborn as sns

    actual, bars = residuals.actual, {"color": ACCENT, "alpha": 0.6, "linewidth": 0}
    if cells.width is None:
        sns.histplot(x=actual, ax=grid.ax_marg_x, bins=_BINS, binrange=cells.ends, **bars)
    else:
        half = cells.width / 2
        steps = float(actual.min()) - half, float(actual.max()) + half
        sns.histplot(x=actual, ax=grid.ax_marg_x, binwidth=cells.width, binrange=steps, shrink=0.6, **bars)
    sns.histplot(y=residuals.predictions, ax=grid.ax_marg_y, bins=_BINS, binrange=cells.ends, **bars)
    for margin in (grid.ax_marg_x, grid.ax_marg_y):
        margin.set_axis_off()


def _draw_key(grid: JointGrid, hexagons: PolyCollection) -> None:
    """Say in the corner between the margins what the shades mean."""
    corner = grid.figure.add_subplot(grid.ax_joint.get_gridspec()[0, -1])
    corner.set_axis_off()
    bar = grid.figure.colorbar(hexagons, cax=corner.inset_axes((0.1, 0.4, 0.9, 0.1)), orientation="horizontal")
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=MUTED, which="both", length=0, labelsize=8)
    bar.ax.set_title("ratings in a hexagon", color=MUTED, fontsize=8)


def _draw_bands(panel: Axes, residuals: Residuals, grouping: Grouping, groups: list[ResidualGroup]) -> None:
    """Draw the mean residual of each group, and the bands that hold half of its residuals and 90 % of them."""
    places = np.arange(len(groups))
    parts = [residuals.values[grouping.places == place] for place in places]
    for share, opacity, name in _BANDS:
        low, high = np.transpose([np.percentile(part, (50 - share / 2, 50 + share / 2)) for part in parts])
        panel.fill_between(places, low, high, color=ACCENT, alpha=opacity, linewidth=0, label=name)
    panel.plot(places, [group.residual for group in groups], color=AMBER, marker="o", label="mean residual")
    panel.axhline(0, color=MUTED, linewidth=1)
    slanted = sum(map(len, grouping.labels)) > 40
    panel.set_xticks(
        places,
        [label.replace(" to ", "–") for label in grouping.labels],
        rotation=30 if slanted else 0,
        ha="right" if slanted else "center",
    )


def _draw_calibration(panel: Axes, residuals: Residuals) -> None:
    groups = [group for group in residuals.by_prediction if group.count >= _ENOUGH]
    predicted = [group.prediction for group in groups]
    error = [1.96 * group.rmse / sqrt(group.count) for group in groups]
    panel.errorbar(
        predicted, [group.actual for group in groups], error, color=ACCENT, marker="o", capsize=3, linewidth=1.5
    )
    ends = min(predicted, default=0.0), max(predicted, default=1.0)
    panel.plot(ends, ends, color=MUTED, linestyle="dashed", linewidth=1)
    name = "mean rating" if residuals.model.threshold is None else "share of 1s"
    dress(panel, "Calibration (dashed: predictions hold on average)", "mean prediction of each range", name)


def _draw_errors(panel: Axes, groups: list[ResidualGroup]) -> None:
    """Draw the RMSE of each group, and at the foot how many ratings it has."""
    rmse = [group.rmse for group in groups]
    panel.plot(np.arange(len(groups)), rmse, color=INK, linestyle="dashed", marker="s", markersize=4, label="RMSE")
    for place, group in enumerate(groups):
        panel.annotate(
            f"n = {group.count:,}" if place == 0 else f"{group.count:,}",
            (place, 0.02),
            xycoords=("data", "axes fraction"),
            ha="center",
            color=MUTED,
            fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    panel.margins(y=0.12)
