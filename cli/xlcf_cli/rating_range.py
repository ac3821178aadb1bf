"""The option `--range LOW,HIGH`."""

from __future__ import annotations

from math import inf

import click


def read_range(_context: click.Context, option: click.Parameter, text: str | None) -> tuple[float, float] | str | None:
    """Read `0.5,5`: the lowest and the highest rating; `data` too where the option's metavar offers it."""
    with_data = "data" in str(option.make_metavar(_context))
    if text is None or (with_data and text == "data"):
        return text
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        asked = "neither data nor two numbers" if with_data else "not two numbers"
        raise click.BadParameter(f"{text!r} is {asked} with a comma between them, such as 0.5,5.") from None
    if not -inf < low < high < inf:
        raise click.BadParameter(f"in {text!r} the first number must be below the second.")
    return low, high
