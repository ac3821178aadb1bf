"""A trained model as a workbook: summary, learning curves, factors, live predictions, recommendations."""

from xlcf.report.model_book.export import Exported, export_model

__all__ = ["Exported", "export_model"]
