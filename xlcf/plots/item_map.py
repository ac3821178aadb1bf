"""Items on a map of the first two directions, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlcf.exploring.exploration import Exploration
from xlcf.exploring.label_places import place_labels, short_title
from xlcf.plots.fonts import silent_boxes, title_fonts
from xlcf.plots.look import dress, new_figure
from xlcf.report.style import ACCENT, HAIRLINE, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CANDIDATES, _LABELS = 120, 60
_OFFSETS = {
    "right": ((5, 0), "left", "center"),
    "left": ((-5, 0), "right", "center"),
    "above": ((0, 5), "center", "bottom"),
    "below": ((0, -5), "center", "top"),
}
_FONT = 7.5
_AIR = 8  # pixels kept free beside a label


@silent_boxes()
def draw_item_map(exploration: Exploration) -> Figure:
    """Draw the listed items as dots, and name the best known of those whose titles find room."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    directions, known = exploration.directions, exploration.known
    scores = directions.scores[known]
    across, up = scores[:, 0], scores[:, 1] if scores.shape[1] > 1 else np.zeros(len(known))
    figure, (panel,) = new_figure(1, 1, f"Where items differ most: the first two {directions.kind}")
    figure.set_size_inches(11, 8.5)
    panel.scatter(across, up, s=6, color=MUTED, alpha=0.25, linewidths=0)
    names = [
        f"{directions.kind[:-1]} {k + 1} ({share:.1%} of the variance)" for k, share in enumerate(directions.explained)
    ]
    named = min(len(known), _CANDIDATES)
    dress(panel, f"{len(known):,} items; named are the best known ones", names[0], names[1] if len(names) > 1 else "")
    panel.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.75)
    panel.margins(0.06)

    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()  # the layout must be known before labels are measured
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    points = panel.transData.transform(np.column_stack([across[:named], up[:named]]))
    corner, size = panel.bbox.min, panel.bbox.size
    labels = exploration.model.item_labels()
    texts = [short_title(labels[item]) for item in known[:named].tolist()]
    fonts, sizes = title_fonts(), []
    for text in texts:
        probe = figure.text(0, 0, text, fontsize=_FONT, family=fonts, parse_math=False)
        box = probe.get_window_extent(renderer)
        sizes.append((box.width + _AIR, box.height))
        probe.remove()
    gap = 5 * figure.dpi / 72
    dots = panel.transData.transform(np.column_stack([across, up])) - corner
    sides = place_labels(points - corner, np.array(sizes).reshape(-1, 2), (size[0], size[1]), gap, _LABELS, dots)
    for place, (text, side) in enumerate(zip(texts, sides, strict=True)):
        if side is not None:
            offset, ha, va = _OFFSETS[side]
            point = float(across[place]), float(up[place])
            panel.plot(*point, marker="o", markersize=4, color=ACCENT, linestyle="none")
            look: dict[str, Any] = {
                "ha": ha,
                "va": va,
                "fontsize": _FONT,
                "family": fonts,
                "parse_math": False,
                "color": INK,
            }
            panel.annotate(text, point, offset, textcoords="offset points", **look)
    return figure
