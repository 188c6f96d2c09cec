"""Invoices of every family, made here with invented data and varied by a seed, so that reading is tested on our own.

One seed gives one set of facts; one face gives places of labels and values in millimetres; PDF, OFD and photo
writers draw the same face. Nothing here comes from a real invoice.
"""

from __future__ import annotations

import functools
import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from xml.sax.saxutils import escape

import segno
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image, ImageDraw, ImageFilter

from tracker.evidence.rendering.fonts import font
from tracker.kernel.money import capitals

CODE_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
RATES = ((13, "13%"), (9, "9%"), (6, "6%"), (3, "3%"), (1, "1%"))
PLACES = ("淮安", "南京", "苏州", "上海", "合肥", "深圳", "杭州", "北京", "青岛", "成都")
TRADES = ("云锦酒店", "惠民餐饮", "远达会务", "青禾文印", "顺行汽车租赁", "博览展览", "明德咨询", "安澜办公设备")
ENDS = (
    "有限公司",
    "股份有限公司",
    "有限责任公司",
    "服务部",
    "中心（有限合伙）",
    "（集团）有限公司",
    "经营部（个体工商户）",
)
OFFICES = ("发展和改革委员会", "招商服务中心", "商务局", "工业和信息化局", "投资促进中心", "人民政府驻深圳招商联络处")
GOODS = (
    "*住宿服务*住宿费",
    "*餐饮服务*餐费",
    "*会议展览服务*会议服务费",
    "*印刷品*宣传册",
    "*计算机配套产品*打印机",
    "*运输服务*客运服务费",
    "*经纪代理服务*代订机票服务费",
    "*现代服务*咨询服务费",
    "*家具*办公桌",
)
STATIONS = ("淮安东", "上海虹桥", "南京南", "深圳北", "合肥南", "北京南", "苏州北", "杭州东")
PEOPLE = ("样例甲", "样例乙", "样例丙丁", "欧阳样例")


@dataclass(frozen=True)
class Line:
    """One item line; a discount line has neither quantity nor unit."""

    name: str
    spec: str
    unit: str
    quantity: str
    price: str
    amount: int
    rate: str
    tax: int | None


@dataclass(frozen=True)
class Invoice:
    """The invented facts of one invoice, amounts in fen."""

    kind: str
    code: str | None
    number: str
    day: date
    buyer: str
    buyer_id: str | None
    seller: str | None
    seller_id: str | None
    ex_tax: int | None
    tax: int | None
    total: int
    other: int | None = None
    lines: tuple[Line, ...] = ()
    remark: str = ""
    red_of: str | None = None
    passenger: str = ""
    route: tuple[str, str, str, date] | None = None
    air: dict[str, int] = field(default_factory=dict)

    def expected(self, *only: str) -> dict[str, object]:
        """Give the reading this invoice must give, limited to the named fields if any are named."""
        everything: dict[str, object] = {
            "kind": self.kind,
            "invoice_code": self.code,
            "invoice_number": self.number,
            "issue_date": self.day,
            "buyer_name": self.buyer,
            "buyer_tax_id": self.buyer_id,
            "seller_name": self.seller,
            "seller_tax_id": self.seller_id,
            "amount_ex_tax_fen": self.ex_tax,
            "tax_amount_fen": self.tax,
            "other_charges_fen": self.other,
            "total_fen": self.total,
            "red_letter": self.total < 0,
        }
        return {name: everything[name] for name in only} if only else everything


@dataclass(frozen=True)
class Specimen:
    """A made file and what reading it must give."""

    family: str
    seed: int
    name: str
    data: bytes
    expected: dict[str, object]
    items: int | None = None


# ---------------------------------------------------------------- facts


def yuan(fen: int | None) -> str:
    """Write fen with two decimals and no separator, as invoices do."""
    if fen is None:
        return ""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def credit_code(rng: random.Random, start: str) -> str:
    """Give an invented unified credit code whose check character is right (GB 32100)."""
    body = start + "".join(rng.choice(CODE_CHARS) for _ in range(17 - len(start)))
    total = sum(CODE_CHARS.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + CODE_CHARS[(31 - total % 31) % 31]


def _tax_id(rng: random.Random) -> str:
    return rng.choice(
        (
            credit_code(rng, "91320"),
            credit_code(rng, "91320"),
            credit_code(rng, "92310"),
            "".join(rng.choice("0123456789") for _ in range(15)),
            "9" + "".join(rng.choice("0123456789") for _ in range(19)),
        )
    )


def _lines(rng: random.Random, count: int) -> tuple[Line, ...]:
    lines = []
    for _ in range(count):
        percent, rate = rng.choice(RATES)
        quantity, price = rng.randint(1, 9), rng.randint(100, 90_000)
        amount = quantity * price
        lines.append(
            Line(
                rng.choice(GOODS),
                rng.choice(("", "A4", "标准间", "1400*700")),
                rng.choice(("", "张", "次", "台")),
                str(quantity),
                yuan(price),
                amount,
                rate,
                round(amount * percent / 100),
            )
        )
        if rng.random() < 0.2:
            last = lines[-1]
            lines.append(
                replace(
                    last,
                    spec="",
                    unit="",
                    quantity="",
                    price="",
                    amount=-amount // 10,
                    tax=-round(amount // 10 * percent / 100),
                )
            )
    return tuple(lines)


def invoice(seed: int, *, older: bool = False, count: int | None = None) -> Invoice:
    """Invent a VAT invoice: a 20-digit one, or an ``older`` one with code and number."""
    rng = random.Random(f"invoice {seed} {older}")
    day = date(2021 if older else 2024, 1, 1) + timedelta(days=rng.randint(0, 900))
    lines = _lines(rng, count) if count else _lines(rng, rng.randint(1, 5))[:6]
    exempt = rng.random() < 0.15
    if exempt:
        lines = tuple(replace(line, rate="免税", tax=None) for line in lines)
    red = rng.random() < 0.12
    if red:
        lines = tuple(
            replace(line, amount=-abs(line.amount), tax=None if line.tax is None else -abs(line.tax)) for line in lines
        )
    ex_tax = sum(line.amount for line in lines)
    tax = sum(line.tax or 0 for line in lines)
    special = rng.random() < 0.4 and not exempt
    place = rng.choice(PLACES)
    buyer = f"淮安市淮阴区样例{rng.choice(OFFICES)}"
    buyer_id: str | None = credit_code(rng, rng.choice(("11320", "12320")))
    if rng.random() < 0.1:
        buyer, buyer_id = "个人", None
    red_number = f"{day:%y}32" + "".join(rng.choice("0123456789") for _ in range(16))
    if older:
        kind = "增值税电子普通发票"
        code = f"0{rng.choice(('32', '31', '11', '44'))}00{day:%y}00{rng.randint(1, 9)}11"
        number = f"{rng.randint(0, 99_999_999):08d}"
    else:
        kind = "数电发票（增值税专用发票）" if special else "数电发票（普通发票）"
        code = None
        number = f"{day:%y}{rng.choice(('32', '31', '11', '44', '34'))}{rng.choice('0124')}" + "".join(
            rng.choice("0123456789") for _ in range(15)
        )
    remark = rng.choice(("", "", f"入住人：{rng.choice(PEOPLE)} 入住 {day - timedelta(days=3)} 离店 {day}"))
    if red:
        remark = (
            f"被红冲蓝字数电发票号码：{red_number} 红字发票信息确认单编号：{red_number}"
            if not older
            else f"对应正数发票代码:{code}号码:{rng.randint(0, 99_999_999):08d}"
        )
    return Invoice(
        kind,
        code,
        number,
        day,
        buyer,
        buyer_id,
        f"{place}样例{rng.choice(TRADES)}{rng.choice(ENDS)}",
        _tax_id(rng),
        ex_tax,
        tax,
        ex_tax + tax,
        lines=lines,
        remark=remark,
        red_of=red_number if red and not older else None,
    )


def rail(seed: int) -> Invoice:
    """Invent a railway e-ticket."""
    rng = random.Random(f"rail {seed}")
    day = date(2024, 11, 1) + timedelta(days=rng.randint(0, 600))
    total = rng.randint(20, 2000) * 50
    ex_tax = round(total / 1.09)
    start, end = rng.sample(STATIONS, 2)
    number = f"{day:%y}{rng.choice(('32', '31', '11'))}9" + "".join(rng.choice("0123456789") for _ in range(15))
    return Invoice(
        "电子发票（铁路电子客票）",
        None,
        number,
        day,
        f"淮安市淮阴区样例{rng.choice(OFFICES)}",
        credit_code(rng, "12320"),
        None,
        None,
        ex_tax,
        total - ex_tax,
        total,
        passenger=rng.choice(PEOPLE),
        route=(start, end, f"{rng.choice('GDCK')}{rng.randint(1, 9999)}", day - timedelta(days=rng.randint(0, 9))),
    )


def air(seed: int) -> Invoice:
    """Invent an air itinerary: fare and fuel without tax, tax, and a fund that is neither."""
    rng = random.Random(f"air {seed}")
    day = date(2024, 12, 1) + timedelta(days=rng.randint(0, 600))
    fare, fuel = rng.randint(20_000, 300_000), rng.choice((0, 1835, 4587))
    tax, fund, other = round((fare + fuel) * 0.09), 5000, rng.choice((0, 0, 1200))
    start, end = rng.sample(PLACES, 2)
    return Invoice(
        "电子发票（航空运输电子客票行程单）",
        None,
        f"{day:%y}329" + "".join(rng.choice("0123456789") for _ in range(15)),
        day,
        f"淮安市淮阴区样例{rng.choice(OFFICES)}",
        credit_code(rng, "12320"),
        "样例航空股份有限公司",
        None,
        fare + fuel,
        tax,
        fare + fuel + tax + fund + other,
        other=fund + other,
        passenger=rng.choice(PEOPLE),
        route=(start, end, f"MU{rng.randint(1000, 9999)}", day),
        air={"fare": fare, "fuel": fuel, "fund": fund, "other": other},
    )


def fiscal(seed: int) -> Invoice:
    """Invent a fiscal e-bill: 8-digit code, 10-digit number, no tax."""
    rng = random.Random(f"fiscal {seed}")
    day = date(2024, 1, 1) + timedelta(days=rng.randint(0, 900))
    return Invoice(
        "财政电子票据",
        f"32{rng.randint(0, 999_999):06d}",
        f"{rng.randint(0, 9_999_999_999):010d}",
        day,
        f"淮安市淮阴区样例{rng.choice(OFFICES)}",
        credit_code(rng, "11320"),
        "淮安样例人民医院",
        credit_code(rng, "12320"),
        None,
        None,
        rng.randint(1000, 9_000_000),
    )


def qr_text(one: Invoice) -> str:
    """Give the tax QR code's text: the total with a 20-digit number, the amount without tax with an older one."""
    kind = {
        "数电发票（增值税专用发票）": "31",
        "数电发票（普通发票）": "32",
        "增值税电子普通发票": "10",
        "电子发票（航空运输电子客票行程单）": "61",
        "电子发票（铁路电子客票）": "51",
    }[one.kind]
    amount = yuan(one.total if one.code is None else one.ex_tax)
    return (
        f"01,{kind},{one.code or ''},{one.number},{amount},{one.day:%Y%m%d},{'' if one.code is None else '1' * 20},A1B2"
    )


# ---------------------------------------------------------------- faces


@dataclass(frozen=True)
class Word:
    """Some text with its base point in millimetres; ``tag`` names the field it shows, labels have none."""

    x: float
    y: float
    size: float
    text: str
    tag: str = ""
    turn: int = 0


@dataclass
class Face:
    """A page in millimetres: words, and the place of a QR code."""

    wide: float
    high: float
    words: list[Word] = field(default_factory=list)
    code: tuple[str, float, float, float] | None = None

    def put(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 3.2,
        tag: str = "",
        end: bool = False,
        turn: int = 0,
    ) -> None:
        """Place text at its left, or with ``end`` at its right edge."""
        if text:
            self.words.append(Word(x - width(text, size) if end else x, y, size, text, tag, turn))

    def down(self, x: float, y: float, text: str, step: float = 4.2) -> None:
        """Place a side title that is written downwards."""
        for index, char in enumerate(text):
            self.put(x, y + index * step, char)

    def pages(self) -> list[Face]:
        """Give the pages: a face is one page."""
        return [self]


def width(text: str, size: float) -> float:
    """Give the set width: full-width characters one size, others half."""
    return sum(size if ord(char) >= 0x2000 else size / 2 for char in text)


def chinese_day(day: date) -> str:
    """2026年09月18日, as printed."""
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


def digital_face(one: Invoice, rng: random.Random, *, coded: bool = True) -> Face:
    """Give the form of a fully digital invoice: buyer left, seller right."""
    colon, sign = rng.choice("：:"), rng.choice("¥￥")
    id_label = rng.choice(
        ("统一社会信用代码/纳税人识别号", "统一社会信用代码／纳税人识别号", "纳税人识别号/统一社会信用代码")
    )
    dx, dy = rng.uniform(-1, 1), rng.uniform(-1, 1)
    side_titles = rng.random() < 0.85  # some producers draw them as pictures
    face = Face(210, 140)
    title = one.kind.removeprefix("数电发票")
    face.put(70 + dx, 15 + dy, "电子发票" + title, size=6)
    face.put(152, 13 + dy, f"发票号码{colon}")
    face.put(170, 13 + dy + rng.uniform(-0.4, 0.4), one.number, tag="InvoiceNo")
    face.put(152, 19 + dy, f"开票日期{colon}")
    face.put(170, 19 + dy, chinese_day(one.day), tag="IssueDate")
    for x, title, party, party_id, tag in (
        (6, "购买方信息", one.buyer, one.buyer_id, "Buyer"),
        (107, "销售方信息", one.seller, one.seller_id, "Seller"),
    ):
        if side_titles:
            face.down(x + dx, 33 + dy, title)
        face.put(x + 6, 36 + dy, f"名称{colon}")
        _wrapped(face, x + 16, 36 + dy, party or "", room=80 if rng.random() < 0.8 else 46, tag=f"{tag}Name")
        label = id_label + colon
        face.put(x + 6, 46 + dy, label)
        face.put(x + 6 + width(label, 3.2) + rng.uniform(-0.4, 2), 46 + dy, party_id or "", tag=f"{tag}TaxID")
    gap = rng.choice(("", " ", "  "))
    _items_table(face, one, 56 + dy, 5, gap, headline="项目名称")
    _sums(face, one, 97, sign, rng)
    if one.remark:
        face.put(13, 110, one.remark[:60], tag="Note")
    face.down(6, 110, "备注", 6)
    face.put(18, 133, f"开票人{colon}")
    face.put(31, 133, "样例员")
    if rng.random() < 0.5:
        face.words.append(Word(207, 40, 2.5, f"下载次数{colon}1", turn=90))
    if coded:
        face.code = (qr_text(one), 7, 5, 20)
    return face


def long_faces(one: Invoice, rng: random.Random, *, rows: int = 14) -> list[Face]:
    """Give a fully digital invoice over several pages: every page has heads and a 小计, the last one the sums."""
    groups = [one.lines[start : start + rows] for start in range(0, len(one.lines), rows)]
    faces = []
    for number, group in enumerate(groups, 1):
        whole = digital_face(replace(one, lines=group), rng)
        dropped = ("TaxExclusiveTotalAmount", "TaxTotalAmount", "TaxInclusiveTotalAmount")
        kept = [
            word
            for word in whole.words
            if word.tag not in dropped
            and "大写" not in word.text
            and "小写" not in word.text
            and not _is_capitals(word.text)
            and fold_spaces(word.text) != "合计"
        ]
        face = Face(210, 297, kept, whole.code if number == 1 else None)
        bottom = 56 + (rows + 2) * 5
        face.put(20, bottom, "小    计")
        face.put(152, bottom, f"¥{yuan(sum(line.amount for line in group))}", end=True)
        face.put(204, bottom, f"¥{yuan(sum(line.tax or 0 for line in group))}", end=True)
        face.put(190, 8, f"共{len(groups)}页 第{number}页", size=2.5)
        if number == len(groups):
            _sums(face, one, bottom + 12, "¥", rng)
        faces.append(face)
    return faces


def fold_spaces(text: str) -> str:
    """Text without spaces."""
    return "".join(text.split())


def _is_capitals(text: str) -> bool:
    return text.endswith(("整", "分", "角")) and set(text) <= set("ⓧ（负数）零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整")


def older_face(one: Invoice, rng: random.Random, *, coded: bool = True) -> Face:
    """Give the form of an older VAT e-invoice: buyer above, cipher beside it, seller below."""
    colon, sign = rng.choice("：:"), rng.choice("¥￥")
    face = Face(210, 140)
    face.put(70, 15, rng.choice(("江苏", "上海", "")) + "增值税电子普通发票", size=6)
    for y, label, value, tag in (
        (9, "发票代码", one.code or "", "InvoiceCode"),
        (15, "发票号码", one.number, "InvoiceNo"),
        (21, "开票日期", _older_day(one.day, rng), "IssueDate"),
        (27, "校 验 码", "12345 67890 12345 67890", ""),
    ):
        face.put(152, y, label + colon)
        face.put(170, y, value, tag=tag)
    face.put(20, 27, f"机器编号{colon}")
    face.put(38, 27, "661234567890")
    for y, title, party, party_id, tag in (
        (34, "购买方", one.buyer, one.buyer_id, "Buyer"),
        (107, "销售方", one.seller, one.seller_id, "Seller"),
    ):
        face.down(6.5, y + 2, title, 5)
        face.put(13, y, f"名        称{colon}")
        face.put(37, y, party or "", tag=f"{tag}Name")
        face.put(13, y + 5, f"纳税人识别号{colon}")
        face.put(37, y + 5, party_id or "", size=4.2 if width(party_id or "", 4.2) < 60 else 3.2, tag=f"{tag}TaxID")
        face.put(13, y + 10, f"地 址、电 话{colon}")
        face.put(37, y + 10, "样例路1号 0517-80000000")
        face.put(13, y + 15, f"开户行及账号{colon}")
        face.put(37, y + 15, "样例银行淮安分行 6212000000000000")
    face.down(121, 36, "密码区", 6)
    for row in range(4):
        face.put(127, 35 + row * 5, "03*2<+8/4-9>1762*<5+0/3-<81", size=4)
    _items_table(face, one, 57, 4.5, "  ", headline=rng.choice(("货物或应税劳务、服务名称", "项目名称")))
    _sums(face, one, 100, sign, rng)
    face.down(121, 108, "备注", 8)
    if one.remark:
        face.put(127, 108, one.remark[:40], tag="Note")
    face.put(13, 130, f"收款人{colon}样例员")
    face.put(95, 130, f"开票人{colon}样例员")
    face.put(150, 130, f"销售方{colon}(章)")
    if coded:
        face.code = (qr_text(one), 8, 4, 20)
    return face


def _older_day(day: date, rng: random.Random) -> str:
    return rng.choice(
        (
            chinese_day(day),
            f"{day.year} 年 {day.month:02d} 月 {day.day:02d} 日",
            f"{day.year}  {day.month:02d}  {day.day:02d}",
        )
    )


def _wrapped(face: Face, x: float, y: float, text: str, *, room: float, tag: str) -> None:
    if width(text, 3.2) <= room:
        face.put(x, y, text, tag=tag)
        return
    half = int(room // 3.2)
    face.put(x, y - 1.9, text[:half], tag=tag)
    face.put(x, y + 1.9, text[half:], tag=tag)


def _items_table(face: Face, one: Invoice, top: float, step: float, gap: str, *, headline: str) -> None:
    heads = (
        (6 if len(headline) > 4 else 18, headline, ""),
        (47, "规格型号", ""),
        (70, f"单{gap}位", ""),
        (92, f"数{gap}量", ""),
        (112, f"单{gap}价", ""),
        (140, f"金{gap}额", ""),
        (158, "税率/征收率" if one.code is None else "税率", ""),
        (190, f"税{gap}额", ""),
    )
    for x, text, tag in heads:
        face.put(x, top, text, tag=tag)
    for index, line in enumerate(one.lines, 1):
        y = top + index * step
        for x, text, tag, end in (
            (5, line.name, "Item", False),
            (47, line.spec, "", False),
            (71, line.unit, "", False),
            (97, line.quantity, "Quantity", True),
            (127, line.price, "Price", True),
            (152, yuan(line.amount), "Amount", True),
            (166, line.rate, "TaxScheme", True),
            (204, "***" if line.tax is None else yuan(line.tax), "TaxAmount", True),
        ):
            face.put(x, y, text, tag=tag and f"{tag} {index}", end=end)


def _sums(face: Face, one: Invoice, y: float, sign: str, rng: random.Random) -> None:
    exempt = all(line.tax is None for line in one.lines)
    face.put(20, y - 4, rng.choice(("合计", "合 计", "合    计", "合        计")))
    face.put(152, y - 4, sign + yuan(one.ex_tax), tag="TaxExclusiveTotalAmount", end=True)
    face.put(204, y - 4, "***" if exempt else sign + yuan(one.tax), tag="TaxTotalAmount", end=True)
    face.put(17, y + 2.5, rng.choice(("价税合计（大写）", "价税合计(大写)")))
    words = capitals(abs(one.total)).replace("元", rng.choice("圆元"))
    face.put(62, y + 2.5, ("ⓧ" if rng.random() < 0.3 else "") + ("（负数）" if one.total < 0 else "") + words)
    face.put(145, y + 2.5, rng.choice(("（小写）", "(小写)")))
    face.put(157, y + 2.5, sign + yuan(one.total), tag="TaxInclusiveTotalAmount", size=3.6)


def rail_face(one: Invoice, rng: random.Random) -> Face:
    """Give the form of a railway e-ticket; tax is not printed."""
    colon = rng.choice("：:")
    assert one.route is not None
    start, end, train, travel = one.route
    face = Face(200, 125)
    face.put(60, 12, one.kind, size=6)
    face.put(10, 22, f"发票号码{colon}{one.number}")
    face.put(75, 22, "国家税务总局样例税务局", size=3)
    face.put(140, 22, f"开票日期{colon}{chinese_day(one.day)}")
    face.put(18, 38, f"{start}站", size=5)
    face.put(90, 38, train, size=5)
    face.put(150, 38, f"{end}站", size=5)
    face.put(18, 50, chinese_day(travel))
    face.put(70, 50, "08:12开")
    face.put(105, 50, "06车12F号")
    face.put(155, 50, "二等座")
    face.put(18, 62, f"票价{colon}{rng.choice('¥￥')}{yuan(one.total)}")
    face.put(18, 72, f"3208041990****0000  {one.passenger}")
    face.put(18, 82, f"电子客票号{colon}{one.number[:16]}123456")
    face.put(10, 92, f"购买方名称{colon}{one.buyer}")
    face.put(110, 92, f"统一社会信用代码{colon}{one.buyer_id}")
    return face


def air_face(one: Invoice, rng: random.Random) -> Face:
    """Give the form of an air itinerary: amounts stand below their heads."""
    assert one.route is not None
    start, end, flight, travel = one.route
    face = Face(210, 148)
    face.put(55, 12, one.kind, size=5)
    face.put(140, 25, "发票号码：")
    face.put(156, 25, one.number)
    face.put(8, 32, "旅客姓名")
    face.put(50, 32, "有效身份证件号码")
    face.put(130, 32, "签注")
    face.put(10, 38, one.passenger)
    face.put(50, 38, "320804********0000")
    for x, head in (
        (40, "承运人"),
        (60, "航班号"),
        (80, "座位等级"),
        (100, "日期"),
        (120, "时间"),
        (140, "客票级别/客票类别"),
    ):
        face.put(x, 45, head)
    face.put(8, 51, f"自: {start}")
    face.put(40, 54, "样航")
    face.put(60, 54, flight)
    face.put(84, 54, "Y")
    face.put(98, 54, travel.isoformat())
    face.put(120, 54, "18:30")
    face.put(8, 57, f"至: {end}")
    heads = (
        ("票价", one.air["fare"]),
        ("燃油附加费", one.air["fuel"]),
        ("增值税税率", None),
        ("增值税税额", one.tax),
        ("民航发展基金", one.air["fund"]),
        ("其他税费", one.air["other"]),
        ("合计", one.total),
    )
    right = rng.random() < 0.5
    for index, (head, amount) in enumerate(heads):
        x = 25 + index * 25
        face.put(x, 100, head, end=right)
        face.put(x, 106, "9%" if amount is None else f"CNY {yuan(amount)}", end=right)
    face.put(8, 115, "电子客票号码：7841234567890")
    face.put(80, 115, "验证码：7890")
    face.put(8, 122, "销售网点代号：SHA001")
    face.put(80, 122, f"填开单位：{one.seller}")
    face.put(150, 122, f"填开日期：{one.day.isoformat()}")
    face.put(8, 129, f"购买方名称：{one.buyer}")
    face.put(110, 129, f"统一社会信用代码/纳税人识别号：{one.buyer_id}")
    face.code = (qr_text(one), 180, 60, 22)
    return face


def fiscal_face(one: Invoice, rng: random.Random) -> Face:
    """Give the form of a fiscal e-bill."""
    colon = rng.choice("：:")
    face = Face(210, 140)
    face.put(60, 14, rng.choice(("江苏省医疗门诊收费票据（电子）", "江苏省非税收入统一票据（电子）")), size=5)
    for x, y, label, value in (
        (10, 25, "票据代码", one.code or ""),
        (130, 25, "票据号码", one.number),
        (10, 31, "交款人统一社会信用代码", one.buyer_id or ""),
        (130, 31, "校验码", "a1b2c3"),
        (10, 37, "交款人", one.buyer),
        (130, 37, "开票日期", rng.choice((chinese_day(one.day), one.day.isoformat()))),
    ):
        face.put(x, y, label + colon)
        face.put(x + width(label, 3.2) + 2, y, value)
    for x, text in (
        (10, "项目编码"),
        (50, "项目名称"),
        (90, "单位"),
        (110, "数量"),
        (130, "标准"),
        (160, "金额（元）"),
        (190, "备注"),
    ):
        face.put(x, 46, text)
    for x, text in ((10, "103"), (50, "检查费"), (110, "1"), (160, yuan(one.total))):
        face.put(x, 52, text)
    face.put(10, 100, "金额合计（大写）")
    face.put(40, 100, capitals(one.total).replace("元", "圆"))
    face.put(130, 100, "（小写）")
    face.put(144, 100, rng.choice(("¥", "")) + yuan(one.total))
    face.put(10, 120, f"收款单位（章）{colon}")
    face.put(36, 120, one.seller or "")
    face.put(100, 120, f"复核人{colon}样例丁")
    face.put(150, 120, f"收款人{colon}样例丙")
    return face


def ticket(seed: int) -> Invoice:
    """Invent a taxi, toll or fixed-amount ticket, which has a code, a number and one amount."""
    rng = random.Random(f"ticket {seed}")
    day = date(2024, 1, 1) + timedelta(days=rng.randint(0, 900))
    kind = rng.choice(("出租车发票", "定额发票", "通行费发票"))
    return Invoice(
        kind,
        f"132{rng.randint(0, 999_999_999):09d}",
        f"{rng.randint(0, 99_999_999):08d}",
        day,
        "",
        None,
        None,
        None,
        None,
        None,
        rng.randint(1, 60) * 50,
    )


def ticket_face(one: Invoice, rng: random.Random) -> Face:
    """Give the form of a ticket: a title, code, number, and one amount; fixed-amount tickets bear no day."""
    colon = rng.choice("：:")
    title = {
        "出租车发票": "江苏省出租汽车专用发票",
        "定额发票": "国家税务总局江苏省税务局通用定额发票",
        "通行费发票": "江苏省高速公路通行费发票",
    }[one.kind]
    face = Face(90, 120)
    face.put(8, 12, title, size=3.6)
    face.put(8, 24, f"发票代码{colon}{one.code}")
    face.put(8, 31, f"发票号码{colon}{one.number}")
    if one.kind != "定额发票":
        face.put(8, 45, f"日期{colon}{one.day.isoformat()}")
        face.put(8, 52, f"时间{colon}08:12-08:40")
        face.put(8, 59, f"里程{colon}12.4公里")
    face.put(8, 70, f"金额{colon}{rng.choice(('¥', '￥', ''))}{yuan(one.total)}元")
    return face


# ---------------------------------------------------------------- PDF

RADICALS = dict(zip("日月用方金大小人见长门车风食", "⽇⽉⽤⽅⾦⼤⼩⼈⻅⻓⻔⻋⻛⻝", strict=True))


def pdf(
    faces: list[Face],
    *,
    order: str = "inline",
    info: dict[str, str] | None = None,
    attached: dict[str, bytes] | None = None,
    radicals: bool = False,
    rotate: int = 0,
    scale: float = 1.0,
    offset: tuple[float, float] = (0.0, 0.0),
) -> bytes:
    """Write faces as a PDF with a real text layer; ``stacked`` stores all labels first, then all values."""
    writer = _Pdf(radicals=radicals)
    for face in faces:
        writer.page(face, order=order, rotate=rotate, scale=scale, offset=offset)
    return writer.finish(info or {}, attached or {})


@functools.cache
def box_font() -> bytes:
    """Give a font file whose every glyph is a box, so that PDF text has real outlines without a font of anybody's."""
    pen = TTGlyphPen(None)
    for corner, point in enumerate(((50, -100), (50, 800), (450, 800), (450, -100))):
        (pen.lineTo if corner else pen.moveTo)(point)
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap({0x25A1: "box"})
    builder.setupGlyf({".notdef": box, "box": box})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "box": (1000, 50)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Specimen", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


class _Pdf:
    """A small PDF writer whose font states what each glyph means, as real producers do."""

    def __init__(self, *, radicals: bool) -> None:
        self.objects: list[bytes] = [b"", b"", b"", b"", b"", b""]
        self.glyphs: dict[str, int] = {}
        self.radicals = radicals
        self.kids: list[int] = []

    def add(self, content: bytes) -> int:
        self.objects.append(content)
        return len(self.objects)

    def stream(self, content: bytes, extra: bytes = b"") -> int:
        packed = zlib.compress(content)
        return self.add(b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (extra, len(packed), packed))

    def page(self, face: Face, *, order: str, rotate: int, scale: float, offset: tuple[float, float]) -> None:
        point = 72 / 25.4 * scale
        wide, high = face.wide * point + offset[0], face.high * point + offset[1]
        words = face.words if order == "inline" else sorted(face.words, key=lambda word: bool(word.tag))
        out = []
        for word in words:
            x, y = word.x * point + offset[0], high - word.y * point - offset[1]
            turn = (0, -1, 1, 0) if word.turn else (1, 0, 0, 1)
            if rotate:
                x, y, turn = high - y, x, (0, 1, -1, 0) if not word.turn else (1, 0, 0, 1)
            out.append(
                f"BT /F1 {word.size * point:.3f} Tf {turn[0]} {turn[1]} {turn[2]} {turn[3]} {x:.3f} {y:.3f} Tm "
                f"<{self._encode(word.text)}> Tj ET"
            )
        if face.code and not rotate:
            text, left, top, side = face.code
            matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
            step = side * point / len(matrix)
            for row, cells in enumerate(matrix):
                for column, dark in enumerate(cells):
                    if dark:
                        out.append(
                            f"{left * point + offset[0] + column * step:.2f} "
                            f"{high - top * point - offset[1] - (row + 1) * step:.2f} {step:.2f} {step:.2f} re f"
                        )
        content = self.stream("\n".join(out).encode())
        box = f"{high:.2f} {wide:.2f}" if rotate else f"{wide:.2f} {high:.2f}"
        turned = f"/Rotate {rotate}" if rotate else ""
        self.kids.append(
            self.add(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {box}]{turned}/Contents {content} 0 R"
                "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
            )
        )

    def _encode(self, text: str) -> str:
        return "".join(f"{self.glyphs.setdefault(char, len(self.glyphs) + 1):04X}" for char in text)

    def finish(self, info: dict[str, str], attached: dict[str, bytes]) -> bytes:
        meanings = "\n".join(f"<{code:04X}> <{self._meaning(char)}>" for char, code in self.glyphs.items())
        chunks = meanings.splitlines()
        blocks = "\n".join(
            f"{len(chunks[i : i + 100])} beginbfchar\n" + "\n".join(chunks[i : i + 100]) + "\nendbfchar"
            for i in range(0, len(chunks), 100)
        )
        cmap = self.stream(
            (
                "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
                "1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + blocks + "\nendcmap end end"
            ).encode()
        )
        to_box = self.stream(b"\0\1" * (len(self.glyphs) + 2))
        outlines = self.stream(box_font(), b"/Length1 %d" % len(box_font()))
        narrow = " ".join(f"{code} [500]" for char, code in self.glyphs.items() if ord(char) < 0x2000)
        self.objects[0] = b"<</Type/Catalog/Pages 2 0 R%s>>" % self._names(attached)
        self.objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (
            b" ".join(b"%d 0 R" % kid for kid in self.kids),
            len(self.kids),
        )
        self.objects[2] = (
            f"<</Type/Font/Subtype/Type0/BaseFont/Specimen/Encoding/Identity-H"
            f"/DescendantFonts[4 0 R]/ToUnicode {cmap} 0 R>>"
        ).encode()
        self.objects[3] = (
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/Specimen/CIDSystemInfo<</Registry(Adobe)"
            f"/Ordering(Identity)/Supplement 0>>/DW 1000/W[{narrow}]/FontDescriptor 5 0 R/CIDToGIDMap {to_box} 0 R>>"
        ).encode()
        self.objects[4] = (
            b"<</Type/FontDescriptor/FontName/Specimen/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0"
            b"/Ascent 880/Descent -120/CapHeight 700/StemV 80/FontFile2 %d 0 R>>" % outlines
        )
        entries = "".join(f"/{key} <FEFF{value.encode('utf-16-be').hex()}>" for key, value in info.items())
        self.objects[5] = f"<<{entries}>>".encode()
        out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
        for number, content in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        table = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(self.objects) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(self.objects) + 1, table)
        return bytes(out)

    def _meaning(self, char: str) -> str:
        if self.radicals:
            char = RADICALS.get(char, char)
        return char.encode("utf-16-be").hex().upper()

    def _names(self, attached: dict[str, bytes]) -> bytes:
        if not attached:
            return b""
        specs = []
        for name, content in sorted(attached.items()):
            stream = self.stream(content, b"/Type/EmbeddedFile")
            spec = self.add(f"<</Type/Filespec/F({name})/UF({name})/EF<</F {stream} 0 R>>>>".encode())
            specs.append(f"({name}) {spec} 0 R")
        return f"/Names<</EmbeddedFiles<</Names[{' '.join(specs)}]>>>>".encode()


# ---------------------------------------------------------------- OFD

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


@dataclass(frozen=True)
class OfdQuirks:
    """The ways real OFD files differ: page box, parts, prefixes, tag files."""

    box: str = "0 0 210 140"
    max_unit: bool = True
    stray_page: bool = False
    broken_tag: bool = False
    absolute: bool = False


def ofd(
    face: Face,
    *,
    tag: str = "",
    values: dict[str, str] | None = None,
    attached: dict[str, bytes] | None = None,
    quirks: OfdQuirks | None = None,
    coded: bool = True,
) -> bytes:
    """Write a face as an OFD: labels in a template, values on the page, tags pointing at page objects."""
    quirks = quirks or OfdQuirks()
    parts: dict[str, bytes] = {}
    labels: list[str] = []
    shown: list[str] = []
    ids: dict[str, list[int]] = {}
    for number, word in enumerate(face.words, 100):
        text = _text_object(number, word)
        (shown if word.tag else labels).append(text)
        if word.tag:
            ids.setdefault(word.tag, []).append(number)
    media = picture = ""
    if face.code and coded:
        text, left, top, side = face.code
        parts["Doc_0/Res/code.png"] = _code_png(text)
        media = '<ofd:MultiMedia ID="9" Type="Image"><ofd:MediaFile>code.png</ofd:MediaFile></ofd:MultiMedia>'
        picture = (
            f'<ofd:ImageObject ID="8" CTM="{side} 0 0 {side} 0 0" Boundary="{left} {top} {side} {side}" '
            'ResourceID="9"/>'
        )
    page = "Content_0.xml" if quirks.stray_page else "Pages/Page_0/Content.xml"
    root = "/Doc_0/" if quirks.absolute else ""
    parts["OFD.xml"] = (
        f'<ofd:OFD {OFD} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>'
        "<ofd:CustomDatas>"
        + "".join(
            f'<ofd:CustomData Name="{name}">{escape(value)}</ofd:CustomData>' for name, value in (values or {}).items()
        )
        + "</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    ).encode()
    parts["Doc_0/Document.xml"] = (
        f"<ofd:Document {OFD}><ofd:CommonData>{'<ofd:MaxUnitID>999</ofd:MaxUnitID>' if quirks.max_unit else ''}"
        f"<ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea>"
        f'<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes><ofd:TemplatePage ID="2" BaseLoc="{root}Tpls/Content.xml"/>'
        f'</ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="{root}{page}"/></ofd:Pages>'
        + ("<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>" if tag else "")
        + ("<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>" if attached else "")
        + "</ofd:Document>"
    ).encode()
    parts["Doc_0/DocumentRes.xml"] = (
        f'<ofd:Res {OFD} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="5" FontName="宋体"/></ofd:Fonts>'
        f"<ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>"
    ).encode()
    line = (
        '<ofd:PathObject ID="7" Boundary="4.5 30 201 0.25" LineWidth="0.25"><ofd:StrokeColor Value="128 0 0"/>'
        "<ofd:AbbreviatedData>M 0 0 L 201 0</ofd:AbbreviatedData></ofd:PathObject>"
    )
    parts["Doc_0/Tpls/Content.xml"] = _page_part("", line + "".join(labels), "")
    parts[f"Doc_0/{page}"] = _page_part(quirks.box, "".join(shown) + picture, '<ofd:Template TemplateID="2"/>')
    if tag:
        parts["Doc_0/Tags/CustomTags.xml"] = (
            f'<ofd:CustomTags {OFD}><ofd:CustomTag TypeID="root"><ofd:FileLoc>'
            "CustomTag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>"
        ).encode()
        parts["Doc_0/Tags/CustomTag.xml"] = _tag_part(tag, ids, broken=quirks.broken_tag)
    if attached:
        listed = "".join(
            f'<ofd:Attachment ID="{number}" Name="data" Format="xbrl"><ofd:FileLoc>{name}</ofd:FileLoc>'
            "</ofd:Attachment>"
            for number, name in enumerate(attached, 900)
        )
        parts["Doc_0/Attachs/Attachments.xml"] = f"<ofd:Attachments {OFD}>{listed}</ofd:Attachments>".encode()
        parts |= {f"Doc_0/Attachs/{name}": content for name, content in attached.items()}
    return zipped(parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    """Pack parts into a ZIP with fixed times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _page_part(box: str, content: str, template: str) -> bytes:
    area = f"<ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>" if box else ""
    return (
        f'<ofd:Page {OFD}>{area}{template}<ofd:Content><ofd:Layer ID="3">{content}</ofd:Layer></ofd:Content></ofd:Page>'
    ).encode()


def _text_object(number: int, word: Word) -> str:
    size, text = word.size, word.text
    steps = " ".join(f"{size if ord(char) >= 0x2000 else size / 2:.4f}" for char in text[:-1])
    wide = width(text, size)
    matrix = ' CTM="0 1 -1 0 0 0"' if word.turn else ""
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{word.x:.3f} {word.y - size:.3f} {wide:.3f} {size * 1.3:.3f}" '
        f'Font="5" Size="{size}"{matrix}><ofd:TextCode X="0" Y="{size:.3f}" DeltaX="{steps}">{escape(text)}'
        "</ofd:TextCode></ofd:TextObject>"
    )


def _tag_part(style: str, ids: dict[str, list[int]], *, broken: bool) -> bytes:
    """Tags in the flat style, or with the names of the data file; a broken one has prefixes nobody declared."""

    def reference(tag: str) -> str:
        return "".join(f'<ofd:ObjectRef PageRef="1">{number}</ofd:ObjectRef>' for number in ids.get(tag, ()))

    if style == "flat":
        body = "".join(
            f"<ofd:{tag}>{reference(tag)}</ofd:{tag}>"
            for tag in (
                "InvoiceCode",
                "InvoiceNo",
                "IssueDate",
                "TaxExclusiveTotalAmount",
                "TaxTotalAmount",
                "TaxInclusiveTotalAmount",
                "Note",
            )
            if tag in ids
        )
        for party in ("Buyer", "Seller"):
            body += (
                f"<ofd:{party}><ofd:{party}Name>{reference(f'{party}Name')}</ofd:{party}Name>"
                f"<ofd:{party}TaxID>{reference(f'{party}TaxID')}</ofd:{party}TaxID></ofd:{party}>"
            )
        whole = f"<ofd:root {OFD}>{body}</ofd:root>"
    else:
        names = {
            "BuyerName": "BuyerName",
            "BuyerIdNum": "BuyerTaxID",
            "SellerName": "SellerName",
            "SellerIdNum": "SellerTaxID",
            "TotalAmWithoutTax": "TaxExclusiveTotalAmount",
            "TotalTaxAm": "TaxTotalAmount",
        }
        body = "".join(f"<ofd:{name}>{reference(tag)}</ofd:{name}>" for name, tag in names.items())
        sign = "".join(f'<ofd:ObjectRef PageRef="1">{number}</ofd:ObjectRef>' for number in ids.get("sign", ()))
        whole = (
            f"<ofd:EInvoice {OFD}><ofd:EInvoiceData>{body}<ofd:TotalTax-includedAmount>{sign}"
            f"</ofd:TotalTax-includedAmount></ofd:EInvoiceData><ofd:TaxSupervisionInfo><ofd:InvoiceNumber>"
            f"{reference('InvoiceNo')}</ofd:InvoiceNumber><ofd:IssueTime>{reference('IssueDate')}</ofd:IssueTime>"
            "</ofd:TaxSupervisionInfo></ofd:EInvoice>"
        )
    if broken:
        whole = (
            whole.replace(f" {OFD}", ' xmlns=""')
            .replace("<ofd:root", "<:eInvoice")
            .replace("</ofd:root", "</:eInvoice")
        )
        whole = whole.replace("<ofd:EInvoice ", "<:EInvoice ").replace("</ofd:EInvoice>", "</:EInvoice>")
    return whole.encode()


def _code_png(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=4, border=2)
    return out.getvalue()


# ---------------------------------------------------------------- data files


def digital_xml(one: Invoice, *, encoding: str = "utf-8") -> bytes:
    """Give the data file of a fully digital invoice."""
    lines = "".join(
        f"<IssuItemInformation><ItemName>{escape(line.name)}</ItemName><SpecMod>{escape(line.spec)}</SpecMod>"
        f"<MeaUnits>{line.unit}</MeaUnits><Quantity>{line.quantity}</Quantity><UnPrice>{line.price}</UnPrice>"
        f"<Amount>{yuan(line.amount)}</Amount><TaxRate>{_data_rate(line.rate)}</TaxRate>"
        f"<ComTaxAm>{yuan(line.tax) or '***'}</ComTaxAm></IssuItemInformation>"
        for line in one.lines
    )
    special = "01" if "专用" in one.kind else "02"
    red = f"<RedEInvoice><OriginalInvoiceCode>{one.red_of}</OriginalInvoiceCode></RedEInvoice>" if one.red_of else ""
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<EInvoice><Header><EIid>{one.number}</EIid><InherentLabel>'
        f"<InIssuType><LabelCode>{'N' if one.total < 0 else 'Y'}</LabelCode></InIssuType>"
        f"<GeneralOrSpecialVAT><LabelCode>{special}</LabelCode></GeneralOrSpecialVAT></InherentLabel></Header>"
        f"<EInvoiceData><SellerInformation><SellerIdNum>{one.seller_id}</SellerIdNum><SellerName>"
        f"{escape(one.seller or '')}</SellerName></SellerInformation><BuyerInformation>"
        f"<BuyerIdNum>{one.buyer_id or ''}</BuyerIdNum><BuyerName>{escape(one.buyer)}</BuyerName>"
        "</BuyerInformation><BasicInformation>"
        f"<TotalAmWithoutTax>{yuan(one.ex_tax)}</TotalAmWithoutTax><TotalTaxAm>{yuan(one.tax)}</TotalTaxAm>"
        f"<TotalTax-includedAmount>{yuan(one.total)}</TotalTax-includedAmount><TotalTax-includedAmountInChinese>{_capital_words(one.total)}"
        f"</TotalTax-includedAmountInChinese><RequestTime>{one.day} 10:11:12</RequestTime></BasicInformation>{lines}"
        f"<AdditionalInformation><Remark>{escape(one.remark)}</Remark></AdditionalInformation>{red}</EInvoiceData>"
        f"<TaxSupervisionInfo><InvoiceNumber>{one.number}</InvoiceNumber><IssueTime>{one.day}</IssueTime>"
        f"</TaxSupervisionInfo></EInvoice>"
    )
    return text.encode("gb18030" if encoding.upper().startswith("GB") else encoding)


def _capital_words(fen: int) -> str:
    return ("（负数）" if fen < 0 else "") + capitals(abs(fen)).replace("元", "圆")


def _data_rate(rate: str) -> str:
    return f"{int(rate[:-1]) / 100:g}" if rate.endswith("%") else rate


def older_xml(one: Invoice) -> bytes:
    """Give the 2019 e-invoice data that older OFD files carry."""
    exempt = all(line.tax is None for line in one.lines)
    goods = "".join(
        f"<fp:GoodsInfo><fp:Item>{escape(line.name)}</fp:Item><fp:Specification>{escape(line.spec)}</fp:Specification>"
        f"<fp:MeasurementDimension>{line.unit}</fp:MeasurementDimension><fp:Price>{line.price}</fp:Price><fp:Quantity>"
        f"{line.quantity}</fp:Quantity><fp:Amount>{yuan(line.amount)}</fp:Amount><fp:TaxScheme>{line.rate}</fp:TaxScheme>"
        f"<fp:TaxAmount>{yuan(line.tax) or '***'}</fp:TaxAmount></fp:GoodsInfo>"
        for line in one.lines
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019">'
        f"<fp:InvoiceCode>{one.code}</fp:InvoiceCode><fp:InvoiceNo>{one.number}</fp:InvoiceNo><fp:IssueDate><![CDATA["
        f"{chinese_day(one.day)}]]></fp:IssueDate><fp:Buyer><fp:BuyerName>{escape(one.buyer)}</fp:BuyerName><fp:BuyerTaxID>"
        f"{one.buyer_id or ''}</fp:BuyerTaxID></fp:Buyer><fp:Seller><fp:SellerName>"
        f"{escape(one.seller or '')}</fp:SellerName>"
        f"<fp:SellerTaxID>{one.seller_id}</fp:SellerTaxID></fp:Seller><fp:TaxInclusiveTotalAmount>{yuan(one.total)}"
        f"</fp:TaxInclusiveTotalAmount><fp:Note>{escape(one.remark)}</fp:Note><fp:TaxTotalAmount>"
        f"{'***' if exempt else yuan(one.tax)}</fp:TaxTotalAmount><fp:TaxExclusiveTotalAmount>{yuan(one.ex_tax)}"
        f"</fp:TaxExclusiveTotalAmount><fp:GraphCode>{qr_text(one)},</fp:GraphCode><fp:GoodsInfos>{goods}</fp:GoodsInfos>"
        "</eInvoice>"
    ).encode()


def xbrl(family: str, values: dict[str, str], groups: str = "", *, year: str = "2021-11-30") -> bytes:
    """Give an XBRL voucher of the Ministry of Finance's standard; its namespace's year varies."""
    body = "".join(
        f'<{family}:{name} contextRef="d">{escape(value)}</{family}:{name}>'
        if value
        else f'<{family}:{name} contextRef="d" xsi:nil="true"/>'
        for name, value in values.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><xbrl xmlns="http://www.xbrl.org/2003/instance" '
        f'xmlns:{family}="http://xbrl.mof.gov.cn/taxonomy/{year}/{family}" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><context id="d"><entity><identifier scheme="x">1'
        f"</identifier></entity></context>{body}{groups}</xbrl>"
    ).encode()


def inv_xbrl(one: Invoice, year: str) -> bytes:
    """Give the VAT invoice voucher."""
    long = "TaxpayerIdentificationNumberUnifiedSocialCreditCodeOf"
    return xbrl(
        "inv",
        {
            "TypeOfInvoice": one.kind,
            "CodeOfInvoice": one.code or "",
            "NumberOfInvoice": one.number,
            "DateOfIssue": one.day.isoformat(),
            "NameOfPurchaser": one.buyer,
            f"{long}Purchaser": one.buyer_id or "",
            "NameOfSeller": one.seller or "",
            f"{long}Seller": one.seller_id or "",
            "TotalAmountExcludingTax": yuan(one.ex_tax),
            "TotalTaxAmount": yuan(one.tax),
            "TaxIncludedAmountInFigures": yuan(one.total),
            "TaxIncludedAmountInWords": _capital_words(one.total),
            "Remarks": one.remark,
        },
        "".join(
            "<inv:InformationOfTaxableGoodsOrServicesDetailItemsTuple>"
            f"<inv:NameOfTaxableGoodsOrServices>{escape(line.name)}</inv:NameOfTaxableGoodsOrServices><inv:AmountExcludingTax>"
            f"{yuan(line.amount)}</inv:AmountExcludingTax><inv:TaxRate>{line.rate}</inv:TaxRate><inv:TaxAmount>"
            f"{yuan(line.tax) or '***'}</inv:TaxAmount></inv:InformationOfTaxableGoodsOrServicesDetailItemsTuple>"
            for line in one.lines
        ),
        year=year,
    )


def rai_xbrl(one: Invoice, year: str) -> bytes:
    """Give the railway voucher: the seller is empty and the travel day is not the day of issue."""
    assert one.route is not None
    start, end, train, travel = one.route
    return xbrl(
        "rai",
        {
            "TypeOfVoucher": one.kind,
            "ElectronicInvoiceRailwayETicketNumber": one.number,
            "DateOfIssue": one.day.isoformat(),
            "TypeOfBusiness": "售",
            "DepartureStation": start,
            "DestinationStation": end,
            "TrainNumber": train,
            "TravelDate": travel.isoformat(),
            "Fare": yuan(one.total),
            "Name": one.passenger,
            "ETicketNumber": one.number + "12",
            "TotalAmountExcludingTax": yuan(one.ex_tax),
            "TaxRate": "0.09",
            "TaxAmount": yuan(one.tax),
            "NameOfPurchaser": one.buyer,
            "UnifiedSocialCreditCodeOfPurchaser": one.buyer_id or "",
            "IssueParty": "",
            "NumberOfOriginalInvoice": "",
        },
        year=year,
    )


def atr_xbrl(one: Invoice, year: str) -> bytes:
    """Give the air itinerary voucher."""
    assert one.route is not None
    start, end, flight, travel = one.route
    return xbrl(
        "atr",
        {
            "ElectronicInvoiceAirTransportReceiptNumber": one.number,
            "IssueDate": one.day.isoformat(),
            "PassengerName": one.passenger,
            "Fare": yuan(one.air["fare"]),
            "FuelSurcharge": yuan(one.air["fuel"]),
            "VatRate": "0.09",
            "VatTaxAmount": yuan(one.tax),
            "CivilAviationDevelopmentFund": yuan(one.air["fund"]),
            "OtherTaxes": yuan(one.air["other"]),
            "TotalAmount": yuan(one.total),
            "IssueParty": one.seller or "",
            "NameOfPurchaser": one.buyer,
            "UnifiedSocialCreditCodeOfPurchaser": one.buyer_id or "",
        },
        f"<atr:DetailInformationOfAirTicketTuple><atr:Carrier>样航</atr:Carrier><atr:Flight>{flight}</atr:Flight>"
        f"<atr:CarrierDate>{travel}</atr:CarrierDate><atr:DepartureStation>{start}</atr:DepartureStation>"
        f"<atr:DestinationStation>{end}</atr:DestinationStation></atr:DetailInformationOfAirTicketTuple>",
        year=year,
    )


def efi_xbrl(one: Invoice, year: str, *, whole_id: bool) -> bytes:
    """Give the fiscal bill voucher; some state only the id in one piece."""
    numbers = (
        {"EInvoiceID": f"{one.code}{one.number}"}
        if whole_id
        else {"EInvoiceCode": one.code or "", "EInvoiceNumber": one.number}
    )
    return xbrl(
        "efi",
        {
            **numbers,
            "RandomNumber": "a1b2c3",
            "IssueDate": f"{one.day:%Y%m%d}",
            "InvoicingPartyName": one.seller or "",
            "InvoicingPartyCode": one.seller_id or "",
            "PayerPartyName": one.buyer,
            "PayerPartyCode": one.buyer_id or "",
            "TotalAmount": yuan(one.total),
        },
        year=year,
    )


# ---------------------------------------------------------------- photo


def photo(face: Face, rng: random.Random, *, kind: str = "JPEG") -> bytes:
    """Give a photo of a page: slightly turned, unevenly lit and soft, with its QR code."""
    scale = 5
    paper = Image.new("RGB", (round(face.wide * scale), round(face.high * scale)), (246, 244, 238))
    pen = ImageDraw.Draw(paper)
    for word in face.words:
        if not word.turn:
            pen.text(
                (word.x * scale, word.y * scale),
                word.text,
                font=font("serif", round(word.size * scale)),
                fill=(40, 40, 40),
                anchor="ls",
            )
    if face.code:
        text, left, top, side = face.code
        code = Image.open(io.BytesIO(_code_png(text))).convert("RGB").resize((round(side * scale), round(side * scale)))
        paper.paste(code, (round(left * scale), round(top * scale)))
    table = Image.new("RGB", (paper.width + 300, paper.height + 300), (96, 84, 70))
    table.paste(paper, (150, 150))
    shot = table.rotate(rng.uniform(-8, 8), resample=Image.Resampling.BICUBIC, fillcolor=(96, 84, 70))
    shot = shot.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.0)))
    out = io.BytesIO()
    shot.save(out, kind, quality=rng.randint(60, 90))
    return out.getvalue()


def side_by_side(left: bytes, right: bytes) -> bytes:
    """One picture of two papers lying next to each other."""
    first, second = (Image.open(io.BytesIO(one)).convert("RGB") for one in (left, right))
    both = Image.new("RGB", (first.width + second.width, max(first.height, second.height)))
    both.paste(first, (0, 0))
    both.paste(second, (first.width, 0))
    out = io.BytesIO()
    both.save(out, "PNG")
    return out.getvalue()


# ---------------------------------------------------------------- families

HEADER = (
    "kind",
    "invoice_code",
    "invoice_number",
    "issue_date",
    "buyer_name",
    "buyer_tax_id",
    "seller_name",
    "seller_tax_id",
    "amount_ex_tax_fen",
    "tax_amount_fen",
    "total_fen",
    "red_letter",
)
YEARS = ("2021-09-30", "2021-11-30", "2023-05-15", "2023-12-31", "2025-05-15")


def _xml(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed)
    return (
        digital_xml(one, encoding=rng.choice(("utf-8", "UTF-8", "GBK", "GB2312", "utf-16"))),
        one.expected(*HEADER),
        len(one.lines),
    )


def _quirks(rng: random.Random) -> OfdQuirks:
    return OfdQuirks(
        box=rng.choice(("0 0 210 140", "0 0 210 140", "0 0 -210 140", "")),
        max_unit=rng.random() < 0.7,
        stray_page=rng.random() < 0.3,
        broken_tag=rng.random() < 0.4,
        absolute=rng.random() < 0.3,
    )


def _properties(one: Invoice) -> dict[str, str]:
    return {
        "发票号码": one.number,
        "合计金额": yuan(one.ex_tax),
        "合计税额": yuan(one.tax),
        "开票日期": chinese_day(one.day),
        "购买方纳税人识别号": one.buyer_id or "",
        "销售方纳税人识别号": one.seller_id or "",
        **({"发票代码": one.code} if one.code else {}),
    }


def _ofd_flat(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed)
    return (
        ofd(
            digital_face(one, rng),
            tag="flat",
            values=_properties(one) if rng.random() < 0.6 else None,
            quirks=_quirks(rng),
            coded=rng.random() < 0.7,
        ),
        one.expected(*HEADER),
        None,
    )


def _ofd_2019(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed, older=True)
    return (
        ofd(
            older_face(one, rng),
            tag="flat" if rng.random() < 0.7 else "",
            attached={"original_invoice.xml": older_xml(one)},
            quirks=_quirks(rng),
        ),
        one.expected(*HEADER),
        len(one.lines),
    )


def _ofd_data_names(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed)
    face = digital_face(one, rng)
    # The total's tag points at the currency sign alone, as real files do.
    face.words = [
        word if word.tag != "TaxInclusiveTotalAmount" else replace(word, text=word.text[1:], x=word.x + 2.0)
        for word in face.words
    ]
    total = next(word for word in face.words if word.tag == "TaxInclusiveTotalAmount")
    face.words.append(Word(total.x - 2.2, total.y, 3.6, "¥", "sign"))
    return ofd(face, tag="data", quirks=_quirks(rng), coded=rng.random() < 0.5), one.expected(*HEADER), None


def _ofd_inv(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed, older=rng.random() < 0.5)
    face = older_face(one, rng) if one.code else digital_face(one, rng)
    return (
        ofd(face, attached={"inv_ord_issuer.xml": inv_xbrl(one, rng.choice(YEARS))}, quirks=_quirks(rng)),
        one.expected(*HEADER),
        len(one.lines),
    )


def _pdf_rai(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = rail(seed)
    return (
        pdf([rail_face(one, rng)], attached={f"rai_issuer_{one.number}.xml": rai_xbrl(one, rng.choice(YEARS))}),
        one.expected(*HEADER),
        None,
    )


def _ofd_rai(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = rail(seed)
    return (
        ofd(
            rail_face(one, rng),
            attached={"rai_issuer.xml": rai_xbrl(one, rng.choice(YEARS))},
            quirks=OfdQuirks(box="0 0 200 125"),
        ),
        one.expected(*HEADER),
        None,
    )


def _pdf_rail_text(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = rail(seed)
    return (
        pdf([rail_face(one, rng)], radicals=rng.random() < 0.4),
        {**one.expected(*HEADER), "amount_ex_tax_fen": None, "tax_amount_fen": None},
        None,
    )


def _ofd_atr(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = air(seed)
    return (
        ofd(
            air_face(one, rng),
            attached={"atr_issuer.xml": atr_xbrl(one, rng.choice(YEARS))},
            quirks=OfdQuirks(box="0 0 210 148"),
        ),
        one.expected(*HEADER, "other_charges_fen"),
        None,
    )


def _pdf_air_text(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = air(seed)
    rotate = 90 if rng.random() < 0.3 else 0
    return (
        pdf([air_face(one, rng)], order=rng.choice(("inline", "stacked")), rotate=rotate),
        one.expected(*HEADER, "other_charges_fen"),
        None,
    )


def _efi(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = fiscal(seed)
    face = Face(210, 140)
    face.put(70, 15, "江苏省医疗门诊收费票据（电子）", size=5)
    data = {"efi_issuer.xml": efi_xbrl(one, rng.choice(YEARS), whole_id=rng.random() < 0.3)}
    made = ofd(face, attached=data) if rng.random() < 0.5 else pdf([face], attached=data)
    return made, one.expected(*HEADER), None


def _pdf_fiscal_text(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = fiscal(seed)
    return (
        pdf([fiscal_face(one, rng)], order=rng.choice(("inline", "stacked"))),
        {**one.expected(*HEADER), "seller_tax_id": None},
        None,
    )


def _pdf_ticket(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = ticket(seed)
    silent = {"buyer_name": None, "seller_name": None, "amount_ex_tax_fen": None, "tax_amount_fen": None}
    told = one.expected("kind", "invoice_code", "invoice_number", "issue_date", "total_fen", "red_letter")
    if one.kind == "定额发票":
        silent["issue_date"] = None
    return pdf([ticket_face(one, rng)]), {**told, **silent}, None


def _pdf_inline(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed)
    info = {
        "InvoiceNumber": one.number,
        "IssueTime": chinese_day(one.day),
        "TotalAmWithoutTax": yuan(one.ex_tax),
        "TotalTaxAm": yuan(one.tax),
        "SellerIdNum": one.seller_id or "",
        "BuyerIdNum": one.buyer_id or "",
    }
    return (
        pdf([digital_face(one, rng)], info=info if rng.random() < 0.6 else {}, radicals=rng.random() < 0.4),
        one.expected(*HEADER),
        len(one.lines),
    )


def _pdf_stacked(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed)
    return (
        pdf(
            [digital_face(one, rng)],
            order="stacked",
            scale=rng.choice((1.0, 0.9, 1.3)),
            offset=rng.choice(((0, 0), (12, 300))),
        ),
        one.expected(*HEADER),
        len(one.lines),
    )


def _pdf_long(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed, count=rng.randint(16, 80))
    one = replace(one, remark="")
    return pdf(long_faces(one, rng), order=rng.choice(("inline", "stacked"))), one.expected(*HEADER), None


def _pdf_older(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed, older=True)
    return (
        pdf(
            [older_face(one, rng, coded=rng.random() < 0.7)],
            order=rng.choice(("inline", "stacked")),
            radicals=rng.random() < 0.3,
        ),
        one.expected(*HEADER),
        len(one.lines),
    )


def _photo(seed: int, rng: random.Random) -> tuple[bytes, dict[str, object], int | None]:
    one = invoice(seed, older=rng.random() < 0.5)
    face = older_face(one, rng) if one.code else digital_face(one, rng)
    told = ("kind", "invoice_code", "invoice_number", "issue_date", "amount_ex_tax_fen" if one.code else "total_fen")
    silent = {"buyer_name": None, "seller_name": None, "tax_amount_fen": None}
    return photo(face, rng, kind=rng.choice(("JPEG", "PNG"))), {**one.expected(*told), **silent}, None


FAMILIES: dict[str, Callable[[int, random.Random], tuple[bytes, dict[str, object], int | None]]] = {
    "数电票 XML": _xml,
    "OFD 标签（平铺）": _ofd_flat,
    "OFD 2019 数据": _ofd_2019,
    "OFD 标签（数据名）": _ofd_data_names,
    "OFD XBRL inv": _ofd_inv,
    "PDF XBRL rai": _pdf_rai,
    "OFD XBRL rai": _ofd_rai,
    "PDF 铁路（仅文字）": _pdf_rail_text,
    "OFD XBRL atr": _ofd_atr,
    "PDF 行程单（文字+二维码）": _pdf_air_text,
    "XBRL efi（OFD/PDF）": _efi,
    "PDF 财政票据（仅文字）": _pdf_fiscal_text,
    "PDF 车票定额（仅文字）": _pdf_ticket,
    "PDF 数电票（标签旁值）": _pdf_inline,
    "PDF 数电票（先标签后值）": _pdf_stacked,
    "PDF 数电票（多页）": _pdf_long,
    "PDF 旧版电子发票": _pdf_older,
    "照片（二维码）": _photo,
}


def specimen(family: str, seed: int) -> Specimen:
    """Make one specimen of a family."""
    data, expected, items = FAMILIES[family](seed, random.Random(f"{family} {seed}"))
    return Specimen(family, seed, f"{family}-{seed}", data, expected, items)


def specimens(per_family: int) -> Iterator[Specimen]:
    """Make that many specimens of every family."""
    for family in FAMILIES:
        for seed in range(per_family):
            yield specimen(family, seed)
