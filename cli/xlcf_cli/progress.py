"""How long work is shown: of a fit the iteration, of a training run a bar that moves and a line for each epoch."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from xlcf.training.callbacks import Callback
from xlcf_cli.console import notice

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from xlcf.fitting.progress import Progress as FitProgress
    from xlcf.training.trainer import Trainer

_EVERY = 0.2  # seconds between two looks at the loss: reading it makes a GPU wait
_NAMES = {"rmse": "RMSE", "mae": "MAE", "log_loss": "log loss", "auc": "AUC"}


def fit_progress(show: Callable[[str], None]) -> Callable[[FitProgress], None]:
    """Give a function that shows, now and then, how far a fit has come."""
    shown = 0.0

    def told(now: FitProgress) -> None:
        nonlocal shown
        if time.monotonic() - shown < _EVERY:
            return
        shown = time.monotonic()
        speed = now.evaluations / now.seconds if now.seconds else 0.0
        show(
            f"Fitting: iteration {now.iteration:,}, objective {now.objective:.7g}, {speed:,.0f} evaluations a second "
            "(Ctrl+C ends the fit and keeps the best)"
        )

    return told


class ProgressBar(Callback):
    """A progress bar on stderr with the running loss, and a line with the metrics after each epoch."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._looked = 0.0

    def on_start(self, trainer: Trainer) -> None:
        """Show the bar, on a terminal."""
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True)
        )
        self._progress.start()
        total = trainer.options.total_epochs * trainer.steps_per_epoch
        self._task = self._progress.add_task("training", total=total, completed=trainer.steps)

    def on_step(self, trainer: Trainer) -> None:
        """Move the bar, now and then."""
        if self._progress is None or self._task is None or time.monotonic() - self._looked < _EVERY:
            return
        self._looked = time.monotonic()
        self._progress.update(
            self._task,
            completed=trainer.steps,
            description=f"epoch {trainer.epoch + 1}, loss {trainer.running_loss:.4f}",
        )

    def on_epoch(self, trainer: Trainer) -> None:
        """Print the epoch's line."""
        record = trainer.history[-1]
        metrics = "".join(f"  {_NAMES[name]} {value:.4f}" for name, value in record.metrics.items())
        line = (
            f"epoch {record.epoch}/{trainer.options.total_epochs}  loss {record.loss:.4f}{metrics}"
            f"  {record.ratings_per_second:,.0f} ratings/s"
        )
        if self._progress is None:
            notice(line)
        else:
            self._progress.console.print(line, highlight=False)

    def close(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
