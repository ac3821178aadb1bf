"""Options declared once: what is checked, what the command line offers, and the command that repeats a run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from xlcf_cli.console import with_flags
from xlcf_cli.main import loaded_first
from xlcf_cli.options import options_from
from xlcf_cli.train import train

import xlcf
from xlcf.errors import InputError
from xlcf.options import Option, check, command_words, has_effect, merged_options, option, options_of, without_effect
from xlcf.ratings.read_options import ReadOptions
from xlcf.training.options import DataOptions, TrainOptions


@dataclass(frozen=True)
class Oven:
    degrees: int = option(180, "How hot.", kind=int, low=30, high=300)
    minutes: float | None = option(None, "How long.", kind=float, above=0, otherwise="as the recipe says")
    rack: str = option("middle", "Where.", choices=("top", "middle", "bottom"))
    fan: bool = option(False, "Move the air.", kind=bool)
    stages: int | tuple[int, ...] = option(1, "Of rising.", flag="rise", kind=int, low=1, several=True)
    speed: int = option(2, "Of the fan.", kind=int, low=1, only={"fan": (True,)})
    names: tuple[str, ...] = option((), "Who eats.", flag="name", repeatable=True)
    light: bool | None = option(None, "See inside.", kind=bool)
    recipe: Path | None = option(None, "What to follow.", flag="r", kind=Path)

    def __post_init__(self) -> None:
        check(self)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"degrees": 29}, "The degrees must be a whole number from 30 to 300, not 29."),
        ({"degrees": 180.5}, "The degrees must be a whole number from 30 to 300, not 180.5."),
        ({"degrees": None}, "The degrees must be a whole number from 30 to 300, not None."),
        ({"minutes": 0}, "The minutes must be a number above 0, not 0."),
        ({"minutes": float("nan")}, "The minutes must be a number above 0, not nan."),
        ({"minutes": "long"}, "The minutes must be a number above 0, not long."),
        ({"rack": "floor"}, "The rack 'floor' is none of top, middle, bottom."),
        ({"stages": ()}, "The stages must be at least one, not ()."),
        ({"stages": (1, 0)}, "The stages must be a whole number of 1 or more, not 0."),
    ],
)
def test_what_is_out_of_range_is_said(values, sentence):
    with pytest.raises(InputError) as caught:
        Oven(**values)
    assert str(caught.value) == sentence


def run(kind, words):
    """Give the options as a command made from the declaration reads them."""
    taken = {}

    @click.command()
    @options_from(kind)
    def bake(**values):
        taken.update(values)

    bake.main(words, standalone_mode=False)
    return kind(**taken)


@given(
    st.builds(
        Oven,
        degrees=st.integers(30, 300),
        minutes=st.none() | st.floats(0, 1e6, exclude_min=True),
        rack=st.sampled_from(["top", "middle", "bottom"]),
        fan=st.just(True),  # so that its speed counts
        stages=st.integers(1, 9) | st.lists(st.integers(1, 9), min_size=2, max_size=4).map(tuple),
        speed=st.integers(1, 9),
        names=st.lists(st.text("ab -,=", max_size=4)).map(tuple),
        light=st.none() | st.booleans(),
        recipe=st.none() | st.just(Path("a pie.txt")),
    ),
    st.booleans(),
)
def test_the_command_line_gives_the_options_back(oven, defaults):
    assert run(Oven, command_words(Oven, vars(oven), defaults=defaults)) == oven


def test_the_command_leaves_out_defaults_and_what_has_no_effect():
    assert command_words(Oven, vars(Oven())) == []
    assert command_words(Oven, {"degrees": 200, "speed": 5}) == ["--degrees", "200"]
    assert command_words(Oven, {"degrees": 180, "rack": "middle"}, defaults=("rack",)) == ["--rack", "middle"]
    assert command_words(Oven, {"names": ("a", "b"), "light": False, "recipe": "pie"}) == [
        *("--name", "a", "--name", "b"),
        "--no-light",
        *("-r", "pie"),
    ]
    assert command_words(Oven, {"stages": [1, 2], "fan": True, "speed": 5}) == [
        "--fan",
        "--rise",
        "1,2",
        "--speed",
        "5",
    ]


def test_what_was_given_and_does_nothing_is_said():
    assert list(without_effect(Oven(speed=5))) == ["`speed` has no effect with fan False."]
    assert list(without_effect(Oven(speed=5, fan=True))) == []
    assert [sentence.split()[0] for sentence in without_effect(TrainOptions(n_hidden=3, momentum=0.5))] == [
        "`n_hidden`",
        "`momentum`",
    ]


def test_the_command_line_names_its_options_where_the_library_names_parameters():
    offered = {parameter.name: parameter.opts for parameter in train.params}
    for name in (*options_of(TrainOptions), *options_of(DataOptions), "output", "resume"):
        assert with_flags(f"leave out `{name}`.").removeprefix("leave out ").rstrip(".") in offered[name]
    assert with_flags("with `xlcf new` and =NA()") == "with `xlcf new` and =NA()"


PACKAGE = Path(xlcf.__file__).parent


def declaring_classes() -> Iterator[type]:
    """Give every dataclass of the package that declares options, found in its source."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body if "option" in text else ():
            if isinstance(node, ast.ClassDef) and any(
                isinstance(field, ast.AnnAssign)
                and isinstance(field.value, ast.Call)
                and isinstance(field.value.func, ast.Name)
                and field.value.func.id in ("option", "option_of", "_column")
                for field in node.body
            ):
                name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
                yield getattr(import_module(name), node.name)


DECLARING = [*declaring_classes(), TrainOptions]


def offered() -> dict[str, list[click.Option]]:
    """Give the options of all commands by the parameter's name."""
    found: dict[str, list[click.Option]] = {}
    for command in loaded_first():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                found.setdefault(parameter.name or "", []).append(parameter)
    return found


@pytest.mark.parametrize("kind", DECLARING)
def test_every_declared_option_is_offered_by_a_command(kind):
    on_the_command_line = offered()
    for name, (known, _) in options_of(kind).items():
        assert known.help.endswith(".") or ":" in known.help
        own = {text for text in (known.help, known.otherwise) if text}
        assert any(all(text in given.help for text in own) for given in on_the_command_line[name]), name


@pytest.mark.parametrize("kind", [TrainOptions, DataOptions, ReadOptions])
def test_every_field_of_training_is_declared(kind):
    assert list(options_of(kind)) == [
        field.name for field in fields(kind) if not isinstance(field.default, ReadOptions)
    ]


def values_of(known: Option) -> st.SearchStrategy[object]:
    """Give values that an option may have, by what is declared of it."""
    if known.kind is bool:
        return st.booleans()
    if known.choices:
        one = st.sampled_from(sorted(known.choices))
    elif known.kind is int:
        low = int(known.low or 0)
        one = st.integers(low, int(known.high if known.high is not None else low + 10**6))
    elif known.kind is float:
        low, high = (
            known.low if known.above is None else known.above,
            known.high if known.below is None else known.below,
        )
        ends = {"exclude_min": known.above is not None, "exclude_max": known.below is not None}
        one = st.floats(-1e9 if low is None else low, 1e9 if high is None else high, **ends)
    else:
        one = st.text("ab ._-'é", min_size=1, max_size=6).map(known.kind)
    if known.repeatable:
        return st.lists(one, min_size=1, max_size=3).map(tuple)
    if known.several:
        least, most = (known.count, known.count) if known.count else (2, 4)
        many = st.lists(one, min_size=least, max_size=most, unique=True).map(tuple)
        return many if known.count else one | many
    return one


@pytest.mark.parametrize("kind", DECLARING)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.data())
def test_the_command_that_is_written_gives_every_declared_option_back(kind, data):
    declared = options_of(kind)
    chosen = data.draw(st.lists(st.sampled_from(sorted(declared)), max_size=3, unique=True))
    values = {name: data.draw(values_of(declared[name][0]), label=name) for name in chosen}
    try:
        made = kind(**values)
    except InputError:  # options that do not go together
        assume(False)
    words = command_words(kind, vars(made))
    again = run(kind, words)
    for name, (known, default) in declared.items():
        expected = getattr(made, name) if has_effect(known, vars(made)) else default
        assert getattr(again, name) == expected, (name, words)


FLAG = re.compile(r"(?<![\w-])--[a-z]")
NAMES_FLAGS = {
    "options.py": "it writes flags",
    "training/distributed.py": "a flag of torchrun, which is what the reader starts",
    "verifying/libreoffice.py": "the options of LibreOffice",
}


def test_the_library_names_parameters_and_never_a_flag():
    texts = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    found = {
        name
        for name, text in texts.items()
        if FLAG.search(text)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and FLAG.search(node.value)
    }
    assert found == NAMES_FLAGS.keys()


def test_shared_options_are_the_same_in_every_command():
    for name in ("as_json", "quiet", *options_of(ReadOptions)):
        assert len({(tuple(each.opts), each.help) for each in offered()[name]}) == 1, name


def test_the_reference_of_the_commands_shows_every_option():
    docs = pytest.importorskip("mkdocs_click._docs")
    from xlcf_cli.main import cli

    text = "\n".join(docs.make_command_docs("xlcf", cli, depth=1, style="plain"))
    for parameters in offered().values():
        for parameter in parameters:
            assert parameter.opts[0] in text
            assert (parameter.help or "").split("  [default:")[0].split()[-1] in text


def test_options_of_several_dataclasses_are_declared_once():
    @dataclass(frozen=True)
    class Grill:
        rack: str = option("coals", "Over what.", choices=("coals", "top"))
        skewers: int = option(4, "How many.", kind=int)

    merged = merged_options([Oven, Grill])
    known, default = merged["rack"]
    assert (list(known.choices), default) == (["top", "middle", "bottom", "coals"], options_of(Oven)["rack"][1])
    assert merged["skewers"] == options_of(Grill)["skewers"]
    assert list(merged) == [*options_of(Oven), "skewers"]
