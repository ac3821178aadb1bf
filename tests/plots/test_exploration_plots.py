"""Pictures of an exploration: what they say, the same bytes again, and none without matplotlib."""

import struct
import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import fontManager

from xlcf.errors import InputError
from xlcf.exploring import ExploreOptions, explore
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.plots.exploration import draw_exploration, picture_folder
from xlcf.plots.fonts import silent_boxes, title_fonts
from xlcf.plots.residuals import draw_predicted, draw_residuals
from xlcf.ratings.ratings import Ratings


def make_fitted(n_factors=3, **changes) -> RatingModel:
    rng = np.random.default_rng(1)
    factors = Factors(rng.normal(size=(20, n_factors)), rng.normal(size=(25, n_factors)), rng.normal(size=20) / 5)
    users, items = np.divmod(np.arange(500), 25)
    values = np.clip(np.round(3 + factors.predict_all().ravel() + rng.normal(0, 0.3, 500)), 1, 5)
    titles = [f"Film <{number}> & more ({1970 + number})" for number in range(25)]
    ratings = Ratings(users, items, values, list(range(20)), list(range(25)), titles)
    options = {
        "predictor": factors,
        "user_ids": ratings.user_ids,
        "item_ids": ratings.item_ids,
        "item_titles": titles,
        "user_counts": np.full(20, 25),
        "item_counts": np.full(25, 20),
        "mean": 3.0,
        "rating_range": (1.0, 5.0),
        "is_clipped": False,
        "ratings": ratings,
    }
    return RatingModel(**options | changes)


def texts_of(path):
    """Give the texts in an SVG."""
    return "\n".join(
        "".join(node.itertext()) for node in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    )


def test_every_picture_is_there_as_png_and_svg(tmp_path):
    files = draw_exploration(explore(make_fitted()), tmp_path / "new" / "folder")
    names = ("items-by-bias", "map", "predicted-against-actual", "residuals")
    assert [file.name for file in files] == [f"{name}{suffix}" for name in names for suffix in (".png", ".svg")]
    for file in files[::2]:
        head = file.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", head[16:])
        assert min(width, height) > 400
    assert "Film <3> & more" in texts_of(files[1])
    assert "Film <3> & more" in texts_of(files[3])
    assert "500 ratings" in texts_of(files[5])
    assert "By the user's activity" in texts_of(files[7])


def test_the_same_exploration_gives_the_same_bytes(tmp_path):
    first, second = (draw_exploration(explore(make_fitted()), tmp_path / name) for name in "ab")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_no_figure_is_left_open(tmp_path):
    draw_exploration(explore(make_fitted()), tmp_path)
    assert pyplot.get_fignums() == []


def test_margins_count_all_ratings():
    residuals = explore(make_fitted()).residuals
    _, across, up, *_ = draw_predicted(residuals).axes
    ratings, counts = np.unique(residuals.actual, return_counts=True)
    bars = {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in across.patches if bar.get_height()}
    np.testing.assert_allclose(list(bars), ratings)
    assert list(bars.values()) == counts.tolist()
    assert sum(bar.get_width() for bar in up.patches) == len(residuals.actual)


def test_bands_hold_half_and_nine_tenths_of_the_residuals_of_each_rating():
    residuals = explore(make_fitted()).residuals
    panel = draw_residuals(residuals).axes[0]
    frame = pd.Series(residuals.values).groupby(residuals.actual)
    for band, share in zip(panel.collections, (0.9, 0.5), strict=True):
        corners = band.get_paths()[0].vertices
        for place, (_, residuals) in enumerate(frame):
            edges = corners[corners[:, 0] == place, 1]
            expected = residuals.quantile([(1 - share) / 2, (1 + share) / 2])
            np.testing.assert_allclose([edges.min(), edges.max()], expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"n_factors": 1},
        {"item_titles": None},
        {"ratings": None, "history": [{"loss": 0.25}]},
        {"threshold": 3.5, "mean": 0.6, "predictor": None},
    ],
)
def test_unusual_models_are_drawn_too(changes, tmp_path, monkeypatch):
    monkeypatch.setattr("xlcf.plots.exploration.SUFFIXES", (".svg",))
    changes = dict(changes)
    if "predictor" in changes:
        plain = make_fitted().factors
        changes["predictor"] = Factors(plain.user_factors, plain.item_factors, rating_range=(0.0, 1.0))
    files = draw_exploration(explore(make_fitted(**changes), ExploreOptions(components=2)), tmp_path)
    assert len(files) == (2 if "ratings" in changes else 4)


SCRIPTS = ["七人の侍 (1954)", "기생충 (2019)", "卧虎藏龙 (2000)", "हिन्दी (1990)", "🎬 film (2001)", "\U000f0000 (1960)"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("installed", [True, False])
def test_titles_in_any_script_are_drawn_without_a_warning(tmp_path, monkeypatch, caplog, installed):
    if not installed:
        monkeypatch.setattr("xlcf.plots.fonts._MORE_FONTS", ())
    titles = [SCRIPTS[code % len(SCRIPTS)] for code in range(25)]
    files = draw_exploration(explore(make_fitted(item_titles=titles)), tmp_path)
    assert "七人の侍" in texts_of(files[3])
    assert caplog.text == ""  # matplotlib also logs, to stderr


def test_dollars_in_a_title_are_no_formula(tmp_path):
    title = r"Earn $5 \undefined ^ or $6"
    files = draw_exploration(explore(make_fitted(item_titles=[title] * 25)), tmp_path)
    assert title in texts_of(files[1])
    assert title in texts_of(files[3])


def test_other_warnings_are_not_hidden():
    with silent_boxes(), pytest.warns(UserWarning, match="another"):
        warnings.warn("another", UserWarning, stacklevel=1)


def test_letters_that_the_first_font_lacks_come_from_another_one(monkeypatch):
    """The box of a missing letter is one and the same for all."""
    if "Droid Sans Fallback" not in fontManager.get_font_names():
        pytest.skip("no font that has the letters is installed")

    def drawn(letter):
        canvas = FigureCanvasAgg(pyplot.Figure(figsize=(1, 1)))
        canvas.figure.text(0.2, 0.2, letter, fontsize=40, family=title_fonts())
        with silent_boxes():
            canvas.draw()
        return bytes(canvas.buffer_rgba())

    assert drawn("侍") != drawn("龙")
    monkeypatch.setattr("xlcf.plots.fonts._MORE_FONTS", ())
    assert drawn("侍") == drawn("龙")


def test_what_cannot_be_written_leaves_no_empty_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("xlcf.plots.exploration.save", lambda *_: _full())
    with pytest.raises(InputError, match="full"):
        draw_exploration(explore(make_fitted()), tmp_path / "new" / "folder")
    assert list(tmp_path.iterdir()) == []


def _full():
    raise InputError("The disk is full.")


def test_without_matplotlib_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr("xlcf.plots.files.find_spec", lambda _: None)
    with pytest.raises(InputError, match="install"), picture_folder(tmp_path / "new"):
        pass
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"), picture_folder(tmp_path / "file"):
        pass
