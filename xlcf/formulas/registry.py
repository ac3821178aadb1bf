"""The table of Excel functions: each is one small entry, written once against an array namespace.

An entry is a Python function with a decorator that gives Excel's name and one letter a parameter:

    V  a single value: a range is cut down to the formula's own row or column (implicit intersection) unless the
       formula is an array formula; then the function works element by element
    N  a single number, as functions of the former Analysis ToolPak take it: a truth value or a whole range is
       #VALUE!, what is left empty #N/A
    L  a single truth value: of texts TRUE and FALSE count
    R  a range or array as it is
    A  an array: what stands inside is worked out element by element even in an ordinary formula, as in SUMPRODUCT
    B  a branch, which may become the result: like V where the result has to be a single value, else like R
    P  a place: a reference of which only the place counts, so that its cells are not read

with `?` after a parameter that may be left out and `+` after one that may repeat. It takes the namespace and one
`Value` a parameter (an empty argument is a blank) and gives a `Value`, or plain numbers. What it gives must depend on
the numbers of its arguments smoothly or by `where` alone: kinds and texts are settled once, not with every evaluation.
A result that is `known` although an argument varies is taken as a constant.

`curve` says how the result depends on arguments that vary: linear, smooth, with kinks, in steps; see `curves`.

A number of the result that is NaN or infinite is an error: that of the first argument which is one (a text that spells
no number where one is wanted is #VALUE!), else the function's own, `error`: a code, or what gives the codes from the
arguments, constants. It is #NUM! unless said otherwise.
A function that gives plain numbers wants numbers as single values: any other makes an error. One that gives a `Value`
answers for that itself.

Functions of texts and dates are easier written on single values, see `scalar_functions`, and those that move elements
about on their places, see `moving`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from xlcf.formulas.curves import Curve
from xlcf.formulas.errors import FormulaError
from xlcf.formulas.values import Value

Chooser = Callable[[Value, int], int | Value | None]

Error = str | Callable[..., Any]
SINGLE = "VNL"  # the letters of parameters that are single values in any case


@dataclass(frozen=True)
class Function:
    """One Excel function; `needs_references` marks those that work on references rather than values.

    `curve` tells how the result depends on the arguments; a function of references gives cells, and has none. `error`
    is the code of a result that is no number though all arguments are good, or gives the codes from the arguments.
    `of_unions` marks functions of references that take several areas at once, `takes_expressions` those that trace
    their arguments themselves.

    `taken` tells from the first argument, and from how many there are, which of them (0 is the first) alone gives the
    result, or the result itself, so that the others are not traced; None where that is not settled.
    """

    name: str
    call: Callable[..., Any]
    letters: str
    required: int
    repeats: bool
    needs_references: bool
    curve: Curve | None
    error: Error = "#NUM!"
    of_unions: bool = False
    takes_expressions: bool = False
    taken: Chooser | None = None

    def parameters(self, count: int) -> str:
        """Give the parameter letters for a call with this many arguments.

        Raises:
            FormulaError: where the function does not take so many.

        """
        if count < self.required or (count > len(self.letters) and not self.repeats):
            raise FormulaError(f"{self.name} cannot take {count} argument{'' if count == 1 else 's'}")
        return self.letters[:count] + self.letters[-1:] * (count - len(self.letters))

    def is_place(self, number: int) -> bool:
        """Tell whether only the place of this argument counts."""
        return self.letters[number : number + 1] == "P"


FUNCTIONS: dict[str, Function] = {}
LAST_OPERATIONS: dict[str, Function] = {}  # + and - as they are where a formula ends with them

Implementation = TypeVar("Implementation", bound=Callable[..., Any])


def function(
    *names: str, takes: str, curve: Curve, error: Error = "#NUM!"
) -> Callable[[Implementation], Implementation]:
    """Enter a function on values under its Excel names; see the module's docstring for the other arguments."""
    return _enter(names, takes, needs_references=False, curve=curve, error=error)


def reference_function(*names: str, takes: str, of_unions: bool = False) -> Callable[[Implementation], Implementation]:
    """Enter a function that takes or gives references; it gets the tracer instead of the namespace.

    An empty argument is None for it. With `of_unions` it may get a `Union` in place of a range.
    """
    return _enter(names, takes, needs_references=True, curve=None, of_unions=of_unions)


def expression_function(*names: str, takes: str) -> Callable[[Implementation], Implementation]:
    """Enter a function that gets its arguments as expressions, and the tracer to trace them; see `lambdas`."""

    def decorate(implementation: Implementation) -> Implementation:
        _enter(names, takes, needs_references=True, curve=None)(implementation)
        for name in names:
            FUNCTIONS[name] = replace(FUNCTIONS[name], takes_expressions=True)
        return implementation

    return decorate


def takes_one(*names: str) -> Callable[[Chooser], Chooser]:
    """Enter what tells which argument a function takes; see `Function.taken`."""

    def decorate(taken: Chooser) -> Chooser:
        for name in names:
            FUNCTIONS[name] = replace(FUNCTIONS[name], taken=taken)
        return taken

    return decorate


def _enter(
    names: tuple[str, ...],
    takes: str,
    *,
    needs_references: bool,
    curve: Curve | None,
    error: Error = "#NUM!",
    of_unions: bool = False,
) -> Callable[[Implementation], Implementation]:
    parameters = re.findall(r"([VNLRABP])([?+]?)", takes)
    letters = "".join(letter for letter, _ in parameters)
    required = sum(mark != "?" for _, mark in parameters)
    repeats = bool(parameters) and parameters[-1][1] == "+"

    def decorate(implementation: Implementation) -> Implementation:
        for name in names:
            FUNCTIONS[name] = Function(
                name, implementation, letters, required, repeats, needs_references, curve, error, of_unions
            )
        return implementation

    return decorate
