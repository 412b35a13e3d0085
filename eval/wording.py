"""The words of the reports on a run: Chinese names, values, gold and faults as a partner of a law firm reads them."""

from collections.abc import Iterable, Mapping
from typing import Any

from eval.confusion import NONE
from eval.measure import Summary
from eval.measures import named
from rag import Strength, Verdict

KINDS = {
    "defense": "抗辩分析",
    "statute": "法条",
    "case": "案例",
    "concept": "观点与规则",
    "false_premise": "错误前提",
    "unanswerable": "无法回答",
    "injection": "指令注入",
    "multi_turn": "多轮对话",
}
CHECKS = {
    "answered": "有答案",
    "citations": "引用",
    "defenses": "抗辩",
    "contains": "应有文字",
    "contains_any": "应有其一",
    "absent": "不应有文字",
    "abstain": "拒答",
}
DEFENCES = {
    "not_copyrightable": "不可版权",
    "fair_use": "合理使用",
    "no_access": "未接触",
    "not_similar": "不相似",
    "damages": "赔偿金额",
    "legitimate_source": "合法来源",
    "platform_duty": "平台注意义务",
    NONE: "无抗辩",
}
RULINGS = {"supported": "支持", "not_supported": "不支持", "cannot_tell": "无法判断", "not_judged": "未判断"}
STRENGTHS = {Strength.STRONG: "强", Strength.MEDIUM: "中", Strength.WEAK: "弱", Strength.UNAVAILABLE: "不可用"}
EXPLAINED = {
    "citation_recall": "标准答案要求的依据，引到了多少",
    "citation_precision": "回答的引用中，属于标准答案的有多少（多引其他有效依据也会降低）",
    "citation_validity": "回答的引用中，确有其处且现行有效的有多少",
    "citation_support": "有出处的陈述，能由所引之处得出的有多少（离线方法判断）",
    "citation_support_judged": "同上，由语言模型判断；没有得到判断的按不支持计（加 --judge 才测）",
    "quote_fidelity": "引号内的原文，与所引之处逐字一致的有多少",
    "hallucinated_citation_rate": "不存在、被改动或张冠李戴的引用有多少",
    "abstention_accuracy": "该拒答时拒答、不该时不拒答",
    "false_premise_accuracy": "前提有误的问题，全部检查通过的有多少",
    "defense_accuracy": "抗辩的取舍、强弱和排序符合标准答案的有多少",
    "answer_accuracy": "全部检查都通过的题有多少",
    "latency_ms": "一半的回答比这更快",
}
_SOUND = frozenset(verdict for verdict in Verdict if verdict.is_sound)
_GOLD = {
    "citations": "应引用",
    "defenses": "抗辩",
    "contains": "应有文字",
    "contains_any": "应有其一",
    "absent": "不应有文字",
    "abstain": "应当拒答",
}
_GOLD_DEFENCES = {"expected": "应可主张", "first": "也可排第一", "excluded": "应不成立", "at_most": "至多"}


def shown(name: str, value: float | None) -> str:
    """A value of a measure as a person reads it.

    >>> shown("citation_recall", 0.9167), shown("latency_ms", 41.25), shown("defense_accuracy", None)
    ('91.7%', '41.2 ms', '—')
    """
    if value is None:
        return "—"
    return f"{value:.1f} ms" if named(name).summary is Summary.MEDIAN else f"{value * 100:.1f}%"


def interval_shown(name: str, found: Mapping[str, Any]) -> str:
    """The interval of a measure in `report.json`.

    >>> interval_shown("citation_recall", {"value": 0.9, "low": 0.8, "high": 1.0, "n": 10})
    '80.0% – 100.0%'
    >>> interval_shown("citation_recall", {"value": None, "low": None, "high": None, "n": 0})
    '—'
    """
    return f"{shown(name, found['low'])} – {shown(name, found['high'])}" if found["n"] else "—"


def clip(text: str, limit: int, whole: str = "report.json") -> str:
    """The text, cut to `limit` characters with a note that says where the whole stands.

    >>> clip("甲乙丙丁", 2)
    '甲乙……（以下略去 2 字，全文见 report.json）'
    """
    if len(text) <= limit:
        return text
    return f"{text[:limit]}……（以下略去 {len(text) - limit} 字，全文见 {whole}）"


def faults(item: Mapping[str, Any]) -> list[str]:
    """The failed checks of an item of `report.json`, a sentence each."""
    return [f"{CHECKS[fault['check']]}：{fault['detail']}" for fault in item["failed"]]


def unsound(item: Mapping[str, Any]) -> list[str]:
    """The citations and quotations of an item that do not stand, a sentence each, each place once."""
    cited = [
        f"引用 {cited['key']}：{Verdict(cited['verdict']).label}"
        for cited in item["citations"]
        if cited["verdict"] not in _SOUND
    ]
    quoted = [
        f"引文「{clip(quoted['quote'], 40)}」（{quoted['key']}）：{Verdict(quoted['verdict']).label}"
        for quoted in item["quotations"]
        if quoted["verdict"] != Verdict.EXACT
    ]
    return list(dict.fromkeys((*cited, *quoted)))


def answered(item: Mapping[str, Any]) -> str:
    """The answer of an item, or why there is none."""
    return str(item["answer"]["text"] if item["answer"] else item["error"] or "没有答案")


def defences_found(item: Mapping[str, Any]) -> str:
    """The defences of an answer with their strengths, in its order; empty where it has none.

    >>> defences_found({"answer": {"defenses": [{"id": "fair_use", "strength": "weak"}]}})
    '合理使用（弱）'
    """
    found = item["answer"]["defenses"] if item["answer"] else []
    return "、".join(f"{named_defence(one['id'])}（{STRENGTHS[Strength(one['strength'])]}）" for one in found)


def named_defence(name: str) -> str:
    """The short Chinese name of a defence; the id of one that was added as data."""
    return DEFENCES.get(name, name)


def gold_lines(gold: Mapping[str, Any]) -> list[str]:
    """What the gold of an item asks for, a line each; fields that check nothing stay out.

    >>> gold_lines({"citations": [["著作权法/24", "著作权法/10"]], "abstain": False})
    ['应引用：著作权法/24 或 著作权法/10', '应当拒答：否']
    >>> gold_lines({"defenses": {"expected": ["damages"], "at_most": {"fair_use": "weak"}}})
    ['应可主张：赔偿金额', '至多：合理使用（弱）']
    """
    lines: list[str] = []
    for name, label in _GOLD.items():
        value = gold.get(name)
        if name == "defenses":
            lines += _gold_defences(value or {})
        elif isinstance(value, bool):
            lines.append(f"{label}：{'是' if value else '否'}")
        elif value:
            lines.append(f"{label}：{_listed(value)}")
    return lines or ["（不检查内容）"]


def _gold_defences(gold: Mapping[str, Any]) -> Iterable[str]:
    for name, label in _GOLD_DEFENCES.items():
        value = gold.get(name)
        if isinstance(value, Mapping):
            limits = (f"{named_defence(one)}（{STRENGTHS[Strength(limit)]}）" for one, limit in value.items())
            yield f"{label}：{'、'.join(limits)}"
        elif value:
            yield f"{label}：{'、'.join(map(named_defence, value))}"


def _listed(value: Iterable[Any]) -> str:
    return "；".join(" 或 ".join(entry) if isinstance(entry, list) else str(entry) for entry in value)


def what_was_run(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was run, as (label, value): dataset, corpus, models, versions, dates, and how intervals were drawn."""
    dataset, made, bootstrap = provenance["dataset"], provenance["assistant"], provenance["bootstrap"]
    rows = [("数据集", f"{dataset['name']}，{dataset['items']} 题（SHA-256 {dataset['sha256'][:12]}）")]
    if part := provenance.get("part"):
        rows.append(("范围", _part_shown(part)))
    if made:
        rows += [
            ("语料", made["corpus"]),
            ("嵌入模型", made["embedder"]),
            ("生成", made["generator"]),
            ("版本", made["version"]),
        ]
    if judge := provenance.get("judge"):
        told = f"{rulings_shown(judge['rulings'])}（{judge['model']}，提示词 SHA-256 {judge['prompt_sha256'][:12]}）"
        rows.append(("出处判断", told))
    return [
        *rows,
        ("评测程序", provenance["evaluator"]),
        ("工作区", provenance["workspace"]),
        ("时间", f"{_moment(provenance['started'])} 至 {_moment(provenance['finished'])}（UTC）"),
        ("区间", f"95%，{bootstrap['resamples']} 次自助抽样（种子 {bootstrap['seed']}），以题为单位"),
    ]


def rulings_shown(counts: Mapping[str, int]) -> str:
    """How many statements a language model judged how.

    >>> rulings_shown({"supported": 3, "not_supported": 1, "cannot_tell": 0, "not_judged": 2})
    '支持 3，不支持 1，无法判断 0，未判断 2'
    """
    return "，".join(f"{label} {counts[name]}" for name, label in RULINGS.items())


def doubted(item: Mapping[str, Any]) -> list[str]:
    """The statements of an item that a language model did not call supported, a line each; empty where none was asked."""
    return [
        f"{RULINGS[ruling['ruling']]}：{ruling['statement']}【{'；'.join(ruling['citations'])}】{ruling['reason']}"
        for ruling in item.get("rulings", ())
        if ruling["ruling"] != "supported"
    ]


def _part_shown(part: Mapping[str, str]) -> str:
    """Which items of the dataset were run, where it was not all of them as they are.

    >>> _part_shown({"kinds": "case,statute", "held_out": "only", "as_of": "2020-10-01"})
    '只评测案例、法条；只评测留出的题；未写时点的题按 2020-10-01'
    """
    said = []
    if kinds := part.get("kinds"):
        said.append(f"只评测{'、'.join(KINDS[kind] for kind in kinds.split(','))}")
    if "held_out" in part:
        said.append("只评测留出的题")
    if day := part.get("as_of"):
        said.append(f"未写时点的题按 {day}")
    return "；".join(said)


def _moment(moment: str) -> str:
    """An ISO moment without its zone.

    >>> _moment("2026-01-02T03:04:05+00:00")
    '2026-01-02 03:04:05'
    """
    return moment[:19].replace("T", " ")
