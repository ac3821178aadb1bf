"""The loop beside a plain one in PyTorch, and what happens around it."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from xlcf.errors import FitError
from xlcf.models.build import build_module
from xlcf.training.batches import Batches
from xlcf.training.callbacks import BestWeights, Callback
from xlcf.training.gradient_descent import make_trainer
from xlcf.training.objective import SquaredError
from xlcf.training.options import TrainOptions
from xlcf.training.random_numbers import RandomNumbers
from xlcf.training.train import train
from xlcf.training.trainer import Trainer

METHODS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, 0.5, weight_decay=1e-3, foreach=False),
    "momentum": lambda parameters: torch.optim.SGD(parameters, 0.5, momentum=0.8, weight_decay=1e-3, foreach=False),
    "adam": lambda parameters: torch.optim.Adam(parameters, 0.5, weight_decay=1e-3, foreach=False),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, 0.5, weight_decay=1e-3, foreach=False),
}


@pytest.mark.parametrize("where", ["ratings", "on_disk"])
@pytest.mark.parametrize("model", ["dot", "dot-bias", "net"])
@pytest.mark.parametrize("method", METHODS)
def test_epochs_equal_those_of_a_plain_loop(where, model, method, request, device):
    ratings = request.getfixturevalue(where)
    options = TrainOptions(
        model=model, n_factors=4, rating_range=(0.0, 5.5), method=method, epochs=2, batch_size=128, weight_decay=1e-3,
        learning_rate=0.5, momentum=0.8, seed=5, dropout=(0.0, 0.0),
    )  # fmt: skip
    trainer = Trainer(build_module(ratings, options, 5).double(), ratings, SquaredError(), options, device=device)
    trainer.run()

    module = build_module(ratings, options, 5).double().to(device)
    optimizer = METHODS[method](module.parameters())
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 2 * len(trainer.batches))
    order = RandomNumbers(5, device).order
    batches = Batches(ratings, 128, device, torch.float64)
    for record in trainer.history:
        losses = []
        for users, items, values in batches.epoch(order):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(module(users, items), values)
            loss.backward()
            optimizer.step()
            schedule.step()
            losses += [loss.item()] * len(values)
        assert record.loss == pytest.approx(np.mean(losses), rel=1e-9)
    for name, weight in module.state_dict().items():
        tolerance = 1e-5 if device.type == "cuda" else 1e-9  # a captured step has its rate in single precision
        torch.testing.assert_close(trainer.module.state_dict()[name], weight, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("changes", [{}, {"model": "net"}, {"threshold": 4.0}], ids=["dot-bias", "net", "classifier"])
def test_in_bfloat16_it_ends_nearby_with_all_it_keeps_in_float32(changes, parts, device):
    options = TrainOptions(n_factors=4, dropout=(0.0, 0.0), epochs=10, device=device.type, **changes)
    full = train(parts[0], options, validation=parts[1])
    trainer = make_trainer(parts[0], replace(options, precision="bfloat16"), parts[1])
    trainer.run()
    state = [value for of_weight in trainer.step.optimizer.state.values() for value in of_weight.values()]
    assert {tensor.dtype for tensor in [*trainer.module.state_dict().values(), *state]} == {torch.float32}
    metric = trainer.objective.metric
    assert trainer.history[-1].metrics[metric] == pytest.approx(full.history[-1][f"valid_{metric}"], rel=0.02)
    assert trainer.history[-1].loss != full.history[-1]["loss"]  # it was not the same arithmetic


def states(device):
    cuda = [torch.cuda.get_rng_state()] if device.type == "cuda" else []
    return [torch.get_rng_state(), *cuda]


def test_training_leaves_everybody_elses_random_numbers_alone(parts, device):
    torch.manual_seed(3)
    np.random.seed(3)
    before, numpy_before = states(device), np.random.get_state()[1].copy()
    options = TrainOptions(model="net", n_factors=4, epochs=2, device=device.type)
    first = train(parts[0], options, validation=parts[1])
    assert all(now.equal(then) for now, then in zip(states(device), before, strict=True))
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_before)
    torch.manual_seed(4)
    again = train(parts[0], options, validation=parts[1])
    np.testing.assert_equal(asdict(first.predictor), asdict(again.predictor))
    other = train(parts[0], TrainOptions(model="net", n_factors=4, epochs=2, seed=1, device=device.type))
    assert not np.array_equal(first.predictor.hidden_weight, other.predictor.hidden_weight)


def test_dropout_is_in_training_and_not_in_validation(parts, device):
    options = TrainOptions(model="net", n_factors=4, epochs=1, dropout=(0.5, 0.5), device=device.type)
    trainer = make_trainer(parts[0], options, parts[1])
    modes = []
    hook = trainer.module.register_forward_hook(lambda module, *_: modes.append(module.training))
    trainer.run()
    hook.remove()
    assert modes[0] is True
    assert modes[-1] is False
    assert trainer.measure() == trainer.measure()


class Record(Callback):
    """Write down what is told."""

    def __init__(self):
        self.told = []
        self.running = []

    def on_start(self, trainer):
        self.told.append("start")
        self.running.append(trainer.running_loss)

    def on_step(self, trainer):
        self.told.append("step")
        self.running.append(trainer.running_loss)

    def on_epoch(self, trainer):
        self.told.append("epoch")
        if trainer.epoch == 2:
            trainer.stopping = True

    def on_end(self, _trainer):
        self.told.append("end")


def test_callbacks_are_told_and_may_stop(ratings):
    record = Record()
    model = train(ratings, TrainOptions(n_factors=2, epochs=5, batch_size=300, device="cpu"), callbacks=[record])
    assert record.told == ["start", "step", "step", "epoch", "step", "step", "epoch", "end"]
    assert [epoch["epoch"] for epoch in model.history] == [1, 2]


def test_the_running_loss_is_a_debiased_average(ratings):
    record = Record()
    trainer = make_trainer(ratings, TrainOptions(n_factors=2, epochs=2, batch_size=100, device="cpu"), None, [record])
    losses = []
    step = trainer.step

    def spy(*arguments):
        losses.append(float(step(*arguments)))
        return torch.tensor(losses[-1])

    trainer.step = spy
    trainer.run()
    assert math.isnan(record.running[0])
    for n, running in enumerate(record.running[1:], 1):
        weights = 0.98 ** np.arange(n)[::-1]
        assert running == pytest.approx(np.average(losses[:n], weights=weights), rel=1e-5)


def test_the_best_weights_are_kept_and_patience_ends_the_run(parts, device):
    # on so few ratings a large rate soon makes validation worse
    options = TrainOptions(
        n_factors=20, epochs=30, learning_rate=0.1, weight_decay=0.0, schedule="constant", patience=3,
        device=device.type,
    )  # fmt: skip
    trainer = make_trainer(parts[0], options, parts[1])
    trainer.run()
    errors = [record.metrics["rmse"] for record in trainer.history]
    best = int(np.argmin(errors))
    assert len(errors) == best + 1 + 3 < 30
    assert trainer.measure()["rmse"] == pytest.approx(errors[best], rel=1e-6)
    (kept,) = (callback for callback in trainer.callbacks if isinstance(callback, BestWeights))
    assert (kept.best, kept.epoch) == (errors[best], best + 1)


@pytest.mark.parametrize("method", ["sgd", "momentum"])
def test_a_loss_that_is_no_number_ends_with_advice(method, ratings, device):
    options = TrainOptions(n_factors=4, method=method, learning_rate=(1e5, 1e9), epochs=(1, 1), device=device.type)
    with pytest.raises(FitError, match=r"epoch \d: try a learning rate well below 1e\+09\."):
        train(ratings, options)
