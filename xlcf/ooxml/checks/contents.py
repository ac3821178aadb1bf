"""A package as the checks see it: all that can be read of it, and a finding for what cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml.checks.finding import Check, Finding
from xlcf.ooxml.content_types import CONTENT_TYPES_PART, ContentTypes
from xlcf.ooxml.package import Package
from xlcf.ooxml.relationships import Relationship, find_name, relationships_source

MALFORMED = Check(
    "malformed-xml",
    "error",
    "parts that are not well-formed XML",
    "Take the part from an older copy, or let Excel repair the file.",
)
UNREADABLE = Check(
    "unreadable-part",
    "error",
    "parts that cannot be unpacked, or that no reader should unpack",
    "Take the file from a backup, or let Excel repair it.",
)

_RELATIONSHIP_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}",
)
_VML_RELATIONSHIP_ID = "{urn:schemas-microsoft-com:office:office}relid"
MAIN_NAMESPACES = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
# Parts that can be large and that hold nothing but records: streamed, by the local name of a record.
_STREAMED = {"sharedStrings": "si", "pivotCacheRecords": "r"}


@dataclass
class Scan:
    """What the XML of one part refers to.

    Attributes:
        relationship_ids: each relationship id that an attribute names, with the element that names it.
        formats: each dxfId, as written, with the element and the attribute that name it.
        selected_views: the windows (`workbookViewId`) in which a sheet's tab is selected.
        records: how many records (shared strings) there are, in parts that are streamed.

    """

    relationship_ids: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    selected_views: list[str] = field(default_factory=list)
    records: int = 0

    def add(self, tree: etree._Element) -> None:
        """Take in an element and all in it."""
        for element in tree.iter(etree.Element):
            for name, value in element.items():
                if not value:
                    continue
                if name[0] == "{":
                    if name.startswith(_RELATIONSHIP_IDS) or name == _VML_RELATIONSHIP_ID:
                        self.relationship_ids.setdefault(value, local_name(element.tag))
                elif name.lower().endswith("dxfid") and element.tag.startswith(MAIN_NAMESPACES):
                    self.formats.setdefault(value, f"{name} of a {local_name(element.tag)}")
                elif name == "tabSelected" and value in ("1", "true"):
                    self.selected_views.append(element.get("workbookViewId", "0"))


@dataclass(frozen=True)
class ListedSheet:
    """A sheet as the workbook part lists it; `part` is None where it has none that exists."""

    name: str
    sheet_id: str
    relationship: str
    kind: str
    part: str | None
    state: str


class Contents:
    """What a package holds.

    Attributes:
        package: the package.
        entries: the names in the zip, as often as they are there.
        parts: the names of its parts, without the content types and the relationships.
        relationship_parts: the names of the parts that hold relationships.
        types: the content types.
        links: by source part (the empty name: the package itself) the relationships that could be read.
        unreadable_links: sources whose relationships could not be read.
        main: the workbook part, or None.
        workbook: its XML, or None.
        tabs: the sheets in tab order.
        scans: by part what its XML refers to; filled in by `scan_parts`, for worksheets while their cells are checked.
        findings: what could not be read.

    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.findings: list[Finding] = []
        self.scans: dict[str, Scan] = {}
        self._failed: set[str] = set()
        self.entries = [info.filename for info in package.entries]
        names = [name for name in package.names if not name.endswith("/")]
        self.relationship_parts = [name for name in names if relationships_source(name) is not None]
        self.parts = [name for name in names if relationships_source(name) is None and name != CONTENT_TYPES_PART]
        self._spelling = {name.lower(): name for name in self.parts}
        self.types = ContentTypes(None)
        self.types = ContentTypes(self.tree(CONTENT_TYPES_PART))
        self.links: dict[str, list[Relationship]] = {}
        self.unreadable_links: set[str] = set()
        self._read_links()
        self.main = next((self.find(link.target) for link in self.links_of("", "officeDocument")), None)
        self.workbook = None if self.main is None else self.tree(self.main)
        if self.workbook is not None and local_name(self.workbook.tag) != "workbook":
            raise InputError(f"{package.path.name} is an Office document, but not an Excel workbook.")
        self.tabs = list(self._list_tabs())

    def find(self, target: str) -> str | None:
        """Give the name of the part that a relationship's target means, or None where there is none."""
        return find_name(target, self._spelling.get)

    def tree(self, part: str | None) -> etree._Element | None:
        """Parse a part; None where it cannot be read, which is a finding."""
        if part is None or part in self._failed:
            return None
        try:
            return self.package.xml(part)
        except InputError as error:
            self.report_unreadable(part, error)
            return None

    def links_of(self, source: str, kind: str) -> list[Relationship]:
        """List a part's relationships of one kind, e.g. `worksheet`."""
        return [link for link in self.links.get(source, []) if link.kind == kind and not link.external]

    def linked(self, kind: str) -> list[str]:
        """List the parts that any relationship of this kind leads to, in the order of the zip."""
        found = {
            self.find(link.target)
            for links in self.links.values()
            for link in links
            if link.kind == kind and not link.external
        }
        return [part for part in self.parts if part in found]

    def sheet_part(self, kind: str) -> str | None:
        """Give the part that the workbook has one of, e.g. `styles`."""
        if self.main is None:
            return None
        return next((part for link in self.links_of(self.main, kind) if (part := self.find(link.target))), None)

    def report_unreadable(self, part: str, error: InputError) -> None:
        """Make a finding of a part that could not be read, once."""
        if part in self._failed:
            return
        self._failed.add(part)
        cause = error.__cause__
        if not isinstance(cause, etree.XMLSyntaxError):
            self.findings.append(UNREADABLE.found(part, str(error)))
            return
        what_is_wrong = " ".join(str(cause.msg).split())
        if self.types.of(part) == _VML or part.lower().endswith(".vml"):
            what = f"The legacy drawing is not well-formed XML ({what_is_wrong}); Excel reads it all the same."
            self.findings.append(MALFORMED.found(part, what, severity="note", mend=""))
        else:
            self.findings.append(MALFORMED.found(part, f"It is not well-formed XML ({what_is_wrong})."))

    def is_readable(self, part: str) -> bool:
        """Whether no attempt to read the part has failed."""
        return part not in self._failed

    def _read_links(self) -> None:
        for part in self.relationship_parts:
            source = relationships_source(part)
            assert source is not None
            source = self._spelling.get(source.lower(), source)
            try:
                self.links[source] = self.package.relationships(source)
            except InputError as error:
                self.report_unreadable(part, error)
                self.unreadable_links.add(source)

    def _list_tabs(self) -> Iterator[ListedSheet]:
        if self.workbook is None or self.main is None:
            return
        links = {link.id: link for link in self.links.get(self.main, [])}
        for element in self.workbook.iterfind("{*}sheets/{*}sheet"):
            id_ = next((value for name, value in element.items() if name.startswith(_RELATIONSHIP_IDS)), "")
            link = links.get(id_)
            yield ListedSheet(
                name=element.get("name", ""),
                sheet_id=element.get("sheetId", ""),
                relationship=id_,
                kind="" if link is None else link.kind,
                part=None if link is None else self.find(link.target),
                state=element.get("state", "visible"),
            )

    def scan_parts(self) -> None:
        """Read every part but the worksheets, and keep what its XML refers to in `scans`."""
        worksheets = {tab.part for tab in self.tabs if tab.kind == "worksheet"}
        records = {part: tag for kind, tag in _STREAMED.items() for part in self.linked(kind)}
        for part in self.parts:
            if part in worksheets or part in self._failed:
                continue
            try:
                if part in records:
                    scan = Scan(records=sum(1 for _ in self.package.iterate(part, records[part])))
                elif self._is_xml(part):
                    scan = Scan()
                    scan.add(self.package.xml(part))
                else:
                    self.package.read(part)
                    continue
                self.scans[part] = scan
            except InputError as error:
                self.report_unreadable(part, error)

    def _is_xml(self, part: str) -> bool:
        kind = self.types.of(part)
        return kind.endswith(("+xml", "/xml")) or part.lower().endswith((".xml", ".vml"))


_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"


def local_name(tag: str) -> str:
    """Strip the namespace off a tag."""
    return tag.rpartition("}")[2]
