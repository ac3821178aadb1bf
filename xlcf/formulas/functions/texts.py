"""Texts: parts, case, search and replacement."""

from __future__ import annotations

import re
from urllib.parse import quote

from xlcf.formulas.curves import CONSTANT
from xlcf.formulas.errors import CellError
from xlcf.formulas.namespace import Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.scalar_functions import Signature, apply_to_scalars, scalar_function
from xlcf.formulas.scalars import Cells, as_text, first_error
from xlcf.formulas.values import BLANK, Value, scalar_value
from xlcf.formulas.wildcards import Wildcards
from xlcf.ooxml.worksheet import ExcelError, Scalar

LONGEST_TEXT = 32_767  # characters of a cell
_WINDOWS_1252 = {code: bytes([code]).decode("cp1252", errors="replace") for code in range(128, 160)}


def require_length(text: str) -> str:
    """Give a text as it is; #VALUE! as a CellError where it is longer than a cell holds."""
    if len(text) > LONGEST_TEXT:
        raise CellError("#VALUE!")
    return text


def _count(number: int) -> int:
    if number < 0:
        raise CellError("#VALUE!")
    return number


def _place(number: int) -> int:
    """Turn a place that counts from 1 into one that counts from 0."""
    if number < 1:
        raise CellError("#VALUE!")
    return number - 1


@scalar_function("CONCATENATE", takes="V+")
def concatenate(*texts: str) -> str:
    return require_length("".join(texts))


@scalar_function("CONCAT", takes="R+")
def concat(*areas: Cells) -> str:
    return require_length("".join(_texts(areas)))


@function("TEXTJOIN", takes="RVR+", curve=CONSTANT)
def textjoin(xp: Namespace, delimiters: Value, ignore_empty: Value, *areas: Value) -> Value:
    """Empty texts are ignored where `ignore_empty` is left out."""
    is_left_out = ignore_empty.cells is None and bool(ignore_empty.is_kind(BLANK).all())
    ignored = scalar_value(True) if is_left_out else ignore_empty
    return apply_to_scalars(_JOINED, xp, (delimiters, ignored, *areas))


def _joined(delimiters: Cells, ignore_empty: bool, *areas: Cells) -> str:
    """The delimiters are used in turn."""
    marks = _texts((delimiters,))
    pieces = [text for text in _texts(areas) if text or not ignore_empty]
    joined = pieces[:1]
    for number, piece in enumerate(pieces[1:]):
        joined += [marks[number % len(marks)], piece]
    return require_length("".join(joined))


_JOINED = Signature(_joined)


def _texts(areas: tuple[Cells, ...]) -> list[str]:
    for area in areas:
        first_error(area)
    return [as_text(scalar) for area in areas for row in area for scalar in row]


@scalar_function("ENCODEURL", takes="V")
def encodeurl(text: str) -> str:
    return require_length(quote(text, safe=""))


@scalar_function("LEFT", "LEFTB", takes="VV?")
def left(text: str, count: int = 1) -> str:
    return text[: _count(count)]


@scalar_function("RIGHT", "RIGHTB", takes="VV?")
def right(text: str, count: int = 1) -> str:
    return text[max(len(text) - _count(count), 0) :]


@scalar_function("MID", "MIDB", takes="VVV")
def mid(text: str, start: int, count: int) -> str:
    first = _place(start)
    return text[first : first + _count(count)]


@scalar_function("LEN", "LENB", takes="V")
def len_(text: str) -> float:
    """Excel counts UTF-16 units: signs beyond the basic plane count twice."""
    return len(text) + sum(ord(sign) > 0xFFFF for sign in text)


@scalar_function("UPPER", takes="V")
def upper(text: str) -> str:
    return "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in text)


@scalar_function("LOWER", takes="V")
def lower(text: str) -> str:
    return text.lower()


@scalar_function("PROPER", takes="V")
def proper(text: str) -> str:
    """A letter is a capital unless a letter stands before it."""
    result: list[str] = []
    for number, sign in enumerate(text):
        starts = number == 0 or not text[number - 1].isalpha()
        result.append(sign.upper() if starts and len(sign.upper()) == 1 else sign.lower())
    return "".join(result)


@scalar_function("TRIM", takes="V")
def trim(text: str) -> str:
    return re.sub(" +", " ", text).strip(" ")


@scalar_function("CLEAN", takes="V")
def clean(text: str) -> str:
    return "".join(sign for sign in text if ord(sign) >= 32)


@scalar_function("SUBSTITUTE", takes="VVVV?")
def substitute(text: str, old: str, new: str, which: int | None = None) -> str:
    if which is not None and which < 1:
        raise CellError("#VALUE!")
    if not old:
        return text
    if which is None:
        return require_length(text.replace(old, new))
    at = -len(old)
    for _ in range(which):
        at = text.find(old, at + len(old))
        if at < 0:
            return text
    return require_length(text[:at] + new + text[at + len(old) :])


@scalar_function("REPLACE", "REPLACEB", takes="VVVV")
def replace(text: str, start: int, count: int, new: str) -> str:
    first = _place(start)
    return require_length(text[:first] + new + text[first + _count(count) :])


@scalar_function("REPT", takes="VV")
def rept(text: str, times: int) -> str:
    if _count(times) * len(text) > LONGEST_TEXT:
        raise CellError("#VALUE!")
    return text * times


@scalar_function("FIND", "FINDB", takes="VVV?")
def find(sought: str, text: str, start: int = 1) -> float:
    first = _place(start)
    at = text.find(sought, first) if first <= len(text) else -1
    if at < 0:
        raise CellError("#VALUE!")
    return at + 1


@scalar_function("SEARCH", "SEARCHB", takes="VVV?")
def search(sought: str, text: str, start: int = 1) -> float:
    """Without regard to case; the sought text may have wildcards."""
    first = _place(start)
    if first > len(text) or (first == len(text) and sought):
        raise CellError("#VALUE!")
    # a ~ before another sign than * ? ~ counts for nothing
    pieces = re.findall(r"~[*?~]|[^~]", sought.lower(), flags=re.DOTALL)
    pattern, low = Wildcards("".join(pieces) + "*"), text.lower()
    for at in range(first, len(text) + 1):
        if pattern.matches(low[at:]):
            return at + 1
    raise CellError("#VALUE!")


@scalar_function("EXACT", takes="VV")
def exact(one: str, other: str) -> bool:
    return one == other


@scalar_function("T", takes="V")
def t(value: Scalar | None) -> str:
    return value if isinstance(value, str) else ""


@scalar_function("CHAR", takes="V")
def char(code: int) -> str:
    if not 1 <= code <= 255:
        raise CellError("#VALUE!")
    return _WINDOWS_1252.get(code, chr(code))


@scalar_function("CODE", takes="V")
def code(text: str) -> float:
    if not text:
        raise CellError("#VALUE!")
    encoded = text[0].encode("cp1252", errors="replace")
    return encoded[0]


@scalar_function("UNICHAR", takes="V")
def unichar(code: int) -> str:
    if not 1 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise CellError("#N/A" if 0xD800 <= code <= 0xDFFF else "#VALUE!")
    return chr(code)


@scalar_function("UNICODE", takes="V")
def unicode(text: str) -> float:
    if not text:
        raise CellError("#VALUE!")
    return ord(text[0])


@scalar_function("VALUETOTEXT", takes="VV?", takes_errors=True)
def valuetotext(value: Scalar | None, strict: int = 0) -> str:
    if strict not in (0, 1):
        raise CellError("#VALUE!")
    return written(value, strict=bool(strict))


@scalar_function("ARRAYTOTEXT", takes="RV?")
def arraytotext(cells: Cells, strict: int = 0) -> str:
    if strict not in (0, 1):
        raise CellError("#VALUE!")
    if strict:
        rows = ";".join(",".join(written(scalar, strict=True) for scalar in row) for row in cells)
        return require_length("{" + rows + "}")
    return require_length(", ".join(written(scalar, strict=False) for row in cells for scalar in row))


def written(scalar: Scalar | None, *, strict: bool) -> str:
    """Write a value as a text; strictly as a formula would have it, texts in quotation marks."""
    if isinstance(scalar, ExcelError):
        return scalar.code
    text = as_text(scalar)
    return '"' + text.replace('"', '""') + '"' if strict and isinstance(scalar, str) else text
