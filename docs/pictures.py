"""Draw the pictures of the documentation from `workbooks/top15.xlsx`: `make docs-pictures`."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKBOOK = ROOT / "workbooks" / "top15.xlsx"
FOLDER = ROOT / "docs" / "pictures"
DOTS_PER_INCH = 90  # sharp on a page, and under 200 kB


def draw(folder: Path = FOLDER) -> list[Path]:
    """Draw PNG files in a folder: comparisons of methods and of numbers of factors, items on a map, predictions."""
    import xlcf
    from xlcf.comparing.factor_counts import compare_factor_counts
    from xlcf.exploring import explore
    from xlcf.factorization import recognise
    from xlcf.files.replacing import replacing
    from xlcf.plots.comparison import draw_comparison
    from xlcf.plots.factor_counts import draw_factor_counts
    from xlcf.plots.item_map import draw_item_map
    from xlcf.plots.residuals import draw_predicted

    workbook = xlcf.open_workbook(WORKBOOK)
    problem = xlcf.read_problem(workbook, "dotprod")
    factorization = recognise(problem, workbook)
    if factorization is None:
        raise ValueError(f"{WORKBOOK.name} holds no factorization of ratings")
    found = explore(factorization.model(xlcf.fit(problem).x, WORKBOOK.name))
    assert found.residuals is not None  # a workbook's ratings are known
    figures = {
        "compare": draw_comparison(xlcf.compare(problem, methods=["scipy", "solver", "momentum", "adam"])),
        "factors": draw_factor_counts(compare_factor_counts(problem, factorization, (1, 2, 3, 5, 8, 12), 0)),
        "map": draw_item_map(found),
        "predicted": draw_predicted(found.residuals),
    }
    folder.mkdir(exist_ok=True)
    files = [folder / f"{name}.png" for name in figures]
    for figure, file in zip(figures.values(), files, strict=True):
        with replacing(file) as unfinished:
            figure.savefig(unfinished, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return files


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded: the models are small
    for path in draw():
        print(f"drawn: {path.relative_to(ROOT)}")
