"""Checking a draft: every citation of a statute or a case, to the paragraph and the word.

ready   what cuts a citation in two is taken out of the text (`ready_text`)
find    the citations, each with its place in the draft (`ingest.find`), and the quotations (`sentence`)
tie     quotations and statements to the citation they belong to (`tie`)
judge   place, version, quotation and statement, in the contract's order of precedence (`statute_check`, `case_check`)
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from ingest.citation import Citation
from ingest.document import Kind
from ingest.find import find_citations
from ingest.mention import Doubt, Mention
from ingest.numerals import to_int
from ingest.script import to_simplified
from rag.captions import Captions
from rag.case_check import CaseCheck, CaseClaim
from rag.case_names import CaseNames
from rag.check_report import CheckedCitation, CheckReport, WordChange
from rag.concordance import Concordance
from rag.library import Library
from rag.placing import Placing
from rag.ready_text import ReadyText, ready_text
from rag.sentence import Quotation, Sentences, quotations
from rag.statute_check import Claim, Finding, StatuteCheck, attributed
from rag.tie import Group, Tied, implied_quotation, introduced, tie

_ARTICLE = re.compile(r"第\s?([〇零一二三四五六七八九十百千\d０-９]{1,9})\s?[条條]")
_KIND_OF_RULE = re.compile(r"(?:办法|规定|条例|解释|法)$")
# 甲诉乙案: the plaintiff begins behind a mark or a word that leads to a name.
_PARTIES = re.compile(
    r"(?:(?<=^)|(?<=[\n，,。；;：:、（(“「《在的于如与和见即由是为对从及以按据引到同]))"
    r"(?P<plaintiff>(?:(?![在的于如与和见即由是为对从及以按据引到同诉])[\u3400-\u9fffA-Za-z]){2,18})(?<![起上告投申反应胜败公控自抗撤])(?:起诉|诉)(?![讼请求称状])"
    r"(?P<defendant>[\u3400-\u9fffA-Za-z、]{2,36}?)(?:一案|等案|案)(?![件由号情卷外例])",
    re.M,
)
_ANYBODY = re.compile(r"原告|被告|本案|我方|我司|客户|对方|他人|权利人|当事人|委托人|申请人|答辩人|上诉人|有人|作者")
_FORMERLY = re.compile(r"(?:原|旧|旧法|修[改正订]前)的?$")
_TITLED = re.compile(r"[《〈「]")
_OWN_CLAUSE = re.compile(r"^[ \t\u3000#*]*第[〇零一二三四五六七八九十百\d]{1,5}条", re.M)
_LINE_START = re.compile(r"[ \t\u3000#*>]*")
# What stands in these quotation marks is the name of a thing, not the words of a court.
_NAMES_A_THING = re.compile(
    r"(?:提示词|关键词|指令|题为|名为|标题|作品|输入|图片|小说|文章|歌曲|账号|公众号|软件|栏目|产品|形象)[为是：:]?\s*$"
)
_PARAGRAPH = 4000
_A_CASE = re.compile(r"(?:一|系列|侵权)?案")
_SURROGATES = dict.fromkeys(range(55296, 57344), 65533)


class DraftCheck:
    """Checks drafts against one library, as the law stood on one day.

    `captions` and `concordance` tell what an article speaks of, and under which number it stood before; `companies` are
    names that a draft may give as those of parties.
    """

    def __init__(
        self, library: Library, captions: Captions, concordance: Concordance, companies: Sequence[str], as_of: date
    ) -> None:
        catalogue = library.catalogue()
        self._library = library
        self._names = catalogue.names
        self._case_names = CaseNames(library)
        self._statutes = StatuteCheck(library, catalogue, captions, concordance, as_of)
        self._cases = CaseCheck(library, companies, as_of)

    def check(self, draft: str) -> CheckReport:
        """One verdict for every citation of a statute or a case, in the order of the draft."""
        ready, tied = self._read(draft)
        found: list[tuple[Mention, Finding]] = []
        for group in tied.groups:
            first = tied.mentions[group.members[0]]
            if self._is_case(first):
                found.append((first, self._cases.judge(first, self._case_claim(tied, group))))
            elif not self._is_law_speaking(tied, group):
                found += self._judge_statutes(tied, group)
        return CheckReport.of(_checked(ready, draft, mention, finding) for mention, finding in found)

    def claims(self, draft: str) -> list[tuple[Mention, Claim]]:
        """What the draft puts to each citation of a statute; for training and measuring."""
        _, tied = self._read(draft)
        return [
            (tied.mentions[group.members[0]], self._claim(tied, group))
            for group in tied.groups
            if not self._is_case(tied.mentions[group.members[0]])
        ]

    def placing(self, citation: Citation) -> Placing:
        """What tells of the articles of a law which of them a statement speaks of; for training and measuring."""
        return self._statutes.placing(citation)

    def _read(self, draft: str) -> tuple[ReadyText, Tied]:
        ready = ready_text(draft.translate(_SURROGATES) if not draft.isascii() else draft)
        quoted = quotations(ready.text)
        mentions = find_citations(ready.text, self._names)
        mentions = self._settled(ready.text, _without_own_clauses(ready.text, mentions))
        mentions = sorted(
            [*mentions, *self._between_parties(ready.text, mentions)], key=lambda one: (one.start, one.end)
        )
        return ready, tie(ready.text, mentions, quoted, Sentences(ready.text, quoted), self._is_case)

    def _settled(self, text: str, mentions: list[Mention]) -> list[Mention]:
        """Lone articles (第四条) given to what was cited before: a rule of which a note is held, or the same article."""
        settled: list[Mention] = []
        for mention in mentions:
            if _is_lone(mention) and (mention.citation is None or mention.citation.path):
                near = [earlier for earlier in settled[-8:] if "\n" not in text[earlier.end : mention.start]]
                mention = self._given(mention, near)
                if _FORMERLY.search(text, max(0, mention.start - 6), mention.start):
                    mention = replace(mention, former=True)
            elif mention.doubt is Doubt.UNKNOWN and mention.citation:
                mention = self._by_tail(mention, settled)
            settled.append(mention)
        return settled

    def _between_parties(self, text: str, found: Sequence[Mention]) -> Iterator[Mention]:
        """Cases called by their parties alone, 甲诉乙案, where no name that is known stands there."""
        taken = [(mention.start, mention.end) for mention in found]
        for match in _PARTIES.finditer(text):
            start, end = match.span()
            if _ANYBODY.search(match[0]) or any(low < end and start < high for low, high in taken):
                continue
            plaintiff, defendant = (to_simplified(match[side]) for side in ("plaintiff", "defendant"))
            shorts = self._case_names.of_parties(plaintiff, defendant)
            citation = Citation(shorts[0]) if len(shorts) == 1 else None
            doubt = None if citation else Doubt.AMBIGUOUS if shorts else Doubt.UNKNOWN
            yield Mention(match[0], start, end, citation, match[0], doubt, shorts if len(shorts) > 1 else ())

    def _by_tail(self, mention: Mention, earlier: Sequence[Mention]) -> Mention:
        """暂行办法第十五条, where one document of which the title ends so was cited before."""
        assert mention.citation is not None
        tail = mention.citation.document
        if not _KIND_OF_RULE.search(tail):
            return mention
        cited = {one.citation.document for one in earlier if one.citation and one.doubt is None}
        meant = [short for short in cited if any(title.endswith(tail) for title in self._names.titles(short))]
        if len(meant) != 1:
            return mention
        return replace(mention, citation=replace(mention.citation, document=meant[0]), doubt=None)

    def _given(self, mention: Mention, near: list[Mention]) -> Mention:
        last = near[-1].citation if near else None
        if last and self._names.kind(last.document) is Kind.NOTE and "·" not in last.document:
            return replace(mention, citation=last, doubt=None, candidates=())
        if mention.doubt is Doubt.AMBIGUOUS and (number := _ARTICLE.search(mention.raw)):
            article = str(to_int(number[1]))
            same = {
                earlier.citation.at(article)
                for earlier in near
                if earlier.citation and earlier.citation.path[:1] == (article,)
            }
            if len(same) == 1:
                return replace(mention, citation=same.pop(), doubt=None, candidates=())
        return mention

    # --- statutes -----------------------------------------------------------------------------------------------------

    def _is_law_speaking(self, tied: Tied, group: Group) -> bool:
        """本法第十条 inside a quoted provision is the law's own reference, not one of the draft."""
        first = tied.mentions[group.members[0]]
        if first.name is not None:
            return False
        in_block = any(
            quote.block and quote.start <= group.start < quote.end
            for other in tied.groups[max(0, group.number - 3) : group.number + 1]
            for quote in other.quotes
        )
        inside = tied.inside.get(group.members[0])
        # 该条 in words that nobody cites is what somebody says, not what a law says.
        said = inside is not None and inside not in tied.owners and (first.relative or "").startswith(("该", "此"))
        return in_block or (inside is not None and not said)

    def _judge_statutes(self, tied: Tied, group: Group) -> list[tuple[Mention, Finding]]:
        claim = self._claim(tied, group)
        members = [tied.mentions[number] for number in group.members]
        cited = [mention for mention in members if self._is_citation(mention, claim)]
        if len(cited) < 2 or not (claim.quotes or claim.implied):
            return [(mention, self._statutes.judge(mention, claim)) for mention in cited]
        return [(mention, self._statutes.judge(mention, part)) for mention, part in self._shared_out(cited, claim)]

    def _shared_out(self, cited: list[Mention], claim: Claim) -> list[tuple[Mention, Claim]]:
        """The quotations behind a list: each to the member that has its words, else to the one named last."""
        given: dict[int, list[tuple[str, bool]]] = {number: [] for number in range(len(cited))}
        for words, is_said in claim.quotes:
            ranks = [self._statutes.tells(mention, words) for mention in cited]
            order = [rank for rank in ("exact", "altered") if rank in ranks]
            owner = ranks.index(order[0]) if order else len(cited) - 1  # type: ignore[arg-type]
            given[owner].append((words, is_said))
        implied = len(cited) - 1
        return [
            (mention, claim.with_quotes(given[number], claim.implied if number == implied else None))
            for number, mention in enumerate(cited)
        ]

    def _claim(self, tied: Tied, group: Group) -> Claim:
        quotes = tuple((quote.words, introduced(tied, group, quote)) for quote in group.quotes)
        inside = tied.inside.get(group.members[0])
        implied = None if group.quotes or inside else implied_quotation(tied, group)
        if inside:
            return Claim(behind=group.after[:40], cites_old=self._cites_old(tied, inside, group))
        before = group.before if group.referring else group.clause
        is_attributed = group.referring or attributed(group.after)
        primary = before if group.referring else group.after
        return Claim(
            quotes=quotes,
            primary=primary,
            whole=f"{group.before} {group.after}",
            attributed=is_attributed,
            behind=group.after[:40],
            implied=implied.words if implied else None,
            siblings=_siblings([tied.mentions[number] for number in group.members]),
        )

    def _cites_old(self, tied: Tied, quote: Quotation, group: Group) -> str | None:
        """The version by whose numbers a quoted provision itself cites the law: the interpretations keep those of 2010."""
        owner = tied.owners.get(quote)
        quoting = tied.mentions[owner.members[-1]].citation if owner else None
        cited = tied.mentions[group.members[0]].citation
        if quoting is None or cited is None or quoting.document == cited.document:
            return None
        document = self._library.document(quoting.document)
        laws = document.meta.get("cites_law") if document else None
        return str(laws[cited.document]) if laws and cited.document in laws else None

    def _is_citation(self, mention: Mention, claim: Claim) -> bool:
        """Whether a mention is a citation: a place, a document named in title marks, or words quoted from it."""
        citation = mention.citation
        if citation is None or citation.path or citation.version or mention.former or claim.quotes:
            return citation is None or self._names.kind(citation.document) is not Kind.COMMENTARY or bool(citation.path)
        if self._names.kind(citation.document) is Kind.COMMENTARY:
            return False
        return bool(_TITLED.search(mention.raw)) or (mention.doubt is Doubt.AMBIGUOUS)

    # --- cases --------------------------------------------------------------------------------------------------------

    def _is_case(self, mention: Mention) -> bool:
        shorts = mention.candidates or ((mention.citation.document,) if mention.citation else ())
        if mention.citation is not None and mention.citation.is_case:
            return True
        return any(self._names.kind(short) in (Kind.JUDGMENT, Kind.JUDGMENT_DIGEST, Kind.NOTE) for short in shorts)

    def _case_claim(self, tied: Tied, group: Group) -> CaseClaim:
        quotes = tuple(
            (quote.words, introduced(tied, group, quote, court=True))
            for quote in group.quotes
            if not _NAMES_A_THING.search(tied.text[max(0, quote.start - 8) : quote.start])
            and not _A_CASE.match(tied.text, quote.end)
        )
        before, after = (to_simplified(words) for words in tied.region(group))
        start = tied.text.rfind("\n", 0, group.start) + 1
        end = tied.text.find("\n", group.end)
        paragraph = tied.text[start : end if end >= 0 else len(tied.text)][:_PARAGRAPH]
        return CaseClaim(quotes, before, after, tuple(tied.beside(group)), group.borrowed, paragraph)


def check(text: str, workspace: str | None = None, as_of: date | None = None) -> CheckReport:
    """Check a draft against the built-in corpus and a workspace; a short cut for `Assistant(workspace).check(text)`.

        report = check("《著作权法》第二十二条规定了合理使用。")
        report.citations[0].verdict, report.citations[0].suggestion    # outdated, 著作权法@2020/24

    Raises UnusableInput for a workspace name that cannot be one.
    """
    from rag.assistant import Assistant
    from rag.settings import DEFAULT_WORKSPACE

    return Assistant(workspace or DEFAULT_WORKSPACE).check(text, as_of)


def _without_own_clauses(text: str, mentions: list[Mention]) -> list[Mention]:
    """Drop the clauses of the draft itself: a contract numbers its own 第一条, 第二条."""
    heads = {match.end() for match in _OWN_CLAUSE.finditer(text)}
    lines = [mention for mention in mentions if _is_lone(mention) and _begins_line(text, mention)]
    if len(lines) < 2 or len(heads) < 3:
        return mentions
    own = {id(mention) for mention in lines}
    ends = [match.start() for match in re.finditer(r"[。；;\n]", text)]
    kept: list[Mention] = []
    last_named = -1
    for mention in mentions:
        if id(mention) in own:
            continue
        if not _is_lone(mention):
            last_named = mention.start
        elif last_named < 0 or bisect_right(ends, last_named) < bisect_left(ends, mention.start):
            continue  # no law named in this sentence
        kept.append(mention)
    return kept


def _siblings(members: list[Mention]) -> tuple[Citation, ...]:
    cited = [mention.citation for mention in members if mention.citation]
    return tuple(cited) if len(members) > 1 else ()


def _is_lone(mention: Mention) -> bool:
    return mention.name is None and mention.relative is not None and mention.relative.lstrip("(（").startswith("第")


def _begins_line(text: str, mention: Mention) -> bool:
    line = text.rfind("\n", 0, mention.start) + 1
    return _LINE_START.fullmatch(text, line, mention.start) is not None


def _checked(ready: ReadyText, draft: str, mention: Mention, finding: Finding) -> CheckedCitation:
    start, end = ready.span(mention.start, mention.end)
    return CheckedCitation(
        raw=draft[start:end],
        start=start,
        end=end,
        key=finding.key,
        verdict=finding.verdict,
        quote=finding.quote,
        message=finding.message,
        suggestion=finding.suggestion,
        source=finding.source,
        changes=tuple(
            WordChange(quoted=change.quoted, source=change.source, grave=change.is_grave) for change in finding.changes
        ),
    )
