"""The panel beside the conversation: the cited passages, open to be checked."""

from collections.abc import Callable
from dataclasses import dataclass

from interfaces.conversation import Exchange, anchor
from interfaces.markup import marked, plain
from interfaces.wording import Wording
from rag import Answer, Citation, Kind, LookupResult, NotFound, Source


@dataclass(frozen=True, slots=True)
class Shown:
    """A source with its place and, around a pinpoint in a statute, the whole article."""

    source: Source
    place: LookupResult | None
    article: LookupResult | None


def open_sources(answer: Answer, lookup: Callable[[str], LookupResult]) -> list[Shown]:
    """Fetch what the cards of an answer show. A place that cannot be found is shown as such, never dropped."""
    shown = []
    for source in answer.citations:
        citation = Citation.parse(source.key)
        place = _found(lookup, source.key)
        article = None
        if source.source_kind is Kind.STATUTE and len(citation.path) > 1 and citation.path[0] != "0":
            article = _found(lookup, str(citation.at(citation.path[0])))
        shown.append(Shown(source, place, article))
    return shown


def show_sources(exchanges: list[Exchange], opened: list[list[Shown]], words: Wording) -> str:
    """The HTML of the panel: the last answer's sources first, those of earlier answers folded away."""
    groups = [
        (number, exchange, shown)
        for number, (exchange, shown) in enumerate(zip(exchanges, opened, strict=True))
        if exchange.answer
    ]
    head = f'<h2 class="kb-panel-head">{plain(words.sources)}</h2>'
    if not groups:
        return f'<aside class="kb-sources">{head}<p class="kb-empty">{plain(words.sources_empty)}</p></aside>'
    number, _, last = groups[-1]
    cards = "".join(_card(number, place, shown, place == 0, words) for place, shown in enumerate(last))
    earlier = "".join(
        f'<p class="kb-earlier-question">{plain(exchange.question)}</p>'
        + "".join(_card(number, place, shown, False, words) for place, shown in enumerate(group))
        for number, exchange, group in reversed(groups[:-1])
        if group
    )
    folded = (
        f'<details class="kb-earlier"><summary>{plain(words.earlier)}</summary>{earlier}</details>' if earlier else ""
    )
    return (
        f'<aside class="kb-sources">{head}'
        + (cards or f'<p class="kb-empty">{plain(words.no_sources)}</p>')
        + f"{folded}</aside>"
    )


def _card(number: int, place: int, shown: Shown, opened: bool, words: Wording) -> str:
    source = shown.source
    badges = [
        f'<span class="kb-badge kb-badge-{source.source_kind}">{plain(words.source_kinds[source.source_kind])}</span>'
    ]
    if source.source_kind is Kind.STATUTE:
        state, name = (words.in_force, "kb-live") if source.in_force else (words.not_in_force, "kb-dead")
        badges.append(f'<span class="kb-badge {name}">{plain(state)}</span>')
    if shown.place and not shown.place.verified:
        badges.append(f'<span class="kb-badge kb-unverified">{plain(words.unverified)}</span>')
    return (
        f'<details class="kb-card" id="{anchor(number, place)}"{" open" if opened else ""}><summary>'
        f'<span class="kb-number">{place + 1}</span><span class="kb-title">{plain(source.title)}</span>'
        f'<span class="kb-badges">{"".join(badges)}</span></summary>{_body(shown, words)}</details>'
    )


def _body(shown: Shown, words: Wording) -> str:
    place = shown.place
    if place is None:
        return f'<p class="kb-empty">{plain(words.unavailable)}</p>'
    facts = [f"<code>{plain(shown.source.key)}</code>"]
    if shown.source.source_kind is Kind.STATUTE:
        if place.version:
            facts.append(f"{plain(words.version)} {plain(place.version)}")
        if place.effective:
            facts.append(f"{plain(place.effective)} {plain(words.effective)}")
    if _is_digest(shown.source):
        facts.append(plain(words.digest))
    # Inside its article a pinpoint is marked even where nothing was quoted.
    text, quote = (
        (shown.article.text, shown.source.quote or place.text) if shown.article else (place.text, shown.source.quote)
    )
    return (
        f'<blockquote class="kb-passage{"" if _is_digest(shown.source) else " kb-verbatim"}">{marked(text, quote)}</blockquote>'
        f'<p class="kb-facts">{" · ".join(facts)}</p>'
    )


def _is_digest(source: Source) -> bool:
    """Whether the words are ours: digests and notes always, commentary where it has nothing to quote."""
    ours = source.source_kind in (Kind.JUDGMENT_DIGEST, Kind.NOTE)
    return ours or (source.source_kind is Kind.COMMENTARY and source.quote is None)


def _found(lookup: Callable[[str], LookupResult], key: str) -> LookupResult | None:
    try:
        return lookup(key)
    except NotFound:
        return None
