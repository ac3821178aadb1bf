"""How sheets look on paper and on screen: what is printed, what charts show, how numbers are rounded."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from colorsys import rgb_to_hls
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries

from tests.report.test_explore_book import make_fitted as make_model
from tests.report.test_live_book import make_fitted
from tests.report.test_report_book import make_report, make_result, showcase, write
from xlcf.exploring import ExploreOptions, explore
from xlcf.lab import write_lab
from xlcf.lab.line import LINE
from xlcf.report.explore_book import write_explore_book
from xlcf.report.line_chart import Axis, Points, add_line, line_chart
from xlcf.report.live_book import write_live_book
from xlcf.report.page import Page
from xlcf.report.style import diverging_scale, error_format
from xlcf.solver.solution import History
from xlcf.verifying.libreoffice import has_soffice

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STEPS = 65  # of the laboratory
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def charts_of(path: Path) -> list[ElementTree.Element]:
    """Read the charts of a workbook in the order of their numbers."""
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        names.sort(key=lambda name: int(re.search(r"\d+", name)[0]))
        return [ElementTree.fromstring(package.read(name)) for name in names]


def title_of(chart: ElementTree.Element) -> str:
    return "".join(text.text or "" for text in chart.iterfind(f"./{CHART}chart/{CHART}title//{DRAWING}t"))


def series_of(chart: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """Read the series of a chart by name."""
    return {series.findtext(f"{CHART}tx//{CHART}v", ""): series for series in chart.iter(f"{CHART}ser")}


def colour_of(series: ElementTree.Element) -> str:
    return series.find(f"{CHART}spPr/{DRAWING}ln/{DRAWING}solidFill/{DRAWING}srgbClr").get("val")


def marker_of(series: ElementTree.Element) -> str:
    return series.find(f"{CHART}marker/{CHART}symbol").get("val")


def printed(sheet: Any) -> list[tuple[int, int, int, int]]:
    """Read a sheet's print areas: first column, first row, last column, last row, counted from 1."""
    return [range_boundaries(area.rpartition("!")[2].replace("$", "")) for area in str(sheet.print_area).split(",")]


@pytest.fixture(scope="module")
def fitted_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the report of a fit of 15 x 15 ratings with 400 iterations."""
    steps = 400
    iteration = np.arange(steps)
    report = showcase()
    history = History(iteration, np.geomspace(2.5, report.result.objective_end, steps), iteration + 1, iteration / 100)
    result = replace(report.result, history=history, options={"learning_rate": 0.31622776601683794})
    return write(tmp_path_factory.mktemp("fit"), replace(report, result=result))


@pytest.fixture(scope="module")
def lab_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a laboratory."""
    path = tmp_path_factory.mktemp("lab") / "lab.xlsx"
    write_lab(path, steps=STEPS)
    return path


def test_grids_are_one_page_wide_and_all_of_them_is_printed(fitted_book: Path) -> None:
    book = openpyxl.load_workbook(fitted_book)
    for name in ("Predictions", "Residuals", "Factors"):
        sheet = book[name]
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows is not None
    grid, misses = printed(book["Residuals"])
    residuals = book["Residuals"]
    rmse, caption = (
        next(cell for row in residuals.iter_rows() for cell in row if cell.value == text)
        for text in ("RMSE", "The largest residuals")
    )
    assert grid[2] == rmse.column  # the column of the users' RMSE is the last
    assert grid[3] >= rmse.row + 15 + 15
    assert misses[:2] == (caption.column, caption.row)
    assert misses[2] == residuals.max_column
    assert misses[3] == caption.row + 1 + 15


@given(rows=st.integers(0, 500), most=st.integers(1, 300))
def test_of_a_long_table_the_first_rows_are_printed_and_the_footer_says_so(rows: int, most: int) -> None:
    book = xlsxwriter.Workbook("unused.xlsx", {"in_memory": True})  # never written
    page = Page(book, "Long")
    page.print_table((2, 3), 3 + rows, 6, most)
    sheet = page.sheet
    shown = min(rows, most)
    assert sheet.print_area_range == f"Long!$A$1:$G${4 + shown}"
    assert sheet.repeat_row_range == "Long!$3:$4"
    assert (f"The first {most:,} of {rows:,} rows." in sheet.footer) == (rows > most)
    assert "&A" in sheet.footer
    assert "Page &P of &N" in sheet.footer


def test_the_fits_tables_print_their_first_rows(fitted_book: Path) -> None:
    book = openpyxl.load_workbook(fitted_book)
    sheet = book["Convergence"]
    ((_, first, last_column, last),) = printed(sheet)
    assert (first, last_column) == (1, sheet.max_column)
    assert last < 45
    assert f"of {400:,} rows" in sheet.oddFooter.center.text
    for sheet in book:
        assert sheet.oddFooter.left.text == "&A"
        assert "&P" in sheet.oddFooter.right.text


@pytest.mark.skipif(not has_soffice() or shutil.which("pdfinfo") is None, reason="needs LibreOffice and pdfinfo")
def test_a_fit_of_fifteen_by_fifteen_takes_seven_pages(fitted_book: Path, tmp_path: Path) -> None:
    soffice = shutil.which("soffice") or "soffice"
    command = [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(fitted_book)], check=True, capture_output=True, timeout=240
    )
    said = subprocess.run(["pdfinfo", str(tmp_path / "out.pdf")], check=True, capture_output=True, text=True).stdout
    pages = int(re.search(r"Pages:\s+(\d+)", said)[1])
    # Summary, Factors, Predictions, Recommendations and Convergence one each, Residuals two; and one to spare, since
    # fonts differ
    assert 7 <= pages <= 8


def test_the_same_error_has_the_same_decimals_on_each_sheet(fitted_book: Path) -> None:
    book = openpyxl.load_workbook(fitted_book)
    summary, residuals, convergence = book["Summary"], book["Residuals"], book["Convergence"]
    shown = next(row[3] for row in summary.iter_rows() if row[1].value == "RMSE")
    corner = residuals.cell(*_corner(residuals))
    formats = {shown.number_format, corner.number_format, convergence.cell(convergence.max_row, 3).number_format}
    assert len(formats) == 1


def _corner(sheet: Any) -> tuple[int, int]:
    """Find the RMSE of all residuals: where the row and the column called RMSE meet."""
    across, down = [cell for row in sheet.iter_rows() for cell in row if cell.value == "RMSE"]
    return down.row, across.column


def test_titles_are_never_cut_in_a_word(fitted_book: Path) -> None:
    """A title wider than its column is wrapped, or made smaller."""
    book = openpyxl.load_workbook(fitted_book)
    titles = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith("Raiders of the Lost Ark")
    ]
    assert {cell.parent.title for cell in titles} == {"Factors", "Predictions", "Residuals", "Recommendations"}
    assert all(cell.alignment.wrap_text or cell.alignment.shrink_to_fit for cell in titles)


def test_options_are_said_with_the_digits_that_a_person_reads(fitted_book: Path) -> None:
    values = [cell.value for row in openpyxl.load_workbook(fitted_book)["Summary"].iter_rows() for cell in row]
    assert "learning_rate = 0.316228" in values


@given(st.floats(1e-9, 1e9))
def test_error_formats_show_six_digits_and_six_decimals_where_they_do(size: float) -> None:
    shown = error_format(size)
    if "E" not in shown and size > 1e-3:
        assert len(shown.partition(".")[2]) <= 6
        decimals = len(shown.partition(".")[2]) if "." in shown else 0
        assert abs(float(f"{size:.{decimals}f}") - size) <= 5e-6 * max(size, 1)


def test_a_change_of_nothing_is_not_painted(tmp_path: Path) -> None:
    result = make_result()
    result = replace(result, x=result.x_start + 1e-9)
    path = write(tmp_path, make_report(None, None, None, result=result))
    ((_, rules),) = openpyxl.load_workbook(path)["Variables"].conditional_formatting._cf_rules.items()
    low, middle, high = (float(point.val) for point in rules[0].colorScale.cfvo)
    assert middle == 0
    assert high == -low
    assert 1e-9 / high < 1e-4  # a ten-thousandth of the way to the full colour


@given(st.floats(1e-12, 1e6), st.floats(0, 1e3))
def test_diverging_colours_are_pale_at_zero_and_symmetric(size: float, least: float) -> None:
    scale = diverging_scale(np.array([size, -size / 2, 0.0, np.nan]), least=least)
    assert scale["mid_value"] == 0
    assert scale["max_value"] == -scale["min_value"] == max(size, least)
    red, green, blue = (int(str(scale["mid_color"])[place : place + 2], 16) for place in (1, 3, 5))
    assert min(red, green, blue) > 240


# charts


@given(st.floats(0, 10), st.floats(0.5, 1e7), st.sampled_from(["0", "#,##0", "0.0"]))
def test_labels_of_an_axis_stand_apart_and_differ(low: float, length: float, number: str) -> None:
    low, high = round(low), round(low) + max(1, round(length))
    book = xlsxwriter.Workbook("unused.xlsx", {"in_memory": True})  # never written
    chart = line_chart(book, "Title", Axis("x", low, high, number=number), Axis("y"))
    unit = chart.x_axis["major_unit"]
    ticks = np.arange(low, high + unit / 1e6, unit)
    texts = [f"{tick:,.1f}" if number == "0.0" else f"{tick:,.0f}" for tick in ticks]
    assert len(set(texts)) == len(texts)
    assert 1 <= len(texts) <= 11
    # about 5 pixels a digit at 9 points; the smallest charts leave 350 pixels to the axis
    assert sum(5 * len(text) for text in texts) < 350


def test_dots_are_drawn_where_they_are_asked_for(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "dots.xlsx")
    sheet = book.add_worksheet("S")
    chart = line_chart(book, "Title", Axis("x"), Axis("y"))
    for name, dots in (("with", True), ("without", False)):
        add_line(chart, name, Points("S", 0, 3, 0, 1), "#0072B2", dots=dots)
    sheet.insert_chart(0, 3, chart)
    book.close()
    (chart,) = charts_of(tmp_path / "dots.xlsx")
    assert {name: marker_of(series) for name, series in series_of(chart).items()} == {
        "with": "circle",
        "without": "none",
    }


def test_adam_and_adamw_differ_in_hue_and_dashes_under_weight_decay(lab_book: Path) -> None:
    both = [series for chart in charts_of(lab_book) if set(series := series_of(chart)) == {"Adam", "AdamW"}]
    assert len(both) == 1 + len(LINE.names)
    for series in both:
        hues = []
        for one in series.values():
            colour = colour_of(one)
            hues.append(360 * rgb_to_hls(*(int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)))[0])
        apart = abs(hues[0] - hues[1]) % 360
        assert min(apart, 360 - apart) > 60
        dashes = {one.find(f"{CHART}spPr/{DRAWING}ln/{DRAWING}prstDash").get("val") for one in series.values()}
        assert len(dashes) == 2


def test_lab_sheets_print_the_first_steps_beside_the_charts(lab_book: Path) -> None:
    with zipfile.ZipFile(lab_book) as package:
        names = ElementTree.fromstring(package.read("xl/workbook.xml")).iter(f"{MAIN}definedName")
        areas = [name.text or "" for name in names if name.get("name") == "_xlnm.Print_Area"]
        setups = [
            ElementTree.fromstring(package.read(f"xl/worksheets/sheet{number}.xml")).find(f"{MAIN}pageSetup").attrib
            for number in range(2, 2 + len(areas))
        ]
    assert len(areas) == 15
    bottoms = [range_boundaries(area.rpartition("!")[2].replace("$", ""))[3] for area in areas]
    assert all(40 <= bottom < 7 + STEPS for bottom in bottoms)
    assert all(setup.get("fitToHeight", "1") == "1" for setup in setups)


def test_the_data_of_the_lab_is_whole_and_the_credit_stands_below(lab_book: Path) -> None:
    cells = {
        (cell.row, cell.column): cell.value
        for row in openpyxl.load_workbook(lab_book, read_only=True)["Lab"].iter_rows()
        for cell in row
        if cell.value is not None
    }
    top, left = next(place for place, value in cells.items() if value == LINE.example)
    count = len(LINE)
    assert [cells[top + 1 + place, left] for place in range(count)] == list(range(1, count + 1))
    assert (top + 1 + count, left) not in cells  # a blank row, then the credit
    assert "MovieLens" in str(cells[top + 2 + count, left])


def test_captions_of_a_cold_start_stand_above_the_headers(tmp_path: Path) -> None:
    write_live_book(tmp_path / "live.xlsx", make_fitted(clip=(0.5, 5.0)))
    sheet = openpyxl.load_workbook(tmp_path / "live.xlsx")["New user"]
    caption, header = (
        next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)
        for text in ("What you have rated", "movieId")
    )
    assert (caption.row, caption.column) == (header.row - 1, header.column)
    assert sheet.print_title_rows == f"${caption.row}:${header.row}"


def test_labels_of_the_map_cover_no_label_and_no_dot(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    model = make_model()
    items = 90
    factors = replace(
        model.predictor,
        item_factors=rng.normal(0, 0.5, (items, 3)),
        item_bias=rng.normal(size=items),
    )
    titles = [f"A title of the number {number} (1999)" for number in range(items)]
    model = make_model(
        predictor=factors,
        item_ids=list(range(items)),
        item_titles=titles,
        item_counts=np.arange(items, 0, -1),
        ratings=None,
        metrics={"valid_rmse": 0.9},
    )
    found = explore(model, ExploreOptions(top=4, minimum_count=1))
    write_explore_book(tmp_path / "map.xlsx", found)
    large = charts_of(tmp_path / "map.xlsx")[1]  # the first is the Summary's
    width, height = 1080, 600
    layout = large.find(f".//{CHART}plotArea/{CHART}layout/{CHART}manualLayout")
    share = {name: float(layout.find(f"{CHART}{name}").get("val")) for name in ("w", "h")}
    plot = np.array([width * share["w"], height * share["h"]])
    ends = [
        [float(axis.find(f"{CHART}scaling/{CHART}{end}").get("val")) for end in ("min", "max")]
        for axis in large.iter(f"{CHART}valAx")
    ]
    lows, highs = np.array(ends).T
    rows = list(openpyxl.load_workbook(tmp_path / "map.xlsx")["Map"].iter_rows(values_only=True))
    table = {row[2].split(" (")[0]: row[3:5] for row in rows if row[2] and "title of" in str(row[2])}
    assert len(table) == items
    pixels = {name: (np.array(scores) - lows) / (highs - lows) * plot for name, scores in table.items()}
    boxes = {}
    for name, series in series_of(large).items():
        if name in pixels:
            position = series.find(f".//{CHART}dLblPos")
            side = "r" if position is None else position.get("val")  # right of the point unless it says otherwise
            (x, y), long, tall = pixels[name], 5.0 * len(name), 11.0  # a little less than a label takes
            left, bottom = {
                "r": (x + 5, y - tall / 2),
                "l": (x - 5 - long, y - tall / 2),
                "t": (x - long / 2, y + 5),
                "b": (x - long / 2, y - 5 - tall),
            }[side]
            boxes[name] = left, bottom, left + long, bottom + tall
    assert len(boxes) >= 10
    for name, (left, bottom, right, top) in boxes.items():
        for x, y in pixels.values():
            assert not (left < x < right and bottom < y < top)
        for other, (left2, bottom2, right2, top2) in boxes.items():
            assert name == other or not (left < right2 and left2 < right and bottom < top2 and bottom2 < top)
        assert bottom >= 0
        assert top <= plot[1]
