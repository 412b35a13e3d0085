"""What names a person or leads to one is replaced before a text leaves the machine, and put back in what returns.

Masked are names of people and firms, telephone and identity numbers, addresses, accounts. A name too many does no harm, since
it comes back; the names under which courts and the corpus know a case stay, or the model could not speak of it.
"""

import re
from collections.abc import Callable, Iterable

from ingest.script import to_narrow

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷"
    "贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄米贝臧戴谈宋庞熊纪舒屈项祝董梁杜阮蓝闵季麻贾路江童颜郭梅盛林"
    "钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘缪解应宗丁宣邓洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲封芮储靳段焦巴侯全班仇宁甘武符刘景詹束"
    "龙叶幸司黎薄印白蒲卓蔺屠蒙池乔闻党翟谭申冉雍桑桂牛边燕尚温庄晏柴瞿阎慕连艾容向古易廖终耿满匡文寇广欧聂勾敖曾关冷沙鞠丰游岳帅涂"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|宇文|长孙|端木|百里|呼延|南宫"
_NAME = rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}](?:某某|某|[\u4e00-\u9fff]{{1,2}}))"
# Behind these words stands a name, whatever the word lists know of it.
_TITLES = (
    r"原告|被告|第三人|上诉人|被上诉人|申请人|被申请人|答辩人|法定代表人|负责人|委托代理人|代理人|联系人|经办人|当事人|委托人|客户|我叫|我是|姓名[:：]?|名叫|叫做|"
    r"律师|作者|画师|画家|摄影师|设计师|插画师|漫画家|作曲家|歌手|员工|同事|朋友|股东|老板|经理|总监|法务|证人"
)
_AFTER_TITLE = re.compile(rf"(?:{_TITLES})[（(:： ]?(?P<name>{_NAME})(?![\u4e00-\u9fff]{{0,1}}(?:公司|法院|省|市|区))")
_BEFORE_TITLE = re.compile(rf"(?P<name>{_NAME})(?:先生|女士|小姐|老师|律师|教授|博士|总监|经理|院长|法官|同学)")
_TWO_CHARACTERS = re.compile(rf"(?P<name>(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}})")
_ENGLISH = re.compile(
    r"(?:\b(?:Mr|Ms|Mrs|Dr|Prof)\.? |\b(?:client|plaintiff|defendant|artist|author|named|called),? )(?P<name>[A-Z][a-z]+(?: [A-Z][a-z.]+){0,2})"
)
_FIRM_END = r"(?:股份有限公司|有限责任公司|有限公司|合伙企业|律师事务所|会计师事务所|(?:科技|文化|传媒|网络|信息|软件|影视|动漫|音乐|出版|广告|设计|商贸|电子|智能|数码|游戏)公司|集团|工作室|出版社|杂志社)"
_FIRM = re.compile(rf"(?P<name>[\u4e00-\u9fffA-Za-z0-9（）()·]{{2,28}}?{_FIRM_END}(?:[\u4e00-\u9fff]{{2,6}}分公司)?)")
# Where the name of a firm begins: behind the last of these.
_BEFORE_FIRM = re.compile(
    r"委托|聘请|原告|被告|第三人|上诉人|申请人|客户|我们|我司|我方|对方|甲方|乙方|委托人|[与和及由向对将给被把在是叫诉告为即系的从到找请替经某家]"
)
_NO_FIRM = re.compile(
    r"^(?:[一这那某该本其多几两]|上述|相关|有关|其他|人工智能|人工|AI|科技|文化|传媒|网络|信息|软件|影视|动漫|音乐|出版|广告|设计|游戏|大型|小型|互联网|平台)*$"
)
_ADDRESS = re.compile(
    r"(?:(?<=住)|(?<=位于)|(?<=地址[:：])|(?<=住址[:：])|(?<=在)|(?<![\u4e00-\u9fff]))(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,7}?市)?[\u4e00-\u9fff]{1,7}?(?:区|县|镇|乡)[\u4e00-\u9fff0-9]{1,14}?(?:路|街|巷|道|弄|村|小区|大厦)"
    r"\d{0,5}(?:号|弄)?(?:\d{1,4}(?:号楼|幢|栋|座|单元|室|层))*"
)
# Kind, and what it looks like in narrow characters; the first that fits takes the words.
_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("邮箱", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("身份证号", re.compile(r"(?<![0-9A-Za-z])\d{6}[ -]?(?:19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[0-9Xx](?![0-9A-Za-z])")),
    ("信用代码", re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RT-UW-Y]{2}\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}(?![0-9A-Za-z])")),
    ("电话", re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")),
    ("电话", re.compile(r"(?<![0-9A-Za-z])(?:\(0\d{2,3}\)|0\d{2,3}[ -])\d{7,8}(?!\d)")),
    ("信用代码", re.compile(r"信用代码[:： ]?(?P<name>[0-9A-Z]{15,20})(?![0-9A-Za-z])")),
    ("证件号", re.compile(r"(?<![0-9A-Za-z])(?:[EGDSPH][0-9A-Z]?\d{7,8})(?![0-9A-Za-z])")),
    ("账号", re.compile(r"(?:QQ|微信|抖音|支付宝|WeChat|wechat)(?:号|群)?[:： ]?(?P<name>[A-Za-z0-9_-]{5,20})")),
    (
        "号码",
        re.compile(
            r"(?<![0-9A-Za-z.])\d(?:[ -]?\d){8,22}(?![0-9A-Za-z]|[ ,.]?\d|\s*(?:元|万|亿|年|月|件|张|幅|人|次))"
        ),
    ),
)
_PLACEHOLDER = re.compile(
    r"[〔\[［【(（]?\s*(姓名|公司|地址|邮箱|身份证号|信用代码|电话|证件号|账号|号码)\s*(\d+)\s*[〕\]］】)）]?"
)
_WHOLE_NAME = re.compile(_NAME)


class Masker:
    """Replaces what names people by 〔姓名1〕 and the like, the same for the same words, and puts them back.

    `spared` are names that stay: those of cases and rules. `people` finds names of people that no title gives away.

    >>> masker = Masker()
    >>> masker.learn("原告张小凡（电话13812345678）起诉")
    >>> masker.mask("张小凡称：打13812345678。")
    '〔姓名1〕称：打〔电话1〕。'
    >>> masker.restore("〔姓名1〕可以主张")
    '张小凡可以主张'
    """

    def __init__(self, spared: Iterable[str] = (), people: Callable[[str], list[str]] | None = None) -> None:
        self._spared = frozenset(spared)
        self._people = people
        self._masks: dict[str, str] = {}
        self._words: dict[tuple[str, str], str] = {}

    def learn(self, text: str) -> None:
        """Find the names and numbers of a private text; from then on they are masked in every text."""
        for kind, words in self._found(text):
            self._mask_of(kind, words)

    def mask(self, text: str) -> str:
        """The text with everything replaced that was learned."""
        # The longest first: 李小龙 must not leave a 龙 behind the mask of 李小.
        for words in sorted(self._masks, key=len, reverse=True):
            text = text.replace(words, self._masks[words])
        return text

    def restore(self, text: str) -> str:
        """The text with the words put back for every mask that was given out, whatever brackets the model left it."""
        return _PLACEHOLDER.sub(lambda match: self._words.get((match[1], match[2]), match[0]), text)

    @property
    def count(self) -> int:
        """How many different words were masked."""
        return len(self._masks)

    def _mask_of(self, kind: str, words: str) -> None:
        if words in self._masks or any(words in name for name in self._spared):
            return
        number = str(sum(1 for known, _ in self._words if known == kind) + 1)
        self._masks[words] = f"〔{kind}{number}〕"
        self._words[kind, number] = words

    def _found(self, text: str) -> list[tuple[str, str]]:
        narrow = to_narrow(text)
        found: list[tuple[str, str]] = []
        taken = [False] * len(text)
        for kind, pattern in _NUMBERS:
            for match in pattern.finditer(narrow):
                start, end = match.span("name") if "name" in pattern.groupindex else match.span()
                if not any(taken[start:end]):
                    taken[start:end] = [True] * (end - start)
                    found.append((kind, text[start:end]))
        found += [("地址", match[0]) for match in _ADDRESS.finditer(text)]
        found += [("公司", name) for match in _FIRM.finditer(text) if (name := _firm(match["name"]))]
        for pattern in (_AFTER_TITLE, _BEFORE_TITLE, _TWO_CHARACTERS, _ENGLISH):
            found += [("姓名", match["name"]) for match in pattern.finditer(text)]
        if self._people:
            found += [("姓名", name) for name in self._people(text) if _WHOLE_NAME.fullmatch(name)]
        return found


def _firm(words: str) -> str | None:
    """The name of the firm in words that may begin in front of it; None for firms in general."""
    end = re.search(_FIRM_END + r"(?:[\u4e00-\u9fff]{2,6}分公司)?$", words)
    head = words[: end.start()] if end else words
    starts = [match.end() for match in _BEFORE_FIRM.finditer(head)]
    head = head[starts[-1] :] if starts else head
    return None if not end or _NO_FIRM.match(head) else head + words[end.start() :]
