"""One step of gradient descent: eagerly, or replayed as a CUDA graph."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from xlcf.models.rating_module import RatingModule
from xlcf.optimizers import make_optimizer
from xlcf.training.batches import Batch
from xlcf.training.objective import Objective
from xlcf.training.options import DescentOptions

_WARM_UPS = 3


class Step(Protocol):
    """A step of gradient descent on a batch: the ratings of `data` at `positions`.

    `size` is how many ratings the batch has; with several processes, in all of them together. The loss that it gives
    is the batch's mean, not yet read back from the device.
    """

    optimizer: torch.optim.Optimizer

    def __call__(self, data: Batch, positions: Tensor, size: int, learning_rate: float) -> Tensor:
        """Step."""


class MeanLoss:
    """The mean loss of a batch, computed in the precision that the options say.

    Args:
        module: the model.
        objective: what to minimise.
        precision: float32 or bfloat16; backward then follows it.

    """

    def __init__(self, module: RatingModule, objective: Objective, precision: str) -> None:
        self.module, self.objective, self.lower = module, objective, precision == "bfloat16"

    def __call__(self, data: Batch, positions: Tensor, size: int) -> Tensor:
        """Give the sum of the losses of the ratings of `data` at `positions`, over `size`."""
        users, items, values = (array[positions] for array in data)
        # a cached cast would outlive the capture of a graph
        with torch.autocast(values.device.type, torch.bfloat16, enabled=self.lower, cache_enabled=False):
            return self.objective.sum(self.module, users, items, values) / size


class EagerStep:
    """A step that runs operation by operation, on any device.

    Args:
        module: the model.
        objective: what to minimise.
        parameters: what may change.
        options: method, momentum and weight decay.
        all_reduce: is given the loss between the gradients and the step, to add up both over several processes.

    """

    def __init__(
        self,
        module: RatingModule,
        objective: Objective,
        parameters: list[Tensor],
        options: DescentOptions,
        all_reduce: Callable[[Tensor], None] = lambda _: None,
    ) -> None:
        self.mean_loss, self.all_reduce = MeanLoss(module, objective, options.precision), all_reduce
        self.optimizer = optimizer_of(parameters, options, options.phases[0][1])

    def __call__(self, data: Batch, positions: Tensor, size: int, learning_rate: float) -> Tensor:
        """Step."""
        set_learning_rate(self.optimizer, learning_rate)
        self.optimizer.zero_grad()
        loss = self.mean_loss(data, positions, size)
        loss.backward()  # type: ignore[no-untyped-call]
        loss = loss.detach()
        self.all_reduce(loss)
        self.optimizer.step()
        return loss


class GraphStep:
    """A step that was captured once as a CUDA graph and is replayed, so that the GPU never waits for Python.

    It serves resident data only: the graph reads the same tensors each time, at positions that are copied in. A batch
    of another size (the last of an epoch) runs eagerly.
    See https://docs.pytorch.org/docs/stable/notes/cuda.html#whole-network-capture.
    """

    def __init__(
        self,
        module: RatingModule,
        objective: Objective,
        parameters: list[Tensor],
        options: DescentOptions,
        data: Batch,
    ) -> None:
        device = data[2].device
        self.mean_loss, self.data = MeanLoss(module, objective, options.precision), data
        self.rate = torch.tensor(options.phases[0][1], device=device)
        self.optimizer = optimizer_of(parameters, options, self.rate)
        self.parameters = parameters
        assert options.batch_size is not None
        size = min(options.batch_size, len(data[2]))
        self.positions = torch.zeros(size, dtype=torch.int64, device=device)
        self.graph: torch.cuda.CUDAGraph | None = None
        self.loss = torch.zeros((), device=device)

    def __call__(self, data: Batch, positions: Tensor, size: int, learning_rate: float) -> Tensor:
        """Step."""
        assert data is self.data
        assert size == len(positions)
        self.rate.fill_(learning_rate)
        if len(positions) != len(self.positions):
            self.optimizer.zero_grad(set_to_none=True)
            return self._step(positions)
        self.positions.copy_(positions)
        if self.graph is None:
            self._capture()
        assert self.graph is not None
        self.graph.replay()
        return self.loss.clone()

    def _step(self, positions: Tensor) -> Tensor:
        loss = self.mean_loss(self.data, positions, len(positions))
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return loss.detach()

    def _capture(self) -> None:
        """Warm up on a side stream and capture; what the warm-up's steps change is undone."""
        random = torch.cuda.get_rng_state(self.positions.device)
        before = [parameter.detach().clone() for parameter in self.parameters]
        state_before = {
            parameter: {name: value.clone() for name, value in state.items() if isinstance(value, Tensor)}
            for parameter, state in self.optimizer.state.items()
        }
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This instance was constructed with capturable=True")
            for _ in range(_WARM_UPS):
                self.optimizer.zero_grad(set_to_none=True)
                self._step(self.positions)
        torch.cuda.current_stream().wait_stream(stream)
        with torch.no_grad():
            for parameter, old in zip(self.parameters, before, strict=True):
                parameter.copy_(old)
            for parameter, state in self.optimizer.state.items():
                for name, value in state.items():
                    if isinstance(value, Tensor):
                        value.copy_(state_before.get(parameter, {}).get(name, torch.zeros_like(value)))
        torch.cuda.set_rng_state(random, self.positions.device)
        graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            self.loss = self._step(self.positions)
        self.graph = graph


def optimizer_of(parameters: list[Tensor], options: DescentOptions, rate: float | Tensor) -> torch.optim.Optimizer:
    """Make the optimizer that the options say, beginning at a learning rate."""
    assert options.weight_decay is not None
    return make_optimizer(options.method, parameters, rate, options.weight_decay, options.momentum)


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Let the optimizer's next steps have a learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
