"""Progress on stderr: one bar for each stage, gone when the command is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

QUIET_SECONDS = 2.0
"""What takes less needs no progress."""


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
    if not console.is_terminal:
        yield _lines(console.print)
        return
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0)
            bars.update(tasks[stage], completed=share)

        yield show


def _lines(write: Callable[..., None]) -> Callable[[str, float], None]:
    """Tell in lines how far it is, where no bar can be drawn: a line a quarter of a stage.

    Nothing is told in the first seconds: a quick command, or one that fails at once, is quiet.
    """
    told: dict[str, int] = {}
    start = perf_counter()

    def show(stage: str, share: float) -> None:
        quarter = int(share * 4)
        if quarter > told.get(stage, 0) and perf_counter() - start > QUIET_SECONDS:
            told[stage] = quarter
            write(f"{stage}: {'done' if quarter >= 4 else f'{quarter * 25} %'}", highlight=False)

    return show
