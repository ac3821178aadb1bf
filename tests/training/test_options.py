import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.training.defaults import default_batch_size, default_learning_rate, default_weight_decay
from xlcf.training.options import TrainOptions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "lbfgs"}, "method 'lbfgs' is none of sgd, momentum, adam, adamw"),
        ({"schedule": "linear"}, "schedule"),
        ({"device": "tpu"}, "device"),
        ({"precision": "float16"}, "precision 'float16' is none of float32, bfloat16"),
        ({"model": "deep"}, "model"),
        ({"start": "zeros"}, "start"),
        ({"learning_rate": 0.0}, "learning rate must be a number above 0"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"learning_rate": (0.1, -0.1), "epochs": (1, 1)}, "learning rate"),
        ({"learning_rate": (0.1, 0.2, 0.3), "epochs": (1, 1)}, "as many learning rates"),
        ({"learning_rate": (), "epochs": 2}, "at least one"),
        ({"epochs": ()}, "at least one"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": 2.5}, "whole number"),
        ({"batch_size": 0}, "batch size"),
        ({"batch_size": 64.0}, "batch size must be a whole number"),
        ({"n_factors": 0}, "factors"),
        ({"n_factors": 2.5}, "whole number"),
        ({"n_hidden": 0}, "hidden"),
        ({"patience": -1}, "patience"),
        ({"seed": 0.5}, "seed"),
        ({"weight_decay": -1e-9}, "weight decay"),
        ({"weight_decay": float("inf")}, "weight decay"),
        ({"momentum": 1.0}, "momentum"),
        ({"dropout": (0.5, 1.0)}, "dropout must be a number from 0 to below 1"),
        ({"rating_range": (5.0, 0.5)}, "range"),
        ({"threshold": 4.0, "rating_range": (0.5, 5.0)}, "probabilities"),
        ({"cycle_len": 1, "schedule": "constant"}, "restarts"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(options, message):
    with pytest.raises(InputError, match=message) as caught:
        TrainOptions(**options)
    assert str(caught.value).endswith(".")


@given(st.integers(0, 10**9))
def test_an_epoch_has_about_fifty_steps(n_ratings):
    size = default_batch_size(n_ratings)
    assert size & (size - 1) == 0
    assert 64 <= size <= 131_072
    if 64 < size < 131_072:
        assert 50 / 2**0.5 <= n_ratings / size <= 50 * 2**0.5


def test_the_default_rate_of_sgd_stays_below_where_biases_diverge():
    # one user with all ratings: the bias alone is a parabola, on which steps diverge from a rate of 1
    codes = np.zeros(50, dtype=np.int32)
    ratings = Ratings(codes, np.arange(50, dtype=np.int32), np.ones(50, np.float32), [1], list(range(50)))
    assert default_learning_rate("sgd", ratings, 64, 0.9) == pytest.approx(0.5)
    assert default_learning_rate("momentum", ratings, 64, 0.9) == pytest.approx(0.05)
    assert default_learning_rate("adam", ratings, 64, 0.9) == 0.02


def test_the_default_decay_is_a_ridge_of_nine_ratings():
    # the minimum over b of sum (r - b)^2 + N d / 2 b^2 is sum(r) / (n + N d / 2): n ratings of one bias among N
    n_ratings = 100_000
    assert n_ratings * default_weight_decay("adam", n_ratings, 2.0) / 2 == pytest.approx(9)
