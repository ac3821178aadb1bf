"""Labels on a map never meet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.exploring.label_places import SIDES, Box, place_labels, short_title

GAP, PICTURE = 5.0, (600.0, 400.0)


def box_of(point, size, side):
    """Work out where a label stands, apart from the code."""
    (x, y), (w, h) = point, size
    corner = {
        "right": (x + GAP, y - h / 2),
        "left": (x - GAP - w, y - h / 2),
        "above": (x - w / 2, y + GAP),
        "below": (x - w / 2, y - GAP - h),
    }[side]
    return Box(corner[0], corner[1], corner[0] + w, corner[1] + h)


@given(st.integers(0, 60), st.integers(0, 10_000))
def test_no_label_covers_a_label_or_a_named_point(n, seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform((0, 0), PICTURE, (n, 2))
    sizes = np.column_stack([rng.uniform(20, 200, n), np.full(n, 12.0)])
    sides = place_labels(points, sizes, PICTURE, GAP)
    named = [place for place, side in enumerate(sides) if side is not None]
    boxes = {place: box_of(points[place], sizes[place], sides[place]) for place in named}
    for one in named:
        assert sides[one] in SIDES
        assert boxes[one].within(*PICTURE)
        for other in named:
            if one != other:
                assert not boxes[one].meets(boxes[other])
                x, y = points[other]
                assert not boxes[one].meets(Box(x, y, x, y))


def test_the_most_important_comes_first_and_there_is_a_limit():
    points = np.array([(100.0, 100.0), (101.0, 100.0), (300.0, 300.0), (500.0, 100.0)])
    sizes = np.full((4, 2), (60.0, 12.0))
    assert place_labels(points, sizes, PICTURE, GAP, most=2) == ["right", None, "right", None]


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Matrix, The (1999)", "Matrix, The"),
        ("(untitled)", "(untitled)"),
        ("A title that goes on and on without an end", "A title that goes on…"),
    ],
)
def test_titles_are_cut_between_words(title, short):
    assert short_title(title, 24) == short
