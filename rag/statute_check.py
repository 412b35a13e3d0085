"""One citation of a statute: its version, its place, the words quoted from it, what is said about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ingest.citation import Citation
from ingest.document import Kind
from ingest.mention import Doubt, Mention
from ingest.resolve import Catalogue, resolve
from ingest.script import to_narrow, to_simplified
from rag.answer import Verdict
from rag.captions import Captions
from rag.concordance import Concordance, Renumbering
from rag.embed import load_embedder
from rag.library import Held, HeldPlace, Library
from rag.placing import Embed, LawVectors, Placing
from rag.provision import name_of, pinpoint
from rag.quantity import conflicts
from rag.quotation import Change
from rag.quote_check import (
    ALIKE,
    Leaf,
    changes,
    drops_negation,
    folded,
    likeness,
    says_which,
    stands,
    turns_round,
    where_it_stands,
)
from rag.relevance import terms
from rag.statement import NOTHING, LawBook, says_anything

# The words of the law in a draft need no marks: behind 规定： this much likeness makes them a quotation.
_PLAINLY_THE_SAME = 0.8
_SHORTEST_CLAIM = 10
_SHORTEST_TERM = 4
_RULE = re.compile(
    r"规定|上限|下限|最高|最低|以下|以上|不超过|不得超过|至多|至少|倍|保护期|期限|法定赔偿|区间|幅度|范围"
)
_MODAL = re.compile(r"应当|可以|必须|不得|连带|按份|禁止|允许")
_BOUND = re.compile(r"上限|下限|最高|最低|幅度|区间|法定赔偿额|倍数为|倍数是")
_FACT = re.compile(r"原告|被告|请求|主张|判令|本案|涉案|诉请|索赔|支付|赔偿了|判决|酌情|合计|我方|客户")
_QUANTITY = re.compile(r"[一二三四五六七八九十百千万两\d]+(?:余)?(?:万元|元|倍|年|个月|日内|日|小时)")
_ATTRIBUTED = re.compile(
    r"^[”》）)]?(?:第[一二三四五六七八九十\d]+[编章节])?[，,]?(?:已|就|也|则|明确|专门|仅|只|均|分别|即|还|对|关于|所|中|的|之)*"
    r"(?:规定|确立|列举|界定|定义|要求|禁止|允许|赋予|明文|指出|讲|说|是关于|是|为|系|涉及|调整|规范|处理|解决|针对|将|把|对|关于|项下|中的|所称|的|：|:|——|\||\s)"
)
_YEAR_BEHIND = re.compile(r"^\s?[（(]\s?(?:(?:19|20)\d{2})")
# Log odds from which on a statement is held to speak of another article; lower where that is the one to which the number
# has moved since, because old numbers are the slip that drafts make most.
SURE_ELSEWHERE = -1.2
_SURE_MOVED = -0.5
# So much more, in cosine and in the share of words, a statement must have of another paragraph: then 7 of 349 right ones are
# called wrong, and two in five of the wrong ones are found.
_PLAINLY_NEARER = 0.35
_CATCH_ALL = re.compile(r"\s*[（(][一二三四五六七八九十]+[)）]\s*其他")
# Quotations whose home is remembered; a server checks drafts for weeks.
_MOST_REMEMBERED = 20_000
_ORDINALS_KEPT = frozenset({"22", "47", "48"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one citation. `source` are the words held at the place, `changes` what differs from them."""

    verdict: Verdict
    key: str | None
    message: str
    suggestion: str | None = None
    quote: str | None = None
    source: str | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a draft puts to a citation: quotations (introduced as the law's words or not) and statements.

    `primary` speaks of the citation, `whole` is all of the sentence that may; `attributed` when the draft says that the
    law says so, rather than drawing a conclusion from it. `implied` are words behind a colon that may be the law's.
    """

    quotes: tuple[tuple[str, bool], ...] = ()
    primary: str = ""
    whole: str = ""
    attributed: bool = False
    behind: str = ""
    implied: str | None = None
    siblings: tuple[Citation, ...] = ()
    cites_old: str | None = None

    def with_quotes(self, quotes: Sequence[tuple[str, bool]], implied: str | None) -> "Claim":
        """The same claim with these quotations alone."""
        return replace(self, quotes=tuple(quotes), implied=implied)

    @property
    def everything(self) -> str:
        """The statement and the quotations in one."""
        return " ".join((self.primary, self.implied or "", *(words for words, _ in self.quotes)))


class StatuteCheck:
    """Checks citations against the statutes of one library, on one day."""

    def __init__(
        self, library: Library, catalogue: Catalogue, captions: Captions, concordance: Concordance, as_of: date
    ) -> None:
        self._library = library
        self._catalogue = catalogue
        self._captions = captions
        self._concordance = concordance
        self._as_of = as_of
        self._places: dict[Citation, HeldPlace | None] = {}
        self._holds: dict[Citation, Held] = {}
        self._books: dict[tuple[str, str | None], LawBook] = {}
        self._children: dict[Citation, list[HeldPlace]] = {}
        self._placings: dict[tuple[str, str | None], Placing] = {}
        self._leaves: dict[tuple[str, str | None], list[Leaf]] = {}
        self._families: dict[Citation, str] = {}
        self._foreign: dict[tuple[str, str], Citation | None] = {}
        self._homes: dict[tuple[str, str | None, str], Citation | None] = {}

    # --- one citation -------------------------------------------------------------------------------------------------

    def judge(self, mention: Mention, claim: Claim) -> Finding:
        """The finding with the highest precedence; see the contract for the order."""
        if mention.doubt is Doubt.UNKNOWN or (mention.citation is None and mention.doubt is None):
            return self._not_held(mention)
        if mention.doubt is not None or mention.citation is None:
            return _ambiguous(mention)
        written = mention.citation
        citation = resolve(mention, self._catalogue, self._as_of).citation or written
        if old := self._outdated(mention, claim):
            return old
        held = self.holds(citation)
        if held is Held.NOT_HELD:
            return self._outside(citation)
        place = self.place(citation)
        if place is None and mention.paragraph_implied:
            citation, place = self._item_anywhere(citation)
        if place is None:
            return self._nonexistent(citation, claim)
        key = place.key
        if place.in_force is False:
            return Finding(Verdict.OUTDATED, key, self._not_in_force(place))
        if place.kind is Kind.STATUTE or place.document.meta.get("text") == "full":
            for words, is_said in claim.quotes:
                finding = self._quoted(place, words, is_said)
                if finding and finding.verdict is not Verdict.EXACT:
                    return finding
            for words, is_said in claim.quotes:
                finding = self._quoted(place, words, is_said)
                if finding:
                    return finding
            if not claim.quotes and claim.implied and (finding := self._implied(place, claim.implied)):
                return finding
            if citation.path and (finding := self._misplaced(place, claim) or self._misstated(place, claim)):
                return finding
        return Finding(
            Verdict.VALID, key, f"{self._where(place)}存在，现行有效{_unverified(place)}。", source=place.text
        )

    def tells(self, mention: Mention, words: str) -> Verdict | None:
        """How quoted words fit a citation, without the rest: EXACT, ALTERED when alike, None when strange."""
        if mention.citation is None or mention.doubt is not None:
            return None
        citation = resolve(mention, self._catalogue, self._as_of).citation or mention.citation
        place = self.place(citation)
        if place is None:
            return None
        if self._stands(place, words):
            return Verdict.EXACT
        return Verdict.ALTERED if likeness(words, self._family(place)) >= ALIKE else None

    # --- not here, not clear ------------------------------------------------------------------------------------------

    def _not_held(self, mention: Mention) -> Finding:
        key = str(mention.citation) if mention.citation else None
        name = mention.citation.document if mention.citation else mention.raw
        return Finding(Verdict.NOT_IN_CORPUS, key, f"本库没有收录“{name}”，无法核对。")

    def _outside(self, citation: Citation) -> Finding:
        document = self._library.document(citation.document, None, self._as_of)
        if document is not None and citation.version and document.citation.version != citation.version:
            history = " ".join(map(str, document.meta.get("history") or ()))
            if citation.version[:4] in history and citation.version < (document.citation.version or ""):
                now = replace(document.citation, path=())
                return Finding(
                    Verdict.OUTDATED,
                    str(citation),
                    f"所引为{citation.version}年文本，已被{name_of(document)}取代；本库未收录旧文本，条号对应请自行核对。",
                    str(now),
                )
            return Finding(
                Verdict.NOT_IN_CORPUS,
                str(citation),
                f"本库没有收录《{citation.document}》{citation.version}年的文本，无法核对。",
            )
        where = pinpoint(citation)
        return Finding(
            Verdict.NOT_IN_CORPUS,
            str(citation),
            f"本库只收录《{citation.document}》的一部分，没有收录{where}，无法核对。",
        )

    def _item_anywhere(self, citation: Citation) -> tuple[Citation, HeldPlace | None]:
        """An item cited without its paragraph, where one paragraph alone of the article has it."""
        article, _, *rest = citation.path
        found = [
            place
            for paragraph in self._inner(citation.at(article))
            if (place := self.place(paragraph.citation.at(*paragraph.citation.path, *rest)))
        ]
        return (found[0].citation, found[0]) if len(found) == 1 else (citation, None)

    def _nonexistent(self, citation: Citation, claim: Claim) -> Finding:
        document = self._library.document(citation.document, citation.version, self._as_of)
        assert document is not None
        name, where = name_of(document), pinpoint(citation)
        article = citation.at(citation.path[0])
        if len(citation.path) == 1 or self.place(article) is None:
            count = document.meta.get("articles") or self._last(citation)
            said = f"{name}共{count}条，没有{pinpoint(article)}。"
        else:
            said = f"{name}没有{where}：{self._counted(citation)}。"
        better = self._home_of(citation, claim)
        if better:
            said += f"所说的内容见{pinpoint(better)}。"
        return Finding(Verdict.NONEXISTENT, str(citation), said, str(better) if better else None)

    def _counted(self, citation: Citation) -> str:
        for depth in range(len(citation.path) - 1, 0, -1):
            parent = self.place(citation.at(*citation.path[:depth]))
            if parent:
                inner = [child for child in self._inner(parent.citation) if len(child.citation.path) == depth + 1]
                unit = ("款", "项", "目")[min(depth, 3) - 1]
                return f"{pinpoint(parent.citation)}{f'只有{len(inner)}{unit}' if inner else f'不分{unit}'}"
        return "所引的条不存在"

    def _last(self, citation: Citation) -> str:
        return list(self._book(citation).places)[-1]

    def _home_of(self, citation: Citation, claim: Claim) -> Citation | None:
        for words, _ in claim.quotes:
            if len(folded(words)) >= 6 and (home := self._elsewhere(citation, words)):
                return home
        best = self._best(citation, claim.primary)
        return best[0] if best and best[1] >= 0.6 else None

    def _not_in_force(self, place: HeldPlace) -> str:
        effective = place.effective
        if effective and effective > self._as_of.isoformat():
            return f"{self._where(place)}在{self._as_of}尚未施行，{effective}起施行。"
        return f"{self._where(place)}在{self._as_of}已不再有效。"

    # --- numbers and words of an earlier version ----------------------------------------------------------------------

    def _outdated(self, mention: Mention, claim: Claim) -> Finding | None:
        citation = mention.citation
        assert citation is not None
        law, old_version = citation.document, self._concordance.old_version(citation.document)
        if old_version is None:
            return None
        behind = _YEAR_BEHIND.match(claim.behind)
        version = citation.version or (behind[0].strip()[1:].strip() if behind else "")
        named_old = mention.former or version.startswith(old_version) or claim.cites_old == old_version
        current = self._catalogue.in_force(law, self._as_of)
        if not named_old and version and not (current and (current.effective or "").startswith(version[:4])):
            return None
        if not citation.path:
            return self._old_law(citation, old_version) if named_old else None
        row = self._row(citation)
        if row is None:
            if not named_old:
                return None
            return Finding(
                Verdict.OUTDATED,
                str(citation.at(*citation.path)),
                f"所引为{old_version}年文本，其中没有{pinpoint(citation)}。",
            )
        if named_old or self._told_old(citation, row, claim):
            return self._renumbered(citation, row, named_old)
        return None

    def _old_law(self, citation: Citation, old_version: str) -> Finding | None:
        document = self._library.document(citation.document, None, self._as_of)
        if document is None:
            return None
        return Finding(
            Verdict.OUTDATED,
            f"{citation.document}@{old_version}",
            f"所引为{old_version}年文本，现行文本是{name_of(document)}；本库未收录旧文本。",
            str(document.citation),
        )

    def _row(self, citation: Citation) -> Renumbering | None:
        """The row of the cited number in the old version: of the paragraph or item if there is one, else the article."""
        rows = [row for row in self._concordance.rows if row.law == citation.document and row.old]
        for depth in range(len(citation.path), 1, -1):
            for row in rows:
                if row.old and row.old.path == citation.path[:depth]:
                    return row
        whole = [row for row in rows if row.old and row.old.path == citation.path[:1]]
        return next((row for row in whole if row.new), whole[0] if whole else None)

    def _told_old(self, citation: Citation, row: Renumbering, claim: Claim) -> bool:
        """Whether what is said under a number fits the earlier version of the law and not the present one."""
        assert row.old is not None
        article = citation.path[0]
        if row.new is not None and row.new.path[:1] == (article,):
            return False
        if self._fits_moved_alone(citation, row) or self._placed_where_moved(citation, row, claim):
            return True
        if (
            len(row.old.path) > 1
            and self.holds(citation.at(*citation.path)) is Held.YES
            and not row.is_told_by(claim.everything)
        ):
            return False
        present, moved = self._article(citation), self._article(row.new) if row.new else None
        for words, is_said in [*claim.quotes, *([(claim.implied, True)] if claim.implied else [])]:
            if present and (self._stands(present, words) or likeness(words, present.text) >= ALIKE):
                return False
            if (
                moved
                and len(folded(words)) >= 6
                and (stands(words, moved.text) or (is_said and likeness(words, moved.text) >= ALIKE))
            ):
                return True
        said = to_narrow(to_simplified(claim.primary))
        if not says_anything(said):
            return False
        scores = self._book(citation).scores(said)
        whole = self._book(citation).scores(to_narrow(to_simplified(claim.whole)))
        own, support = scores.get(article, NOTHING), whole.get(article, NOTHING)
        new = scores.get(row.new.path[0], NOTHING) if row.new else NOTHING
        told = row.is_told_by(said) + new.phrases
        now = max((other.is_told_by(said) for other in self._concordance.before(citation.document, article)), default=0)
        told_now = now + max(own.phrases, 0.9 * support.phrases)
        kin = [scores.get(other.path[0], NOTHING).phrases for other in claim.siblings if other.path]
        told_now = max(told_now, *kin) if kin else told_now
        if told > told_now and new.coverage >= own.coverage - 0.08:
            return True
        # No telling phrase, but the words are those of the moved article; all the more where the number is no longer used.
        least = 0.35 if self.holds(citation) is Held.NO_SUCH_PLACE else 0.55
        if told_now == 0 and new.coverage >= least and own.coverage <= 0.45 * new.coverage:
            return True
        return row.new is None and row.is_told_by(said) > told_now

    def _fits_moved_alone(self, citation: Citation, row: Renumbering) -> bool:
        """Whether the article has no such item now, while the one to which its number has moved does."""
        if row.new is None or len(citation.path) < 3 or self.place(self._item_or(citation)) is not None:
            return False
        return self.place(row.new.at(row.new.path[0], *citation.path[1:])) is not None

    def _placed_where_moved(self, citation: Citation, row: Renumbering, claim: Claim) -> bool:
        """Whether the statement is about the article to which the number has moved."""
        if (
            row.new is None
            or claim.siblings
            or claim.quotes
            or not says_anything(to_narrow(to_simplified(claim.whole)))
        ):
            return False
        placed = self.placing(citation).judge(citation.path[0], claim.primary, claim.whole, claim.attributed)
        return placed is not None and placed.article == row.new.path[0] and placed.odds > _SURE_MOVED

    def _item_or(self, citation: Citation) -> Citation:
        found, place = self._item_anywhere(citation)
        return found if place else citation

    def _renumbered(self, citation: Citation, row: Renumbering, named_old: bool) -> Finding:
        assert row.old is not None
        law, old = citation.document, row.old
        document = self._library.document(law, None, self._as_of)
        key = str(replace(citation, version=old.version))
        if row.new is None or document is None:
            return Finding(
                Verdict.OUTDATED,
                key,
                f"{old.version}年文本{pinpoint(citation)}（{row.topic}）在现行法中没有单独的对应条文；本库未收录旧文本。",
            )
        new = row.new.at(*self._deeper(citation, row))
        current = self.place(replace(new, version=None))
        better = str(current.citation if current else new)
        if row.old.path == row.new.path and named_old:
            said = f"所引为{old.version}年文本；现行文本仍是{name_of(document)}{pinpoint(new)}，文字可能已修改。"
        else:
            said = f"{pinpoint(citation)}是{old.version}年文本的条号（{row.topic}），现行为{name_of(document)}{pinpoint(new)}。"
        return Finding(Verdict.OUTDATED, key, said, better, source=current.text if current else None)

    def _deeper(self, citation: Citation, row: Renumbering) -> tuple[str, ...]:
        """The path in the present version: paragraph and item go along where they kept their order."""
        assert row.old is not None
        assert row.new is not None
        rest = citation.path[len(row.old.path) :]
        path = row.new.path
        if rest and (row.old.path[0] in _ORDINALS_KEPT or row.old.path == row.new.path or len(rest) == 1):
            longer = (*path, *rest)
            if self.place(Citation(citation.document, None, longer)) is not None:
                return longer
        return path

    # --- quotations ---------------------------------------------------------------------------------------------------

    def _quoted(self, place: HeldPlace, words: str, is_said: bool) -> Finding | None:
        """The finding on one quotation; None when the words are no quotation of this law."""
        size = len(folded(words))
        if size < 2 or (size < _SHORTEST_TERM and not is_said):
            return None  # a word in marks is a term
        if self._stands(place, words):
            whole = "" if place.citation.path else self._standing(place, words)
            return Finding(
                Verdict.EXACT,
                place.key,
                f"引文与{self._where(place)}一致{whole}{_unverified(place)}。",
                quote=words,
                source=place.text,
            )
        alike = likeness(words, self._family(place))
        claimed = is_said or size >= _SHORTEST_CLAIM
        if size >= 6 and claimed:
            home = self._elsewhere(place.citation, words)
            if home is not None and not place.citation.contains(home):
                return self._wrong_place(place, home, words)
        if not claimed or (alike < ALIKE and not is_said):
            if size >= 12 and (foreign := self._in_other_law(place, words)):
                return self._wrong_place(place, foreign, words)
            return None
        if size < 5:
            return None
        if is_said and alike < ALIKE:
            if foreign := self._in_other_law(place, words):
                return self._wrong_place(place, foreign, words)
            if size < _SHORTEST_CLAIM and not place.citation.path:
                return None
        if size >= 12 and not drops_negation(words, place.text) and (foreign := self._in_other_law(place, words)):
            return self._wrong_place(place, foreign, words)
        nearest = self._nearest(place, words)
        if nearest and likeness(words, nearest.text) > max(alike, ALIKE) + 0.15:
            return self._wrong_place(place, nearest.citation, words)
        if is_said and alike < 0.35 and size < 24:
            return None
        return self._altered(place, words)

    def _altered(self, place: HeldPlace, words: str) -> Finding:
        source = self._family(place)
        if not place.verified:
            # A text that was not verified itself convicts nobody of a misquotation.
            return Finding(
                Verdict.NOT_IN_CORPUS,
                place.key,
                f"本库中{self._where(place)}的文本未经逐字核验，且与引文不同，不能据以判断，请对照官方文本。",
                quote=words,
            )
        found = changes(words, source)
        best = self._deepest(place, words)
        listed = "；".join(says_which(change) for change in found[:8]) or "文字不同"
        said = f"引文与{self._where(place)}不一致：{listed}{'等' if len(found) > 8 else ''}{_unverified(place)}。"
        if likeness(words, source) < 0.5:
            said = f"{self._where(place)}没有这样的文字{_unverified(place)}。"
        return Finding(Verdict.ALTERED, place.key, said, best.key, words, best.text, tuple(found))

    def _deepest(self, place: HeldPlace, words: str) -> HeldPlace:
        """The smallest place inside the cited one that the words render best."""
        inner = [leaf for leaf in self._inside(place.citation) if likeness(words, leaf.text) >= 0.8]
        if not inner:
            return place
        best = max(inner, key=lambda leaf: likeness(words, leaf.text))
        whole = best.citation.path == (*place.citation.path, "1") and len(self._inside(place.citation)) == 1
        return place if whole else self.place(best.citation) or place

    def _wrong_place(self, place: HeldPlace, home: Citation, words: str) -> Finding:
        other = self.place(home)
        name = self._where(other) if other else str(home)
        said = f"所引文字不在{self._where(place)}，而在{name}{_unverified(other) if other else ''}。"
        found = tuple(changes(words, other.text)) if other and not stands(words, other.text) else ()
        if found:
            said += f"引文另有出入：{'；'.join(says_which(change) for change in found[:6])}。"
        better = str(_as_deep(home, place.citation))
        return Finding(Verdict.WRONG_PINPOINT, place.key, said, better, words, other.text if other else None, found)

    def _implied(self, place: HeldPlace, words: str) -> Finding | None:
        """Words without marks behind 规定：, taken for a quotation only where they plainly are one."""
        if not _first_sentence(words):
            return None
        for taken in (words, _first_sentence(words)):
            if self._stands(place, taken) and len(folded(taken)) >= 8:
                return Finding(
                    Verdict.EXACT,
                    place.key,
                    f"所述文字与{self._where(place)}一致{_unverified(place)}。",
                    quote=taken,
                    source=place.text,
                )
        taken = _first_sentence(words)
        size = len(folded(taken))
        if size >= 12 and (home := self._elsewhere(place.citation, taken)) and not place.citation.contains(home):
            return self._wrong_place(place, home, taken)
        family = self._family(place)
        if size >= 12 and likeness(taken, family) >= _PLAINLY_THE_SAME:
            found = changes(taken, family)
            # Without marks it may be a summary: only what turns the rule round is held against it.
            if turns_round(found) or any(
                _MODAL.search(change.quoted) and _MODAL.search(change.source) for change in found
            ):
                return self._altered(place, taken)
        return None

    def _stands(self, place: HeldPlace, words: str) -> bool:
        if stands(words, place.text):
            return not drops_negation(words, place.text)
        # The words that introduce a list belong to each of its items; alone they are those of the paragraph.
        return (
            len(place.citation.path) >= 3
            and stands(words, self._family(place))
            and not stands(words, self._lead(place))
        )

    def _family(self, place: HeldPlace) -> str:
        """The words of a place, for an item with the words that introduce the list."""
        known = self._families.get(place.citation)
        if known is None:
            known = place.text if len(place.citation.path) < 3 else f"{self._lead(place)}\n{place.text}"
            self._families[place.citation] = known
        return known

    def _lead(self, place: HeldPlace) -> str:
        parent = self.place(place.citation.at(*place.citation.path[:2]))
        return parent.text.split("\n", 1)[0] if parent else ""

    def _standing(self, place: HeldPlace, words: str) -> str:
        home = self._elsewhere(place.citation, words)
        return f"（见{pinpoint(home)}）" if home else ""

    def _elsewhere(self, citation: Citation, words: str) -> Citation | None:
        asked = (citation.document, citation.version, words)
        if len(self._homes) > _MOST_REMEMBERED:
            self._homes.clear()
        if asked not in self._homes:
            leaves, articles = self._all_leaves(citation), self._book(citation).places.values()
            self._homes[asked] = where_it_stands(words, leaves, articles)
        return self._homes[asked]

    def _nearest(self, place: HeldPlace, words: str) -> Leaf | None:
        if len(folded(words)) < 12:
            return None
        book = self._book(place.citation)
        scores = book.scores(to_narrow(to_simplified(words)))
        ranked = sorted(scores, key=lambda article: -scores[article].coverage)[:3]
        leaves = [leaf for leaf in self._all_leaves(place.citation) if leaf.citation.path[0] in ranked]
        return max(leaves, key=lambda leaf: likeness(words, leaf.text), default=None)

    def _in_other_law(self, place: HeldPlace, words: str) -> Citation | None:
        """Where another statute held has these very words."""
        asked = (place.citation.document, words)
        if len(self._foreign) > _MOST_REMEMBERED:
            self._foreign.clear()
        if asked not in self._foreign:
            self._foreign[asked] = next(
                (
                    found
                    for document in self._library.documents()
                    if document.kind is Kind.STATUTE and document.citation.document != place.citation.document
                    if (found := where_it_stands(words, self._all_leaves(document.citation), ()))
                ),
                None,
            )
        return self._foreign[asked]

    # --- statements ---------------------------------------------------------------------------------------------------

    def _misplaced(self, place: HeldPlace, claim: Claim) -> Finding | None:
        """A statement that fits another article of the law clearly, and the one cited not at all."""
        if claim.siblings:
            return None  # what is said of a list need not be said of each of it
        if says_anything(to_narrow(to_simplified(claim.whole))) and (
            elsewhere := self._placed_elsewhere(place, claim) or self._beside(place, claim)
        ):
            return elsewhere
        said = to_narrow(to_simplified(claim.primary))
        if not says_anything(said):
            return None
        article = place.citation.path[0]
        if len(place.citation.path) >= 3 and (item := self._other_item(place, said, claim.attributed)):
            return item
        book = self._book(place.citation)
        own = book.scores(to_narrow(to_simplified(claim.whole))).get(article, NOTHING)
        scores = book.scores(said)
        own_primary = scores.get(article, NOTHING)
        if own.phrases > 0 or own_primary.phrases > 0:
            return None
        ranked = sorted(scores, key=lambda other: -scores[other].total)
        if not ranked or ranked[0] == article:
            return None
        best = scores[ranked[0]]
        second = scores[ranked[1]].total if len(ranked) > 1 else 0.0
        needed = (1.0, 0.22) if claim.attributed else (1.9, 0.3)
        if best.phrases < needed[0] or best.coverage < needed[1] or best.total - second < 0.12:
            return None
        stranger = own_primary.coverage <= min(0.34, 0.6 * best.coverage)
        # Neighbours share their words; then the telling phrase must come with nearly all of the statement.
        kin = claim.attributed and best.coverage >= 0.45 and best.coverage >= own_primary.coverage + 0.1
        if not (stranger or kin):
            return None
        home = book.places[ranked[0]]
        return self._told_elsewhere(place, home)

    def _told_elsewhere(self, place: HeldPlace, home: HeldPlace) -> Finding:
        """What is said of the cited place stands in another."""
        said = f"所说的内容不在{self._where(place)}，而在{pinpoint(home.citation)}。"
        return Finding(Verdict.WRONG_PINPOINT, place.key, said, home.key, source=home.text)

    def _placed_elsewhere(self, place: HeldPlace, claim: Claim) -> Finding | None:
        """A statement of which the meaning is that of another article, by the fitted weights (`rag.placing`)."""
        placed = self.placing(place.citation).judge(
            place.citation.path[0], claim.primary, claim.whole, claim.attributed
        )
        if placed is None or placed.odds < SURE_ELSEWHERE:
            return None
        home = self._book(place.citation).places[placed.article]
        return self._told_elsewhere(place, home)

    def _beside(self, place: HeldPlace, claim: Claim) -> Finding | None:
        """A statement that is plainly that of another paragraph or item of the same list than the one cited."""
        depth = len(place.citation.path)
        said = to_narrow(to_simplified(claim.primary if says_anything(claim.primary) else claim.whole))
        if depth < 2 or not _is_chinese(said):
            return None
        kin = self.placing(place.citation).beside(place.citation.path, said)
        own = next((nearness for part, nearness in kin if part.citation.path == place.citation.path), None)
        # 其他情形 at the end of a list is near to everything and says nothing.
        others = [
            (part, nearness)
            for part, nearness in kin
            if part.citation.path != place.citation.path and not _CATCH_ALL.match(part.text)
        ]
        if own is None or not others:
            return None
        best, nearest = max(others, key=lambda pair: pair[1])
        wanted = terms(said)
        total = max(sum(wanted.values()), 1)
        shares = [
            sum(count for term, count in wanted.items() if term in text) / total for text in (place.text, best.text)
        ]
        if nearest - own + shares[1] - shares[0] < _PLAINLY_NEARER:
            return None
        return self._told_elsewhere(place, best)

    def _other_item(self, place: HeldPlace, said: str, is_attributed: bool) -> Finding | None:
        """A statement that is that of another item of the same list: 第（五）项 cited for what stands in the twelfth."""
        wanted = terms(said)
        paragraph = place.citation.at(*place.citation.path[:2])
        shares = {
            leaf.citation: sum(count for term, count in wanted.items() if term in leaf.text) / sum(wanted.values())
            for leaf in self._inside(paragraph)
            if len(leaf.citation.path) == len(place.citation.path)
        }
        own = shares.get(place.citation, 1.0)
        best = max(shares, key=lambda citation: shares[citation], default=place.citation)
        least, most = (0.6, 0.5) if is_attributed else (0.8, 0.05)
        rivals = [share for citation, share in shares.items() if citation != best]
        if shares.get(best, 0.0) < least or own > most * shares[best] or max(rivals, default=0.0) > 0.8 * shares[best]:
            return None
        home = self.place(best)
        assert home is not None
        return self._told_elsewhere(place, home)

    def _misstated(self, place: HeldPlace, claim: Claim) -> Finding | None:
        """A rule restated with another figure, or word for word but for a number or a negation."""
        said = to_narrow(to_simplified(claim.primary))
        if ((claim.attributed and _RULE.search(said)) or _BOUND.search(said)) and not _FACT.search(said):
            asked = _QUANTITY.findall(said)
            if asked and (fixed := conflicts(asked, to_narrow(place.text))):
                return self._wrong_figure(place, said, asked, fixed)
        for clause in re.split(r"[，,；;：:]", claim.primary):
            if (
                12 <= len(folded(clause)) <= 200
                and likeness(clause, place.text) >= 0.88
                and not stands(clause, place.text)
            ):
                found = changes(clause, place.text)
                small = all(change.is_grave and len(change.quoted + change.source) <= 8 for change in found)
                if found and small and turns_round(found):
                    return self._altered(place, clause.strip())
        return None

    def _wrong_figure(self, place: HeldPlace, said: str, asked: Sequence[str], fixed: Sequence[str]) -> Finding:
        listed = "、".join(fixed)
        rows = [row for row in self._concordance.rows if row.law == place.citation.document and row.kind == "part"]
        old = [
            row
            for row in rows
            if row.new and row.new.path[:1] == place.citation.path[:1] and any(figure in row.cues for figure in asked)
        ]
        if old:
            return Finding(
                Verdict.OUTDATED,
                place.key,
                f"“{asked[0]}”是旧文本的规定；{self._where(place)}现为“{listed}”。",
                str(self._deepest_with(place, fixed)),
                source=place.text,
            )
        return Finding(
            Verdict.ALTERED,
            place.key,
            f"所述数字与{self._where(place)}不符：条文是“{listed}”（数字）。",
            str(self._deepest_with(place, fixed)),
            source=place.text,
        )

    def _deepest_with(self, place: HeldPlace, words: Sequence[str]) -> Citation:
        inner = (leaf.citation for leaf in self._inside(place.citation) if any(word in leaf.text for word in words))
        return next(inner, place.citation)

    def _best(self, citation: Citation, statement: str) -> tuple[Citation, float] | None:
        said = to_narrow(to_simplified(statement))
        if not says_anything(said):
            return None
        book = self._book(citation)
        scores = book.scores(said)
        best = max(scores, key=lambda article: scores[article].total, default=None)
        if best is None or scores[best].phrases < 1:
            return None
        return book.places[best].citation, scores[best].total

    # --- the shelf, remembered ----------------------------------------------------------------------------------------

    def place(self, citation: Citation) -> HeldPlace | None:
        """The place in the library; remembered."""
        if citation not in self._places:
            self._places[citation] = self._library.place(citation, self._as_of)
        return self._places[citation]

    def _inner(self, citation: Citation) -> list[HeldPlace]:
        """The paragraphs of an article or the items of a paragraph; remembered."""
        if citation not in self._children:
            self._children[citation] = self._library.children(citation, self._as_of)
        return self._children[citation]

    def holds(self, citation: Citation) -> Held:
        """Whether the place is held; remembered."""
        if citation not in self._holds:
            self._holds[citation] = self._library.holds(citation, self._as_of)
        return self._holds[citation]

    def placing(self, citation: Citation) -> Placing:
        """What tells which article of the law a statement speaks of; made when first needed."""
        key = citation.document, citation.version
        if key not in self._placings:
            book = self._book(citation)
            vectors = LawVectors(book, self._captions, lambda place: self._inner(place.citation), self._embed)
            self._placings[key] = Placing(book, vectors, self._embed)
        return self._placings[key]

    @cached_property
    def _embed(self) -> Embed:
        """The shipped model whatever model indexes: the odds were fitted with it."""
        return load_embedder().embed

    def _article(self, citation: Citation) -> HeldPlace | None:
        return self.place(Citation(citation.document, None, citation.path[:1]))

    def _book(self, citation: Citation) -> LawBook:
        key = citation.document, citation.version
        if key not in self._books:
            passages = self._library.passages(citation.document, citation.version, self._as_of)
            self._books[key] = LawBook(passages, self._captions, self._concordance)
        return self._books[key]

    def _all_leaves(self, citation: Citation) -> list[Leaf]:
        key = citation.document, citation.version
        if key not in self._leaves:
            found: list[Leaf] = []
            for place in self._library.passages(citation.document, citation.version, self._as_of):
                found += self._leaves_of(place)
            self._leaves[key] = found
        return self._leaves[key]

    def _leaves_of(self, place: HeldPlace) -> list[Leaf]:
        inner = self._inner(place.citation)
        if not inner:
            return [Leaf(place.citation, place.text)]
        found: list[Leaf] = []
        for child in inner:
            below = self._leaves_of(child)
            if len(below) > 1 or below[0].citation != child.citation:
                found.append(Leaf(child.citation, child.text.split("\n", 1)[0]))
            found += below
        return found

    def _inside(self, citation: Citation) -> list[Leaf]:
        return [leaf for leaf in self._all_leaves(citation) if citation.contains(leaf.citation)]

    def _where(self, place: HeldPlace) -> str:
        return f"{name_of(place.document)}{pinpoint(place.citation)}"


def _is_chinese(text: str) -> bool:
    return 2 * sum("\u3400" <= letter <= "\u9fff" for letter in text) >= len(text.strip())


def _as_deep(home: Citation, cited: Citation) -> Citation:
    """The right place to the depth of the citation: who cites an article is told an article, of another one."""
    same = home.document == cited.document and home.path[:1] == cited.path[:1]
    return home if same else home.at(*home.path[: max(1, len(cited.path))])


def attributed(after: str) -> bool:
    """Whether the words behind a citation say what the law says.

    >>> attributed("规定了合理使用"), attributed("，被告应当赔偿")
    (True, False)
    """
    return _ATTRIBUTED.match(after) is not None


def _ambiguous(mention: Mention) -> Finding:
    if mention.candidates:
        return Finding(
            Verdict.AMBIGUOUS, None, f"“{mention.raw}”可以指：{'；'.join(mention.candidates)}。请写明是哪一件。"
        )
    return Finding(Verdict.AMBIGUOUS, None, f"“{mention.raw}”没有写明是哪一份文件的，前文也不能确定。")


def _unverified(place: HeldPlace) -> str:
    return "" if place.verified else "（本库该处文本未经逐字核验，请对照官方文本）"


def _first_sentence(words: str) -> str:
    match = re.match(r"[^。\n]*", words)
    return match[0].strip() if match else words
