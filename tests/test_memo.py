"""The memo: its sections, its footnotes, what it must not leave out, and the files that it is written to."""

import io
import json
import re
import sys
import zipfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import docx
import pytest

from ingest.citation import Citation
from interfaces.cli import run
from interfaces.files import write_whole
from interfaces.memo_markdown import to_markdown
from interfaces.memo_word import to_word
from rag import (
    Assistant,
    Kind,
    Library,
    Listing,
    Look,
    Mark,
    Memo,
    Paragraph,
    Runs,
    Section,
    Strength,
    Table,
    UnusableInput,
    Verdict,
    Words,
    decode_draft,
    open_word,
    stands_in,
)
from rag.authorities import authorities_of
from rag.memo_notes import Notes

DAY = date(2026, 6, 1)
USE = """客户是一家茶饮公司，设计师用Midjourney生成了一张春日茶山的海报，提示词只写了“春天、茶山、国风插画”，没有输入任何参考图。

海报印出后在三家门店张贴了两周，没有单独收费。插画师周某发来律师函，称海报抄袭其插画《春山》。两图都是茶山题材，但构图、人物姿势和色彩明显不同，只是风格相近。设计师此前没有看过该插画，保留了生成记录。收函当天客户撤下了海报。

周某随后起诉，要求赔偿经济损失10万元。"""
TRAINING = """客户自行研发文生图大模型，训练数据来自采购的授权图库和公开网页。四名插画师发现训练集中包含其公开发表的插画共37幅，起诉主张侵害复制权，要求赔偿80万元。

这37幅插画占训练集的比例不足千万分之一。测试中模型没有输出与四人插画实质性相似的图片。"""
PLATFORM = """我们运营一个AI绘画社区，用户可以上传图片在线训练LoRA模型并在社区发布，平台只收会员费。

用户上传了某知名动画角色的剧照，训练并发布了该角色的LoRA模型，该模型一度出现在社区热门榜单上。著作权人发来侵权通知，平台次日下架了该模型，转通知了该用户，并把角色名称加入关键词屏蔽库。平台设有投诉入口。著作权人仍起诉平台，要求赔偿50万元。"""
ENGLISH = (
    "Our client runs an AI image platform. A user uploaded stills of a well-known cartoon character and trained a LoRA "
    "model on them. After receiving the notice the platform removed the model the next day. The copyright owner sued the "
    "platform for infringement and claims 500,000 yuan."
)
FACTS = {"use": USE, "training": TRAINING, "platform": PLATFORM}
TITLES = [
    "一、事实",
    "二、争议焦点",
    "三、抗辩分析",
    "四、不利判例与应对",
    "五、可比案例",
    "六、证据清单",
    "七、赔偿预估",
    "附：引用原文",
    "来源",
]
TRIED = (Strength.STRONG, Strength.MEDIUM)


@pytest.fixture(scope="module", params=FACTS)
def memo(assistant: Assistant, request: pytest.FixtureRequest) -> Memo:
    return assistant.memo(FACTS[request.param], DAY)


@pytest.fixture(scope="module")
def platform(assistant: Assistant) -> Memo:
    return assistant.memo(PLATFORM, DAY)


def runs_of(section: Section) -> list[Runs]:
    """The runs of a section in the order in which they are read."""
    found: list[Runs] = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            found.append(block.runs)
        elif isinstance(block, Listing):
            found += block.items
        elif isinstance(block, Table):
            found += [cell.runs for row in (block.header, *block.rows) for cell in row]
    return found


def marks_of(section: Section) -> list[int]:
    return [run.note for runs in runs_of(section) for run in runs if isinstance(run, Mark)]


def text_of(section: Section) -> str:
    return "\n".join("".join(run.text for run in runs if isinstance(run, Words)) for runs in runs_of(section))


def section(memo: Memo, title: str) -> Section:
    return next(one for one in memo.sections if one.title == title)


# --- the value ---------------------------------------------------------------------------------------------------------


def test_sections_stand_in_their_order_and_none_is_empty(memo: Memo) -> None:
    assert [one.title for one in memo.sections] == TITLES
    assert all(one.blocks for one in memo.sections)
    assert memo.as_of == DAY
    assert "不构成法律意见" in text_of(Section("", memo.head))


def test_footnotes_are_numbered_as_they_are_read(memo: Memo) -> None:
    read = [number for one in memo.sections for number in marks_of(one)]
    assert read == [note.number for note in memo.footnotes] == list(range(1, len(memo.footnotes) + 1))
    for note in memo.footnotes:
        if note.same_as:
            assert memo.footnotes[note.same_as - 1].source.key == note.source.key
            assert note.same_as < note.number


def test_quoted_words_stand_in_the_corpus_and_digests_are_not_quoted(memo: Memo, library: Library) -> None:
    for note in memo.footnotes:
        place = library.place(Citation.parse(note.source.key), DAY)
        assert place is not None, note.source.key
        assert note.source.verdict.is_sound
        if note.source.quote is not None:
            assert place.kind is Kind.STATUTE
            assert stands_in(note.source.quote, place.text), note.source.key
    quoted = [
        "".join(run.text for run in block.runs if isinstance(run, Words))
        for one in memo.sections
        for block in one.blocks
        if isinstance(block, Paragraph) and block.look is Look.QUOTE
    ]
    statutes = [library.text(document) for document in library.documents() if document.kind is Kind.STATUTE]
    for words in (words for words in quoted if words.startswith("“")):
        assert any(stands_in(words[1:-1], text) for text in statutes), words


def test_whatever_stands_against_a_defence_tried_is_told(memo: Memo) -> None:
    told = section(memo, "四、不利判例与应对")
    keys = {memo.footnotes[number - 1].source.key for number in marks_of(told)}
    for defence in memo.defences:
        if defence.strength in TRIED:
            assert defence.adverse
            assert set(defence.adverse) <= keys, defence.id


def test_no_element_is_without_words_and_every_tried_defence_has_its_part(memo: Memo) -> None:
    tried = [one for one in memo.defences if one.strength in TRIED]
    tables = [block for block in section(memo, "三、抗辩分析").blocks if isinstance(block, Table)]
    assert [len(table.rows) for table in tables[: len(tried)]] == [len(one.elements) for one in tried]
    assert len(tables[-1].rows) == len(memo.defences) - len(tried)
    for table in tables:
        assert all(any(isinstance(run, Words) and run.text for run in cell.runs) for row in table.rows for cell in row)
    evidence = text_of(section(memo, "六、证据清单"))
    for one in tried:
        assert all(evidence.count(item) == 1 for item in one.evidence)


def test_the_annex_has_every_place_cited_once(memo: Memo) -> None:
    annex = text_of(section(memo, "附：引用原文"))
    shown = [
        Citation.parse(key)
        for key in re.findall(r"〔([^〔〕]+(?:〔[^〔〕]+〕[^〔〕]*)?)〕(?:　文本未经逐字核验)?$", annex, re.MULTILINE)
        if "/" in key
    ]
    assert len(set(shown)) == len(shown)
    for note in memo.footnotes:
        cited = Citation.parse(note.source.key)
        assert sum(one.contains(cited) for one in shown) == 1, cited


def test_pending_and_appealed_cases_are_said_to_be_so(platform: Memo) -> None:
    told = text_of(section(platform, "四、不利判例与应对"))
    assert "结果未知" in told
    assert "不作先例援引" in told
    assert "不是对本案数额的预测" in text_of(section(platform, "七、赔偿预估"))


def test_the_memo_passes_the_check_of_drafts(memo: Memo, assistant: Assistant) -> None:
    report = assistant.check(to_markdown(memo), DAY)
    wrong = (Verdict.NONEXISTENT, Verdict.ALTERED, Verdict.WRONG_PINPOINT, Verdict.OUTDATED)
    assert [one.message for one in report.citations if one.verdict in wrong] == []


def test_english_facts_make_a_chinese_memo(assistant: Assistant) -> None:
    written = assistant.memo(ENGLISH, DAY)
    assert [one.title for one in written.sections] == TITLES
    assert "Our client runs an AI image platform." in text_of(section(written, "一、事实"))
    assert "平台" in text_of(section(written, "二、争议焦点"))


def test_what_is_not_held_or_does_not_stand_is_left_out_and_counted(assistant: Assistant, library: Library) -> None:
    notes = Notes(library, authorities_of(library, DAY), DAY, ())
    assert notes.cite("某法/1") is None
    place = library.place(Citation.parse("著作权法/3"), DAY)
    assert place is not None
    assert notes.cite_place(place, in_text="本法所称的作品，是指人工智能生成的内容") is None
    assert notes.cite("著作权法/57") == Mark(1)
    assert (notes.left_out, len(notes.footnotes)) == (2, 1)


def test_law_that_was_not_yet_in_force_is_marked(assistant: Assistant) -> None:
    text = to_markdown(assistant.memo(PLATFORM, date(2015, 1, 1)))
    assert "《民法典》（2020）第一千一百九十五条规定（在法律时点并非现行有效）" in text
    assert "文本，2021年1月1日起施行，在法律时点并非现行有效" in text


# --- the files ---------------------------------------------------------------------------------------------------------


def test_word_has_a_reference_for_every_footnote(memo: Memo, tmp_path: Path) -> None:
    file = tmp_path / "memo.docx"
    file.write_bytes(to_word(memo))
    document = docx.Document(str(file))
    assert document.paragraphs[0].text == memo.title
    body = document.element.body.xml
    assert body.count("<w:footnoteReference ") == len(memo.footnotes)
    assert body.count("<w:tblHeader/>") == sum(
        isinstance(block, Table) and bool(block.header) for block in memo.blocks()
    )
    with zipfile.ZipFile(file) as package:
        notes = package.read("word/footnotes.xml").decode()
        assert "footnotes+xml" in package.read("[Content_Types].xml").decode()
    # Two separators stand before the notes.
    assert notes.count("<w:footnote ") == len(memo.footnotes) + 2
    text = open_word(file).text
    for note in memo.footnotes:
        assert f"[^{note.number}]:  {note.text}" in text or f"[^{note.number}]: {note.text}" in text
    for title in TITLES:
        assert title in text


def test_markdown_has_a_mark_for_every_footnote(memo: Memo) -> None:
    text = to_markdown(memo)
    marks = re.findall(r"(?<!\\)\[\^(\d+)\](?!:)", text)
    assert list(map(int, marks)) == list(range(1, len(memo.footnotes) + 1))
    assert len(re.findall(r"^\[\^\d+\]: ", text, re.MULTILINE)) == len(memo.footnotes)
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == TITLES


def test_odd_characters_in_the_facts_stay_text(assistant: Assistant, tmp_path: Path) -> None:
    facts = "# 标题\n| 表 | [^1] <b>&amp;</b> **粗**\x01\x0b\ufffe\n" + USE
    written = assistant.memo(facts, DAY)
    file = tmp_path / "memo.docx"
    file.write_bytes(to_word(written))
    assert "| 表 | [^1] <b>&amp;</b> **粗**\n" in open_word(file).text
    text = to_markdown(written)
    assert "\\# 标题\n" in text
    assert r"\| 表 \| \[^1\] \<b\>\&amp;\</b\> \*\*粗\*\*" in text


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "memo.md"
    target.write_text("旧", "utf-8")

    def interrupted(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, "新".encode())
    assert [(file.name, file.read_text("utf-8")) for file in tmp_path.iterdir()] == [("memo.md", "旧")]


# --- the command -------------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts, target = tmp_path / "facts.txt", tmp_path / "备忘录.docx"
    facts.write_bytes(PLATFORM.encode("gb18030"))
    assert run(["memo", str(facts), "-o", str(target), "--as-of", "2026-06-01", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["memo", "defenses", "footnotes", "left_out"]
    assert told["memo"] == str(target)
    assert told["defenses"][0] == {"id": "platform_duty", "strength": "medium"}
    assert told["footnotes"] == docx.Document(str(target)).element.body.xml.count("<w:footnoteReference ")
    assert run(["memo", str(facts), "-o", str(target)]) == 0
    assert re.search(r"已写入 .*备忘录\.docx。引用 \d+ 处，逐处核对过", capsys.readouterr().out)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["facts.txt", "备忘录.docx"]


def test_the_command_reads_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(PLATFORM.encode())))
    assert run(["memo", "-", "-o", str(tmp_path / "memo.md")]) == 0
    assert "我们运营一个AI绘画社区" in decode_draft((tmp_path / "memo.md").read_bytes(), "memo.md")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ("我们公司被前员工申请劳动仲裁，要求支付加班费5万元，怎么应对？", "没有写备忘录"),
        ("我司在商品上使用近似商标，被商标权人起诉侵犯商标权索赔30万元，有哪些抗辩？", "kangbian ask"),
        ("合理使用的构成要件是什么？", "备忘录需要案情"),
        ("春风案被告提出了哪些抗辩？", "备忘录需要案情"),
        ("   \n", "没有文字"),
        ("案" * 70_000, "上限"),
    ],
)
def test_what_tells_of_no_such_dispute_makes_no_memo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], facts: str, sentence: str
) -> None:
    file, target = tmp_path / "facts.txt", tmp_path / "memo.docx"
    file.write_text(facts, "utf-8")
    assert run(["memo", str(file), "-o", str(target), "--json"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert not target.exists()


def test_wrong_usage_and_places_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = tmp_path / "facts.md"
    facts.write_text(PLATFORM, "utf-8")
    assert run(["memo", str(facts), "-o", str(tmp_path / "memo.pdf")]) == 2
    assert ".docx 或 .md" in capsys.readouterr().err
    assert run(["memo", str(facts)]) == 2
    capsys.readouterr()
    assert run(["memo", str(tmp_path / "none.txt"), "-o", str(tmp_path / "memo.md")]) == 3
    assert run(["memo", str(facts), "-o", str(facts)]) == 3
    assert "案情文件本身" in capsys.readouterr().err
    assert run(["memo", str(facts), "-o", str(tmp_path / "no" / "memo.md")]) == 3
    assert capsys.readouterr().err.startswith("错误：无法读写")
    assert facts.read_text("utf-8") == PLATFORM


def test_the_refusal_is_unusable_input(assistant: Assistant) -> None:
    with pytest.raises(UnusableInput, match="谁用 AI 做了什么"):
        assistant.memo("著作权法第二十四条是怎么规定的？")
