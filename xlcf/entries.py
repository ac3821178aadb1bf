"""Tables that the modules of a package enter something in: whoever adds a module edits no list."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def import_modules_of(package: ModuleType) -> None:
    """Import every module of a package, in the order of their names, so that each enters what it defines."""
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
