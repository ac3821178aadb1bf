"""All pictures of an exploration, as files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlcf.errors import InputError
from xlcf.explore.exploration import Exploration
from xlcf.plots.files import SUFFIXES, check_plot, save
from xlcf.plots.item_biases import draw_item_biases
from xlcf.plots.item_map import draw_item_map
from xlcf.plots.misses import draw_predicted, draw_residuals

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def check_folder(folder: Path) -> None:
    """Make a folder for pictures; refuse at once what could not be drawn or written.

    Raises:
        InputError: where matplotlib or seaborn is missing, or the folder cannot be made.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made ({error.strerror}); choose another.") from None
    check_plot(folder / "map.png")


def draw_exploration(exploration: Exploration, folder: Path) -> list[Path]:
    """Draw the items by bias, the map of items and, where ratings are known, the misses: each as PNG and as SVG.

    Raises:
        InputError: where matplotlib or seaborn is missing, or a file cannot be written.

    """
    check_folder(folder)
    pictures: dict[str, Callable[[], Figure]] = {
        "items-by-bias": partial(draw_item_biases, exploration),
        "map": partial(draw_item_map, exploration),
    }
    if exploration.misses is not None:
        pictures["predicted-against-actual"] = partial(draw_predicted, exploration.misses)
        pictures["residuals"] = partial(draw_residuals, exploration.misses)
    files = []
    for name, draw in pictures.items():
        figure = draw()
        for suffix in SUFFIXES:
            files.append(folder / f"{name}{suffix}")
            save(figure, files[-1])
    return files
