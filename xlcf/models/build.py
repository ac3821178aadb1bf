"""Building a torch model of ratings from options, with its starting weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from numbers import Integral

import torch
from torch import Tensor, nn

from xlcf.errors import InputError
from xlcf.models.damped_means import damped_means, mean_target
from xlcf.models.dot_product import EmbeddingDot, EmbeddingDotBias
from xlcf.models.embedding_net import EmbeddingNet
from xlcf.models.rating_module import RatingModule
from xlcf.ratings.ratings import Ratings

MODELS = ("dot", "dot-bias", "net")
STARTS = ("means", "course")

_SPREAD = 0.05  # standard deviation of factors at the start: small, yet not so small that they stay near 0 for long
_EDGE = 0.05  # of the rating range, kept from its ends where a logit is taken


@dataclass(frozen=True)
class ModelOptions:
    """Which model.

    Attributes:
        model: dot, dot-bias, or net.
        n_factors: factors of a user and of an item.
        rating_range: (low, high) of a sigmoid around the prediction, or None for none; (0, 1) for a classifier.
        start: means: the mean and the damped means of users and items as biases (`damped_means`), normal factors of
            standard deviation 0.05. course: as fast.ai's course starts them, uniform in 0..0.05 (dot) or
            -0.01..0.01, without a mean.
        n_hidden: hidden units of the net.
        dropout: of the net's embeddings and of its hidden layer.
        threshold: a rating of this or more is the target 1 of a classifier; None for a regression.

    """

    model: str = "dot-bias"
    n_factors: int = 50
    rating_range: tuple[float, float] | None = None
    start: str = "means"
    n_hidden: int = 10
    dropout: tuple[float, float] = (0.2, 0.2)
    threshold: float | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (("model", self.model, MODELS), ("start", self.start, STARTS)):
            if value not in allowed:
                raise InputError(f"The {name} {value!r} is none of {', '.join(allowed)}.")
        for name, size in (("factors", self.n_factors), ("hidden units", self.n_hidden)):
            if size < 1 or not _is_whole(size):
                raise InputError(f"The number of {name} must be a whole number, 1 or more, not {size}.")
        if self.rating_range is not None and not self.rating_range[0] < self.rating_range[1]:
            raise InputError(f"The rating range {self.rating_range} must go from low to high.")
        if not isinstance(self.dropout, tuple | list) or len(self.dropout) != 2:
            raise InputError(f"Dropout is two rates, of the embeddings and of the hidden units, not {self.dropout}.")
        if not all(0 <= rate < 1 for rate in self.dropout):
            raise InputError(f"Dropout must lie between 0 and 1, not {self.dropout}.")
        if self.threshold is not None and self.rating_range not in (None, (0.0, 1.0)):
            raise InputError("A classifier gives probabilities, so its range is 0 to 1: leave the rating range out.")


def empty_module(n_users: int, n_items: int, options: ModelOptions) -> RatingModule:
    """Build the module alone, started as the course starts it."""
    rating_range = (0.0, 1.0) if options.threshold is not None else options.rating_range
    sizes = (n_users, n_items, options.n_factors, rating_range)
    if options.model == "net":
        return EmbeddingNet(*sizes, options.n_hidden, options.dropout)
    return EmbeddingDot(*sizes) if options.model == "dot" else EmbeddingDotBias(*sizes)


def module_with(weights: Mapping[str, Tensor], n_users: int, n_items: int, options: ModelOptions) -> RatingModule:
    """Build the module, in evaluation mode, around weights from a module's `state_dict`, which are not copied.

    Raises:
        ValueError: where the weights are not those of such a module.

    """
    with torch.device("meta"):  # nothing is drawn or laid out
        module = empty_module(n_users, n_items, options)
    try:
        module.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        raise ValueError("the weights do not fit the options") from error
    return module.eval()


def build_module(ratings: Ratings, options: ModelOptions, seed: int = 0) -> RatingModule:
    """Build the model for these ratings' users and items; its starting weights are drawn from the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed every GPU as well
        module = empty_module(ratings.n_users, ratings.n_items, options)
        if options.start == "means":
            _start_from_means(module, ratings, options.threshold)
    return module


@torch.no_grad()
def _start_from_means(module: RatingModule, ratings: Ratings, threshold: float | None) -> None:
    mean = _linear(mean_target(ratings, threshold), module.rating_range)
    if isinstance(module, EmbeddingNet):
        module.output.bias.fill_(mean)
        return
    assert isinstance(module, EmbeddingDot)
    module.global_bias.fill_(mean)
    for embedding in (module.user_factors, module.item_factors):
        nn.init.normal_(embedding.weight, 0.0, _SPREAD)
    if isinstance(module, EmbeddingDotBias):
        means = damped_means(ratings, threshold)
        slope = _slope(means.mean, module.rating_range)
        for embedding, bias in ((module.user_bias, means.user_bias), (module.item_bias, means.item_bias)):
            embedding.weight.copy_(torch.from_numpy(bias / slope)[:, None])


def _is_whole(number: object) -> bool:
    return isinstance(number, Integral)


def _linear(mean: float, rating_range: tuple[float, float] | None) -> float:
    """Give the z whose sigmoid is the mean rating."""
    if rating_range is None:
        return mean
    share = _share(mean, rating_range)
    return log(share / (1 - share))


def _slope(mean: float, rating_range: tuple[float, float] | None) -> float:
    """Give the derivative of the rating by z at the mean rating."""
    if rating_range is None:
        return 1.0
    share = _share(mean, rating_range)
    return (rating_range[1] - rating_range[0]) * share * (1 - share)


def _share(mean: float, rating_range: tuple[float, float]) -> float:
    low, high = rating_range
    return min(max((mean - low) / (high - low), _EDGE), 1 - _EDGE)
