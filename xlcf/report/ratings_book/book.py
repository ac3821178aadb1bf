"""Writing a ratings workbook: a sheet `dotprod` and a sheet `bias`, each with its Solver model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from xlsxwriter import Workbook

from xlcf.errors import InputError
from xlcf.files.replacing import replacing
from xlcf.ooxml.hidden_names import add_hidden_names
from xlcf.ratings.ratings import Ratings
from xlcf.report.ratings_book.layout import Layout
from xlcf.report.ratings_book.options import RatingsBookOptions
from xlcf.report.ratings_book.ratings_page import RatingsPage
from xlcf.report.ratings_book.sheet import UNRATED, write_sheet
from xlcf.report.ratings_book.solver import solver_names
from xlcf.report.ratings_book.start import BookStart, random_start
from xlcf.report.style import Style


@dataclass(frozen=True)
class BookSheet:
    """One sheet of a written ratings workbook.

    Attributes:
        sheet: its name.
        objective: the objective cell's address.
        variables: how many variable cells it has.
        objective_value: the objective at the starting numbers.
        rmse: the RMSE at the starting numbers; the objective itself where there is no weight decay.

    """

    sheet: str
    objective: str
    variables: int
    objective_value: float
    rmse: float


def write_ratings_book(
    path: str | Path,
    ratings: Ratings,
    *,
    factors: int = RatingsBookOptions.n_factors,
    rating_range: tuple[float, float] | None = None,
    weight_decay: float | None = None,
    start: BookStart | None = None,
    seed: int = RatingsBookOptions.seed,
    created: datetime | None = None,
) -> list[BookSheet]:
    """Write ratings as a new workbook with two models that Excel's Solver can fit.

    The sheet `dotprod` predicts a rating by the dot product of the user's and the item's factors, the sheet `bias`
    adds a bias a user and a bias an item. Both hold the ratings, the factors, live predictions for every pair, and
    their RMSE over the rated pairs, which is the objective; with weight decay w the objective is the sum of
    the squared errors and w times the sum of the squares of all factors and biases, both divided by the number of
    ratings. The Solver dialog opens with the model filled in. Excel's Solver takes at most
    200 variable cells: a larger sheet is written all the same, and says so.

    Args:
        path: the file to write; an older one is replaced.
        ratings: the ratings; of repeated pairs the last counts.
        factors: factors of a user and of an item; `start` has its own.
        rating_range: (low, high): predictions go through a sigmoid between these two.
        weight_decay: the weight w, which has a cell of its own; 0 for none. None: 0.1 with a rating range, else none.
        start: the numbers to start from; without it, uniform draws from [0, 1).
        seed: the seed of these draws.
        created: the date in the file's properties; now, where it is None. With a date the same call gives the same
            bytes.

    Returns:
        what was written, a `BookSheet` a sheet.

    Raises:
        InputError: where there are no ratings, the numbers do not fit together, a sheet would be larger than
            Excel's, or the file cannot be written.

    """
    if not len(ratings):
        raise InputError("there are no ratings between these users and items: choose more of them.")
    options = RatingsBookOptions(
        n_factors=factors, rating_range=rating_range, weight_decay=weight_decay, seed=seed
    )  # checks them
    weight_decay = options.chosen_weight_decay
    start = (start or random_start(ratings, factors, seed)).with_range(rating_range)
    start.check(ratings)
    models = {"dotprod": start.dotprod, "bias": start.bias}
    layouts = {
        name: Layout(
            sheet=name,
            n_users=ratings.n_users,
            n_items=ratings.n_items,
            n_factors=model.n_factors,
            bias=model.user_bias is not None,
            ranged=rating_range is not None,
            decayed=weight_decay > 0,
        )
        for name, model in models.items()
    }
    written = []
    with replacing(path) as beside:
        # in memory, XlsxWriter gives the parts a fixed time
        with Workbook(beside, {"in_memory": True}) as book:
            book.set_properties({"title": "Ratings and factors", "created": created or datetime.now(UTC)})
            style, unrated = Style(book), book.add_format(UNRATED)
            for name, model in models.items():
                layout = layouts[name]
                page = RatingsPage(book, style, layout, ratings, model, weight_decay)
                write_sheet(page, unrated)
                written.append(BookSheet(name, layout.objective, layout.n_variables, page.objective, page.rmse))
        add_hidden_names(beside, [name for layout in layouts.values() for name in solver_names(layout)])
    return written
