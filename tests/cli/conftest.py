"""The command line in this process: what a process of its own says and returns, and quicker."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
from xlcf_cli.main import main


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Give a function that runs `xlcf` with some words."""

    def run_here(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["xlcf", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as ending:
            code = int(ending.code or 0)
        return Done(code, *capsys.readouterr())

    return run_here
