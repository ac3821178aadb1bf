"""How to fit."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.errors import InputError
from xlcf.fitting.registry import METHODS, look_up, methods_that_take
from xlcf.options import check, option, options_of

DERIVATIVES = ("solver", "exact")


@dataclass(frozen=True)
class FitOptions:
    """How to fit. Which options only some methods take is in the table of methods (`xlcf.fitting.registry`).

    Attributes:
        method: its name in the table of methods.
        starts: how many random starts to try, the best kept; 0 starts from the sheet's own numbers.
        seed: of random starts and of the order of mini-batches.
        derivatives: solver: numeric, as the Solver model says; or exact.
        learning_rate: of gradient descent; None searches one.
        epochs: of gradient descent; None for 2000, or 300 with mini-batches.
        batch_size: ratings a step, where ratings were recognised; None for all at once.
        weight_decay: of gradient descent.
        max_iterations: a limit for any method.
        polish: go on to the optimum with SciPy after another method.

    Raises:
        InputError: where a method does not exist or does not take an option, or a number is out of range.

    """

    method: str = option(
        "scipy",
        "scipy: to the optimum. solver: by Excel's Solver's own stopping rule. The others: gradient descent (torch).",
        choices=METHODS,
    )
    starts: int = option(0, "Try this many random starts; 0: the sheet's numbers.", kind=int, low=0)
    seed: int = option(0, "Seed of random starts and mini-batches.", kind=int, low=0)
    derivatives: str = option(
        "solver",
        "For solver: numeric derivatives as Solver takes them, or exact ones.",
        choices=DERIVATIVES,
        noun="choice of derivatives",
    )
    learning_rate: float | None = option(None, "For gradient descent.", kind=float, above=0, otherwise="searched")
    epochs: int | None = option(None, "For gradient descent.", kind=int, low=1, otherwise="2000; 300 with batches")
    batch_size: int | None = option(
        None, "Ratings a step, for gradient descent.", kind=int, low=1, otherwise="all at once"
    )
    weight_decay: float = option(0.0, "For gradient descent.", kind=float, low=0)
    max_iterations: int | None = option(None, "Stop after so many iterations.", kind=int, low=1)
    polish: bool = option(False, "Go on to the optimum with SciPy after another method.", kind=bool)

    def __post_init__(self) -> None:
        look_up(self.method)  # says which there are
        check(self)
        for name, (known, default) in options_of(type(self)).items():
            methods = methods_that_take(name)
            if methods and self.method not in methods and getattr(self, name) != default:
                raise InputError(
                    f"The method {self.method} has no {known.noun or name.replace('_', ' ')}; "
                    f"leave it out, or choose one of {', '.join(methods)}."
                )
