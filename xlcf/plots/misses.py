"""Predictions beside ratings, and where they miss, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from xlcf.explore.misses import Group, Misses
from xlcf.plots.look import dress, new_figure
from xlcf.report.style import ACCENT, AMBER, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEXAGONS = 38  # across
_MARGIN = 0.16  # height of a histogram as a share of the panel's
_ENOUGH = 5  # ratings, for their mean to say anything
_FEW = 40  # most distinct ratings that the histogram has a bar each for


def draw_predicted(misses: Misses) -> Figure:
    """Draw predictions against ratings: hexagons for how many, a histogram along each axis."""
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    actual, predicted = misses.actual, misses.predictions
    figure, (panel,) = new_figure(1, 1, f"Predicted against actual: {len(actual):,} ratings")
    figure.set_size_inches(8, 7.6)
    low, high = float(min(actual.min(), predicted.min())), float(max(actual.max(), predicted.max()))
    room = 0.06 * (high - low) or 0.5
    ends = low - room, high + room
    shades = LinearSegmentedColormap.from_list("xlcf", ["#E6F1F5", ACCENT, "#0B2B38"])
    hexagons = panel.hexbin(
        actual,
        predicted,
        gridsize=_HEXAGONS,
        extent=(*ends, *ends),
        mincnt=1,
        norm=LogNorm(),
        cmap=shades,
        linewidths=0.2,
    )
    panel.plot(ends, ends, color=MUTED, linewidth=1, linestyle="dashed")
    groups = misses.by_rating
    panel.plot(
        [group.rating for group in groups],
        [group.prediction for group in groups],
        color=AMBER,
        marker="o",
        markersize=5,
        linewidth=1.5,
        label="mean prediction of each rating",
    )
    panel.set(xlim=ends, ylim=ends)
    dress(panel, "", "actual rating", "prediction")
    panel.legend(loc="lower right", frameon=False, labelcolor=INK, fontsize=9)
    _margin(panel, actual, ends, vertical=False)
    _margin(panel, predicted, ends, vertical=True)
    bar = figure.colorbar(hexagons, ax=panel, location="bottom", aspect=50, shrink=0.6, pad=0.02)
    bar.set_label("ratings in a hexagon (log scale)", color=MUTED)
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=MUTED, which="both", length=0)
    figure.text(
        0.99,
        0.985,
        f"RMSE {misses.rmse:.3f}   MAE {misses.mae:.3f}   correlation {misses.correlation:.2f}",
        ha="right",
        va="top",
        color=MUTED,
    )
    return figure


def draw_residuals(misses: Misses) -> Figure:
    """Draw residuals by rating, calibration, and errors by the user's activity and the item's popularity."""
    figure, panels = new_figure(2, 2, "Where predictions miss")
    _draw_by_rating(panels[0], misses)
    _draw_calibration(panels[1], misses)
    _draw_by_count(panels[2], misses.by_activity, "By the user's activity", "ratings of the user")
    _draw_by_count(panels[3], misses.by_popularity, "By the item's popularity", "ratings of the item")
    return figure


def _margin(
    panel: Axes, values: np.ndarray[tuple[int], np.dtype[np.float64]], ends: tuple[float, float], *, vertical: bool
) -> None:
    """Draw a histogram along an edge of a panel."""
    place = (1.01, 0, _MARGIN, 1) if vertical else (0, 1.01, 1, _MARGIN)
    edge = panel.inset_axes(place, sharey=panel) if vertical else panel.inset_axes(place, sharex=panel)
    distinct = np.unique(values)
    direction: Literal["horizontal", "vertical"] = "horizontal" if vertical else "vertical"
    if len(distinct) <= _FEW:
        width = 0.5 * float(np.diff(distinct).min()) if len(distinct) > 1 else 0.5
        edges = np.sort(np.concatenate([distinct - width / 2, distinct + width / 2]))
        edge.hist(values, bins=edges.tolist(), orientation=direction, color=ACCENT, alpha=0.6)
    else:
        edge.hist(values, bins=50, range=ends, orientation=direction, color=ACCENT, alpha=0.6)
    edge.set_axis_off()


def _draw_by_rating(panel: Axes, misses: Misses) -> None:
    groups = misses.by_rating
    places = np.arange(len(groups))
    distinct = np.unique(misses.actual)
    if len(distinct) == len(groups):
        parts = [misses.residuals[misses.actual == value] for value in distinct]
        style = {"color": ACCENT, "linewidth": 1.25}
        panel.boxplot(
            parts,
            positions=places,
            whis=(5, 95),
            showfliers=False,
            widths=0.55,
            patch_artist=True,
            boxprops={"facecolor": "#E6F1F5", **style},
            whiskerprops=style,
            capprops=style,
            medianprops={"color": AMBER, "linewidth": 2},
        )
        title = "By rating (in the box half of them, in the whiskers 90 %)"
    else:
        panel.plot(places, [group.residual for group in groups], color=ACCENT, marker="o")
        title = "By rating: the mean residual"
    panel.axhline(0, color=MUTED, linewidth=1)
    dress(panel, title, "actual rating", "rating - prediction")
    _name_groups(panel, groups)


def _draw_calibration(panel: Axes, misses: Misses) -> None:
    groups = [group for group in misses.by_prediction if group.ratings >= _ENOUGH]
    predicted = [group.prediction for group in groups]
    error = [1.96 * group.rmse / np.sqrt(group.ratings) for group in groups]
    panel.errorbar(
        predicted, [group.rating for group in groups], error, color=ACCENT, marker="o", capsize=3, linewidth=1.5
    )
    ends = min(predicted, default=0.0), max(predicted, default=1.0)
    panel.plot(ends, ends, color=MUTED, linestyle="dashed", linewidth=1)
    name = "mean rating" if misses.fitted.threshold is None else "share of 1s"
    dress(panel, "Calibration (dashed: predictions hold on average)", "mean prediction of ten ranges", name)


def _draw_by_count(panel: Axes, groups: list[Group], title: str, x: str) -> None:
    places = np.arange(len(groups))
    panel.plot(places, [group.rmse for group in groups], color=ACCENT, marker="o", label="RMSE")
    panel.plot(places, [group.residual for group in groups], color=AMBER, marker="o", label="mean residual")
    panel.axhline(0, color=MUTED, linewidth=1)
    dress(panel, title, x, "error")
    _name_groups(panel, groups)
    for place, group in enumerate(groups):
        panel.annotate(
            f"n = {group.ratings:,}" if place == 0 else f"{group.ratings:,}",
            (place, 0.02),
            xycoords=("data", "axes fraction"),
            ha="center",
            color=MUTED,
            fontsize=8,
        )
    panel.margins(y=0.15)
    panel.legend(frameon=False, labelcolor=INK, fontsize=9, loc="best")


def _name_groups(panel: Axes, groups: list[Group]) -> None:
    slanted = sum(len(group.label) for group in groups) > 40
    panel.set_xticks(
        np.arange(len(groups)),
        [group.label.replace(" to ", "–") for group in groups],
        rotation=30 if slanted else 0,
        ha="right" if slanted else "center",
    )
