"""How well a short text answers a question, by the characters they share: for choosing inside one document."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from ingest.script import to_simplified

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
# Words that ask rather than name: they say nothing about which passage answers.
_ASKING = re.compile(
    r"为什么|什么|怎么|怎样|如何|为何|哪些|哪个|哪家|哪种|哪一|哪条|多少|是否|能否|可否|有没有|是不是|请问|请|介绍|说明|解释|告诉|一下|"
    r"规定|内容|条文|原文|法律|本案|该案|这个|那个|案件|案中|案子|里面|其中|关于|对于|问题|情况|情形|应当|应该|可以|需要|"
    r"我们|他们|你们|或者|以及|并且|但是|如果|因为|所以|还是|已经|进行|有关|相关|的|了|吗|呢|吧|啊|是|在|有|和|与|及|对|中"
)


def terms(text: str) -> Counter[str]:
    """The character bigrams and Latin words of a text, asking words removed; a lone character stands for itself.

    >>> sorted(terms("法院为什么认定侵权？"))
    ['侵权', '定侵', '法院', '认定']
    """
    found: Counter[str] = Counter()
    for run in _RUN.findall(_ASKING.sub(" ", to_simplified(text).lower())):
        if run.isascii() or len(run) == 1:
            found[run] += 1
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return found


def rank(question: str, texts: Sequence[str]) -> list[float]:
    """A score from 0 to 1 for each text: the share of the question's terms it holds, rare terms weighing more.

    Terms that every text holds weigh next to nothing, so that what tells the texts apart decides. The length of a text
    is damped as in BM25, so that a long paragraph does not win by its length alone.

    >>> rank("平台的注意义务", ["被告没有尽到合理注意义务。", "判决赔偿10000元。"])[1]
    0.0
    """
    wanted = terms(question)
    bags = [terms(text) for text in texts]
    if not wanted or not bags:
        return [0.0] * len(texts)
    mean = sum(sum(bag.values()) for bag in bags) / len(bags) or 1.0
    weights = {term: math.log(1 + (len(bags) + 0.5) / (sum(term in bag for bag in bags) + 0.5)) for term in wanted}
    total = sum(weights.values())
    scores = []
    for bag in bags:
        length = 0.75 + 0.25 * sum(bag.values()) / mean
        gained = sum(weights[term] * bag[term] / (bag[term] + 0.4 * length) * 1.4 for term in wanted if term in bag)
        scores.append(min(1.0, gained / total))
    return scores
