"""The invented companies, sellers, purposes and comments of the sample. Cities are real, organisations are not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city to travel to, with a second-class fare from 云湖 and a hotel night, in yuan."""

    name: str
    fare_yuan: int
    hotel_yuan: int


CITIES = (
    City("深圳", 538, 500),
    City("上海", 182, 480),
    City("合肥", 148, 400),
    City("苏州", 96, 430),
    City("杭州", 164, 450),
    City("武汉", 276, 420),
    City("成都", 612, 430),
    City("北京", 468, 500),
    City("东莞", 520, 420),
    City("宁波", 205, 410),
)

COMPANIES: dict[str, tuple[str, ...]] = {
    "新能源": ("恒曜新能源公司", "星澜储能公司", "沐光光伏公司", "合众氢动公司"),
    "电子信息": ("澄芯微电子公司", "启衡装备公司", "远岫软件公司", "明策传感公司"),
    "现代商贸": ("万集供应链公司", "朗悦零售集团", "海屿冷链公司", "通衢物流公司"),
    "文旅康养": ("云栖文旅集团", "松间康养公司", "青屿露营公司", "禾风酒店集团"),
    "生物医药": ("博济生物公司", "康禾制药公司", "微芒诊断公司", "衡泰医械公司"),
}

HOTELS = ("澄湖酒店有限公司", "望江商务酒店有限公司", "和悦宾馆有限公司", "会展中心酒店有限公司")
RESTAURANTS = ("云湖湖畔人家餐饮店", "云湖机关食堂管理公司", "云湖平江餐饮有限公司")
TAXI = "云湖出租汽车公司"
GUESTS = ("顾先生", "叶女士", "宋先生", "程女士", "邵先生", "贺先生", "秦女士", "侯先生", "龚女士")
POSTS = ("董事长", "总经理", "副总经理", "投资总监", "项目经理", "选址顾问")
OF_A_FIRM = "企业人员"


@dataclass(frozen=True)
class Choice:
    """Something bought: category, purpose, seller, what the invoice calls it, lines' summaries, tax, bounds in yuan."""

    category: str
    purpose: str
    seller: str
    item: str
    summaries: tuple[str, ...]
    tax_percent: int = 6
    least_yuan: int = 0
    most_yuan: int = 1_000_000


PURCHASES = (
    Choice(
        "宣传印刷",
        "印制招商手册和产业地图",
        "云湖区文华印务有限公司",
        "*印刷品*宣传册",
        ("招商手册 500 册", "产业地图 800 份", "手提袋 1000 个"),
        13,
    ),
    Choice(
        "办公与邮电",
        "购置招商资料用纸和耗材",
        "云湖区晨光办公用品店",
        "*纸制品*办公用纸",
        ("A4 纸和档案盒", "打印耗材", "邮寄招商资料"),
        13,
    ),
    Choice(
        "租赁费",
        "驻点招商办公室租金",
        "沪申商务服务有限公司",
        "*经营租赁*房屋租赁",
        ("驻点办公室租金", "驻点物业费", "会议室租用"),
        9,
        6_000,
    ),
    Choice(
        "会议活动",
        "产业推介会场地和搭建",
        "云湖会展服务有限公司",
        "*会展服务*会议服务",
        ("推介会场地", "舞台和展板搭建", "同声传译"),
        6,
        8_000,
    ),
    Choice(
        "委托咨询",
        "重点产业链招商图谱研究",
        "云策产业研究院有限公司",
        "*研发和技术服务*咨询服务",
        ("产业链图谱研究", "目标企业名录", "项目可行性评估"),
        6,
        15_000,
    ),
    Choice(
        "设备购置",
        "给驻点办公室添置办公设备",
        "云湖区智联办公设备有限公司",
        "*计算机外部设备*打印设备",
        ("A4 黑白打印机", "扫描仪", "便携式计算机"),
        13,
        1_000,
        12_000,
    ),
)

PRAISE = ("票据齐全，同意。", "与招商计划一致，同意。", "", "", "已核对行程和票据，同意。", "同意。")
HEAD_SAYS = ("同意。", "同意，请从严控制后续支出。", "同意。", "")
FINANCE_SAYS = ("复核无误。", "科目和金额相符。", "", "票据、审批齐全，准予支付。")
SENT_BACK = ("住宿发票抬头不对，请换开后再报。", "缺出差审批单，请补传。", "第 2 行事由请写清对接企业。")
REJECTED = ("不属于本经费开支范围，请走单位日常经费。", "活动未事前审批，不能报销。")
DEDUCTED = ("住宿超出当地限额标准，超出部分自理。", "市内交通按实际出差天数核减。", "餐费超出人均标准，核减。")
FINANCE_RETURNED = ("收款单位与发票开票方不一致，请牵头单位核实。",)
VOIDED = ("附件张数有误，重新核定后再编号。",)
BOUNCED = ("收款账号户名不符，银行退票。",)
ASKS = ("请把行程单一并传上来，谢谢。", "这一行能否补充对接企业名称？")

BANKS = ("江苏银行云湖支行", "农业银行云湖支行", "建设银行云湖支行")
CARD_BANK = "工商银行云湖支行"


def every_character() -> str:
    """Return every character of these words, for the specimens' typeface."""
    parts = [*HOTELS, *RESTAURANTS, TAXI, *GUESTS, *POSTS, OF_A_FIRM, *(city.name for city in CITIES)]
    parts += [name for names in COMPANIES.values() for name in names]
    parts += [text for one in PURCHASES for text in (one.purpose, one.seller, one.item, *one.summaries)]
    return "".join(parts)
