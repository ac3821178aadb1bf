"""Names that a package offers, and that are imported only when they are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def imported_when_used(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Give a package's `__getattr__` (PEP 562), so that importing a light module of it loads no heavy one.

    Args:
        package: its `__name__`.
        homes: the module of each name, by the name.

    """

    def getattr_of_package(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return getattr_of_package
