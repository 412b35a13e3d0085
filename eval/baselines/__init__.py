"""What a retrieval test set is run on: Kangbian's own index and others to hold it against, one engine a file.

system = open_system("bm25s")
system.build(passages, folder, progress)
system.search("房东不退押金怎么办", 100)    # ids, best first
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from rag import PassageText, UnusableInput

# Told the passages done, the passages in all (0 where that is not known) and what is being done.
Progress = Callable[[int, int, str], None]


class System(Protocol):
    """A search engine. Making one loads what it needs to work (a dictionary, a model); only `build` is timed as indexing."""

    def build(self, passages: Iterable[PassageText], folder: Path, progress: Progress) -> None:
        """Index passages, once; what is written to disk goes into `folder`, which exists and is empty."""

    def search(self, query: str, k: int) -> list[str]:
        """The ids of the `k` best passages, best first, each once; fewer where fewer have to do with the query."""


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """A system by the name it has on the command line.

    `label` names it in tables, `home` is the class as `module:name`, `requires` the module that has to be installed and
    `extra` the optional part of Kangbian that brings it. `speed_only`: the model has no learnt weights, so what it finds
    means nothing, and it runs on some of the passages.
    """

    name: str
    label: str
    home: str
    requires: str | None = None
    extra: str | None = None
    speed_only: bool = False

    @property
    def installed(self) -> bool:
        """Whether everything it needs is on this machine."""
        return self.requires is None or find_spec(self.requires) is not None

    def require(self) -> None:
        """Raises UnusableInput, with the command that installs it, where something is missing."""
        if not self.installed:
            raise UnusableInput(
                f"未安装 {self.name} 所需的 {self.requires}。请运行 pip install 'kangbian[{self.extra}]'。"
            )


SYSTEMS = {
    info.name: info
    for info in (
        SystemInfo("kangbian", "Kangbian", "eval.baselines.kangbian:KangbianSystem"),
        SystemInfo("bm25s", "bm25s + jieba", "eval.baselines.bm25s_jieba:Bm25sSystem"),
        SystemInfo(
            "rank_bm25", "rank_bm25 + jieba", "eval.baselines.rank_bm25_jieba:RankBm25System", "rank_bm25", "baselines"
        ),
        SystemInfo("llamaindex", "LlamaIndex + Chroma", "eval.baselines.llamaindex:LlamaIndexSystem", speed_only=True),
    )
}


def open_system(name: str) -> System:
    """The system of a name. Raises UnusableInput for a name that none has and where something is not installed."""
    if name not in SYSTEMS:
        raise UnusableInput(f"没有名为「{name}」的系统。可用：{'、'.join(SYSTEMS)}。")
    info = SYSTEMS[name]
    info.require()
    module, _, cls = info.home.partition(":")
    system: System = getattr(import_module(module), cls)()
    return system
