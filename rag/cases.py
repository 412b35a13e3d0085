"""Answers about cases: what was asked first, then court, number, holding, amount and status, each from its passage."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ingest.document import Kind
from rag.claims import Misfit, is_pending, misfits
from rag.draft import Draft, Support
from rag.lexicon import Facet, Lexicon
from rag.library import HeldDocument, HeldPlace, Library
from rag.money import write_amount
from rag.nearness import near
from rag.provision import case_name, words_of
from rag.question import Language, Question
from rag.relevance import rank, terms

_HOLDINGS, _BRIEF_HOLDINGS = 4, 3
# Of the whole file so many paragraphs nearest to the question are told, whatever section they stand in.
_NEAREST = 2
_MEANING, _MEANINGS = ("对五项抗辩的意义", "意义"), 3
# Who asks what a foreign decision counts for here.
_HERE = re.compile(
    r"中国|国内|我国|咱们|照搬|搬(?:到|过来)|照着|跟着|约束|拘束|效力|参考|借鉴|适用|\b(?:china|chinese|binding|here|follow|precedent)\b",
    re.I,
)
_MISFIT_LABELS = {
    "court": ("审理法院", "the court"),
    "decided": ("裁判日期", "the date of judgment"),
    "filed": ("立案日期", "the filing date"),
    "claimed": ("诉请金额", "the amount claimed"),
    "awarded": ("判赔金额", "the amount awarded"),
    "outcome": ("裁判结果", "the outcome"),
    "rights": ("法院认定侵害的权利", "the rights found infringed"),
    "tool": ("使用的工具", "the tool used"),
    "liability": ("责任认定", "the kind of liability"),
    "work": ("可版权性的认定", "the finding on copyrightability"),
    "fair_use": ("合理使用的认定", "the finding on fair use"),
    "not_similar": ("实质性相似的认定", "the finding on substantial similarity"),
    "plaintiff": ("原告", "the plaintiff"),
    "defendant": ("被告", "the defendant"),
}
_MISFIT_SECTIONS = {
    "claimed": ("诉讼请求",),
    "awarded": ("裁判结果",),
    "outcome": ("裁判结果",),
    "rights": ("本院认为", "裁判结果"),
    "liability": ("本院认为",),
    "work": ("本院认为",),
    "fair_use": ("本院认为",),
    "not_similar": ("本院认为",),
}


@dataclass(frozen=True)
class CaseFile:
    """A case as the answers use it: the passages of its digest or judgment by section, and its front matter."""

    document: HeldDocument
    passages: tuple[HeldPlace, ...]

    @classmethod
    def open(cls, library: Library, short: str, as_of: date) -> "CaseFile | None":
        """The file of a case; None when it is not held."""
        document = library.document(short, None, as_of)
        return cls(document, tuple(library.passages(short, None, as_of))) if document else None

    @property
    def name(self) -> str:
        """Customary name and number."""
        return case_name(self.document)

    @cached_property
    def meta(self) -> dict[str, object]:
        """The front matter."""
        return self.document.meta

    def section(self, name: str) -> list[HeldPlace]:
        """The paragraphs of a section, be it of a digest or of a full text."""
        return [place for place in self.passages if place.citation.path[0].removeprefix("摘要.") == name]

    def bearing(self, words: str, sections: Sequence[str] = ()) -> HeldPlace | None:
        """The first paragraph that holds these words, looked for in the sections given and then everywhere."""
        for name in sections:
            for place in self.section(name):
                if words in place.text:
                    return place
        return next((place for place in self.passages if words in place.text), None)


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """What the case answers are written from."""

    library: Library
    lexicon: Lexicon
    as_of: date


def about_case(desk: CaseDesk, case: CaseFile, question: Question, *, brief: bool = False) -> list[Draft]:
    """Everything the question may want of one case; `brief` when several cases share the answer."""
    facets = [facet for facet in desk.lexicon.facets if facet.asked_in(question.text)]
    if not facets and question.inherited:
        facets = [facet for facet in desk.lexicon.facets if facet.asked_in(question.earlier)]
    drafts: list[Draft] = []
    if not brief:
        drafts += corrections(desk, case, question)
    for facet in facets:
        drafts += _direct(case, facet, question.language)
    wanted: list[HeldPlace] = []
    for facet in facets:
        wanted += [place for place in case.passages if any(word in place.text for word in facet.told_by)][:2]
        wanted += _best(case, facet.sections[:1], question, 2 if brief else 3)
    identity = _first(case, "案情") or _first(case, "要点")
    holdings = _best(case, ("本院认为", "裁判理由", "要点"), question, _BRIEF_HOLDINGS if brief else _HOLDINGS)
    result = [
        *case.section("裁判结果"),
        *case.section("状态"),
        *case.section("裁判结果/状态"),
        *case.section("效力与状态"),
    ]
    at_home = case.meta.get("jurisdiction", "中国") == "中国"
    weighed = 0 if at_home or not _HERE.search(question.text) else _MEANINGS
    meaning = _best(case, _MEANING, question, weighed or int(_on_defences(question)))
    sections = dict.fromkeys(place.citation.path[0].removeprefix("摘要.") for place in case.passages)
    nearest = _best(case, tuple(sections), question, 1 if brief else _NEAREST)
    order = [*wanted, *([identity] if identity else []), *holdings, *result[:2], *meaning, *nearest]
    return [
        *drafts,
        *(_told(case, place, question.language) for place in {place.key: place for place in order}.values()),
    ]


def asks_for_fact(lexicon: Lexicon, text: str) -> bool:
    """Whether a question asks for a fact of a case: court, number, date, parties, amount, outcome, status."""
    return any(facet.fields and facet.asked_in(text) for facet in lexicon.facets)


def _on_defences(question: Question) -> bool:
    return re.search(r"抗辩|意义|启示|有利|不利|被告|defen[cs]e", question.text, re.I) is not None


def _first(case: CaseFile, section: str) -> HeldPlace | None:
    return next(iter(case.section(section)), None)


def _best(case: CaseFile, sections: Sequence[str], question: Question, count: int) -> list[HeldPlace]:
    """The paragraphs of the sections that speak most of what is asked, in the order of the text."""
    places = [place for section in sections for place in case.section(section)]
    topic = _beside_names(case, question.topic)
    # A question of one or two words tells no paragraph from another: then the order of the text decides.
    telling = sum(terms(topic).values()) > 2
    texts = [place.text for place in places]
    scores = (
        [sum(pair) for pair in zip(rank(topic, texts), near(topic, texts), strict=True)]
        if telling
        else [0.0] * len(texts)
    )
    ranked = sorted(range(len(places)), key=lambda index: (-scores[index], index))
    return [places[index] for index in sorted(ranked[:count])]


def _beside_names(case: CaseFile, topic: str) -> str:
    """What a question says beside the names of the case, which an English question keeps among its terms."""
    aliases = case.document.meta.get("aliases") or ()
    for name in sorted(map(str, aliases), key=len, reverse=True):
        topic = topic.replace(name, " ")
    return topic


def _told(case: CaseFile, place: HeldPlace, language: Language) -> Draft:
    """A paragraph of a digest in our words, or of a judgment in the court's."""
    words = words_of(place)
    if place.kind is Kind.JUDGMENT:
        return Draft(f"{case.name}：“{words}”", (Support(place.citation, words),))
    label = language.pick("", "Digest: ")
    return Draft(f"{label}{words}", (Support(place.citation, words),))


def _direct(case: CaseFile, facet: Facet, language: Language) -> list[Draft]:
    """One line that answers what was asked, from the front matter, borne by the paragraph that says the same; or that
    the file does not tell it."""
    label = language.pick(facet.label, facet.label_en)
    if facet.told_by:
        told = any(word in place.text for word in facet.told_by for place in case.passages)
        return [] if told else _unknown(case, facet, language)
    lines: list[Draft] = []
    for field in facet.fields:
        value = case.meta.get(field)
        if value is None:
            if field in ("awarded", "claimed", "decided", "case_number") and field == facet.fields[0]:
                lines += _unknown(case, facet, language)
            continue
        for shown, words in _renderings(field, value):
            place = case.bearing(words, facet.sections)
            if place is None:
                continue
            named = (
                language.pick("诉请金额", "Amount claimed") if field == "claimed" and facet.id != "claimed" else label
            )
            lines.append(Draft(f"{case.name}，{named}：{shown}。", (Support(place.citation, words),)))
            break
    return lines


def _renderings(field: str, value: object) -> list[tuple[str, str]]:
    """How a field is shown, and the words that must stand in the passage which bears it."""
    if isinstance(value, int):
        return [(write_amount(value), f"{value}元")] if value else [(f"0元（{'驳回诉讼请求，未判赔偿'}）", "驳回")]
    if field == "decided":
        parts = re.findall(r"\d+", str(value))[:3]
        written = "".join(f"{int(number)}{unit}" for number, unit in zip(parts, "年月日", strict=False))
        return [(written, written)]
    if field == "parties" and isinstance(value, dict):
        names = [(role, re.sub(r"（.*?）", "", str(name))) for role, name in value.items() if name]
        labels = {
            "plaintiff": "原告",
            "defendant": "被告",
            "appellant": "上诉人",
            "appellee": "被上诉人",
            "prosecutor": "公诉机关",
        }
        shown = "；".join(f"{labels.get(role, role)}{name}" for role, name in names)
        return [(shown, first) for _, name in names[:1] for first in (name, name[:2])]
    if isinstance(value, list):
        return [("、".join(map(str, value)), str(item)) for item in value[:1]]
    text = str(value)
    if field == "case_number":
        wide = text.replace("(", "（").replace(")", "）")
        return [(wide, wide), (text, text)]
    if field == "outcome":
        return []
    text = re.sub(r"（.*?）", "", text.rstrip("。"))
    return [(text, part) for part in (text, *re.findall(r"直接侵权|帮助侵权", text))]


def _unknown(case: CaseFile, facet: Facet, language: Language) -> list[Draft]:
    """Say that the file does not know what was asked; a pending case says so from its own passage."""
    result = _first(case, "裁判结果") or _first(case, "状态") or _first(case, "案情")
    if is_pending(case.meta) and result:
        said = language.pick("该案尚在审理中，没有检到判决", "the case is pending; no judgment has been found")
        return [
            Draft(f"{case.name}，{language.pick(facet.label, facet.label_en)}：{said}。", (Support(result.citation),))
        ]
    said = language.pick("本库的资料没有记载（未核到），不作推测", "not recorded in what is held here")
    return [Draft(f"{case.name}，{language.pick(facet.label, facet.label_en)}：{said}。")]


# --- false premises ---------------------------------------------------------------------------------------------------


def tools_of(library: Library) -> tuple[str, ...]:
    """The names of tools that any case file names, for telling another case's tool."""
    named = " ".join(str(document.meta.get("tool") or "") for document in library.documents())
    latin = re.findall(r"[A-Za-z][A-Za-z.+-]{3,}(?: [A-Z][a-z]+)?", named)
    chinese = [tool for tool in ("即梦", "奇域", "海螺", "文心一格", "威科先行", "醒图") if tool in named]
    generic = {"LoRA", "Checkpoint"}
    return tuple(dict.fromkeys(tool for tool in (*latin, *chinese) if tool not in generic))


def corrections(desk: CaseDesk, case: CaseFile, question: Question) -> list[Draft]:
    """What the question takes for granted about the case and its file contradicts."""
    found = misfits(question.text, case.meta, tools=tools_of(desk.library))
    return [draft for misfit in found for draft in _corrected(case, misfit, question.language)]


def _corrected(case: CaseFile, misfit: Misfit, language: Language) -> list[Draft]:
    label = language.pick(*_MISFIT_LABELS[misfit.field])
    sections = _MISFIT_SECTIONS.get(misfit.field, ("案情",))
    place = case.bearing(re.sub(r"（.*", "", misfit.held), sections) or _first(case, sections[0])
    if place is None:
        return []
    said = language.pick(
        f"更正：问题所说的{label}与记载不符，该说法不成立。{case.name}的{label}是：{misfit.held}。",
        f"Correction: {label} stated in the question does not match. For {case.name} it is: {misfit.held}.",
    )
    return [Draft(said, (Support(place.citation),))]


# --- several cases ----------------------------------------------------------------------------------------------------


def are_instances(cases: Sequence[CaseFile]) -> bool:
    """Whether several cases are the instances of one dispute."""
    related = set(map(str, cases[0].document.meta.get("related") or ())) if cases else set()
    return all(case.document.citation.document in related for case in cases[1:])


def several_fit(raw: str, cases: Sequence[CaseFile], language: Language) -> Draft:
    """Say that a nickname fits several cases, and which."""
    names = "；".join(f"{case.name}（{case.meta.get('court')}）" for case in cases)
    said = language.pick(
        f"“{raw}”可以指{len(cases)}个案件：{names}。以下分别说明。", f"“{raw}” may mean {len(cases)} cases: {names}."
    )
    return Draft(said, tuple(Support(place.citation) for case in cases if (place := _first(case, "案情"))))
