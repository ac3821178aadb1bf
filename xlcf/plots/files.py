"""Picture files: PNG and SVG, written whole or not at all, and the same bytes for the same picture."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from xlcf.errors import InputError
from xlcf.files.replacing import replacing
from xlcf.plots.fonts import silent_boxes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg")

_DOTS_PER_INCH = 150


def check_plot(path: Path) -> None:
    """Refuse, before any work is done, a picture that could not be drawn.

    Raises:
        InputError: where matplotlib or seaborn is missing, or the file's name ends otherwise.

    """
    if missing := [name for name in ("matplotlib", "seaborn") if find_spec(name) is None]:
        needed = " and ".join(missing)
        raise InputError(f'Pictures need {needed}; to install what is missing: python -m pip install "xlcf[plots]".')
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"A picture's name must end in .png or .svg, which {path.name} does not.")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent} for the picture; make it first.")


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG or SVG, by the file's name.

    Raises:
        InputError: where it cannot be written.

    """
    import matplotlib as mpl

    kind = path.suffix.lower().removeprefix(".")
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with (
        replacing(path) as unfinished,
        mpl.rc_context({"svg.hashsalt": "xlcf", "svg.fonttype": "none"}),
        silent_boxes(),
    ):
        figure.savefig(unfinished, format=kind, dpi=_DOTS_PER_INCH, metadata=metadata)
