"""The report as a page: one file, nothing fetched from anywhere, readable in print, in the dark and by a screen reader."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from eval.confusion import Confusion
from eval.measure import Summary
from eval.measures import MEASURES
from eval.page_charts import (
    abstention_picture,
    calibration_table,
    confusion_tables,
    interval_bar,
    latency_picture,
    round_top,
)
from eval.page_items import items_list
from eval.report_figures import abstention, calibration, kind_rows, latency
from eval.wording import EXPLAINED, KINDS, interval_shown, shown, what_was_run

_STATIC = Path(__file__).parent / "static"


def report_page(report: Mapping[str, Any], found: Confusion) -> str:
    """The page for the content of a `report.json` and the confusion of its defences.

    First the figures with their intervals and pictures, then every failure in full, then the passed items, folded and cut.
    """
    items: Sequence[Mapping[str, Any]] = report["items"]
    provenance = report["provenance"]
    name = escape(provenance["dataset"]["name"])
    style, script = ((_STATIC / file).read_text("utf-8") for file in ("report.css", "report.js"))
    body = [
        f"<h1>评测报告：{name}</h1>",
        _lead(report),
        "<h2>总体</h2>",
        _headline(report["measures"]),
        "<h2>按题目类型</h2>",
        _by_kind(report),
        _section("抗辩：哪一项被当成了哪一项", _CONFUSION_NOTE, confusion_tables(found)),
        _section(
            "抗辩强度是否可信", _CALIBRATION_NOTE, calibration_table(rows) if (rows := calibration(report)) else ""
        ),
        _section("作答与拒答", _ABSTENTION_NOTE, abstention_picture(told) if (told := abstention(items)) else ""),
        _section("回答用时", "", latency_picture(times) if (times := latency(items)) else ""),
        _warned(provenance["warnings"]),
        items_list(items),
    ]
    # The policy holds even where something of an answer should ever get past the escapes: nothing is fetched, and no
    # script but ours is run.
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>评测报告 {name}</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main><script>{script}</script></body></html>\n"
    )


_CONFUSION_NOTE = "颜色越浓，占该行的比例越大；方框内是判断一致的题数。"
_CALIBRATION_NOTE = (
    "回答称某项抗辩为强、中、弱或不可用时，标准答案认可的比例。标准答案要求主张的，强、中为相符；要求不成立的，弱、不可用为相符；"
    "限定至多何种强度的，不超过即相符。"
)
_ABSTENTION_NOTE = "只计标准答案写明应否拒答的题。实心为正确的部分。"


def _section(title: str, note: str, content: str) -> str:
    """Nothing where there is nothing to show: a heading over nothing would read as a failure."""
    return f'<h2>{title}</h2><p class="faint">{note}</p>{content}' if content else ""


def _lead(report: Mapping[str, Any]) -> str:
    items, accuracy = report["items"], report["measures"]["answer_accuracy"]
    passed = sum(item["passed"] for item in items)
    run = "".join(
        f"<div><dt>{label}</dt><dd>{escape(value)}</dd></div>" for label, value in what_was_run(report["provenance"])
    )
    return (
        f'<p class="lead">{len(items)} 题中 {passed} 题通过全部检查（{shown("answer_accuracy", accuracy["value"])}，'
        f"95% 区间 {interval_shown('answer_accuracy', accuracy)}），{len(items) - passed} 题未通过。</p>"
        f'<dl class="faint">{run}</dl>'
    )


def _headline(measures: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for measure in MEASURES:
        found = measures.get(measure.name)
        if found is None:
            continue
        value, interval = shown(measure.name, found["value"]), interval_shown(measure.name, found)
        said = f"{measure.label}：{value}，95% 区间 {interval}，计数 {found['n']}"
        # A time has a scale of its own, a share that of 0 to 100%.
        top = round_top(found["high"] or 0.0) if measure.summary is Summary.MEDIAN else 1.0
        bar = interval_bar(found["value"], found["low"], found["high"], said, top)
        note = EXPLAINED.get(measure.name, "") + ("；越低越好" if measure.falling else "")
        rows.append(
            f'<tr><th scope="row">{measure.label} <code class="faint">{measure}</code>'
            f'<br><span class="faint">{note}</span></th>'
            f'<td class="n">{value}</td><td>{bar}</td><td class="n">{interval}</td><td class="n">{found["n"]}</td></tr>'
        )
    head = '<th scope="col">指标</th><th scope="col" class="n">数值</th><td></td><th scope="col" class="n">95% 区间</th><th scope="col" class="n">计数</th>'
    return (
        f'<div class="wide"><table class="headline"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        '<p class="faint">竖线是数值，色带是 95% 区间；刻度为 0、50%、100%（用时另有刻度）。计数是所数的引用、引文或题目。</p>'
    )


def _by_kind(report: Mapping[str, Any]) -> str:
    rows = []
    for row in kind_rows(report):
        found = row.accuracy
        value, label = shown("answer_accuracy", found.value), KINDS[row.kind]
        bar = interval_bar(found.value, found.low, found.high, f"{label}：{row.passed} / {row.items}，{value}")
        shares = "".join(f'<td class="n">{shown(name, share)}</td>' for name, share in row.shares.items())
        rows.append(
            f'<tr><th scope="row">{label}</th><td class="n">{row.passed} / {row.items}</td><td class="n">{value}</td>'
            f"<td>{bar}</td>{shares}</tr>"
        )
    head = (
        '<th scope="col">类型</th><th scope="col" class="n">通过</th><th scope="col" class="n">整体正确率</th><td></td>'
        '<th scope="col" class="n">引用召回率</th><th scope="col" class="n">引用精确率</th><th scope="col" class="n">引用有效率</th>'
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _warned(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    return f"<h2>数据集警告（{len(warnings)}）</h2>" + "".join(f"<p>{escape(warning)}</p>" for warning in warnings)
