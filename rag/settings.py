"""Where the assistant keeps its data, which model embeds, and how a workspace may be called."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from ingest.errors import UnusableInput
from rag.chroma import ChromaServer
from rag.prose.endpoint import Endpoint

DEFAULT_WORKSPACE = "default"

# The corpus ships beside this package; it is data, so it is found by place and not imported.
_CORPUS = Path(__file__).resolve().parent.parent / "corpus"
# A call that writes sends a million numbers, which took 1.5 seconds; a busy server takes several times that.
_CHROMA_SECONDS = 30.0
# A model on the CPUs of a laptop may think so long before its first word.
_LLM_SECONDS = 60.0
_WORKSPACE_NAME = re.compile(r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff_-]{0,63}")


def _default_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("kangbian", appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a person can set about the index; `from_env` reads it from the environment.

    `home` holds all that is written. `embed_model` names a sentence-transformers model or folder, None for the one that
    ships with the product. `chroma_url` is the address of a Chroma server, None for the embedded one; `chroma_token` what
    it asks for, never shown; `chroma_timeout` how many seconds one answer of it may take. `llm_url`, `llm_model`, `llm_key`
    (never shown) and `llm_timeout` (the longest pause, in seconds) name a language model, None for none. `corpus` is the
    folder of the built-in corpus.

    >>> Settings.from_env({"KANGBIAN_HOME": "/data/kb"}).home.as_posix()
    '/data/kb'
    """

    home: Path = field(default_factory=_default_home)
    embed_model: str | None = None
    chroma_url: str | None = None
    chroma_token: str | None = field(default=None, repr=False)
    chroma_timeout: float = _CHROMA_SECONDS
    llm_url: str | None = None
    llm_model: str | None = None
    llm_key: str | None = field(default=None, repr=False)
    llm_timeout: float = _LLM_SECONDS
    corpus: Path = _CORPUS

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read KANGBIAN_HOME, KANGBIAN_EMBED_MODEL, KANGBIAN_CHROMA_URL, _TOKEN, _TIMEOUT and KANGBIAN_LLM_BASE_URL,
        _MODEL, _API_KEY, _TIMEOUT.

        An empty value counts as absent. Raises UnusableInput for a limit that is no number of seconds.
        """
        env = os.environ if environ is None else environ

        def value(name: str) -> str | None:
            return env.get(f"KANGBIAN_{name}", "").strip() or None

        home = value("HOME")
        return cls(
            home=Path(home).expanduser().absolute() if home else _default_home(),
            embed_model=value("EMBED_MODEL"),
            chroma_url=value("CHROMA_URL"),
            chroma_token=value("CHROMA_TOKEN"),
            chroma_timeout=_seconds("CHROMA_TIMEOUT", value("CHROMA_TIMEOUT"), _CHROMA_SECONDS),
            llm_url=value("LLM_BASE_URL"),
            llm_model=value("LLM_MODEL"),
            llm_key=value("LLM_API_KEY"),
            llm_timeout=_seconds("LLM_TIMEOUT", value("LLM_TIMEOUT"), _LLM_SECONDS),
        )

    def chroma_server(self) -> ChromaServer | None:
        """The server to keep vectors on; None for the embedded engine."""
        return ChromaServer(self.chroma_url, self.chroma_token, self.chroma_timeout) if self.chroma_url else None

    def endpoint(self) -> Endpoint | None:
        """The language model that writes prose; None where none is set. Raises UnusableInput for half a setting."""
        if not (self.llm_url or self.llm_model):
            return None
        if not (self.llm_url and self.llm_model):
            missing = "KANGBIAN_LLM_MODEL" if self.llm_url else "KANGBIAN_LLM_BASE_URL"
            raise UnusableInput(f"语言模型只设置了一半，缺 {missing}。请补上，或去掉另一个变量以不用语言模型。")
        return Endpoint(self.llm_url, self.llm_model, self.llm_key, self.llm_timeout)

    def workspace_folder(self, name: str) -> Path:
        """The folder of a workspace, whether it exists or not. Raises UnusableInput for a name that cannot be one."""
        return self.home / "workspaces" / workspace_name(name)


def _seconds(name: str, value: str | None, default: float) -> float:
    try:
        seconds = float(value) if value else default
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < inf:
        raise UnusableInput(f"KANGBIAN_{name}「{value}」不是秒数。应是大于零的数字，如 60。")
    return seconds


def workspace_name(name: str) -> str:
    """The name itself, when a folder may be called so.

    It takes 1 to 64 letters, digits, Chinese characters, `-` and `_`; a mark cannot be first. Raises UnusableInput.

    >>> workspace_name("客户甲_2025")
    '客户甲_2025'
    >>> workspace_name("../x")
    Traceback (most recent call last):
    ingest.errors.UnusableInput: 工作区名称「../x」不可用：请用 1 至 64 个汉字、字母、数字、- 或 _，且不以 - 或 _ 开头。
    """
    if not _WORKSPACE_NAME.fullmatch(name):
        raise UnusableInput(
            f"工作区名称「{name[:64]}」不可用：请用 1 至 64 个汉字、字母、数字、- 或 _，且不以 - 或 _ 开头。"
        )
    return name
