"""A stand-in for the assistant: a queue of scripted answers, so that the doors can be tested without an index."""

from collections.abc import Iterator, Sequence
from datetime import date

from rag import (
    Answer,
    AnswerKind,
    KangbianError,
    Kind,
    LookupResult,
    NotFound,
    Provenance,
    SearchHit,
    Sent,
    Source,
    Statement,
    Turn,
    Verdict,
)

ITEM_KEY = "著作权法@2020/24/1/6"
ITEM = (
    "（六）为学校课堂教学或者科学研究，翻译、改编、汇编、播放或者少量复制已经发表的作品，供教学或者科研人员使用，"
    "但不得出版发行；"
)
ARTICLE = (
    "第二十四条　在下列情况下使用作品，可以不经著作权人许可，不向其支付报酬，但应当指明作者姓名或者名称、作品名称，"
    "并且不得影响该作品的正常使用，也不得不合理地损害著作权人的合法权益：\n"
    "（一）为个人学习、研究或者欣赏，使用他人已经发表的作品；\n" + ITEM
)
CASE_KEY = "(2023)京0491民初11279号/摘要.裁判结果/1"
CASE = "法院判决被告赔礼道歉，并赔偿原告500元。"

PLACES = {
    ITEM_KEY: ("《中华人民共和国著作权法》（2020）第二十四条第一款第（六）项", ITEM),
    "著作权法@2020/24": ("《中华人民共和国著作权法》（2020）第二十四条", ARTICLE),
    CASE_KEY: ("北京互联网法院（2023）京0491民初11279号　裁判结果", CASE),
}


def statute_answer(question: str, id: str | None = None, as_of: date | None = None) -> Answer:
    """An answer that quotes an item of a statute and reports a case from its digest."""
    quoted = f"《著作权法》第二十四条第一款第（六）项规定：\n{ITEM}"
    return Answer(
        id=id or "1",
        question=question,
        kind=AnswerKind.STATUTE,
        abstained=False,
        text=f"{quoted}\n【{PLACES[ITEM_KEY][0]}】\n\n{CASE}\n【{PLACES[CASE_KEY][0]}】",
        statements=[Statement(text=quoted, citations=[ITEM_KEY]), Statement(text=CASE, citations=[CASE_KEY])],
        citations=[
            Source(key=ITEM_KEY, title=PLACES[ITEM_KEY][0], quote=ITEM, verdict=Verdict.EXACT, in_force=True,
                   source_kind=Kind.STATUTE),
            Source(key=CASE_KEY, title=PLACES[CASE_KEY][0], quote=None, verdict=Verdict.VALID, in_force=True,
                   source_kind=Kind.JUDGMENT_DIGEST),
        ],
        as_of=as_of or date(2026, 1, 1),
        provenance=Provenance(corpus="c", embedder="e", generator="extractive", version="0"),
    )  # fmt: skip


class ScriptedAssistant:
    """Answers from `script`, a queue of answers and errors to raise; an empty queue gives `statute_answer`.

    `asked` records (question, history, as_of, id) of every call.
    """

    def __init__(self, *script: Answer | KangbianError, workspace: str = "default") -> None:
        self.workspace = workspace
        self.asked: list[tuple[str, list[Turn], date | None, str | None]] = []
        self._script = list(script)

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Answer:
        self.asked.append((question, list(history), as_of, id))
        reply = self._script.pop(0) if self._script else statute_answer(question, id, as_of)
        if isinstance(reply, KangbianError):
            raise reply
        return reply

    def stream(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, id: str | None = None
    ) -> Iterator[Statement | Answer]:
        answer = self.ask(question, history, as_of, id)
        yield from answer.statements
        yield answer

    def sent(self, answer_id: str) -> list[Sent]:
        return []

    def search(self, query: str, k: int = 10, as_of: date | None = None) -> list[SearchHit]:
        return [SearchHit(key=key, title=title, text=text, score=1.0) for key, (title, text) in PLACES.items()][:k]

    def lookup(self, citation: str, as_of: date | None = None) -> LookupResult:
        if citation not in PLACES:
            raise NotFound(f"没有收录「{citation}」。请用 kangbian corpus list 查看已收录的文件。")
        title, text = PLACES[citation]
        statute = citation.startswith("著作权法")
        return LookupResult(
            key=citation,
            title=title,
            text=text,
            version="2020" if statute else None,
            in_force=True,
            effective="2021-06-01" if statute else None,
            source_kind=Kind.STATUTE if statute else Kind.JUDGMENT_DIGEST,
            verified=True,
        )
