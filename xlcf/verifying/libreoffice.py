"""LibreOffice as a second calculator: a prepared copy of a workbook, recalculated and read back.

LibreOffice (7.4 and others) computes some things differently from Excel, whatever the values; the copy is prepared so
that it does not matter:

- it trusts cached values unless its configuration says otherwise: a profile of its own says so
- it draws pivot tables anew when it opens a file, over whatever stands there: the copy has none
- SUMXMY2 and its kin count a blank as 0 there, and skip the pair in Excel: written as SUMPRODUCT over pairs of numbers
- it does not know `_xlfn.SINGLE`, the @ of newer Excel: its ordinary formulas intersect without it

Its output is read and thrown away, never handed on; but for workbooks in formats that only LibreOffice reads here.

It runs with a profile of its own, on a copy, without a network: a person's LibreOffice and folders are left alone, and
a workbook with linked pictures tells nobody that it is looked at.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from xlcf.errors import FitError, InputError
from xlcf.formulas.errors import FormulaError
from xlcf.formulas.lexer import Kind, tokens_of
from xlcf.ooxml.markup import serialise
from xlcf.ooxml.package import Package
from xlcf.ooxml.relationships import read_relationships
from xlcf.ooxml.workbook import Workbook, open_workbook

# What differs from LibreOffice's own settings: it always recalculates, and reaches the network through a proxy that is
# not there (port 9 is where nobody answers).
_SETTINGS = {
    "/org.openoffice.Office.Calc/Formula/Load": {"OOXMLRecalcMode": "0"},
    "/org.openoffice.Inet/Settings": {
        **{"ooInetProxyType": "2", "ooInetNoProxy": ""},
        **{"ooInetHTTPProxyName": "127.0.0.1", "ooInetHTTPProxyPort": "9"},
        **{"ooInetHTTPSProxyName": "127.0.0.1", "ooInetHTTPSProxyPort": "9"},
    },
}
_FORMULA = re.compile(rb"(<(?:\w+:)?f(?:\s[^>]*)?>)([^<]+)(?=</)")
# what SUMXMY2(x, y) and its kin sum over the pairs of numbers
_PAIR_SUMS = {"SUMXMY2": "(({x})-({y}))^2", "SUMX2MY2": "({x})^2-({y})^2", "SUMX2PY2": "({x})^2+({y})^2"}


def has_soffice() -> bool:
    """Tell whether LibreOffice is installed."""
    return (shutil.which("soffice") or shutil.which("libreoffice")) is not None


def require_soffice() -> str:
    """Give the path of LibreOffice's program.

    Raises:
        InputError: where it is not installed.

    """
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        raise InputError("LibreOffice is not installed (there is no soffice on the PATH); install it, or go without.")
    return soffice


def recalculate_in_libreoffice(path: str | Path, *, timeout: float = 300) -> Workbook:
    """Let LibreOffice compute all formulas of a copy of a workbook, and read the copy.

    Raises:
        InputError: where LibreOffice is not installed, or the workbook cannot be read.
        FitError: where LibreOffice cannot convert it, needs more than `timeout` seconds, or has no room for a copy.

    """
    require_soffice()
    try:
        with tempfile.TemporaryDirectory(prefix="xlcf-", ignore_cleanup_errors=True) as name:
            copy = Path(name) / "copy.xlsx"
            prepare(path, copy)
            return open_workbook(_to_xlsx(copy, Path(name) / "out", Path(path).name, timeout))
    except OSError as error:
        raise FitError(
            f"There is no place for LibreOffice's copy of {Path(path).name} ({error.strerror}); "
            f"free some space in {tempfile.gettempdir()}."
        ) from error


def convert_to_xlsx(path: str | Path, folder: Path, *, timeout: float = 300) -> Path:
    """Write a workbook in another format (.xls, .xlsb, .ods) as an .xlsx of the same stem in `folder`.

    Raises:
        InputError: where LibreOffice is not installed, or the workbook cannot be read.
        FitError: where LibreOffice cannot convert it, or needs more than `timeout` seconds.

    """
    path = Path(path)
    require_soffice()
    with tempfile.TemporaryDirectory(prefix="xlcf-", ignore_cleanup_errors=True) as name:
        copy = Path(name) / path.name  # LibreOffice puts a lock file beside what it opens
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            raise InputError(f"{path} cannot be read ({error.strerror}).") from error
        return _to_xlsx(copy, folder, path.name, timeout)


def _to_xlsx(source: Path, folder: Path, name: str, timeout: float) -> Path:
    with tempfile.TemporaryDirectory(prefix="xlcf-", ignore_cleanup_errors=True) as profile_name:
        profile = Path(profile_name)
        (profile / "user").mkdir()
        (profile / "user" / "registrymodifications.xcu").write_text(_registry(), encoding="utf-8")
        command = [require_soffice(), f"-env:UserInstallation={profile.as_uri()}", "--headless"]
        command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(source)]
        _run(command, name, timeout)
    converted = folder / f"{source.stem}.xlsx"
    if not converted.exists():
        raise FitError(f"LibreOffice could not open {name}.")
    return converted


def _registry() -> str:
    """Write the settings as a profile holds them."""
    items = "".join(
        f'<item oor:path="{path}">'
        + "".join(f'<prop oor:name="{key}" oor:op="fuse"><value>{text}</value></prop>' for key, text in values.items())
        + "</item>"
        for path, values in _SETTINGS.items()
    )
    return f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'


def _run(command: list[str], name: str, timeout: float) -> None:
    """Run LibreOffice; it is a chain of processes, none of which outlives the call."""
    silent = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)
    except OSError as error:
        raise FitError(f"LibreOffice could not be started ({error.strerror}).") from error
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise FitError(f"LibreOffice did not finish with {name} within {timeout:g} seconds.") from None
    finally:  # Ctrl+C, too
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def prepare(path: str | Path, target: str | Path) -> None:
    """Write a copy of a workbook that LibreOffice computes as Excel does; see the module's docstring."""
    with Package(path) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in package.names:
            content = package.read(name)
            if name.endswith(".rels"):
                content = _without_pivot_tables(package, name)
            elif re.search(rb"SUMX2?[MP]Y2|_xlfn\.SINGLE", content):
                content = _FORMULA.sub(_translated, content)
            archive.writestr(name, content)


def _without_pivot_tables(package: Package, name: str) -> bytes:
    """Give a part of relationships without those that lead to pivot tables."""
    root = package.xml(name)
    for element, link in list(read_relationships(root, name, package.find)):
        if link.kind == "pivotTable":
            root.remove(element)
    return serialise(root)


def _translated(match: re.Match[bytes]) -> bytes:
    text = html.unescape(match[2].decode("utf-8", "surrogateescape"))
    try:
        text = translate(text)
    except (FormulaError, IndexError):
        return match[0]
    return match[1] + html.escape(text, quote=False).encode("utf-8", "surrogateescape")


def translate(formula: str) -> str:
    """Write a formula, without its leading `=`, so that LibreOffice computes it as Excel does."""
    pending: list[tuple[str, list[str]]] = [("", [""])]
    for token in tokens_of(formula):
        if token.kind is Kind.FUNCTION or (token.kind is Kind.SIGN and token.source in ("(", "{")):
            pending.append((token.source, [""]))
            continue
        name, arguments = pending[-1]
        if token.kind is Kind.SIGN and token.source in (")", "}"):
            pending.pop()
            pending[-1][1][-1] += _call(name, arguments, token.source)
        elif token.kind is Kind.SIGN and token.source == "," and name.endswith("("):
            arguments.append("")
        else:
            arguments[-1] += token.source
    return pending[0][1][0]


def _call(opening: str, arguments: list[str], closing: str) -> str:
    name = opening.rstrip("(").upper()
    if name in _PAIR_SUMS and len(arguments) == 2:
        x, y = arguments
        both = f"ISNUMBER({x})*ISNUMBER({y})"
        return f"SUMPRODUCT(IF({both},{_PAIR_SUMS[name].format(x=x, y=y)},0))"
    if name == "_XLFN.SINGLE" and len(arguments) == 1:
        return f"({arguments[0]})"
    return opening + ",".join(arguments) + closing
