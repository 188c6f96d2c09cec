"""Specimens of what people hand in: e-invoices, rail tickets, letters, a photographed receipt, a signed scan."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

from tracker.evidence.rendering.fonts import font
from tracker.kernel.money import capitals, format_yuan, round_fen
from tracker.sample.pdf import Sheet, written

BUYER = "云湖区投资促进服务中心"
SPECIMEN = "样张 SPECIMEN"
_WATERMARK = "0.94 0.94 0.94"
_INK = "0.55 0.25 0.1"


@dataclass(frozen=True)
class Bill:
    """What an invoice says; the amount is fen and includes tax at ``tax_percent``."""

    number: str
    day: date
    seller: str
    item: str
    amount_fen: int
    tax_percent: int = 6
    remark: str = ""


def invoice(bill: Bill) -> bytes:
    """Draw a 电子发票（普通发票）."""
    net_fen = round_fen(Decimal(bill.amount_fen) * 100 / (100 + bill.tax_percent))
    tax_fen = bill.amount_fen - net_fen
    sheet = Sheet(610, 396)
    sheet.centre(305, 214, SPECIMEN, 30, ink=_WATERMARK)
    sheet.centre(305, 44, "电子发票（普通发票）", 19, ink=_INK)
    sheet.line(190, 52, 420, 52)
    sheet.text(448, 40, f"发票号码：{bill.number}", 8.5)
    sheet.text(448, 56, f"开票日期：{_chinese(bill.day)}", 8.5)
    sheet.box(20, 76, 570, 262)
    for height in (126, 242, 268, 316):
        sheet.line(20, height, 590, height)
    for x in (38, 305, 323):
        sheet.line(x, 76, x, 126)
    _party(sheet, 44, "购买方信息", BUYER, BUYER_CODE)
    _party(sheet, 329, "销售方信息", bill.seller, _seller_code(bill.seller))
    columns = [("项目名称", 70), ("规格型号", 190), ("单位", 250), ("数量", 300), ("单价", 360), ("金额", 436)]
    for title, x in [*columns, ("税率/征收率", 500), ("税额", 562)]:
        sheet.centre(x, 140, title, 8.5, ink=_INK)
    sheet.text(28, 160, bill.item, 8.5)
    sheet.centre(250, 160, "项", 8.5)
    sheet.centre(300, 160, "1", 8.5)
    sheet.right(385, 160, _plain(net_fen), 8.5)
    sheet.right(460, 160, _plain(net_fen), 8.5)
    sheet.centre(500, 160, f"{bill.tax_percent}%", 8.5)
    sheet.right(584, 160, _plain(tax_fen), 8.5)
    sheet.centre(70, 258, "合　　计", 8.5, ink=_INK)
    sheet.right(460, 258, f"¥{_plain(net_fen)}", 8.5)
    sheet.right(584, 258, f"¥{_plain(tax_fen)}", 8.5)
    sheet.text(28, 296, "价税合计（大写）", 8.5, ink=_INK)
    sheet.text(150, 296, capitals(bill.amount_fen), 10)
    sheet.text(420, 296, "（小写）", 8.5, ink=_INK)
    sheet.text(460, 296, f"¥{_plain(bill.amount_fen)}", 10)
    sheet.text(28, 331, f"备注：{bill.remark}", 8)
    sheet.text(40, 360, "开票人：样张", 8.5)
    return written(sheet)


def _party(sheet: Sheet, x: float, title: str, name: str, code: str) -> None:
    for place, character in enumerate(title):
        sheet.text(x - 20, 86 + place * 9.5, character, 8, ink=_INK)
    sheet.text(x, 94, f"名称：{name}", 9)
    sheet.text(x, 116, f"统一社会信用代码/纳税人识别号：{code}", 8)


@dataclass(frozen=True)
class Ride:
    """What a rail ticket says; the fare is fen."""

    number: str
    day: date
    train: str
    from_station: str
    to_station: str
    departs: str
    seat: str
    passenger: str
    fare_fen: int


def rail_ticket(ride: Ride) -> bytes:
    """Draw a 电子发票（铁路电子客票）."""
    sheet = Sheet(610, 300)
    sheet.centre(420, 224, SPECIMEN, 22, ink=_WATERMARK)
    sheet.centre(305, 40, "电子发票（铁路电子客票）", 18, ink=_INK)
    sheet.text(40, 70, f"发票号码：{ride.number}", 9)
    sheet.right(570, 70, f"开票日期：{_chinese(ride.day)}", 9)
    sheet.box(30, 82, 550, 150)
    sheet.text(70, 116, ride.from_station, 16)
    sheet.centre(305, 112, ride.train, 15)
    sheet.line(250, 118, 360, 118)
    sheet.right(540, 116, ride.to_station, 16)
    sheet.text(70, 146, f"{_chinese(ride.day)} {ride.departs}开", 10)
    sheet.right(540, 146, ride.seat, 10)
    sheet.text(70, 172, f"票价：￥{_plain(ride.fare_fen)}", 12)
    sheet.text(70, 198, f"3209991990****00{len(ride.passenger)}X {ride.passenger}", 10)
    sheet.text(70, 222, "电子客票号：0000000000000000000", 8)
    sheet.text(40, 256, f"购买方名称：{BUYER}　统一社会信用代码：{BUYER_CODE}", 9)
    sheet.text(40, 278, "样张：只用于演示，不是真实票据", 8)
    return written(sheet)


def letter(head: str, title: str, paragraphs: list[str], *, signed: str, day: date, number: str = "") -> bytes:
    """Scan an official paper as a JPEG: a red head, its number, a title, paragraphs, who signed it."""
    paper = Image.new("RGB", (827, 1169), "white")
    pen = ImageDraw.Draw(paper)
    red, ink = (200, 20, 20), (40, 40, 40)
    pen.text((413, 110), head, font=font("serif", 40), fill=red, anchor="ma")
    pen.text((413, 176), number, font=font("serif", 20), fill=ink, anchor="ma")
    pen.line((90, 216, 737, 216), fill=red, width=3)
    pen.text((413, 262), title, font=font("serif", 27), fill=ink, anchor="ma")
    height = 336
    for paragraph in paragraphs:
        for row in _folded("　　" + paragraph, 31):
            pen.text((100, height), row, font=font("serif", 20), fill=ink)
            height += 38
    pen.text((700, height + 60), signed, font=font("serif", 20), fill=ink, anchor="ra")
    pen.text((700, height + 100), _chinese(day), font=font("serif", 20), fill=ink, anchor="ra")
    pen.text((413, 1080), SPECIMEN, font=font("sans", 22), fill=(190, 190, 190), anchor="ma")
    out = BytesIO()
    paper.save(out, "JPEG", quality=45)
    return out.getvalue()


def receipt_photo(seller: str, day: date, amount_fen: int, rng: random.Random) -> bytes:
    """Photograph a small printed receipt, a little askew, as a JPEG."""
    paper = Image.new("L", (420, 560), 246)
    pen = ImageDraw.Draw(paper)
    rows = [
        seller,
        f"日期 {day.isoformat()}",
        f"里程 {rng.randint(40, 210) / 10:.1f} km",
        f"金额 {_plain(amount_fen)} 元",
    ]
    pen.text((210, 50), "出租汽车发票", font=font("sans", 34), fill=40, anchor="ma")
    for place, row in enumerate(rows):
        pen.text((40, 150 + place * 62), row, font=font("sans", 28), fill=50)
    pen.text((210, 480), SPECIMEN, font=font("sans", 26), fill=170, anchor="ma")
    return _jpeg(paper, rng, ground=150)


def signed_scan(title: str, number: str, rng: random.Random) -> bytes:
    """Scan a signed paper: its title and strokes that stand for signatures."""
    paper = Image.new("L", (840, 594), 250)
    pen = ImageDraw.Draw(paper)
    pen.text((420, 40), title, font=font("serif", 30), fill=30, anchor="ma")
    pen.text((420, 90), number, font=font("sans", 22), fill=60, anchor="ma")
    pen.rectangle((60, 140, 780, 430), outline=60)
    for column in range(4):
        x, y = 110 + column * 180, 500
        points = [(x + step * 9, y + rng.randint(-16, 16)) for step in range(11)]
        pen.line(points, fill=30, width=3, joint="curve")
    pen.text((420, 555), SPECIMEN, font=font("sans", 20), fill=180, anchor="ma")
    return _jpeg(paper, rng, ground=252)


def _jpeg(paper: Image.Image, rng: random.Random, *, ground: int) -> bytes:
    turned = paper.rotate(rng.uniform(-2.5, 2.5), expand=True, fillcolor=ground, resample=Image.Resampling.BILINEAR)
    out = BytesIO()
    turned.filter(ImageFilter.GaussianBlur(0.6)).save(out, "JPEG", quality=68)
    return out.getvalue()


def _folded(text: str, room: int) -> list[str]:
    return [text[at : at + room] for at in range(0, len(text), room)]


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


def _plain(fen: int) -> str:
    return format_yuan(fen).replace(",", "")


def _seller_code(name: str) -> str:
    return credit_code(f"91999999MA{zlib.crc32(name.encode()) % 10**7:07d}")


def credit_code(first: str) -> str:
    """Add the check character of GB 32100-2015 to 17 characters; district 999999 was given to nobody."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(one) * pow(3, place, 31) for place, one in enumerate(first))
    return first + letters[-total % 31]


BUYER_CODE = credit_code("12999999MB0000000")


LABELS = (
    "电子发票（普通发票）（铁路电子客票）发票号码开票日期购买方信息销售方信息名称统一社会信用代码/纳税人识别号："
    "项目名称规格型号单位数量单价金额税率/征收率税额项合计价税合计（大写）（小写）备注开票人年月日开票价电子客票号"
    "*住宿服务*住宿费*餐饮服务*餐饮费云湖站号车二等座入住晚只用于演示，不是真实票据"
    "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整¥￥　。、；《》〔〕“”" + BUYER + SPECIMEN
)
"""Every character the specimens use of themselves."""
