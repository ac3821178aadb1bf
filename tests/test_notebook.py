"""What results show in a notebook: small tables, with whatever comes from a file escaped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

import xlcf
from xlcf.notebook import MOST_ROWS, facts, shown, table

TOP15 = Path(__file__).parents[1] / "workbooks" / "top15.xlsx"


def seen(result: Any) -> html.HtmlElement:
    return html.fragment_fromstring(result._repr_html_(), create_parent="div")


def named(result: Any) -> dict[str, str]:
    """Give the facts of a result by name."""
    return {row.find("th").text: row.find("td").text for row in seen(result).iter("tr") if row.find("td") is not None}


def rows(result: Any) -> list[list[str]]:
    return [[cell.text or "" for cell in row.iter("td")] for row in seen(result).iter("tr") if row.find("th") is None]


@pytest.fixture(scope="module")
def problem() -> xlcf.Problem:
    return xlcf.read_problem(TOP15, "dotprod")


def test_a_fit_and_a_fit_of_a_workbook(problem: xlcf.Problem, tmp_path: Path) -> None:
    result = xlcf.fit(problem, method="solver", max_iterations=3)
    assert named(result)["objective at the end"] == f"{result.objective_end:.6g}"
    assert result.message in seen(result).text_content()
    done = xlcf.fit_workbook(
        TOP15, method="solver", max_iterations=3, output=xlcf.OutputOptions(output=tmp_path / "out.xlsx")
    )
    assert named(done)["written"] == str(tmp_path / "out.xlsx")
    assert named(done)["RMSE at the end"] == f"{done.rmse:.6g}"


def test_a_comparison_has_a_row_a_method(problem: xlcf.Problem) -> None:
    compared = xlcf.compare(problem, methods=["scipy", "solver"], max_iterations=3)
    assert [row[0] for row in rows(compared)] == ["scipy", "solver"]
    assert [row[2] for row in rows(compared)] == [f"{each.objective_end:.6g}" for each in compared.entries]


def test_a_model_its_ratings_and_what_it_says() -> None:
    model = xlcf.read_rating_model(TOP15)
    assert model.ratings is not None
    assert named(model) | {"users": "15", "items": "15", "factors": "5"} == named(model)
    assert len(rows(model.ratings)) == len([row for row in rows(model.ratings) if row[-1]]) > 0
    found = xlcf.explore(model, top=3)
    titles = model.item_labels()
    best = [titles[found.biases.items[place]] for place in found.biases.best(3)]
    assert [row[1] for row in rows(found) if row[0] == "best"] == best


def test_a_verification_lists_what_was_found() -> None:
    done = xlcf.verify(TOP15, libreoffice=False)
    assert done.verdict in seen(done).text_content()
    assert len(rows(done)) == min(len(done.findings), MOST_ROWS)


def test_what_comes_from_a_file_is_escaped() -> None:
    evil = "<script>alert(1)</script>&"
    model = xlcf.read_rating_model(TOP15)
    assert model.ratings is not None
    for result in (
        replace(model, source=evil, ratings=replace(model.ratings, item_titles=[evil] * 15)),
        replace(model.ratings, item_titles=[evil] * 15, user_name=evil),
        xlcf.explore(replace(model, item_titles=[evil] * 15, source=evil)),
    ):
        text = result._repr_html_()
        assert "<script" not in text
        assert evil in seen(result).text_content()
    for text in (facts(evil, [(evil, evil)], [evil]), table([evil], [[evil]])):
        assert "<script" not in text
        assert html.fromstring(text).text_content().count(evil) >= 1


def test_values_as_a_person_reads_them() -> None:
    assert [shown(value) for value in (None, True, 12345, 0.1234567, float("nan"), "x")] == [
        "", "yes", "12,345", "0.123457", "none", "x",
    ]  # fmt: skip
    long = html.fromstring(f"<div>{table(['n'], [[n] for n in range(MOST_ROWS + 7)])}</div>")
    assert len(long.findall(".//tbody/tr")) == MOST_ROWS
    assert "and 7 more" in long.text_content()
