"""How every picture looks: the sheets' colours, plain axes, a light grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlcf.report.style import HAIRLINE, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DASHES = {"adamw": (0, (1, 1)), "sgd": (0, (5, 1.5)), "excel": (0, (4, 2))}


def new_figure(rows: int, columns: int, title: str, width: float = 6.2) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels, each `width` inches wide, and give these row by row."""
    from matplotlib import pyplot as plt

    # pyplot, so that notebooks show it
    figure = plt.figure(figsize=(width * columns, 0.5 + 4.1 * rows), layout="constrained", facecolor="white")
    plt.close(figure)  # it goes to a file or a notebook's cell, never to a window
    head(figure, title)
    panels = figure.subplots(rows, columns, squeeze=False)
    return figure, list(panels.ravel())


def head(figure: Figure, title: str, beside: str = "") -> None:
    """Give a figure its title on the left, and a few numbers on the right."""
    figure.suptitle(title, color=INK, fontsize=13, fontweight="bold", x=0.01, ha="left")
    figure.text(0.99, 0.98, beside, ha="right", va="top", color=MUTED)


def dress(panel: Axes, title: str, x: str, y: str) -> None:
    """Give a panel its title and the names of its axes."""
    panel.set_title(title, color=INK, fontsize=11, fontweight="bold", loc="left")
    panel.set_xlabel(x, color=MUTED)
    panel.set_ylabel(y, color=MUTED)
    panel.tick_params(colors=MUTED, which="both", length=0)
    panel.grid(visible=True, axis="y", color=HAIRLINE, linewidth=0.75)
    panel.set_axisbelow(True)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    panel.spines["bottom"].set_color(HAIRLINE)


def dashes(method: str) -> Any:
    """Give matplotlib's dashes of a method's line: methods that often run along one another differ."""
    return _DASHES.get(method, "solid")
