"""`corpus verify`: whether everything that is stored is still what it should be."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ingest.document import Kind, Role
from ingest.script import to_narrow
from rag.lexical import Lexical
from rag.store import StoredDocument, StoredPassage
from rag.writer import Unit

_ARTICLE_HASHES = Path("statutes") / "articles.sha256.json"


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was compared (`checks`) and what was found wrong (`problems`), in sentences."""

    checks: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems


def audit(units: Sequence[tuple[str, Unit]], words: Lexical, corpus: Path) -> AuditReport:
    """Compare the stored texts with the vectors, the words and the hashes that belong to them.

    `units` come with the name under which a person knows them, the built-in one first.
    """
    checks: list[str] = []
    problems: list[str] = []
    passages = 0
    for label, unit in units:
        counts = unit.store.counts()
        passages += counts["passages"]
        checks.append(
            f"{label}：{counts['documents']} 份文件，{counts['passages']} 个段落，{counts['pieces']} 个向量。"
        )
        problems += [f"{label}：{problem}" for problem in (*_vectors(unit), *_texts(unit))]
    if not words.exists or words.count() != passages:
        held = words.count() if words.exists else 0
        problems.append(f"词索引有 {held} 个段落，应有 {passages} 个。下次检索时会自动重建。")
    hashes = corpus / _ARTICLE_HASHES
    if hashes.is_file():
        known: dict[str, str] = json.loads(hashes.read_text("utf-8"))
        checks.append(f"内置法规 {len(known)} 条，逐条与登记的哈希值比对。")
        problems += _articles(units[0][1], known)
    return AuditReport(tuple(checks), tuple(problems))


def _vectors(unit: Unit) -> Iterator[str]:
    wanted = unit.store.piece_ids()
    held = unit.vectors.ids() if wanted else set()
    if missing := wanted - held:
        yield f"向量库缺少 {len(missing)} 段，例如 {min(missing)}。下次检索时会自动补上。"
    if surplus := held - wanted:
        yield f"向量库多出 {len(surplus)} 段，例如 {min(surplus)}。下次检索时会自动清除。"
    if unfinished := unit.store.pending():
        yield f"{len(unfinished)} 份文件没有写完。重新运行任一命令会完成。"


def _texts(unit: Unit) -> Iterator[str]:
    """Each document must still be the text that was parsed: no passage lost, none out of place."""
    for document in unit.store.documents():
        position = 0
        for passage in unit.store.passages(document.id):
            if passage.start != position:
                yield f"「{document.title}」在第 {position} 个字符处有缺漏。请移除后重新导入。"
                break
            position = passage.end


def _articles(unit: Unit, known: dict[str, str]) -> Iterator[str]:
    held = {
        f"{document.citation}/{'/'.join(passage.path or ())}": _article_hash(passage)
        for document, passage in _statute_articles(unit)
    }
    remedy = f"请删除 {unit.store.path.parent} 后重试，内置索引会自动重建；仍是如此则请重新安装。"
    for key, digest in known.items():
        if key not in held:
            yield f"内置法规缺少 {key}。{remedy}"
        elif held[key] != digest:
            yield f"内置法规 {key} 与登记的原文不一致。{remedy}"


def _statute_articles(unit: Unit) -> Iterator[tuple[StoredDocument, StoredPassage]]:
    for document in unit.store.documents():
        if document.kind is Kind.STATUTE:
            for passage in unit.store.passages(document.id):
                if passage.role is Role.ARTICLE:
                    yield document, passage


def _article_hash(passage: StoredPassage) -> str:
    """SHA-256 of an article without its label, white space folded away and ASCII forms narrowed."""
    spans = [(start, end) for path, start, end in passage.places if len(path) == 2]
    start, end = min(spans)[0], max(end for _, end in spans)
    text = to_narrow(passage.text[start - passage.start : end - passage.start])
    return sha256("".join(text.split()).encode()).hexdigest()
