"""What to ask of a fitted model of ratings."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.options import check, option


@dataclass(frozen=True)
class NeighbourOptions:
    """Which neighbours of an item or a user to find.

    Attributes:
        top: most neighbours.
        minimum_count: the least ratings of a neighbour.
        damping: how many ratings halve the trust in a cosine.

    """

    top: int = option(10, "Most neighbours.", kind=int, low=1, noun="number of neighbours")
    minimum_count: int = option(1, "Ratings a neighbour must have.", kind=int, low=1)
    damping: float = option(
        5.0,
        "A neighbour with so many ratings counts half; 0: order by the cosine alone.",
        kind=float,
        low=0,
    )

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class RecommendOptions:
    """Which items to recommend to a user.

    Attributes:
        top: how many at most.
        minimum_count: the least ratings of an item.
        ridge: how strongly a new user is drawn to the average one. Of 100 users of MovieLens's ml-latest-small (2016)
            who were left out of training, half of the ratings were folded in: the RMSE of the others is lowest with a
            ridge between 2 and 10, whichever the model, and hardly changes in between.

    """

    top: int = option(20, "Recommendations.", kind=int, low=1, noun="number of recommendations")
    minimum_count: int = option(1, "Ratings that a recommended item must have.", kind=int, low=1)
    ridge: float = option(5.0, "How strongly a new user is drawn to the average one.", kind=float, above=0)

    def __post_init__(self) -> None:
        check(self)
