"""Regular expressions, against Microsoft's documented answers and those of PCRE2 10.47."""

from typing import Any

import pytest

from xlcf.formulas.errors import UnsupportedFormulaError

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
    ('REGEXREPLACE("aab","(?P<x>a)(?P=x)","<$x>")', "<a>b"),
    ('REGEXREPLACE("abxd","x*","-")', "-a-b--d-"),
    ('REGEXEXTRACT("10 kg, 20 kg","\\d++(?= kg)(?!,)")', "10"),
    ('REGEXTEST("a]","[]a]{2}$")', True),
    ('REGEXEXTRACT("x: 5","(?i)X: (\\d)",2)', "5"),
    ('REGEXEXTRACT("price 5.20","(?<=price )[0-9.]+")', "5.20"),
    ('REGEXEXTRACT("tel +41","[[:digit:]+]+")', "+41"),
    ('REGEXREPLACE("Zoé","[a-zà-ÿ]+$","")', "Z"),
    ('REGEXTEST("aXb","[\\w-]\\p{Lu}\\x62")', True),
]

REFUSED = [
    ('REGEXTEST("a{,2}","a{,2}")', "not supported from {,2} on"),
    ('REGEXTEST("ab","(?:ab){e}")', "not supported from {e} on"),
    ('REGEXTEST("aB","a(?i)b")', "not supported from"),
    ('REGEXTEST("a","a\\Z")', "not supported from"),
    ('REGEXTEST("a$","a[[:punct:]]")', "not supported from"),
    ('REGEXTEST("aab","(?<=a+)b")', "not supported from"),
    ('REGEXTEST("a","[\\w-z]")', "not supported from"),
    ('REGEXTEST("aa","(?<x>a)|(?<x>b)")', "not supported from"),
    ('REGEXTEST("aa","(a\\1)")', "not supported from"),
    ('REGEXEXTRACT("Zoé","\\w+")', "other than ASCII"),
    ('REGEXEXTRACT("ab","a",2)', "needs a pattern with a group"),
    ('REGEXREPLACE("ab","(a)","\\U$1")', "in the replacement"),
    ('REGEXREPLACE("ab","a","$")', "in the replacement"),
    ('REGEXREPLACE("ab","a|(b)","$1")', "takes no part"),
]


def test_values(sheets: Any) -> None:
    assert sheets.differing(CASES) == []


@pytest.mark.parametrize(("formula", "reason"), REFUSED)
def test_what_may_differ_from_excel_is_refused(sheets: Any, formula: str, reason: str) -> None:
    with pytest.raises(UnsupportedFormulaError) as refusal:
        sheets.computed({"A1": f"=_xlfn.{formula}"}, "A1")
    assert reason in str(refusal.value)


def test_a_pattern_that_needs_too_long_is_refused(sheets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlcf.formulas.functions.regular_expressions._SECONDS", 0.05)
    with pytest.raises(Exception, match="takes too long"):
        sheets.computed({"A1": f'=_xlfn.REGEXTEST("{"a" * 40}b","^(a|aa)+$")'}, "A1")


def test_the_stored_answers_of_excel(differing: Any) -> None:
    assert differing("REGEX") == []
