"""The second view of the page: a draft pasted or chosen, and the report on its citations."""

import tempfile
from pathlib import Path

from interfaces.check_report import report_body, whole_page, write_commented
from interfaces.dates import read_date
from interfaces.desk import Desk
from interfaces.markup import plain
from interfaces.wording import Wording
from rag import DraftFile, KangbianError, read_draft

# Longer drafts are reported on, but shown without their text: a browser would choke on it.
_LONGEST_SHOWN = 200_000


def check_draft(
    desk: Desk, pasted: str, chosen: str | None, day: str, workspace: str, words: Wording
) -> tuple[str, list[str]]:
    """The report as HTML, and the files to download. Whatever is wrong with the draft is told in the report's place."""
    try:
        draft = read_draft(chosen) if chosen else DraftFile(pasted)
        if not draft.text.strip():
            return _told(words.check_empty), []
        as_of = read_date(day) if day.strip() else None
        report = desk.call(workspace.strip() or "default", lambda assistant: assistant.check(draft.text, as_of))
        folder = Path(tempfile.mkdtemp(prefix="kangbian-"))
        title = Path(chosen).stem if chosen else "草稿"
        page = folder / f"{title}-引用核对.html"
        page.write_bytes(whole_page(report, draft.text, title).encode("utf-8", "replace"))
        files = [str(page)]
        if chosen and chosen.lower().endswith(".docx"):
            commented = folder / f"{title}-批注.docx"
            write_commented(report, Path(chosen), commented)
            files.append(str(commented))
    except (KangbianError, ValueError) as error:
        return _told(str(error)), []
    return report_body(report, draft.text if len(draft.text) <= _LONGEST_SHOWN else None, plain), files


def _told(sentence: str) -> str:
    return f'<div class="kb-answer kb-error" role="alert"><p>{plain(sentence)}</p></div>'
