"""What commands share about the terminal: notices and a spinner on stderr, only where a person looks."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from xlcf.solver.constraint_values import ConstraintValue
    from xlcf.solver.objective import Objective


def goal_text(goal: str, target: float, address: str | None) -> str:
    """Say a goal and its objective cell in Solver's words: `min V41`, `bring A1 to 12`."""
    cell = address or "(no cell)"
    return f"bring {cell} to {target:g}" if goal == "value" else f"{goal} {cell}"


def objective_text(objective: Objective, *, with_label: bool = True) -> str:
    """Say what is wanted of an objective, with its cell as a person calls it: `max D7 (Total, Return)`."""
    text = goal_text(objective.goal, objective.target, objective.address)
    return f"{text} ({objective.label})" if with_label and objective.label is not None else text


def finite(value: float | None) -> float | None:
    """Give a number as JSON can have it: what is not finite is null."""
    return value if value is not None and isfinite(value) else None


def constraint_dict(constraint: ConstraintValue) -> dict[str, Any]:
    """Give a constraint's JSON, where an error's value is null."""
    return {
        "text": constraint.text,
        "cell": constraint.cell,
        "label": constraint.label,
        "value": finite(constraint.value),
        "relation": constraint.relation,
        "limit": finite(constraint.limit),
        "slack": finite(constraint.slack),
        "status": constraint.status,
        "multiplier": finite(constraint.multiplier),
        "satisfied": constraint.status in ("binding", "not binding"),
    }


def notice(text: str) -> None:
    """Print a sentence of the library's to stderr."""
    click.echo(with_flags(text), err=True)


@contextmanager
def notices(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Collect the library's sentences, and print them when the block ends; only warnings where `quiet`.

    Where the work fails they are printed, too: a warning may say why.
    """
    said: list[str] = []
    try:
        yield said.append
    finally:
        for sentence in said:
            if not quiet or sentence.startswith("WARNING"):
                notice(sentence)


def with_flags(text: str) -> str:
    """Turn parameters in a sentence of the library's into options of the command line: `hold_out` into --hold-out."""
    return re.sub(r"`([a-z][a-z_]*)`", lambda match: _flag(match[1]), text)


def _flag(name: str) -> str:
    """Give the option of a parameter: as the running command has it, else as any has it."""
    from xlcf_cli.main import loaded_first

    for command in loaded_first():
        for parameter in command.params:
            if parameter.name == name and isinstance(parameter, click.Option):
                return parameter.opts[0]
    return "--" + name.replace("_", "-")


@contextmanager
def working(text: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show that something is going on, on a terminal only; gives a function that shows another text instead."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(text) as status:
        yield status.update


@contextmanager
def counting(text: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar, on a terminal only; gives a function that takes how many are done, and of how many."""
    if quiet or not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(text, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
