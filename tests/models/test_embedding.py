"""Embeddings under autocast: lower rows, full sums and full gradients."""

import pytest
import torch

from xlcf.models.dot_product import EmbeddingDot
from xlcf.models.embedding import Embedding
from xlcf.models.embedding_net import EmbeddingNet

CODES = torch.tensor([2, 0, 2])


def autocast(device):
    return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)


def test_without_autocast_it_is_an_nn_embedding(device):
    table = Embedding(4, 3, device=device)
    assert table(CODES.to(device)).equal(torch.nn.functional.embedding(CODES.to(device), table.weight))


def test_rows_are_rounded_to_bfloat16_and_the_weight_stays(device):
    weight = torch.tensor([[1 + 2**-8], [0.0], [1 / 3]], device=device)  # the first is halfway: to even
    table = Embedding(3, 1, _weight=weight.clone())
    with autocast(device):
        rows = table(CODES.to(device))
    assert rows.dtype == torch.bfloat16
    assert rows.float().cpu()[:, 0].tolist() == [171 / 512, 1.0, 171 / 512]
    assert table.weight.dtype == torch.float32
    assert table.weight.equal(weight)


def test_gradients_come_back_in_float32(device):
    table = Embedding(3, 2).to(device)
    with autocast(device):
        rows = table(CODES.to(device))
    rows.float().sum().backward()
    assert table.weight.grad.dtype == torch.float32
    assert table.weight.grad.cpu().tolist() == [[1, 1], [0, 0], [2, 2]]


def test_a_dot_product_adds_up_in_float32(device):
    n = 1000
    model = EmbeddingDot(1, 1, n).to(device)
    with torch.no_grad():
        model.user_factors.weight.fill_(1.0)
        model.item_factors.weight.fill_(1.0)
    code = torch.zeros(1, dtype=torch.int32, device=device)
    with autocast(device):
        z = model(code, code)
    # bfloat16 has 8 bits: it knows no 1000, and adding ones would stop at 256
    assert z.dtype == torch.float32
    assert z.item() == n


def test_the_net_gives_float32(device):
    model = EmbeddingNet(3, 3, 4, (0.5, 5.0)).to(device).eval()
    with autocast(device):
        ratings = model(CODES.to(device), CODES.to(device))
    assert ratings.dtype == torch.float32
    assert ratings.tolist() == pytest.approx(model(CODES.to(device), CODES.to(device)).tolist(), abs=0.02)
