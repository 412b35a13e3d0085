"""Fact patterns of real kinds, each with the defences that must carry, lead or fail (contract, "The defences")."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

import corpus
from ingest.citation import Citation
from ingest.errors import UnusableInput
from ingest.load import load_document
from rag.answer import ElementStatus, Strength
from rag.defences import DefenceRule, Weighed, analyse, load_rules, weigh
from rag.facts import load_facts, looks_like_facts, read_facts
from rag.library import Library
from rag.question import Language, Question
from rag.store import NewPassage, Store
from rag.verify import admit, written_out

CORPUS = Path(corpus.__file__).parent
DAY = date(2026, 6, 1)
NC, FU, NA, NS = "not_copyrightable", "fair_use", "no_access", "not_similar"
DM, LS, PD = "damages", "legitimate_source", "platform_duty"
WORTH_PLEADING = (Strength.STRONG, Strength.MEDIUM)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Facts; what must be at least medium; one of which must rank first; what must be weak or unavailable."""

    id: str
    facts: str
    expected: tuple[str, ...]
    first: tuple[str, ...]
    excluded: tuple[str, ...]


# a: written before the reading existed; b to f: written while it stood, and each measured before it was mended.
PATTERNS = [
    Pattern(
        "a01",
        "李某用AI软件输入一句提示词直接生成一张樱花少女图，没有做任何修改，也拿不出生成记录。我的客户在公众号文章里用作配图，未收费，收到律师函后当天删除，李某仍起诉索赔5万元。有哪些抗辩？",
        (NC, DM),
        (NC,),
        (FU, LS, PD, NA),
    ),
    Pattern(
        "a02",
        "原告用Stable Diffusion写了上百个提示词，反复调整参数并用Photoshop修改，当庭登录账号展示了全部生成记录。我方电商店铺未经许可把该图用于产品广告，被诉侵权，怎么抗辩？",
        (DM,),
        (DM,),
        (NC, LS, PD, NA, NS, FU),
    ),
    Pattern(
        "a03",
        "一名插画师起诉我们公司，说我们用Midjourney生成的海报抄袭她的水彩插画。我们的设计师从未见过她的作品，她的粉丝只有两百多人，提示词只写了江南雨巷和水彩，没有上传任何参考图，完整的生成记录都在。",
        (NA, DM),
        (NA, NS),
        (NC, LS, PD, FU),
    ),
    Pattern(
        "a04",
        "我司运营一个AI绘画网站，通过API接入第三方大模型，按会员收费，用户输入奥特曼就能生成与迪迦奥特曼高度相似的图。我们没有训练模型，没有设投诉入口，也没有给生成图加标识。权利人起诉索赔30万元，能用什么抗辩？",
        (DM,),
        (DM,),
        (NC, NA, LS, NS, FU, PD),
    ),
    Pattern(
        "a05",
        "某动漫公司起诉我们模型分享社区，因为有用户上传了以其动画角色训练的LoRA。模型由用户自行训练发布，我们没有推荐，设有投诉举报入口和关键词过滤，收到通知当天下架、转通知用户并更新了过滤词。有哪些抗辩？",
        (PD, DM),
        (PD,),
        (NC, LS, NA),
    ),
    Pattern(
        "a06",
        "被告是一家提供LoRA训练和分享功能的平台，首页榜单和推荐位长期展示用户上传的奥特曼模型，收到权利人通知后一直没有处理。被告怎么抗辩？",
        (DM,),
        (DM,),
        (PD, NC, NA, LS, FU),
    ),
    Pattern(
        "a07",
        "我司预训练大语言模型时使用了网上已公开发表的小说，被几名作家起诉。单部作品在语料中占比极小，我们做了去重和输出过滤，测试显示模型不会再现原文。哪项抗辩最合适？",
        (FU, DM),
        (FU, NS),
        (NC, LS),
    ),
    Pattern(
        "a08",
        "客户是个人用户，截取热播动漫女主角的二十多张画面训练了一个LoRA并发布在平台上，任何人都可以用它生成该角色。版权方起诉客户，如何抗辩？",
        (DM,),
        (DM,),
        (FU, NA, NS, NC, LS, PD),
    ),
    Pattern(
        "a09",
        "我在批发市场进了一批印有卡通图案的T恤零售，图案据说是供货商用AI做的。我有进货单、发票和供货商的营业执照，进价也正常，完全不知道图案侵权。现在一位画家起诉我，我能怎么抗辩？",
        (LS, DM),
        (LS,),
        (FU, PD, NC),
    ),
    Pattern(
        "a10",
        "客户是一家印花厂，自己用AI生成知名动漫角色的图案，印制成手机壳对外销售，被版权方起诉。有哪些抗辩可用？",
        (DM,),
        (DM,),
        (LS, FU, NA, NC, PD, NS),
    ),
    Pattern(
        "a11",
        "一位画师指控我用AI模仿她的画风。我承认看过她的作品，但我生成的图在构图、人物和内容上与她的任何一幅画都完全不同，只有风格相近。她已向法院起诉。",
        (NS, DM),
        (NS,),
        (NC, NA, LS, PD),
    ),
    Pattern(
        "a12",
        "原告主张我方抄袭了他公开在社交平台上的一组Midjourney提示词，提示词就是把风格、材质和元素简单罗列在一起。他起诉要求赔偿10万元。",
        (NC, DM),
        (NC,),
        (LS, PD, FU),
    ),
    Pattern(
        "a13",
        "对方用数据库软件自动生成了一份行业分析报告和若干图表，没有人工改写，现在起诉我们网站转载了这份报告。我们有什么抗辩？",
        (NC, DM),
        (NC,),
        (NA, NS, LS),
    ),
    Pattern(
        "a14",
        "我在家里用AI给一本已经出版的小说画了几张插图，只给自己欣赏，从来没有发布或者卖过。作者听说后要起诉我，怎么办？",
        (FU,),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "a15",
        "被告人把他人的画作导入软件图生图微调后制成拼图销售，与原作几乎一样，非法经营数额27万元，检察院以侵犯著作权罪提起公诉。辩护人能主张什么？",
        (DM,),
        (DM,),
        (NS, FU, LS, NC, NA, PD),
    ),
    Pattern(
        "a16",
        "我们运营一款AI视频剪辑软件，素材库里存有热播电视剧的片段，供会员一键生成短视频。版权方起诉我们侵害信息网络传播权。",
        (DM,),
        (DM,),
        (PD, FU, NA, NC, LS),
    ),
    Pattern(
        "a17",
        "客户的App提供AI换脸服务，由平台制作换脸视频模板，用的是一位博主拍摄的古风视频，只换了面部，其余一样。博主起诉。",
        (DM,),
        (DM,),
        (PD, FU, NS, NC, LS),
    ),
    Pattern(
        "a18",
        "原告以Midjourney單次生成的貓咪圖片主張著作權，但未保存任何生成過程，當庭也無法重現。我方把圖片印在商品包裝上，被訴侵權，有哪些抗辯？",
        (NC, DM),
        (NC,),
        (FU, LS, PD, NA),
    ),
    Pattern(
        "a19",
        "We run an online community for sharing AI models. A user uploaded a LoRA imitating a cartoon character owned by the plaintiff. We did not train or recommend it. After receiving the notice we took it down the same day, forwarded the notice to the user and updated our keyword filter. The plaintiff sued us. Which defenses fit?",
        (PD, DM),
        (PD,),
        (NC, LS),
    ),
    Pattern(
        "a20",
        "原告称我方接触过其小说并故意抄袭。实际上我们从未接触过该小说，它只在一个小众论坛连载，阅读量不到一百。我们用AI写的短文，情节和文字都与原告的小说明显不同。",
        (NA, NS, DM),
        (NA, NS),
        (NC, FU, PD, LS),
    ),
    Pattern(
        "b01",
        "我是做自媒体的，从网上下载了一张别人用即梦生成的风景图作文章封面，没赚钱。对方发律师函说那是他的作品，要我赔两万。他只输入了“日落海边”四个字，没改过。我怎么抗辩？",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "b02",
        "某出版社把我方当事人告了，称其插图书被我方用来训练绘画模型。我方的训练语料来自开源数据集，上亿张图片，该书插图占比微乎其微，生成结果里没有发现相似图片。",
        (FU, DM),
        (FU,),
        (NC, LS),
    ),
    Pattern(
        "b03",
        "客户开发了一个AI写作助手，抓取付费墙后的新闻稿件训练模型，用户提问时会逐字输出整段原文。报社起诉客户。",
        (DM,),
        (DM,),
        (FU, NA, NC, LS, NS),
    ),
    Pattern(
        "b04",
        "大学老师在课堂上用AI把一部小说的片段改成短剧演示给学生，只在课堂使用，课后即删除，没有对外发布，并注明了作者和书名。小说作者要起诉学校。",
        (FU,),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "b05",
        "我们是一家小超市，从正规经销商处购进一批抱枕，有采购合同、发票和付款凭证，不知道抱枕上的图案侵权。插画师起诉我们销售侵权商品。",
        (LS, DM),
        (LS,),
        (FU, PD, NC),
    ),
    Pattern(
        "b06",
        "网店店主从厂家进了一批迪士尼米老鼠图案的杯子，没有进货单据，厂家也联系不上，也没看过授权书。版权方起诉店主。",
        (DM,),
        (DM,),
        (LS, FU, PD, NC),
    ),
    Pattern(
        "b07",
        "设计公司员工把竞争对手的原创海报导入AI图生图，稍作修改后用于客户的商业广告，与原海报几乎一样，被对手起诉。",
        (DM,),
        (DM,),
        (NA, NS, FU, NC, LS, PD),
    ),
    Pattern(
        "b08",
        "作曲家诉我方用Suno生成的背景音乐侵犯其歌曲著作权。该歌曲只在一个地方音乐节演出过一次，未在网络传播；我方只输入了曲风和情绪，没有输入任何原曲；两者旋律完全不同，仅曲风类似。",
        (NA, NS, DM),
        (NA, NS),
        (NC, LS, PD, FU),
    ),
    Pattern(
        "b09",
        "平台方被诉：有用户在我们的短视频社区发布了用AI生成的某热播剧角色的二创视频，播放量很小，平台没有编辑推荐。权利人直接起诉，没有事先通知，我们接到诉状后立即删除并通知了用户。",
        (PD, DM),
        (PD,),
        (NC, LS),
    ),
    Pattern(
        "b10",
        "甲公司以其用Midjourney生成并登记的猫咪吊坠图起诉乙公司。甲公司提交不了原始的提示词和生成过程，只在事后重新生成了一遍。乙公司在电商详情页使用了该图。乙公司可以怎么抗辩？",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "b11",
        "王某用文心一格生成了一幅国风图，先后改了三百多版提示词，又用PS后期合成，全部过程都有录屏。丙公司擅自把图印在月饼盒上销售，销售额达80万元，王某起诉丙公司。丙公司有什么抗辩？",
        (DM,),
        (DM,),
        (NC, FU, LS, NA, PD),
    ),
    Pattern(
        "b12",
        "摄影师起诉我司，称我司公众号发布的AI生成的巴黎雨夜图抄袭其摄影作品。我们的编辑没见过那张照片，只输入了一般描述，照片也只在摄影师个人网站上展示，浏览量很少。两图都是雨夜街景，但角度、人物、光线差异明显。",
        (NA, NS, DM),
        (NA, NS),
        (NC, FU, LS, PD),
    ),
    Pattern(
        "b13",
        "我们给一个AI聊天小程序接入了别家的大模型接口，用户可以让它生成皮卡丘的图片，图片与原形象几乎相同。我们按月收会员费，没有过滤词，收到任天堂的投诉后也没有处理。",
        (DM,),
        (DM,),
        (PD, NA, NS, NC, LS, FU),
    ),
    Pattern(
        "b14",
        "我们的文生图网站接入第三方模型，设有关键词过滤、投诉入口、风险提示，生成图都带显著标识。有人绕过过滤词生成了蜘蛛侠图片，权利人发函当天我们就屏蔽了相关词。现在被起诉。",
        (PD, DM),
        (PD,),
        (NC, LS, NA),
    ),
    Pattern(
        "b15",
        "影评博主被电影公司起诉：他在一条评论该电影的视频里引用了十几秒片段并用AI配音，注明了片名和导演，主要是自己的点评。",
        (FU, DM),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "b16",
        "An illustrator sued our client, a small game studio, alleging that a background image the studio generated with Midjourney copies her watercolour. The studio never saw her work, which had fewer than 100 views on a small blog; the prompts were generic and no reference image was uploaded; full generation logs are kept.",
        (NA, DM),
        (NA, NS),
        (NC, LS, PD, FU),
    ),
    Pattern(
        "b17",
        "The plaintiff generated a picture with Midjourney using one simple prompt and no editing, and cannot produce any record of the process. Our company reposted it on its website and was sued. What defenses do we have?",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "b18",
        "被告收集某画师公开的全部三百张画，专门微调出一个模仿该画师的模型并付费提供下载，输出的图与原画高度相似。画师起诉。",
        (DM,),
        (DM,),
        (FU, NA, NS, NC, LS),
    ),
    Pattern(
        "b19",
        "對方主張我們公司抄襲其以AI創作的短篇小說，但他自己承認只輸入了一個標題，全文由ChatGPT自動生成，沒有修改。我們在官網轉載了全文，並未收費。",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "b20",
        "原告主张我司的AI绘图工具用了她的插画训练。我司没有训练模型，底座由供应商提供，我司也无法控制训练数据。用户用工具画的图和原告的画完全不同。我司收到函后立即屏蔽了她的名字。",
        (NS, DM),
        (),
        (NC, LS),
    ),
    Pattern(
        "b21",
        "如果法院认定我们接触过原告的作品怎么办？目前情况是：我们用AI生成的儿歌和原告的儿歌只是题材都是小动物，旋律和歌词明显不同。原告已经起诉。",
        (NS, DM),
        (NS,),
        (NC, LS, PD, FU),
    ),
    Pattern(
        "b22",
        "物流公司的墙面宣传画是委托广告公司用AI做的，广告公司截取了《哪吒》里的形象。版权方起诉物流公司要求赔偿二十万元。",
        (DM,),
        (DM,),
        (NC, FU, LS, NA, PD),
    ),
    Pattern(
        "b23",
        "有人把自己写的AI绘画提示词登记了版权，然后起诉我，说我用同样的提示词生成了类似的图。那段提示词就是一些常见风格词的堆砌。",
        (NC, DM),
        (NC,),
        (LS, PD),
    ),
    Pattern(
        "b24",
        "我司预训练时使用了盗版小说网站的语料，绕过了反爬措施，作家们起诉，称模型能大段复述其小说。经测试，确实可以逐字输出原文段落。",
        (DM,),
        (DM,),
        (FU, NA, NC, LS),
    ),
    Pattern(
        "b25",
        "我方运营开源模型社区，有人上传了画风模仿某插画师的LoRA。插画师发来通知后我们拖了三个月才下架，期间该模型一直在首页热门榜单。插画师起诉。",
        (DM,),
        (DM,),
        (PD, NC, LS),
    ),
    Pattern(
        "c01",
        "我方在商品包装上用了一张图，原告说这张图是他用可灵做的，拿出了一份著作权登记证书，但问他怎么做出来的，他说账号注销了，什么记录都没有。",
        (NC, DM),
        (NC,),
        (LS, PD, NA),
    ),
    Pattern(
        "c02",
        "摄影爱好者老周把我们公司告了：我们官网首页的背景图是实习生用AI生成的，老周说跟他十年前发在贴吧的一张黄山云海照片很像。那个帖子总共三十几个浏览。实习生只是打了黄山日出云海几个词，没喂任何图片。",
        (NA, DM),
        (NA, NS),
        (NC, LS, PD, FU),
    ),
    Pattern(
        "c03",
        "某短剧公司使用AI工具把一部畅销小说改编成短剧并在平台收费播出，人物、情节、对白大量照搬原著，作者起诉。",
        (DM,),
        (DM,),
        (NA, NS, FU, NC, LS, PD),
    ),
    Pattern(
        "c04",
        "我公司做法律大模型，采购了某数据库的授权语料，另外爬取了公开的裁判文书评析文章。文章作者说我们拿他的文章训练侵权。模型不会输出他的原文，他的文章只占训练数据的百万分之一。",
        (FU, DM),
        (FU,),
        (NC, LS),
    ),
    Pattern(
        "c05",
        "文具店老板从批发商那里拿货卖带卡通图案的笔袋，票据都在，批发商还给看过作品登记证书和授权书，老板没想到图案是AI仿的。插画家起诉文具店。",
        (LS, DM),
        (LS,),
        (FU, PD, NC),
    ),
    Pattern(
        "c06",
        "被告系玩具厂，按客户来图开模生产了一批玩偶并批发，来图是AI画的小黄人。被诉侵害复制权、发行权。",
        (DM,),
        (DM,),
        (LS, FU, NA, NC, PD),
    ),
    Pattern(
        "c07",
        "图库网站被起诉：用户投稿的一张AI图片与摄影师的照片相同，网站没有主动推荐，收到投诉两天内删除，并把投诉转给了投稿人，也有举报通道。",
        (PD, DM),
        (PD,),
        (NC, LS),
    ),
    Pattern(
        "c08",
        "我们公司的AI写真小程序内置了古装剧剧照做成的模板，用户上传自拍就能生成自己出演该剧的照片，按张收费。剧方起诉。",
        (DM,),
        (DM,),
        (PD, FU, NC, NA, LS),
    ),
    Pattern(
        "c09",
        "张三在网上看到李四分享的AI壁纸，觉得好看，打印出来挂在自己卧室。李四说壁纸是他用Midjourney做的作品，要告张三。",
        (NC,),
        (NC, FU),
        (LS, PD, NA),
    ),
    Pattern(
        "c10",
        "原告主张其使用豆包生成的一篇产品测评具有著作权。经当庭演示，输入同样的一句话即可得到大同小异的文字；原告承认未作任何改动。我方店铺复制了该测评。",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "c11",
        "被告人陈某以AI去水印、微改的方式复制某插画师的作品，制成挂画在网店出售，被公安机关以侵犯著作权罪移送审查起诉。",
        (DM,),
        (DM,),
        (NS, FU, LS, NC, NA, PD),
    ),
    Pattern(
        "c12",
        "我用Stable Diffusion画了张机甲图发到微博。有个游戏公司说像他们还没上线的游戏里的机甲，要我删除并赔偿。我压根没见过他们的设计，他们也没公开过，我这边每一版的生成记录都留着，而且两台机甲除了都是人形以外完全不一样。",
        (NA, NS, DM),
        (NA, NS),
        (NC, LS, PD, FU),
    ),
    Pattern(
        "c13",
        "网络小说平台改了签约协议，允许用作者的作品训练AI。某作者起诉平台，称未经其同意用其已发表的小说训练大模型。平台说有协议授权，模型输出的是全新的故事，没有复述过原文。",
        (FU, DM),
        (FU, NS),
        (NC, LS),
    ),
    Pattern(
        "c14",
        "广告公司受客户委托用AI做了一支广告歌，被一个流行歌手起诉。歌手的歌家喻户晓，广告公司在提示词里写了歌手的名字和歌名，出来的副歌旋律跟原曲一模一样。",
        (DM,),
        (DM,),
        (NA, NS, FU, NC, LS, PD),
    ),
    Pattern(
        "c15",
        "某高校课题组为科学研究少量复制了几十张已公开的画作用于测试图像模型，仅供课题组内部使用，没有出版发行，也注明了画家姓名。画家起诉学校。",
        (FU,),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "c16",
        "原告是一名AI创作者，他的图经过两百多轮提示词迭代和局部重绘，后台记录完整并做了公证。被告公司未经许可把图用作地铁广告，还去掉了他的署名。被告有没有抗辩空间？",
        (DM,),
        (DM,),
        (NC, NA, NS, FU, LS, PD),
    ),
    Pattern(
        "c17",
        "我们是AI绘画平台，用的是自研模型。原告是一个小画师，说我们模型里有她的画。我们平台没有首页推荐，也没有人投诉过。用户用我们的工具画出的图她认为抄袭了她的画风，但画面内容完全不一样。",
        (NS, DM),
        (NS, FU),
        (NC, LS),
    ),
    Pattern(
        "c18",
        "The prosecutor charges our client with criminal copyright infringement: he used image-to-image AI to slightly alter an artist's paintings and sold the jigsaw puzzles, which are almost identical to the originals.",
        (DM,),
        (DM,),
        (NS, FU, LS, NC, NA, PD),
    ),
    Pattern(
        "c19",
        "We pre-trained a language model on publicly available published novels. An author has sued us. Her book is a tiny fraction of the training data and the model does not reproduce her text.",
        (FU, DM),
        (FU, NS),
        (NC, LS),
    ),
    Pattern(
        "c20",
        "A small gift shop bought mugs from a wholesaler and has all the invoices. It did not know the cat picture on the mugs was infringing. The illustrator sued the shop.",
        (LS, DM),
        (LS,),
        (FU, PD, NC),
    ),
    Pattern(
        "c21",
        "對方以一張AI生成的「半顆愛心」圖起訴我方氣膜裝置，但我方裝置只有半顆愛心的形狀與其圖片相同，其他場景、光影、構圖完全不同。",
        (NS, DM),
        (NS, NC),
        (LS, PD),
    ),
    Pattern(
        "c22",
        "我方只是调用了某大模型的API做了个客服机器人，机器人回答里出现了一段和原告教材几乎相同的文字。原告教材是小众培训机构的内部资料，没有公开发行。我方没有参与模型训练，也没有输入过该教材。",
        (NA, DM),
        (),
        (NC, LS),
    ),
    Pattern(
        "c23",
        "直播间主播卖的T恤印着AI生成的哪吒图案，主播说是工厂代发的，但拿不出进货合同和发票，收到律师函后还继续卖。片方起诉主播。",
        (DM,),
        (DM,),
        (LS, FU, PD, NC, NA),
    ),
    Pattern(
        "c24",
        "原告用某软件自动统计生成了一份影视行业大数据报告，我方公众号节选了其中的折线图和柱状图。原告自己写的分析文字我们没有用。他起诉要三万。",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "c25",
        "模型分享网站上有用户发布了某漫画角色的LoRA，漫画公司三次发函，网站都没有回复，还与该用户就付费下载分成。漫画公司起诉网站。",
        (DM,),
        (DM,),
        (PD, NC, LS, NA),
    ),
    Pattern(
        "d01",
        "客户公司用文生图软件生成的插图被一名插画师起诉，称与其作品相似。客户从未见过该作品，提示词中也没有提到该插画师。应当如何抗辩？",
        (NA, NS, DM),
        (NA, NS),
        (NC, LS, PD),
    ),
    Pattern(
        "d02",
        "A公司未经许可在其官网使用了B设计师利用Midjourney生成的图片，B仅输入了“红色跑车、夜晚、霓虹”三个关键词，未做后期修改。B起诉A公司侵权，A公司可以提出哪些抗辩？",
        (NC, DM),
        (NC,),
        (NA, PD, LS),
    ),
    Pattern(
        "d03",
        "某AI公司在训练大模型时使用了大量受版权保护的图书，被出版社起诉侵犯复制权。该公司主张训练只是学习语言规律，不向公众提供原书内容。最合适的抗辩是什么？",
        (FU,),
        (FU,),
        (NC, LS),
    ),
    Pattern(
        "d04",
        "某视频网站用户上传了用AI换脸技术制作的短视频，权利人起诉视频网站。网站收到通知后立即删除了视频，并设有侵权投诉渠道。网站应如何抗辩？",
        (PD, DM),
        (PD,),
        (NC, LS),
    ),
    Pattern(
        "d05",
        "我司员工用AI生成了一张宣传海报，与某知名动漫角色几乎一样，提示词里直接写了该角色的名字，现在版权方要求赔偿50万元。",
        (DM,),
        (DM,),
        (NA, NS, NC, FU, LS, PD),
    ),
    Pattern(
        "d06",
        "书店销售的一本画册被指含有抄袭他人的AI插图，书店从出版社正规进货，有合同和发票，收到通知后已下架。权利人起诉书店。",
        (LS, DM),
        (LS,),
        (FU, PD),
    ),
    Pattern(
        "d07",
        "原告起诉称，被告开发的AI绘画模型能够生成与其画作风格近似的图像。被告辩称，仅是风格相近，具体画面并不相同，训练所用作品均为网上公开作品，占比极低。",
        (NS, FU, DM),
        (NS, FU),
        (NC, LS),
    ),
    Pattern(
        "d08",
        "原告是Midjourney用户，把一张首次生成的图片登记了美术作品。被告在淘宝店铺的商品页用了同一张图。庭审中原告无法说明提示词，也无法再现生成过程。",
        (NC, DM),
        (NC,),
        (NA, NS, LS, PD, FU),
    ),
    Pattern(
        "d09",
        "学生为了写毕业论文，用AI工具分析了几篇已发表的论文，只供自己学习研究使用，没有公开。论文作者发现后要起诉学生。",
        (FU,),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "d10",
        "某公司将一部正在热播的电视剧全集喂给AI，自动剪成解说短视频在抖音上发布并带货获利百万元，电视剧出品方起诉。",
        (DM,),
        (DM,),
        (NA, NS, NC, LS, FU, PD),
    ),
    Pattern(
        "d11",
        "我们运营的AI音乐网站，用户输入歌名就会生成与周某某热门歌曲旋律几乎一致的音乐，模型是我们自己训练的，没有任何过滤措施，唱片公司发过两次函我们都没理。",
        (DM,),
        (DM,),
        (PD, NA, NS, NC, LS, FU),
    ),
    Pattern(
        "d12",
        "对方说我抄他的AI绘画提示词。提示词一共就八个词，都是“赛博朋克、雨夜、霓虹”这种。他已经起诉。我该怎么应对？",
        (NC, DM),
        (NC,),
        (LS, PD, FU),
    ),
    Pattern(
        "d13",
        "我在自己的公众号上用了张网图，结果原告说这是他用AI做的，要我赔一万块。他提供了从草图、几十轮提示词修改到最终成稿的完整过程记录。我公众号没几个粉丝，也没接广告，收到通知马上就删了。",
        (DM,),
        (DM,),
        (NC, LS, PD, NA, FU, NS),
    ),
    Pattern(
        "d14",
        "客户是印刷厂，受托印刷一本由AI生成插图的绘本，插图被指抄袭知名画家的作品。画家一并起诉印刷厂，印刷厂没有审查委托方的授权文件。",
        (DM,),
        (DM,),
        (LS, FU, NC, PD),
    ),
    Pattern(
        "d15",
        'Our company operates a text-to-image website through a third-party API. Users can enter "Pikachu" and get an almost identical image. We have no filter and no complaint channel, and we ignored the right holder\'s notice. We have been sued.',
        (DM,),
        (DM,),
        (PD, NA, NS, NC, LS, FU),
    ),
    Pattern(
        "d16",
        "我方係一家動漫周邊店，從供應商處購入一批公仔，有發票及進貨單，不知道公仔係用AI仿製他人形象。權利人起訴我方銷售侵權複製品。",
        (LS, DM),
        (LS,),
        (FU, PD, NC),
    ),
    Pattern(
        "d17",
        "李某在某模型社区用其喜欢的漫画主角截图训练了一个LoRA并公开分享，漫画公司起诉李某和该社区。我们代理李某。",
        (DM,),
        (DM,),
        (FU, NA, NS, NC, LS),
    ),
    Pattern(
        "d18",
        "漫画公司起诉某模型社区，因用户李某在社区训练并发布了漫画主角的LoRA。我们代理该社区，社区接到诉状后三日内下架模型、通知了李某并升级了关键词审核，平时也没有对该模型做推荐。",
        (PD, DM),
        (PD,),
        (NC, LS, NA),
    ),
    Pattern(
        "d19",
        "有人起诉我们的电商公司，称商品图与其摄影作品构成实质性相似。我们的商品图由AI根据实拍产品生成，从未接触过他的照片，而且两张图除了都是白底静物以外，角度、光线、道具都不同。",
        (NS, NA, DM),
        (NS, NA),
        (NC, FU, PD, LS),
    ),
    Pattern(
        "d20",
        "某地方电视台用AI自动生成的天气数据图表被一家网站照搬，电视台起诉网站侵犯著作权。网站怎么抗辩？",
        (NC, DM),
        (NC,),
        (NA, LS),
    ),
    Pattern(
        "d21",
        "老师在课堂教学中用AI把某已发表漫画翻译成方言版，打印了三十份发给本班学生，没有对外发行。漫画作者要求赔偿并准备起诉学校。",
        (FU, DM),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "d22",
        "被告人用AI软件对他人插画作细微改动后印成钥匙扣销售，实质内容与原画一致，违法所得十余万元，已被公诉。",
        (DM,),
        (DM,),
        (NS, FU, LS, NC, NA, PD),
    ),
    Pattern(
        "d23",
        "我方AI写作平台输出的一段文字被某作家指控抄袭其未发表的手稿。该手稿从未公开，我方不可能接触。平台接入的是第三方模型。两段文字只是主题类似。作家已起诉。",
        (NA, NS, DM),
        (NA, NS),
        (NC, LS, FU),
    ),
    Pattern(
        "d24",
        "我公司采购了一批AI生成图片素材用于手机游戏，供应商承诺均为原创。现在某画师起诉称其中一张与其作品高度相似，我公司游戏里用了这张图作为登录界面。",
        (DM,),
        (),
        (NC, FU, LS, PD),
    ),
    Pattern(
        "e01",
        "陈某是自由撰稿人，他向ChatGPT输入“写一篇春游作文”，得到一篇短文后原样投稿。我社的公众号转载了这篇短文，陈某要求我社赔偿3000元。我社有哪些抗辩理由？",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "e02",
        "我方是一家广告公司，为客户制作海报时使用AI扩图功能，底图是从网上找的某摄影师的照片，成品保留了照片的主体。摄影师起诉我方。",
        (DM,),
        (DM,),
        (NA, NC, LS, PD, FU),
    ),
    Pattern(
        "e03",
        "我司研发的翻译大模型使用互联网公开语料预训练，某译者发现其公开发表的译文出现在训练集中，起诉我司侵害复制权。模型并不会输出其译文，其译文所占比例可以忽略不计。",
        (FU, DM),
        (FU,),
        (NC, LS),
    ),
    Pattern(
        "e04",
        "某论坛被著作权人起诉，理由是论坛用户发帖分享了用AI仿写的小说续集。论坛未对该帖加精、置顶，接到投诉后第二天即删帖，并将投诉转给发帖人。",
        (PD, DM),
        (PD,),
        (NC, LS),
    ),
    Pattern(
        "e05",
        "夫妻二人经营一家小商店，从厂家批发市场购入印有AI图案的杯子出售，留存了发票和进货单，不清楚图案存在权利争议。权利人以销售侵权商品为由起诉。",
        (LS, DM),
        (LS,),
        (FU, PD),
    ),
    Pattern(
        "e06",
        "被告用AI生成了一组国风人物插画，原告认为抄袭了其同题材插画。经比对，双方仅在题材和水墨风格上相近，人物造型、构图、色彩均明显不同。",
        (NS, DM),
        (NS,),
        (NC, LS, PD),
    ),
    Pattern(
        "e07",
        "我们小程序提供AI头像生成，后台预置了多套热门动漫人物模板，用户付费后套用模板即可生成。动漫公司起诉我们侵权。",
        (DM,),
        (DM,),
        (PD, FU, NA, NC, LS),
    ),
    Pattern(
        "e08",
        "原告以可灵生成了一段视频并主张视听作品著作权，提供了分镜脚本、四十余轮提示词修改和剪辑工程文件。被告在抖音搬运了该视频并用于带货。被告如何抗辩？",
        (DM,),
        (DM,),
        (NC, NA, NS, FU, LS),
    ),
    Pattern(
        "e09",
        "我在自家电脑上用AI把喜欢的歌改编成钢琴曲自己弹着玩，从未上传或传播。音乐公司说我侵权要起诉我。",
        (FU,),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "e10",
        "服装厂接到订单，按客户提供的AI生成的皮卡丘图案生产T恤并交付，任天堂起诉服装厂侵犯复制权。",
        (DM,),
        (DM,),
        (LS, FU, NA, NC, PD),
    ),
    Pattern(
        "e11",
        "平台上有用户训练了某游戏角色的LoRA模型，平台把它放进“热门IP”专区并给予流量奖励，还从付费生成中抽成。游戏公司起诉平台。平台能否以只是技术服务提供者抗辩？",
        (DM,),
        (DM,),
        (PD, NC, LS),
    ),
    Pattern(
        "e12",
        "丙在自己博客上写影评，为评论某电影引用了三张剧照，注明了出处，剧照经AI放大处理。制片方起诉丙。",
        (FU, DM),
        (FU,),
        (NC, LS, PD),
    ),
    Pattern(
        "e13",
        "检察机关指控：被告人雇人用AI批量洗图，将他人画作稍加改动后印成装饰画网售，与原画基本一致，非法获利三十万元。",
        (DM,),
        (DM,),
        (NS, FU, LS, NC, NA, PD),
    ),
    Pattern(
        "e14",
        "一位不知名的独立音乐人起诉我公司，称我公司用AI生成的广告配乐抄袭其歌曲。该歌曲只在本地酒吧演唱过，未在网上发布。我公司创作时只描述了节奏和情绪，未提供任何参考音频，后台日志完整。",
        (NA, DM),
        (NA, NS),
        (NC, LS, PD, FU),
    ),
    Pattern(
        "e15",
        "原告诉称被告照抄其AI提示词库，提示词为“大师杰作、超高清、电影光感”等通用词的组合。",
        (NC, DM),
        (NC,),
        (LS, PD),
    ),
    Pattern(
        "e16",
        "A painter sues us because T-shirts we retail carry an AI-made pattern close to her painting. We bought the T-shirts from a wholesaler with invoices and knew nothing about it.",
        (LS, DM),
        (LS,),
        (FU, PD, NC),
    ),
    Pattern(
        "e17",
        "我們開發的AI繪圖模型係以網上公開圖片預訓練，一名插畫家起訴稱訓練侵害其複製權。其作品只佔訓練資料極小比例，輸出亦不會重現其作品。",
        (FU, DM),
        (FU,),
        (NC, LS),
    ),
    Pattern(
        "e18",
        "公司把竞品公司用AI生成的产品图直接拿来放在自己的详情页，对方起诉。对方提供不了生成时的原始记录，只当庭重新演示了一次，结果完全不同。",
        (NC, DM),
        (NC,),
        (NA, LS, PD, FU),
    ),
    Pattern(
        "e19",
        "客户收到某影视公司的律师函，称客户用AI制作的预告片使用了其电影《流浪地球》的画面。客户承认从电影中截取了十几个镜头，用AI重新调色后商用。",
        (DM,),
        (DM,),
        (NA, NS, NC, LS, PD),
    ),
    Pattern(
        "e20",
        "我们是云服务商，只给AI公司提供算力和存储，被版权方作为共同被告起诉，说我们帮助侵权。我们不知道客户训练了什么，收到通知后马上转给了客户并暂停了涉诉实例。",
        (PD, DM),
        (PD,),
        (NC, LS),
    ),
    Pattern(
        "f01",
        "客户是短视频博主，用AI把自己拍的视频转成某动画工作室的画风，工作室起诉其抄袭。视频里的人物、场景都是客户自己的，与该工作室的任何动画镜头都不相同。",
        (NS, DM),
        (NS,),
        (NC, LS, PD),
    ),
    Pattern(
        "f02",
        "原告系某科技公司，其用自研写稿机器人自动生成财经快讯，未经人工编辑。被告网站转载了数百篇，原告诉请赔偿。",
        (NC, DM),
        (NC,),
        (NA, LS),
    ),
    Pattern(
        "f03",
        "我们是一家AI初创公司，用购买的正版图库和网上抓取的图片训练了文生图模型。一位摄影师起诉说抓取的图片里有他的作品。我们能证明他的图片占比不到百万分之一，也做了输出去重。",
        (FU, DM),
        (FU,),
        (NC, LS),
    ),
    Pattern(
        "f04",
        "手机壳商家在拼多多卖印有AI生成的蜡笔小新图案的手机壳，是从义乌批发商拿的货，有进货单，但没有核实过授权，被版权方投诉后没下架还在卖。版权方起诉商家。",
        (DM,),
        (DM,),
        (LS, FU, PD, NC),
    ),
    Pattern(
        "f05",
        "开源社区里有人上传了一个模仿某歌手声音和曲库的音乐模型，唱片公司给社区发函后，社区四小时内删除模型并封禁账号，还上线了版权过滤。唱片公司仍起诉社区。社区怎么抗辩？",
        (PD, DM),
        (PD,),
        (NC, LS),
    ),
    Pattern(
        "f06",
        "当事人在朋友圈看到一张别人发的AI猫图，设为了自己的微信头像。对方说那是他花了三天、改了八十多版提示词、还用PS精修做出来的，并出示了全部过程文件，要求赔偿2000元，否则起诉。",
        (DM,),
        (DM, FU),
        (NC, LS, PD, NA),
    ),
    Pattern(
        "f07",
        "我公司设计师把竞争对手网站上的插画作为参考图上传到AI工具，生成的包装图与原插画主体造型几乎一致，已用于量产包装，对手起诉索赔一百万。",
        (DM,),
        (DM,),
        (NA, NS, NC, FU, LS, PD),
    ),
    Pattern(
        "f08",
        "被起诉的是一家图文店，顾客拿U盘来打印自己用AI生成的挂画，图文店按张收打印费，画家认为挂画抄袭其作品，把图文店告了。",
        (DM,),
        (DM, NA, NS),
        (LS, NC, FU, PD),
    ),
    Pattern(
        "f09",
        "原告用AI生成了虚拟人形象，只点了一次“随机生成”按钮，随后申请了版权登记。被告在直播中使用了同一虚拟人形象，被诉侵权。",
        (NC, DM),
        (NC,),
        (NA, LS, PD),
    ),
    Pattern(
        "f10",
        "作家协会代表会员起诉某大模型公司，认为其未经许可用会员小说做训练数据，并且模型应读者要求可以续写、复述大段原文。大模型公司使用的是从盗版站下载的电子书。",
        (DM,),
        (DM, NS),
        (FU, NA, NC, LS),
    ),
    Pattern(
        "f11",
        "The defendant is a user who trained a LoRA on screenshots of a hit anime heroine and shared it online. The anime studio sues. What can the user plead?",
        (DM,),
        (DM,),
        (FU, NA, NS, NC, LS, PD),
    ),
    Pattern(
        "f12",
        "某自媒体未经许可转载我方用AI辅助写作的深度报道，我方提供了采访录音、提纲和逐段人工修改稿。请从对方（被告）角度分析可能的抗辩。我方已起诉。",
        (DM,),
        (DM,),
        (NC, NA, NS, LS, PD),
    ),
]


def weighed(facts: str) -> list[Weighed]:
    return weigh(read_facts(facts, load_facts(CORPUS)), load_rules(CORPUS))


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern.id for pattern in PATTERNS])
def test_fact_pattern(pattern: Pattern) -> None:
    ranked = weighed(pattern.facts)
    strength = {one.rule.id: one.strength for one in ranked}
    assert [name for name in pattern.expected if strength[name] not in WORTH_PLEADING] == []
    assert [name for name in pattern.excluded if strength[name] in WORTH_PLEADING] == []
    assert ranked[0].rule.id in (pattern.first or pattern.expected)


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern.id for pattern in PATTERNS])
def test_a_fact_pattern_is_known_as_one(pattern: Pattern) -> None:
    assert looks_like_facts(pattern.facts)


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern.id for pattern in PATTERNS])
def test_order(pattern: Pattern) -> None:
    ranked = weighed(pattern.facts)
    order = list(Strength)
    assert [one.rule.id for one in ranked if one.rule.id == DM] == [DM]
    assert {one.rule.id for one in ranked} == {NC, FU, NA, NS, DM, LS, PD}
    places = [order.index(one.strength) for one in ranked]
    assert places == sorted(places)
    floor = next(one for one in ranked if one.rule.id == DM)
    assert floor.strength in WORTH_PLEADING
    assert [one.rule.id for one in ranked if one.strength is floor.strength][-1] == DM


# --- which element decided, and on which words ------------------------------------------------------------------------

DECIDED = [
    ("b01", NC, "no_personal_choice", ElementStatus.MET, "输入了“日落海边”四个字"),
    ("a02", NC, "no_personal_choice", ElementStatus.UNMET, "上百个提示词"),
    ("a03", NA, "little_known", ElementStatus.MET, "粉丝只有两百多"),
    ("a03", NA, "no_reference_input", ElementStatus.MET, "提示词只写"),
    ("a05", PD, "notice_and_action", ElementStatus.MET, "收到通知当天下架"),
    ("a06", PD, "notice_and_action", ElementStatus.UNMET, "收到权利人通知后一直没有处理"),
    ("a06", PD, "no_knowledge", ElementStatus.UNMET, "首页"),
    ("a09", LS, "lawful_purchase", ElementStatus.MET, "进货单"),
    ("b06", LS, "lawful_purchase", ElementStatus.UNMET, "没有进货单"),
    ("a20", NA, "no_reference_input", ElementStatus.UNKNOWN, None),
    ("b24", FU, "no_unreasonable_harm", ElementStatus.UNMET, "盗版"),
    ("b11", DM, "little_gain", ElementStatus.UNMET, "销售额达80万"),
]


@pytest.mark.parametrize(("id_", "defence", "element", "status", "words"), DECIDED)
def test_element(id_: str, defence: str, element: str, status: ElementStatus, words: str | None) -> None:
    facts = next(pattern.facts for pattern in PATTERNS if pattern.id == id_)
    one = next(one for one in weighed(facts) if one.rule.id == defence)
    found, span = next((own, fact) for rule, own, fact in one.elements if rule.id == element)
    assert found is status
    assert (span.text if span else None) == words
    assert span is None or facts[span.start : span.end] == span.text


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The whole built-in corpus, without vectors."""
    store = Store(tmp_path_factory.mktemp("library") / "store.sqlite")
    numbers = []
    for folder in ("statutes", "judgments", "notes", "commentary"):
        for path in sorted((CORPUS / folder).glob("*.md")):
            document = load_document(path)
            extras = [NewPassage() for _ in document.passages]
            numbers.append(store.insert_pending(document, path.name, path.name, extras).id)
    store.publish(numbers)
    yield Library(store)
    store.close()


def question(facts: str) -> Question:
    language = Language.ENGLISH if facts.isascii() else Language.CHINESE
    return Question(
        raw=facts, text=facts, language=language, injected=False, places=(), cases=(), unheld=(), loose=(), topic=facts
    )


TOLD = [
    pattern
    for pattern in PATTERNS
    if pattern.id in ("a01", "a05", "a07", "a09", "a14", "a15", "a19", "b12", "c09", "d05")
]


@pytest.mark.parametrize("pattern", TOLD, ids=[pattern.id for pattern in TOLD])
def test_every_statement_stands(pattern: Pattern, library: Library) -> None:
    defenses, drafts, _ = analyse(question(pattern.facts), library, CORPUS, DAY)
    admitted = admit(library, drafts, DAY)
    assert admitted.held_back == 0
    assert all(statement.citations for statement in admitted.statements)
    assert all(source.in_force for source in admitted.sources.values())
    text = written_out(admitted.statements, admitted.sources)
    for one in defenses:
        assert one.name in text
        if one.strength in WORTH_PLEADING:
            assert set(one.adverse) <= set(admitted.sources), "adverse authority is always named"


@pytest.mark.parametrize("pattern", TOLD, ids=[pattern.id for pattern in TOLD])
def test_the_words_of_the_facts_are_never_in_quotation_marks(pattern: Pattern, library: Library) -> None:
    """Quotation marks are for sources: every quoted stretch of an answer stands in a source it cites."""
    _, drafts, _ = analyse(question(pattern.facts), library, CORPUS, DAY)
    for draft in drafts:
        if "：\n“" in draft.text:
            assert draft.supports[0].words
            assert draft.supports[0].words in draft.text


def test_every_authority_of_every_defence_is_held(library: Library) -> None:
    for rule in load_rules(CORPUS):
        for key in (*rule.supporting, *rule.adverse, *rule.pending, *(key for _, key in rule.provisions)):
            assert library.place(Citation.parse(key), DAY), key


def test_authorities_lie_inside_the_section_that_the_file_names(library: Library) -> None:
    facts = next(pattern.facts for pattern in PATTERNS if pattern.id == "a05")
    defenses, _, _ = analyse(question(facts), library, CORPUS, DAY)
    rules = {rule.id: rule for rule in load_rules(CORPUS)}
    for one in defenses:
        named = [Citation.parse(key) for key in (*rules[one.id].adverse, *rules[one.id].pending)]
        for key in one.adverse:
            opened = Citation.parse(key)
            assert any(citation.contains(opened) for citation in named), key


def test_pending_cases_are_said_to_be_pending(library: Library) -> None:
    facts = next(pattern.facts for pattern in PATTERNS if pattern.id == "a07")
    _, drafts, _ = analyse(question(facts), library, CORPUS, DAY)
    told = [draft.text for draft in drafts if "四画师" in draft.text and draft.text.startswith("结果未知")]
    assert told
    assert all("未检到判决" in text for text in told)


def test_damages_say_how_much(library: Library) -> None:
    facts = next(pattern.facts for pattern in PATTERNS if pattern.id == "a04")
    _, drafts, _ = analyse(question(facts), library, CORPUS, DAY)
    told = next(draft.text for draft in drafts if draft.text.startswith("可比判赔"))
    assert "诉请300000元，判赔10000元" in told
    assert "300000元（30万元）可与之对照" in told


def test_what_is_missing_is_asked(library: Library) -> None:
    _, _, asked = analyse(question("我们用AI生成的海报被起诉抄袭，怎么抗辩？"), library, CORPUS, DAY)
    assert asked[0].startswith("原告主张权利的是什么")
    assert 2 <= len(asked) <= 4


def test_another_date_opens_other_versions_without_mixing(library: Library) -> None:
    facts = next(pattern.facts for pattern in PATTERNS if pattern.id == "a01")
    _, early, _ = analyse(question(facts), library, CORPUS, date(2021, 7, 1))
    _, late, _ = analyse(question(facts), library, CORPUS, DAY)
    assert [draft.text for draft in early] == [draft.text for draft in late]


# --- the files --------------------------------------------------------------------------------------------------------


def test_an_unknown_fact_in_a_file_is_named(tmp_path: Path) -> None:
    for folder in ("defences", "lexicon"):
        (tmp_path / folder).mkdir()
    (tmp_path / "lexicon" / "facts.yaml").write_text((CORPUS / "lexicon" / "facts.yaml").read_text("utf-8"), "utf-8")
    text = (CORPUS / "defences" / "fair_use.yaml").read_text("utf-8").replace("met: [已发表]", "met: [早已问世]")
    (tmp_path / "defences" / "fair_use.yaml").write_text(text, "utf-8")
    with pytest.raises(UnusableInput, match=r"fair_use\.yaml.*早已问世"):
        load_rules(tmp_path)


def test_the_files_say_when_a_defence_is_excluded() -> None:
    rules: dict[str, DefenceRule] = {rule.id: rule for rule in load_rules(CORPUS)}
    assert all(exclusion.citations for rule in rules.values() for exclusion in rule.excluded_when)
    assert rules[FU].excluded_when
    assert rules[LS].excluded_when
