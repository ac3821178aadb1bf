"""An option declared once, as a field of a dataclass: checks, command-line options and commands follow from it.

    @dataclass(frozen=True)
    class Options:
        epochs: int | None = option(None, "Times through the data.", kind=int, low=1, otherwise="5")

        def __post_init__(self) -> None:
            check(self)

The value None stands for what suits the data, and is allowed where it is the default.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from math import isfinite
from numbers import Integral, Real
from typing import Any, TypeVar

from xlcf.errors import InputError

_KEY = "xlcf"

Options = TypeVar("Options")
Verb = TypeVar("Verb", bound=Callable[..., Any])


@dataclass(frozen=True)
class Option:
    """What is known of an option.

    Attributes:
        help: what it does, for the command line.
        flag: its name on the command line, without dashes; empty: the field's name. A single letter stands beside that.
        kind: int, float, str, bool or `pathlib.Path`.
        choices: the texts that are allowed, such as the names in a table of methods; empty for any.
        low: the least number, or None.
        high: the largest number, or None.
        above: a number that it must be above, or None.
        below: a number that it must be below, or None.
        several: whether several values may be given, as a tuple, on the command line with commas between them.
        repeatable: whether several values may be given, as a tuple, on the command line each behind the flag.
        count: how many values it must have where it has several; None for any number.
        metavar: what the command line's help calls the value, where the kind does not say it.
        otherwise: what None stands for, in the command line's help.
        noun: what a sentence calls it; empty: the field's name in words.
        only: for another option, by the field's name, the values with which this one has an effect.

    """

    help: str
    flag: str = ""
    kind: type = str
    choices: Collection[str] = ()
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    several: bool = False
    repeatable: bool = False
    count: int | None = None
    metavar: str | None = None
    otherwise: str = ""
    noun: str = ""
    only: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def option(default: Any, help: str, **known: Any) -> Any:
    """Declare a field with its default and an `Option`."""
    return field(default=default, metadata={_KEY: Option(help, **known)})


def option_of(kind: type, name: str, **changes: Any) -> Any:
    """Declare a field as another dataclass does, with changes of its `Option`."""
    known, default = options_of(kind)[name]
    return field(default=default, metadata={_KEY: replace(known, **changes)})


def options_of(kind: type) -> dict[str, tuple[Option, Any]]:
    """Give the options of a dataclass by name, each with its default, in the order of its fields."""
    return {
        each.name: (each.metadata[_KEY], None if each.default is MISSING else each.default)
        for each in fields(kind)
        if _KEY in each.metadata
    }


def merged_options(kinds: Sequence[type]) -> dict[str, tuple[Option, Any]]:
    """Give the options of several dataclasses by name: where some share a name, the first one's, with all choices."""
    merged: dict[str, tuple[Option, Any]] = {}
    for kind in kinds:
        for name, (known, default) in options_of(kind).items():
            if name in merged:
                first, default = merged[name]
                known = replace(first, choices=tuple(dict.fromkeys([*first.choices, *known.choices])))
            merged[name] = (known, default)
    return merged


def check(options: Any) -> None:
    """Check the values of a dataclass's options.

    Raises:
        InputError: where one is not of its kind or out of its range.

    """
    for name, (known, default) in options_of(type(options)).items():
        value = getattr(options, name)
        if value is None and default is None:
            continue
        noun = known.noun or name.replace("_", " ")
        is_tuple = (known.several or known.repeatable) and isinstance(value, tuple | list)
        values = tuple(value) if is_tuple else (value,)
        if known.several and (not values or (known.count and len(values) != known.count)):
            wanted = f"{known.count} numbers" if known.count else "at least one"
            raise InputError(f"The {noun} must be {wanted}, not {value!r}.")
        for each in values:
            _check_value(noun, known, each)


def _check_value(noun: str, known: Option, value: Any) -> None:
    if known.choices and value not in known.choices:
        raise InputError(f"The {noun} {value!r} is none of {', '.join(known.choices)}.")
    if known.kind not in (int, float):
        return
    is_number = isinstance(value, Integral if known.kind is int else Real) and isfinite(value)
    if not is_number or not _within(known, value):
        raise InputError(f"The {noun} must be {wanted_number(known)}, not {value}.")


def _within(known: Option, value: Any) -> bool:
    return (
        (known.low is None or value >= known.low)
        and (known.high is None or value <= known.high)
        and (known.above is None or value > known.above)
        and (known.below is None or value < known.below)
    )


def wanted_number(known: Option) -> str:
    """Say what number an option takes: `a whole number from 0 to 9`, `a number above 0`."""
    what = "a whole number" if known.kind is int else "a number"
    ends = {
        "from {} to {}": (known.low, known.high),
        "from {} to below {}": (known.low, known.below),
        "between {} and {}": (known.above, known.below),
        "of {} or more": (known.low,),
        "above {}": (known.above,),
        "of {} or less": (known.high,),
        "below {}": (known.below,),
    }
    for words, numbers in ends.items():
        if None not in numbers:
            return f"{what} {words.format(*map(str, numbers))}"
    return what


def flag_of(name: str, known: Option) -> str:
    """Give an option as it is written on the command line: `--learning-rate`, `-o`."""
    return f"-{known.flag}" if len(known.flag) == 1 else "--" + (known.flag or name.replace("_", "-"))


def flag_against(name: str, known: Option) -> str:
    """Give the flag that says no, for an option that is true, false or, by default, None: `--no-libreoffice`."""
    return "--no-" + flag_of(name, known).removeprefix("--")


def has_effect(known: Option, values: Mapping[str, Any]) -> bool:
    """Tell whether an option counts beside the values of the others."""
    return all(values.get(other) in allowed for other, allowed in known.only.items())


def without_effect(options: Any) -> Iterator[str]:
    """Give the sentences that say which options were given and do nothing beside the others."""
    values = vars(options)
    for name, (known, default) in options_of(type(options)).items():
        if values[name] != default and not has_effect(known, values):
            other = next(iter(known.only))
            yield f"`{name}` has no effect with {other.replace('_', ' ')} {values[other]}."


def command_words(kind: type, values: Mapping[str, Any], *, defaults: bool | Collection[str] = False) -> list[str]:
    """Write options as on the command line, those that have an effect and are not the default.

    Args:
        kind: the dataclass.
        values: by name; a name that is missing counts as None.
        defaults: write the defaults too, all or those of some names.

    """
    words: list[str] = []
    for name, (known, default) in options_of(kind).items():
        value = values.get(name)
        with_default = defaults if isinstance(defaults, bool) else name in defaults
        is_given = value not in (None, default) or (with_default and value is not None)
        if is_given and has_effect(known, values):
            words += _words(name, known, default, value)
    return words


def _words(name: str, known: Option, default: Any, value: Any) -> list[str]:
    flag = flag_of(name, known)
    if known.kind is bool:
        no = [] if default is False else [flag_against(name, known)]
        return [flag] if value else no
    parts = [_text(part) for part in (value if isinstance(value, list | tuple) else [value])]
    if known.repeatable:
        return [word for part in parts for word in (flag, part)]
    return [flag, ",".join(parts)]


def _text(value: Any) -> str:
    return f"{value:.17g}" if isinstance(value, float) else str(value)


def options_given(kind: type[Options], options: Options | None, keywords: Mapping[str, Any]) -> Options:
    """Give the options meant: the keywords, in the place of what the options object says where there is one.

    Raises:
        TypeError: where a keyword is no field of the options.
        InputError: where a value is out of its range.

    """
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    for name in keywords:
        if name not in names:
            raise TypeError(f"There is no option {name!r}; there are {', '.join(names)}.")
    if options is None:
        return kind(**keywords)
    if not isinstance(options, kind):
        raise TypeError(f"The options must be {kind.__name__}, not {options!r}; or give them as keywords.")
    return replace(options, **keywords) if keywords else options  # type: ignore[type-var]


def with_keywords_of(kind: type) -> Callable[[Verb], Verb]:
    """Show a dataclass's fields in the signature of a function that takes them as keywords: for help and editors."""

    def shown(verb: Verb) -> Verb:
        signature = inspect.signature(verb)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        known = {each.name for each in own}
        added = [
            inspect.Parameter(
                each.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if each.default is MISSING else each.default,
                annotation=each.type,
            )
            for each in fields(kind)
            if each.name not in known
        ]
        verb.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
        return verb

    return shown
