"""Steps as a CUDA graph: on a GPU where there is one, and their bookkeeping on a CPU with a stand-in for the graph."""

from contextlib import contextmanager, nullcontext
from unittest.mock import Mock

import pytest
import torch

from xlcf.ratings.synthetic import synthetic_ratings
from xlcf.training.callbacks import Callback
from xlcf.training.checkpoint import Checkpoint
from xlcf.training.gradient_descent import make_trainer
from xlcf.training.options import TrainOptions
from xlcf.training.steps import EagerStep, GraphStep
from xlcf.training.trainer import Trainer

METHODS = ["sgd", "momentum", "adam", "adamw"]


class StandIn:
    """Behaves as a CUDA graph does: capturing changes nothing, replaying does what was captured."""

    def __init__(self, step):
        self.step = step
        self.replays = 0

    @contextmanager
    def capture(self):
        assert all(parameter.grad is None for parameter in self.step.parameters)
        before = [parameter.detach().clone() for parameter in self.step.parameters]
        states = {
            parameter: {name: value.clone() for name, value in state.items() if isinstance(value, torch.Tensor)}
            for parameter, state in self.step.optimizer.state.items()
        }
        random = torch.get_rng_state()
        yield
        with torch.no_grad():
            for parameter, old in zip(self.step.parameters, before, strict=True):
                parameter.copy_(old)
                for name, value in states.get(parameter, {}).items():
                    self.step.optimizer.state[parameter][name].copy_(value)
        torch.set_rng_state(random)

    def replay(self):
        self.replays += 1
        self.step.optimizer.zero_grad()
        self.step.loss = self.step._step(self.step.positions)


@pytest.fixture
def captured(monkeypatch):
    """Give a function that makes trainers whose steps are captured, on the CPU; its `graphs` are those captured."""
    graphs = []

    def make_step(self):
        step = GraphStep(
            self.module, self.objective, list(self.module.parameters()), self.options, self.batches.resident
        )

        def new_graph():
            graphs.append(StandIn(step))
            return graphs[-1]

        monkeypatch.setattr(torch.cuda, "CUDAGraph", new_graph)
        return step

    monkeypatch.setattr(torch.cuda, "graph", lambda graph: graph.capture())
    monkeypatch.setattr(torch.cuda, "Stream", Mock)
    monkeypatch.setattr(torch.cuda, "current_stream", Mock)
    monkeypatch.setattr(torch.cuda, "stream", nullcontext)
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda _: torch.get_rng_state())
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, _: torch.set_rng_state(state))

    def make(*arguments, **more):
        with monkeypatch.context() as patch:
            patch.setattr(Trainer, "_make_step", make_step)
            return make_trainer(*arguments, **more)

    make.graphs = graphs
    return make


def options_of(method, model, device="cpu", **more):
    # 480 ratings: three full batches and a smaller one
    return TrainOptions(
        model=model, method=method, n_factors=4, epochs=3, batch_size=128, learning_rate=0.05, device=device, **more
    )


def assert_same(one, other, tolerance=0.0):
    for name, weight in one.module.state_dict().items():
        torch.testing.assert_close(other.module.state_dict()[name], weight, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("model", ["dot-bias", "net"])
@pytest.mark.parametrize("method", METHODS)
def test_captured_steps_end_as_eager_ones(method, model, parts, captured):
    eager = make_trainer(parts[0], options_of(method, model), parts[1])
    graphed = captured(parts[0], options_of(method, model), parts[1])
    assert isinstance(eager.step, EagerStep)
    assert isinstance(graphed.step, GraphStep)
    eager.run()
    graphed.run()
    (graph,) = captured.graphs
    assert graph.replays == 3 * 3
    assert_same(eager, graphed, 1e-6)  # a rate in a tensor is in single precision


class StopAfter(Callback):
    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch(self, trainer):
        trainer.stopping = trainer.epoch == self.epoch


@pytest.mark.parametrize("method", METHODS)
def test_captured_steps_resume_to_the_same_end(method, parts, captured, tmp_path):
    options = options_of(method, "net")
    whole = captured(parts[0], options)
    whole.run()
    path = tmp_path / "a.checkpoint"
    captured(parts[0], options, callbacks=[Checkpoint(path, "f"), StopAfter(1)]).run()
    rest = captured(parts[0], options, callbacks=[checkpoint := Checkpoint(path, "f")])
    checkpoint.resume(rest)
    rest.run()
    assert rest.epoch == 3
    assert_same(whole, rest)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("batch_size", [128, 8192])  # large ones take another kernel of torch's
@pytest.mark.parametrize("method", METHODS)
def test_on_a_gpu_graphs_end_as_eager_steps(method, batch_size):
    ratings = synthetic_ratings(n_users=500, n_items=300, n_ratings=30_000)
    options = TrainOptions(
        method=method, n_factors=8, epochs=2, batch_size=batch_size, learning_rate=0.01, device="cuda"
    )
    graphed = make_trainer(ratings, options)
    assert isinstance(graphed.step, GraphStep)
    graphed.run()
    eager = make_trainer(ratings, options)
    eager.step = EagerStep(eager.module, eager.objective, list(eager.module.parameters()), eager.options)
    eager.run()
    assert_same(eager, graphed, 1e-4)
