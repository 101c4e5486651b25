"""What was trained, tuned and measured in a shop, run by run; to MLflow too where that is asked."""

from modiste.runs.record import Run, keep_run, read_runs

__all__ = ["Run", "keep_run", "read_runs"]
