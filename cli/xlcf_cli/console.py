"""What commands share about the terminal: notices and a spinner on stderr, only where a person looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


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
