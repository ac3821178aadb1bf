"""What commands share about the terminal: notices and a spinner on stderr, only where a person looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xlcf.solver.model import SolverModel


def goal_text(model: SolverModel) -> str:
    """Say a model's goal and objective cell in Solver's words: `min V41`, `bring A1 to 12`."""
    cell = model.objective_address() or "(no cell)"
    return f"bring {cell} to {model.target:g}" if model.goal == "value" else f"{model.goal} {cell}"


def counted(count: int, plural: str) -> str:
    """Say how many: `1 epoch`, `2,000 epochs`."""
    return f"{count:,} {plural.removesuffix('s') if count == 1 else plural}"


def notice(text: str) -> None:
    """Print a sentence to stderr."""
    click.echo(text, err=True)


@contextmanager
def working(text: str, *, quiet: bool) -> Iterator[None]:
    """Show that something is going on, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield
