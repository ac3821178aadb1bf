"""The loop: epochs of mini-batches, from the sheet's 206 ratings to tens of millions."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import torch

from xlcf.errors import FitError
from xlcf.models.rating_module import RatingModule
from xlcf.training.batches import Batch, Batches
from xlcf.training.callbacks import BestWeights, Callback
from xlcf.training.defaults import with_defaults
from xlcf.training.distributed import ALONE, Processes
from xlcf.training.objective import Objective
from xlcf.training.options import DescentOptions
from xlcf.training.random_numbers import RandomNumbers
from xlcf.training.schedules import learning_rate_at
from xlcf.training.shards import ShardBatches, own_tables, table_of
from xlcf.training.steps import EagerStep, GraphStep, Step

if TYPE_CHECKING:
    from xlcf.ratings.ratings import Ratings

_SMOOTHING = 0.98  # of the running loss


@dataclass(frozen=True)
class EpochRecord:
    """How an epoch ended.

    Attributes:
        epoch: 1 for the first.
        loss: the mean of the batches' losses.
        metrics: measured on the validation ratings; empty without any.
        learning_rate: at the end of the epoch.
        seconds: spent on training since the start, validation left out.
        ratings_per_second: of this epoch.

    """

    epoch: int
    loss: float
    metrics: dict[str, float]
    learning_rate: float
    seconds: float
    ratings_per_second: float


@dataclass
class Trainer:
    """Gradient descent over mini-batches of ratings.

    Each epoch goes through all ratings once, in an order drawn from the seed. The random numbers of the order and of
    dropout are the trainer's own: running it disturbs no other generator.

    Attributes:
        module: the model; it is trained in place, and moved to `device`.
        ratings: what to train on; with several processes, of this one.
        objective: what to minimise.
        options: how; what is None is filled in to suit the ratings.
        validation: what to measure after each epoch, or None; with several processes, of this one.
        callbacks: told of the start, each step, each epoch and the end.
        device: where the model is trained.
        processes: those that train together, each a shard of the model.
        n_ratings: how many ratings all processes train on.
        epoch: epochs done.
        history: one record an epoch.
        running_loss: an exponential average of the batches' losses, debiased.
        stopping: set by a callback to end after this epoch.
        random: the random numbers of the order and of dropout.

    """

    module: RatingModule
    ratings: Ratings
    objective: Objective
    options: DescentOptions
    validation: Ratings | None = None
    callbacks: Sequence[Callback] = ()
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    processes: Processes = ALONE
    epoch: int = 0
    history: list[EpochRecord] = field(default_factory=list)
    stopping: bool = False

    def __post_init__(self) -> None:
        self.module.to(self.device)
        dtype = next(self.module.parameters()).dtype
        self.options = with_defaults(self.options, self.ratings, self.objective.curvature)
        assert self.options.batch_size is not None
        self.batches = self._make_batches(self.options.batch_size, dtype)
        self._validation = None if self.validation is None else Batches(self.validation, 1, self.device, dtype)
        # another order and other dropout in every process
        self.random = RandomNumbers(self.options.seed * self.processes.size + self.processes.rank, self.device)
        self.step = self._make_step()
        self.average = torch.zeros((), dtype=dtype, device=self.device)  # of losses, not debiased
        self.steps = 0

    @property
    def running_loss(self) -> float:
        """The debiased exponential average of the losses of the steps so far; NaN before the first."""
        if not self.steps:
            return math.nan
        return float(self.average) / (1 - _SMOOTHING**self.steps)

    @property
    def best_weights(self) -> BestWeights | None:
        """The callback that keeps the best epoch's weights, where there is one."""
        return next((callback for callback in self.callbacks if isinstance(callback, BestWeights)), None)

    @property
    def steps_per_epoch(self) -> int:
        """How many steps an epoch has."""
        return len(self.batches)

    def run(self) -> None:
        """Train until the epochs are done or a callback says stop.

        Raises:
            FitError: where the loss stops being a number.

        """
        for callback in self.callbacks:
            callback.on_start(self)
        while self.epoch < self.options.total_epochs and not self.stopping:
            self._run_epoch()
        for callback in self.callbacks:
            callback.on_end(self)

    def take_step(self, data: Batch, positions: torch.Tensor, size: int, learning_rate: float) -> torch.Tensor:
        """Step on a batch, see `Step`; gives the loss, which may not have been computed yet."""
        loss = self.step(data, positions, size, learning_rate)
        self.average.lerp_(loss, 1 - _SMOOTHING)
        self.steps += 1
        return loss

    def measure(self) -> dict[str, float]:
        """Measure the validation ratings; empty without any."""
        if self._validation is None:
            return {}
        self.module.eval()
        # as many batches in every process: looking up rows, they may wait for each other
        batches = self._validation.in_order(max(self.processes.gather(self._validation.n_in_order)))
        errors = self.objective.errors(self.module, batches)
        return self.objective.metrics(self.processes.gather(errors))

    def _run_epoch(self) -> None:
        began = time.perf_counter()
        self.module.train()
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        with self.random.in_use():
            for index, (data, positions, size) in enumerate(self.batches.positions(self.random.order)):
                rate = learning_rate_at(self.options, self.epoch + index / self.steps_per_epoch)
                total += self.take_step(data, positions, size, rate) * size
                for callback in self.callbacks:
                    callback.on_step(self)
        self.epoch += 1
        mean = float(total) / self.n_ratings
        seconds = time.perf_counter() - began
        if not math.isfinite(mean):
            raise FitError(
                f"The loss stopped being a number in epoch {self.epoch}: try a learning rate well below "
                f"{max(rate for _, rate in self.options.phases):g}."
            )
        before = self.history[-1].seconds if self.history else 0.0
        self.history.append(
            EpochRecord(self.epoch, mean, self.measure(), rate, before + seconds, self.n_ratings / seconds)
        )
        for callback in self.callbacks:
            callback.on_epoch(self)
        self.stopping = self.processes.any(self.stopping)

    def _make_step(self) -> Step:
        parameters: list[torch.Tensor] = [weight for weight in self.module.parameters() if weight.requires_grad]
        data = self.batches.resident
        if self.processes.size > 1:
            own = own_tables(self.module)
            shared = [weight for name, weight in self.module.named_parameters() if table_of(name, own) is None]
            all_reduce = partial(self._all_reduce, shared)
            return EagerStep(self.module, self.objective, parameters, self.options, all_reduce)
        if self.device.type == "cuda" and data is not None:
            return GraphStep(self.module, self.objective, parameters, self.options, data)
        return EagerStep(self.module, self.objective, parameters, self.options)

    def _make_batches(self, batch_size: int, dtype: torch.dtype) -> Batches:
        sizes = self.processes.gather(len(self.ratings))
        self.n_ratings = sum(sizes)
        if self.processes.size > 1:
            return ShardBatches(self.ratings, sizes, batch_size, self.device, dtype)
        return Batches(self.ratings, batch_size, self.device, dtype)

    def _all_reduce(self, shared: Sequence[torch.Tensor], loss: torch.Tensor) -> None:
        """Add up over the processes the loss and the gradients of the weights that they share."""
        self.processes.all_reduce(loss, *(weight.grad for weight in shared if weight.grad is not None))
