"""Colours that can be told apart: on paper, and by eyes that lack one kind of cone."""

from itertools import combinations

import numpy as np
import pytest

from xlcf.report.method_colours import METHOD_COLOURS, method_colour

# Machado, Oliveira, Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency",
# at full severity
EYES = {
    "all cones": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
JUST_NOTICEABLE = 2.3  # in CIELAB


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """Give CIELAB of linear RGB, white point D65."""
    x, y, z = (TO_XYZ @ np.clip(light, 0, 1)) / TO_XYZ.sum(axis=1)
    x, y, z = (np.cbrt(each) if each > 0.008856 else 7.787 * each + 16 / 116 for each in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", EYES)
def test_any_two_methods_can_be_told_apart(eyes: str) -> None:
    seen = {method: lab(np.array(EYES[eyes]) @ linear(colour)) for method, colour in METHOD_COLOURS.items()}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 6 * JUST_NOTICEABLE, (one, other)


def test_every_colour_is_seen_on_white() -> None:
    for method, colour in METHOD_COLOURS.items():
        contrast = 1.05 / (TO_XYZ[1] @ linear(colour) + 0.05)
        assert contrast > 2, method


def test_case_does_not_matter() -> None:
    assert method_colour("Adam") == method_colour(" adam ") == METHOD_COLOURS["adam"]


def test_a_method_that_is_not_listed_gets_a_colour_of_its_own_kind() -> None:
    names = [f"method {number}" for number in range(30)]
    colours = [method_colour(name) for name in names]
    assert colours == [method_colour(name) for name in names]
    assert len(set(colours)) > 3
    assert not set(colours) & set(METHOD_COLOURS.values())
