"""The optimizers beside their formulas, written out in NumPy."""

import numpy as np
import pytest
import torch

from xlcf.optimizers import make_optimizer

RATE, DECAY, MOMENTUM, STEPS = 0.05, 0.02, 0.8, 25


def gradient(x):
    """Give the gradient of a bowl with its own curvature along each axis."""
    return np.array([1.0, 4.0, 0.3]) * (x - np.array([1.0, -2.0, 0.5]))


def sgd(x, momentum):
    velocity = np.zeros(3)
    for _ in range(STEPS):
        velocity = momentum * velocity + gradient(x) + DECAY * x
        x = x - RATE * velocity
    return x


def adam(x, decoupled):
    first, second = np.zeros(3), np.zeros(3)
    for step in range(1, STEPS + 1):
        g = gradient(x) + (0 if decoupled else DECAY * x)
        first = 0.9 * first + 0.1 * g
        second = 0.999 * second + 0.001 * g**2
        move = RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        x = x - move - (RATE * DECAY * x if decoupled else 0)
    return x


@pytest.mark.parametrize("rate_in_a_tensor", [False, True])
@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("sgd", lambda x: sgd(x, 0.0)),
        ("momentum", lambda x: sgd(x, MOMENTUM)),
        ("adam", lambda x: adam(x, decoupled=False)),
        ("adamw", lambda x: adam(x, decoupled=True)),
    ],
)
def test_a_bowl(method, expected, rate_in_a_tensor, device):
    start = np.array([0.2, 0.1, -3.0])
    x = torch.tensor(start, device=device, requires_grad=True)
    rate = torch.tensor(RATE, device=device) if rate_in_a_tensor else RATE
    optimizer = make_optimizer(method, [x], rate, DECAY, MOMENTUM)
    for _ in range(STEPS):
        x.grad = torch.tensor(gradient(x.detach().cpu().numpy()), device=device)
        optimizer.step()
    # a rate in a tensor is in single precision
    np.testing.assert_allclose(x.detach().cpu().numpy(), expected(start), rtol=1e-6 if rate_in_a_tensor else 1e-11)
