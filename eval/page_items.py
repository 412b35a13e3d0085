"""The questions of a run on its page: every one with its answer and its gold, to be searched and filtered.

Without a script all of them stand in the page: the failed ones first, the passed ones folded. The script (static/report.js)
only hides and shows; what it goes by are the `data-` attributes written here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from eval.wording import CHECKS, KINDS, answered, clip, defences_found, doubted, faults, gold_lines, unsound
from rag import Verdict

# Characters of each text of a passed item: who wants the whole finds it in report.json.
_PASSED_LIMIT = 2000
# Characters of all answers of failed items together; where they are many, each is cut, never below the limit above.
_FAILED_BUDGET = 2_000_000
_RANK = {verdict.value: rank for rank, verdict in enumerate(Verdict)}
_ROLES = {"user": "提问", "assistant": "回答"}


def items_list(items: Sequence[Mapping[str, Any]]) -> str:
    """The search box, the filters and every item in three parts: failed, passed with unsound citations, passed."""
    doubts = [unsound(item) for item in items]
    failed = [(item, doubt) for item, doubt in zip(items, doubts, strict=True) if not item["passed"]]
    doubtful = [(item, doubt) for item, doubt in zip(items, doubts, strict=True) if item["passed"] and doubt]
    passed = [item for item, doubt in zip(items, doubts, strict=True) if item["passed"] and not doubt]
    limit = max(_PASSED_LIMIT, _FAILED_BUDGET // max(1, len(failed)))
    parts = [
        _controls(items),
        '<section class="part" data-status="failed">',
        f"<h2>未通过的题目（{len(failed)} / {len(items)}）</h2>",
        "".join(_item(item, doubt, "failed", limit) for item, doubt in failed) or '<p class="good">全部通过。</p>',
        "</section>",
    ]
    if doubtful:
        parts += [
            '<section class="part" data-status="unsound">',
            f"<h2>通过检查但有引用问题的题目（{len(doubtful)}）</h2>",
            *(_item(item, doubt, "unsound", _PASSED_LIMIT) for item, doubt in doubtful),
            "</section>",
        ]
    if passed:
        parts += [
            '<section class="part" data-status="passed">',
            f'<details class="all"><summary><h2>通过的题目（{len(passed)}）</h2></summary><div>',
            *(_item(item, (), "passed", _PASSED_LIMIT) for item in passed),
            "</div></details></section>",
        ]
    return "".join(parts)


def _controls(items: Sequence[Mapping[str, Any]]) -> str:
    """Hidden until the script shows them: without it they would do nothing."""
    kinds = Counter(item["kind"] for item in items)
    checks = Counter(fault["check"] for item in items for fault in item["failed"])
    return (
        '<form id="find" role="search" aria-label="查找题目" hidden>'
        '<label>搜索<input id="words" type="search" placeholder="编号、问答、依据中的文字" autocomplete="off"></label>'
        f"{_select('kind', '类型', [(kind, f'{label}（{kinds[kind]}）') for kind, label in KINDS.items() if kinds[kind]])}"
        f"{_select('status', '结果', [('failed', '未通过'), ('unsound', '通过但引用有问题'), ('passed', '通过')])}"
        f"{_select('check', '未通过的检查', [(name, f'{label}（{checks[name]}）') for name, label in CHECKS.items() if checks[name]])}"
        '<button type="reset">清除</button><button type="button" id="open">展开所列</button>'
        '<button type="button" id="fold">收起</button><output id="count" aria-live="polite"></output></form>'
    )


def _select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    listed = "".join(f'<option value="{value}">{words}</option>' for value, words in options)
    return f'<label>{label}<select id="{name}"><option value="">全部</option>{listed}</select></label>'


def _item(item: Mapping[str, Any], doubts: Sequence[str], status: str, limit: int) -> str:
    checks = list(dict.fromkeys(fault["check"] for fault in item["failed"]))
    tags = "".join(f'<span class="tag">{CHECKS[name]}</span>' for name in checks)
    question = " ".join(item["question"].split())
    shown = question[:60] + ("…" if len(question) > 60 else "")
    history = "".join(
        _block(f"此前（{_ROLES.get(turn['role'], turn['role'])}）", clip(turn["content"], limit))
        for turn in item["history"]
    )
    defences = defences_found(item)
    parts = [
        _differences([*faults(item), *doubts], limit),
        f'<p class="faint">{_about(item)}</p>',
        history,
        _block("问题", clip(item["question"], limit)),
        _block("回答", clip(answered(item), limit)),
        _block("回答的抗辩（依次）", defences) if defences else "",
        _block("标准答案", clip("\n".join(gold_lines(item["gold"])), limit)),
        _block("引用核对", clip(_cited(item), limit)) if item["citations"] else "",
        _block("语言模型未认可的陈述", clip("\n".join(lines), limit)) if (lines := doubted(item)) else "",
    ]
    return (
        f'<details class="item" data-kind="{item["kind"]}" data-status="{status}" data-checks="{" ".join(checks)}">'
        f'<summary><code>{escape(item["id"])}</code> <span class="kind">{KINDS[item["kind"]]}</span>{tags} '
        f"<span>{_text(shown)}</span></summary><div>{''.join(parts)}</div></details>"
    )


def _differences(sentences: Sequence[str], limit: int) -> str:
    if not sentences:
        return ""
    listed = "".join(f"<li>{_text(clip(sentence, limit))}</li>" for sentence in sentences)
    return f'<h3>差异</h3><ul class="bad">{listed}</ul>'


def _about(item: Mapping[str, Any]) -> str:
    day = item["as_of"] or (item["answer"]["as_of"] if item["answer"] else None)
    taken = item["latency_ms"]
    said = [f"法律时点 {day}" if day else "", f"用时 {taken:.1f} ms" if taken is not None else ""]
    return _text("　".join(words for words in said if words))


def _cited(item: Mapping[str, Any]) -> str:
    """The keys by verdict, those that do not stand first."""
    return "\n".join(
        f"{Verdict(found).label}（{len(keys)}）：{'；'.join(dict.fromkeys(keys))}"
        for found, group in groupby(
            sorted(item["citations"], key=lambda cited: _RANK[cited["verdict"]]), key=lambda cited: cited["verdict"]
        )
        if (keys := [cited["key"] for cited in group])
    )


def _block(title: str, text: str) -> str:
    return f"<h3>{_text(title)}</h3><pre>{_text(text)}</pre>"


def _text(text: str) -> str:
    """Escaped for running text, where quotation marks need no escape."""
    return escape(text, quote=False)
