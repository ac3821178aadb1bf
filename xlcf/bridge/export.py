"""A fitted model in, a workbook out: what `xlcf export` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xlcf.files.replacing import check_replaceable
from xlcf.models.model_file import load_model
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.report.model_book import Exported, export_model


def export(
    model: RatingModel | str | Path,
    output: str | Path | None = None,
    *,
    ratings: Ratings | None = None,
    test: Ratings | None = None,
    **keywords: Any,
) -> Exported:
    """Write a fitted model as a workbook.

    >>> xlcf.export("movies.safetensors", "movies.xlsx", ratings=ratings, users=[42])

    Args:
        model: a fitted model, or its file.
        output: the workbook to write; None: named as the model's file, with .xlsx.
        ratings: what the users have rated, to leave it out of their recommendations.
        test: ratings to compare predictions with, better than those that the model was trained on.
        **keywords: `users`, `top`, `minimum_count`, `rows`, `tables`: see `xlcf.report.model_book.export_model`.

    Raises:
        InputError: where the model or an option cannot be used, or a file cannot be written; nothing is written then.

    """
    if isinstance(model, RatingModel):
        if output is None:
            raise TypeError("Say where to write the workbook: `output`.")
        target = Path(output)
        check_replaceable(target)
        return export_model(model, target, ratings=ratings, test=test, **keywords)
    path = Path(model)
    target = path.with_suffix(".xlsx") if output is None else Path(output)
    check_replaceable(target, [path])
    return export_model(load_model(path), target, ratings=ratings, test=test, **keywords)
