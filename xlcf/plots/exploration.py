"""All pictures of an exploration, as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlcf.errors import InputError
from xlcf.exploring.exploration import Exploration
from xlcf.plots.files import SUFFIXES, check_plot, save
from xlcf.plots.item_biases import draw_item_biases
from xlcf.plots.item_map import draw_item_map
from xlcf.plots.residuals import draw_predicted, draw_residuals

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def picture_folder(folder: Path) -> Iterator[None]:
    """Make a folder for pictures, at once; where the block raises, what was made goes again if it is empty.

    Raises:
        InputError: where matplotlib or seaborn is missing, or the folder cannot be made.

    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"The folder {folder} cannot be made ({error.strerror}); choose another.") from None
        check_plot(folder / "map.png")
        yield
    except BaseException:
        for each in made:
            with suppress(OSError):  # one that holds something stays, and so do those above it
                each.rmdir()
        raise


def draw_exploration(exploration: Exploration, folder: Path) -> list[Path]:
    """Draw the items by bias, the map of items and, where ratings are known, the residuals: each as PNG and as SVG.

    Raises:
        InputError: where matplotlib or seaborn is missing, or a file cannot be written.

    """
    with picture_folder(folder):
        return _draw_all(exploration, folder)


def _draw_all(exploration: Exploration, folder: Path) -> list[Path]:
    pictures: dict[str, Callable[[], Figure]] = {
        "items-by-bias": partial(draw_item_biases, exploration),
        "map": partial(draw_item_map, exploration),
    }
    if exploration.residuals is not None:
        pictures["predicted-against-actual"] = partial(draw_predicted, exploration.residuals)
        pictures["residuals"] = partial(draw_residuals, exploration.residuals)
    files = []
    for name, draw in pictures.items():
        figure = draw()
        for suffix in SUFFIXES:
            files.append(folder / f"{name}{suffix}")
            save(figure, files[-1])
    return files
