"""The words on the sheets of a ratings workbook."""

from __future__ import annotations

import re

from xlcf.plain_numbers import counted
from xlcf.ratings.ratings import Ratings
from xlcf.report.ratings_book.layout import Layout
from xlcf.report.ratings_book.solver import MAX_VARIABLES

_NOUNS = {"movie", "film", "book", "product", "song", "track", "artist", "game", "restaurant", "joke"}


def item_noun(ratings: Ratings) -> str:
    """Say what an item is, from the name of its ids: movieId -> movie; `item` where that does not tell."""
    noun = re.sub(r"[\s_-]*id$", "", ratings.item_name, flags=re.IGNORECASE).lower()
    return noun if noun in _NOUNS else "item"


def title(layout: Layout, ratings: Ratings) -> str:
    """Give the sheet's title."""
    model = "Dot product with bias" if layout.bias else "Dot product"
    factors = counted(layout.n_factors, "factors")
    return (
        f"{model}: {counted(layout.n_users, 'users')} by {counted(layout.n_items, item_noun(ratings) + 's')}, {factors}"
    )


def what_it_shows(layout: Layout, ratings: Ratings) -> str:
    """Say in two sentences, or three, what the sheet shows."""
    item = item_noun(ratings)
    plus = f", plus the user's bias and the {item}'s bias" if layout.bias else ""
    mapped = ", mapped between low and high by a sigmoid" if layout.ranged else ""
    decayed = (
        " The objective is the square of RMSE plus weight decay: a weight times the sum of all their squares, divided "
        "by the number of ratings. It keeps them from growing without end."
        if layout.decayed
        else ""
    )
    return (
        f"A prediction is the dot product of the user's factors (left of it) and the {item}'s factors (above it)"
        f"{plus}{mapped}. The factors start as random numbers; RMSE says how far the predictions are from the "
        f"ratings.{decayed}"
    )


def how_to_fit(layout: Layout) -> str:
    """Say how to fit the factors: in Excel where its Solver can, else by xlcf."""
    if layout.n_variables > MAX_VARIABLES:
        return (
            f"To fit it, run `xlcf fit` on this workbook: it has no limit. Excel's own Solver stops at "
            f"{MAX_VARIABLES} variable cells, and this sheet has {layout.n_variables:,}."
        )
    return (
        f"To fit it, press Data > Solver > Solve: the model is filled in, and Solver changes the {layout.n_variables} "
        "variable cells until the objective is as small as it can make it. Or run `xlcf fit` on this workbook. "
        "(Excel has no Solver there? Switch it on under File > Options > Add-ins.)"
    )
