"""Regular expressions, against Microsoft's documented answers."""

from typing import Any

import pytest

CASES = [
    ('REGEXTEST("alfalfa","a")', True),
    ('REGEXTEST("alfalfa","[0-9]")', False),
    ('REGEXTEST("Alfalfa","^a")', False),
    ('REGEXTEST("Alfalfa","^a",1)', True),
    ('REGEXTEST("Alfalfa","^a",2)', "#VALUE!"),
    ('REGEXTEST("a","(")', "#VALUE!"),
    ("REGEXTEST(123,2)", True),
    ('REGEXTEST(NA(),"a")', "#N/A"),
    ('REGEXEXTRACT("DylanWilliams","[A-Z][a-z]+")', "Dylan"),
    ('INDEX(REGEXEXTRACT("DylanWilliams","[A-Z][a-z]+",1),2)', "Williams"),
    ('INDEX(REGEXEXTRACT("(378) 555-4195","\\((\\d+)\\) (\\d+)",2),2)', "555"),
    ('REGEXEXTRACT("abc","\\d")', "#N/A"),
    ('REGEXREPLACE("SoniaBrown","([A-Z][a-z]+)([A-Z][a-z]+)","$2, $1")', "Brown, Sonia"),
    ('REGEXREPLACE("a1b2c3","\\d","*")', "a*b*c*"),
    ('REGEXREPLACE("a1b2c3","\\d","*",2)', "a1b*c3"),
    ('REGEXREPLACE("a1b2c3","\\d","*",-1)', "a1b2c*"),
    ('REGEXREPLACE("a1b2c3","\\d","*",9)', "a1b2c3"),
    ('REGEXREPLACE("ab","(?<x>a)","${x}$$$1")', "a$ab"),
    ('REGEXREPLACE("ab","a","$3")', "#VALUE!"),
]


def test_values(sheets: Any) -> None:
    assert sheets.differing(CASES) == []


def test_a_pattern_that_needs_too_long_is_refused(sheets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlcf.formulas.functions.regular_expressions._SECONDS", 0.05)
    with pytest.raises(Exception, match="takes too long"):
        sheets.computed({"A1": f'=_xlfn.REGEXTEST("{"a" * 40}b","^(a|aa)+$")'}, "A1")


def test_the_stored_answers_of_excel(differing: Any) -> None:
    assert differing("REGEX") == []
