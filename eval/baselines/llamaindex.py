"""LlamaIndex as its guides set it up: SentenceSplitter, a transformer, a VectorStoreIndex in Chroma.

The transformer has the shape of bge-small-zh-v1.5 (4 layers, hidden size 512, 8 heads, 21,128 tokens) and random weights:
it takes the time that such a model takes, nothing is downloaded, and what it finds means nothing.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings as ChromaSettings
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from eval.baselines import Progress
from eval.baselines.words import counted
from rag import PassageText, ServiceFailure

_SEED = 20200101
_VOCABULARY = 21_128
_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# As BERT's Chinese tokenizer does, every character is a token; these cover the characters of everyday text.
_CHARACTERS = (*range(0x21, 0x7F), *range(0x3001, 0x3012), *range(0x4E00, 0x9FA6), *range(0xFF01, 0xFF1F))
# Passages handed to the index in one go, so that progress can be told; Chroma is written to once for each.
_BATCH = 256


class LlamaIndexSystem:
    """The default pipeline; a passage that is split counts once, at the rank of its best part."""

    def __init__(self) -> None:
        self._language_data = _language_data()
        self._embedding = _RandomTransformer()
        self._splitter = SentenceSplitter()
        # Only a text that is too long makes it load its data.
        self._splitter.split_text("长。" * self._splitter.chunk_size)
        self._index: VectorStoreIndex | None = None
        self._retriever: tuple[int, BaseRetriever] | None = None

    def build(self, passages: Iterable[PassageText], folder: Path, progress: Progress) -> None:
        """See `System.build`."""
        client = chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False))
        collection = client.create_collection("passages", embedding_function=None)
        store = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
        self._index = VectorStoreIndex([], storage_context=store, embed_model=self._embedding)
        batch: list[Document] = []
        for passage in counted(passages, progress):
            batch.append(Document(text=passage.text, doc_id=passage.id, metadata={"title": passage.title}))
            if len(batch) == _BATCH:
                self._index.insert_nodes(self._splitter.get_nodes_from_documents(batch))
                batch = []
        if batch:
            self._index.insert_nodes(self._splitter.get_nodes_from_documents(batch))

    def search(self, query: str, k: int) -> list[str]:
        """See `System.search`."""
        if self._index is None:
            raise ServiceFailure("索引尚未建立。")
        if self._retriever is None or self._retriever[0] != k:
            self._retriever = k, self._index.as_retriever(similarity_top_k=k)
        found = self._retriever[1].retrieve(query)
        return list(dict.fromkeys(str(node.node.ref_doc_id) for node in found))


class _RandomTransformer(BaseEmbedding):
    """A transformer made here, behind LlamaIndex's contract, with LlamaIndex's default batch."""

    _model: Any = PrivateAttr()

    def __init__(self) -> None:
        super().__init__(model_name="random weights of the shape of bge-small-zh-v1.5")
        self._model = _transformer()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._model.encode(
            texts, batch_size=self.embed_batch_size, show_progress_bar=False
        ).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _language_data() -> "tempfile.TemporaryDirectory[str] | None":
    """A plain copy of the NLTK data inside LlamaIndex, which its splitter reads; kept as long as what is returned.

    NLTK opens no file that has several names on disk, and that is what uv makes of an installed file. NLTK_DATA, where
    it is set, says where the data lies.
    """
    core = find_spec("llama_index.core")
    if "NLTK_DATA" in os.environ or core is None or core.origin is None:
        return None
    copy = tempfile.TemporaryDirectory(prefix="kangbian-nltk-")
    shutil.copytree(Path(core.origin).parent / "_static" / "nltk_cache", copy.name, dirs_exist_ok=True)
    os.environ["NLTK_DATA"] = copy.name
    return copy


def _transformer() -> Any:
    """A sentence-transformers model: BERT of that shape, the vector of [CLS], length 1."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(_SEED)
    config = BertConfig(
        vocab_size=_VOCABULARY,
        hidden_size=512,
        num_hidden_layers=4,
        num_attention_heads=8,
        intermediate_size=2048,
        max_position_embeddings=512,
    )
    with tempfile.TemporaryDirectory() as folder:
        tokens = {token: number for number, token in enumerate([*_MARKS, *map(chr, _CHARACTERS)])}
        BertModel(config).save_pretrained(folder)
        BertTokenizer(vocab=tokens).save_pretrained(folder)
        body = Transformer(folder, max_seq_length=512)
    return SentenceTransformer(modules=[body, Pooling(512, pooling_mode="cls"), Normalize()], device="cpu")
