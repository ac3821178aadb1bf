"""A fitted model in, what it says out: as numbers, as a workbook, as pictures: what `xlcf explore` does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcf.bridge.rating_models import rating_model
from xlcf.exploring.exploration import Exploration
from xlcf.exploring.exploration import explore as look
from xlcf.exploring.options import ExploreOptions
from xlcf.models.rating_model import RatingModel
from xlcf.options import options_given, with_keywords_of
from xlcf.ratings.ratings import Ratings


@dataclass(frozen=True)
class Explored:
    """An exploration that was written.

    Attributes:
        exploration: what the model says.
        output: the workbook, or None.
        sheets: its sheets' names.
        plots: the pictures.

    """

    exploration: Exploration
    output: Path | None
    sheets: tuple[str, ...]
    plots: tuple[Path, ...]


@with_keywords_of(ExploreOptions)
def explore(
    model: RatingModel | str | Path,
    options: ExploreOptions | None = None,
    *,
    ratings: Ratings | None = None,
    sheet: str | None = None,
    **keywords: Any,
) -> Exploration:
    """Say what a fitted model knows: items by bias, main directions, neighbours, residuals; nothing is written.

    >>> xlcf.explore("movies.safetensors", components=2).biases

    Args:
        model: a fitted model, or a path for `read_rating_model`.
        options: what to look at; or give the fields of `ExploreOptions` as keywords.
        ratings: to set beside predictions; those in a workbook are known.
        sheet: of a workbook: the sheet whose Solver model is meant; None for the first usable one.
        **keywords: fields of `ExploreOptions`.

    Raises:
        InputError: where the model or an option cannot be used.

    """
    return look(rating_model(model, ratings, sheet), options_given(ExploreOptions, options, keywords))


@with_keywords_of(ExploreOptions)
def explore_to_files(
    model: RatingModel | str | Path,
    options: ExploreOptions | None = None,
    *,
    ratings: Ratings | None = None,
    sheet: str | None = None,
    output: Path | None = None,
    plots: Path | None = None,
    **keywords: Any,
) -> Explored:
    """Explore a fitted model, and write a workbook, pictures, or both.

    Args:
        model: a fitted model, or a path for `read_rating_model`.
        options: what to look at; or give the fields of `ExploreOptions` as keywords.
        ratings: to set beside predictions; those in a workbook are known.
        sheet: of a workbook: the sheet whose Solver model is meant; None for the first usable one.
        output: the workbook to write.
        plots: a folder for pictures, as PNG and SVG; made where it does not exist.
        **keywords: fields of `ExploreOptions`.

    Raises:
        InputError: where the model, an option or an output cannot be used; nothing is written then.

    """
    chosen = options_given(ExploreOptions, options, keywords)
    with places_to_explore_to(output, plots, model):
        return _written(look(rating_model(model, ratings, sheet), chosen), output, plots)


@contextmanager
def places_to_explore_to(output: Path | None, plots: Path | None, *inputs: object) -> Iterator[None]:
    """Refuse before any work what could not be written, and leave no empty folder where the work fails."""
    if output is not None:
        from xlcf.report.explore_book import check_output

        check_output(output, [Path(each) for each in inputs if isinstance(each, str | Path)])
    if plots is None:
        yield
        return
    from xlcf.plots.exploration import picture_folder

    with picture_folder(plots):
        yield


def _written(found: Exploration, output: Path | None, plots: Path | None) -> Explored:
    sheets: list[str] = []
    pictures: list[Path] = []
    if output is not None:
        from xlcf.report.explore_book import write_explore_book

        sheets = write_explore_book(output, found)
    if plots is not None:
        from xlcf.plots.exploration import draw_exploration

        pictures = draw_exploration(found, plots)
    return Explored(found, output, tuple(sheets), tuple(pictures))
