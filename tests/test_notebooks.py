"""The notebooks run from their first cell to the last, and hold no outputs."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"


def code_cells(name: str) -> list[dict[str, Any]]:
    cells = json.loads((FOLDER / name).read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def run(name: str) -> dict[str, Any]:
    """Run the cells as a kernel would, one after the other in one namespace, and give what they leave there."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(code_cells(name), 1):
        exec(compile("".join(cell["source"]), f"{name}, cell {number}", "exec"), namespace)
    return namespace


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.name)
def test_outputs_are_stripped(path: Path) -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code_cells(path.name))


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
