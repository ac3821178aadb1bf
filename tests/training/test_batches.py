import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.training.batches import Batches

CPU = torch.device("cpu")


def rows(batches):
    """Give (user, item, value) of each rating that the batches hold, in their order."""
    return [row for batch in batches for row in zip(*(array.tolist() for array in batch), strict=True)]


def rows_of(ratings):
    return list(zip(ratings.users.tolist(), ratings.items.tolist(), ratings.values.tolist(), strict=True))


@pytest.mark.parametrize("where", ["ratings", "on_disk"])
@settings(max_examples=50, deadline=None)
@given(st.integers(1, 600), st.integers(1, 700), st.integers(1, 700), st.integers(0, 2**32))
def test_every_rating_comes_once_an_epoch(where, request, n, size, block, seed):
    ratings = request.getfixturevalue(where).take(slice(n))
    batches = Batches(ratings, size, CPU, torch.float32, block)
    assert (batches.resident is None) == (where == "on_disk")
    generator = torch.Generator().manual_seed(seed)
    for _ in range(2):
        epoch = list(batches.epoch(generator))
        assert len(epoch) == len(batches)
        assert max(len(values) for *_, values in epoch) <= size
        assert sorted(rows(epoch)) == sorted(rows_of(ratings))


@pytest.mark.parametrize("where", ["ratings", "on_disk"])
def test_the_seed_decides_the_order_and_each_epoch_has_another(where, request, device):
    ratings = request.getfixturevalue(where)
    batches = Batches(ratings, 64, device, torch.float32, block=150)

    def two_epochs(seed):
        generator = torch.Generator(device).manual_seed(seed)
        return [rows(batches.epoch(generator)) for _ in range(2)]

    assert two_epochs(3) == two_epochs(3)
    assert two_epochs(3) != two_epochs(4)
    first, second = two_epochs(3)
    assert first != second


def test_blocks_of_a_store_come_in_random_order(on_disk):
    batches = Batches(on_disk, 50, CPU, torch.float32, block=50)
    generator = torch.Generator().manual_seed(0)
    block_of = {row: place // 50 for place, row in enumerate(rows_of(on_disk))}
    orders = {tuple(block_of[rows([batch])[0]] for batch in batches.epoch(generator)) for _ in range(3)}
    assert len(orders) == 3
    assert {tuple(sorted(order)) for order in orders} == {tuple(range(12))}


@pytest.mark.parametrize("where", ["ratings", "on_disk"])
def test_in_order_is_the_order_of_the_data(where, request, device):
    ratings = request.getfixturevalue(where)
    assert rows(Batches(ratings, 7, device, torch.float64).in_order()) == rows_of(ratings)


def test_what_the_tensors_are(ratings, device):
    users, items, values = next(Batches(ratings, 10, device, torch.float64).epoch(torch.Generator(device)))
    assert (users.dtype, items.dtype, values.dtype) == (torch.int32, torch.int32, torch.float64)
    assert {array.device.type for array in (users, items, values)} == {device.type}
    assert np.shares_memory(ratings.users, users.cpu().numpy()) is False
