"""The search as a LlamaIndex retriever, so that it drops into any LlamaIndex application."""

from collections.abc import Collection
from datetime import date

from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from ingest.document import Kind
from rag.retrieve import Hit, Retriever


class KangbianRetriever(BaseRetriever):
    """Finds the passages of a workspace and of the built-in corpus; a node's id is its citation key.

    `similarity_top_k` is how many nodes a query gives, `as_of` the day whose law is searched (today if None), `kinds`
    the kinds of documents (all if None). The metadata of a node: key, title, document, version, kind, in_force,
    effective, verified, route.

        from rag import KangbianRetriever, Retriever, open_index

        nodes = KangbianRetriever(Retriever(open_index())).retrieve("AI生成的图片是作品吗")
    """

    def __init__(
        self,
        retriever: Retriever,
        similarity_top_k: int = 10,
        as_of: date | None = None,
        kinds: Collection[Kind] | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._retriever = retriever
        self._similarity_top_k = similarity_top_k
        self._as_of = as_of
        self._kinds = kinds

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._retriever.search(query_bundle.query_str, self._similarity_top_k, self._as_of, self._kinds)
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]


def _node(hit: Hit) -> TextNode:
    place = hit.place
    metadata = {
        "key": place.key,
        "title": place.title,
        "document": place.citation.document,
        "version": place.version or "",
        "kind": place.kind.value,
        "in_force": place.in_force,
        "effective": place.effective or "",
        "verified": place.verified,
        "route": hit.route.value,
    }
    # What a language model reads beside the words is the key and the title; the rest is for programs.
    shown = ["key", "title"]
    hidden = [name for name in metadata if name not in shown]
    return TextNode(
        id_=place.key,
        text=place.text,
        metadata=metadata,
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=hidden,
    )
