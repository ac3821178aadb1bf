"""Seconds to load and to recompute workbooks, and how many cells are right, beside other engines for formulas.

Three books: 20,000 shifted formulas, a chain of 50,000 cells (each on the last), 100 distinct functions. Each engine
works in a process of its own, and all in one run; times are processor time, so that other work on the machine counts
little. A formula is right if its value is that of plain Python, to 1e-9. An engine that is not installed, or does not
end in time, is named and left out. LibreOffice does both at once: its time holds its start, too.

    pip install -e '.[bench]'
    python benchmarks/engines.py            # prints
    python benchmarks/engines.py --write    # and keeps the table in benchmarks/results/engines.md
    python benchmarks/engines.py --peers /other/venv/bin/python   # other engines in another environment
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "engines.md"
BOOKS = {"shifted": "20,000 shifted formulas", "chain": "a chain of 50,000", "functions": "100 functions"}
Values = dict[str, Any]


def run_xlcf(path: str, cells: list[str]) -> tuple[float, float, Values]:
    from xlcf.formulas.recalculation import recalculate
    from xlcf.ooxml import open_workbook
    from xlcf.ooxml.references import parse_cell

    begun = time.process_time()
    book = open_workbook(path)
    loaded = time.process_time()
    computed = recalculate(book).values
    done = time.process_time()
    return loaded - begun, done - loaded, {cell: computed.get(("Sheet1", *parse_cell(cell))) for cell in cells}


def run_formulas(path: str, cells: list[str]) -> tuple[float, float, Values]:
    import formulas

    begun = time.process_time()
    model = formulas.ExcelModel().loads(path).finish()
    loaded = time.process_time()
    solution = model.calculate()
    done = time.process_time()
    name = f"'[{Path(path).name}]SHEET1'!"
    found = {cell: solution[name + cell].value[0, 0] for cell in cells if name + cell in solution}
    return loaded - begun, done - loaded, found


def run_pycel(path: str, cells: list[str]) -> tuple[float, float, Values]:
    from pycel import ExcelCompiler

    sys.setrecursionlimit(1_000_000)
    begun = time.process_time()
    model = ExcelCompiler(filename=path)
    loaded = time.process_time()
    found = _each(cells, lambda cell: model.evaluate(f"Sheet1!{cell}"))
    return loaded - begun, time.process_time() - loaded, found


def run_xlcalculator(path: str, cells: list[str]) -> tuple[float, float, Values]:
    from xlcalculator import Evaluator, ModelCompiler

    sys.setrecursionlimit(1_000_000)
    begun = time.process_time()
    evaluator = Evaluator(ModelCompiler().read_and_parse_archive(path))
    loaded = time.process_time()
    found = _each(cells, lambda cell: getattr(evaluator.evaluate(f"Sheet1!{cell}"), "value", None))
    return loaded - begun, time.process_time() - loaded, found


def run_libreoffice(path: str, cells: list[str]) -> tuple[float, float, Values]:
    from xlcf.ooxml.references import parse_cell
    from xlcf.verifying.libreoffice import recalculate_in_libreoffice, require_soffice

    require_soffice()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    book = recalculate_in_libreoffice(path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    values = book.sheets["Sheet1"].values
    return 0.0, spent, {cell: values.get(parse_cell(cell)) for cell in cells}


ENGINES: dict[str, Callable[[str, list[str]], tuple[float, float, Values]]] = {
    "xlcf": run_xlcf,
    "formulas": run_formulas,
    "pycel": run_pycel,
    "xlcalculator": run_xlcalculator,
    "LibreOffice": run_libreoffice,
}


def _each(cells: list[str], evaluate: Callable[[str], Any]) -> Values:
    """Ask an engine for each cell; what it cannot compute is wrong."""
    found: Values = {}
    for cell in cells:
        try:
            found[cell] = evaluate(cell)
        except Exception as error:
            found[cell] = f"{type(error).__name__}"
    return found


def _is_right(value: Any, truth: Any) -> bool:
    if isinstance(truth, bool):
        return bool(value == truth) and type(value).__name__ in ("bool", "bool_", "bool")
    if isinstance(truth, str):
        return str(value) == truth
    try:
        return math.isclose(float(value), truth, rel_tol=1e-9, abs_tol=1e-12)
    except (TypeError, ValueError):
        return False


def _child(engine: str, folder: str, name: str, limit: int) -> None:
    import threading

    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    truth = json.loads(Path(folder, f"{name}.json").read_text(encoding="utf-8"))
    result: dict[str, Any] = {}

    def work() -> None:
        load, compute, values = ENGINES[engine](str(Path(folder, f"{name}.xlsx")), list(truth))
        right = sum(_is_right(values.get(cell), value) for cell, value in truth.items())
        result.update(load=load, compute=compute, right=right)

    threading.stack_size(512 << 20)  # engines that recurse from cell to cell get what they ask for
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    print("\n" + json.dumps(result))


def measure(folder: Path, engine: str, name: str, python: str, limit: int) -> dict[str, Any] | str:
    """Measure one engine on one book; a text says why there is no result."""
    command = [python, __file__, "--limit", str(limit), "--child", engine, str(folder), name]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if -run.returncode in (signal.SIGXCPU, signal.SIGKILL):
        return f"not done in {limit} s"
    if "No module named" in run.stderr:
        return "not installed"
    last = run.stdout.strip().splitlines()[-1:] or [""]
    try:
        result: dict[str, Any] = json.loads(last[0])
    except ValueError:
        result = {}
    errors = run.stderr.strip().splitlines()[-1:]
    return result or (errors[0].split(":")[0] if errors else f"ended with {run.returncode}")


def table(folder: Path, peers: str, limit: int) -> str:
    """Measure all engines on all books; a Markdown table."""
    from engine_books import write_books

    sizes = {name: len(values) for name, values in write_books(folder).items()}
    lines = ["| | " + " | ".join(BOOKS.values()) + " |", "|---" * (len(BOOKS) + 1) + "|"]
    for engine in ENGINES:
        cells = []
        for name in BOOKS:
            python = sys.executable if engine in ("xlcf", "LibreOffice") else peers
            result = measure(folder, engine, name, python, limit)
            if isinstance(result, str):
                cells.append(result)
                continue
            load = f"{result['load']:.2f} + " if engine != "LibreOffice" else ""
            cells.append(f"{load}{result['compute']:.2f} s, {result['right']:,} of {sizes[name]:,} right")
        lines.append(f"| {engine} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--peers", default=sys.executable, help="the Python that has the other engines")
    parser.add_argument("--limit", type=int, default=60, help="seconds of processor time for an engine and a book")
    parser.add_argument("--child", nargs=3)
    options = parser.parse_args()
    if options.child:
        _child(*options.child, options.limit)
        return
    with tempfile.TemporaryDirectory() as folder:
        shown = table(Path(folder), options.peers, options.limit)
    text = f"""# Engines for formulas

Seconds of processor time to load and to recompute, and how many formulas have the right value. An engine that does
both at once has one time, with its start.

{shown}

{date.today()}; {platform.system()}, Python {platform.python_version()}. `python benchmarks/engines.py --write` measures
again.
"""
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
