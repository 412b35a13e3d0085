"""A run of a dataset by an assistant that answers slowly and always alike, for tests that kill it.

python -m tests.slow_run DATASET FOLDER
"""

import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from eval import run_dataset
from eval.shelf import Shelf
from rag import Answer, Turn
from tests.eval_answers import ITEM_6, answer, source

SECONDS = 0.02


class Slow:
    """Answers what depends on the question alone."""

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Answer:
        """The same answer to the same question, after `SECONDS`."""
        time.sleep(SECONDS)
        quoted = [source("著作权法@2020/24/1/6", ITEM_6)] if len(question) % 2 else []
        return answer(f"答：{question}", *quoted, id=id or "", question=question)


if __name__ == "__main__":
    run_dataset(Path(sys.argv[1]), Path(sys.argv[2]), Slow(), shelf=Shelf([]), resamples=10)
