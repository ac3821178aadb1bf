import io
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ooxml import ExcelError, markup
from xlcf.ooxml.patching import patch_cells

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(rows: str, head: str = "", tail: str = "") -> str:
    return f'<?xml version="1.0"?>\n<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def patch(text: str, values: dict) -> str:
    return b"".join(patch_cells(io.BytesIO(text.encode()), values)).decode()


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ('<c r="B2" s="4"><v>1</v></c>', 2.5, '<c r="B2" s="4"><v>2.5</v></c>'),
        ('<c r="B2" s="4"/>', 2, '<c r="B2" s="4"><v>2</v></c>'),
        ('<c s="4" r="B2" t="s"><v>17</v></c>', 1e-300, '<c s="4" r="B2"><v>1e-300</v></c>'),
        ('<c r="B2"><v>1</v></c>', True, '<c r="B2" t="b"><v>1</v></c>'),
        ('<c r="B2" t="b"><v>1</v></c>', 1.0, '<c r="B2"><v>1</v></c>'),
        ('<c r="B2" t="e" vm="3"><v>#VALUE!</v></c>', 0.0, '<c r="B2"><v>0</v></c>'),
        ('<c r="B2"><v>1</v></c>', ExcelError("#N/A"), '<c r="B2" t="e"><v>#N/A</v></c>'),
        ('<c r="B2"><v>1</v></c>', "a < b", '<c r="B2" t="inlineStr"><is><t>a &lt; b</t></is></c>'),
        ('<c r="B2" t="inlineStr"><is><t>x</t></is></c>', 1.5, '<c r="B2"><v>1.5</v></c>'),
        ('<c r="B2" s="1"><v>1</v></c>', None, '<c r="B2" s="1"/>'),
        # formulas stay, whatever their kind; only the cached value changes
        ('<c r="B2"><f>A1+1</f><v>1</v></c>', 0.1, '<c r="B2"><f>A1+1</f><v>0.1</v></c>'),
        ('<c r="B2"><f>A1</f></c>', 7.0, '<c r="B2"><f>A1</f><v>7</v></c>'),
        ('<c r="B2" t="str"><f>A1</f><v>x</v></c>', "<y>", '<c r="B2" t="str"><f>A1</f><v>&lt;y&gt;</v></c>'),
        ('<c r="B2" t="str"><f>A1</f><v>x</v></c>', None, '<c r="B2"><f>A1</f></c>'),
        (
            '<c r="B2"><f t="shared" ref="B2:B9" si="0">A2</f><v>1</v></c>',
            3.0,
            '<c r="B2"><f t="shared" ref="B2:B9" si="0">A2</f><v>3</v></c>',
        ),
        ('<c r="B2"><f t="shared" si="0"/><v>1</v></c>', 3.0, '<c r="B2"><f t="shared" si="0"/><v>3</v></c>'),
        (
            '<c r="B2" cm="1"><f t="array" ref="B2">SUM(A1:A2)</f><v>1</v></c>',
            3.0,
            '<c r="B2" cm="1"><f t="array" ref="B2">SUM(A1:A2)</f><v>3</v></c>',
        ),
        ('<c r="B2"><f><![CDATA[1<2]]></f><v>1</v></c>', 3.0, '<c r="B2"><f><![CDATA[1<2]]></f><v>3</v></c>'),
        ('<c r="B2"><v>1</v><extLst><ext/></extLst></c>', 3.0, '<c r="B2"><v>3</v><extLst><ext/></extLst></c>'),
        ("<c r='B2' s='4'><v>1</v></c>", 3.0, "<c r='B2' s='4'><v>3</v></c>"),
        ('<c\n  r="B2"\n  t="n"\n><v>1</v></c>', 3.0, '<c\n  r="B2"><v>3</v></c>'),
    ],
)
def test_one_cell(before: str, value: object, after: str) -> None:
    around = '<row r="2" ht="20"><c r="A2" t="s"><v>0</v></c>{}<c r="C2"><v>1</v></c></row>'
    assert patch(sheet(around.format(before)), {(2, 2): value}) == sheet(around.format(after))


def test_a_number_that_is_there_already_keeps_its_bytes() -> None:
    text = sheet('<row r="1"><c r="A1"><v>0.70887347964002279</v></c><c r="B1"><f>A1</f><v>1.0E-3</v></c></row>')
    assert patch(text, {(1, 1): 0.70887347964002279, (1, 2): 0.001}) == text
    assert patch(text, {}) == text
    assert patch(text, {(5, 5): None, (1, 3): None}) == text


def test_cells_and_rows_are_made_in_order() -> None:
    text = sheet('<row r="3" spans="2:4" s="9" customFormat="1"><c r="B3"/><c r="D3"/></row><row r="7"/>')
    new = patch(text, {(3, 3): 1, (3, 1): 2, (3, 9): 3, (1, 2): 4, (5, 1): 5, (5, 3): 6, (7, 1): 7, (9, 1): 8})
    assert new == sheet(
        '<row r="1"><c r="B1"><v>4</v></c></row>'
        '<row r="3" spans="1:9" s="9" customFormat="1"><c r="A3" s="9"><v>2</v></c><c r="B3"/>'
        '<c r="C3" s="9"><v>1</v></c><c r="D3"/><c r="I3" s="9"><v>3</v></c></row>'
        '<row r="5"><c r="A5"><v>5</v></c><c r="C5"><v>6</v></c></row>'
        '<row r="7"><c r="A7"><v>7</v></c></row><row r="9"><c r="A9"><v>8</v></c></row>'
    )


def test_a_new_cell_has_its_columns_format() -> None:
    head = '<cols><col min="2" max="3" style="5"/><col min="4" max="4" width="9"/></cols>'
    new = patch(sheet("", head), {(1, 1): 1, (1, 3): 1, (1, 4): 1})
    assert new == sheet(
        '<row r="1"><c r="A1"><v>1</v></c><c r="C1" s="5"><v>1</v></c><c r="D1"><v>1</v></c></row>', head
    )


def test_the_dimension_grows_only_where_cells_were_made() -> None:
    head = '<dimension ref="B2:C3"/>'
    rows = '<row r="2"><c r="B2"><v>1</v></c></row>'
    assert '<dimension ref="B2:C3"/>' in patch(sheet(rows, head), {(3, 3): 1.0, (90, 90): None})
    assert '<dimension ref="A2:E10"/>' in patch(sheet(rows, head), {(10, 1): 1.0, (2, 5): 1.0})


def test_empty_sheet_data() -> None:
    text = f'<worksheet xmlns="{MAIN}"><sheetData/><pageMargins left="1"/></worksheet>'
    assert patch(text, {(1, 1): None}) == text
    assert patch(text, {(1, 1): 1}) == text.replace(
        "<sheetData/>", '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    )


def test_a_part_with_a_prefix() -> None:
    text = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:f>B1</x:f><x:v>1</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    new = patch(text, {(1, 1): 2, (1, 2): "t", (2, 1): 3})
    assert new == text.replace(
        "<x:v>1</x:v></x:c></x:row>",
        '<x:v>2</x:v></x:c><x:c r="B1" t="inlineStr"><x:is><x:t>t</x:t></x:is></x:c></x:row>'
        '<x:row r="2"><x:c r="A2"><x:v>3</x:v></x:c></x:row>',
    )


def test_rows_and_cells_that_do_not_say_where_they_are() -> None:
    text = sheet("<row><c><v>1</v></c><c/></row><row><c><v>3</v></c></row>")
    assert patch(text, {(1, 2): 2, (2, 1): 4, (2, 2): 5}) == sheet(
        '<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>4</v></c><c r="B2"><v>5</v></c></row>'
    )


def test_what_looks_like_a_row_in_a_comment_or_in_text_is_none() -> None:
    rows = (
        '<!-- <row r="1"><c r="A1"/></row> --><row r="1"><!-- <c r="A1"/> --><c r="A1"><f>'
        '<![CDATA[B1&"<row r=""2"">"]]></f><v>1</v></c><c r="B1" t="inlineStr"><is><t>&lt;row&gt;</t></is></c></row>'
        '<row r="2"><c r="A2"/></row>'
    )
    assert patch(sheet(rows), {(1, 1): 5, (2, 1): 6}) == sheet(
        rows.replace("<v>1</v>", "<v>5</v>").replace('<c r="A2"/>', '<c r="A2"><v>6</v></c>')
    )


def test_text_that_xml_cannot_hold() -> None:
    new = patch(sheet(""), {(1, 1): 'a\x00_x0041_ "q"\n', (2, 1): " x "})
    assert '<t xml:space="preserve">a_x0000__x005F_x0041_ &quot;q&quot;\n</t>' in new
    assert '<t xml:space="preserve"> x </t>' in new


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({(1, 1): math.nan}, "A1 cannot hold nan"),
        ({(2, 3): -math.inf}, "C2 cannot hold -inf"),
        ({(0, 1): 1.0}, "no cell in row 0"),
        ({(1, 16385): 1.0}, "column 16385"),
        ({(1048577, 1): None}, "row 1048577"),
        ({(1, 1): "x" * 32768}, "32768 characters"),
    ],
)
def test_values_that_no_cell_holds(values: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        patch(sheet('<row r="1"><c r="A1"/></row>'), values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (sheet('<row r="2"/><row r="1"/>'), "Row 1 of a sheet stands after row 2"),
        (sheet('<row r="9"><c r="B9"/><c r="A9"/></row>'), "cells out of order"),
        (sheet('<row r="5"/><row/><row/><row/><row><c r="A12"/></row>'), "cells out of order"),
        (sheet('<row r="9"><c r="A9"/>')[:-40], "breaks off|no end"),
        (f'<worksheet xmlns="{MAIN}"/>', "no sheet data"),
        (sheet("").encode("utf-16").decode("latin-1"), "UTF-8"),
        ("<!DOCTYPE a>" + sheet("").partition("\n")[2], "DTD"),
        ("nothing", "no XML"),
    ],
)
def test_damaged_parts(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        b"".join(patch_cells(io.BytesIO(text.encode("latin-1")), {(9, 1): 1.0}))


CELL = st.tuples(st.integers(1, 12), st.integers(1, 8))
VALUE = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5), st.integers(-9, 9)
)


@settings(max_examples=300, deadline=None)
@given(
    present=st.dictionaries(CELL, st.booleans()),
    values=st.dictionaries(CELL, VALUE),
    block=st.integers(1, 400),
    prefix=st.sampled_from(["", "x:"]),
)
def test_any_cells_in_blocks_of_any_size(present: dict, values: dict, block: int, prefix: str) -> None:
    rows: dict[int, str] = {}
    for (row, column), formula in sorted(present.items()):
        content = f"<{prefix}f>A1</{prefix}f><{prefix}v>1</{prefix}v>" if formula else f"<{prefix}v>1</{prefix}v>"
        cell = f'<{prefix}c r="{"ABCDEFGH"[column - 1]}{row}" s="3">{content}</{prefix}c>'
        rows[row] = rows.get(row, "") + cell
    data = "".join(f'<{prefix}row r="{row}">{cells}</{prefix}row>' for row, cells in rows.items())
    name = prefix.rstrip(":")
    text = (
        f'<{prefix}worksheet xmlns{":" + name if name else ""}="{MAIN}"><{prefix}sheetData>{data}</{prefix}sheetData>'
        f'<{prefix}rowBreaks count="0"/></{prefix}worksheet>'
    )
    new = patch(text, values)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(markup, "_BLOCK", block)
        assert patch(text, values) == new
    assert patch(new, {at: value for at, value in values.items() if not isinstance(value, str)}) == new

    found: dict[tuple[int, int], str] = {}
    last = (0, 0)
    for match in re.finditer(rf'<{prefix}c r="([A-H])(\d+)".*?(?:/>|</{prefix}c>)', new, re.DOTALL):
        at = (int(match[2]), "ABCDEFGH".index(match[1]) + 1)
        assert at > last
        last = at
        found[at] = match[0]
    assert set(found) == set(present) | {at for at, value in values.items() if value is not None}
    for at, cell in found.items():
        assert ("<" + prefix + "f>A1" in cell) == present.get(at, False)
        assert ('s="3"' in cell) == (at in present)
        if at not in values:
            assert cell in text
