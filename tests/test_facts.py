"""Reading facts: who is meant, what is denied, what is only said, supposed or asked; and what is no fact pattern at all."""

from pathlib import Path

import pytest

import corpus
from ingest.errors import UnusableInput
from rag.facts import load_facts, looks_like_facts, read_facts

CORPUS = Path(corpus.__file__).parent


@pytest.mark.parametrize(
    ("text", "shown", "not_shown"),
    [
        # negation
        ("我们从未接触过该小说。", ["未接触"], ["接触过"]),
        ("原告没有修改过生成的图。", ["没有修改"], ["多轮调整", "人工后期"]),
        ("平台收到通知后一直没有下架。", ["通知后不处理"], ["通知后处理"]),
        ("我方从来没有发布或者卖过。", [], ["被告是销售者"]),
        ("客户未收费。", ["非商业使用", "没有获利"], ["商业使用"]),
        ("平台平时没有对该模型做推荐。", [], ["推荐编辑"]),
        ("我们没有参与模型训练。", ["未参与训练"], ["训练目的"]),
        ("店主拿不出进货合同和发票。", ["没有票据"], ["票据齐全"]),
        # what the other side says is no fact; what it claims to own is
        ("原告称我方故意抄袭并接触过其作品。", [], ["明知", "接触过"]),
        ("原告主张其用Midjourney反复调整参数生成了涉案图。", ["主张AI生成内容"], ["多轮调整"]),
        ("原告称图由其生成，但是原告只用了一句提示词。", ["简单提示词"], []),
        # suppositions and questions
        ("我们用AI画图。如果我们收到通知后没有处理，会怎样？", [], ["通知后不处理"]),
        ("我们能否主张从未接触过该作品？", [], ["未接触"]),
        ("假设某公司抓取小说训练模型，被作家起诉。", ["训练目的"], []),
        # who is meant
        ("原告用Midjourney生成了一张图。", ["权利对象是AIGC"], ["被告用AI生成"]),
        ("我方用Midjourney生成了一张图，被一名画师起诉。", ["被告用AI生成", "主张人的作品"], ["权利对象是AIGC"]),
        ("画师指控我用AI模仿她的画风。", ["被告用AI生成"], ["权利对象是AIGC"]),
        ("李四说壁纸是他用Midjourney做的，要告张三。", ["权利对象是AIGC"], []),
        ("某电视台用AI写了篇文章，被一家网站照搬，电视台起诉网站。", ["权利对象是AIGC"], []),
        ("我用Midjourney生成的图被一家公司盗用，我已经起诉。", ["权利对象是AIGC"], []),
        ("图案是供货商印制的，我们只负责零售。", ["被告是销售者"], ["被告自行制作"]),
        # either script, full width, English
        ("原告並未保存任何生成過程的記錄。", ["缺少创作记录"], []),
        ("收到通知後２４小時內下架。", ["通知后处理"], []),
        ("The plaintiff used a single prompt and kept no record.", ["简单提示词", "缺少创作记录"], []),
        ("We never saw her work.", ["未接触"], ["接触过"]),
    ],
)
def test_facts(text: str, shown: list[str], not_shown: list[str]) -> None:
    case = read_facts(text, load_facts(CORPUS))
    assert [name for name in shown if not case.has(name)] == []
    assert [name for name in not_shown if case.has(name)] == []


def test_offsets_count_characters_of_the_original() -> None:
    text = "原告並未保存生成記錄。我方收到律師函後當天刪除。"
    case = read_facts(text, load_facts(CORPUS))
    finding = case.found["通知后处理"][0]
    assert text[finding.start : finding.end] == "收到律師函後當天刪除"


def test_an_allegation_is_kept_apart() -> None:
    case = read_facts("原告称我方接触过其小说。", load_facts(CORPUS))
    assert "接触过" in case.alleged


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


def test_long_texts_are_read(tmp_path: Path) -> None:
    text = "我方用AI生成海报，从未见过原告的画。" * 2500
    case = read_facts(text, load_facts(CORPUS))
    assert len(case.found["未接触"]) == 2500


def test_a_wording_that_is_no_pattern_is_named(tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    text = "words: {}\nwho: {claimant: [原告]}\nfacts:\n  - {name: 甲, en: a, cues: ['(未闭合']}\n"
    (tmp_path / "lexicon" / "facts.yaml").write_text(text, "utf-8")
    with pytest.raises(UnusableInput, match="甲"):
        load_facts(tmp_path)
