"""The table of methods of fitting: whatever offers methods (`fit`, `compare`, the command line) reads it.

A method is a function with a decorator that gives its name, the options that only some methods take, what it keeps of
bounds, constraints and whole numbers, and, where it cannot do all, the forms of objective that it solves:

    @method("newton", takes=("damping",), keeps=("bounds",), solves=("linear", "quadratic", "smooth"))
    def by_newton(problem, factorization, options):
        return lambda start, observer: ...

It is called once for a problem that it can keep, raises InputError where the options do not suit that problem, and
gives the run: a function from a start, shape (variables,), and an observer, which `Loss` tells of each iteration, to a
`Solution`. One function may be entered under several names; `options.method` tells which is meant. Heavy modules are
imported inside, so that the table itself is light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from xlcf.errors import InputError
from xlcf.solver.forms import FORMS, LINEAR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xlcf.factorization.factorization import Factorization
    from xlcf.fitting.progress import Observer
    from xlcf.solver.problem import Problem
    from xlcf.solver.solution import Solution

Run: TypeAlias = "Callable[[NDArray[np.float64], Observer | None], Solution]"
Prepare: TypeAlias = "Callable[[Problem, Factorization | None, Any], Run]"
"""The options are `FitOptions`, which names the methods of this table as its choices."""

BOUNDS, CONSTRAINTS, INTEGERS, ALL_DIFFERENT = "bounds", "constraints", "integers", "all different"

_MOST_NAMED = 3


@dataclass(frozen=True)
class Method:
    """One method of fitting.

    Attributes:
        name: what it is called on the command line.
        prepare: gives the run for a problem.
        takes: the options that it takes of those that only some methods take.
        keeps: which it keeps of `bounds`, `constraints`, `integers` and `all different` (groups of integers).
        solves: the forms of objective and constraints that it solves; see `xlcf.solver.forms`.
        refuses: says why it cannot solve a problem that is otherwise in its reach; None where it can.

    """

    name: str
    prepare: Prepare
    takes: frozenset[str]
    keeps: frozenset[str]
    solves: frozenset[str]
    refuses: Callable[[Problem], str | None] | None = None

    def refusal(self, problem: Problem) -> str | None:
        """Say why it cannot solve a problem; None where it can."""
        kind = problem.problem_class
        if kind.has_integers and INTEGERS not in self.keeps:
            return _no_integers(problem, f"the method {self.name} cannot give; solve it with `xlcf solve`, or")
        if problem.variables.all_different and ALL_DIFFERENT not in self.keeps:
            return _no_integers(problem, f"the method {self.name} cannot give; solve it with `xlcf solve`, or")
        if kind.constraints is not None and CONSTRAINTS not in self.keeps:
            bounds = " (bounds are fine)" if BOUNDS in self.keeps else ""
            return f"The method {self.name} cannot keep the model's constraints{bounds}; {_use(CONSTRAINTS)}."
        if kind.has_bounds and BOUNDS not in self.keeps:
            return f"The method {self.name} cannot keep the bounds of the variable cells; {_use(BOUNDS)}."
        if not {kind.objective, kind.constraints} - {None} <= self.solves:
            forms = ", ".join(form for form in FORMS if form in self.solves)
            return f"The method {self.name} solves other models than this one, which has {kind}: {forms}."
        return None if self.refuses is None else self.refuses(problem)


METHODS: dict[str, Method] = {}

Implementation = TypeVar("Implementation", bound=Callable[..., object])


def method(
    *names: str,
    takes: tuple[str, ...] = (),
    keeps: tuple[str, ...] = (),
    solves: tuple[str, ...] = FORMS,
    refuses: Callable[[Problem], str | None] | None = None,
) -> Callable[[Implementation], Implementation]:
    """Enter a method under its names; see the module's docstring."""

    def decorate(implementation: Implementation) -> Implementation:
        for name in names:
            METHODS[name] = Method(name, implementation, frozenset(takes), frozenset(keeps), frozenset(solves), refuses)  # type: ignore[arg-type]
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


def general_methods() -> list[str]:
    """Name the methods that fit objectives of any form and are not there for whole numbers."""
    return [name for name, entry in METHODS.items() if entry.solves == frozenset(FORMS) and INTEGERS not in entry.keeps]


def best_method(problem: Problem) -> str:
    """Name the method that suits a problem best: of those that can solve it, that which solves the fewest forms.

    Of several, one that is there for no more than what the problem asks for, and the first of them. Where none can, it
    is the first of all: what it says of the problem is the reason.
    """
    able = [name for name, entry in METHODS.items() if entry.refusal(problem) is None]
    return min(able, key=lambda name: _width(METHODS[name], problem), default=next(iter(METHODS)))


def _width(entry: Method, problem: Problem) -> tuple[bool, int]:
    spare = INTEGERS in entry.keeps and not problem.problem_class.has_integers
    return (spare and entry.solves != {LINEAR}), len(entry.solves)


def why_unsolvable(problem: Problem) -> str | None:
    """Say why no method can solve a problem; None where one can."""
    name = best_method(problem)
    if METHODS[name].refusal(problem) is not None and problem.problem_class.has_integers:
        return _no_integers(problem, "no method can give with such formulas;")
    return METHODS[name].refusal(problem)


def _use(what: str) -> str:
    return f"use the method {next((name for name, entry in METHODS.items() if what in entry.keeps), 'scipy')}"


def _no_integers(problem: Problem, but: str) -> str:
    whole = [stated for stated in problem.stated if stated.variable is not None and stated.limit is None]
    asked = [stated for stated in whole if stated.relation == whole[0].relation]
    named = ", ".join(stated.address for stated in asked[:_MOST_NAMED])
    more = f" and {len(asked) - _MOST_NAMED:,} more" if len(asked) > _MOST_NAMED else ""
    return (
        f"The Solver model on {problem.sheet} asks for {asked[0].relation} cells ({named}{more}), which "
        f"{but} tick Ignore Integer Constraints in Solver's options."
    )
