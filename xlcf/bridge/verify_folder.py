"""All workbooks of a folder checked, several at a time, in one line each."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from xlcf.bridge.verify import verify
from xlcf.errors import InputError, XlcfError

SUFFIXES = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class BookLine:
    """What there is to say of one workbook of a folder.

    Attributes:
        workbook: the file, as seen from the folder.
        size, changed: its bytes, and when it was changed (nanoseconds); by these a later run knows it again.
        sound: whether it has no fault; False where it cannot be read.
        verdict: the sentence that says it.
        faults: how many findings are faults.
        compared, differing, unsupported: how many formulas were compared, differ, and could not be computed.

    """

    workbook: str
    size: int
    changed: int
    sound: bool
    verdict: str
    faults: int = 0
    compared: int = 0
    differing: int = 0
    unsupported: int = 0


def verify_folder(
    folder: str | Path,
    *,
    libreoffice: bool = False,
    resume: str | Path | None = None,
    processes: int | None = None,
    on_book: Callable[[BookLine, int, int], None] | None = None,
) -> list[BookLine]:
    """Check every workbook in a folder and the folders in it; see `verify`.

    Args:
        folder: the folder.
        libreoffice: whether LibreOffice computes the formulas, too.
        resume: a file to which each workbook's line is added as JSON; workbooks that it holds already, and that have
            not changed since, are not checked again.
        processes: how many work at a time; None: as many as there are processors.
        on_book: called with each line, how many workbooks are done, and how many there are.

    Raises:
        InputError: where there is no workbook in the folder, or the file to resume holds something else.

    """
    root = Path(folder)
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in SUFFIXES and path.name[:2] != "~$")
    paths = [path for path in paths if path.is_file()]
    if not paths:
        raise InputError(f"There is no workbook ({', '.join(SUFFIXES)}) in {root}.")
    held = {} if resume is None else {(line.workbook, line.size, line.changed): line for line in _held(Path(resume))}
    lines: dict[Path, BookLine] = {}
    waiting = []
    for path in paths:
        stat = path.stat()
        line = held.get((path.relative_to(root).as_posix(), stat.st_size, stat.st_mtime_ns))
        if line is None:
            waiting.append(path)
        else:
            lines[path] = line
            if on_book is not None:
                on_book(line, len(lines), len(paths))
    for path, line in _checked(root, waiting, libreoffice=libreoffice, processes=processes):
        lines[path] = line
        if resume is not None:
            _keep(Path(resume), line)
        if on_book is not None:
            on_book(line, len(lines), len(paths))
    return [lines[path] for path in paths]


def _checked(
    root: Path, paths: list[Path], *, libreoffice: bool, processes: int | None
) -> Iterator[tuple[Path, BookLine]]:
    count = min(processes or os.cpu_count() or 1, len(paths))
    if count <= 1:
        for path in paths:
            yield path, _line(root, path, libreoffice)
        return
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(_line, root, path, libreoffice): path for path in paths}
        for future in as_completed(running):
            yield running[future], future.result()


def _line(root: Path, path: Path, libreoffice: bool) -> BookLine:
    stat = path.stat()
    where = path.relative_to(root).as_posix(), stat.st_size, stat.st_mtime_ns
    try:
        done = verify(path, libreoffice=libreoffice)
    except XlcfError as error:
        return BookLine(*where, sound=False, verdict=str(error), faults=1)
    values = done.values
    return BookLine(
        *where,
        sound=not done.faults,
        verdict=done.verdict,
        faults=len(done.faults),
        compared=values.compared,
        differing=len(values.differing),
        unsupported=sum(map(len, values.unsupported.values())),
    )


def _keep(path: Path, line: BookLine) -> None:
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]  # without a line that was cut off
    with path.open("r+b" if content else "wb") as file:
        file.truncate(len(whole))
        file.seek(len(whole))
        file.write((json.dumps(asdict(line)) + "\n").encode())


def _held(path: Path) -> list[BookLine]:
    if not path.exists():
        return []
    lines = []
    texts = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, text in enumerate(texts, start=1):
        try:
            lines.append(BookLine(**json.loads(text)))
        except (ValueError, TypeError) as error:
            if number == len(texts) and not text.endswith("\n"):
                break  # a run that was cut off while it wrote
            raise InputError(f"Line {number} of {path} is not of a run of verify; name another file.") from error
    return lines


def summary(lines: list[BookLine]) -> str:
    """Say in one line how many workbooks are sound, and how many formulas are as stored."""
    sound = sum(line.sound for line in lines)
    compared, differing = sum(line.compared for line in lines), sum(line.differing for line in lines)
    beyond = sum(line.unsupported for line in lines)
    return (
        f"{sound:,} of {len(lines):,} workbooks have no fault; {compared - differing:,} of {compared:,} formulas hold "
        f"the value that xlcf computes, {differing:,} another; {beyond:,} could not be computed."
    )
