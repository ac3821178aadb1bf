"""How a result depends on the variables: linear, polynomial, smooth, with kinks or in steps.

Each function of the registry states its curve once; from these the traits of a whole program follow. They are proven
from the formulas alone, for all values of the variables, so they are on the safe side: a formula whose kinks cancel
is still said to have kinks. They say nothing of the edge of a domain, as of SQRT at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xlcf.formulas.values import Value


@dataclass(frozen=True)
class Traits:
    """How numbers depend on the variables.

    Attributes:
        degree: where they are polynomials of the variables, the highest degree: 0 is constant, 1 linear (affine),
            2 quadratic; None where they are no polynomials.
        is_total: whether they are numbers whatever the variables are; False where they may become errors.
        kinks: names of the functions that make kinks (ABS, MAX): there the derivative jumps.
        steps: names of the functions that make steps or jumps (ROUND, >, IF): there the value jumps.

    """

    degree: int | None
    is_total: bool = True
    kinks: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def is_linear(self) -> bool:
        """Whether all is linear in the variables, but for a constant."""
        return self.degree is not None and self.degree <= 1

    @property
    def is_quadratic(self) -> bool:
        """Whether all is a polynomial of degree 2 at most."""
        return self.degree is not None and self.degree <= 2

    @property
    def is_smooth(self) -> bool:
        """Whether there are neither kinks nor steps."""
        return not self.kinks and not self.steps


CONSTANT_TRAITS = Traits(0)


def combined(traits: Iterable[Traits]) -> Traits:
    """Join the traits of several numbers: what holds for all of them."""
    every = list(traits)
    degrees = [each.degree for each in every]
    return Traits(
        degree=None if None in degrees else max((degree for degree in degrees if degree is not None), default=0),
        is_total=all(each.is_total for each in every),
        kinks=_union(each.kinks for each in every),
        steps=_union(each.steps for each in every),
    )


def _union(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


@dataclass(frozen=True)
class Argument:
    """One argument of a function.

    Attributes:
        traits: how it depends on the variables.
        value: the constant, or None where it varies or is left out.
        size: how many numbers it has for each cell that holds the formula.

    """

    traits: Traits
    value: Value | None
    size: int

    @property
    def varies(self) -> bool:
        """Whether it depends on the variables."""
        return self.traits != CONSTANT_TRAITS


@dataclass(frozen=True)
class Applied:
    """A function applied to arguments of which at least one varies."""

    name: str
    arguments: tuple[Argument, ...]

    @cached_property
    def traits(self) -> Traits:
        """The traits of all arguments together."""
        return combined(argument.traits for argument in self.arguments)

    def any_varies(self, numbers: Iterable[int]) -> bool:
        """Tell whether one of the arguments with these numbers varies."""
        return any(self.arguments[number].varies for number in numbers if number < len(self.arguments))


Rule = Callable[[Applied], Traits]


@dataclass(frozen=True)
class Curve:
    """How one function depends on its arguments.

    Attributes:
        rule: gives the traits of the result.
        switches: numbers of the arguments that choose among results; if one varies, the result jumps.

    """

    rule: Rule
    switches: tuple[int, ...] = ()

    def traits(self, name: str, arguments: Iterable[Argument]) -> Traits:
        """Give the traits of the result."""
        applied = Applied(name, tuple(arguments))
        if not any(argument.varies for argument in applied.arguments):
            return CONSTANT_TRAITS
        return (_stepped if applied.any_varies(self.switches) else self.rule)(applied)

    def switched_by(self, *numbers: int) -> Curve:
        """Give the same curve with arguments that choose among results."""
        return replace(self, switches=numbers)


def _linear(applied: Applied) -> Traits:
    return applied.traits


def _product(applied: Applied) -> Traits:
    return replace(applied.traits, degree=_sum(argument.traits.degree for argument in applied.arguments))


def _product_of_all(applied: Applied) -> Traits:
    degrees = (argument.traits.degree for argument in applied.arguments for _ in range(argument.size))
    return replace(applied.traits, degree=_sum(degrees))


def _sum(degrees: Iterable[int | None]) -> int | None:
    total = 0
    for degree in degrees:
        if degree is None:
            return None
        total += degree
    return total


def _squares(applied: Applied) -> Traits:
    degree = applied.traits.degree
    return replace(applied.traits, degree=None if degree is None else 2 * degree)


def _smooth(applied: Applied) -> Traits:
    return replace(applied.traits, degree=None)


def _smooth_inside(applied: Applied) -> Traits:
    return replace(applied.traits, degree=None, is_total=False)


def _kinked(applied: Applied) -> Traits:
    return replace(applied.traits, degree=None, kinks=_union([applied.traits.kinks, (applied.name,)]))


def _stepped(applied: Applied) -> Traits:
    return replace(applied.traits, degree=None, steps=_union([applied.traits.steps, (applied.name,)]))


def _power(applied: Applied) -> Traits:
    base, exponent = applied.arguments
    if exponent.value is not None:
        exponents = np.asarray(exponent.value.numbers)
        if (np.isfinite(exponents) & (exponents >= 1) & (exponents == np.trunc(exponents))).all():
            degree = base.traits.degree
            return replace(applied.traits, degree=None if degree is None else degree * int(exponents.max()))
    return _smooth_inside(applied)


def _told_error(applied: Applied) -> Traits:
    return CONSTANT_TRAITS if applied.traits.is_total else replace(_stepped(applied), is_total=True)


def _replaced_error(applied: Applied) -> Traits:
    value, otherwise = applied.arguments
    if value.traits.is_total:  # whatever is an error is one whatever the variables are
        return applied.traits
    return replace(_stepped(applied), is_total=otherwise.traits.is_total)


def linear_given(*numbers: int) -> Curve:
    """Linear in the other arguments where these are constant, else smooth where it is defined."""
    return Curve(lambda applied: _smooth_inside(applied) if applied.any_varies(numbers) else applied.traits)


CONSTANT = Curve(lambda _: CONSTANT_TRAITS)  # no variable has a say in it, or it refuses arguments that vary
LINEAR = Curve(_linear)  # a sum of the arguments with constant weights, or a choice among them
PRODUCT = Curve(_product)  # linear in each argument by itself
PRODUCT_OF_ALL = Curve(_product_of_all)  # linear in each number of each argument by itself
SQUARES = Curve(_squares)  # a quadratic polynomial of the arguments
POWER = Curve(_power)
SMOOTH = Curve(_smooth)  # defined for all numbers
SMOOTH_INSIDE = Curve(_smooth_inside)  # smooth where it is defined
KINKED = Curve(_kinked)  # continuous
STEPPED = Curve(_stepped)
TOLD_ERROR = Curve(_told_error)  # it tells errors from numbers
REPLACED_ERROR = Curve(_replaced_error)  # the first argument, but the second where that is an error
