"""The torch modules compute what plain NumPy computes, and what the sheet's formulas compute."""

from pathlib import Path

import numpy as np
import pytest
import torch

import xlcf
from xlcf.factorization import recognise
from xlcf.models.dot_product import DotProduct, EmbeddingDot, EmbeddingDotBias, module_of
from xlcf.models.factors import Factors
from xlcf.models.predictor import sigmoid
from xlcf.ratings import row_blocks

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.fixture
def random():
    return np.random.default_rng(3)


def make_factors(random, *, bias=False, rating_range=None, global_bias=0.0):
    return Factors(
        user_factors=random.normal(size=(4, 3)),
        item_factors=random.normal(size=(5, 3)),
        user_bias=random.normal(size=4) if bias else None,
        item_bias=random.normal(size=5) if bias else None,
        global_bias=global_bias,
        rating_range=rating_range,
    )


def by_hand(factors, user, item):
    z = sum(a * b for a, b in zip(factors.user_factors[user], factors.item_factors[item], strict=True))
    z += 0.0 if factors.user_bias is None else factors.user_bias[user]
    z += 0.0 if factors.item_bias is None else factors.item_bias[item]
    z += factors.global_bias
    if factors.rating_range is None:
        return z
    low, high = factors.rating_range
    return low + (high - low) / (1 + np.exp(-z))


def test_dot_product_of_batches(random):
    left, right = random.normal(size=(2, 7, 4))
    product = DotProduct()(torch.from_numpy(left), torch.from_numpy(right))
    np.testing.assert_allclose(product.numpy(), np.einsum("bf,bf->b", left, right), rtol=1e-14)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("rating_range", [None, (0.5, 5.0)])
@pytest.mark.parametrize("global_bias", [0.0, 3.5])
def test_predictions_equal_those_by_hand(bias, rating_range, global_bias, random):
    factors = make_factors(random, bias=bias, rating_range=rating_range, global_bias=global_bias)
    expected = [[by_hand(factors, user, item) for item in range(5)] for user in range(4)]
    np.testing.assert_allclose(factors.predict_all(), expected, rtol=1e-12)
    module = module_of(factors)
    assert isinstance(module, EmbeddingDotBias) == bias
    users, items = np.divmod(np.arange(20), 5)
    predicted = module(torch.from_numpy(users), torch.from_numpy(items)).detach().numpy()
    np.testing.assert_allclose(predicted.reshape(4, 5), expected, rtol=1e-12)


@pytest.mark.parametrize("bias", [False, True])
def test_factors_survive_the_way_through_a_module(bias, random):
    factors = make_factors(random, bias=bias, rating_range=(1.0, 5.0), global_bias=0.25)
    back = module_of(factors).to_predictor()
    for name in ("user_factors", "item_factors", "user_bias", "item_bias", "global_bias", "rating_range"):
        np.testing.assert_array_equal(getattr(back, name), getattr(factors, name))


def test_one_bias_alone_leaves_the_other_at_zero_for_good(random):
    factors = make_factors(random)
    module = module_of(Factors(factors.user_factors, factors.item_factors, item_bias=np.arange(5.0)))
    optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=0.1)
    module(torch.tensor([0, 1]), torch.tensor([2, 3])).square().sum().backward()
    optimizer.step()
    after = module.to_predictor()
    np.testing.assert_array_equal(after.user_bias, np.zeros(4))
    assert (after.item_bias != np.arange(5.0)).sum() == 2


@pytest.mark.parametrize("rating_range", [None, (0.5, 5.0)])
def test_gradients_equal_finite_differences(rating_range, random):
    module = module_of(make_factors(random, bias=True, rating_range=rating_range))
    users, items = torch.tensor([0, 1, 1, 3]), torch.tensor([4, 4, 0, 2])
    ratings = torch.tensor([4.0, 3.0, 5.0, 1.0], dtype=torch.float64)

    def loss():
        return (module(users, items) - ratings).square().mean()

    loss().backward()
    for parameter in module.parameters():
        with torch.no_grad():
            for position in np.ndindex(*parameter.shape):
                held = parameter[position].item()
                values = []
                for step in (1e-5, -1e-5):
                    parameter[position] = held + step
                    values.append(loss().item())
                parameter[position] = held
                assert parameter.grad[position].item() == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-8)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("rating_range", [None, (0.5, 5.0)])
def test_pairs_are_cells_of_the_whole(random, bias, rating_range, monkeypatch):
    monkeypatch.setattr(row_blocks, "ROWS", 3)
    factors = make_factors(random, bias=bias, rating_range=rating_range, global_bias=0.3)
    users, items = random.integers(0, 4, 20), random.integers(0, 5, 20)
    np.testing.assert_allclose(factors.predict(users, items), factors.predict_all()[users, items], rtol=1e-13)


def test_fresh_modules_start_small_and_in_float32():
    torch.manual_seed(0)
    plain, biased = EmbeddingDot(10, 20, 5), EmbeddingDotBias(10, 20, 5)
    assert plain.user_factors.weight.dtype == torch.float32
    assert plain.item_factors.weight.min() >= 0
    assert plain.item_factors.weight.max() <= 0.05
    assert biased.item_bias.weight.abs().max() <= 0.01
    assert [tuple(p.shape) for p in biased.parameters()] == [(10, 5), (20, 5), (10, 1), (20, 1)]


def test_the_global_bias_travels_with_the_state(random):
    factors = make_factors(random, global_bias=3.5)
    module = EmbeddingDot(4, 5, 3, dtype=torch.float64)
    module.load_state_dict(module_of(factors).state_dict())
    assert module.to_predictor().global_bias == 3.5


@pytest.mark.parametrize("z", [-800.0, -30.0, 0.0, 30.0, 800.0])
def test_sigmoid_neither_overflows_nor_loses_its_ends(z):
    expected = float(torch.sigmoid(torch.tensor(z, dtype=torch.float64)))
    assert float(sigmoid(np.array(z))) == pytest.approx(expected, rel=1e-15, abs=1e-320)


@pytest.fixture(params=["top15 dotprod", "top15 bias", "course dotprod", "course movielens_emb", "course bias"])
def problem(request):
    book, sheet = request.param.split()
    if book == "top15":
        return xlcf.read_problem(TOP15, sheet)
    return xlcf.read_problem(request.getfixturevalue("reference") / "workbooks" / "collab_filter_2017.xlsx", sheet)


def test_the_module_with_the_sheets_factors_has_the_sheets_objective(problem, random):
    found = recognise(problem)
    ratings = found.ratings
    users, items = torch.from_numpy(ratings.users), torch.from_numpy(ratings.items)
    for x in (problem.start, random.uniform(-1, 1, len(problem.start))):
        errors = module_of(found.factors(x))(users, items) - torch.from_numpy(ratings.values)
        squares = errors.square().sum().item()
        value = {"rmse": np.sqrt(squares / len(ratings)), "root_sse": np.sqrt(squares)}[found.objective_kind]
        assert value == pytest.approx(problem.objective(x), rel=1e-12)
