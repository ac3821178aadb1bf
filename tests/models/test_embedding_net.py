"""The mini net beside NumPy and finite differences."""

import numpy as np
import pytest
import torch
from torch.func import functional_call

from xlcf.models.embedding_net import EmbeddingNet


@pytest.fixture(params=[None, (0.5, 5.0)])
def net(request):
    torch.manual_seed(0)
    net = EmbeddingNet(6, 5, 3, request.param, n_hidden=4, dtype=torch.float64).eval()
    with torch.no_grad():
        for weight in net.parameters():
            weight.normal_()
    return net


USERS, ITEMS = np.array([0, 5, 2, 2, 1]), np.array([4, 0, 3, 3, 1])


def test_forward(net):
    weights = {name: weight.detach().numpy() for name, weight in net.named_parameters()}
    pairs = np.hstack([weights["user_factors.weight"][USERS], weights["item_factors.weight"][ITEMS]])
    hidden = np.maximum(pairs @ weights["hidden.weight"].T + weights["hidden.bias"], 0)
    expected = hidden @ weights["output.weight"][0] + weights["output.bias"]
    if net.rating_range:
        expected = 0.5 + 4.5 / (1 + np.exp(-expected))
    found = net(torch.from_numpy(USERS), torch.from_numpy(ITEMS))
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-12)


def test_gradients(net):
    names = [name for name, _ in net.named_parameters()]

    def call(*weights):
        codes = torch.from_numpy(USERS), torch.from_numpy(ITEMS)
        return functional_call(net, dict(zip(names, weights, strict=True)), codes)

    assert torch.autograd.gradcheck(call, tuple(net.parameters()))


def test_dropout_keeps_the_mean_of_what_it_drops_from(net):
    torch.manual_seed(0)
    net.embedding_dropout.p, net.hidden_dropout.p, net.rating_range = 0.0, 0.5, None
    codes = torch.tensor([1]), torch.tensor([2])
    expected = net(*codes).item()
    net.train()
    drawn = torch.cat([net(*codes) for _ in range(4000)])
    assert drawn.std() > 0
    assert drawn.mean().item() == pytest.approx(expected, abs=5 * drawn.std().item() / np.sqrt(4000))


def test_a_fresh_net_starts_as_the_course_starts_it():
    net = EmbeddingNet(10, 20, 5)
    assert net.user_factors.weight.abs().max() <= 0.01
    assert [tuple(weight.shape) for weight in net.parameters()] == [(10, 5), (20, 5), (10, 10), (10,), (1, 10), (1,)]
    assert (net.embedding_dropout.p, net.hidden_dropout.p) == (0.2, 0.2)
