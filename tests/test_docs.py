"""The documentation says what is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlcf.formulas.compiler import compile_cells  # noqa: F401  (enters the functions)
from xlcf.formulas.registry import FUNCTIONS

ROOT = Path(__file__).parents[1]


def test_every_function_is_listed_and_nothing_else() -> None:
    page = (ROOT / "docs" / "reference" / "formulas.md").read_text(encoding="utf-8")
    listed = re.search(r"<!-- functions -->\n(.*?)<!-- end -->", page, flags=re.DOTALL)
    assert listed is not None
    operators = {"+", "-", "*", "/", "^", "&", "%", "u-", "=", "<>", "<", ">", "<=", ">=", "SINGLE", "ANCHORARRAY"}
    assert set(re.findall(r"`([A-Z0-9.]+)`", listed[1])) == FUNCTIONS.keys() - operators


PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert page.relative_to(ROOT / "docs").as_posix() in navigation
