"""The notebooks run from their first cell to the last, and hold the outputs that this gives."""

import io
import json
import math
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?")


def code_cells(name: str) -> list[dict[str, Any]]:
    cells = json.loads((FOLDER / name).read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def run(name: str) -> dict[str, Any]:
    """Run the cells as a kernel would, one after the other in one namespace, and give what they leave there.

    What each prints must be what is stored with it, but for differences as between machines.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(code_cells(name), 1):
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile("".join(cell["source"]), f"{name}, cell {number}", "exec"), namespace)
        stored = "".join("".join(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream")
        assert NUMBER.sub("#", printed.getvalue()) == NUMBER.sub("#", stored)
        pairs = zip(NUMBER.findall(printed.getvalue()), NUMBER.findall(stored), strict=True)
        for first, second in pairs:
            values = [float(text.replace(",", "")) for text in (first, second)]
            assert math.isclose(*values, rel_tol=0.02, abs_tol=1e-9), f"cell {number}: {first} for {second}"
    return namespace


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.name)
def test_outputs_are_stored(path: Path) -> None:
    cells = code_cells(path.name)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert cell["outputs"]
        assert all(output["output_type"] in ("stream", "execute_result", "display_data") for output in cell["outputs"])
        assert all(output.get("name", "stdout") == "stdout" for output in cell["outputs"])  # no warnings
    assert path.stat().st_size < 300_000


def test_one_sheet_several_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(FOLDER)
    left = run("one-sheet-several-ways.ipynb")
    assert left["by_differences"] == pytest.approx(left["gradient"][0], abs=1e-7)
    ends = {entry.method: entry.objective_end for entry in left["found"].entries}
    # Excel's Solver ended at 0.393015
    assert ends["scipy"] < ends["solver"] < 0.39302
    assert ends["adam"] < 0.393015


def test_train_and_recommend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    left = run("train-and-recommend.ipynb")
    assert left["truth"] < left["trained"] < left["truth"] + 0.2 * (left["mean_alone"] - left["truth"])
