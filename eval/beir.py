"""Reading a retrieval test set in the layout of BEIR (Thakur et al., 2021).

    corpus.jsonl or corpus.jsonl.gz     {"_id", "title", "text"}
    queries.jsonl or queries.jsonl.gz   {"_id", "text"}
    qrels/test.tsv                      query-id <tab> corpus-id <tab> score, with or without a header

Ids are opaque strings. The texts of the passages are never held all at once: a corpus may be larger than memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.jsonl import digest, lines, objects, text_field, wrong
from rag import PassageText, UnusableInput

_SPLITS = ("test", "dev", "train")


@dataclass(frozen=True, slots=True)
class TestSet:
    """A test set, checked.

    `passages` counts the corpus; `queries` are those with a relevant passage, by id, in the order of their file;
    `labels` gives for each the relevant passages with their gain (1 and more). `left_out` counts the queries without one.
    `digests` are the SHA-256 of the files.
    """

    folder: Path
    corpus: Path
    passages: int
    queries: Mapping[str, str]
    labels: Mapping[str, Mapping[str, float]]
    left_out: int
    digests: Mapping[str, str]

    def texts(self) -> Iterator[PassageText]:
        """The passages in the order of their file, read anew each time."""
        return _passages(self.corpus)


def read_test_set(folder: Path, queries: Path | None = None, qrels: Path | None = None) -> TestSet:
    """Read and check a BEIR folder; `queries` and `qrels` name other files than those of the folder.

    Of several files of labels, test.tsv is taken before dev.tsv before train.tsv. A score of 0 or less says that the
    passage is not relevant.

    Raises UnusableInput, naming file and line, for a missing file, a line that is no JSON, a missing or ill-typed field,
    two passages or queries with one id, a label for an unknown query or passage, an empty corpus and an absence of labels.
    """
    if not folder.is_dir():
        raise UnusableInput(f"没有文件夹「{folder}」。请给出含 corpus.jsonl、queries.jsonl 和 qrels 的文件夹。")
    corpus = _either(folder, "corpus.jsonl")
    asked = queries or _either(folder, "queries.jsonl")
    labelled = qrels or _labels_file(folder)
    held = _corpus_ids(corpus)
    texts = _queries(asked)
    labels = _labels(labelled, texts, held, asked, corpus)
    judged = {name: text for name, text in texts.items() if name in labels}
    digests = {"corpus": digest(corpus), "queries": digest(asked), "qrels": digest(labelled)}
    return TestSet(folder, corpus, len(held), judged, labels, len(texts) - len(judged), digests)


def read_passages(folder: Path) -> Iterator[PassageText]:
    """The passages of a BEIR folder, its labels unread. Raises UnusableInput as `read_test_set`."""
    return _passages(_either(folder, "corpus.jsonl"))


def read_queries(folder: Path) -> dict[str, str]:
    """The queries of a BEIR folder by id, judged or not. Raises UnusableInput as `read_test_set`."""
    return _queries(_either(folder, "queries.jsonl"))


def _either(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise UnusableInput(f"「{folder}」中没有 {name}，也没有 {name}.gz。请核对文件夹是否为 BEIR 格式。")


def _labels_file(folder: Path) -> Path:
    held = sorted((folder / "qrels").glob("*.tsv"))
    preferred = [folder / "qrels" / f"{split}.tsv" for split in _SPLITS]
    for path in preferred:
        if path in held:
            return path
    if len(held) == 1:
        return held[0]
    if not held:
        raise UnusableInput(f"「{folder / 'qrels'}」中没有 .tsv 标注文件。请放入 test.tsv，或用 --qrels 指定。")
    names = "、".join(path.name for path in held)
    raise UnusableInput(f"「{folder / 'qrels'}」中有多个标注文件（{names}）。请用 --qrels 指定一个。")


def _passages(path: Path) -> Iterator[PassageText]:
    for number, row in objects(path):
        name = text_field(path, number, row, "_id")
        title = text_field(path, number, row, "title", may_be_empty=True) if "title" in row else ""
        yield PassageText(name, title, text_field(path, number, row, "text", may_be_empty=True))


def _corpus_ids(path: Path) -> set[str]:
    held: set[str] = set()
    for passage in _passages(path):
        if passage.id in held:
            raise UnusableInput(
                f"「{path}」中有两个段落的 _id 是「{passage.id}」{_where(path, passage.id)}。请改正后再运行。"
            )
        held.add(passage.id)
    if not held:
        raise UnusableInput(f"「{path}」中没有段落。请每行写一个 JSON 对象。")
    return held


def _queries(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for number, row in objects(path):
        name = text_field(path, number, row, "_id")
        if name in texts:
            raise wrong(path, number, f"查询的 _id「{name}」已在前面出现{_where(path, name)}")
        texts[name] = text_field(path, number, row, "text")
    if not texts:
        raise UnusableInput(f"「{path}」中没有查询。请每行写一个 JSON 对象。")
    return texts


def _where(path: Path, name: str) -> str:
    """The lines that have an id, looked for only when the message needs them."""
    found = [str(number) for number, row in objects(path) if row.get("_id") == name]
    return f"（第 {'、'.join(found[:2])} 行）"


def _labels(
    path: Path, queries: Mapping[str, str], held: set[str], asked: Path, corpus: Path
) -> dict[str, dict[str, float]]:
    labels: dict[str, dict[str, float]] = {}
    seen = False
    for number, line in lines(path):
        cells = line.split("\t")
        score = _score(cells[2]) if len(cells) == 3 else None
        if score is None:
            if not seen and len(cells) == 3:
                seen = True  # The header.
                continue
            raise wrong(path, number, "应是以制表符分隔的三列：查询 id、段落 id、分数（数字）")
        seen = True
        query, passage = cells[0].strip(), cells[1].strip()
        if query not in queries:
            raise wrong(path, number, f"「{asked.name}」中没有查询「{query}」")
        if passage not in held:
            raise wrong(path, number, f"「{corpus.name}」中没有段落「{passage}」")
        if score > 0:
            labels.setdefault(query, {})[passage] = score
    if not labels:
        raise UnusableInput(f"「{path}」中没有一条相关标注。请核对文件，或用 --qrels 指定另一个。")
    return labels


def _score(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
