"""Write the table of Excel functions into docs/reference/formulas.md, from the registry."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import xlcf.formulas.functions  # noqa: F401  (enters the functions)
from xlcf.formulas import curves
from xlcf.formulas.registry import FUNCTIONS, Function

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "formulas.md"
_SECTION = re.compile(r"(<!-- functions -->\n).*?(<!-- end -->)", flags=re.DOTALL)
_OPERATORS = {"SINGLE", "ANCHORARRAY"}  # written @ and #
_DEPENDENCE = {
    curves.CONSTANT.rule: "none",
    curves.STEPPED.rule: "steps",
    curves.KINKED.rule: "gradient, kinks",
    curves.TOLD_ERROR.rule: "steps",
}


def dependence(function: Function) -> str:
    """Say in a word or two how a function's result follows variable cells."""
    if function.curve is None:
        return "gives cells"
    return _DEPENDENCE.get(function.curve.rule, "gradient")


def table() -> str:
    """Give the table: a heading a family, a line for functions of one kind."""
    families: dict[str, dict[str, list[str]]] = {}
    for name, function in sorted(FUNCTIONS.items()):
        if re.fullmatch(r"[A-Z][A-Z0-9.]*", name) and name not in _OPERATORS:
            module = sys.modules[function.call.__module__]
            family = (module.__doc__ or "").strip().partition("\n")[0].rstrip(".")
            families.setdefault(family, {}).setdefault(dependence(function), []).append(f"`{name}`")
    lines = ["| family | follows variable cells by | functions |", "|---|---|---|"]
    for family, kinds in sorted(families.items()):
        lines += [f"| {family} | {kind} | {', '.join(names)} |" for kind, names in sorted(kinds.items())]
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """Put the table in its place on the page."""
    return _SECTION.sub(lambda match: match[1] + table() + match[2], page)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
