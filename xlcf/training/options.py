"""The options of training: which model, how to descend, and which ratings are held out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcf.errors import InputError
from xlcf.models.model_options import MODEL_HELP, ModelOptions
from xlcf.optimizers import OPTIMIZERS
from xlcf.options import check, option
from xlcf.ratings.read_options import DEFAULT, ReadOptions

METHODS = tuple(OPTIMIZERS)
_WITH_MOMENTUM = tuple(name for name, optimizer in OPTIMIZERS.items() if optimizer.takes_momentum)
SCHEDULES = ("constant", "cosine", "one-cycle")
BASELINES = ("bias", "mean")
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("float32", "bfloat16")
MOST_SEED = (1 << 32) - 1
SPLITS = ("random", "time", "last")


@dataclass(frozen=True)
class DescentOptions:
    """How to descend. What is None suits the data: see `xlcf.training.defaults`.

    Attributes:
        method: one of `xlcf.optimizers.OPTIMIZERS`: sgd, momentum, adam or adamw.
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

    method: str = option("adam", "The optimizer.", choices=METHODS)
    learning_rate: float | tuple[float, ...] | None = option(
        None,
        "One for all epochs or one a phase; find: by a range test.",
        kind=float,
        above=0,
        several=True,
        metavar="RATE[,RATE...]|find",
        otherwise="0.02 for adam; suits the data for sgd",
    )
    epochs: int | tuple[int, ...] | None = option(
        None,
        "Times through the data; several numbers are phases.",
        kind=int,
        low=1,
        several=True,
        metavar="N[,N...]",
        otherwise="5; 10 for sgd and momentum",
        noun="number of epochs",
    )
    batch_size: int | None = option(None, "Ratings a step.", kind=int, low=1, otherwise="a fiftieth of the data")
    weight_decay: float | None = option(
        None,
        "How strongly weights are drawn to 0.",
        kind=float,
        low=0,
        otherwise="18 / ratings; for a classifier a quarter of that",
    )
    momentum: float = option(
        0.9, "Of the method momentum.", kind=float, low=0, below=1, only={"method": _WITH_MOMENTUM}
    )
    schedule: str = option("cosine", "How the learning rate goes.", choices=SCHEDULES)
    cycle_len: int | None = option(None, "Epochs of the first cosine, before a warm restart.", kind=int, low=1)
    cycle_mult: int = option(1, "Each cosine is longer by this factor.", kind=int, low=1)
    patience: int | None = option(None, "Stop after so many epochs without a better validation.", kind=int, low=1)
    seed: int = option(0, "Of weights, order and dropout.", kind=int, low=0, high=MOST_SEED)
    device: str = option("auto", "Where to train.", choices=DEVICES)
    precision: str = option(
        "float32", "bfloat16: products in it, weights and sums in float32; for GPUs.", choices=PRECISIONS
    )

    def __post_init__(self) -> None:
        check(self)
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


@dataclass(frozen=True)
class TrainOptions(DescentOptions, ModelOptions):
    """Which model, and how to train it: the options of `ModelOptions` and `DescentOptions`."""

    def __post_init__(self) -> None:
        ModelOptions.__post_init__(self)
        DescentOptions.__post_init__(self)


@dataclass(frozen=True)
class BaselineOptions:
    """Which baseline, and how strongly its biases are drawn to 0; see `damped_means`.

    Attributes:
        model: bias: user and item biases around the mean rating; mean: the mean alone.
        user_damping: how many ratings of the mean kind a user starts with.
        item_damping: the same for an item.
        sweeps: how often items and users are gone through in turn.

    """

    model: str = option("bias", MODEL_HELP, choices=BASELINES)
    user_damping: float = option(
        5.0, "Ratings that draw a user's bias to 0.", kind=float, low=0, only={"model": ("bias",)}
    )
    item_damping: float = option(
        4.0, "Ratings that draw an item's bias to 0.", kind=float, low=0, only={"model": ("bias",)}
    )
    sweeps: int = option(
        5, "Times through items and users.", kind=int, low=1, noun="number of sweeps", only={"model": ("bias",)}
    )

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class DataOptions:
    """What is trained on, and what is held out.

    Attributes:
        test: a file of test ratings, or None.
        test_fraction: the share of the data that is put aside for the test, before anything else; 0 for none.
        hold_out: the share of the rest to validate on after each epoch; 0 for none.
        split: how both are chosen: at random, the latest ones, or each user's last.
        split_seed: of a random split.
        reading: how the data and the test ratings are read.

    """

    test: Path | None = option(None, "Ratings to measure the model on at the end.", kind=Path, metavar="FILE")
    test_fraction: float = option(0.0, "Or put a part of DATA aside.", kind=float, low=0, below=1)
    hold_out: float = option(
        0.1,
        "The part to validate on after each epoch; the best epoch is kept. 0: none.",
        kind=float,
        low=0,
        below=1,
        noun="hold-out",
    )
    split: str = option(
        "random", "Which ratings are put aside: at random, the latest, each user's last.", choices=SPLITS
    )
    split_seed: int = option(
        42, "The seed of the random split.", kind=int, low=0, high=MOST_SEED, noun="seed of the split"
    )
    reading: ReadOptions = DEFAULT

    def __post_init__(self) -> None:
        check(self)

    def as_options(self) -> dict[str, object]:
        """Give them by name, as a model file records them; without a file of test ratings, which is no part of it."""
        return {name: getattr(self, name) for name in ("test_fraction", "hold_out", "split", "split_seed")}
