"""The language model at the other end: any server that speaks OpenAI's chat protocol, reached through LlamaIndex.

Imported where a model is configured; LlamaIndex and OpenAI's client take seconds to load.
"""

import ipaddress
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from ingest.errors import ServiceFailure, UnusableInput

if TYPE_CHECKING:
    import httpx
    from llama_index.llms.openai_like import OpenAILike

_CONNECT_SECONDS = 10.0
# A reply may go on for so many times the longest pause; a server that drips a character now and then holds nobody.
_WHOLE_REPLY = 5
# Characters. Six screens of prose: what is longer is no answer over a dozen passages.
_LONGEST_REPLY = 20_000
_MAX_TOKENS = 2_000
_UNFINISHED = {None, "", "length", "content_filter"}
# A local server asks for no key, and OpenAI's client refuses to go without.
_NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the model: `role` is system, user or assistant."""

    role: str
    content: str


class LanguageModel(Protocol):
    """The seam: a model is anything with a name that answers messages piece by piece."""

    @property
    def name(self) -> str:
        """How the answer's provenance calls it."""

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply, in pieces as they come. Raises ServiceFailure when it fails, whenever it fails."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server: address, model, key (never shown), and the longest pause to wait for, in seconds.

    >>> Endpoint("http://127.0.0.1:11434/v1", "qwen3", key="secret")
    Endpoint(url='http://127.0.0.1:11434/v1', model='qwen3', seconds=60.0)
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    seconds: float = 60.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.username or parts.password or parts.query:
            raise UnusableInput(
                "KANGBIAN_LLM_BASE_URL 中不能写用户名、密码或参数。密钥请放在 KANGBIAN_LLM_API_KEY 中。"
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UnusableInput(
                "KANGBIAN_LLM_BASE_URL 不是可用的地址。应形如 http://127.0.0.1:11434/v1 或 https://api.deepseek.com/v1。"
            )
        if self.key and not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            raise UnusableInput("KANGBIAN_LLM_API_KEY 中有空格或非 ASCII 字符，不能作为密钥发送。请核对该变量。")

    @property
    def host(self) -> str:
        """Where it is, as a person reads it: host and port."""
        return urlsplit(self.url).netloc

    @property
    def is_here(self) -> bool:
        """Whether the server is this machine, so that nothing leaves it."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def open(self) -> "ChatModel":
        """The model behind the address; nothing is sent yet."""
        return ChatModel(self)

    def client(self) -> "httpx.Client":
        """A connection of its own. A redirect could carry the question to a host that nobody configured, and so could a
        proxy, for a server on this machine."""
        import httpx

        pause = httpx.Timeout(self.seconds, connect=min(self.seconds, _CONNECT_SECONDS))
        return httpx.Client(timeout=pause, follow_redirects=False, trust_env=not self.is_here)

    def served(self, client: "httpx.Client") -> "OpenAILike":
        """LlamaIndex's model over a connection."""
        from llama_index.llms.openai_like import OpenAILike

        options: dict[str, Any] = {"http_client": client, "max_retries": 0}
        return OpenAILike(
            model=self.model,
            api_base=self.url,
            api_key=self.key or _NO_KEY,
            is_chat_model=True,
            context_window=32_768,
            max_tokens=_MAX_TOKENS,
            temperature=0.0,
            timeout=self.seconds,
            **options,
        )


class ChatModel:
    """A served model; every failure of it is a ServiceFailure that says what happened."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @property
    def name(self) -> str:
        """The model as it was configured."""
        return self._endpoint.model

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply, in pieces. Raises ServiceFailure, also when the reply breaks off, is empty or goes on for ever."""
        # One connection a reply, closed with it: a reply that nobody read to its end is closed whenever the garbage
        # collector comes by, and if that is inside another request of the same pool, it waits for itself.
        with self._endpoint.client() as client:
            yield from self._stream(self._endpoint.served(client), messages)

    def _stream(self, served: "OpenAILike", messages: Sequence[Message]) -> Iterator[str]:
        from llama_index.core.base.llms.types import ChatMessage

        asked = [ChatMessage(role=message.role, content=message.content) for message in messages]
        ends = time.monotonic() + self._endpoint.seconds * _WHOLE_REPLY
        said, finished = 0, False
        # A malformed reply makes the libraries between here and there raise whatever they stumble on.
        try:
            for piece in served.stream_chat(asked):
                if time.monotonic() > ends:
                    raise ServiceFailure("语言模型的回复拖得过长，已中断。")
                finished = finished or _is_end(piece.raw)
                said += len(piece.delta or "")
                if said > _LONGEST_REPLY:
                    raise ServiceFailure(f"语言模型的回复超过{_LONGEST_REPLY}字，已中断。")
                if piece.delta:
                    yield piece.delta
            if not said:
                # Some servers answer whole although they were asked for a stream.
                reply = served.chat(asked)
                said, finished = len(reply.message.content or ""), _is_end(reply.raw)
                yield (reply.message.content or "")[:_LONGEST_REPLY]
        except ServiceFailure:
            raise
        except Exception as error:
            raise ServiceFailure(self._reason(error)) from error
        if not said:
            raise ServiceFailure("语言模型的回复是空的。")
        if not finished:
            raise ServiceFailure("语言模型的回复没有说完就断了。")

    def _reason(self, error: Exception) -> str:
        """What went wrong, without the words of the server: they may repeat the key or the question."""
        import httpx
        import openai

        match error:
            case openai.RateLimitError():
                return "语言模型服务返回 429，请求过于频繁或额度不足，请稍后再试。"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return "语言模型服务拒绝访问，请核对 KANGBIAN_LLM_API_KEY。"
            case openai.NotFoundError():
                return "语言模型服务没有这个地址或模型，请核对 KANGBIAN_LLM_BASE_URL 和 KANGBIAN_LLM_MODEL。"
            case openai.APITimeoutError() | httpx.TimeoutException():
                return f"语言模型在{self._endpoint.seconds:g}秒内没有应答，可用 KANGBIAN_LLM_TIMEOUT 设置更长的秒数。"
            case openai.APIStatusError():
                return f"语言模型服务返回错误 {error.status_code}。"
            case openai.APIConnectionError() | httpx.TransportError():
                return f"语言模型服务 {self._endpoint.host} 连不上，或者中途断开，请确认已启动。"
        return "语言模型的回复不合格式，无法读取。"


def _is_end(raw: Any) -> bool:
    """Whether a chunk or a reply says that the model had finished; cut off by a limit or a filter it had not."""
    choices = getattr(raw, "choices", None) or ()
    reasons = {getattr(choice, "finish_reason", None) for choice in choices}
    return bool(reasons - _UNFINISHED)
