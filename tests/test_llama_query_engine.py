"""The assistant as a LlamaIndex query engine."""

import asyncio

from rag import Assistant, KangbianQueryEngine, Settings


def test_an_answer_comes_with_its_sources_as_nodes(settings: Settings) -> None:
    engine = KangbianQueryEngine(Assistant(settings=settings))
    response = engine.query("著作权法第二十四条第一款第（六）项")
    assert "为学校课堂教学或者科学研究" in str(response)
    assert [node.node.node_id for node in response.source_nodes] == ["著作权法@2020/24/1/6", "著作权法@2020/24/1"]
    assert response.source_nodes[0].node.get_content().startswith("（六）为学校课堂教学")
    assert response.metadata is not None
    assert response.metadata["kind"] == "statute"


def test_an_abstention_has_no_sources(settings: Settings) -> None:
    response = asyncio.run(KangbianQueryEngine(Assistant(settings=settings)).aquery("今天天气怎么样"))
    assert response.source_nodes == []
    assert response.metadata is not None
    assert response.metadata["abstained"]
