from dataclasses import replace

import numpy as np
import pytest
import torch

from xlcf.training.options import TrainOptions
from xlcf.training.range_test import range_test
from xlcf.training.train import train


@pytest.mark.parametrize("start", ["means", "course"])
@pytest.mark.parametrize("method", ["sgd", "momentum", "adam", "adamw"])
def test_the_rate_that_it_finds_trains_well(method, start, parts, device):
    options = TrainOptions(n_factors=4, method=method, start=start, epochs=10, device=device.type)
    found = range_test(parts[0], options)
    steps = np.diff(np.log(found.learning_rates))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
    assert found.learning_rates[0] == pytest.approx(1e-5)
    assert len(found.losses) == len(found.learning_rates)
    assert 1e-5 < 10 * found.suggestion < found.learning_rates[-1]
    at = np.flatnonzero(np.isclose(found.learning_rates, 10 * found.suggestion))[0]
    assert found.losses[at] <= found.losses.min() + 0.03 * found.losses[0] + 1e-9
    loss = [record["loss"] for record in train(parts[0], replace(options, learning_rate=found.suggestion)).history]
    assert np.isfinite(loss).all()
    assert loss[-1] < found.losses[0]


def test_it_ends_where_the_loss_blows_up(parts):
    found = range_test(parts[0], TrainOptions(n_factors=4, method="adam", device="cpu"))
    assert len(found.learning_rates) < 150
    assert found.learning_rates[-1] < 100


@pytest.mark.parametrize("seed", range(5))
def test_luck_with_the_first_batches_does_not_decide(seed, parts):
    # the loss of a batch varies by a tenth and more, and the biases start where little is left to gain
    found = range_test(parts[0], TrainOptions(n_factors=2, seed=seed, batch_size=64, device="cpu"))
    assert 1e-3 < found.suggestion < 0.1


def test_it_repeats_and_leaves_no_trace(parts):
    options = TrainOptions(model="net", n_factors=4, patience=2, cycle_len=1, device="cpu")
    before = torch.get_rng_state()
    first, again = (range_test(parts[0], options, steps=40) for _ in range(2))
    np.testing.assert_array_equal(first.losses, again.losses)
    assert torch.get_rng_state().equal(before)
    assert len(first.losses) <= 40
