"""Which model of ratings to train."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.errors import InputError
from xlcf.options import check, option

MODEL_HELP = "Dot product, with biases, the mini net, biases alone, or the mean alone."
MODELS = ("dot", "dot-bias", "net")
STARTS = ("means", "course")


@dataclass(frozen=True)
class ModelOptions:
    """Which model.

    Attributes:
        model: dot, dot-bias, or net.
        n_factors: factors of a user and of an item.
        rating_range: (low, high) of a sigmoid around the prediction, or None for none; (0, 1) for a classifier.
        threshold: a rating of this or more is the target 1 of a classifier; None for a regression.
        start: means: the mean and the damped means of users and items as biases (`damped_means`), normal factors of
            standard deviation 0.05. course: as fast.ai's course starts them, uniform in 0..0.05 (dot) or
            -0.01..0.01, without a mean.
        n_hidden: hidden units of the net.
        dropout: of the net's embeddings and of its hidden layer.

    """

    model: str = option("dot-bias", MODEL_HELP, choices=MODELS)
    n_factors: int = option(50, "Of a user and an item.", flag="factors", kind=int, low=1, noun="number of factors")
    rating_range: tuple[float, float] | None = option(
        None,
        "Keep predictions within by a sigmoid.",
        flag="range",
        kind=float,
        several=True,
        count=2,
        metavar="LOW,HIGH|data",
    )
    threshold: float | None = option(
        None, "Predict how likely a rating is this or more.", flag="classify", kind=float, metavar="RATING"
    )
    start: str = option(
        "means", "Weights: from the means of the ratings, or small and uniform as in fast.ai's course.", choices=STARTS
    )
    n_hidden: int = option(
        10,
        "Hidden units of the net.",
        flag="hidden",
        kind=int,
        low=1,
        noun="number of hidden units",
        only={"model": ("net",)},
    )
    dropout: tuple[float, float] = option(
        (0.2, 0.2),
        "Of the net: embeddings, hidden.",
        kind=float,
        low=0,
        below=1,
        several=True,
        count=2,
        only={"model": ("net",)},
    )

    def __post_init__(self) -> None:
        check(self)
        if self.rating_range is not None and not self.rating_range[0] < self.rating_range[1]:
            raise InputError(f"The rating range {self.rating_range} must go from low to high.")
        if self.threshold is not None and self.rating_range not in (None, (0.0, 1.0)):
            raise InputError("A classifier gives probabilities, so its range is 0 to 1: leave the rating range out.")
