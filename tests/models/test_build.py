"""Models as they start."""

import numpy as np
import pytest
import torch

from xlcf.models.build import build_module, module_with
from xlcf.models.damped_means import damped_means
from xlcf.models.model_options import ModelOptions
from xlcf.ratings.synthetic import synthetic_ratings


@pytest.fixture(scope="module")
def ratings():
    return synthetic_ratings(n_users=25, n_items=40, n_ratings=400, seed=2)


def codes_of(ratings):
    return torch.from_numpy(ratings.users), torch.from_numpy(ratings.items)


@torch.no_grad()
def rmse(module, ratings):
    return float(np.sqrt(np.mean((module.eval()(*codes_of(ratings)).numpy() - ratings.values) ** 2)))


@pytest.mark.parametrize("rating_range", [None, (0.0, 5.5)])
def test_with_biases_it_starts_as_good_as_the_baseline(rating_range, ratings):
    means = damped_means(ratings)
    baseline = means.mean + means.user_bias[ratings.users] + means.item_bias[ratings.items]
    baseline_rmse = np.sqrt(np.mean((baseline - ratings.values) ** 2))
    module = build_module(ratings, ModelOptions(n_factors=3, rating_range=rating_range))
    assert rmse(module, ratings) == pytest.approx(baseline_rmse, rel=0.02)


@pytest.mark.parametrize("rating_range", [None, (0.0, 5.5)])
@pytest.mark.parametrize("model", ["dot", "net"])
def test_without_biases_it_starts_at_the_mean(model, rating_range, ratings):
    module = build_module(ratings, ModelOptions(model=model, n_factors=3, rating_range=rating_range)).eval()
    with torch.no_grad():
        predictions = module(*codes_of(ratings))
    assert predictions.mean().item() == pytest.approx(ratings.mean, abs=0.2)


@pytest.mark.parametrize("model", ["dot", "dot-bias", "net"])
def test_a_classifier_starts_at_the_base_rate(model, ratings):
    module = build_module(ratings, ModelOptions(model=model, n_factors=3, threshold=4.0)).eval()
    with torch.no_grad():
        predictions = module(*codes_of(ratings))
    assert predictions.mean().item() == pytest.approx((ratings.values >= 4).mean(), abs=0.06)
    assert 0 < predictions.min() < predictions.max() < 1


@pytest.mark.parametrize(
    ("model", "low", "high"), [("dot", 0.0, 0.05), ("dot-bias", -0.01, 0.01), ("net", -0.01, 0.01)]
)
def test_the_courses_start(model, low, high, ratings):
    module = build_module(ratings, ModelOptions(model=model, start="course"))
    for embedding in (module.user_factors, module.item_factors):
        assert low <= embedding.weight.min() < embedding.weight.max() <= high
    if model != "net":
        assert module.global_bias == 0


def test_a_mean_at_the_end_of_its_range_stays_finite(ratings):
    module = build_module(ratings, ModelOptions(rating_range=(0.5, ratings.mean)))
    assert all(weight.isfinite().all() for weight in module.state_dict().values())


def test_the_seed_decides_and_nobody_elses_numbers_are_drawn(ratings):
    before = torch.get_rng_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    one, same, other = (build_module(ratings, ModelOptions(model="net"), seed) for seed in (1, 1, 2))
    assert torch.get_rng_state().equal(before)
    if cuda:
        assert all(now.equal(then) for now, then in zip(torch.cuda.get_rng_state_all(), cuda, strict=True))
    for name, weight in one.state_dict().items():
        assert weight.equal(same.state_dict()[name])
    assert not one.hidden.weight.equal(other.hidden.weight)


@pytest.mark.parametrize("model", ["dot", "dot-bias", "net"])
def test_a_model_around_weights_predicts_the_same_and_draws_nothing(model, ratings):
    options = ModelOptions(model=model, n_factors=3, rating_range=(0.5, 5.0))
    module = build_module(ratings, options).eval()
    before = torch.get_rng_state()
    again = module_with(module.state_dict(), ratings.n_users, ratings.n_items, options)
    assert torch.get_rng_state().equal(before)
    assert not again.training
    assert again(*codes_of(ratings)).equal(module(*codes_of(ratings)))
    assert [name for name, _ in again.named_parameters()] == [name for name, _ in module.named_parameters()]
    with pytest.raises(ValueError, match="do not fit"):
        module_with(module.state_dict(), ratings.n_users + 1, ratings.n_items, options)
