"""The table of methods of fitting: whatever offers methods (`fit`, `compare`, the command line) reads it.

A method is a function with a decorator that gives its name and the options that only some methods take:

    @method("newton", takes=("damping",))
    def by_newton(problem, factorization, options):
        return lambda start, observer: ...

It is called once for a problem, raises InputError where it does not suit that problem or the options, and gives the
run: a function from a start, shape (variables,), and an observer, which `Loss` tells of each iteration, to a FitResult.
One function may be entered under several names; `options.method` tells which is meant. Heavy modules are imported
inside, so that the table itself is light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from xlcf.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xlcf.factorization.factorization import Factorization
    from xlcf.fitting.loss import Observer
    from xlcf.fitting.options import FitOptions
    from xlcf.fitting.result import FitResult
    from xlcf.solver.problem import Problem

Run: TypeAlias = "Callable[[NDArray[np.float64], Observer | None], FitResult]"
Prepare: TypeAlias = "Callable[[Problem, Factorization | None, FitOptions], Run]"


@dataclass(frozen=True)
class Method:
    """One method of fitting.

    Attributes:
        name: what it is called on the command line.
        prepare: gives the run for a problem.
        takes: the options that it takes of those that only some methods take.

    """

    name: str
    prepare: Prepare
    takes: frozenset[str]


METHODS: dict[str, Method] = {}

Implementation = TypeVar("Implementation", bound=Callable[..., object])


def method(*names: str, takes: tuple[str, ...] = ()) -> Callable[[Implementation], Implementation]:
    """Enter a method under its names; see the module's docstring."""

    def decorate(implementation: Implementation) -> Implementation:
        for name in names:
            METHODS[name] = Method(name, implementation, frozenset(takes))  # type: ignore[arg-type]
        return implementation

    return decorate


def look_up(name: str) -> Method:
    """Find a method by its name.

    Raises:
        InputError: where there is none.

    """
    found = METHODS.get(name)
    if found is None:
        raise InputError(f"There is no method {name!r}; choose one of {', '.join(METHODS)}.")
    return found


def methods_that_take(option: str) -> list[str]:
    """Name the methods that take an option."""
    return [name for name, entry in METHODS.items() if option in entry.takes]
