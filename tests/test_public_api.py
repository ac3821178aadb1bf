"""What `import xlcf` gives: every name, and nothing heavy."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import xlcf

TOP15 = Path(__file__).parents[1] / "workbooks" / "top15.xlsx"
VERBS = {
    "fit": "FitOptions",
    "fit_workbook": "FitOptions",
    "compare": "CompareOptions",
    "compare_workbook": "CompareOptions",
    "train": "TrainOptions",
    "run_training": "TrainOptions",
    "explore": "ExploreOptions",
    "explore_to_files": "ExploreOptions",
}


def loaded_by(code: str) -> set[str]:
    """Give which of the heavy packages a Python of its own has loaded after some code."""
    heavy = "{'torch', 'scipy', 'pandas', 'numba', 'openpyxl', 'matplotlib'}"
    script = f"import sys; {code}; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_import_loads_nothing_heavy() -> None:
    assert loaded_by("import xlcf; xlcf.InputError; dir(xlcf)") == set()
    assert loaded_by("from xlcf_cli.main import cli") == set()


@pytest.mark.parametrize("name", xlcf.__all__)
def test_every_name_is_there(name: str) -> None:
    value = getattr(xlcf, name)
    if name != "__version__":
        assert value.__name__ == name


@pytest.mark.parametrize(("verb", "options"), VERBS.items())
def test_a_verb_shows_the_fields_of_its_options_as_keywords(verb: str, options: str) -> None:
    parameters = inspect.signature(getattr(xlcf, verb)).parameters
    for field in fields(getattr(xlcf, options)):
        assert parameters[field.name].kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    assert "keywords" not in parameters


def test_options_objects_and_keywords_are_one() -> None:
    problem = xlcf.read_problem(TOP15, "dotprod")
    ways = (
        xlcf.fit(problem, xlcf.FitOptions(method="solver", max_iterations=3)),
        xlcf.fit(problem, method="solver", max_iterations=3),
        xlcf.fit(problem, xlcf.FitOptions(method="solver", max_iterations=9), max_iterations=3),
    )
    for way in ways[1:]:
        np.testing.assert_array_equal(way.x, ways[0].x)
        assert way.command == ways[0].command
    compared = xlcf.compare(problem, methods=["scipy"], max_iterations=3)
    assert [result.method for result in compared.results] == ["scipy"]


def test_a_keyword_that_does_not_exist_is_named() -> None:
    for verb in VERBS:
        with pytest.raises(TypeError, match="'staerts'"):
            getattr(xlcf, verb)(TOP15, staerts=3)
    with pytest.raises(TypeError, match="FitOptions"):
        xlcf.fit(TOP15, "adam")


def test_the_models_of_a_workbook_are_found_in_one_way() -> None:
    found = xlcf.find_models(TOP15)
    assert [each.model.sheet for each in found] == ["dotprod", "bias"]
    assert [each.problem is not None for each in found] == [True, True]
    assert [each.model for each in xlcf.find_models(xlcf.open_workbook(TOP15))] == [each.model for each in found]


def test_a_workbooks_factors_are_explored_recommended_from_and_exported(tmp_path: Path) -> None:
    model = xlcf.read_rating_model(TOP15)
    found = xlcf.explore(TOP15, top=3)
    np.testing.assert_array_equal(found.biases.level, xlcf.explore(model, xlcf.ExploreOptions(top=3)).biases.level)
    written = xlcf.explore_to_files(model, top=3, output=tmp_path / "explored.xlsx")
    assert written.output is not None
    assert [sheet.name for sheet in xlcf.open_workbook(written.output)] == list(written.sheets)

    user = model.user_ids[0]
    assert [each.item_id for each in xlcf.recommend(TOP15, user)] == [each.item_id for each in model.recommend(user)]
    title = model.item_labels()[0]
    new = xlcf.recommend(model, new={title: 5.0}, top=4)
    assert model.item_ids[0] not in [each.item_id for each in new]
    assert xlcf.similar(TOP15, title, top=2) == model.similar(title, top=2)
    with pytest.raises(xlcf.InputError, match="either"):
        xlcf.recommend(model)

    book = tmp_path / "model.xlsx"
    assert xlcf.export(model, book, top=2).path == book
    assert not xlcf.verify(book, libreoffice=False).faults


def test_a_fit_loads_torch_only_for_gradient_descent(tmp_path: Path) -> None:
    command = ["fit", str(TOP15), "-o", str(tmp_path / "out.xlsx"), "--max-iterations", "3", "--quiet"]
    run = "from xlcf_cli.main import cli; cli.main({}, standalone_mode=False)"
    for method in ("scipy", "solver"):
        loaded = loaded_by(run.format([*command, "--method", method]))
        assert loaded.isdisjoint({"torch", "pandas", "numba", "matplotlib"})
