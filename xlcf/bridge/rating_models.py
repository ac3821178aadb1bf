"""A fitted model of ratings, from a model file or from a workbook's variable cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xlcf.bridge.books import open_workbook
from xlcf.bridge.models import read_problem
from xlcf.errors import InputError
from xlcf.factorization import recognise
from xlcf.files.formats import Format, format_of
from xlcf.fitting.spread import EqualFitsSpread
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings


def read_rating_model(path: str | Path, sheet: str | None = None) -> RatingModel:
    """Read a model file, or the factors that a workbook's Solver model has in its variable cells.

    Args:
        path: the file; what it is shows in its content.
        sheet: the sheet whose Solver model is meant; None for the first usable one.

    Raises:
        InputError: where it is neither, the model is a net, or the Solver model is no factorization of ratings.

    """
    path = Path(path)
    kind, if_missing = "model file or workbook", "give a model file (made by xlcf train) or a workbook"
    told = format_of(path, kind=kind, if_missing=if_missing)
    if told.is_spreadsheet or told is Format.ZIP:
        return _read_factorization(path, sheet)
    from xlcf.models.model_file import load_model

    if sheet is not None:
        raise InputError(f"{path.name} is a model file and has no sheets: leave out `sheet`.")
    model = load_model(path)
    _ = model.factors  # a net has none, which is said now
    return model if model.source else replace(model, source=path.name)


def rating_model(
    model: RatingModel | str | Path, ratings: Ratings | None = None, sheet: str | None = None
) -> RatingModel:
    """Give a fitted model, read where a path is given, with these ratings in it where some are.

    Raises:
        InputError: see `read_rating_model` and `RatingModel.with_ratings`.

    """
    fitted = model if isinstance(model, RatingModel) else read_rating_model(model, sheet)
    return fitted if ratings is None else fitted.with_ratings(ratings)


def _read_factorization(path: Path, sheet: str | None) -> RatingModel:
    workbook = open_workbook(path)
    problem = read_problem(workbook, sheet)
    factorization = recognise(problem, workbook)
    if factorization is None:
        raise InputError(
            f"The Solver model on the sheet {problem.sheet} of {path.name} is no factorization of ratings into "
            "users' and items' factors, so there is nothing to explore; choose another sheet with `sheet`."
        )
    spread = EqualFitsSpread(problem, factorization, problem.start)
    return replace(factorization.model(problem.start, path.name), spread=spread)
