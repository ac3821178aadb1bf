"""The sheet `Summary`: what was trained, on what, how, how good it is, and how to do it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from xlsxwriter.workbook import Workbook

from xlcf._version import __version__
from xlcf.models.rating_model import RatingModel
from xlcf.optimizers import OPTIMIZERS
from xlcf.report.cells import write_number, write_text
from xlcf.report.model_book.command import train_command
from xlcf.report.model_book.learning_curves import LearningCurves
from xlcf.report.model_book.places import SUMMARY
from xlcf.report.model_book.verdict import measured_parts, verdict, what_was_measured
from xlcf.report.model_book.words import METRICS, base_log_loss, equation, kind
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT, Page
from xlcf.report.sections import model_facts, other_sheets, summary_page, written_by
from xlcf.report.style import NEW_ERROR


def write_summary(
    book: Workbook, view: ModelView, links: Sequence[tuple[str, str]], notes: Sequence[str], created: str
) -> None:
    """Add the sheet.

    Args:
        book: the workbook.
        view: the model.
        links: name and purpose of the sheets that follow.
        notes: sentences on what the sheets do not hold.
        created: the time of writing.

    """
    model = view.model
    page = summary_page(
        book,
        SUMMARY,
        f"The model of {model.source or 'ratings'}",
        written_by("Written", created, __version__),
        "\n".join([verdict(model), *notes]),
        LearningCurves(model).chart(book),
    )
    _write_metrics(page, model)
    page.facts("What was trained", _what(view))
    page.facts("How it was trained", _how(model))
    page.code("To train such a model again", train_command(model))
    other_sheets(page, links)


def _write_metrics(page: Page, model: RatingModel) -> None:
    parts = measured_parts(model)
    if not parts:
        return
    page.section("How good it is")
    page.headers(["", *({"valid": "Validation", "test": "Test"}[part] for part in parts)])
    for name, label in METRICS.items():
        if not any(f"{part}_{name}" in model.metrics for part in parts):
            continue
        _write_metric(page, label[0].upper() + label[1:], [model.metrics.get(f"{part}_{name}") for part in parts])
        if name == "log_loss":
            _write_metric(page, "Log loss, base rate", [base_log_loss(model, part) for part in parts])
    page.note(what_was_measured(model))
    page.row += 1


def _write_metric(page: Page, label: str, values: Sequence[float | None]) -> None:
    write_text(page.sheet, page.row, LEFT, label, page.style("id", num_format="General"))
    for column, value in enumerate(values, page.value):
        write_number(page.sheet, page.row, column, value, page.style("number", num_format=NEW_ERROR))
    page.row += 1


def _what(view: ModelView) -> Iterator[tuple[str, str]]:
    model = view.model
    users, items = len(model.user_ids), len(model.item_ids)
    low, high = model.rating_range
    yield "Data", model.source or "not recorded"
    yield "Ratings", f"{int(model.user_counts.sum()):,} to train on, from {low:g} to {high:g}"
    yield "Users", f"{users:,} ({model.user_name})"
    yield "Items", f"{items:,} ({model.item_name})"
    if model.is_classifier:
        yield "Base rate", f"{model.mean:.1%} of the ratings are {model.threshold:g} or more"
    else:
        yield "Mean rating", f"{model.mean:.4f}"
    yield from model_facts(kind(view), equation(view))
    yield "Parameters", f"{model.predictor.n_parameters:,}"
    yield "Fingerprint", model.fingerprint or "not recorded"


def _how(model: RatingModel) -> Iterator[tuple[str, str]]:
    options: dict[str, Any] = {name: value for name, value in model.training.items() if value is not None}
    texts = {name: _several(value) for name, value in options.items()}
    if (optimizer := OPTIMIZERS.get(options.get("method", ""))) and optimizer.takes_momentum:
        texts["method"] += f", momentum {texts['momentum']}"
    if "learning_rate" in texts:
        texts["learning_rate"] += f", {texts['schedule']}"
    if "cycle_len" in texts:
        texts["learning_rate"] += f" restarted after {texts['cycle_len']} epochs"
        if options["cycle_mult"] > 1:
            texts["learning_rate"] += f", then after {texts['cycle_mult']} times as many, and so on"
    labels = {
        "method": "Method",
        "learning_rate": "Learning rate",
        "epochs": "Epochs",
        "batch_size": "Batch size",
        "weight_decay": "Weight decay",
        "start": "Start",
        "seed": "Seed",
        "device": "Device",
    }
    for name, label in labels.items():
        if name in texts:
            yield label, texts[name]
    if model.history:
        seconds = model.history[-1]["seconds"]
        speed = int(model.user_counts.sum()) * len(model.history) / seconds
        yield "Time", f"{seconds:,.2f} seconds, {speed:,.0f} ratings a second"
    if model.versions:
        yield "Versions", ", ".join(f"{name} {version}" for name, version in model.versions.items())


def _several(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", then ".join(map(_several, value))
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)
