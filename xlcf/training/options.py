"""The options of a training run."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from numbers import Integral
from typing import Any

from xlcf.errors import InputError

METHODS = ("sgd", "momentum", "adam", "adamw")
SCHEDULES = ("constant", "cosine", "one-cycle")
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class DescentOptions:
    """How to descend. What is None suits the data: see `xlcf.training.defaults`.

    Attributes:
        method: sgd, momentum, adam or adamw.
        learning_rate: the highest rate of the schedule; several, one a phase, where `epochs` has several.
        epochs: times through all ratings; several numbers are phases, each with a schedule of its own.
        batch_size: ratings a step.
        weight_decay: coupled with the gradient (L2), but decoupled for adamw.
        momentum: of the method momentum.
        schedule: constant; cosine: down to 0 along half a cosine; one-cycle: up and down again.
        cycle_len: epochs of the first cosine, after which the rate restarts; None: one cosine a phase.
        cycle_mult: each cosine is so many times longer than the one before (SGDR).
        patience: stop after so many epochs without a lower validation error; None: never.
        seed: of initial weights, the order of ratings, and dropout.
        device: auto (CUDA where there is one), cpu, or cuda.
        precision: float32; or bfloat16: rows, products and layers in bfloat16, while weights, their steps, sums over
            factors and the loss stay in float32 (mixed precision: Micikevicius and others 2018; on CUDA it pays).

    """

    method: str = "adam"
    learning_rate: float | tuple[float, ...] | None = None
    epochs: int | tuple[int, ...] | None = None
    batch_size: int | None = None
    weight_decay: float | None = None
    momentum: float = 0.9
    schedule: str = "cosine"
    cycle_len: int | None = None
    cycle_mult: int = 1
    patience: int | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "float32"

    def __post_init__(self) -> None:
        _among("method", self.method, METHODS)
        _among("schedule", self.schedule, SCHEDULES)
        _among("device", self.device, DEVICES)
        _among("precision", self.precision, PRECISIONS)
        if () in (self.learning_rate, self.epochs):
            raise InputError("Give at least one learning rate and one number of epochs, or leave them out.")
        for rate in _tuple(self.learning_rate):
            _positive("learning rate", rate)
        for epochs in _tuple(self.epochs):
            _positive("number of epochs", epochs)
            _whole("number of epochs", epochs)
        for name in ("batch_size", "cycle_len", "cycle_mult", "patience"):
            if getattr(self, name) is not None:
                _positive(name.replace("_", " "), getattr(self, name))
                _whole(name.replace("_", " "), getattr(self, name))
        _whole("seed", self.seed)
        if not 0 <= self.seed < 1 << 32:
            raise InputError(f"The seed must be from 0 to {(1 << 32) - 1}, not {self.seed}.")
        if self.weight_decay is not None and not (isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise InputError(f"The weight decay must be 0 or more, not {self.weight_decay}.")
        if not 0 <= self.momentum < 1:
            raise InputError(f"The momentum must lie between 0 and 1, not {self.momentum}.")
        if len(_tuple(self.learning_rate)) > 1 and len(_tuple(self.learning_rate)) != len(_tuple(self.epochs)):
            raise InputError("Give as many learning rates as numbers of epochs, one a phase, or a single one.")
        if self.cycle_len is not None and self.schedule != "cosine":
            raise InputError(f"Cycles are restarts of the cosine schedule; the schedule {self.schedule} has none.")

    @property
    def phases(self) -> tuple[tuple[int, float], ...]:
        """Epochs and learning rate of each phase; none where one of them is None."""
        epochs, rates = _tuple(self.epochs), _tuple(self.learning_rate)
        return tuple(zip(epochs, rates * len(epochs) if len(rates) == 1 else rates, strict=True))

    @property
    def total_epochs(self) -> int:
        """The epochs of all phases."""
        return sum(_tuple(self.epochs))


def _tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _among(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"The {name} {value!r} is none of {', '.join(allowed)}.")


def _positive(name: str, value: float) -> None:
    if not (isfinite(value) and value > 0):
        raise InputError(f"The {name} must be above 0, not {value}.")


def _whole(name: str, value: object) -> None:
    if not isinstance(value, Integral):
        raise InputError(f"The {name} must be a whole number, not {value}.")
