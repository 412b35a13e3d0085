"""Reading facts: clauses without loss, what is told and what is only said, whose deed it is; and what is no case at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
import eval as evaluation
from ingest.errors import UnusableInput
from rag.clauses import split_clauses
from rag.fact_book import load_facts
from rag.fact_model import BUILT_IN, FactModel, decided, load_model
from rag.facts import read_facts
from rag.telling import looks_like_facts

CORPUS = Path(corpus.__file__).parent
UNSEEN = Path(evaluation.__file__).parent / "datasets" / "facts"
BOOK = load_facts(CORPUS)

# text, facts told, facts not told
READ = [
    # negation
    ("我方设计师从未见过原告的小说。", ["未接触"], ["接触过"]),
    ("原告没有修改过生成的图。", ["没有修改"], ["多轮调整", "人工后期"]),
    ("平台收到通知后一直没有下架。", ["通知后不处理"], ["通知后处理"]),
    ("客户抓取时没有绕过付费墙或技术措施，遵守了robots协议。", ["来源合法"], ["规避或盗版来源"]),
    ("我们没有参与模型训练。", ["未参与训练"], ["被告训练模型"]),
    ("店主拿不出进货合同和发票。", ["没有票据"], ["票据齐全"]),
    # what the other side only says is no fact; what it claims to own is
    ("原告称我方故意抄袭，", [], ["明知"]),
    ("原告主张其用Midjourney生成的图片被我方盗用，", ["主张AI生成内容"], []),
    # suppositions and questions
    ("如果我们收到通知后没有下架会怎样？", [], ["通知后不处理"]),
    ("我们能否主张从未接触过该作品？", [], ["未接触"]),
    # whose deed it is
    ("我方用Midjourney生成了一张图，", ["被告用AI生成"], ["主张AI生成内容"]),
    ("原告称抄了他的插画，我方的图是我方用Midjourney生成的，", ["被告用AI生成"], ["主张AI生成内容"]),
    ("原告用Midjourney生成了涉案图片，", ["主张AI生成内容"], ["被告用AI生成"]),
    ("我们用AI生成的海报被起诉抄袭，", ["被告用AI生成"], ["主张AI生成内容"]),
    ("侵权内容由平台用户自行上传。", ["用户上传"], []),
    # either script, full width, English
    ("原告並未保存任何生成過程的記錄。", ["缺少创作记录"], ["有创作记录"]),
    ("平台收到通知後２４小時內下架。", ["通知后处理"], ["通知后不处理"]),
    ("The plaintiff kept no record of how the picture was generated.", ["缺少创作记录"], []),
    ("Our designer had never seen her work.", ["未接触"], ["接触过"]),
]


@pytest.mark.parametrize(("text", "told", "not_told"), READ)
def test_facts(text: str, told: list[str], not_told: list[str]) -> None:
    case = read_facts(text, BOOK, load_model())
    assert [name for name in told if not case.has(name)] == []
    assert [name for name in not_told if case.has(name)] == []


def test_offsets_count_characters_of_the_original() -> None:
    text = "原告並未保存生成記錄。我方收到律師函後當天刪除。"
    case = read_facts(text, BOOK, load_model())
    finding = case.found["通知后处理"][0]
    assert text[finding.start : finding.end] == "我方收到律師函後當天刪除"


def test_an_allegation_is_kept_apart() -> None:
    case = read_facts("原告称我方明知侵权仍故意使用。", BOOK, load_model())
    assert "明知" in case.alleged
    assert "明知" not in case.found


def test_what_follows_from_other_facts_has_their_words() -> None:
    case = read_facts("原告用Midjourney生成了涉案图片，", BOOK, load_model())
    words = case.words("权利对象是AIGC")
    assert words is not None
    assert words.text == "原告用Midjourney生成了涉案图片"


CUT = [
    ("我开店，卖了50,000元。还有吗？", ["我开店，", "卖了50,000元。", "还有吗？"]),
    ("他说“没改过，一次就出”，我信了", ["他说“没改过，", "一次就出”，", "我信了"]),
    ("We sold 3.5 tons, then stopped. Why?", ["We sold 3.5 tons, ", "then stopped. ", "Why?"]),
    ("我开网店的 卖了一批T恤 被告了", ["我开网店的 ", "卖了一批T恤 被告了"]),
    ("", []),
]


@pytest.mark.parametrize(("text", "clauses"), CUT)
def test_clauses(text: str, clauses: list[str]) -> None:
    assert [clause.text for clause in split_clauses(text)] == clauses


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("，。；,.;!？“” \n我的图3")), max_size=400))
def test_no_character_is_lost(text: str) -> None:
    clauses = split_clauses(text)
    assert "".join(clause.text for clause in clauses) == text
    for clause in clauses:
        start, end = clause.words
        assert clause.start <= start <= end <= clause.end
        assert text[clause.start : clause.end] == clause.text


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    case = read_facts(text, BOOK, load_model())
    for findings in case.found.values():
        assert all(0 <= one.start <= one.end <= len(text) for one in findings)


# --- the classifier ---------------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_model_that_is_shipped() -> None:
    """Macro F1 on single clauses by an author of whom nothing was trained on, worked out here from the counts."""
    model = load_model()
    lines = [line.split("\t") for line in (UNSEEN / "unseen_clauses.tsv").read_text("utf-8").splitlines()]
    told = [decided(model.probabilities([clause]), model.thresholds)[0] for _, clause in lines]
    scores = []
    for number, fact in enumerate(model.facts):
        right = {row for row, (labels, _) in enumerate(lines) if fact in labels.split(",")}
        found = {row for row, facts in enumerate(told) if facts[number]}
        scores.append(2 * len(right & found) / (len(right) + len(found)))
    macro = sum(scores) / len(scores)
    figures = json.loads((BUILT_IN / "figures.json").read_text("utf-8"))
    assert len(model.facts) == 79
    assert macro == pytest.approx(figures["unseen_clauses"]["macro_f1"], abs=0.002)
    assert macro >= 0.85


def test_the_model_and_the_list_name_the_same_facts() -> None:
    assert load_model().facts == BOOK.read


def test_no_unseen_text_is_trained_on() -> None:
    training = CORPUS / "training"
    seen = {line.partition("\t")[2] for line in (training / "fact_clauses.tsv").read_text("utf-8").splitlines()}
    unseen = {line.partition("\t")[2] for line in (UNSEEN / "unseen_clauses.tsv").read_text("utf-8").splitlines()}
    assert not seen & unseen
    stories = [
        {json.dumps(json.loads(line)["clauses"]) for line in path.read_text("utf-8").splitlines()}
        for path in (training / "fact_stories.jsonl", UNSEEN / "unseen_stories.jsonl")
    ]
    assert not stories[0] & stories[1]


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="案情分类器"):
        FactModel.load(tmp_path)


WRONG = [
    ("facts:\n  - {name: 甲, en: a}\n", "第 1 条事实（甲）不完整"),
    ("facts:\n  - {name: 甲, en: a, means: 一}\n  - {name: 甲, en: a, means: 一}\n", "「甲」出现两次"),
    ("facts:\n  - {name: 甲, en: a, means: 一, opposite: [乙]}\n", "「乙」不在"),
    ("facts:\n  - {name: 甲, en: a, when: [乙 且 !丙]}\n", "「乙」不在"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_mistake_in_the_list_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "facts.yaml").write_text(text, "utf-8")
    with pytest.raises(UnusableInput, match=message):
        load_facts(tmp_path)


# --- is it a fact pattern at all? -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "合理使用的构成要件是什么？",
        "春风案被告提出了哪些抗辩？",
        "著作权法第二十四条规定了哪些情形？",
        "AI生成的图片受著作权法保护吗？",
        "广州奥特曼案的被告为什么被认定侵权？",
        "君合文章提出了哪五项抗辩？",
        "什么是实质性相似？",
        "法院如何认定平台的注意义务？",
        "训练端和使用端的抗辩有什么区别？",
        "(2024)粤0192民初113号判决赔偿多少？",
        "公司拖欠我三个月工资，我起诉公司，能主张双倍工资吗？",
        "合法来源抗辩适用于哪些主体？",
        "美杜莎案二审结果如何？",
        "What is substantial similarity?",
        "惩罚性赔偿的条件是什么？",
        "你好",
        "",
    ],
)
def test_not_a_fact_pattern(text: str) -> None:
    assert not looks_like_facts(text)


@pytest.mark.parametrize(
    "text",
    [
        "我们用AI生成的海报被插画师起诉，怎么抗辩？",
        "客户收到律师函，说他公众号的配图侵权，图是AI生成的，能否主张不可版权？",
        "被告用原告的画训练模型，有哪些抗辩可以主张？",
        "Our client was sued for using an AI-generated image. What defenses are available?",
        "平台被诉：用户上传了侵权的LoRA，平台已经下架，要承担责任吗？",
        "我司拿到的素材和春风案里的图差不多，我司被起诉了，怎么办？",
    ],
)
def test_a_fact_pattern(text: str) -> None:
    assert looks_like_facts(text)
