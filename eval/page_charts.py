"""The pictures of the page of a run, as inline SVG and tables: they take the colours of the page and need no script.

Each picture says in words what it shows (`aria-label`), and every number in it stands beside it as text.
"""

from collections.abc import Sequence
from html import escape
from math import log10

from eval.confusion import Confusion
from eval.report_figures import Abstention, Calibration, Latency, leading
from eval.wording import STRENGTHS, named_defence
from rag import Strength

_BAR_WIDTH, _BAR_HEIGHT, _INSET = 200, 18, 3
_WIDE, _HIGH, _LEFT, _TOP, _BOTTOM = 640, 200, 40, 44, 30
# The shades of a table of counts, by the share of the row.
_SHADES = 5
_SHOULD = {"carry": "应可主张", "fail": "应不成立"}


def interval_bar(value: float | None, low: float | None, high: float | None, said: str, top: float = 1.0) -> str:
    """A value with its interval on a line from 0 to `top`; `said` is the same in words. Empty where there is no value.

    >>> interval_bar(None, None, None, "")
    ''
    """
    if value is None or low is None or high is None:
        return ""
    at = [_INSET + (_BAR_WIDTH - 2 * _INSET) * min(1.0, end / top) for end in (value, low, high)]
    middle = _BAR_HEIGHT / 2
    ticks = "".join(
        f'<line class="axis" x1="{x:g}" x2="{x:g}" y1="{middle - 4:g}" y2="{middle + 4:g}"/>'
        for x in (_INSET, _BAR_WIDTH / 2, _BAR_WIDTH - _INSET)
    )
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR_WIDTH} {_BAR_HEIGHT}" role="img" aria-label="{escape(said)}">'
        f'<line class="axis" x1="{_INSET}" x2="{_BAR_WIDTH - _INSET}" y1="{middle:g}" y2="{middle:g}"/>{ticks}'
        f'<rect class="band" x="{at[1] - 1:.1f}" y="{middle - 4:g}" width="{at[2] - at[1] + 2:.1f}" height="8" rx="2"/>'
        f'<line class="value" x1="{at[0]:.1f}" x2="{at[0]:.1f}" y1="1" y2="{_BAR_HEIGHT - 1}"/></svg>'
    )


def round_top(value: float) -> float:
    """The end of a scale from 0 that holds the value: 1, 2 or 5 times a power of ten.

    >>> round_top(23.0), round_top(0.4), round_top(0.0)
    (50.0, 0.5, 1.0)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** int(log10(value) // 1)
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value)


# --- defences ---------------------------------------------------------------------------------------------------------


def confusion_tables(found: Confusion) -> str:
    """Which defence led instead of which, and how strong each was; empty where no gold names defences."""
    names = found.defences
    if not names:
        return ""
    should, columns = leading(found)
    rows = [(named_defence(gold), [found.first[gold, led] for led in columns], gold) for gold in should]
    strengths = [
        (f"{named_defence(name)}　{_SHOULD[should]}", [found.strength[name, should, one] for one in Strength], "")
        for name in names
        for should in _SHOULD
        if any(found.strength[name, should, one] for one in Strength)
    ]
    return _counts(
        "应排第一（行）与实际排第一（列）", rows, [(named_defence(name), name) for name in columns]
    ) + _counts(
        "标准答案（行）与实际强度（列）；没有列出的计入不可用", strengths, [(one, "") for one in STRENGTHS.values()]
    )


def _counts(title: str, rows: Sequence[tuple[str, Sequence[int], str]], columns: Sequence[tuple[str, str]]) -> str:
    """A table of counts, shaded by the share of the row; cells whose row and column are the same thing are framed."""
    head = "".join(f'<th scope="col" class="n">{escape(label)}</th>' for label, _ in columns)
    body = []
    for label, counts, row in rows:
        total = sum(counts)
        if not total:
            continue
        cells = "".join(
            f'<td class="n s{-(-count * _SHADES // total)}{" own" if row and row == column else ""}">{count or "·"}</td>'
            for count, (_, column) in zip(counts, columns, strict=True)
        )
        body.append(f'<tr><th scope="row">{escape(label)}</th>{cells}<td class="n faint">{total}</td></tr>')
    if not body:
        return ""
    return (
        f'<div class="wide"><table class="counts"><caption>{title}</caption><thead><tr><td></td>{head}'
        f'<th scope="col" class="n">合计</th></tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )


def calibration_table(rows: Sequence[Calibration]) -> str:
    """The share of each strength that gold bears out."""
    body = []
    for row in rows:
        agreed, label = row.agreed, STRENGTHS[row.strength]
        value = f"{agreed.value:.1%}" if agreed.value is not None else "—"
        interval = f"{agreed.low:.1%} – {agreed.high:.1%}" if agreed.low is not None else "—"
        bar = interval_bar(
            agreed.value, agreed.low, agreed.high, f"{label}：{value}，区间 {interval}，共 {agreed.n} 处"
        )
        body.append(
            f'<tr><th scope="row">{label} <code class="faint">{row.strength}</code></th><td class="n">{value}</td>'
            f'<td>{bar}</td><td class="n">{interval}</td><td class="n">{agreed.n}</td><td class="n">{row.unnamed}</td></tr>'
        )
    return (
        '<div class="wide"><table><thead><tr><th scope="col">回答称</th><th scope="col" class="n">与标准答案相符</th><td></td>'
        '<th scope="col" class="n">95% 区间</th><th scope="col" class="n">计数</th>'
        f'<th scope="col" class="n">标准答案未涉及</th></tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )


# --- abstaining -------------------------------------------------------------------------------------------------------


def abstention_picture(found: Abstention) -> str:
    """Two bars, of the questions to answer and of those to abstain from, and the curve of answering fewer."""
    names = {False: "应当回答", True: "应当拒答"}
    outcomes: tuple[tuple[bool | None, str], ...] = ((False, "作答"), (True, "拒答"), (None, "没有答案"))
    body = []
    for should, label in names.items():
        counts = {did: found.counts.get((should, did), 0) for did, _ in outcomes}
        total = sum(counts.values())
        if not total:
            continue
        cells = "".join(f'<td class="n">{counts[did]}</td>' for did, _ in outcomes)
        said = "，".join(f"{words} {counts[did]}" for did, words in outcomes)
        wrong = total - counts[should]
        body.append(
            f'<tr><th scope="row">{label}</th><td>{_stacked(counts[should], wrong, f"{label} {total} 题：{said}")}</td>'
            f'{cells}<td class="n">{counts[should] / total:.1%}</td></tr>'
        )
    heads = "".join(f'<th scope="col" class="n">{words}</th>' for _, words in outcomes)
    return (
        f'<div class="wide"><table><thead><tr><td></td><td></td>{heads}<th scope="col" class="n">正确</th></tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>{_curve(found.curve)}"
    )


def _stacked(right: int, wrong: int, said: str) -> str:
    split = _BAR_WIDTH * right / (right + wrong)
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR_WIDTH} {_BAR_HEIGHT}" role="img" aria-label="{escape(said)}">'
        f'<rect class="right" x="0" y="3" width="{split:.1f}" height="12"/>'
        f'<rect class="wrong" x="{split:.1f}" y="3" width="{_BAR_WIDTH - split:.1f}" height="12"/></svg>'
    )


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Right answers against the share that is answered, those whose statements are best borne out first."""
    if not points:
        return ""
    wide, high = _WIDE - 2 * _LEFT, _HIGH - _TOP - _BOTTOM
    path = " ".join(f"{_LEFT + wide * answered:.1f},{_TOP + high * (1 - right):.1f}" for answered, right in points)
    said = f"只答依据最足的一部分时的正确率：答 {points[0][0]:.0%} 时 {points[0][1]:.0%}，全答时 {points[-1][1]:.0%}"
    return (
        f'<figure><svg class="plot" viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{said}">{_frame(wide, high)}'
        f'<polyline class="line" points="{path}"/>'
        f'<text x="{_LEFT}" y="{_HIGH - 8}">0%</text><text x="{_LEFT + wide}" y="{_HIGH - 8}" text-anchor="end">100%</text>'
        f'<text x="{_LEFT - 6}" y="{_TOP + 5}" text-anchor="end">100%</text>'
        f'<text x="{_LEFT - 6}" y="{_TOP + high}" text-anchor="end">0%</text></svg>'
        f"<figcaption>横轴：作答的比例，陈述有出处支持的比例最高的在前；纵轴：已答部分全部检查通过的比例。{said}。</figcaption></figure>"
    )


# --- time -------------------------------------------------------------------------------------------------------------


def latency_picture(found: Latency) -> str:
    """A histogram whose bars grow with the time, and marks at p50, p95 and the largest."""
    wide, high = _WIDE - 2 * _LEFT, _HIGH - _TOP - _BOTTOM
    step = wide / len(found.bars)
    most = max(count for _, _, count in found.bars)
    drawn = []
    for number, (low, end, count) in enumerate(found.bars):
        tall = high * count / most
        x = _LEFT + step * number
        drawn.append(
            f'<rect class="column" x="{x + 1:.1f}" y="{_TOP + high - tall:.1f}" width="{max(1.0, step - 2):.1f}" '
            f'height="{tall:.1f}"><title>{_ms(low)}–{_ms(end)}：{count} 题</title></rect>'
        )
        if count:
            drawn.append(
                f'<text x="{x + step / 2:.1f}" y="{_TOP + high - tall - 4:.1f}" text-anchor="middle">{count}</text>'
            )
    every = max(1, len(found.bars) // 10)
    for number, low in enumerate([*(low for low, _, _ in found.bars), found.bars[-1][1]]):
        if number % every == 0:
            drawn.append(
                f'<text x="{_LEFT + step * number:.1f}" y="{_HIGH - 10}" text-anchor="middle">{_ms(low)}</text>'
            )
    marks = {"p50": found.p50, "p95": found.p95, "最大": found.largest}
    for number, (label, value) in enumerate(marks.items()):
        x = _LEFT + step * _place(found.bars, value)
        drawn.append(
            f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{10 + 9 * number}" y2="{_TOP + high}"/>'
            f'<text class="marked" x="{x - 4:.1f}" y="{15 + 9 * number}" text-anchor="end">{label}</text>'
        )
    said = "，".join(f"{label} {_ms(value)}" for label, value in marks.items())
    return (
        f'<figure><svg class="plot" viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{said}">{_frame(wide, high)}'
        f"{''.join(drawn)}</svg><figcaption>横轴：用时（越往右，一柱所含的时段越长）；纵轴：题数。{said}。</figcaption></figure>"
    )


def _place(bars: Sequence[tuple[float, float, int]], value: float) -> float:
    """Where a time lies, in bars from the left."""
    for number, (low, high, _) in enumerate(bars):
        if low <= value < high:
            return number + (value - low) / (high - low)
    return float(len(bars))


def _ms(value: float) -> str:
    return f"{value / 1000:.3g} s" if value >= 1000 else f"{value:.3g} ms"


def _frame(wide: float, high: float) -> str:
    return f'<path class="axis" d="M{_LEFT} {_TOP}V{_TOP + high}H{_LEFT + wide}"/>'
