"""Fonts for titles in any script."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# where matplotlib's own font lacks a letter; those of Linux, Windows and macOS
_MORE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Droid Sans Fallback",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "PingFang SC",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Arial Unicode MS",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Nirmala UI",
    "Leelawadee UI",
)


def title_fonts() -> list[str]:
    """Give the font families for titles: the usual ones, and those installed that have letters which these lack."""
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return [*mpl.rcParams["font.family"], *(name for name in _MORE_FONTS if name in installed)]


@contextmanager
def silent_boxes() -> Iterator[None]:
    """Draw a box for a letter that no font has, without a warning for each; it may decorate a function that draws."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        # vowels may stand beside their consonants in scripts that need shaping
        warnings.filterwarnings("ignore", r"Matplotlib currently does not support \w+ natively", UserWarning)
        yield
