"""Whether a text tells of a dispute at all, or asks about law in the abstract; and whether it tells of more than one."""

import re

from ingest.script import to_narrow, to_simplified

_NAME = (
    r"(?:[甲乙丙丁](?:公司|方|某)?|[张李王赵][三四五六七]|[A-Z](?:公司|平台)|(?<![A-Za-z])[A-Z](?![A-Za-z站 ])|[赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹苏潘葛范彭鲁韦马苗方俞任袁柳鲍史唐"
    r"费廉岑薛雷贺倪汤滕罗毕郝安常于时傅皮卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛米贝明戴宋庞熊纪舒屈项祝董梁杜阮蓝季贾路江童颜郭梅林刁钟徐邱骆高夏蔡田樊胡凌霍"
    r"万柯管卢莫房解应丁邓洪包左石崔吉龚程邢裴陆翁侯段侯叶白刘龙](?:某[某甲乙丙丁]?|先生|女士|小姐|老师))"
)


_DISPUTE = re.compile(
    r"(?:对方|人家|他们?|她们?|原告)(?:(?:张口|开口)就?要?|[要索])(?:赔|价)?[^,。;!?0-9]{0,2}[\d一二三四五六七八九十百两]+(?:来)?(?:万|千|块|元)|被[^,。;!?\n]{0,24}?(?:起诉|诉|告|投诉|索赔|追责|指控|控告)|起诉|诉至|告上|告了|连(?:我|咱)[^,。;!?]{0,6}告|诉(?:我|客户|其|他|某)|原告|(?:称|说|认为)[^,。;!?]{0,20}(?:侵权|抄|侵犯|盗用|偷)|律师函|[来致去]函|发[^,。;]{0,6}函|传票|应诉|应对|要(?:求)?(?:我|他|她|客户|被告)[^,。;!?]{0,8}(?:赔|删|停|道歉)|侵权通知|索赔|要求(?:我|赔偿|删除|下架|停止)|"
    r"提起公诉|公诉|维权|状告|指控|要告|想告|被诉|投诉|发函|告我|主张(?:我|其|享有|著作权|版权|权利|侵权)|侵权(?:吗|风险)|"
    r"诉请|提告|找上门|(?:盗用|偷|扒)了?(?:人家|别人|他人|某)|[要讨]说法|拒绝赔|拒赔|(?:不(?:该|用|必|应该?|需要?)|无需|要不要|该不该)(?:由)?(?:我们?|我方)?赔|诉(?:公司|被告|平台|我们?|店|该)[^,。;!?]{0,12}[侵赔]|指[^,。;!?]{0,16}(?:侵权|抄|雷同|盗用|一致)|"
    r"\b(?:sued|sues|suing|lawsuit|cease[- ]and[- ]desist|claims? (?:that|infringement|damages|RMB|CNY|USD|[¥$]?\d[\d,]*)|demand(?:s|ed|ing)?|(?:warning|demand|lawyer's) letter|"
    r"took \w+ to court|alleg\w+|accus\w+|infring\w+|prosecut\w+|stole|stolen|co-?defendants?|claimants?|plaintiffs?|complain(?:s|ed|ing)|objects|objected|"
    r"(?:wants?|seeks?|asks? for|demands?|asking for) (?:us|me|him|her|them|damages|money|compensation|(?:RMB|CNY|USD|[¥$])? ?\d[\d,]*))\b",
    re.IGNORECASE,
)
_PLEA = re.compile(
    r"抗辩|怎么(?:辩|应|办|回应|抗)|如何(?:辩|应|抗|回应)|能(?:否|不能)?主张|可(?:以|否)主张|答辩|辩护|不侵权|胜诉|免责|减轻|要不要赔|赔多少|要赔|责任|侵权吗|有哪些(?:抗辩|理由|办法)|"
    r"(?:能否|能不能|是否|成不)成立|可采|[说讲行]得?通|站得?住|有没有用|管不管用|成不成|不用赔|担责|该认|"
    r"\bdefen[cs]es?\b|\bdefend\b|\bliab\w+\b|\bargue\b",
    re.IGNORECASE,
)
_PARTY = re.compile(
    rf"我(?!国)|客户|委托人|当事人|本公司|被告|原告|(?:称|说|认为)[^,。;!?]{{0,20}}(?:侵权|抄袭|侵犯)|对方|某(?:公司|平台|网站|画师|用户|大学|出版社|店|AI)|一[名位家个](?:画师|插画师|摄影师|作家|公司|平台|用户|设计师|博主|网友|店|学生|老师|教师|企业)|{_NAME}|"
    r"\b(?:we|our|us|client|plaintiff|defendant|I|my|a (?:company|user|platform|shop|seller))\b",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"(?:用|使用|利用|通过|以|把|将|拿|转载|上传|发布|下载|印|生成|训练|抓取|爬取|销售|卖|进货|进了|运营|经营|提供|接入|调用|截取|换脸|剪辑|制作|收到|拿到|删除|下架|抄袭|模仿|复制|展示|改编|画|做|播放|引用)了?|"
    r"\b(?:used?|upload\w*|generat\w+|train\w*|runs?|operat\w+|sold|sells?|print\w*|post\w*|cop(?:y|ies|ied)|creat\w+|made|makes?|bought|scrap\w+|publish\w*|receiv\w+|repost\w*|offers?|provid\w+|re-?sold|resells?|republish\w*|reprodu\w+|"
    r"copying|distribut\w+|display\w*|import(?:s|ed)|host(?:s|ed)|stream\w*|edit(?:s|ed)|swapp\w+|download\w*|reus\w+|us(?:es|ing)|took|plays?|played|shows?|showed|carr(?:y|ies|ied)|lists?|listed|hangs?|hung|feeds?|fed|typed?|train(?:s|ed)|remov\w+|took down|sings?|sang|perform\w*|cover(?:s|ed))\b",
    re.IGNORECASE,
)
_MATTER = re.compile(
    r"AI|人工智能|生成|模型|素材|短文|转载|GPT|豆包|提示词|训练|提示词|LoRA|换脸|著作权|版权|作品|抄袭|图案|图片|插画|画|小说|照片|歌|音乐|视频|文章|报告|形象|角色|影片|电影|剧集|动漫|漫画|曲|绘本|雕塑|代码|软件|课件|模板|字体|Midjourney|Stable|侵权|"
    r"\b(?:image|picture|novel|song|copyright|artwork|character|work|prompt|model|photo|article|painting|drawing|picture book|map|chart|report|text|video|music|voice|face|logo|design|pattern|poster|film|movie|clip|footage|episode|score|melody|lyric|comic|manga|cartoon|illustration|code|software|game|book|sculpture)s?\b",
    re.IGNORECASE,
)
# A question about law, a case or a concept: it speaks of elements, provisions or a judgment, and nobody did anything.
_ABSTRACT = re.compile(
    r"构成要件|要件(?:是|有)|是什么意思|什么是|何谓|概念|定义|含义|第[〇零一二三四五六七八九十百千\d]+条|规定了?(?:什么|哪)|(?:怎么|如何|怎样)(?:规定|认定|理解|区分|看待|判断|评价)|"
    r"(?:哪些|什么)(?:规定|法律|法条)|案(?:的)?(?:原告|被告|法院|判决|裁判|结果|一审|二审|案号|争议|判|中)|(?:判决|法院)(?:认为|怎么|如何|是)|君合|文章|司法实践|裁判(?:观点|规则|思路)|学界|观点|"
    r"\bwhat is\b|\bdefinition\b|\belements of\b|\bArticle \d+|\bholding\b|\bcourt held\b",
    re.IGNORECASE,
)
_CASE_NAMED = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{2,12}(?<![图方档答草个备立文提接涉本该此])案(?!件|例|情|由|号|发|中人|卷)|\(\d{4}\)\s*\S{2,8}号|\b\w+ case\b|\bv\. "
)


_OURS = re.compile(
    r"我(?:方|们|司|社|公司|店|厂|校|平台|在|用|的|把|转|从|做|是)|客户|委托人|当事人|\b(?:we|our|client|my|I)\b",
    re.IGNORECASE,
)
# Up to so many characters a question may say that somebody was sued and nothing else.
_WITHOUT_FACTS = 80
# Characters from which on a text with a deed and a dispute tells a story, whoever it is about.
_STORY = 30


def looks_like_facts(text: str) -> bool:
    """Whether a text tells what someone did and is or may be sued for, rather than asking about law in the abstract.

    >>> looks_like_facts("客户用AI生成海报，被一名插画师起诉抄袭，有哪些抗辩？")
    True
    >>> looks_like_facts("合理使用的构成要件是什么？"), looks_like_facts("春风案被告提出了哪些抗辩？")
    (False, False)
    """
    narrow = to_narrow(to_simplified(text))
    deeds = len(_DEED.findall(narrow))
    dispute, plea = _DISPUTE.search(narrow), _PLEA.search(narrow)
    if not deeds or not (dispute or plea) or not _MATTER.search(narrow):
        return False
    ours = _OURS.search(narrow)
    if _CASE_NAMED.search(narrow) and not (ours and dispute):
        return False
    told_at_length = len(narrow) >= _STORY
    if _ABSTRACT.search(narrow) and not (dispute and (ours or _PARTY.search(narrow)) and told_at_length):
        return False
    if ours:
        return True
    return bool(dispute) and (told_at_length or (bool(plea) and _PARTY.search(narrow) is not None))


def is_disputed(text: str) -> bool:
    """Whether a text says that somebody claims, sues or complains.

    >>> is_disputed("我用AI画了一张图，被画师起诉了。"), is_disputed("我用AI画了一张图。")
    (True, False)
    """
    return _DISPUTE.search(to_narrow(to_simplified(text))) is not None


_ANOTHER = re.compile(
    r"(?:另(?:外)?(?:还)?(?:有)?|第二|还有)(?:一)?(?:起|件|个)(?:案件|案子|案|纠纷|官司|诉讼|事情|争议)|"
    r"(?:两|二|三|几)(?:起|件|个)(?:案件|案子|纠纷|官司|诉讼|争议)|"
    r"\b(?:a second|another|separate(?:ly)?|two) (?:dispute|case|lawsuit|matter|claim)s?\b",
    re.IGNORECASE,
)


def two_disputes(text: str) -> bool:
    """Whether a text says that it tells of more than one dispute.

    >>> two_disputes("第一起：画师起诉我们。另一起纠纷是摄影师投诉我们。"), two_disputes("画师起诉我们。")
    (True, False)
    """
    return _ANOTHER.search(to_narrow(to_simplified(text))) is not None


# What such a suit is about, in general words.
_WRONG = re.compile(r"侵权|著作权|版权|抄袭|律师函|\binfring\w+|\bcopyright\b", re.IGNORECASE)
_SELF = re.compile(r"我|客户|委托人|当事人|\b(?:we|our|client|my|I)\b", re.IGNORECASE)


def asks_without_facts(text: str) -> bool:
    """Whether somebody says that they were sued and asks what to plead, and tells no deed.

    >>> asks_without_facts("我被起诉侵权了，怎么抗辩？"), asks_without_facts("未接触抗辩要证明什么？")
    (True, False)
    """
    # To get a letter is no deed of one's own.
    narrow = re.sub("收到|拿到|received?", "", to_narrow(to_simplified(text)))
    asked = all(one.search(narrow) for one in (_SELF, _DISPUTE, _PLEA, _WRONG))
    return asked and len(narrow) <= _WITHOUT_FACTS and not _DEED.search(narrow)


# Where a text asks, and what it asks when it asks for the defences in other words than these.
_QUESTION = re.compile(r"[^。!?;\n]*(?:[?]|请问|想问|请(?:评估|分析|评价|判断|列|逐项)|怎么看)[^。!?;\n]*[。!?;]?")
_ASKS_TO_PLEAD = re.compile(
    rf"{_PLEA.pattern}|辩|主张|理由|成立|站得住|立得住|站不住|说得通|有用|有道理|赔|侵权|应对|怎么办|评估|评价|分析|行不行|哪条|哪项|哪一?个|"
    r"能(?:怎么|如何|讲|说|提|做)|(?:怎么|如何|怎样)(?:说|讲|排|打|答|回|做|处理|写)|(?:讲|说|提|做|排|打)(?:些)?(?:什么|哪)|顺序|合法来源|合理使用|避风港|脱身|打得出去|能打|认吗|怎么看|胜算|别的|其他|实话|您看|有事吗|对不对|对吧|行吗|成吗|靠谱|有戏|通吗|管用|冤不冤|凭什么|凭啥|怕不怕|"
    r"\bno\?|\bright\?|\bsensible\b|\bsurely\b|\b(?:lawful|legitimate) source\b|\bfair use\b|\bsafe harbou?r\b|\bargu\w+|\bplead|\bavailable\b|\braise\b|\bstand\b|\bworr\w+|\bclaim\b|\bdefend\w*|\boptions?\b|"
    r"\bhow (?:should|can|could|may|might|would|do|strong|far|good)\b|\bwhat else\b|\b(?:answer|respond|rely|carry|hold up|stand up|worth|resist)\b",
    re.IGNORECASE,
)
# A question for the words of the law, for what became of a case, or for who bears the costs, when and where one sues.
_ASKS_TO_BE_SHOWN = re.compile(
    r"(?:法院|法官)(?:的)?(?:回答|答复|为什么|为何|凭什么|凭啥|觉得)|那边的?(?:法院|法官)|法条|条文|条款依据|给到款|给到条|怎么写的|怎么规定|如何规定|规定(?:在|是|了)|哪个法院|哪家法院|怎么判|判的|判了|赔了多少|结果(?:现在|如何|怎)|"
    r"真有这回事|费[^。;!?]{0,12}(?:承担|负担|谁出|要回来)|诉讼时效|管辖|\bwhich (?:article|provision|court)\b|"
    r"\b(?:did|was|were|had|why did) the (?:court|judge)\b|\bheld to be\b|\bwas it held\b|\bin the end\?|\bhow did (?:it|the case) (?:end|turn out)\b",
    re.IGNORECASE,
)

_LAST_WORDS = 16


def asks_to_be_shown(text: str) -> bool:
    """Whether what a text asks for is the words of the law, what became of a case, or how a suit is brought and paid for.

    >>> asks_to_be_shown("他起诉了我，网站怎么被判的？"), asks_to_be_shown("他起诉了我，这个理由说得通吗？")
    (True, False)
    """
    narrow = to_narrow(to_simplified(text))
    return any(map(_ASKS_TO_BE_SHOWN.search, [*_asked(narrow), narrow[-_LAST_WORDS:]]))


def asks_what_to_plead(text: str) -> bool:
    """Whether what a text asks, if it asks anything, is how a party stands, and not something else about law.

    >>> asks_what_to_plead("版权方起诉客户。"), asks_what_to_plead("他起诉了我，这个理由说得通吗？")
    (True, True)
    >>> asks_what_to_plead("画师要起诉网店。想问律师费和公证费能不能让对方承担？")
    False
    """
    asked = _asked(to_narrow(to_simplified(text)))
    return not asks_to_be_shown(text) and (not asked or any(map(_ASKS_TO_PLEAD.search, asked)))


def _asked(narrow: str) -> list[str]:
    return [match[0] for match in _QUESTION.finditer(narrow)]
