"""What the page says, in Chinese and in English. Quotations and answers stay in the language of the law."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Every label of the page in one language."""

    tagline: str
    notice: str
    placeholder: str
    send: str
    clear: str
    as_of: str
    as_of_info: str
    workspace: str
    welcome: str
    welcome_text: str
    sources: str
    sources_empty: str
    earlier: str
    thinking: str
    failed: str
    copy: str
    copied: str
    supporting: str
    adverse: str
    evidence: str
    would_change: str
    clarify: str
    matrix: str
    matrix_legend: str
    warnings: str
    law_as_of: str
    in_force: str
    not_in_force: str
    version: str
    effective: str
    digest: str
    unverified: str
    unavailable: str
    no_sources: str
    notice_sent: str
    sent: str
    modes: tuple[str, str]
    check_paste: str
    check_file: str
    check_run: str
    check_files: str
    check_empty: str
    kinds: dict[str, str]
    source_kinds: dict[str, str]
    strengths: dict[str, str]
    statuses: dict[str, str]


ZH = Wording(
    tagline="AIGC 著作权纠纷检索　每一句都有核对过的出处",
    notice="法律研究工具，结果不构成法律意见。问题与材料只留在本机。",
    placeholder="描述案情，或直接问法条、案例、观点……　Enter 发送，Shift+Enter 换行",
    send="提问",
    clear="新对话",
    as_of="法律时点",
    as_of_info="留空为今天",
    workspace="工作区",
    welcome="从一个问题开始",
    welcome_text="引用的法条逐字可查，案例注明法院、案号与状态；没有收录的，会直接说没有。",
    sources="依据",
    sources_empty="回答所依据的法条、裁判与评论会列在这里，引用的文字以底色标出。",
    earlier="前面问题的依据",
    thinking="正在查找并核对出处……",
    failed="这个问题没能回答",
    copy="复制",
    copied="已复制",
    supporting="支持",
    adverse="不利",
    evidence="证据",
    would_change="什么会改变结论",
    clarify="还需要知道",
    matrix="案情与可比案例",
    matrix_legend="● 有此事实　○ 事实相反　＋ 有利　－ 不利　± 利弊互见　？ 结果未知　· 未评价",
    warnings="提示",
    law_as_of="法律时点",
    in_force="现行有效",
    not_in_force="非现行有效",
    version="版本",
    effective="施行",
    digest="本库摘要，非原文",
    unverified="未逐字核验",
    unavailable="这段文字暂时无法打开",
    no_sources="这个回答没有引用依据。",
    notice_sent="法律研究工具，结果不构成法律意见。已设置语言模型 {host}：问题和依据会发送给它，姓名、号码等先行遮盖。",
    sent="发送给语言模型的内容（姓名、号码已遮盖）",
    modes=("问答", "核对草稿"),
    check_paste="把草稿粘贴在这里，或在下面选择文件……",
    check_file="草稿文件：.docx .pdf .md .txt",
    check_run="核对引用",
    check_files="下载：网页报告；Word 草稿另有带批注的副本",
    check_empty="请先粘贴草稿或选择文件。",
    kinds={
        "defense": "抗辩分析",
        "statute": "法条",
        "case": "案例",
        "concept": "观点与规则",
        "clarify": "需要澄清",
        "abstain": "没有收录",
    },
    source_kinds={
        "statute": "法条",
        "judgment": "裁判原文",
        "judgment_digest": "裁判摘要",
        "commentary": "评论",
        "note": "注",
    },
    strengths={"strong": "强", "medium": "中", "weak": "弱", "unavailable": "不可用"},
    statuses={"met": "具备", "unmet": "不具备", "unknown": "待查"},
)

EN = Wording(
    tagline="AIGC copyright disputes in China · every sentence with a checked source",
    notice="A research tool; nothing here is legal advice. Questions and files stay on this machine.",
    placeholder="Describe the facts, or ask about a provision, a case, a view…  Enter sends, Shift+Enter breaks the line",
    send="Ask",
    clear="New conversation",
    as_of="Law as of",
    as_of_info="empty: today",
    workspace="Workspace",
    welcome="Start with a question",
    welcome_text="Provisions are quoted word for word; cases come with court, number and status. "
    "What is not held is said to be not held.",
    sources="Sources",
    sources_empty="The statutes, judgments and commentary behind an answer appear here, the quoted words marked.",
    earlier="Sources of earlier questions",
    thinking="Searching and checking sources…",
    failed="This question could not be answered",
    copy="Copy",
    copied="Copied",
    supporting="For",
    adverse="Against",
    evidence="Evidence",
    would_change="What would change this",
    clarify="Still to be known",
    matrix="The facts against comparable cases",
    matrix_legend="● so there   ○ the opposite   ＋ for   － against   ± both ways   ？ unknown   · not decided",
    warnings="Note",
    law_as_of="Law as of",
    in_force="In force",
    not_in_force="Not in force",
    version="Version",
    effective="effective",
    digest="our digest, not the original",
    unverified="not verified word for word",
    unavailable="This passage cannot be opened at the moment",
    no_sources="This answer cites nothing.",
    notice_sent="A research tool; nothing here is legal advice. A language model is set ({host}): the question and the sources "
    "are sent to it, names and numbers masked.",
    sent="What was sent to the language model (names and numbers masked)",
    modes=("Ask", "Check a draft"),
    check_paste="Paste the draft here, or choose a file below…",
    check_file="Draft: .docx .pdf .md .txt",
    check_run="Check citations",
    check_files="Download: the report as a page; for a Word draft also a copy with comments",
    check_empty="Paste a draft or choose a file first.",
    kinds={
        "defense": "Defences",
        "statute": "Statute",
        "case": "Case",
        "concept": "Views and rules",
        "clarify": "Question back",
        "abstain": "Not held",
    },
    source_kinds={
        "statute": "Statute",
        "judgment": "Judgment",
        "judgment_digest": "Case digest",
        "commentary": "Commentary",
        "note": "Note",
    },
    strengths={"strong": "strong", "medium": "medium", "weak": "weak", "unavailable": "unavailable"},
    statuses={"met": "met", "unmet": "unmet", "unknown": "open"},
)

LANGUAGES = {"中文": ZH, "English": EN}

# Questions on what is built in, one for each thing that the assistant does.
EXAMPLES = (
    "著作权法第二十四条第一款第（六）项是怎么规定的？",
    "春风送来了温柔案，法院为什么认为AI生成图片构成作品？",
    "广州互联网法院的奥特曼案判了多少钱？平台违反了哪些注意义务？",
    "用他人作品训练大模型，能主张合理使用吗？",
    "生成式人工智能服务提供者发现违法内容后应当怎么做？",
    "没有接触过原告作品，怎样抗辩？",
)
