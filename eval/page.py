"""The report as a page: one file, nothing fetched from anywhere, readable in print and by a screen reader."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from eval.measure import Summary
from eval.measures import MEASURES, named

_CHECKS = {
    "answered": "有答案",
    "citations": "引用",
    "defenses": "抗辩",
    "contains": "应有文字",
    "contains_any": "应有其一",
    "absent": "不应有文字",
    "abstain": "拒答",
}
_KINDS = {
    "defense": "抗辩分析",
    "statute": "法条",
    "case": "案例",
    "concept": "观点与规则",
    "false_premise": "错误前提",
    "unanswerable": "无法回答",
    "injection": "指令注入",
    "multi_turn": "多轮对话",
}
_STYLE = """
:root{color-scheme:light dark;--ink:#1d2733;--faint:#5b6877;--line:#d9dfe6;--paper:#fff;--wash:#f5f7f9;--bad:#a3262a;--good:#1f6b45}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9ee;--faint:#9aa7b4;--line:#37424e;--paper:#161c22;--wash:#1e262e;--bad:#f0888b;--good:#7ed0a5}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:2rem 1.25rem 4rem;color:var(--ink);background:var(--paper);
font:16px/1.7 "Noto Serif CJK SC","Source Han Serif SC","Songti SC",SimSun,serif}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.5rem 0 .75rem}
p{margin:.25rem 0}.faint{color:var(--faint);font-size:.9rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--faint);font-size:.9rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
details{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;background:var(--wash)}
summary{cursor:pointer;padding:.55rem .8rem}
details>div{padding:0 .8rem .8rem}
.bad{color:var(--bad)}.good{color:var(--good)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.2rem 0;padding:.6rem .8rem;background:var(--paper);
border:1px solid var(--line);border-radius:4px;font:inherit;font-size:.95rem}
code{font-size:.9em;overflow-wrap:anywhere}
h3{font-size:.95rem;margin:.9rem 0 .2rem;color:var(--faint)}
"""


def report_page(report: Mapping[str, Any]) -> str:
    """The page for the content of a `report.json`: headline figures, by kind, then every failure in full."""
    items: Sequence[Mapping[str, Any]] = report["items"]
    failures = [item for item in items if not item["passed"]]
    unsound = [item for item in items if item["passed"] and _unsound(item)]
    provenance = report["provenance"]
    body = [
        f"<h1>评测报告：{escape(provenance['dataset']['name'])}</h1>",
        f'<p class="faint">{_origin(provenance)}</p>',
        "<h2>总体</h2>",
        _headline(report["measures"]),
        "<h2>按题目类型</h2>",
        _by_kind(items),
        _warned(provenance["warnings"]),
        f"<h2>未通过的题目（{len(failures)} / {len(items)}）</h2>",
        "".join(map(_failure, failures)) or '<p class="good">全部通过。</p>',
    ]
    if unsound:
        body += [f"<h2>通过检查但有引用问题的题目（{len(unsound)}）</h2>", *map(_failure, unsound)]
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>评测报告 {escape(provenance['dataset']['name'])}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def shown(name: str, value: float | None) -> str:
    """A value of a measure as a person reads it.

    >>> shown("citation_recall", 0.9167), shown("latency_ms", 41.25), shown("defense_accuracy", None)
    ('91.7%', '41.2 ms', '—')
    """
    if value is None:
        return "—"
    return f"{value:.1f} ms" if named(name).summary is Summary.MEDIAN else f"{value * 100:.1f}%"


def _headline(measures: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for measure in MEASURES:
        found = measures[measure.name]
        interval = f"{shown(measure.name, found['low'])} – {shown(measure.name, found['high'])}" if found["n"] else "—"
        note = '<span class="faint">（越低越好）</span>' if measure.falling else ""
        rows.append(
            f"<tr><td>{measure.label}{note}<br><code class=faint>{measure}</code></td>"
            f"<td class=n>{shown(measure.name, found['value'])}</td><td class=n>{interval}</td><td class=n>{found['n']}</td></tr>"
        )
    head = "<tr><th>指标</th><th class=n>数值</th><th class=n>95% 区间</th><th class=n>计数</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _by_kind(items: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for kind, group in groupby(sorted(items, key=lambda item: str(item["kind"])), key=lambda item: str(item["kind"])):
        same = list(group)
        passed = sum(item["passed"] for item in same)
        rows.append(
            f"<tr><td>{_KINDS.get(kind, kind)}</td><td class=n>{passed} / {len(same)}</td>"
            f"<td class=n>{passed / len(same) * 100:.1f}%</td><td class=n>{_ratio(same, 'citation_recall')}</td>"
            f"<td class=n>{_ratio(same, 'citation_precision')}</td><td class=n>{_ratio(same, 'citation_validity')}</td></tr>"
        )
    head = (
        "<tr><th>类型</th><th class=n>通过</th><th class=n>整体正确率</th><th class=n>引用召回率</th>"
        "<th class=n>引用精确率</th><th class=n>引用有效率</th></tr>"
    )
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _ratio(items: Iterable[Mapping[str, Any]], name: str) -> str:
    tallies = [item["measures"][name] for item in items if name in item["measures"]]
    total = sum(tally[1] for tally in tallies)
    return shown(name, sum(tally[0] for tally in tallies) / total if total else None)


def _failure(item: Mapping[str, Any]) -> str:
    failed = "；".join(f"{_CHECKS[fault['check']]}：{fault['detail']}" for fault in item["failed"])
    unsound = "；".join(_unsound(item))
    parts = [f'<p class="bad">{escape(failed or unsound)}</p>']
    parts += [
        f"<h3>此前（{escape(turn['role'])}）</h3><pre>{escape(turn['content'])}</pre>" for turn in item["history"]
    ]
    parts.append(f"<h3>问题</h3><pre>{escape(item['question'])}</pre>")
    answer = item["answer"]
    parts.append(f"<h3>回答</h3><pre>{escape(answer['text'] if answer else item['error'] or '没有答案')}</pre>")
    if item["citations"]:
        cited = "\n".join(f"{cited['key']}　{cited['verdict']}" for cited in item["citations"])
        parts.append(f"<h3>引用核对</h3><pre>{escape(cited)}</pre>")
    if failed and unsound:
        parts.append(f'<p class="bad">{escape(unsound)}</p>')
    parts.append(f"<h3>标准答案</h3><pre>{escape(_gold(item['gold']))}</pre>")
    title = (
        f"<code>{escape(item['id'])}</code>　{_KINDS.get(item['kind'], item['kind'])}　{escape(item['question'][:60])}"
    )
    return f"<details><summary>{title}</summary><div>{''.join(parts)}</div></details>"


def _unsound(item: Mapping[str, Any]) -> list[str]:
    cited = [
        f"引用 {cited['key']}：{cited['verdict']}"
        for cited in item["citations"]
        if cited["verdict"] not in ("exact", "valid")
    ]
    quoted = [
        f"引文「{quoted['quote'][:40]}」：{quoted['verdict']}"
        for quoted in item["quotations"]
        if quoted["verdict"] != "exact"
    ]
    return [*cited, *quoted]


def _gold(gold: Mapping[str, Any]) -> str:
    lines = [f"{name}：{_written(value)}" for name, value in gold.items()]
    return "\n".join(lines) or "（不检查内容）"


def _written(value: Any) -> str:
    if isinstance(value, list):
        return "；".join(" 或 ".join(map(str, entry)) if isinstance(entry, list) else str(entry) for entry in value)
    if isinstance(value, dict):
        return "　".join(f"{name} {_written(entry)}" for name, entry in value.items())
    return str(value)


def _warned(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    return f"<h2>数据集警告（{len(warnings)}）</h2>" + "".join(f"<p>{escape(warning)}</p>" for warning in warnings)


def _origin(provenance: Mapping[str, Any]) -> str:
    made = provenance["assistant"]
    by = (
        f"语料 {made['corpus']}，嵌入模型 {made['embedder']}，生成 {made['generator']}，版本 {made['version']}；"
        if made
        else ""
    )
    dataset, bootstrap = provenance["dataset"], provenance["bootstrap"]
    return escape(
        f"{dataset['items']} 题（SHA-256 {dataset['sha256'][:12]}）；{by}工作区 {provenance['workspace']}；"
        f"{provenance['finished']} 完成；区间由 {bootstrap['resamples']} 次自助抽样得出（种子 {bootstrap['seed']}）。"
    )
