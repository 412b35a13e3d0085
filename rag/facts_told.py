"""Facts told over several turns: what a follow-up adds, changes or supposes is read together with what was told before.

分享社区收到通知当天下架，被起诉了 → 如果再加一个事实：运营同事一直把它放在首页推荐位，分析要怎么改？
"""

import re
from dataclasses import replace
from pathlib import Path

from rag.analysis import read_case
from rag.fact_book import load_facts
from rag.facts import Case, with_inferred
from rag.question import Question
from rag.telling import asks_to_be_shown, is_disputed, looks_like_facts
from rag.wording import load_wording

# Words that suppose or add a fact. The reader of facts takes what is supposed for no fact, so they are blanked out.
_SUPPOSED = re.compile(
    r"(?:如果|假如|要是|假设|假使|倘若|若是|万一|比如说?)(?:再|又|还|另外)?(?:加|补充?|多)?(?:上|了)?(?:一?[个条点])?(?:事实|情况|情节)?[::，,]?(?:说)?"
    r"|(?:再|另外)?(?:补充?|加上?|多)(?:一?[个条点])(?:事实|情况|情节)[::，,]?"
    r"|\b(?:what if|suppose|supposing|assume|assuming|imagine|if|in case)\b",
    re.IGNORECASE,
)
# What makes a question of a fact: 也没发票呢.
_ASKING = re.compile(r"(?:的话)?(?:呢|吗|么|嘛)?[？?]*$")
# Words that go on with an analysis: a fact supposed, put right or forgotten, or a question on what came of it.
_GOING_ON = re.compile(
    rf"{_SUPPOSED.pattern}|改成|换成|变成|补充|其实|忘了说|刚才(?:漏|没说|说错|记错)|更正|后来|结论|分析(?:要|会|该|得|怎么)|抗辩|胜算|变不变|有(?:什么|啥)?(?:变化|影响)|"
    r"还(?:能|有|可以|站得住|行|成立|管用)|\b(?:does that change|would that change|still|instead|actually|turns? out|defen[cs]e)\b",
    re.IGNORECASE,
)
_TOLD_BEFORE = 2


def supposes(text: str) -> bool:
    """Whether a follow-up supposes or adds a fact in so many words.

    >>> supposes("如果他们其实授权过呢，法院会怎么看"), supposes("法院怎么判的")
    (True, False)
    """
    return _SUPPOSED.search(text) is not None


def told_so_far(question: Question, corpus: Path) -> Case | None:
    """The facts of the conversation as a follow-up leaves them; None where it does not go on with a story told before.

    Offsets count characters of the question; a fact told earlier has none. Of two facts that cannot both be so the one told
    now stands.
    """
    before, now = question.told, _SUPPOSED.sub(_blank, _ASKING.sub(_blank, question.text))
    if not before or asks_to_be_shown(now) or not is_disputed(before):
        return None
    if not looks_like_facts(before) and load_wording().odds(before).story < 0:
        return None
    earlier, told = read_case(before, corpus), read_case(now, corpus, question.raw)
    if len(earlier.sure()) < _TOLD_BEFORE or not (told.sure() or _GOING_ON.search(question.text)):
        return None
    # A fact told before stands where it is still read from the whole and nothing told now is its opposite.
    book, whole, now_sure = load_facts(corpus), read_case(f"{before}\n{now}", corpus), set(told.sure())
    standing = {
        name: tuple(replace(one, start=0, end=0) for one in findings)
        for name, findings in earlier.found.items()
        if not findings[0].inferred and whole.has(name) and now_sure.isdisjoint(book.facts[name].opposite)
    }
    added = {name: findings for name, findings in told.found.items() if not findings[0].inferred}
    return with_inferred(Case(question.raw, {**standing, **added}, told.alleged), book)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
