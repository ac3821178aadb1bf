"""Command-line options: those that several commands share, and those that follow from a dataclass's declarations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from xlcf.bridge.command import SheetOptions
from xlcf.options import Option, flag_against, flag_of, merged_options, options_of, wanted_number

Options = TypeVar("Options")
Decorator = Callable[[Any], Any]
Reader = Callable[[click.Context, click.Parameter, Any], Any]

FILE = click.Path(path_type=Path)


def json_option(command: Any) -> Any:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def quiet_option(command: Any) -> Any:
    """Add --quiet."""
    text = "Print nothing but errors and warnings (and JSON, where asked for)."
    return click.option("--quiet", is_flag=True, help=text)(command)


def sheet_option(of: str = "") -> Decorator:
    """Add --sheet, with its own help where `of` gives one."""
    known, default = options_of(SheetOptions)["sheet"]
    return _click_option("sheet", replace(known, help=of or known.help), default, None)


def output_option(text: str, *, required: bool = False) -> Decorator:
    """Add -o and --output."""
    return click.option("-o", "--output", type=FILE, required=required, help=text)


def made_from(kind: type[Options], values: Mapping[str, Any]) -> Options:
    """Make the dataclass of its options among the values of a command's."""
    return kind(**{name: values[name] for name in options_of(kind) if name in values})


def options_from(
    *kinds: type, leave_out: Collection[str] = (), readers: Mapping[str, Reader] | None = None
) -> Decorator:
    """Add the options that dataclasses declare (`xlcf.options`), in the order of their fields.

    Args:
        kinds: the dataclasses; an option that several declare is added once, with the choices of all.
        leave_out: names of fields that get no option.
        readers: for some names, what turns the text into the value, in place of what follows from the declaration.

    """

    def decorate(command: Any) -> Any:
        for name, (known, default) in reversed(merged_options(kinds).items()):
            if name not in leave_out:
                command = _click_option(name, known, default, (readers or {}).get(name))(command)
        return command

    return decorate


def _click_option(name: str, known: Option, default: Any, reader: Reader | None) -> Decorator:
    flag = flag_of(name, known)
    text = known.help + (f"  [default: {known.otherwise}]" if known.otherwise else "")
    if known.kind is bool:
        both = flag if default is False else f"{flag}/{flag_against(name, known)}"
        return click.option(both, name, is_flag=True, default=default, help=text)
    flags = [flag] if flag.startswith("--") else [flag, "--" + name.replace("_", "-")]
    several = known.several and reader is None
    return click.option(
        *flags,
        name,
        type=str if reader or several else _type(known),
        callback=reader or (read_several(known) if several else None),
        multiple=known.repeatable,
        default=_default(known, default),
        show_default=default not in (None, ()),
        metavar=known.metavar,
        help=text,
    )


def _default(known: Option, default: Any) -> Any:
    return ",".join(map(str, default)) if isinstance(default, tuple) and not known.repeatable else default


def _type(known: Option) -> Any:
    if known.choices:
        return click.Choice(tuple(known.choices))
    if known.kind is Path:
        return FILE
    ends: dict[str, Any] = {
        "min": known.low if known.above is None else known.above,
        "max": known.high if known.below is None else known.below,
        "min_open": known.above is not None,
        "max_open": known.below is not None,
    }
    if known.kind in (int, float) and not ends["min"] is ends["max"] is None:
        return click.IntRange(**ends) if known.kind is int else click.FloatRange(**ends)
    return known.kind


def read_several(known: Option) -> Reader:
    """Read one value, or several with commas between them."""

    def read(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
        if text is None:
            return None
        try:
            values = tuple(known.kind(part.strip()) for part in str(text).split(","))
        except ValueError:
            raise click.BadParameter(
                f"{text!r} is neither {wanted_number(known)} nor several with commas between them."
            ) from None
        for value in values:
            if known.choices and value not in known.choices:
                raise click.BadParameter(f"{value!r} is none of {', '.join(known.choices)}.")
        return values[0] if len(values) == 1 and known.count is None else values

    return read
