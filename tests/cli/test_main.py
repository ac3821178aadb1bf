"""The group: help, exit codes, and nothing loaded before it is used."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.testing import CliRunner
from xlcf_cli.main import COMMANDS, cli


def every_command() -> dict[str, click.Command]:
    """Give all commands by what is typed after `xlcf`, those within a group such as `data info`, too."""
    found = {}
    for name, (module, _) in COMMANDS.items():
        command = getattr(import_module(module), name)
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": command.commands[inner] for inner in command.commands}
    return found


@pytest.mark.parametrize(("name", "command"), every_command().items())
def test_help_has_an_example_whose_options_exist(name, command):
    result = CliRunner().invoke(cli, [*name.split(), "--help"])
    assert result.exit_code == 0
    example = re.search(r"Example: (xlcf .*)", " ".join(result.output.split()))
    assert example is not None
    words = shlex.split(example[1])
    assert words[: 1 + len(name.split())] == ["xlcf", *name.split()]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("command", [c for c in every_command().values() if not isinstance(c, click.Group)])
def test_every_command_speaks_json_and_can_be_quiet(command):
    known = {option for parameter in command.params for option in parameter.opts}
    assert {"--json", "--quiet"} <= known


@pytest.mark.parametrize(
    "code", ["import xlcf", "from xlcf_cli.main import cli; cli(['--help'], standalone_mode=False)"]
)
def test_nothing_heavy_is_loaded_before_it_is_used(code):
    heavy = "{'torch', 'scipy', 'pandas', 'numpy', 'pyarrow', 'requests', 'xlsxwriter', 'openpyxl'}"
    check = f"{code}\nimport sys\nassert not {heavy} & sys.modules.keys(), {heavy} & sys.modules.keys()"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_command_is_wrong_usage():
    done = subprocess.run([sys.executable, "-m", "xlcf_cli", "dance"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "dance" in done.stderr
