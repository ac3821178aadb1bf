"""Tables on the terminal: a first column of texts, the others numbers."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

_WIDEST = 200  # characters; a line that the terminal wraps is better than figures cut off


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heads."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    print_wide(table, markup=False)


def print_wide(table: Table, *, markup: bool = True) -> None:
    """Print a table as wide as it needs, whatever the terminal's width."""
    console = Console(highlight=False, markup=markup)
    console.width = max(console.width, console.measure(table, options=console.options.update(width=_WIDEST)).maximum)
    console.print(table)
