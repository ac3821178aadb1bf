"""Pictures: what they say, the same bytes again, and a sentence where they cannot be drawn."""

import re
import struct
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

import xlcf
from xlcf.comparing.factor_counts import compare_factor_counts
from xlcf.comparing.methods import compare_methods
from xlcf.comparing.options import CompareOptions
from xlcf.errors import InputError
from xlcf.factorization import recognise
from xlcf.plots.comparison import draw_comparison
from xlcf.plots.factor_counts import draw_factor_counts
from xlcf.plots.files import check_plot, save

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.fixture(scope="module")
def model():
    problem = xlcf.read_problem(TOP15, "dotprod")
    return problem, recognise(problem)


@pytest.fixture(scope="module")
def comparison(model):
    return compare_methods(*model, CompareOptions(("solver", "scipy", "adam"), max_iterations=20))


def texts(path):
    return {element.text for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")}


def test_the_race_as_svg(comparison, tmp_path):
    path = tmp_path / "race.svg"
    save(draw_comparison(comparison), path)
    said = texts(path)
    assert {"solver", "scipy", "adam", "Solver stops here", "epoch", "evaluations (log scale)"} <= said
    assert {"seconds (log scale)", "distance to the best known (log scale)", "learning rate (log scale)"} <= said
    again = tmp_path / "again.svg"
    save(draw_comparison(comparison), again)
    assert path.read_bytes() == again.read_bytes()


def test_the_race_as_png(comparison, tmp_path):
    path = tmp_path / "race.PNG"
    save(draw_comparison(comparison), path)
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert width > 1200 < height


def test_without_gradient_descent_there_is_nothing_to_say_of_rates(model, tmp_path):
    found = compare_methods(*model, CompareOptions(("scipy",), max_iterations=20))
    save(draw_comparison(found), tmp_path / "one.svg")
    assert not any("learning rate" in (text or "") for text in texts(tmp_path / "one.svg"))


def test_colours_are_those_of_the_sheets(comparison):
    from matplotlib.colors import to_hex

    from xlcf.report.method_colours import method_colour

    panel = draw_comparison(comparison).axes[0]
    drawn = {line.get_label(): to_hex(line.get_color()) for line in panel.lines if not line.get_label().startswith("_")}
    assert drawn.pop("Solver stops here") == drawn["solver"]
    assert drawn == {method: method_colour(method).lower() for method in ("solver", "scipy", "adam")}


def test_solver_stops_where_its_curve_ends(comparison):
    lines = {line.get_label(): line for line in draw_comparison(comparison).axes[0].lines}
    end = lines["Solver stops here"].get_xydata()
    assert end.tolist() == [lines["solver"].get_xydata()[-1].tolist()]
    solver = next(result for result in comparison.results if result.method == "solver")
    assert end[0, 0] == solver.evaluations


def test_numbers_of_factors(model, tmp_path):
    counts = compare_factor_counts(*model, [1, 2])
    save(draw_factor_counts(counts), tmp_path / "factors.svg")
    assert {"over-fitting begins", "fitted ratings", "number of factors", "RMSE"} <= texts(tmp_path / "factors.svg")


@pytest.mark.parametrize(
    ("missing", "needed"),
    [
        ({"matplotlib"}, "matplotlib"),
        ({"seaborn"}, "seaborn"),
        ({"matplotlib", "seaborn"}, "matplotlib and seaborn"),
    ],
)
def test_where_a_library_is_missing_one_sentence_says_how_to_install_it(missing, needed, monkeypatch, tmp_path):
    monkeypatch.setattr("xlcf.plots.files.find_spec", lambda name: None if name in missing else find_spec(name))
    sentence = f'Pictures need {needed}; to install what is missing: python -m pip install "xlcf[plots]".'
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}$"):
        check_plot(tmp_path / "a.png")


def test_nothing_is_loaded_before_a_picture_is_asked_for():
    names = [f"xlcf.plots.{path.stem}" for path in Path(find_spec("xlcf.plots").origin).parent.glob("[a-z]*.py")]
    assert "xlcf.plots.residuals" in names
    check = f"import sys, {', '.join(names)}; assert not {{'matplotlib', 'seaborn'}} & sys.modules.keys()"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
