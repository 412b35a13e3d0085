"""What is composed before it is written out, and the answers that are the same whatever was asked."""

from dataclasses import dataclass, field

from rag.answer import AnswerKind, Defense
from rag.draft import Draft
from rag.question import Question


@dataclass(slots=True)
class Composed:
    """Drafts with the kind of answer they make, and what else goes with them: defences, questions back, warnings."""

    kind: AnswerKind
    drafts: list[Draft]
    defenses: list[Defense] = field(default_factory=list)
    clarify: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def too_short(question: Question) -> Composed:
    """Ask what is meant: there are hardly any words."""
    asked = question.language.pick(
        "请把问题写得具体一些：涉及哪部法律的哪一条、哪个案件，或者案情是什么？",
        "Please be more specific: which article, which case, or what are the facts?",
    )
    return Composed(AnswerKind.CLARIFY, [Draft(asked)], clarify=[asked])


def which_facts(question: Question) -> Composed:
    """Ask for the facts that no defence can be weighed without."""
    asked = [
        question.language.pick(*words)
        for words in (
            (
                "谁主张权利，主张的是什么：人创作的作品，还是 AI 生成的内容、提示词或者图表？",
                "Who claims, and what: a person's work, or AI output, a prompt, a chart?",
            ),
            (
                "被诉的一方做了什么：用 AI 生成、转载、印制、销售、训练模型，还是经营平台？",
                "What did the defendant do: generate, repost, print, sell, train a model, run a platform?",
            ),
            (
                "有没有见过、上传过或者在提示词里写过对方的作品？两者哪里相同、哪里不同？",
                "Was the work seen, uploaded or named in a prompt? What is alike, what is different?",
            ),
            ("收到过通知吗？何时、怎样处理的？有没有获利？", "Was there a notice, and what was done? Was money made?"),
        )
    ]
    said = question.language.pick(
        "请补充案情：没有事实，看不出哪一项抗辩合适。", "Please tell the facts: without them no defence can be weighed."
    )
    return Composed(AnswerKind.CLARIFY, [Draft(said), *map(Draft, asked)], clarify=asked)


def which_law(question: Question) -> Composed:
    """Ask which law an article belongs to."""
    asked = question.language.pick(
        "请说明是哪一部法律（例如《著作权法》）的这一条。", "Please say which law this article belongs to."
    )
    return Composed(AnswerKind.CLARIFY, [Draft(asked)], clarify=[asked])


def instructions_only(question: Question) -> Composed:
    """Say that nothing is asked but to obey."""
    said = question.language.pick(
        "输入中只有指令性文字，没有可以检索的问题。请写出要问的法条、案件或案情。",
        "There are only instructions here and no question to look up.",
    )
    return Composed(AnswerKind.ABSTAIN, [Draft(said)])


def nothing_here(question: Question) -> Composed:
    """Say that nothing held answers."""
    said = question.language.pick(
        "本库没有可以回答这个问题的依据：收录范围是 AIGC 著作权的法条、裁判摘要和评论，以及您自己导入的文件。不作推测。",
        "Nothing held here answers this question. The corpus covers AIGC copyright: statutes, case digests, commentary, and what you ingest.",
    )
    return Composed(AnswerKind.ABSTAIN, [Draft(said)])
