"""Limits for hostile input: what it may cost, and what may be raised."""

import resource
import signal
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from xlcf.errors import XlcfError


class TooSlowError(BaseException):
    """The time is up; no `except Exception` on the way catches it."""


def _address_space() -> int:
    with open("/proc/self/statm") as file:  # noqa: PTH123 (of this process)
        return int(file.read().split()[0]) * resource.getpagesize()


@contextmanager
def _within(seconds: float, memory: int) -> Iterator[None]:
    def stop(signal_number: int, frame: object) -> None:  # noqa: ARG001
        raise TooSlowError(f"more than {seconds:g} s of processor time, or ten times as much in all")

    old_limits = resource.getrlimit(resource.RLIMIT_AS)
    old_handlers = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    # processor time, which a busy machine does not change, and time on the clock for what only waits
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 10 * seconds)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory, old_limits[1]))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, old_limits)
        for number, handler in old_handlers.items():
            signal.signal(number, handler)


Within = Callable[..., AbstractContextManager[None]]
Refused = Callable[..., str | None]


@pytest.fixture
def within() -> Within:
    """Give a context manager, `within(seconds, memory)`: more processor time or bytes of address space are an error.

    Time on the clock is limited to ten times as much. Before, load the modules that are needed: loading counts, too.
    """
    return lambda seconds=5.0, memory=1 << 30: _within(seconds, memory)


@pytest.fixture
def refused(within: Within) -> Refused:
    """Give a function that calls another within limits; what comes back is the sentence with which it refused.

    None where it did not refuse. Any exception but xlcf's own is left to fail the test, and a sentence that is none,
    too.
    """

    def call(work: Callable[[], object], **limits: float) -> str | None:
        try:
            with within(**limits):
                work()
        except XlcfError as error:
            sentence = str(error)
            assert sentence
            assert "\n" not in sentence
            assert "Traceback" not in sentence
            return sentence
        return None

    return call


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."

MakeHostile = Callable[..., Path]


@pytest.fixture
def hostile_book(tmp_path: Path) -> MakeHostile:
    """Give a maker of workbooks from markup, by the places where it goes; `parts` replaces or adds whole parts."""

    def make(
        *,
        rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>',
        before: str = "",
        after: str = "",
        strings: str = "<si><t>a</t></si>",
        names: str = "",
        formats: str = "",
        links: str = "",
        sheet: str = "",
        parts: Mapping[str, str | bytes] | None = None,
    ) -> Path:
        overrides = "".join(
            f'<Override PartName="/xl/{part}.xml" ContentType="{_KIND}{kind}+xml"/>'
            for part, kind in (
                ("workbook", "sheet.main"),
                ("worksheets/s1", "worksheet"),
                ("styles", "styles"),
                ("sharedStrings", "sharedStrings"),
            )
        )
        own_links = "".join(
            f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
            for number, (kind, target) in enumerate(
                (("worksheet", "worksheets/s1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")),
                1,
            )
        )
        content: dict[str, str | bytes] = {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="rels" ContentType="{_KIND}relationships+xml"/>{overrides}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            f'<sheet name="S" sheetId="1" r:id="r1"/></sheets><definedNames>{names}</definedNames></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{own_links}{links}'
            "</Relationships>",
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}" count="1" uniqueCount="1">{strings}</sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill/></fills><borders>'
            f"<border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/>{formats}</cellXfs></styleSheet>",
            "xl/worksheets/s1.xml": f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"{sheet}>{before}'
            f"<sheetData>{rows}</sheetData>{after}</worksheet>",
            **(parts or {}),
        }
        path = tmp_path / "hostile.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, text in content.items():
                archive.writestr(name, text)
        return path

    return make
