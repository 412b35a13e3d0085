"""A process that searches while another one writes, and holds everything it sees against what must always be true.

    python -m tests.reader_process URL FOLDER FINISHED

opens the small corpus below FOLDER with its vectors on the server at URL and searches workspace 共享 until the file
FINISHED is there, then once more. It prints how many documents it saw at each look, as a JSON list.
"""

import json
import sys
from pathlib import Path

from rag.index import open_index
from rag.retrieve import Retriever
from rag.settings import Settings
from tests.bigram_embedder import BigramEmbedder

# Every document that is written has these two passages, a number standing before each.
PARAGRAPHS = ("号意见：晶钻吊坠的权属归设计人。", "号意见：晶钻吊坠的赔偿数额另行计算。")


def text_of(number: int) -> str:
    """The words of the document with this number."""
    return "\n\n".join(f"第{number}{paragraph}" for paragraph in PARAGRAPHS)


def main(url: str, folder: Path, finished: Path) -> None:
    """Search until the writer has finished."""
    settings = Settings(home=folder / "home", corpus=folder / "corpus", chroma_url=url)
    index = open_index(settings, "共享", embedder=BigramEmbedder())
    retriever = Retriever(index)
    seen: list[int] = []
    last = False
    while not last:
        last = finished.exists()
        hits = [hit for hit in retriever.search("晶钻吊坠的权属", k=50) if hit.title.startswith("意见")]
        assert last or hits or not seen or not seen[-1], "what was found once is found again"
        documents = [document for document in index.library.documents() if not document.builtin]
        for document in documents:
            places = index.library.passages(str(document.citation))
            number = int(document.title.removeprefix("意见"))
            assert "\n\n".join(place.text for place in places) == text_of(number), document.title
        for hit in hits:
            assert hit.text in text_of(int(hit.title.removeprefix("意见"))), hit.key
        if not seen or seen[-1] != len(documents):
            seen.append(len(documents))
    print(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
