"""Seconds and peak memory of editing a workbook with a sheet of 1,000,000 rows (over 100 MB of XML).

Three edits, each in a process of its own: the large sheet grafted into a small workbook, a small sheet grafted into the
large workbook, and values set in the large sheet.

    python benchmarks/graft_large.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROWS = 1_000_000
LIMIT_MB = 500


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
    import resource

    from xlcf.ooxml.editor import WorkbookEditor

    start = time.perf_counter()
    with WorkbookEditor(small if task == "graft the large sheet" else large) as editor:
        if task == "graft the large sheet":
            editor.graft(large)
        elif task == "graft into the large workbook":
            editor.graft(small)
        else:
            editor.set_values("Large", {(row, 2): 0.5 for row in range(1, ROWS + 1, ROWS // 1000)})
        editor.save(out)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "out_mb": out.stat().st_size / 1e6}))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        large, small, out = (Path(folder) / name for name in ("large.xlsx", "small.xlsx", "out.xlsx"))
        write_large(large)
        write_small(small)
        with zipfile.ZipFile(large) as archive:
            size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
        print(f"{ROWS:,} rows, {size / 1e6:.0f} MB of sheet XML, {large.stat().st_size / 1e6:.0f} MB file")
        for task in ("graft the large sheet", "graft into the large workbook", "set 1,000 values"):
            command = [sys.executable, __file__, task, str(large), str(small), str(out)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            took = json.loads(done.stdout)
            print(f"{task:30} {took['seconds']:6.1f} s  {took['peak_mb']:6.0f} MB peak  {took['out_mb']:6.1f} MB file")
            if took["peak_mb"] > LIMIT_MB:
                sys.exit(f"more than {LIMIT_MB} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        edit(sys.argv[1], *map(Path, sys.argv[2:]))
    else:
        main()
