"""Random workbooks made by XlsxWriter are patched and grafted; openpyxl, the checks and the bytes say what came out."""

import datetime
import random
import re
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from xlcf.ooxml.checks import check_package
from xlcf.ooxml.editor import WorkbookEditor

SHEETS = ("Summary", "Data", "It's", "a & <b>", "Sheet1", "x" * 31, "Zoë 1", "R1C1", "A1")
TABLES = ("Sales", "Ratings", "T_1")
TEXTS = ("", "text", " spaces ", "line\nbreak", "<&>\"'", "_x0041_", "é😀", "=1+1", "Summary!A1")
FORMATS = (
    {},
    {"bold": True},
    {"num_format": "0.000"},
    {"num_format": "[>1]0.0;0.00"},
    {"bg_color": "#FFEEDD", "border": 1},
    {"font_name": "Arial", "font_size": 9, "italic": True},
    {"align": "center", "text_wrap": True, "font_color": "#00FF00"},
    {"num_format": 10, "top": 5, "top_color": "#123456"},
    {"rotation": 45, "locked": False, "underline": 1},
    {"pattern": 3, "fg_color": "#FF00FF", "bg_color": "#00FFFF", "indent": 2},
)


def png(size: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x20\x80\xc0" * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Book:
    """A random workbook, and what was written into it.

    `formulas` maps (sheet, cell) to a template whose {0}, {1}, ... stand for the sheets, {t} for a table and {n} for a
    defined name.
    """

    def __init__(self, path: Path, seed: int, *, chart_sheet: bool = True) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.formulas: dict[tuple[str, str], str] = {}
        self.tables: list[str] = []
        self.names: list[str] = []
        self.sheets = self.random.sample(SHEETS, self.random.randint(1, 4))
        self.chart_sheet = "Chart" if chart_sheet and self.maybe(0.2) else None
        self.write()

    def maybe(self, probability: float = 0.3) -> bool:
        return self.random.random() < probability

    def write(self) -> None:
        book = xlsxwriter.Workbook(self.path, {"strings_to_formulas": False, "strings_to_urls": False})
        if self.maybe():  # so that indices of one and the same format differ between books
            book.add_format({"font_size": self.random.randint(5, 30)})
        formats = [book.add_format(dict(properties)) for properties in FORMATS]
        for name in self.sheets:
            book.add_worksheet(name)
        self.names = ["rate"] if self.maybe() else []
        for name in self.names:
            book.define_name(name, f"={quote_sheetname(self.sheets[0])}!$A$1")
        free_tables = self.random.sample(TABLES, len(TABLES))
        for name in self.sheets:
            sheet = book.get_worksheet_by_name(name)
            if self.maybe(0.25):
                self.add_table(sheet, free_tables.pop() if free_tables else None, formats)
            self.fill(sheet, formats)
            self.decorate(book, sheet, formats)
        if self.chart_sheet:
            sheet = book.add_chartsheet(self.chart_sheet)
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": [self.sheets[0], 0, 0, 5, 0]})
            sheet.set_chart(chart)
        if len(self.sheets) > 1 and self.maybe():
            book.get_worksheet_by_name(self.sheets[-1]).activate()
            if self.maybe():
                book.get_worksheet_by_name(self.sheets[0]).hide()
        book.set_calc_mode(self.random.choice(["auto", "manual"]))
        book.close()

    def fill(self, sheet: xlsxwriter.worksheet.Worksheet, formats: list) -> None:
        for _ in range(self.random.randint(0, 25)):
            row, column = self.random.randint(0, 14), self.random.randint(0, 6)
            style = self.random.choice([None, *formats])
            kind = self.random.choice("nntttbfffad")
            self.formulas.pop((sheet.name, xl_rowcol_to_cell(row, column)), None)
            if kind == "n":
                sheet.write_number(row, column, self.random.choice([0, -1.5, 1 / 3, 1e300, 12345678901]), style)
            elif kind == "t":
                sheet.write_string(row, column, self.random.choice(TEXTS), style)
            elif kind == "b":
                sheet.write_boolean(row, column, self.maybe(), style)
            elif kind == "a":
                sheet.write_array_formula(row, column, row, column, "=SUM(A1:B2*2)", style, 4)
            elif kind == "d":
                sheet.write_dynamic_array_formula(row, column, row, column, "=SORT(A1:A3)", style, 1)
            else:
                self.write_formula(sheet, row, column, style)

    def write_formula(self, sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, style: object) -> None:
        other = self.random.randrange(len(self.sheets))
        there = f"{{{other}}}"
        templates = [f"{there}!A1+1", f'IF({there}!$B$2>0,"Data!A1",{there}!A:A)', "SUM(A1:B3)"]
        templates += ["SUM({t}[a])"] * bool(self.tables) + ["{n}*2"] * bool(self.names)
        template = self.random.choice(templates)
        self.formulas[sheet.name, xl_rowcol_to_cell(row, column)] = template
        value = self.random.choice([0, 1.5, "text <", True])
        sheet.write_formula(row, column, "=" + self.render(template, {}, {}), style, value)

    def render(self, template: str, sheets: dict[str, str], names: dict[str, str]) -> str:
        quoted = [quote_sheetname(sheets.get(name, name)) for name in self.sheets]
        table = self.tables[0] if self.tables else ""
        name = self.names[0] if self.names else ""
        return template.format(*quoted, t=names.get(table, table), n=names.get(name, name))

    def add_table(self, sheet: xlsxwriter.worksheet.Worksheet, name: str | None, formats: list) -> None:
        if name is not None:
            columns = [{"header": "a", "format": self.random.choice(formats)}, {"header": "b", "formula": "=[@a]*2"}]
            sheet.add_table(20, 1, 24, 2, {"name": name, "columns": columns, "data": [[n, 0] for n in range(4)]})
            self.tables.append(name)

    def decorate(self, book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, formats: list) -> None:
        other = quote_sheetname(self.random.choice(self.sheets))
        if self.maybe():
            sheet.set_column(1, 2, 20, self.random.choice(formats))
        if self.maybe():
            sheet.set_row(3, 40, self.random.choice(formats))
        if self.maybe():
            criteria = {"type": "cell", "criteria": ">", "value": f"={other}!$A$1", "format": formats[4]}
            sheet.conditional_format("A1:C9", criteria)
            number = {"type": "cell", "criteria": "<", "value": 0, "format": formats[2]}
            sheet.conditional_format("A1:C9", number)
        if self.maybe():
            sheet.conditional_format("D1:D9", {"type": "data_bar"})
            sheet.conditional_format("E1:E9", {"type": "3_color_scale"})
        if self.maybe():
            chart = book.add_chart({"type": self.random.choice(["line", "scatter", "bar"])})
            chart.add_series(
                {"name": f"={other}!$A$1", "values": f"={other}!$B$1:$B$9", "categories": f"={other}!$A$1:$A$9"}
            )
            sheet.insert_chart("H2", chart)
        if self.maybe(0.2):
            image = self.path.parent / "image.png"
            image.write_bytes(png(self.random.randint(1, 5)))
            sheet.insert_image("H20", str(image))
        if self.maybe(0.2):
            sheet.write_comment("C3", "a comment", {"author": "me"})
        if self.maybe(0.2):
            sheet.write_url("A30", f"internal:{other}!A1", string="go")
            sheet.write_url("A31", "https://example.org/?a=1&b=2")
        if self.maybe(0.2):
            sheet.data_validation("B30", {"validate": "list", "source": f"={other}!$A$1:$A$3"})
        if self.maybe(0.2):
            sheet.merge_range("E20:F21", "merged", formats[6])
        if self.maybe(0.2):
            sheet.repeat_rows(0, 1)
            sheet.print_area("A1:D10")
        if self.maybe(0.2):
            sheet.autofilter("D20:E25")
        if self.maybe(0.2):
            sheet.freeze_panes(1, 1)
            sheet.set_tab_color("#FF0000")
        if self.maybe(0.1):
            sheet.write_datetime("G1", datetime.datetime(2020, 1, 2), formats[2])


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of extensions that it does not read
        return openpyxl.load_workbook(path, rich_text=True)


def look(cell: openpyxl.cell.Cell) -> tuple[str, ...]:
    """Give all that a person sees of a cell's format."""
    return (cell.number_format, *map(repr, (cell.font, cell.fill, cell.border, cell.alignment, cell.protection)))


def value(cell: openpyxl.cell.Cell) -> object:
    held = cell.value
    return (held.ref, held.text) if hasattr(held, "ref") else held


def cells(sheet: openpyxl.worksheet.worksheet.Worksheet) -> Iterator[openpyxl.cell.Cell]:
    for row in sheet.iter_rows():
        yield from row


def faults(path: Path) -> list[str]:
    return [str(finding) for finding in check_package(path).findings if finding.is_fault]


def assert_same_sheet(old: object, new: object, book: Book, sheets: dict[str, str], names: dict[str, str]) -> None:
    """Compare a grafted sheet with what XlsxWriter wrote, both as openpyxl reads them."""
    for cell in cells(old):
        twin = new[cell.coordinate]
        assert look(cell) == look(twin), cell.coordinate
        template = book.formulas.get((old.title, cell.coordinate))
        if template is not None and str(cell.value).startswith("="):
            assert twin.value == "=" + book.render(template, sheets, names)
        elif not (isinstance(value(cell), str) and "[" in value(cell)):  # a table's column is checked below
            assert value(cell) == value(twin), cell.coordinate
        assert (cell.comment and cell.comment.text) == (twin.comment and twin.comment.text)
    assert {key: (c.width, c.min, c.max, look(c)) for key, c in old.column_dimensions.items()} == {
        key: (c.width, c.min, c.max, look(c)) for key, c in new.column_dimensions.items()
    }
    assert old.row_dimensions[4].height == new.row_dimensions[4].height
    assert look(old.row_dimensions[4]) == look(new.row_dimensions[4])
    assert old.merged_cells.ranges == new.merged_cells.ranges
    assert old.print_title_rows == new.print_title_rows
    assert old.auto_filter.ref == new.auto_filter.ref
    assert old.freeze_panes == new.freeze_panes
    assert [(names.get(t.name, t.name), t.ref, t.column_names) for t in old.tables.values()] == [
        (t.displayName, t.ref, t.column_names) for t in new.tables.values()
    ]
    assert rules(old) == rules(new)
    assert len(old._charts) == len(new._charts)
    assert [v.sqref for v in old.data_validations.dataValidation] == [
        v.sqref for v in new.data_validations.dataValidation
    ]


def rules(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[tuple]:
    found = []
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            style = rule.dxf
            found.append((str(area.sqref), rule.type, rule.priority, re.sub(r"numFmtId=\d+", "", repr(style))))
    return sorted(found, key=lambda item: item[:3])


def check_graft(seed: int, folder: Path) -> None:
    target, source = (
        Book(folder / "target.xlsx", 2 * seed),
        Book(folder / "source.xlsx", 2 * seed + 1, chart_sheet=False),
    )
    before = parts(target.path)
    active = seed % 2 == 0
    out = folder / "out.xlsx"
    with WorkbookEditor(target.path) as editor:
        sheets = editor.graft(source.path, active=active)
        editor.store("xlcf", {"seed": seed})
        editor.save(out)
    after = parts(out)
    assert parts(target.path) == before
    assert faults(out) == []

    # what was there is there, byte for byte but for the parts that list things, and the sheet that was active
    assert list(before) == [name for name in after if name in before]
    lists = {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "docProps/app.xml",
    }
    lists |= {"xl/sharedStrings.xml", "xl/metadata.xml"}
    for name in set(before) - lists:
        if before[name] != after[name]:
            assert active
            assert re.sub(rb' tabSelected="1"', b"", before[name], count=1) == after[name]

    old, new, made = read(target.path), read(out), read(source.path)
    all_target = [*target.sheets, *([target.chart_sheet] if target.chart_sheet else [])]
    assert new.sheetnames == [*all_target, *(sheets[name] for name in source.sheets)]
    names = {name: f"{name}_2" for name in source.tables if name in target.tables}
    names |= {name: f"{name}_2" for name in source.names if name in target.names}
    for name in target.sheets:
        assert_same_sheet(old[name], new[name], target, {}, {})
        assert old[name].sheet_state == new[name].sheet_state
    for name in source.sheets:
        assert_same_sheet(made[name], new[sheets[name]], source, sheets, names)
    assert new.active.title == (sheets[source.sheets[0]] if active else old.active.title)
    for name in source.names:
        named = new.defined_names[names.get(name, name)].value
        assert named == f"{quote_sheetname(sheets[source.sheets[0]])}!$A$1"

    # again: the same sheets, not more, and nothing else
    again = folder / "again.xlsx"
    with WorkbookEditor(out) as editor:
        assert editor.load("xlcf") == {"seed": seed}
        assert editor.graft(source.path, active=active) == sheets
        editor.save(again)
    assert faults(again) == []
    twice = parts(again)
    assert set(twice) == set(after)
    for name in set(after) - {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}:
        assert twice[name] == after[name], (name, twice[name][:300], after[name][:300])
    assert read(again).sheetnames == new.sheetnames
    assert sorted(re.findall(rb"<definedName .*?</definedName>", twice["xl/workbook.xml"])) == sorted(
        re.findall(rb"<definedName .*?</definedName>", after["xl/workbook.xml"])
    )

    # and gone again
    with WorkbookEditor(again) as editor:
        assert editor.marked_sheets() == sheets
        editor.remove_marked_sheets()
        editor.save(again)
    assert faults(again) == []
    bare = read(again)
    assert bare.sheetnames == all_target
    for name in target.sheets:
        assert_same_sheet(old[name], bare[name], target, {}, {})
    assert set(parts(again)) - set(before) <= {
        *("xl/sharedStrings.xml", "xl/metadata.xml", "customXml/item1.xml", "customXml/itemProps1.xml"),
        "customXml/_rels/item1.xml.rels",
    }


def check_patch(seed: int, folder: Path) -> None:
    book = Book(folder / "book.xlsx", seed)
    chance = random.Random(seed)
    name = chance.choice(book.sheets)
    old = read(book.path)
    values = {
        (chance.randint(1, 30), chance.randint(1, 12)): chance.choice([1.5, -2, 1 / 3, True, "new <text>", None])
        for _ in range(chance.randint(1, 20))
    }
    out = folder / "out.xlsx"
    with WorkbookEditor(book.path) as editor:
        editor.set_values(name, values)
        editor.save(out)
    assert faults(out) == []
    before, after = parts(book.path), parts(out)
    assert list(before) == list(after)
    part = f"xl/worksheets/sheet{book.sheets.index(name) + 1}.xml"
    assert {key for key in before if before[key] != after[key]} <= {part, "xl/workbook.xml"}
    new = read(out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cached = openpyxl.load_workbook(out, data_only=True)
    for row in range(1, 31):
        for column in range(1, 13):
            cell, twin = old[name].cell(row, column), new[name].cell(row, column)
            if isinstance(cell, openpyxl.cell.MergedCell):
                continue  # openpyxl shows nothing of what a merged area covers
            is_formula = cell.data_type == "f"
            if (row, column) not in values or is_formula:
                assert value(cell) == value(twin)
            if (row, column) in values:
                held = cached[name].cell(row, column).value
                wanted = values[row, column]
                if wanted is None and cell.hyperlink:
                    continue  # openpyxl shows a blank cell's link as its value
                assert isinstance(held, bool) == isinstance(wanted, bool)
                assert held == wanted
            if cell.has_style or (row, column) not in values or cell.value is not None:
                assert look(cell) == look(twin)


def run(check: object, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(seed, Path(folder))


SEEDS = st.integers(0, 2**31)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed makes no smaller book


@settings(max_examples=12, deadline=None, phases=PHASES)
@given(seed=SEEDS)
def test_graft(seed: int) -> None:
    run(check_graft, seed)


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(seed=SEEDS)
def test_patch(seed: int) -> None:
    run(check_patch, seed)


@pytest.mark.slow
@settings(max_examples=1200, deadline=None, phases=PHASES)
@given(seed=SEEDS)
def test_graft_many(seed: int) -> None:
    run(check_graft, seed)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None, phases=PHASES)
@given(seed=SEEDS)
def test_patch_many(seed: int) -> None:
    run(check_patch, seed)
