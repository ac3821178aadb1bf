"""Workbooks written part by part, for what no library writes."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Maker = Callable[..., Path]


@pytest.fixture
def raw_book(tmp_path: Path) -> Maker:
    """Give a maker of workbooks: rows of sheet XML by sheet name, defined names as XML, shared strings as XML.

    A sheet whose rows are None becomes a chart sheet. `parts` replaces or adds parts; None deletes one.
    """

    def make(
        sheets: Mapping[str, str | None],
        names: str = "",
        strings: str = "",
        parts: Mapping[str, str | bytes | None] | None = None,
        main: str = MAIN,
        office: str = OFFICE,
    ) -> Path:
        tabs, links = "", ""
        written: dict[str, str | bytes | None] = {}
        for number, (name, rows) in enumerate(sheets.items(), start=1):
            kind = "chartsheet" if rows is None else "worksheet"
            tabs += f'<sheet name="{name}" sheetId="{number * 7}" r:id="r{number}"/>'
            links += f'<Relationship Id="r{number}" Type="{office}/{kind}" Target="{kind}s/s{number}.xml"/>'
            body = "<chartsheet/>" if rows is None else f"<sheetData>{rows}</sheetData>"
            written[f"xl/{kind}s/s{number}.xml"] = f'<{kind} xmlns="{main}">{body}</{kind}>'
        links += f'<Relationship Id="strings" Type="{office}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        written |= {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{tabs}</sheets>'
            f"<definedNames>{names}</definedNames></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
            **(parts or {}),
        }
        path = tmp_path / "raw.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in written.items():
                if content is not None:
                    archive.writestr(name, content)
        return path

    return make
