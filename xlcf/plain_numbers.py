"""Numbers as sentences write them."""

from __future__ import annotations

from math import isfinite


def plain(value: float, digits: int = 3) -> str:
    """Write a number for a sentence: so many significant digits, no exponent where it can be helped.

    >>> plain(12345.6), plain(12345.6, 6), plain(0.28345)
    ('12,300', '12,345.6', '0.283')
    """
    if not isfinite(value):
        return "a number that is not finite"
    if value != 0 and not 1e-4 <= abs(value) < 10 ** max(6, digits + 6):
        return f"{value:.{digits}g}"
    rounded = float(f"{value:.{digits}g}")
    text = f"{rounded:,.{digits}g}"
    return f"{rounded:,.0f}" if "e" in text or abs(rounded) >= 10**digits else text


def plain_pair(one: float, other: float) -> tuple[str, str]:
    """Write two numbers with as many digits, six at least, as tell them apart; alike where ten do not."""
    for digits in range(6, 11):
        texts = plain(one, digits), plain(other, digits)
        if texts[0] != texts[1]:
            return texts
    return plain(one, 6), plain(other, 6)


def counted(count: int, plural: str) -> str:
    """Say how many: `1 epoch`, `2,000 epochs`."""
    return f"{count:,} {plural.removesuffix('s') if count == 1 else plural}"
