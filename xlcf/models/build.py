"""Building a torch model of ratings from options, with its starting weights."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

import torch
from torch import Tensor, nn

from xlcf.models.damped_means import damped_means, mean_target
from xlcf.models.dot_product import EmbeddingDot, EmbeddingDotBias
from xlcf.models.embedding_net import EmbeddingNet
from xlcf.models.model_options import ModelOptions
from xlcf.models.rating_module import RatingModule
from xlcf.ratings.ratings import Ratings

_SPREAD = 0.05  # standard deviation of factors at the start: small, yet not so small that they stay near 0 for long
_EDGE = 0.05  # of the rating range, kept from its ends where a logit is taken


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
