"""A process that kills itself, as kill -9 would, at a chosen moment of its work.

    python -m tests.killed MOMENT FOLDER [FILE]

opens the small corpus below FOLDER, ingests FILE if one is given, and dies at MOMENT: before or after the method so named
(`before:Store.publish`, `after:Vectors.write`).
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from rag import index, lexical, store, vectors
from rag.settings import Settings
from rag.workspace import Workspace
from tests.bigram_embedder import BigramEmbedder

_OWNERS: dict[str, Any] = {
    "Store": store.Store,
    "Vectors": vectors.Vectors,
    "Lexical": lexical.Lexical,
    "index": index,
}


def _die_at(moment: str) -> None:
    when, _, name = moment.partition(":")
    owner, _, method = name.partition(".")
    former = getattr(_OWNERS[owner], method)

    def deadly(*arguments: Any, **named: Any) -> None:
        if when == "after":
            former(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(_OWNERS[owner], method, deadly)


def main(moment: str, folder: Path, *files: str) -> None:
    """Do the work until the moment comes."""
    settings = Settings(home=folder / "home", corpus=folder / "corpus")
    if not files:
        _die_at(moment)
    workspace = Workspace("客户甲", settings, embedder=BigramEmbedder())
    _die_at(moment)
    workspace.ingest(files)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
