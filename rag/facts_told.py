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
from rag.scope import load_field
from rag.story import is_story
from rag.telling import asks_to_be_shown, is_disputed

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
    rf"{_SUPPOSED.pattern}|改成|换成|变成|补充|其实|忘了说|刚才(?:漏|没说|说错|记错)|(?:说|记|看|弄|搞|讲)(?:错|混|岔|反)了?|更正|纠正|收回|作废|没说实话|说实话|老实说|想起来了|"
    r"漏了|情况变了|(?:查|问|弄|搞)清楚了|刚(?:刚)?(?:查|问|听|核|知道|发现|翻)|后来|结论|分析(?:要|会|该|得|怎么)|抗辩|胜算|变不变|有(?:什么|啥)?(?:变化|影响)|"
    r"还(?:能|有|可以|站得住|行|成立|管用)|\b(?:does that change|would that change|still|instead|actually|turns? out|misinformed|mistaken|"
    r"correct(?:ion|ing)|I was wrong|defen[cs]e)\b",
    re.IGNORECASE,
)
# Names of pleas and of claims by which an undisputed start of a conversation is one of a dispute after all.
_OF_A_DISPUTE = re.compile(
    r"合法来源|合理使用|避风港|没接触|未接触|[抗申答]辩|站得住|免责|[判被该][^,。;!?]{0,4}赔|[要用不]赔|要我[^,。;!?]{0,6}赔|不是作品|被控|[收接]到[^,。;!?]{0,8}(?:函|通知)|"
    r"\b(?:had (?:no|never had) access|never had access|fair use|safe harbou?r|lawful source|plead|defen[cs]e)\b",
    re.IGNORECASE,
)
# Somebody who speaks of a dispute of his own, not of one that was decided.
_OUR_OWN = re.compile(r"我|咱|客户|委托人|\b(?:we|our|my|client)\b", re.IGNORECASE)
# So many facts told before and now together make a story; fewer where somebody was said to claim something.
_TOLD_IN_ALL, _TOLD_IN_A_DISPUTE = 3, 2


def supposes(text: str) -> bool:
    """Whether a follow-up supposes or adds a fact in so many words.

    >>> supposes("如果他们其实授权过呢，法院会怎么看"), supposes("法院怎么判的")
    (True, False)
    """
    return _SUPPOSED.search(text) is not None


def told_so_far(question: Question, corpus: Path) -> Case | None:
    """The facts of the conversation as a follow-up leaves them; None where it does not go on with a story told before.

    Offsets count characters of the question; a fact told earlier has none. A fact told now stands, and not its
    opposite or what it replaces (`corpus/lexicon/facts.yaml`).
    """
    before, now = question.told, _SUPPOSED.sub(_blank, _ASKING.sub(_blank, question.text))
    if not before or question.unheld or asks_to_be_shown(now):
        return None
    both, goes_on = f"{before}\n{now}", _GOING_ON.search(question.text) is not None
    # 他开口五十万: who tells what is claimed goes on with the dispute.
    claimed = is_disputed(now)
    disputed = claimed or is_disputed(before)

    def is_told() -> bool:
        return is_story(before, corpus, load_field(corpus))

    if not (is_disputed(both) or _OF_A_DISPUTE.search(both) or is_told()):
        return None
    # Who has asked about a case and goes on with a word of it asks about that case.
    if question.cases and not (goes_on or (disputed and _OUR_OWN.search(before)) or is_told()):
        return None
    earlier, told = read_case(before, corpus), read_case(now, corpus, question.raw)
    if not (earlier.sure() or disputed) or not (told.sure() or goes_on or claimed):
        return None
    facts = len({*earlier.sure(), *told.sure()})
    if facts < (1 if disputed and supposes(question.text) else _TOLD_IN_A_DISPUTE if disputed else _TOLD_IN_ALL):
        return None
    # A fact told before stands where it is still read from the whole and nothing told now is its opposite.
    book, whole, now_sure = load_facts(corpus), read_case(both, corpus), set(told.sure())
    replaced = {name for fact in now_sure for name in book.facts[fact].replaces}
    standing = {
        name: tuple(replace(one, start=0, end=0) for one in findings)
        for name, findings in earlier.found.items()
        if not findings[0].inferred
        and whole.has(name)
        and name not in replaced
        and now_sure.isdisjoint(book.facts[name].opposite)
    }
    added = {name: findings for name, findings in told.found.items() if not findings[0].inferred}
    return with_inferred(Case(question.raw, {**standing, **added}, told.alleged), book)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
