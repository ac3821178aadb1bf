"""What LET and LAMBDA bind: names with their operands, and functions with the names around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlcf.formulas.ranges import Range, Union
from xlcf.formulas.syntax import Expression
from xlcf.formulas.values import Value, scalar_value

OMITTED = scalar_value(None)
"""The operand of a parameter whose argument is left out: a blank, but for ISOMITTED."""


@dataclass(frozen=True)
class Scope:
    """The names that a part of a formula sees.

    Attributes:
        bound: operands by name, as `bound_name` gives it.
        name_depth: in how many defined names the part stands, one inside the other; 0 in the formula itself.

    """

    bound: Mapping[str, Operand] = field(default_factory=dict)
    name_depth: int = 0

    def binding(self, names: Mapping[str, Operand]) -> Scope:
        """Give a scope inside this one."""
        return Scope({**self.bound, **names}, self.name_depth)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a LAMBDA; one that is `optional` may be left out."""

    name: str
    optional: bool = False


@dataclass(frozen=True, eq=False)
class Closure:
    """A LAMBDA as an operand: its body is traced in `scope`, with the parameters bound besides."""

    parameters: tuple[Parameter, ...]
    body: Expression
    scope: Scope


Operand = Range | Union | Value | Closure


def bound_name(name: str) -> str:
    """Give a name as scopes have it: files mark those of LET and LAMBDA, and optional ones in another way."""
    name = name.lower()
    return "_xlpm." + name[6:] if name.startswith("_xlop.") else name
