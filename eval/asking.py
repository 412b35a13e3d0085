"""Asking the items of a dataset: one after another, or spread over the workers of a cluster, in the same order."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Protocol

from eval.dataset import Item
from eval.marking import Outcome
from rag import Answer, Assistant, Cluster, IndexMismatch, Provenance, ServiceFailure, Settings, Turn, UnusableInput


class Asker(Protocol):
    """The one method of an Assistant that a run needs."""

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Answer:
        """Answer one question."""


@dataclass(frozen=True, slots=True)
class SpreadAsker:
    """Asks the assistants of a cluster's workers; each opens the workspace once.

    A worker on another machine has a home of its own, at the same path: the built-in corpus is the same there, a user's
    documents are not.
    """

    cluster: Cluster
    workspace: str
    settings: Settings

    def ask_each(self, items: Sequence[Item]) -> Iterator[Outcome]:
        """What comes of each item, in their order.

        Raises UnusableInput when workers answer from different corpora or models: half of each is no run.
        """
        made_by: Provenance | None = None
        arguments = ((self.workspace, self.settings, item) for item in items)
        for outcome in self.cluster.each(_ask_there, arguments):
            if outcome.answer:
                if made_by and outcome.answer.provenance != made_by:
                    raise UnusableInput(
                        "各工作节点的语料或嵌入模型不同，答案不能放在一份报告里。请使各节点的安装一致。"
                    )
                made_by = outcome.answer.provenance
            yield outcome


def ask_each(assistant: Asker | SpreadAsker, items: Sequence[Item]) -> Iterator[Outcome]:
    """What comes of asking each item, in their order, each asked when it is wanted or before."""
    if isinstance(assistant, SpreadAsker):
        return assistant.ask_each(items)
    return (_ask(assistant, item) for item in items)


def _ask(assistant: Asker, item: Item) -> Outcome:
    started = time.perf_counter()
    answer, error = None, None
    try:
        answer = assistant.ask(item.question, history=list(item.history), as_of=item.as_of, id=item.id)
    except (ServiceFailure, IndexMismatch):
        raise
    except Exception as failure:
        # Whatever fails on one question is a wrong answer to that question, and no reason to lose the others.
        error = f"{type(failure).__name__}: {failure}"
    return Outcome(answer, error, round((time.perf_counter() - started) * 1000, 2))


def _ask_there(workspace: str, settings: Settings, item: Item) -> Outcome:
    return _ask(_assistant(workspace, settings), item)


@lru_cache(maxsize=1)
def _assistant(workspace: str, settings: Settings) -> Assistant:
    if not settings.corpus.is_dir():
        # On this machine Kangbian is installed in another place.
        settings = replace(settings, corpus=Settings().corpus)
    return Assistant(workspace, settings)
