"""The memo on a fact pattern: facts, issues, defences, adverse cases, comparable cases, evidence, damages, sources.

Everything it says comes from an analysis; every place it cites has passed the check (`rag/memo_notes.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from ingest.errors import UnusableInput
from rag.analysis import Analysis
from rag.answer import Provenance
from rag.defence_answer import strength_label
from rag.defence_rules import FLOOR
from rag.library import Library
from rag.memo_annex import annex
from rag.memo_cases import adverse, all_against, nearest_cases
from rag.memo_defences import damages, defences, evidence
from rag.memo_notes import Notes
from rag.memo_parts import (
    Block,
    Listing,
    Memo,
    Paragraph,
    Section,
    Words,
    lead,
    listing,
    one_line,
    said,
    table,
    written_day,
)
from rag.money import write_amount
from rag.question import Language
from rag.scope import load_field
from rag.telling import looks_like_facts

_TITLE = "AIGC 著作权纠纷抗辩研究备忘录"
# From so many facts on a text tells a matter, though it does not say that anybody sued.
_FACTS_TOLD = 3


def require_dispute(analysis: Analysis, corpus: Path) -> None:
    """Raise UnusableInput where a text tells of no dispute over AIGC copyright: such a memo would have nothing to say.

    It tells of one when somebody did something and is or may be sued, or when it tells several facts of the list; it is
    in the field when it carries more than the defence that can always be raised, or has a word of the field.
    """
    text = analysis.case.raw
    tells = looks_like_facts(text) or len(analysis.case.sure()) >= _FACTS_TOLD
    carries, field = any(one.rule.id != FLOOR for one in analysis.tried), load_field(corpus)
    if tells and (carries or field.holds(text) or field.is_about_ai(text)) and analysis.nearest:
        return
    raise UnusableInput(
        "没有写备忘录：所给文字没有讲述一起 AIGC 著作权纠纷。备忘录需要案情：谁用 AI 做了什么，用了谁的什么作品，谁提出了什么主张；"
        "可以写使用、训练、平台和主张 AI 生成内容各类著作权纠纷，不能写商标、专利、劳动等其他纠纷。"
        "问法条、案例或概念请用 kangbian ask，核对草稿请用 kangbian check。"
    )


def write_memo(
    analysis: Analysis, facts: str, as_of: date, library: Library, provenance: Provenance, written: date
) -> Memo:
    """Write the memo on `facts`, which `analysis` was made of, with the law of `as_of`, on the day `written`.

    The memo is in Chinese whatever the language of the facts. `left_out` counts the places that could not be cited.

        analysis = assistant.analyse(facts)
        memo = write_memo(analysis, facts, date(2026, 6, 1), library, provenance, date.today())
        [section.title for section in memo.sections]    # 一、事实; 二、争议焦点; 三、抗辩分析; ...
    """
    chinese = replace(analysis, language=Language.CHINESE)
    against = all_against(chinese)
    notes = Notes(library, chinese.authorities, as_of, [one.short for one in against])
    # In the order in which they are read, for so the footnotes are numbered.
    sections = (
        Section("一、事实", tuple(_facts(chinese, facts))),
        Section("二、争议焦点", tuple(_issues(chinese))),
        Section("三、抗辩分析", tuple(defences(chinese, notes))),
        Section("四、不利判例与应对", tuple(adverse(chinese, notes, library, against))),
        Section("五、可比案例", tuple(nearest_cases(chinese, notes))),
        Section("六、证据清单", tuple(evidence(chinese, notes))),
        Section("七、赔偿预估", tuple(damages(chinese, notes))),
        Section("附：引用原文", tuple(annex(notes.places.values()))),
        Section("来源", tuple(_sources(notes, provenance, as_of, written))),
    )
    return Memo(
        title=_TITLE,
        head=tuple(_head(chinese, as_of)),
        sections=sections,
        footnotes=tuple(notes.footnotes),
        defences=tuple(chinese.answer()),
        left_out=notes.left_out,
        as_of=as_of,
        provenance=provenance,
    )


def _head(analysis: Analysis, as_of: date) -> Iterator[Block]:
    yield table(
        (),
        [["致", "（待填写）"], ["自", "（待填写）"], ["日期", "（待填写）"], ["法律时点", written_day(as_of)]],
        (1, 5),
    )
    yield said(
        "本备忘录供法律研究使用，不构成法律意见。分析以所述案情属实为前提；案例除注明原文的外，均为据公开报道整理的摘要，"
        "援引前应核对判决书原文。"
    )
    tried = "、".join(f"{one.rule.name}（{strength_label(one, analysis)}）" for one in analysis.tried)
    aside = "、".join(one.rule.name for one in analysis.defences if not one.tried)
    conclusion = f"可以主张的抗辩，由强到弱为：{tried}。" + (f"不宜作为主要抗辩：{aside}。" if aside else "")
    estimate = analysis.estimate
    if estimate is not None and len(estimate.comparable) > 1:
        low, high = write_amount(estimate.low), write_amount(estimate.high)
        conclusion += f"如果侵权成立，{len(estimate.comparable)}件可比案件的判赔在{low}至{high}之间（见第七部分）。"
    yield Paragraph((Words("初步结论：", bold=True), Words(conclusion)))


def _facts(analysis: Analysis, facts: str) -> Iterator[Block]:
    for paragraph in facts.splitlines():
        if paragraph.strip():
            yield said(paragraph.strip())
    rows = _fact_rows(analysis)
    if rows:
        yield lead("据上述文字认定的事实如下，以下分析以此为限；认定有误的，请改写案情后重新生成。")
        yield table(("案情原文", "据此认定的事实"), rows, (3, 2))
    notices = analysis.notices()
    if notices:
        yield lead("提示：")
        yield listing(notices, "·")


def _fact_rows(analysis: Analysis) -> list[list[str]]:
    """The facts read, by the words that tell them, in the order of the text; what is only alleged is said to be so."""
    case, book = analysis.case, analysis.book
    rows: dict[tuple[int, int], list[str]] = {}
    for name in case.found:
        span = case.words(name)
        if span and name in book.facts and book.facts[name].means:
            rows.setdefault((span.start, span.end), []).append(name)
    for name, findings in case.alleged.items():
        if name not in case.found and findings[0].end > findings[0].start:
            only_said = f"{name}（仅为主张、假设或者否认，未作事实采用）"
            rows.setdefault((findings[0].start, findings[0].end), []).append(only_said)
    return [[one_line(case.raw[start:end]), "、".join(names)] for (start, end), names in sorted(rows.items())]


def _issues(analysis: Analysis) -> Iterator[Block]:
    items = []
    for one in analysis.tried:
        issue = one.rule.at_issue
        items.append((Words(f"{issue}？", bold=True), Words(f"对应抗辩：{one.rule.name}。")))
    yield Listing(tuple(items))
    if analysis.to_ask:
        yield lead("需向客户核实：")
        yield listing(analysis.to_ask)


def _sources(notes: Notes, made: Provenance, as_of: date, written: date) -> Iterator[Block]:
    out = (
        f"另有{notes.left_out}处依据未收录或者未通过核对，没有引用。"
        if notes.left_out
        else "没有因未通过核对而略去的依据。"
    )
    rows = [
        [
            "引用核对",
            f"共{len(notes.footnotes)}处引用，逐处核对：所引位置都已收录，引号内的条文与所收文本一致。{out}",
        ],
        ["法律时点", written_day(as_of)],
        ["写成日期", written_day(written)],
        ["语料指纹", made.corpus],
        ["向量模型", made.embedder],
        ["软件版本", f"Kangbian {made.version}"],
    ]
    yield table((), rows, (1, 5))
