"""The assistant as a LlamaIndex query engine, so that it drops into any LlamaIndex app."""

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.answer import Answer
from rag.assistant import Assistant


class KangbianQueryEngine(BaseQueryEngine):
    """Answers a query with the checked answer; its sources are the nodes, its JSON the metadata.

    A node's id is the citation key, its text the words at that place. The response has no source nodes when the
    answer abstains. Raises what `Assistant.ask` raises.

        response = KangbianQueryEngine().query("著作权法第二十四条第一款第（六）项")
        response.source_nodes[0].node_id      # 著作权法@2020/24/1/6
        response.metadata["kind"]             # statute
    """

    def __init__(self, assistant: Assistant | None = None) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._assistant = assistant or Assistant()

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._response(self._assistant.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _response(self, answer: Answer) -> Response:
        nodes = []
        for source in answer.citations:
            place = self._assistant.lookup(source.key, as_of=answer.as_of)
            metadata = {"title": source.title, "kind": source.source_kind.value, "verdict": source.verdict.value}
            nodes.append(NodeWithScore(node=TextNode(id_=source.key, text=place.text, metadata=metadata), score=1.0))
        return Response(response=answer.text, source_nodes=nodes, metadata=answer.model_dump(mode="json"))
