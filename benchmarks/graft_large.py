"""Seconds and peak memory of editing a workbook with a sheet of 1,000,000 rows (over 100 MB of XML).

Three edits, each in a process of its own: the large sheet grafted into a small workbook, a small sheet grafted into the
large workbook, and values set in the large sheet.

    python benchmarks/graft_large.py            # prints
    python benchmarks/graft_large.py --write    # and keeps the table in benchmarks/results/graft_large.md
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date
from pathlib import Path

from peak_memory import peak_mb

ROWS = 1_000_000
LIMIT_MB = 500  # of memory
LIMIT_SECONDS = 60
RESULTS = Path(__file__).parent / "results" / "graft_large.md"
TASKS = ("graft the large sheet", "graft into the large workbook", "set 1,000 values")


def write_large(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet, style = book.add_worksheet("Large"), book.add_format({"num_format": "0.000"})
        for row in range(ROWS):
            sheet.write_number(row, 0, row)
            sheet.write_number(row, 1, row * 0.37, style)
            sheet.write_number(row, 2, row / 7)


def write_small(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet, style = book.add_worksheet("Small"), book.add_format({"bold": True})
        for row in range(1000):
            sheet.write_string(row, 0, f"row {row}", style)


def edit(task: str, large: Path, small: Path, out: Path) -> None:
    """Do one edit and print what it took; runs in a process of its own."""
    from xlcf.ooxml.editor import WorkbookEditor

    start = time.perf_counter()
    with WorkbookEditor(small if task == TASKS[0] else large) as editor:
        if task == TASKS[0]:
            editor.graft(large)
        elif task == TASKS[1]:
            editor.graft(small)
        else:
            editor.set_values("Large", {(row, 2): 0.5 for row in range(1, ROWS + 1, ROWS // 1000)})
        editor.save(out)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "out_mb": out.stat().st_size / 1e6}))


def measure() -> tuple[str, dict[str, dict[str, float]]]:
    """Say what is edited, and give what each edit took."""
    with tempfile.TemporaryDirectory() as folder:
        large, small, out = (Path(folder) / name for name in ("large.xlsx", "small.xlsx", "out.xlsx"))
        write_large(large)
        write_small(small)
        with zipfile.ZipFile(large) as archive:
            size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
        what = f"{ROWS:,} rows of 3 numbers, {size / 1e6:.0f} MB of sheet XML, {large.stat().st_size / 1e6:.0f} MB file"
        took = {}
        for task in TASKS:
            command = [sys.executable, __file__, task, str(large), str(small), str(out)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            took[task] = json.loads(done.stdout)
    return what, took


def machine() -> str:
    """Describe the machine in words."""
    name = platform.processor() or platform.machine()
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{os.cpu_count()} cores of {name}, {platform.system()}, Python {platform.python_version()}"


def table(what: str, took: dict[str, dict[str, float]]) -> str:
    rows = "".join(
        f"| {task} | {each['seconds']:.1f} | {each['peak_mb']:.0f} | {each['out_mb']:.1f} |\n"
        for task, each in took.items()
    )
    return f"""# A sheet of a million rows

{what}. One process, one core. Limits: {LIMIT_SECONDS} s, {LIMIT_MB} MB of memory.

| edit | seconds | peak memory, MB | output, MB |
|---|---|---|---|
{rows}
{date.today().isoformat()}; {machine()}. `make bench-large` measures again.
"""


def main(*, write: bool) -> None:
    what, took = measure()
    text = table(what, took)
    print(text, end="")
    if any(each["peak_mb"] > LIMIT_MB or each["seconds"] > LIMIT_SECONDS for each in took.values()):
        sys.exit("That is beyond the limits.")
    if write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in TASKS:
        edit(sys.argv[1], *map(Path, sys.argv[2:]))
    else:
        main(write="--write" in sys.argv[1:])
