"""One worker for the page and REST: it opens an assistant per workspace and lets one thread at a time use it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from rag import Answer, Statement, Turn

if TYPE_CHECKING:
    from rag import Assistant

T = TypeVar("T")


class Desk:
    """Assistants by workspace, all used from one thread: SQLite and Chroma handles stay where they were opened.

    `open_assistant` makes the assistant of a workspace; it is called once for each, when it is first asked for.
    """

    def __init__(self, open_assistant: "Callable[[str], Assistant]") -> None:
        self._open = open_assistant
        self._held: dict[str, Assistant] = {}
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")

    def call(self, workspace: str, work: "Callable[[Assistant], T]") -> T:
        """The result of `work(assistant)`; what it raises is raised here."""
        return self._worker.submit(lambda: work(self._assistant(workspace))).result()

    def stream(
        self, workspace: str, question: str, history: list[Turn], as_of: date | None, id: str | None = None
    ) -> Iterator[Statement | Answer]:
        """The checked statements as they come, then the whole answer."""
        pieces = self.call(workspace, lambda assistant: assistant.stream(question, history, as_of, id))
        while (piece := self._worker.submit(next, pieces, None).result()) is not None:
            yield piece

    def close(self) -> None:
        """Finish what is running and open nothing more."""
        self._worker.shutdown(cancel_futures=True)

    def _assistant(self, workspace: str) -> "Assistant":
        if workspace not in self._held:
            self._held[workspace] = self._open(workspace)
        return self._held[workspace]
