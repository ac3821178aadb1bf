"""What the optimizer laboratory shows."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.options import check, option


@dataclass(frozen=True)
class LabOptions:
    """What the optimizer laboratory shows.

    Attributes:
        steps: how many steps each sheet shows; None: ten rounds through the problem's examples.

    """

    steps: int | None = option(
        None,
        "Steps on each sheet, one example a step.",
        kind=int,
        low=1,
        high=1000,
        otherwise="ten rounds through the data",
        noun="number of steps",
    )

    def __post_init__(self) -> None:
        check(self)
