"""What a sentence says about an article, held against the whole law: which article speaks of this?

No article of the law calls itself 合理使用 or 避风港. So an article is known by its own words and by the words that
lawyers use for it: the captions (`corpus/statutes/captions.yaml`) and the cues of the concordance. A statement that
fits another article clearly, and the one cited not at all, was put under the wrong number.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rag.captions import Captions
from rag.concordance import Concordance
from rag.library import HeldPlace
from rag.relevance import terms

_SHORTEST_PHRASE = 3
_HAN = re.compile(r"[\u3400-\u9fff]")
# Cues that stand for an article only together with others: nearly every sentence of a brief holds one.
_EVERYDAY = frozenset(
    [
        "侵权行为",
        "民事责任",
        "停止侵害",
        "赔偿",
        "施行",
        "作品",
        "违约",
        "合同约定",
        "版权",
        "继承",
        "注释",
        "单独使用的作品",
        "复制权",
        "发行权",
        "没收",
        "演出",
        "转载",
        "仲裁",
        "调解",
        "剽窃",
        "摄影作品",
        "计算机软件",
        "信息网络传播权",
        "改编权",
        "署名权",
        "播放作品",
        "独创性",
        "智力成果",
        "视听作品",
    ]
)


@dataclass(frozen=True, slots=True)
class Score:
    """How well an article fits a statement.

    `phrases` adds up the telling phrases found, the rarer the more; `coverage` is the share of the statement's terms
    that the article holds, 0 to 1, rare terms weighing more.
    """

    phrases: float
    coverage: float

    @property
    def total(self) -> float:
        """Both together: a telling phrase weighs as much as a third of the words."""
        return self.coverage + 0.34 * min(self.phrases, 3.0)


NOTHING = Score(0.0, 0.0)


class LawBook:
    """The articles of one version of one law, by what they speak of.

    `articles` are the passages of the law; a passage before the first article is no article.
    """

    def __init__(self, articles: Iterable[HeldPlace], captions: Captions, concordance: Concordance) -> None:
        self.places = {
            place.citation.path[0]: place for place in articles if place.citation.path and place.citation.path[0] != "0"
        }
        self._postings: dict[str, list[str]] = {}
        for article, place in self.places.items():
            for term in terms(place.text):
                self._postings.setdefault(term, []).append(article)
        by_phrase: dict[str, set[str]] = {}
        for article, place in self.places.items():
            for phrase in _phrases(place, captions, concordance):
                by_phrase.setdefault(phrase, set()).add(article)
        self._phrases: Mapping[str, frozenset[str]] = {
            phrase: frozenset(found) for phrase, found in by_phrase.items() if len(found) <= 3
        }
        heads: dict[str, list[str]] = {}
        for phrase in self._phrases:
            heads.setdefault(phrase[:2], []).append(phrase)
        self._heads = {head: sorted(found, key=len, reverse=True) for head, found in heads.items()}
        self._known = lru_cache(maxsize=4096)(self._score)

    def scores(self, statement: str) -> Mapping[str, Score]:
        """The score of every article that has anything to do with the statement."""
        return self._known(statement[:400])

    def _score(self, statement: str) -> Mapping[str, Score]:
        phrases: Counter[str] = Counter()
        for phrase in self._found(statement):
            owners = self._phrases[phrase]
            weight = (0.35 if phrase in _EVERYDAY else 1.0) / len(owners)
            for article in owners:
                phrases[article] += weight  # type: ignore[assignment]
        wanted = terms(statement)
        gained: dict[str, float] = {}
        total = 0.0
        for term in wanted:
            owners_of_term = self._postings.get(term, ())
            weight = math.log(1 + (len(self.places) + 0.5) / (len(owners_of_term) + 0.5))
            total += weight
            for article in owners_of_term:
                gained[article] = gained.get(article, 0.0) + weight
        return {
            article: Score(float(phrases.get(article, 0)), gained.get(article, 0.0) / total if total else 0.0)
            for article in {*phrases, *gained}
        }

    def _found(self, statement: str) -> list[str]:
        """The longest telling phrases in the statement, none inside another."""
        found, at = [], 0
        while at < len(statement) - 1:
            longest = next(
                (phrase for phrase in self._heads.get(statement[at : at + 2], ()) if statement.startswith(phrase, at)),
                None,
            )
            if longest:
                found.append(longest)
                at += len(longest)
            else:
                at += 1
        return list(dict.fromkeys(found))


def _phrases(place: HeldPlace, captions: Captions, concordance: Concordance) -> set[str]:
    citation = place.citation
    words = set(captions.of(citation).split(" "))
    for row in concordance.before(citation.document, citation.path[0]):
        words |= {row.topic, *row.cues}
    for row in concordance.rows:
        if row.law == citation.document and row.new and row.kind == "part" and row.new.path[:1] == citation.path[:1]:
            words |= set(row.cues)
    return {word for word in words if len(word) >= _SHORTEST_PHRASE and _HAN.search(word)} | {
        word for word in words if len(word) == 2 and word in ("出质", "质押", "投稿", "删节", "查处", "脱销")
    }


def says_anything(statement: str) -> bool:
    """Whether there is enough in a statement to tell articles apart.

    >>> says_anything("的规定，"), says_anything("属于合理使用的情形")
    (False, True)
    """
    return len(_HAN.findall(statement)) >= 4 and sum(terms(statement).values()) >= 2
