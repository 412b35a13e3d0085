"""The conversation on the page: questions, and answers whose every statement leads to its sources."""

from dataclasses import dataclass, field

from interfaces.markup import marked, plain
from interfaces.matrix import draw_matrix
from interfaces.wording import Wording
from rag import Answer, Defense, Matrix, Sent, Source, Statement, Turn


@dataclass(slots=True)
class Exchange:
    """One question and what came of it: the statements so far, then the answer, or the sentence of an error.

    `matrix` holds the facts against the nearest cases where the answer weighs defences; `sent` what a language model was
    given, where one is set.
    """

    question: str
    statements: list[Statement] = field(default_factory=list)
    answer: Answer | None = None
    matrix: Matrix | None = None
    sent: list[Sent] = field(default_factory=list)
    error: str | None = None


def history_of(exchanges: list[Exchange]) -> list[Turn]:
    """The answered exchanges as the earlier messages that a follow-up question leans on."""
    return [
        turn
        for exchange in exchanges
        if exchange.answer
        for turn in (
            Turn(role="user", content=exchange.question),
            Turn(role="assistant", content=exchange.answer.text),
        )
    ]


def show_conversation(exchanges: list[Exchange], words: Wording) -> str:
    """The HTML of the whole conversation, or the welcome where there is none yet."""
    if not exchanges:
        return (
            f'<div class="kb-welcome"><div class="kb-seal kb-seal-large">抗辩</div><h2>{plain(words.welcome)}</h2>'
            f"<p>{plain(words.welcome_text)}</p></div>"
        )
    return '<div class="kb-talk" role="log" aria-live="polite">{}</div>'.format(
        "".join(_show_exchange(number, exchange, words) for number, exchange in enumerate(exchanges))
    )


def anchor(exchange: int, source: int) -> str:
    """The id of the card of a source: both numbers count from 0."""
    return f"kb-source-{exchange}-{source}"


def _show_exchange(number: int, exchange: Exchange, words: Wording) -> str:
    parts = [f'<div class="kb-question">{plain(exchange.question)}</div>']
    if exchange.error:
        parts.append(
            f'<div class="kb-answer kb-error" role="alert"><b>{plain(words.failed)}</b><p>{plain(exchange.error)}</p></div>'
        )
    elif exchange.answer:
        parts.append(_show_answer(number, exchange.answer, exchange.matrix, exchange.sent, words))
    else:
        said = "".join(f"<p>{plain(statement.text)}</p>" for statement in exchange.statements)
        parts.append(
            f'<div class="kb-answer kb-pending"><div class="kb-text">{said}</div>'
            f'<div class="kb-thinking"><i></i><i></i><i></i><span>{plain(words.thinking)}</span></div></div>'
        )
    return "".join(parts)


def _show_answer(number: int, answer: Answer, matrix: Matrix | None, sent: list[Sent], words: Wording) -> str:
    head = (
        f'<div class="kb-answer-head"><span class="kb-kind kb-kind-{answer.kind}">{plain(words.kinds[answer.kind])}</span>'
        f'<span class="kb-as-of">{plain(words.law_as_of)} {answer.as_of.isoformat()}</span>'
        f'<button type="button" class="kb-copy" data-done="{plain(words.copied)}">{plain(words.copy)}</button></div>'
    )
    defenses = "".join(_show_defense(number, defense, answer, words) for defense in answer.defenses)
    return "".join(
        (
            f'<article class="kb-answer" data-kind="{answer.kind}">{head}',
            f'<div class="kb-text">{_show_text(number, answer)}</div>',
            f'<div class="kb-defenses">{defenses}</div>' if defenses else "",
            draw_matrix(matrix, words) if matrix else "",
            _show_list(words.clarify, answer.clarify, "kb-clarify"),
            _show_list(words.warnings, answer.warnings, "kb-warnings"),
            _show_sent(sent, words),
            "</article>",
        )
    )


def _show_sent(sent: list[Sent], words: Wording) -> str:
    """What left the machine for this answer, folded."""
    if not sent:
        return ""
    said = "\n\n".join(f"[{message.role}]\n{message.content}" for one in sent for message in one.messages)
    return f'<details class="kb-sent"><summary>{plain(words.sent)}</summary><pre>{plain(said)}</pre></details>'


def _show_text(number: int, answer: Answer) -> str:
    """The text as it is, each statement followed by links to its sources.

    The text is the statements, each with the titles of its sources in brackets; the links take the place of the
    brackets. A statement that does not stand in the text word for word leaves its links at the end, so that none is
    lost.
    """
    titles = {source.key: source.title for source in answer.citations}
    parts, at, left_over = [], 0, []
    for statement in answer.statements:
        start = answer.text.find(statement.text, at) if statement.text else -1
        if start < 0:
            left_over.extend(statement.citations)
            continue
        parts.append(plain(answer.text[at:start]))
        quote = _longest_quote(statement, answer.citations)
        parts.append(f'<span class="kb-said">{marked(statement.text, quote)}</span>')
        at = start + len(statement.text)
        brackets = "\n【{}】".format("；".join(titles.get(key, "") for key in statement.citations))
        named = answer.text.startswith(brackets, at)
        parts.append(_show_links(number, statement.citations, answer, named))
        if named:
            at += len(brackets)
            # The line of links ends the paragraph by itself.
            at += len(answer.text[at:]) - len(answer.text[at:].lstrip("\n"))
    parts.append(plain(answer.text[at:]))
    parts.append(_show_links(number, left_over, answer, False))
    return "".join(parts)


def _longest_quote(statement: Statement, sources: list[Source]) -> str | None:
    quotes = [source.quote for source in sources if source.key in statement.citations and source.quote]
    return max((quote for quote in quotes if quote in statement.text), key=len, default=None)


def _show_links(number: int, keys: list[str], answer: Answer, named: bool) -> str:
    """A link for each source, in the order of `keys`: its number and, on a line of its own, its title."""
    places = {source.key: place for place, source in enumerate(answer.citations)}
    links = []
    for place in dict.fromkeys(places[key] for key in keys if key in places):
        title = plain(answer.citations[place].title)
        name = f" <span>{title}</span>" if named else ""
        links.append(f'<a class="kb-cite" href="#{anchor(number, place)}" title="{title}"><b>{place + 1}</b>{name}</a>')
    return f'<span class="kb-links">{"".join(links)}</span>' if named and links else "".join(links)


def _show_defense(number: int, defense: Defense, answer: Answer, words: Wording) -> str:
    elements = "".join(
        f'<li class="kb-{element.status}"><b>{plain(words.statuses[element.status])}</b> {plain(element.name)}'
        + (f" <q>{plain(element.fact.text)}</q>" if element.fact else "")
        + _show_links(number, element.citations, answer, False)
        + "</li>"
        for element in defense.elements
    )
    authorities = "".join(
        f"<p><b>{plain(label)}</b> {_show_links(number, keys, answer, False)}</p>"
        for label, keys in ((words.supporting, defense.supporting), (words.adverse, defense.adverse))
        if keys
    )
    return (
        f'<details class="kb-defense"><summary><span class="kb-strength kb-{defense.strength}">'
        f"{plain(words.strengths[defense.strength])}</span>{plain(defense.name)}</summary><ul>{elements}</ul>{authorities}"
        f"{_show_list(words.evidence, defense.evidence, '')}{_show_list(words.would_change, defense.would_change, '')}"
        "</details>"
    )


def _show_list(title: str, lines: list[str], name: str) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{plain(line)}</li>" for line in lines)
    return f'<div class="kb-list {name}"><b>{plain(title)}</b><ul>{items}</ul></div>'
