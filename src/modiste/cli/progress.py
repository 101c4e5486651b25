"""Progress on stderr: one bar for each stage, gone when the command is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shown_progress() -> Iterator[Callable[[str, float], None]]:
    """Give a function that is told a stage's name and the share of it that is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    told: set[str] = set()
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0)
            bars.update(tasks[stage], completed=share)
            # Without a terminal no bar is drawn: a line a finished stage tells how far it is.
            if not console.is_terminal and share >= 1.0 and stage not in told:
                told.add(stage)
                console.print(f"{stage}: done", highlight=False)

        yield show
