"""A trained model as a workbook: summary, learning curves, factors, live predictions, recommendations."""

from typing import TYPE_CHECKING

from xlcf.lazy import imported_when_used

if TYPE_CHECKING:
    from xlcf.report.model_book.export import Exported, export_model

__all__ = [
    "Exported",
    "export_model",
]

__getattr__ = imported_when_used(
    __name__,
    {
        "Exported": "xlcf.report.model_book.export",
        "export_model": "xlcf.report.model_book.export",
    },
)
