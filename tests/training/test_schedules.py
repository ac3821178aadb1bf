"""Learning rates, step by step, beside torch's schedulers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim.lr_scheduler import CosineAnnealingLR, CosineAnnealingWarmRestarts, OneCycleLR

from xlcf.training.options import DescentOptions
from xlcf.training.schedules import learning_rate_at


def of_torch(rate, steps, make):
    """Give the learning rate of each step under one of torch's schedulers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def of_ours(options, steps_per_epoch):
    """Give the learning rate of each step as the trainer asks for it."""
    return [
        learning_rate_at(options, epoch + step / steps_per_epoch)
        for epoch in range(options.total_epochs)
        for step in range(steps_per_epoch)
    ]


def test_cosine_in_phases():
    options = DescentOptions(epochs=(3, 2), learning_rate=(0.1, 0.02))
    expected = [
        *of_torch(0.1, 3 * 7, lambda optimizer: CosineAnnealingLR(optimizer, 3 * 7)),
        *of_torch(0.02, 2 * 7, lambda optimizer: CosineAnnealingLR(optimizer, 2 * 7)),
    ]
    np.testing.assert_allclose(of_ours(options, 7), expected, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(epochs=st.integers(1, 12), cycle_len=st.integers(1, 4), cycle_mult=st.integers(1, 3), steps=st.integers(1, 9))
def test_warm_restarts(epochs, cycle_len, cycle_mult, steps):
    options = DescentOptions(epochs=epochs, learning_rate=0.3, cycle_len=cycle_len, cycle_mult=cycle_mult)
    expected = of_torch(
        0.3, epochs * steps, lambda optimizer: CosineAnnealingWarmRestarts(optimizer, cycle_len * steps, cycle_mult)
    )
    np.testing.assert_allclose(of_ours(options, steps), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("steps", [200, 800, 3200])
def test_one_cycle(steps):
    # torch's runs from the first to the last step, ours over the time of all of them: they differ by part of a step
    options = DescentOptions(epochs=2, learning_rate=0.1, schedule="one-cycle")
    expected = of_torch(0.1, 2 * steps, lambda optimizer: OneCycleLR(optimizer, 0.1, 2 * steps, cycle_momentum=False))
    steepest = 0.1 * np.pi / 2 / 0.3 / (2 * steps)  # change of the rate in a step, at its fastest
    np.testing.assert_allclose(of_ours(options, steps), expected, atol=1.01 * steepest)


def test_constant():
    options = DescentOptions(epochs=(1, 2), learning_rate=(0.1, 0.01), schedule="constant")
    assert of_ours(options, 2) == [0.1, 0.1, 0.01, 0.01, 0.01, 0.01]


@pytest.mark.parametrize(("schedule", "end"), [("constant", 0.1), ("cosine", 0.0), ("one-cycle", 0.1 / 25e4)])
def test_the_end(schedule, end):
    options = DescentOptions(epochs=3, learning_rate=0.1, schedule=schedule)
    assert learning_rate_at(options, 3) == pytest.approx(end, abs=1e-15)
