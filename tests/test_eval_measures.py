"""Every measure on answers worked by hand: hits out of total for each, then the value over all of them."""

import pytest

from eval import MEASURES
from eval.dataset import Gold, GoldDefenses, ItemKind
from eval.intervals import Estimate, estimate
from eval.marking import Marked
from eval.measure import Summary, Tally
from eval.measures import named
from tests.eval_answers import ITEM_6, SPRING, answer, marked, source

FAIR_USE = "著作权法@2020/24/1/6"
GOLD = Gold(citations=((FAIR_USE, "著作权法/24"), ("著作权法/54",)))


def tallies(name: str, *given: Marked) -> list[tuple[float, int]]:
    return [(tally.hits, tally.total) for tally in named(name).tallies(given)]


def value(name: str, *given: Marked) -> float | None:
    measure = named(name)
    return estimate(measure.tallies(given), measure.summary).value


def test_the_names_and_their_order() -> None:
    assert [str(measure) for measure in MEASURES] == [
        "citation_recall", "citation_precision", "citation_validity", "quote_fidelity", "hallucinated_citation_rate",
        "abstention_accuracy", "false_premise_accuracy", "defense_accuracy", "answer_accuracy", "latency_ms",
        "citation_support", "citation_support_judged",
    ]  # fmt: skip
    assert all(named(str(measure)) is measure for measure in MEASURES)


def test_citation_recall() -> None:
    given = (
        marked(answer("", source(FAIR_USE), source("著作权法/54/2")), GOLD),  # both groups
        marked(answer("", source(FAIR_USE), source(FAIR_USE)), GOLD),  # one group, twice
        marked(answer("", source("著作权法/3")), GOLD),  # none
        marked(answer("依《著作权法》第五十四条。"), GOLD),  # one group, in the running text
        marked(None, GOLD),  # no answer: both missed
        marked(answer("", source(FAIR_USE)), Gold()),  # no gold: not concerned
        marked(answer("", source("商标法/57")), Gold(citations=(("商标法/57",),))),  # gold that is not held: missed
    )
    assert tallies("citation_recall", *given) == [(2, 2), (1, 2), (0, 2), (1, 2), (0, 2), (0, 0), (0, 1)]
    assert value("citation_recall", *given) == 0.3636  # 4 of 11


def test_citation_precision() -> None:
    given = (
        marked(answer("", source(FAIR_USE), source("著作权法/3"), source("著作权法/10")), GOLD),  # one of three
        marked(answer("", source(FAIR_USE), source("著作权法/54")), GOLD),  # both
        marked(answer("甲"), GOLD),  # cites nothing where it should
        marked(None, GOLD),  # no answer
        marked(answer("", source("著作权法/3")), Gold()),  # no gold: not concerned
        # The article named in the text is the listed item again, and not another citation.
        marked(answer("《著作权法》第二十四条列举了合理使用。", source(FAIR_USE)), GOLD),
        # A citation rejected is none of the answer's.
        marked(answer("著作权法没有第九百条，应为第五十四条。", source("著作权法/54")), GOLD),
    )
    assert tallies("citation_precision", *given) == [(1, 3), (2, 2), (0, 1), (0, 1), (0, 0), (1, 1), (1, 1)]
    assert value("citation_precision", *given) == 0.5556  # 5 of 9


def test_citation_validity() -> None:
    given = (
        marked(answer("", source(FAIR_USE, ITEM_6), source("著作权法/54"))),  # exact and valid
        marked(answer("", source("著作权法/900"), source("著作权法/54"))),  # nonexistent
        marked(answer("", source("商标法/57"))),  # not in the corpus: no pass
        marked(answer("", source("著作权法@2010/49"))),  # outdated
        marked(answer("没有依据。", abstained=True)),  # cites nothing: not concerned
        marked(None),
    )
    assert tallies("citation_validity", *given) == [(2, 2), (1, 2), (0, 1), (0, 1), (0, 0), (0, 1)]
    assert value("citation_validity", *given) == 0.4286  # 3 of 7


def test_quote_fidelity() -> None:
    given = (
        marked(answer("", source(FAIR_USE, ITEM_6))),
        marked(answer("", source(FAIR_USE, ITEM_6.replace("不得", "可以")))),
        marked(answer("", source("著作权法/54", ITEM_6))),  # stands elsewhere
        marked(answer(f"规定：“{ITEM_6}”", source(FAIR_USE, ITEM_6))),  # listed and in the text: once
        marked(answer("", source(FAIR_USE))),  # quotes nothing: not concerned
        marked(None),
    )
    assert tallies("quote_fidelity", *given) == [(1, 1), (0, 1), (0, 1), (1, 1), (0, 0), (0, 1)]
    assert value("quote_fidelity", *given) == 0.4  # 2 of 5


def test_hallucinated_citation_rate() -> None:
    spring = f"{SPRING}/摘要.裁判结果/1"
    given = (
        marked(answer("", source("著作权法/900"), source("著作权法/54"))),  # nonexistent
        marked(answer("", source(FAIR_USE, ITEM_6.replace("不得", "可以")))),  # altered
        marked(answer("春风案判赔50000元。", source(spring))),  # mismatch
        marked(answer("", source("商标法/57"))),  # cannot be checked: no fake
        marked(answer("", source("著作权法@2010/49"))),  # outdated: no fake
        marked(answer("《著作权法》没有第九百条。", source("著作权法/54"))),  # rejected
        marked(None),
    )
    rows = [(1, 2), (1, 1), (1, 1), (0, 1), (0, 1), (0, 1), (1, 1)]
    assert tallies("hallucinated_citation_rate", *given) == rows
    assert value("hallucinated_citation_rate", *given) == 0.5  # 4 of 8
    assert named("hallucinated_citation_rate").falling


def test_abstention_accuracy() -> None:
    silent, speaking = answer("没有。", abstained=True), answer("有。")
    given = (
        marked(silent, Gold(abstain=True)),
        marked(speaking, Gold(abstain=True)),
        marked(silent, Gold(abstain=False)),
        marked(speaking, Gold(abstain=False)),
        marked(silent, Gold()),  # the gold does not say
        marked(None, Gold(abstain=True)),  # silence by failure is no abstention
    )
    assert tallies("abstention_accuracy", *given) == [(1, 1), (0, 1), (0, 1), (1, 1), (0, 0), (0, 1)]
    assert value("abstention_accuracy", *given) == 0.4


def test_false_premise_accuracy() -> None:
    gold = Gold(contains=("没有第九百条",), abstain=False)
    given = (
        marked(answer("著作权法没有第九百条。"), gold, ItemKind.FALSE_PREMISE),
        marked(answer("第九百条规定……"), gold, ItemKind.FALSE_PREMISE),
        marked(answer("著作权法没有第九百条。"), gold, ItemKind.STATUTE),  # another kind: not concerned
        marked(None, gold, ItemKind.FALSE_PREMISE),
    )
    assert tallies("false_premise_accuracy", *given) == [(1, 1), (0, 1), (0, 0), (0, 1)]
    assert value("false_premise_accuracy", *given) == 0.3333


def test_defense_accuracy() -> None:
    gold = Gold(defenses=GoldDefenses(expected=("fair_use",), excluded=("no_access",)))
    given = (
        marked(answer("", defenses=[("fair_use", "strong"), ("no_access", "weak")]), gold),
        marked(answer("", defenses=[("fair_use", "strong"), ("no_access", "medium")]), gold),
        marked(answer("", defenses=[("damages", "strong"), ("fair_use", "medium")]), gold),
        marked(answer(""), Gold()),
        marked(None, gold),
    )
    assert tallies("defense_accuracy", *given) == [(1, 1), (0, 1), (0, 1), (0, 0), (0, 1)]
    assert value("defense_accuracy", *given) == 0.25


def test_answer_accuracy() -> None:
    gold = Gold(citations=((FAIR_USE,),), contains=("课堂",))
    given = (
        marked(answer("课堂教学", source(FAIR_USE)), gold),
        marked(answer("课堂教学"), gold),  # a gold citation is missing
        marked(answer("", source(FAIR_USE)), gold),  # a word is missing
        marked(answer("甲"), Gold()),  # nothing asked for but an answer
        marked(None, Gold()),
    )
    assert tallies("answer_accuracy", *given) == [(1, 1), (0, 1), (0, 1), (1, 1), (0, 1)]
    assert value("answer_accuracy", *given) == 0.4


def test_latency_is_the_median_of_what_asking_took() -> None:
    given = [marked(answer("甲"), ms=ms) for ms in (10, 40, 20)] + [marked(None, ms=90)]
    assert value("latency_ms", *given) == 30.0  # 10 20 40 90
    assert named("latency_ms").summary is Summary.MEDIAN


# --- intervals --------------------------------------------------------------------------------------------------------


def test_an_interval_of_one_item_is_a_point() -> None:
    assert estimate([Tally(1, 4)]) == Estimate(0.25, 0.25, 0.25, 4)


def test_nothing_counted_gives_no_value() -> None:
    assert estimate([Tally(0, 0)]) == estimate([]) == Estimate(None, None, None, 0)


def test_the_interval_of_a_share_is_near_the_binomial_one() -> None:
    # 80 of 100: the binomial 2.5th and 97.5th percentiles are 0.72 and 0.87 (or 0.88).
    found = estimate([Tally(1, 1)] * 80 + [Tally(0, 1)] * 20, resamples=4000)
    assert found.value == 0.8
    assert found.n == 100
    assert found.low == pytest.approx(0.72, abs=0.015)
    assert found.high == pytest.approx(0.875, abs=0.015)


def test_items_are_drawn_whole() -> None:
    # Two items of 50 citations each, one all right, one all wrong: a draw of two gives 0, 0.5 or 1, nothing between.
    found = estimate([Tally(50, 50), Tally(0, 50)])
    assert (found.value, found.low, found.high, found.n) == (0.5, 0.0, 1.0, 100)


def test_the_same_seed_gives_the_same_interval() -> None:
    given = [Tally(n % 3, 3) for n in range(50)]
    assert estimate(given, seed=5, resamples=20) == estimate(given, seed=5, resamples=20)
    assert estimate(given, seed=5, resamples=20) != estimate(given, seed=6, resamples=20)
