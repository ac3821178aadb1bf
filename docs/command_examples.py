"""A hook of mkdocs: the reference of the commands shows the example that ends each command's `--help`."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click
from xlcf_cli.main import cli


def on_startup(**_: object) -> None:
    """Move each command's example into its description, as mkdocs-click prints no epilogs."""
    for command in _commands(cli):
        example = (command.epilog or "").removeprefix("Example: ")
        command.help = f"{cleandoc(command.help or '')}\n\nFor example:\n\n```\n{example}\n```"


def _commands(group: click.Group) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from _commands(command)
