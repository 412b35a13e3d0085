"""Texts to vectors: the embedding shipped with the package, or any other sentence-transformers model on this machine.

The shipped model is a static embedding: the vector of a text is the mean of the vectors of its tokens. It is read with
numpy, tokenizers and safetensors alone, so that a cold start does not pay for torch. Anything else goes through
sentence-transformers, and never over the network.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ingest.errors import UnusableInput
from rag.embedding_tokenizer import read_piece

BUILT_IN = Path(__file__).parent / "embedding"
Vectors = npt.NDArray[np.float32]

_STATIC_TYPE = "StaticEmbedding"
_MODEL_FILES = ("tokenizer.json", "model.safetensors")
# A token of Chinese text is at least one character. Models that do not say how much they read get this many tokens.
_USUAL_TOKENS = 512
# A mean of vectors has no limit of its own, but past this length it says little about any one sentence of the text.
_STATIC_CHARACTERS = 2000
# So many texts are quicker one by one than with the weights in 32 bits.
_FEW = 16
_UNKNOWN_ROW = 0


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors of length 1.

    `fingerprint` changes whenever the vectors may change; an index keeps it and refuses another. `max_chars` is how
    many characters of a text are sure to count: split longer passages before embedding them.
    """

    @property
    def name(self) -> str:
        """What the user calls the model: `built-in`, a folder or a model name."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def fingerprint(self) -> str:
        """A hash of the files of the model, 16 hexadecimal digits."""

    @property
    def max_chars(self) -> int:
        """The longest text, in characters, that is read to its end."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, shape (len(texts), dimension), float32, each of length 1.

        A text without a known word (empty, only punctuation) gets a row of zeros, which is like nothing.
        """


def load_embedder(name_or_path: str | Path | None = None) -> Embedder:
    """The embedding to use: the shipped one for None or "", otherwise a folder or the name of a cached model.

    Raises UnusableInput when the folder holds no model, when the model is not on this machine, or when it cannot be
    read. Nothing is ever downloaded.

    >>> embedder = load_embedder()
    >>> copy, copied, loan = embedder.embed(["未经许可复制作品", "擅自复制他人作品", "民间借贷的利息"])
    >>> bool(copy @ copied > copy @ loan)
    True
    """
    if not name_or_path:
        return shipped()
    folder = Path(name_or_path).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
            raise UnusableInput(
                f"文件夹「{folder}」里没有向量模型（缺少 modules.json）。"
                "请把 KANGBIAN_EMBED_MODEL 指向 sentence-transformers 格式的模型文件夹，或取消该变量以使用自带模型。"
            )
        return StaticEmbedder(folder, str(name_or_path)) if _is_static(folder) else TransformerEmbedder(str(folder))
    if folder.exists():
        raise UnusableInput(f"「{folder}」是一个文件，不是模型文件夹。请把 KANGBIAN_EMBED_MODEL 指向模型所在的文件夹。")
    return TransformerEmbedder(str(name_or_path))


@lru_cache(maxsize=1)
def shipped() -> "StaticEmbedder":
    """The embedding that ships with the product, opened once: it never changes, and every reader here shares it."""
    return StaticEmbedder(BUILT_IN, "built-in")


def _is_static(folder: Path) -> bool:
    """Whether the folder holds a static embedding, alone or with the normalisation that we do anyway."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        types = [str(module["type"]).rpartition(".")[2] for module in modules]
        inner = folder / modules[0]["path"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return False
    return (
        types[0] == _STATIC_TYPE
        and set(types[1:]) <= {"Normalize"}
        and all((inner / name).is_file() for name in _MODEL_FILES)
        and _holds_plain_weights(inner / "model.safetensors")
    )


def _holds_plain_weights(path: Path) -> bool:
    """Whether the weights are one row a token; other layouts, such as model2vec's, are left to the library."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as weights:
            return "embedding.weight" in weights.keys()  # noqa: SIM118 - the reader is no mapping
    except (OSError, SafetensorError):
        return False


class StaticEmbedder:
    """A static embedding read without torch. Safe to share between threads: nothing changes after loading.

    `weights` (tokens, dimension) are the vectors of its tokens.
    """

    def __init__(self, folder: Path, name: str) -> None:
        # Imported here: what only reads documents need not load the tokenizer's library.
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.name = name
        self.folder = folder
        self.max_chars = _STATIC_CHARACTERS
        inner = folder
        try:
            modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
            inner = folder / modules[0]["path"]
            weights = load_file(inner / "model.safetensors")["embedding.weight"]
            self._tokenizer = Tokenizer.from_file(str(inner / "tokenizer.json"))
        except (OSError, ValueError, KeyError, IndexError, TypeError, SafetensorError) as error:
            raise _unreadable(name, error) from error
        except Exception as error:
            # The tokenizers library raises bare Exception for a broken file.
            if type(error) is Exception:
                raise _unreadable(name, error) from error
            raise
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.weights = weights
        self._wide: Vectors | None = None
        self.dimension = int(weights.shape[1])
        self.fingerprint = _hash_files([inner / name for name in _MODEL_FILES])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ids = [encoding.ids for encoding in encodings]
        # The direction of a sum is that of the mean.
        if len(ids) > _FEW:
            return _normalised(self._sums(ids))
        sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, tokens in enumerate(ids):
            if tokens:
                sums[row] = self.weights[tokens].sum(axis=0, dtype=np.float32)
        return _normalised(sums)

    def words(self, text: str, most: int) -> list[int]:
        """The rows of `weights` of the words of a text in their order, at most so many; that of the unknown for none.

        The pairs of characters across word borders are left out.
        """
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        rows = [row for row, piece in zip(encoding.ids, encoding.tokens, strict=True) if not read_piece(piece)[1]]
        return rows[:most] or [_UNKNOWN_ROW]

    def _sums(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """Sums of the vectors of many texts' tokens: a sparse product takes a twentieth of the time of as many sums."""
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

        if self._wide is None:
            self._wide = self.weights.astype(np.float32)
        bounds = np.concatenate([[0], np.cumsum([len(tokens) for tokens in ids])])
        flat = np.fromiter(chain.from_iterable(ids), dtype=np.int32, count=int(bounds[-1]))
        bags = csr_matrix((np.ones(len(flat), np.float32), flat, bounds), shape=(len(ids), len(self._wide)))
        sums: Vectors = bags @ self._wide
        return sums


class TransformerEmbedder:
    """Any other sentence-transformers model, from a folder or from the local cache."""

    def __init__(self, name: str) -> None:
        # The hub client reads these when it is first imported; local_files_only alone covers only part of the loading.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from sentence_transformers import SentenceTransformer

        self.name = name
        try:
            self._model: Any = SentenceTransformer(name, local_files_only=True)
        except Exception as error:
            # Each library below raises its own kinds (OSError, ValueError, hub and safetensors errors).
            if Path(name).is_dir():
                raise _unreadable(name, error) from error
            raise UnusableInput(
                f"本机没有向量模型「{name}」。本产品不联网下载模型：请先把模型下载到本机，"
                "再把 KANGBIAN_EMBED_MODEL 设为该文件夹；取消该变量则使用自带模型。"
            ) from error
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        tokens = self._model.max_seq_length
        self.max_chars = int(tokens) - 2 if isinstance(tokens, int) else _USUAL_TOKENS - 2
        self.fingerprint = _hash_weights(name, self._model)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(list(texts), convert_to_numpy=True, show_progress_bar=False)
        vectors = np.asarray(vectors, dtype=np.float32)
        # A transformer makes a vector of its start and end marks alone; a text without words is to be like nothing.
        vectors[[not any(char.isalnum() for char in text) for text in texts]] = 0.0
        return _normalised(vectors)


def _normalised(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    length[length == 0] = 1.0
    unit: Vectors = (vectors / length).astype(np.float32, copy=False)
    return unit


def _unreadable(name: str, error: Exception) -> UnusableInput:
    return UnusableInput(
        f"向量模型「{name}」无法读取（{type(error).__name__}）。文件可能不完整：请重新取得模型，"
        "或检查 KANGBIAN_EMBED_MODEL；取消该变量则使用自带模型。"
    )


def _hash_files(paths: Sequence[Path]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _hash_weights(name: str, model: Any) -> str:
    """The hash of a loaded model: of its files where it is a folder, else of its parameters, which a cache may move."""
    if Path(name).is_dir():
        return _hash_files(
            sorted(path for path in Path(name).rglob("*") if path.suffix in {".json", ".safetensors", ".bin"})
        )
    digest = hashlib.blake2b(name.encode(), digest_size=8)
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.float().numpy().tobytes())
    return digest.hexdigest()
