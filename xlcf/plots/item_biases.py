"""The best and the worst items by bias, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcf.exploring.exploration import Exploration
from xlcf.exploring.label_places import short_title
from xlcf.plots.fonts import title_fonts
from xlcf.plots.look import dress, new_figure
from xlcf.report.style import ACCENT, AMBER, HAIRLINE, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from xlcf.arrays import Integers

_MOST = 20
_TITLE = 52  # characters


def draw_item_biases(exploration: Exploration) -> Figure:
    """Draw the best and the worst items, each with its interval and the number of its ratings."""
    found = exploration.biases
    n = len(found.best(min(exploration.options.top, _MOST)))
    what = found.measure
    least = "" if found.minimum_count <= 1 else f" with at least {found.minimum_count:,} ratings"
    figure, panels = new_figure(2, 1, f"Items by {what}: {len(found.items):,} items{least}")
    figure.set_size_inches(9.5, 1.6 + 0.46 * n)
    _draw(panels[0], exploration, found.best(n), ACCENT, "The best, by the lower end of the 95 % interval")
    _draw(
        panels[1], exploration, found.worst(n), AMBER, "The worst, by the upper end; beside each its number of ratings"
    )
    return figure


def _draw(panel: Axes, exploration: Exploration, places: Integers, colour: str, title: str) -> None:
    found, labels = exploration.biases, exploration.model.item_labels()
    rows = np.arange(len(places))
    low, high = found.low[places], found.high[places]
    panel.hlines(rows, low, high, color=colour, alpha=0.35, linewidth=4)
    panel.plot(found.level[places], rows, color=colour, marker="o", markersize=6, linestyle="none")
    for row, place in enumerate(places.tolist()):
        panel.annotate(
            f"{found.counts[place]:,}",
            (float(high[row]), row),
            (6, 0),
            textcoords="offset points",
            va="center",
            color=MUTED,
            fontsize=8,
        )
    dress(panel, title, "", "")
    titles = [_cut(labels[item]) for item in found.items[places].tolist()]
    panel.set_yticks(rows, titles, color=INK, family=title_fonts(), parse_math=False)
    panel.invert_yaxis()
    panel.grid(visible=False, axis="y")
    panel.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.75)
    panel.margins(x=0.08)


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE else short_title(title, _TITLE)
