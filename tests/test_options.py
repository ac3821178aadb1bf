"""Options declared once: what is checked, what the command line offers, and the command that repeats a run."""

from dataclasses import dataclass, fields

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlcf_cli.console import with_flags
from xlcf_cli.options import options_from
from xlcf_cli.train import train

from xlcf.errors import InputError
from xlcf.options import check, command_words, option, options_of, without_effect
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


def run(words):
    """Give the options as a command made from the declaration reads them."""
    taken = {}

    @click.command()
    @options_from(Oven)
    def bake(**values):
        taken.update(values)

    bake.main(words, standalone_mode=False)
    return Oven(**taken)


@given(
    st.builds(
        Oven,
        degrees=st.integers(30, 300),
        minutes=st.none() | st.floats(0, 1e6, exclude_min=True),
        rack=st.sampled_from(["top", "middle", "bottom"]),
        fan=st.just(True),  # so that its speed counts
        stages=st.integers(1, 9) | st.lists(st.integers(1, 9), min_size=2, max_size=4).map(tuple),
        speed=st.integers(1, 9),
    ),
    st.booleans(),
)
def test_the_command_line_gives_the_options_back(oven, defaults):
    assert run(command_words(Oven, vars(oven), defaults=defaults)) == oven


def test_the_command_leaves_out_defaults_and_what_has_no_effect():
    assert command_words(Oven, vars(Oven())) == []
    assert command_words(Oven, {"degrees": 200, "speed": 5}) == ["--degrees", "200"]
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


@pytest.mark.parametrize("kind", [TrainOptions, DataOptions, ReadOptions])
def test_every_field_of_training_is_declared_and_offered(kind):
    declared = options_of(kind)
    assert list(declared) == [field.name for field in fields(kind) if not isinstance(field.default, ReadOptions)]
    offered = {parameter.name: parameter for parameter in train.params}
    for name, (known, _) in declared.items():
        assert known.help.endswith(".") or ":" in known.help
        assert known.help in offered[name].help
