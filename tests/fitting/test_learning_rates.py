"""The learning rates that a fit by gradient descent tells of: trials, choice, schedule."""

import numpy as np
import pytest
import torch

import xlcf

DESCENT = ["sgd", "momentum", "adam", "adamw"]


@pytest.mark.parametrize("method", DESCENT)
def test_the_schedule_is_half_a_cosine(dotprod, method):
    rates = xlcf.fit(dotprod, method=method, epochs=40, learning_rate=0.2).learning_rates
    expected = 0.2 * (1 + np.cos(np.pi * np.arange(40) / 40)) / 2
    np.testing.assert_allclose(rates.schedule, expected, rtol=1e-12)
    assert rates.chosen == 0.2
    assert (len(rates.tried), len(rates.losses), rates.evaluations, rates.seconds) == (0, 0, 0, 0)


@pytest.mark.parametrize("method", ["sgd", "adam"])
def test_trials_are_what_torch_does(read_cells, method):
    """A bowl: each trial is thirty steps of torch's optimizer from the start, on the loss as a share of the first."""
    bowl = read_cells({"A1": "=(B1-3)^2+9*(B2-4)^2+1", "B1": 1.0, "B2": 2.0})
    result = xlcf.fit(bowl, method=method, epochs=5)
    rates = result.learning_rates

    def loss(x):
        return ((x[0] - 3) ** 2 + 9 * (x[1] - 4) ** 2 + 1) / 41

    for rate, end in zip(rates.tried, rates.losses, strict=True):
        x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
        kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
        optimizer = kinds[method]([x], lr=float(rate))
        last = []
        for _ in range(30):
            optimizer.zero_grad()
            value = loss(x)
            value.backward()
            last.append(value.item())
            optimizer.step()
        last.append(loss(x).item())
        if max(last[-10:]) > last[0]:
            assert end == np.inf
        else:
            assert end == pytest.approx(last[-1], rel=1e-9)
    # the largest about as low as the best
    good = rates.losses <= rates.losses.min() + 0.15 * min(rates.losses.min(), 1 - rates.losses.min())
    assert rates.chosen == rates.tried[good].max() == result.options["learning_rate"]


def test_a_search_is_part_of_the_cost(dotprod):
    searched = xlcf.fit(dotprod, method="adam", epochs=10)
    rates = searched.learning_rates
    given = xlcf.fit(dotprod, method="adam", epochs=10, learning_rate=rates.chosen)
    np.testing.assert_array_equal(searched.x, given.x)
    assert rates.evaluations == searched.evaluations - given.evaluations > 17
    assert 0 < rates.seconds < searched.seconds


def test_of_mini_batches_the_rate_that_each_epoch_begins_with(dotprod):
    result = xlcf.fit(dotprod, method="momentum", batch_size=50, epochs=8)
    rates = result.learning_rates
    # 206 ratings are 5 batches, and the rate falls with each
    steps = 5 * np.arange(8)
    np.testing.assert_allclose(rates.schedule, rates.chosen * (1 + np.cos(np.pi * steps / 40)) / 2, rtol=1e-12)
    assert rates.chosen in rates.tried


def test_other_methods_have_none(dotprod):
    assert xlcf.fit(dotprod, method="scipy", max_iterations=3).learning_rates is None
