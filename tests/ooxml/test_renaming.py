import pytest

from xlcf.ooxml.renaming import Renaming, free_name, free_sheet_name

RENAMING = Renaming(
    {"Summary": "Summary (2)", "Old one": "New", "It's": "It's (2)", "Data": "Data2", "Same": "Same"},
    {"Sales": "Sales_2", "rate": "rate_2"},
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Summary!A1", "'Summary (2)'!A1"),
        ("'Summary'!$A$1:B2", "'Summary (2)'!$A$1:B2"),
        ("SUMMARY!A1+summary!B1", "'Summary (2)'!A1+'Summary (2)'!B1"),
        ("'Old one'!A1", "New!A1"),
        ("'It''s'!A1", "'It''s (2)'!A1"),
        ("Data!A1", "Data2!A1"),
        ("SUM(Data:Same!A1)", "SUM(Data2:Same!A1)"),
        ("SUM('Old one:Data'!A1)", "SUM(New:Data2!A1)"),
        ("SUM(Summary:Data!A1)", "SUM('Summary (2):Data2'!A1)"),
        ('INDIRECT("Summary!A1")&"x""Summary!A1"', 'INDIRECT("Summary!A1")&"x""Summary!A1"'),
        ("[1]Summary!A1+'[1]Old one'!A1", "[1]Summary!A1+'[1]Old one'!A1"),
        ("NotSummary!A1+Summary2!A1+Same!A1", "NotSummary!A1+Summary2!A1+Same!A1"),
        ("'A Summary'!A1", "'A Summary'!A1"),
        ("SUM(Sales[c])*rate", "SUM(Sales_2[c])*rate_2"),
        ("Sales[[#This Row],[Sales]]+Sales[[#All],[a'[b]]", "Sales_2[[#This Row],[Sales]]+Sales_2[[#All],[a'[b]]"),
        ("RATE(1)+rate+SALES", "RATE(1)+rate_2+Sales_2"),
        ("Data!rate+xrate+rate.x", "Data2!rate+xrate+rate.x"),
        ("IF(A1>0,Data!$A:$B,Data!1:3)", "IF(A1>0,Data2!$A:$B,Data2!1:3)"),
        ("_xlfn.ANCHORARRAY(Data!A1)", "_xlfn.ANCHORARRAY(Data2!A1)"),
        ("1E5+A1", "1E5+A1"),
    ],
)
def test_formulas_follow(old: str, new: str) -> None:
    assert RENAMING.formula(old) == new


def test_a_renaming_without_changes_is_false() -> None:
    assert not Renaming({"a": "a"}, {})
    assert Renaming({"a": "b"}, {})
    assert Renaming({}, {"a": "b"})


def test_free_sheet_names_fit_excel() -> None:
    assert free_sheet_name("Summary", ["Other"]) == "Summary"
    assert free_sheet_name("Summary", ["SUMMARY", "Summary (2)"]) == "Summary (3)"
    long = "x" * 31
    assert free_sheet_name(long, [long]) == "x" * 27 + " (2)"
    wide = "\N{GRINNING FACE}" * 15  # 30 UTF-16 units
    assert free_sheet_name(wide, [wide]) == "\N{GRINNING FACE}" * 13 + " (2)"


def test_free_names() -> None:
    assert free_name("Sales", []) == "Sales"
    assert free_name("Sales", ["sales", "SALES_2"]) == "Sales_3"
