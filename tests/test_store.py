"""The store: what goes in comes out, a document replaces another whole or not at all, a full disk loses nothing."""

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import corpus
from ingest.document import Document
from ingest.errors import ServiceFailure
from ingest.load import load_document
from rag.lexical import IndexedPassage, Lexical
from rag.store import SEARCHED, NewPassage, Store, StoredDocument

CORPUS = Path(corpus.__file__).parent
MEASURES = CORPUS / "statutes" / "generative_ai_measures_2023.md"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def extras(document: Document) -> list[NewPassage]:
    """One piece for each passage that is searched, its words the characters of its text."""
    return [
        NewPassage(" ".join(passage.text.split()), ((str(passage.citation), 0, len(passage.text)),))
        if passage.citation and passage.role in SEARCHED
        else NewPassage()
        for passage in document.passages
    ]


def put(store: Store, document: Document, digest: str = "a") -> StoredDocument:
    stored = store.insert_pending(document, digest, "file.md", extras(document))
    store.publish([stored.id])
    return stored


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*/*.md")), ids=lambda file: str(file.stem))
def test_a_document_comes_back_as_it_was_parsed(store: Store, file: Path) -> None:
    document = load_document(file)
    loaded = store.load(put(store, document))
    assert loaded.text == document.text
    assert loaded.passages == document.passages
    assert (loaded.citation, loaded.kind, loaded.title) == (document.citation, document.kind, document.title)


def test_nobody_reads_a_document_before_it_is_published(store: Store) -> None:
    document = load_document(MEASURES)
    stored = store.insert_pending(document, "a", "file.md", extras(document))
    assert store.documents() == []
    assert store.piece_ids() == set()
    assert store.pending() == [stored.id]
    store.publish([stored.id])
    assert [held.title for held in store.documents()] == ["生成式人工智能服务管理暂行办法"]
    assert store.generation == 1


def test_the_new_copy_replaces_the_old_and_its_lost_pieces_become_stale(store: Store) -> None:
    document = load_document(MEASURES)
    put(store, document)
    shorter = replace(document, passages=document.passages[:-1])
    lost = store.piece_ids() - {str(passage.citation) for passage in shorter.passages}
    put(store, shorter, "b")
    assert [held.digest for held in store.documents()] == ["b"]
    assert set(store.stale()) == lost
    assert len(lost) == 1


def test_the_counts_follow_what_is_written_and_removed(store: Store) -> None:
    assert store.counts() == {"documents": 0, "passages": 0, "pieces": 0}
    stored = put(store, load_document(MEASURES))
    written = store.counts()
    assert (written["documents"], written["pieces"]) == (1, len(store.piece_ids()))
    assert written["passages"] == len(list(store.searched()))
    waiting = load_document(CORPUS / "statutes" / "civil_code_2020.md")
    store.insert_pending(waiting, "b", "file.md", extras(waiting))
    assert store.counts() == written
    store.remove([stored.id])
    assert store.counts()["pieces"] == 0


def test_a_piece_knows_its_words_and_its_document(store: Store) -> None:
    put(store, load_document(MEASURES))
    found = store.heads_of(["生成式人工智能服务管理暂行办法@2023/7", "没有的法/1"])
    document, piece = found["生成式人工智能服务管理暂行办法@2023/7"]
    assert document.title == "生成式人工智能服务管理暂行办法"
    assert piece.text.startswith("第七条 生成式人工智能服务提供者")
    assert len(found) == 1


def test_a_section_is_read_with_what_is_nested_in_it(store: Store) -> None:
    stored = put(store, load_document(CORPUS / "commentary" / "junhe2025.md"))
    paths = ["/".join(passage.path or ()) for passage in store.passages(stored.id, "一.2")]
    assert paths[:3] == ["一.2/1", "一.2.1/1", "一.2.1/2"]
    assert all(path.startswith("一.2") for path in paths)


def test_in_force_from_the_day_of_effect_until_the_day_of_repeal(store: Store) -> None:
    stored = replace(put(store, load_document(MEASURES)), repealed="2030-01-01")
    days = ["2023-08-14", "2023-08-15", "2029-12-31", "2030-01-01"]
    assert [stored.in_force(date.fromisoformat(day)) for day in days] == [False, True, True, False]


def test_a_full_disk_is_said_in_one_sentence_and_loses_nothing(store: Store) -> None:
    document = load_document(MEASURES)
    put(store, document)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    civil_code = load_document(CORPUS / "statutes" / "civil_code_2020.md")
    with pytest.raises(ServiceFailure, match=r"磁盘已满.*已经存好的内容没有受影响"):
        put(store, civil_code)
    store.close()
    again = Store(store.path)
    assert [held.title for held in again.documents()] == ["生成式人工智能服务管理暂行办法"]
    assert again.load(again.documents()[0]).text == document.text


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(ServiceFailure, match="home"):
        Store(tmp_path / "home" / "store.sqlite")


def test_a_broken_file_is_reported_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is not a database, it is a letter" * 100)
    before = path.read_bytes()
    with pytest.raises(ServiceFailure, match=r"store\.sqlite"):
        Store(path)
    assert path.read_bytes() == before


def test_a_reader_sees_the_old_text_while_another_writes(store: Store) -> None:
    put(store, load_document(MEASURES))
    writer = sqlite3.connect(store.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM documents")
    assert len(store.documents()) == 1
    writer.execute("ROLLBACK")


def test_the_word_index_ranks_drops_what_does_not_match_and_is_saved(tmp_path: Path) -> None:
    rows = [
        IndexedPassage(0, 7, "合理 使用 教学", "甲法", "第一条 教学可以合理使用。"),
        IndexedPassage(0, 9, "赔偿 数额", "甲法", "第二条 赔偿数额。"),
        IndexedPassage(1, 3, "合理 费用", "乙法", "合理费用。"),
    ]
    Lexical(tmp_path / "words" / "a").build(rows)
    words = Lexical(tmp_path / "words" / "a")
    assert [row[:2] for row in words.search(["合理", "使用"], 10)] == [(0, 7), (1, 3)]
    assert words.search(["量子"], 10) == []
    assert words.search([], 10) == []
    assert words.locate(np.array([[1, 3], [0, 9], [0, 8]])).tolist() == [2, 1, -1]
    assert words.columns.law.tolist() == [0, 0, 1]
    assert words.columns.length.tolist() == [13, 9, 5]
    Lexical(tmp_path / "words" / "b").build(rows[:1])
    assert sorted(folder.name for folder in (tmp_path / "words").iterdir()) == ["b"]


def test_an_empty_word_index_finds_nothing(tmp_path: Path) -> None:
    Lexical(tmp_path / "words" / "a").build([])
    assert Lexical(tmp_path / "words" / "a").search(["合理"], 10) == []
