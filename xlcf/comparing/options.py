"""What to compare, and how."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.errors import InputError
from xlcf.fitting.fit import METHODS, FitOptions
from xlcf.fitting.registry import look_up

CREEPING_STEPS = 1000
"""The limit of iterations of a method that may need very many, where no other limit is asked for."""


@dataclass(frozen=True)
class CompareOptions:
    """How to compare methods.

    Attributes:
        methods: their names, in the order of the table; none for all that there are.
        starts: how many random starts each method gets besides the sheet's numbers.
        seed: of random starts, and of the ratings that are hidden.
        epochs: of methods that count epochs; None for their own default.
        learning_rate: of gradient descent; None searches one for each method.
        max_iterations: a limit for every method; None for `CREEPING_STEPS` where a method has no end of its own.

    Raises:
        InputError: where a method does not exist, or a number is out of range.

    """

    methods: tuple[str, ...] = ()
    starts: int = 0
    seed: int = 0
    epochs: int | None = None
    learning_rate: float | None = None
    max_iterations: int | None = None

    def __post_init__(self) -> None:
        if not self.methods:
            object.__setattr__(self, "methods", tuple(METHODS))
        if len(set(self.methods)) < len(self.methods):
            raise InputError(f"A method is named twice in {', '.join(self.methods)}; name each once.")
        if not self.starts >= 0:
            raise InputError(f"The number of random starts must be 0 or more, not {self.starts}.")
        for name in ("epochs", "learning_rate"):
            if getattr(self, name) is not None and not any(name in look_up(method).takes for method in self.methods):
                raise InputError(
                    f"None of the methods {', '.join(self.methods)} has {name.replace('_', ' ')}; leave that out."
                )
        if self.max_iterations is not None and not self.max_iterations > 0:
            raise InputError(f"The max iterations must be above 0, not {self.max_iterations}.")
        for method in self.methods:
            self.of(method)  # says what else is out of range

    def of(self, method: str) -> FitOptions:
        """Give the options with which a method fits."""
        entry = look_up(method)
        takes, own_limit = entry.takes, CREEPING_STEPS if entry.may_creep else None
        return FitOptions(
            method=method,
            seed=self.seed,
            epochs=self.epochs if "epochs" in takes else None,
            learning_rate=self.learning_rate if "learning_rate" in takes else None,
            max_iterations=self.max_iterations or own_limit,
        )
