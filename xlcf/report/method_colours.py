"""The colour of each method of fitting: the same in every chart, and told apart by colour-blind eyes.

The core is the palette of Okabe and Ito (2008, "Color Universal Design") without its yellow, too pale on white paper;
the others were chosen to lie far from it and from each other, also to eyes without red, green or blue cones.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

METHOD_COLOURS: Final[dict[str, str]] = {
    "solver": "#000000",
    "excel": "#554455",
    "scipy": "#332288",
    "sgd": "#E69F00",
    "momentum": "#D55E00",
    "rmsprop": "#009E73",
    "adagrad": "#56B4E9",
    "adam": "#0072B2",
    "adamw": "#CC79A7",
    "cosine": "#9922FF",
    "als": "#663311",
    "gibbs": "#99BB66",
}
"""Colours (#RRGGBB) by method; `cosine` is gradient descent with cosine restarts, `excel` what Excel itself saved."""

_OTHERS: Final = ("#9977FF", "#330044", "#AA0033", "#006655", "#8A8A00", "#7F7F7F")


def method_colour(method: str) -> str:
    """Give the colour (#RRGGBB) of a method, whatever its case; one that is not listed always gets the same.

    >>> method_colour("Adam")
    '#0072B2'
    """
    name = method.strip().lower()
    return METHOD_COLOURS.get(name) or _OTHERS[crc32(name.encode("utf-8")) % len(_OTHERS)]
