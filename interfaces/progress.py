"""A bar on stderr while something slow is done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A function to tell (done, all, what is being done); a bar on stderr where that is a terminal.

    Where it is not known how many there are in all, all is 0 and the bar only moves.
    """
    if not sys.stderr.isatty():
        yield lambda done, total, item: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None)

    def tell(done: int, total: int, item: str) -> None:
        bar.start()  # not before there is something to wait for
        bar.update(task, completed=done, total=total or None, description=item)

    try:
        yield tell
    finally:
        bar.stop()
