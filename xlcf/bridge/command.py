"""The command line that repeats a run on a workbook."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcf.options import command_words, option

if TYPE_CHECKING:
    from xlcf.solver.problem import Problem


@dataclass(frozen=True)
class SheetOptions:
    """Which model of a workbook is meant.

    Attributes:
        sheet: its sheet; None for the first usable one.

    """

    sheet: str | None = option(None, "The sheet whose Solver model is meant.", otherwise="the first usable one")


def command(verb: str, problem: Problem, words: Sequence[str]) -> str:
    """Write the command line that does the same to a workbook's model.

    Args:
        verb: `fit` or `compare`.
        problem: the model.
        words: the options, as `command_words` gives them.

    """
    sheet = command_words(SheetOptions, {"sheet": problem.sheet})
    return shlex.join(["xlcf", verb, str(problem.source), *sheet, *words])
