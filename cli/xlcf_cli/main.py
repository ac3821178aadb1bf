"""The `xlcf` group: finds commands when they are asked for, and turns errors into sentences and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from importlib import import_module

import click

from xlcf.errors import InputError, XlcfError
from xlcf_cli.console import with_flags

# command: (module, what it does); a module is loaded when its command is used
COMMANDS = {
    "fit": ("xlcf_cli.fit", "Fit the model in a workbook and write the answer as a workbook."),
    "solve": ("xlcf_cli.solve", "Solve every Solver model of a workbook, with Solver's reports."),
    "compare": ("xlcf_cli.compare", "Fit a workbook's model by several methods, side by side."),
    "inspect": ("xlcf_cli.inspect", "Show the models that a workbook holds, and check its formulas."),
    "verify": ("xlcf_cli.verify", "Check a workbook file, its values, and what became of its original."),
    "train": ("xlcf_cli.train", "Train a model on a data set of ratings, of any size."),
    "export": ("xlcf_cli.export", "Write a trained model as a workbook."),
    "explore": ("xlcf_cli.explore", "Say what a fitted model knows: best items, directions, residuals."),
    "similar": ("xlcf_cli.similar", "Find the neighbours of an item or of a user."),
    "recommend": ("xlcf_cli.recommend", "Recommend items to a user, one who was fitted or a new one."),
    "lab": ("xlcf_cli.lab", "Write a workbook that shows how gradient descent works, step by step."),
    "data": ("xlcf_cli.data", "Get ratings, look at them, make some up, or store them."),
    "new": ("xlcf_cli.new", "Make a workbook ready for Solver from a ratings file."),
}

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def load(name: str) -> click.Command:
    """Give a command by its name."""
    command: click.Command = getattr(import_module(COMMANDS[name][0]), name)
    return command


def loaded_first() -> Iterator[click.Command]:
    """Give all commands that do something: the running one, those that were loaded, and then the others."""
    context = click.get_current_context(silent=True)
    if context is not None:
        yield context.command
    for name in sorted(COMMANDS, key=lambda name: COMMANDS[name][0] not in sys.modules):
        command = load(name)
        yield from command.commands.values() if isinstance(command, click.Group) else (command,)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        return load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    epilog="Example: xlcf fit workbook.xlsx. Each command has its own --help.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="xlcf")
def cli() -> None:
    """Fit the models in Excel workbooks, and write the answer back as live sheets."""


def main() -> None:
    """Run the command line: exit code 0 done, 1 the work failed, 2 wrong usage or input."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing half written was left.", err=True)
        sys.exit(130)
    except XlcfError as error:
        click.secho(f"xlcf: {with_flags(str(error))}", fg="red" if _colour() else None, err=True)
        sys.exit(2 if isinstance(error, InputError) else 1)
    except BrokenPipeError:
        _drop_output()
        sys.exit(1)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _DISK_FULL:
            _drop_output()
            where = error.filename or "the output"
            click.echo(
                f"xlcf: cannot write {where}, no space is left on the device: make room, or write elsewhere.", err=True
            )
            sys.exit(2)
        if os.environ.get("XLCF_DEBUG"):
            raise
        click.echo(
            f"xlcf: something unforeseen went wrong ({type(error).__name__}: {error}); please report it, with the "
            "output of the same command after setting XLCF_DEBUG=1.",
            err=True,
        )
        sys.exit(1)


def _drop_output() -> None:
    """Send what is not yet written to nowhere, so that Python does not try it again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _colour() -> bool:
    return "NO_COLOR" not in os.environ and sys.stderr.isatty()
