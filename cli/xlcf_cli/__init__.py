"""The xlcf command line: one file a command, each a thin layer over the library."""

from xlcf_cli.main import main

__all__ = ["main"]
