"""Places for labels beside points so that no label covers another one or a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats

SIDES = ("right", "left", "above", "below")
"""Where a label may stand, the preferred side first; spreadsheets' charts know just these."""


_RADIUS = 4.0  # of a dot, in pixels


@dataclass(frozen=True)
class Box:
    """A rectangle in the pixels of a picture."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Say whether two boxes share any area."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def covers(self, points: Floats, radius: float) -> bool:
        """Say whether the box meets a square of that radius around any of the points, of shape (points, 2)."""
        x, y = points.T
        across = (x > self.left - radius) & (x < self.right + radius)
        return bool((across & (y > self.bottom - radius) & (y < self.top + radius)).any())

    def within(self, width: float, height: float) -> bool:
        """Say whether the box lies in a picture of this size."""
        return self.left >= 0 and self.bottom >= 0 and self.right <= width and self.top <= height


def place_labels(
    points: Floats,
    sizes: Floats,
    picture: tuple[float, float],
    gap: float = 5.0,
    most: int | None = None,
    dots: Floats | None = None,
) -> list[str | None]:
    """Choose a side for each label, in order of importance; None for one that finds no free place.

    Greedy (Christensen, Marks, Shieber 1995, section 3.1): each label takes the first side that is free, so that
    important ones come first; a point without a label gives its place away.

    Args:
        points: shape (labels, 2), in pixels from the bottom left, the most important first.
        sizes: shape (labels, 2), widths and heights of the labels.
        picture: its width and height.
        gap: between a point and its label.
        most: most labels to place; None: as many as find a place.
        dots: shape (dots, 2), the middles of all that is drawn and stays free of labels; None: the labelled points.

    """
    middles = points if dots is None else np.concatenate([points, dots])
    sides: list[str | None] = []
    taken: list[Box] = []
    placed = 0
    for (x, y), (width, height) in zip(points.tolist(), sizes.tolist(), strict=True):
        dot = Box(x - gap, y - gap, x + gap, y + gap)
        side = None
        if (most is None or placed < most) and not any(dot.meets(box) for box in taken):
            side, box = _free_side(x, y, width, height, gap, picture, taken, middles)
            if box is not None:
                taken += [dot, box]
                placed += 1
        sides.append(side)
    return sides


def _free_side(
    x: float,
    y: float,
    width: float,
    height: float,
    gap: float,
    picture: tuple[float, float],
    taken: list[Box],
    middles: Floats,
) -> tuple[str | None, Box | None]:
    for side in SIDES:
        match side:
            case "right":
                left, bottom = x + gap, y - height / 2
            case "left":
                left, bottom = x - gap - width, y - height / 2
            case "above":
                left, bottom = x - width / 2, y + gap
            case _:
                left, bottom = x - width / 2, y - gap - height
        box = Box(left, bottom, left + width, bottom + height)
        if box.within(*picture) and not any(box.meets(other) for other in taken) and not box.covers(middles, _RADIUS):
            return side, box
    return None, None


def short_title(title: str, most: int = 48) -> str:
    """Shorten a title for a label: without what stands in parentheses, cut between words.

    >>> short_title("Seven (a.k.a. Se7en) (1995)")
    'Seven'
    """
    name = title.split(" (")[0] or title
    if len(name) <= most:
        return name
    cut = name[: most - 1].rsplit(" ", 1)[0]
    return f"{cut.rstrip(' ,:-')}…"
