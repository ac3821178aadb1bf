"""A workbook in, a copy of it with a comparison's sheets out: what `xlcf compare` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlcf._version import __version__
from xlcf.bridge.books import OpenBook, open_workbook
from xlcf.bridge.command import command
from xlcf.bridge.fit_records import FitRecords
from xlcf.bridge.models import ModelRead, opened, read_model, read_problem
from xlcf.bridge.outputs import OutputOptions
from xlcf.comparing.comparison import Comparison, Entry
from xlcf.comparing.excel import excel_solution, excel_value
from xlcf.comparing.factor_counts import FactorCounts, compare_factor_counts
from xlcf.comparing.methods import compare_methods
from xlcf.comparing.options import CompareOptions, ExcelResult, FactorCountOptions, PlotOptions
from xlcf.factorization import recognise
from xlcf.files.replacing import check_replaceable
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.workbook import Workbook
from xlcf.options import command_words, options_given, with_keywords_of
from xlcf.plots.files import check_plot, save
from xlcf.report.compare_book import Origin, write_compare_book
from xlcf.solver.problem import Problem

METHODS_MARK, FACTORS_MARK = "xlcf_compare", "xlcf_factors"
"""What the sheets are marked with: each kind replaces its own when a workbook is compared again."""

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Compared:
    """A comparison in a workbook.

    Attributes:
        found: the comparison, of methods or of numbers of factors.
        warnings: sentences that the reader must see.
        other_sheets: sheets with further usable Solver models.
        command: the command line that repeats it.
        output: the workbook that was written.
        sheets: the names that the new sheets have there.
        plots: the pictures that were drawn.

    """

    found: Comparison | FactorCounts
    warnings: tuple[str, ...]
    other_sheets: tuple[str, ...]
    command: str
    output: Path
    sheets: tuple[str, ...]
    plots: tuple[Path, ...]


@with_keywords_of(CompareOptions)
def compare(
    problem: Problem | str | Path | Workbook,
    options: CompareOptions | None = None,
    *,
    sheet: str | None = None,
    **keywords: Any,
) -> Comparison:
    """Compare methods on a workbook's model; nothing is written.

    >>> xlcf.compare("book.xlsx", methods=["solver", "scipy", "adam"], starts=5)

    Args:
        problem: from `read_problem`, or a workbook or its path.
        options: which methods, and how; or give the fields of `CompareOptions` as keywords.
        sheet: the sheet whose model is meant, where `problem` is a workbook; None for the first usable one.
        **keywords: fields of `CompareOptions`.

    Raises:
        InputError: where the workbook or an option cannot be used.
        FitError: where every method failed.

    """
    chosen = options_given(CompareOptions, options, keywords)
    if isinstance(problem, Problem):
        return compare_methods(problem, recognise(problem), chosen)
    workbook = opened(problem)
    stated = read_problem(workbook, sheet)
    return compare_methods(stated, recognise(stated, workbook), chosen)


@with_keywords_of(CompareOptions)
def compare_workbook(
    path: str | Path,
    options: CompareOptions | None = None,
    *,
    sheet: str | None = None,
    output: Path | None = None,
    plots: Sequence[Path] = (),
    excel: ExcelResult | None = None,
    notice: Notice = lambda _: None,
    **keywords: Any,
) -> Compared:
    """Compare methods on a workbook's model, and write a copy of the workbook with sheets that show it.

    Everything else in the copy is as it was. A workbook that was fitted is compared from where that fit started.

    Args:
        path: the workbook.
        options: which methods, and how; or give the fields of `CompareOptions` as keywords.
        sheet: the sheet whose model is meant; None for the first usable one.
        output: the file to write; None for `BOOK.compared.xlsx` (or `.xlsm`) beside the workbook.
        plots: pictures to draw, PNG or SVG by their names.
        excel: what Excel's own Solver reached, if known.
        notice: is told, in a sentence, what the reader must know.
        **keywords: fields of `CompareOptions`.

    Raises:
        InputError: where the workbook, an option or an output cannot be used; nothing is written then.
        FitError: where every method failed; nothing is written then.

    """
    options = options_given(CompareOptions, options, keywords)
    with _opened(path, output, plots) as (opened, target):
        read, editor = read_model(opened.book, sheet, notice, "Comparing"), opened.edit()
        start = FitRecords(editor, opened.book).start(read.problem)
        if start is not None:
            notice("Starting where the last fit of this workbook started.")
        row = None if excel is None else _excel_row(read.problem, excel)
        found = compare_methods(read.problem, read.factorization, options, start=start, excel=row)
        words = command_words(CompareOptions, vars(options)) + command_words(ExcelResult, vars(excel or ExcelResult()))
        return _write(found, read, editor, words, target, plots, METHODS_MARK, output, starts_earlier=start is not None)


def compare_factors_of_workbook(
    path: str | Path,
    factors: Sequence[int],
    *,
    seed: int = 0,
    sheet: str | None = None,
    output: Path | None = None,
    plots: Sequence[Path] = (),
    notice: Notice = lambda _: None,
) -> Compared:
    """Compare numbers of factors for a workbook's model of ratings, and write a copy of the workbook with the answer.

    Args:
        path: the workbook.
        factors: the numbers of factors.
        seed: of folds and random starts.
        sheet: the sheet whose model is meant; None for the first usable one.
        output: the file to write; None for `BOOK.compared.xlsx` (or `.xlsm`) beside the workbook.
        plots: pictures to draw, PNG or SVG by their names.
        notice: is told, in a sentence, what the reader must know.

    Raises:
        InputError: where the workbook, a number or an output cannot be used; nothing is written then.

    """
    with _opened(path, output, plots) as (opened, target):
        read, editor = read_model(opened.book, sheet, notice, "Comparing"), opened.edit()
        found = compare_factor_counts(read.problem, read.factorization, factors, seed)
        words = command_words(FactorCountOptions, {"factors": found.factors.tolist(), "seed": seed})
        return _write(found, read, editor, words, target, plots, FACTORS_MARK, output)


@contextmanager
def _opened(path: str | Path, output: Path | None, plots: Sequence[Path]) -> Iterator[tuple[OpenBook, Path]]:
    """Open the workbook, and give it with the file to write, after refusing outputs that could not be written."""
    for plot in plots:
        check_plot(plot)
    with OpenBook(path) as opened:
        target = OutputOptions(output, made="compared").target(opened.book.source)
        check_replaceable(target)
        yield opened, target


def _excel_row(problem: Problem, excel: ExcelResult) -> Entry | None:
    if excel.excel_workbook is not None:
        return excel_solution(problem, open_workbook(excel.excel_workbook))
    return None if excel.excel_value is None else excel_value(excel.excel_value)


def _write(
    found: Comparison | FactorCounts,
    read: ModelRead,
    editor: WorkbookEditor,
    words: list[str],
    target: Path,
    plots: Sequence[Path],
    mark: str,
    output: Path | None,
    *,
    starts_earlier: bool = False,
) -> Compared:
    source = read.problem.source
    words = [*words, *command_words(OutputOptions, {"output": output}), *command_words(PlotOptions, {"plots": plots})]
    origin = Origin(
        workbook=source.name,
        created=datetime.now().strftime("%Y-%m-%d %H:%M"),
        version=__version__,
        command=command("compare", read.problem, words),
        warnings=read.warnings,
        from_earlier_start=starts_earlier,
    )
    with TemporaryDirectory(prefix="xlcf-") as folder:
        sheets_only = Path(folder) / "compare.xlsx"
        write_compare_book(sheets_only, found, origin)
        names = editor.graft(sheets_only, mark)
        editor.save(target)
    for plot in plots:
        _draw(found, plot)
    return Compared(
        found, read.warnings, read.other_sheets, origin.command, target, tuple(names.values()), tuple(plots)
    )


def _draw(found: Comparison | FactorCounts, path: Path) -> None:
    if isinstance(found, FactorCounts):
        from xlcf.plots.factor_counts import draw_factor_counts

        save(draw_factor_counts(found), path)
    else:
        from xlcf.plots.comparison import draw_comparison

        save(draw_comparison(found), path)
