"""Losses and metrics beside NumPy and brute force."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from xlcf.metrics import area_under_curve, log_loss
from xlcf.models.dot_product import EmbeddingDotBias
from xlcf.training.objective import CrossEntropy, SquaredError


def pairs(scores, targets):
    """Give the share of pairs of a 1 and a 0 in which the 1 scores higher, ties counted half."""
    ones, zeros = scores[targets == 1], scores[targets == 0]
    return np.mean([(one > zero) + 0.5 * (one == zero) for one in ones for zero in zeros])


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=40))
def test_area_under_the_curve_counts_pairs(rows):
    scores, targets = np.array([score for score, _ in rows], float), np.array([one for _, one in rows], float)
    area = area_under_curve(scores, targets)
    if 0 < targets.sum() < len(targets):
        assert area == pytest.approx(pairs(scores, targets), abs=1e-12)
    else:
        assert np.isnan(area)


def test_log_loss_of_certain_misses_is_finite():
    assert log_loss(np.array([0.25, 0.5]), np.array([1.0, 0.0])) == pytest.approx(-(np.log(0.25) + np.log(0.5)) / 2)
    assert log_loss(np.array([0.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(-np.log(1e-15), rel=0.01)


@pytest.fixture
def some(device):
    """Give a module, codes and ratings on the device, and the module's z in NumPy."""
    random = np.random.default_rng(0)
    torch.manual_seed(1)
    module = EmbeddingDotBias(6, 5, 3, rating_range=(0.0, 1.0)).double().to(device)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.from_numpy(random.normal(size=weight.shape)))
    users, items = random.integers(0, 6, 40), random.integers(0, 5, 40)
    values = random.integers(1, 11, 40) / 2
    u, i, bu, bi = (weight.detach().cpu().numpy() for weight in module.parameters())
    z = (u[users] * i[items]).sum(1) + bu[users, 0] + bi[items, 0]
    batch = tuple(torch.from_numpy(array).to(device) for array in (users, items, values))
    return module, batch, values, z


def halves(batch):
    return [tuple(array[:15] for array in batch), tuple(array[15:] for array in batch)]


def test_squared_error(some):
    module, batch, values, z = some
    module.rating_range = (0.5, 5.5)
    errors = 0.5 + 5 / (1 + np.exp(-z)) - values
    assert SquaredError().sum(module, *batch).item() == pytest.approx((errors**2).sum(), rel=1e-12)
    clipped = (0.5 + 5 / (1 + np.exp(-z))).clip(2, 4) - values
    objective = SquaredError(2, 4)
    expected = {"rmse": np.sqrt((clipped**2).mean()), "mae": np.abs(clipped).mean()}
    assert objective.metrics([objective.errors(module, halves(batch))]) == pytest.approx(expected, rel=1e-12)
    # the same from two parts, one of them with no ratings or a few
    for split in ([halves(batch), []], [[part] for part in halves(batch)]):
        parts = [objective.errors(module, part) for part in split]
        assert objective.metrics(parts) == pytest.approx(expected, rel=1e-12)


def test_cross_entropy(some):
    module, batch, values, z = some
    targets, p = (values >= 3.5).astype(float), 1 / (1 + np.exp(-z))
    entropies = -(targets * np.log(p) + (1 - targets) * np.log(1 - p))
    objective = CrossEntropy(3.5)
    assert objective.sum(module, *batch).item() == pytest.approx(entropies.sum(), rel=1e-12)
    expected = {"log_loss": entropies.mean(), "auc": pairs(z, targets)}
    for split in ([halves(batch)], [halves(batch), []], [[part] for part in halves(batch)]):
        parts = [objective.errors(module, part) for part in split]
        assert objective.metrics(parts) == pytest.approx(expected, rel=1e-12)


def test_curvatures_are_second_derivatives(some):
    _, (users, items, values), *_ = some
    z = torch.zeros((), dtype=torch.float64, requires_grad=True)

    class Constant:
        def linear(self, *_):
            return z.expand(1)

        __call__ = linear

    for objective, times in ((SquaredError(), 1), (CrossEntropy(3.5), 2)):
        one = values[:1].cpu()
        (first,) = torch.autograd.grad(objective.sum(Constant(), users, items, one), z, create_graph=True)
        (second,) = torch.autograd.grad(first, z)
        assert objective.curvature == pytest.approx(times * second.item())
