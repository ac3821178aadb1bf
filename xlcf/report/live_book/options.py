"""What the live sheets show at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlcf.models.query_options import RecommendOptions
from xlcf.options import option, option_of


@dataclass(frozen=True)
class LiveOptions:
    """What the sheets show at first; `write_live_sheets` checks it beside the model.

    Attributes:
        rows: most items, and users, that a sheet lists: those with most ratings. With 1,000 of 50 factors Excel follows
            at once.
        ratings: what the new user has rated, by the item's code; such items are listed besides.
        ridge: how strongly new users and items are drawn to the average (`FoldIn`).
        user: code of the user that the waterfall shows; None: the one with most ratings.
        item: the item's; None: the one with most ratings.

    """

    rows: int = option(1000, "Most items, and users, on a sheet of the workbook.", kind=int, low=1)
    ratings: Mapping[int, float] = field(default_factory=dict)
    ridge: float = option_of(RecommendOptions, "ridge")
    user: int | None = None
    item: int | None = None
