"""A memo as Markdown, with footnotes as most readers of it know them: `[^1]`."""

import re
from collections.abc import Iterator

from rag import Block, Heading, Listing, Look, Memo, Paragraph, Runs, Table, Words

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$&])")
_BLOCK_START = re.compile(r"^(\s*)([#+=-]|\d+[.)])", re.MULTILINE)
# Bold that ends in a mark of punctuation is not read as bold where a letter follows (CommonMark, right-flanking runs).
_CLOSING = re.compile(r"^(.*?)([：？。；，]*)$", re.DOTALL)


def to_markdown(memo: Memo) -> str:
    """The whole memo."""
    parts = [f"# {_plain(memo.title)}"]
    parts += [_block(block) for block in memo.head]
    for section in memo.sections:
        parts.append(f"## {_plain(section.title)}")
        parts += [_block(block) for block in section.blocks]
    parts += [f"[^{note.number}]: {_plain(note.text)}" for note in memo.footnotes]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"### {_plain(block.text)}"
    if isinstance(block, Paragraph):
        text = _BLOCK_START.sub(_escaped_start, _runs(block.runs))
        if block.look is Look.QUOTE:
            return "\n>\n".join(f"> {line}" for line in text.split("\n"))
        return text.replace("\n", "  \n")
    if isinstance(block, Listing):
        return "\n".join(_items(block))
    return "\n".join(_rows(block))


def _items(listing: Listing) -> Iterator[str]:
    for number, runs in enumerate(listing.items, start=1):
        mark = {"": f"{number}.", "□": "- [ ]"}.get(listing.bullet, "-")
        yield f"{mark} {_runs(runs)}".replace("\n", " ")


def _rows(table: Table) -> Iterator[str]:
    header = [_runs(cell.runs) for cell in table.header] or [""] * len(table.widths)
    yield _row(header)
    yield _row([":-:" if cell.centred else "---" for cell in table.rows[0]])
    for row in table.rows:
        yield _row([_runs(cell.runs) for cell in row])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace(chr(10), '<br>') for cell in cells)} |"


def _runs(runs: Runs) -> str:
    return "".join(_words(run) if isinstance(run, Words) else f"[^{run.note}]" for run in runs)


def _words(words: Words) -> str:
    text = _plain(words.text)
    if not words.bold:
        return text
    match = _CLOSING.match(text)
    assert match is not None
    return f"**{match[1]}**{match[2]}"


def _plain(text: str) -> str:
    r"""Text that shows as it is.

    >>> _plain("a*b[^1]|<c>")
    'a\\*b\\[^1\\]\\|\\<c\\>'
    """
    return _MARKUP.sub(r"\\\1", text)


def _escaped_start(match: re.Match[str]) -> str:
    """The start of a line that would make it a heading, a list or a rule."""
    mark = match[2]
    return f"{match[1]}{mark[:-1]}\\{mark[-1]}"
