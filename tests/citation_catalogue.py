"""A small catalogue for the citation tests: the short names of the contract, two versions of one law, and cases."""

from ingest.document import Kind
from ingest.names import Entry
from ingest.resolve import Catalogue

_STATUTES = [
    Entry("著作权法", "2010-02-26", "中华人民共和国著作权法", effective="2010-04-01", repealed="2021-06-01"),
    Entry("著作权法", "2020-11-11", "中华人民共和国著作权法", ("Copyright Law", "版权法"), effective="2021-06-01"),
    Entry("著作权法实施条例", "2013-01-30", "中华人民共和国著作权法实施条例", effective="2013-03-01"),
    Entry("信息网络传播权保护条例", "2013-01-30", "信息网络传播权保护条例", effective="2013-03-01"),
    Entry("计算机软件保护条例", "2013-01-30", "计算机软件保护条例", effective="2013-03-01"),
    Entry(
        "信息网络传播权司法解释",
        "2020-12-29",
        "最高人民法院关于审理侵害信息网络传播权民事纠纷案件适用法律若干问题的规定",
        ("信息网络传播权规定",),
        effective="2021-01-01",
    ),
    Entry(
        "著作权民事纠纷司法解释",
        "2020-12-29",
        "最高人民法院关于审理著作权民事纠纷案件适用法律若干问题的解释",
        effective="2021-01-01",
    ),
    Entry(
        "惩罚性赔偿司法解释",
        "2021-03-02",
        "最高人民法院关于审理侵害知识产权民事案件适用惩罚性赔偿的解释",
        ("惩罚性赔偿解释", "法释〔2021〕4号"),
        effective="2021-03-03",
    ),
    Entry("知识产权证据规定", "2020-11-16", "最高人民法院关于知识产权民事诉讼证据的若干规定"),
    Entry(
        "生成式人工智能服务管理暂行办法",
        "2023-07-10",
        "生成式人工智能服务管理暂行办法",
        ("暂行办法", "生成式AI暂行办法"),
        effective="2023-08-15",
    ),
    Entry("深度合成管理规定", "2022-11-25", "互联网信息服务深度合成管理规定", effective="2023-01-10"),
    Entry("标识办法", "2025-03-07", "人工智能生成合成内容标识办法", effective="2025-09-01"),
    Entry("民法典", "2020-05-28", "中华人民共和国民法典", ("Civil Code",), effective="2021-01-01"),
    Entry(
        "法发〔2011〕18号",
        "2011-12-16",
        "最高人民法院关于充分发挥知识产权审判职能作用推动社会主义文化大发展大繁荣和促进经济自主协调发展若干问题的意见",
    ),
]
_OTHERS = [
    Entry("(2023)京0491民初11279号", title="李某诉刘某", aliases=("春风案",), kind=Kind.JUDGMENT_DIGEST),
    Entry("(2024)粤0192民初113号", aliases=("奥特曼案", "广州奥特曼案"), kind=Kind.JUDGMENT_DIGEST),
    Entry("(2024)浙0192民初1587号", aliases=("奥特曼案", "杭州奥特曼案"), kind=Kind.JUDGMENT_DIGEST),
    Entry("(2024)浙01民终10332号", aliases=("杭州奥特曼案二审",), kind=Kind.JUDGMENT_DIGEST),
    Entry("(2018)京0491民初239号", aliases=("菲林案",), kind=Kind.JUDGMENT_DIGEST),
    Entry("(2019)京73民终2030号", aliases=("菲林案二审",), kind=Kind.JUDGMENT_DIGEST),
    Entry("北京互联网法院·四画师案", aliases=("四画师案",), kind=Kind.JUDGMENT_DIGEST),
    Entry("Authors Guild v. OpenAI", aliases=("1:23-cv-08292",), kind=Kind.NOTE),
    Entry("欧盟2019年790号指令", aliases=("数字单一市场版权指令",), kind=Kind.NOTE),
    Entry("君合2025", title="从四个案例看五项应对AIGC版权侵权的抗辩思路", kind=Kind.COMMENTARY),
]

CATALOGUE = Catalogue([*_STATUTES, *_OTHERS])
