"""Forms as different vendors lay them out: narrow cells, tight lines, lists of labels, and tickets that have few.

Every form is one maker, written as PDF or as OFD of text alone; the facts come from ``specimens``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.evidence import specimens as base
from tests.evidence.specimens import Face, Invoice, chinese_day, width, yuan
from tests.evidence.variants import HEADER, Made
from tracker.kernel.money import capitals

_LONG_NAMES = (
    "淮安市样例国际样本科技成果转化与供应链管理有限公司滨江开发区第一分公司",
    "南京样例联合样本科技成果转化与建设工程（集团）有限责任公司滨江开发区第二分公司",
)
_WORDY_NAMES = (
    "淮安市样例机关事业单位会计服务中心", "样例数量经济学会", "南京样例票价网络科技有限公司", "样例日期咖啡店",
    "样例好合计算机有限公司", "样例备注书店", "样例时间里文化传播有限公司", "样例单位后勤服务有限公司",
    "样例价值税务师事务所（普通合伙）",
)  # fmt: skip
_PARTY = ("buyer_name", "buyer_tax_id", "seller_name", "seller_tax_id")


def _written(face: Face, rng: random.Random) -> bytes:
    """Write a form as PDF or OFD; the text is the same."""
    return base.ofd(face, coded=False) if rng.random() < 0.4 else base.pdf([face])


def _paid(seed: int, *, older: bool = False) -> Invoice:
    for place in range(seed * 50, seed * 50 + 50):
        one = base.invoice(place, older=older)
        if one.total > 0 and one.buyer_id and one.tax and len(one.lines) < 5:
            return replace(one, remark="")
    raise LookupError(seed)


def _flow(face: Face, x: float, y: float, text: str, *, room: float, pitch: float, size: float = 3.2) -> float:
    """Set text in a cell, broken wherever it is full; every line starts at the cell's edge. Give the next height."""
    line = ""
    for char in text:
        if line and width(line + char, size) > room:
            face.put(x, y, line, size=size)
            y, line = y + pitch, ""
        line += char
    face.put(x, y, line, size=size)
    return y + pitch


def _middle(face: Face, one: Invoice, top: float, rng: random.Random) -> None:
    base._items_table(face, one, top, 5, "", headline="项目名称")
    base._sums(face, one, top + 34, "¥", rng)


def _named(one: Invoice, rng: random.Random, names: tuple[str, ...]) -> Invoice:
    return replace(one, buyer=rng.choice(names), seller=rng.choice(names))


def _hanging_cells(seed: int, rng: random.Random) -> Made:
    """Label and name run on in one cell, side title before them, and go on below the label when the cell is full."""
    one = _named(_paid(seed), rng, _LONG_NAMES)
    face = Face(210, 140)
    face.put(70, 15, "电子发票" + one.kind.removeprefix("数电发票"), size=6)
    face.put(150, 13, f"发票号码：{one.number}")
    face.put(150, 19, f"开票日期：{chinese_day(one.day)}")
    title, pitch = rng.random() < 0.5, rng.choice((3.9, 4.4, 5.0))
    room = rng.choice((92, 96))
    for x, side, name, tax_id in (
        (6, "购买方信息 ", one.buyer, one.buyer_id),
        (108, "销售方信息 ", one.seller, one.seller_id),
    ):
        y = _flow(face, x, 34, f"{side if title else ''}名称：{name}", room=room, pitch=pitch)
        label = "统一社会信用代码/纳税人识别号："
        if rng.random() < 0.4:
            face.put(x, y, label)
            face.put(x, y + pitch, tax_id or "")
        else:
            face.put(x, y, f"{label}{tax_id}")
    _middle(face, one, 58, rng)
    return _written(face, rng), one.expected(*HEADER)


def _narrow_header(seed: int, rng: random.Random) -> Made:
    """A header too narrow for a label and its value: the number stands below, the day is broken."""
    one = _paid(seed)
    face = Face(210, 140)
    face.put(60, 12, "电子发票" + one.kind.removeprefix("数电发票"), size=6)
    pitch = rng.choice((4.0, 4.6))
    face.put(170, 8, "发票号码：")
    face.put(170, 8 + pitch, one.number)
    day = chinese_day(one.day)
    face.put(170, 8 + 2 * pitch, f"开票日期：{day[:8]}")
    face.put(170, 8 + 3 * pitch, day[8:])
    for x, name, tax_id in ((6, one.buyer, one.buyer_id), (107, one.seller, one.seller_id)):
        face.put(x, 38, f"名称：{name}")
        face.put(x, 46, f"纳税人识别号：{tax_id}")
    _middle(face, one, 56, rng)
    face.put(6, 110, "备注：发票号码：24312000000077776666 订单号：20268888777766665555")
    return _written(face, rng), one.expected(*HEADER)


def _words_in_names(seed: int, rng: random.Random) -> Made:
    """Names that hold the words of labels."""
    one = _named(_paid(seed), rng, _WORDY_NAMES)
    face = base.digital_face(one, rng, coded=False)
    return _written(face, rng), one.expected(*HEADER)


def _listed_parties(seed: int, rng: random.Random) -> Made:
    """Parties one below the other, each line with the party in its label."""
    one = _named(_paid(seed), rng, _WORDY_NAMES)
    face = Face(210, 160)
    face.put(70, 15, "电子发票" + one.kind.removeprefix("数电发票"), size=6)
    face.put(150, 22, f"发票号码：{one.number}")
    face.put(150, 28, f"开票日期：{one.day:%Y-%m-%d}")
    for y, side, name, tax_id in ((36, "购买方", one.buyer, one.buyer_id), (48, "销售方", one.seller, one.seller_id)):
        face.put(6, y, f"{side}名称：{name}")
        face.put(6, y + 5, f"{side}纳税人识别号：{tax_id}")
    _middle(face, one, 62, rng)
    return _written(face, rng), one.expected(*HEADER)


def _older_hanging(seed: int, rng: random.Random) -> Made:
    """An older form in tight cells: level side titles, the cipher beside the buyer, a seller's name that goes on."""
    one = replace(_paid(seed, older=True), seller=rng.choice(_LONG_NAMES))
    face = Face(210, 150)
    face.put(70, 12, "增值税电子普通发票", size=6)
    for row, text in enumerate(
        (f"发票代码：{one.code}", f"发票号码：{one.number}", f"开票日期：{chinese_day(one.day)}")
    ):
        face.put(150, 10 + row * 4, text)
    level = rng.random() < 0.5
    for y, title, name, tax_id in ((30, "购买方", one.buyer, one.buyer_id), (106, "销售方", one.seller, one.seller_id)):
        if level:
            face.put(5, y + 6, title)
        else:
            face.down(5, y, title, 4)
        below = _flow(face, 17, y, f"名称：{name}", room=104, pitch=4)
        for row, text in enumerate(
            (
                f"纳税人识别号：{tax_id}",
                "地址、电话：样例路1号 0517-80000000",
                "开户行及账号：样例银行 6212000000000000",
            )
        ):
            face.put(17, below + row * 4, text)
    if level:
        face.put(124, 36, "密码区")
        face.put(124, 112, "备注")
    for row in range(4):
        face.put(138 if level else 128, 29 + row * 4.3, "03*2<+8/4-9>1762*<5+0/3-<81")
    face.put(138, 106, "入住人：样例甲")
    _middle(face, one, 56, rng)
    return _written(face, rng), one.expected(*HEADER)


def _tight_rail(seed: int, rng: random.Random) -> Made:
    """A railway ticket in tight lines: the traveller's id stands right below the fare, words stand behind it."""
    one = base.rail(seed)
    assert one.route is not None
    start, end, train, travel = one.route
    fee = rng.choice(("票价", "退票费", "改签费"))
    if rng.random() < 0.2:
        one = replace(one, total=-one.total)
    face, pitch = Face(200, 100), rng.choice((3.7, 4.2))
    face.put(60, 10, one.kind, size=5)
    face.put(10, 20, f"发票号码：{one.number}")
    face.put(140, 20, f"开票日期：{chinese_day(one.day)}")
    face.put(18, 30, f"{start}站", size=5)
    face.put(90, 30, train, size=5)
    face.put(150, 30, f"{end}站", size=5)
    former = f"　原票价：￥{yuan(abs(one.total) * 5)}" if fee == "退票费" and rng.random() < 0.5 else ""
    words = rng.choice(("", "　始发改签", " 学", "（全价）"))
    rows = (
        f"{chinese_day(travel)} 08:12开 06车12F号 二等座",
        f"{fee}：￥{yuan(one.total)}{rng.choice(('', '元'))}{words}{former}",
        f"3208041990****0000　{one.passenger}",
        f"电子客票号：{one.number[:16]}12345",
        f"购买方名称：{one.buyer}",
        f"统一社会信用代码：{one.buyer_id}",
        rng.choice(("仅供报销使用 遗失不补", "买票请到12306 发货请到95306", "订单号：26329999888877776666")),
    )
    for row, text in enumerate(rows):
        face.put(10, 40 + row * pitch, text)
    told = {**one.expected(*HEADER), "amount_ex_tax_fen": None, "tax_amount_fen": None}
    return _written(face, rng), told


def _listed_air(seed: int, rng: random.Random) -> Made:
    """An itinerary that lists its amounts, each beside its label, in one column or in two."""
    one = replace(base.air(seed), buyer=rng.choice(_WORDY_NAMES))
    whole = base.air_face(one, rng)
    heads = {"票价", "燃油附加费", "增值税税率", "增值税税额", "民航发展基金", "其他税费", "合计"}
    face = Face(210, 170, [word for word in whole.words if word.text not in heads and not 104 < word.y < 108])
    for word in list(face.words):
        if word.y > 110:
            face.words[face.words.index(word)] = replace(word, y=word.y + 25)
    columns, colon, sign = rng.choice((1, 2)), rng.choice(("：", " ")), rng.choice(("CNY ", "¥", ""))
    amounts = (
        ("票价", one.air["fare"]), ("燃油附加费", one.air["fuel"]), ("增值税税率", None), ("增值税税额", one.tax),
        ("民航发展基金", one.air["fund"]), ("其他税费", one.air["other"]), ("合计", one.total),
    )  # fmt: skip
    for place, (label, amount) in enumerate(amounts):
        x, y = 10 + place % columns * 90, 90 + place // columns * 5
        face.put(x, y, label + colon)
        face.put(x + 40, y, "9%" if amount is None else f"{sign}{yuan(amount)}")
    return _written(face, rng), one.expected(*HEADER, "other_charges_fen")


_TICKET_FIELDS = ("kind", "invoice_code", "invoice_number", "issue_date", "total_fen", "red_letter")
_UNTOLD = dict.fromkeys(
    ("buyer_name", "buyer_tax_id", "seller_name", "seller_tax_id", "amount_ex_tax_fen", "tax_amount_fen")
)


def _listed(face: Face, rows: list[tuple[str, str]], colon: str, rng: random.Random) -> None:
    pitch = rng.choice((4.2, 6))
    for place, (label, value) in enumerate(rows):
        face.put(6, 20 + place * pitch, f"{label}{colon}{value}")


def _carrier_taxi(seed: int, rng: random.Random) -> Made:
    one = replace(
        base.ticket(seed),
        kind="出租车发票",
        seller=rng.choice(("淮安样例出租汽车有限公司", "样例大众汽车公司第二车队")),
    )
    face = Face(80, 130)
    face.put(6, 10, rng.choice(("四川出租汽车统一发票", "江苏省出租车专用发票")), size=3.6)
    rows = [
        ("发票代码", one.code or ""), ("发票号码", one.number),
        (rng.choice(("单位", "公司", "经营单位", "所属公司", "单位名称")), one.seller or ""), ("电话", "025-35510000"),
        ("车号", "苏A.T3385"), ("日期", one.day.isoformat()), ("上车", "08:12"), ("下车", "08:41"),
        ("单价", "2.40元/公里"), ("里程", "7.4km"), ("等候", "00:03:12"), ("金额", f"￥{yuan(one.total)}元"),
    ]  # fmt: skip
    _listed(face, rows, rng.choice(("：", ":")), rng)
    return _written(face, rng), {**_UNTOLD, **one.expected(*_TICKET_FIELDS, "seller_name")}


def _timed_toll(seed: int, rng: random.Random) -> Made:
    """A toll ticket has the time of leaving alone, and perhaps that of entering, a day before."""
    one = replace(base.ticket(seed), kind="通行费发票")
    face = Face(90, 110)
    face.put(6, 10, rng.choice(("天津市车辆通行费发票", "浙江省公路通行费发票", "高速公路通行费收据")), size=3.6)
    rows = [("发票代码", one.code or ""), ("发票号码", one.number), ("入口站", "天津北"), ("出口站", "淮安南")]
    if rng.random() < 0.5:
        rows.append(("入口时间", f"{one.day - timedelta(days=1)} 23:10:09"))
    rows += [
        ("车型/车类", "客一"), (rng.choice(("金额", "收费金额", "通行费", "金额(元)")), f"{yuan(one.total)}元"),
        ("收费员", "064845"), (rng.choice(("出口时间", "通行时间", "时间", "交易时间")), f"{one.day} 14:22:09"),
    ]  # fmt: skip
    _listed(face, rows, rng.choice(("：", ":")), rng)
    return _written(face, rng), {**_UNTOLD, **one.expected(*_TICKET_FIELDS)}


def _bare_quota(seed: int, rng: random.Random) -> Made:
    """A fixed-amount ticket prints its amount large and without a label; day and stamp are blank."""
    total = rng.choice((500, 1000, 2000, 5000, 10_000))
    one = replace(base.ticket(seed), kind="定额发票", total=total)
    face = Face(175, 80)
    face.put(40, 10, "国家税务总局江苏省税务局通用定额发票", size=5)
    face.put(110, 22, f"发票代码：{one.code}")
    face.put(110, 28, f"发票号码：{one.number}")
    words = capitals(total).replace("元", rng.choice("元圆"))
    way = rng.choice(("words", "both", "figures", "face"))
    if way in ("words", "both"):
        face.put(15, 38, rng.choice(("", "人民币")) + words, size=7)
    if way in ("figures", "both"):
        face.put(110, 38, f"￥{yuan(total)}", size=5)
    if way == "face":
        face.put(15, 38, f"面额：{total // 100}元", size=5)
    face.put(15, 50, rng.choice(("收款单位（盖章）：", "收款单位（盖章有效）", "收款单位(章)：")))
    face.put(110, 50, "开票日期：    年  月  日")
    face.put(15, 60, "密码：（刮开有效）")
    told = {**_UNTOLD, **one.expected("kind", "invoice_code", "invoice_number", "total_fen", "red_letter")}
    return _written(face, rng), {**told, "issue_date": None}


def _vehicle(seed: int, rng: random.Random) -> Made:
    """A vehicle sales invoice: a grid of labels, two ids, a price without tax beside the total."""
    ex_tax = rng.randint(5_000_000, 30_000_000)
    tax = round(ex_tax * 0.13)
    one = replace(
        base.ticket(seed), kind="机动车销售统一发票", buyer=rng.choice(_WORDY_NAMES),
        seller="南京样例汽车销售服务有限公司", buyer_id=base.credit_code(rng, "12320"),
        seller_id=base.credit_code(rng, "91320"), ex_tax=ex_tax, tax=tax, total=ex_tax + tax,
    )  # fmt: skip
    face = Face(210, 140)
    face.put(90, 12, one.kind, size=6)
    face.put(8, 22, f"开票日期：{one.day}")
    face.put(150, 18, f"发票代码：{one.code}")
    face.put(150, 23, f"发票号码：{one.number}")
    long_id = rng.choice(
        ("纳税人识别号/统一社会信用代码/身份证明号码", "统一社会信用代码/纳税人识别号/身份证明号码", "纳税人识别号")
    )
    colon = rng.choice(("", "："))
    small = "小写 " if rng.random() < 0.5 else ""
    rows: tuple[tuple[tuple[float, str, str], ...], ...] = (
        ((8, rng.choice(("购买方名称", "购货单位(人)")), one.buyer), (110, long_id, one.buyer_id or "")),
        ((8, "车辆类型", "小型轿车"), (90, "厂牌型号", "样例牌YL7153D"), (160, "产地", "江苏省")),
        ((8, "合格证号", "YE6432050331770"), (90, "进口证明书号", ""), (160, "商检单号", "")),
        ((8, "发动机号码", "92826492"), (120, "车辆识别代号/车架号码", "LB37522S040886137")),
        ((8, "价税合计", "⊗" + capitals(one.total).replace("元", "圆")), (150, "小写", f"￥{yuan(one.total)}")),
        ((8, "销货单位名称", one.seller or ""), (150, "电话", "0517-80000000")),
        ((8, "纳税人识别号", one.seller_id or ""), (150, "账号", "7531309293681239075")),
        ((8, "地址", "样例路177号"), (150, "开户银行", "样例银行淮安支行")),
        ((8, "增值税税率或征收率", "13%"), (60, "增值税税额", f"￥{yuan(tax)}"), (120, "主管税务机关及代码", "样例局")),
        ((8, "不含税价", f"{small}￥{yuan(ex_tax)}"), (90, "完税凭证号码", ""), (160, "限乘人数", "5")),
    )  # fmt: skip
    for place, row in enumerate(rows):
        for x, label, value in row:
            face.put(x, 34 + place * 8, label + colon)
            face.put(x + width(label + colon, 3.2) + 2, 34 + place * 8, value)
    return _written(face, rng), one.expected(*_TICKET_FIELDS, *_PARTY, "amount_ex_tax_fen", "tax_amount_fen")


def _narrow_labels(seed: int, rng: random.Random) -> Made:
    """Upright, one row a field: the column of labels breaks the long ones, and each sum stands beside its own label."""
    one = _paid(seed)
    face = Face(210, 200)
    face.put(70, 15, "电子发票" + one.kind.removeprefix("数电发票"), size=6)
    face.put(8, 26, "发票号码")
    face.put(40, 26, one.number)
    face.put(100, 26, "开票日期")
    face.put(132, 26, chinese_day(one.day))
    label = rng.choice(
        ("统一社会信用代码/纳税人识别号", "纳税人识别号/统一社会信用代码", "统一社会信用代码(纳税人识别号)")
    )
    cut, pitch, low = rng.randint(5, 11), rng.choice((3.6, 4.4)), rng.choice((0.0, 0.5))
    for y, title, name, tax_id in (
        (34, "购买方信息", one.buyer, one.buyer_id),
        (62, "销售方信息", one.seller, one.seller_id),
    ):
        face.put(6, y, title)
        face.put(8, y + 8, "名称")
        face.put(48, y + 8, name or "")
        face.put(8, y + 16, label[:cut])
        face.put(8, y + 16 + pitch, label[cut:])
        face.put(48, y + 16 + low * pitch, tax_id or "")
    base._items_table(face, one, 92, 5, "", headline="项目名称")
    ex_tax, tax = rng.choice((("合计金额", "合计税额"), ("金额合计", "税额合计"), ("不含税金额", "税额")))
    sign = rng.choice("¥￥")
    words = capitals(one.total).replace("元", "圆")
    for y, label, value in (
        (130, ex_tax, sign + yuan(one.ex_tax)),
        (138, "价税合计（大写）", words),
        (146, "价税合计（小写）", sign + yuan(one.total)),
    ):
        face.put(8, y, label)
        face.put(48, y, value)
    face.put(110, 130, tax)
    face.put(150, 130, sign + yuan(one.tax))
    face.put(8, 154, "备注")
    face.put(48, 154, "合计金额：7.00 合计税额：1.00 统一社会信用代码：91320000000000000X")
    return _written(face, rng), one.expected(*HEADER)


def _reduced_toll(seed: int, rng: random.Random) -> Made:
    """A toll ticket with what was due, what was taken off and what was paid."""
    one = replace(base.ticket(seed), kind="通行费发票")
    off = rng.choice((50, 130, 200))
    face = Face(90, 120)
    face.put(6, 10, "江苏省车辆通行费发票", size=3.6)
    rows = [
        ("发票代码", one.code or ""), ("发票号码", one.number), ("入口", "天津北"), ("出口", "淮安南"),
        (rng.choice(("应收金额", "应付金额", "通行费")), f"￥{yuan(one.total + off)}"),
        (rng.choice(("ETC优惠", "优惠金额", "减免金额")), f"￥{yuan(off)}"),
        (rng.choice(("实收金额", "实付金额", "实收")), f"￥{yuan(one.total)}"),
    ]  # fmt: skip
    if rng.random() < 0.5:
        rows.append(("大写金额", capitals(one.total).replace("元", "圆")))
    rows.append(("时间", f"{one.day:%Y/%m/%d} 09:02:55"))
    _listed(face, rows, rng.choice(("：", ":")), rng)
    return _written(face, rng), {**_UNTOLD, **one.expected(*_TICKET_FIELDS)}


def _used_vehicle(seed: int, rng: random.Random) -> Made:
    """A used car's invoice: rows of homes right below the names, and a market or auctioneer with an id of its own."""
    one = replace(
        base.ticket(seed), kind="二手车销售统一发票", buyer=rng.choice(_WORDY_NAMES),
        total=rng.randint(900_000, 9_000_000), seller="南京样例机械制造有限公司",
        buyer_id=base.credit_code(rng, "12320"), seller_id=base.credit_code(rng, "91320"),
    )  # fmt: skip
    face, pitch = Face(210, 150), rng.choice((7.0, 9.0))
    face.put(78, 12, one.kind, size=6)
    face.put(8, 22, f"开票日期：{one.day}")
    face.put(150, 18, f"发票代码：{one.code}")
    face.put(150, 23, f"发票号码：{one.number}")
    home, third = rng.choice(("住址", "地址")), ("淮安样例汽车贸易有限公司", base.credit_code(rng, "91320"))
    market, empty = rng.sample(("二手车市场", "经营、拍卖单位"), 2)
    rows: tuple[tuple[tuple[float, str, str], ...], ...] = (
        ((8, "买方单位/个人", one.buyer), (110, "单位代码/身份证号码", one.buyer_id or "")),
        ((8, f"买方单位/个人{home}", "样例街314号12幢138室"), (110, "电话", "0517-80000000")),
        ((8, "卖方单位/个人", one.seller or ""), (110, "单位代码/身份证号码", one.seller_id or "")),
        ((8, f"卖方单位/个人{home}", "样例街333号"), (110, "电话", "13300000000")),
        ((8, "车牌照号", "苏H00000"), (80, "登记证号", "320000000000"), (130, "车辆类型", "小型轿车")),
        ((8, "车架号/车辆识别代码", "LB37522S040886137"), (90, "厂牌型号", "样"), (130, "转入地车辆管理所名称", "样")),
        ((8, "车价合计（大写）", capitals(one.total).replace("元", "圆")), (110, "小写", f"￥{yuan(one.total)}")),
        ((8, market, third[0]), (110, "纳税人识别号", third[1])),
        ((8, "地址", "样例路956号"), (110, "开户银行、账号", "样例银行65107191205402967")),
        ((8, empty, ""), (110, "纳税人识别号", "")),
    )  # fmt: skip
    for place, row in enumerate(rows):
        for x, label, value in row:
            face.put(x, 34 + place * pitch, label)
            face.put(x + width(label, 3.2) + 2, 34 + place * pitch, value)
    told = {**one.expected(*_TICKET_FIELDS, *_PARTY), "amount_ex_tax_fen": None, "tax_amount_fen": None}
    return _written(face, rng), told


def _roll(seed: int, rng: random.Random) -> Made:
    """A roll invoice: one narrow column, the seller before the buyer, whose id may be empty or not asked for."""
    way = rng.choice(("no label", "empty", "both"))
    one = replace(
        base.ticket(seed), kind="增值税普通发票（卷票）",
        code=f"0{rng.randint(11, 65)}00{rng.randint(16, 24)}0010{rng.choice('67')}",
        seller=f"南京样例{rng.choice(('餐饮管理', '文具', '酒店'))}有限公司", seller_id=base.credit_code(rng, "91320"),
        buyer="淮安市样例服务中心" if way == "both" else "个人",
        buyer_id=base.credit_code(rng, "12320") if way == "both" else None,
    )  # fmt: skip
    colon, mark = rng.choice("：:"), rng.choice(("（卷票）", "(卷式)", "（卷票） 发票联"))
    face = Face(57, 130)
    face.put(12, 7, "江苏增值税普通发票", size=3.4)
    face.put(18, 12, mark, size=2.4)
    rows = [
        ("发票代码", one.code or ""), ("发票号码", one.number), ("机打号码", one.number), ("机器编号", "661334641998"),
        ("销售方名称", one.seller or ""), ("纳税人识别号", one.seller_id or ""), ("开票日期", one.day.isoformat()),
        ("收款员", "样例甲"), ("购买方名称", one.buyer),
        *([] if way == "no label" else [("纳税人识别号", one.buyer_id or "")]),
    ]  # fmt: skip
    y = 19.0
    for label, value in rows:
        face.put(3, y, f"{label}{colon}{value}", size=2.4)
        y += 4.2
    face.put(3, y, "项目　单价　数量　金额", size=2.4)
    face.put(3, y + 4.2, f"样例服务　{yuan(one.total)}　1　{yuan(one.total)}", size=2.4)
    face.put(3, y + 10, f"合计金额(小写){colon} ￥{yuan(one.total)}", size=2.4)
    face.put(3, y + 14, f"合计金额(大写){colon} {capitals(one.total).replace('元', '圆')}", size=2.4)
    face.put(3, y + 18, f"校验码{colon} 92956434013281095043", size=2.4)
    told = {**one.expected(*_TICKET_FIELDS, *_PARTY), "amount_ex_tax_fen": None, "tax_amount_fen": None}
    return _written(face, rng), told


def _blockchain(seed: int, rng: random.Random) -> Made:
    """A blockchain e-invoice: parties listed above and below, and the sums not below their columns."""
    one = _paid(seed, older=True)
    one = replace(one, kind="区块链电子普通发票", code=f"1440{rng.randint(3, 9)}{one.day:%y}09110")
    face = Face(210, 150)
    face.put(70, 12, rng.choice(("深圳电子普通发票", "样例市区块链电子普通发票")), size=6)
    for row, text in enumerate(
        (f"发票代码：{one.code}", f"发票号码：{one.number}", f"开票日期：{one.day}", "校验码：4af12")
    ):
        face.put(150, 10 + row * 5, text)
    id_label = "统一社会信用代码/纳税人识别号："
    face.put(12, 36, f"购买方名称：{one.buyer}")
    face.put(12, 42, f"{id_label}{one.buyer_id}")
    base._items_table(face, one, 50, 5, "", headline="项目名称")
    sign = rng.choice("¥￥")
    face.put(12, 90, "合计：")
    face.put(26, 90, sign + yuan(one.ex_tax))
    face.put(60, 90, sign + yuan(one.tax))
    face.put(12, 97, f"价税合计（大写）：{capitals(one.total).replace('元', '圆')}")
    face.put(110, 97, f"（小写）{sign}{yuan(one.total)}")
    face.put(12, 104, f"销售方名称：{one.seller}")
    face.put(12, 111, f"{id_label}{one.seller_id}")
    face.put(12, 118, "备注：区块链哈希 4742585bd19198ac408fb546a06b0f25")
    return _written(face, rng), one.expected(*HEADER)


def _printed(seed: int, rng: random.Random) -> Made:
    """A machine-printed invoice of any trade: payer and payee, or the payee first."""
    one = replace(
        base.ticket(seed), kind="通用机打发票", buyer=rng.choice(_WORDY_NAMES), seller="南京样例停车管理有限公司",
        buyer_id=base.credit_code(rng, "12320"), seller_id=base.credit_code(rng, "91320"),
    )  # fmt: skip
    face = Face(210, 110)
    face.put(70, 12, "江苏通用机打发票", size=6)
    face.put(12, 22, f"开票日期：{chinese_day(one.day)}")
    face.put(150, 20, f"发票代码：{one.code}")
    face.put(150, 25, f"发票号码：{one.number}")
    face.put(12, 28, "行业分类：停车服务")
    payer, payee = (("付款方", one.buyer, one.buyer_id), ("收款方", one.seller, one.seller_id))
    own, heights = rng.random() < 0.6, (36, 76)
    for y, (side, name, tax_id) in zip(heights, rng.choice(((payer, payee), (payee, payer))), strict=True):
        face.put(12, y, f"{side}名称：{name}")
        face.put(12, y + 6, f"{side + rng.choice(('', '纳税人')) if own else '纳税人'}识别号：{tax_id}")
    for x, label, value in (
        (12, "开票项目", "停车费"),
        (60, "数量", "1"),
        (90, "单价", yuan(one.total)),
        (120, "金额", yuan(one.total)),
    ):
        face.put(x, 52, label)
        face.put(x, 58, value)
    face.put(12, 68, f"合计人民币（大写）：{capitals(one.total).replace('元', '圆')}")
    face.put(120, 68, f"（小写）￥{yuan(one.total)}")
    told = {**one.expected(*_TICKET_FIELDS, *_PARTY), "amount_ex_tax_fen": None, "tax_amount_fen": None}
    return _written(face, rng), told


def _coach(seed: int, rng: random.Random) -> Made:
    """A coach ticket is sold before the day of the journey; only a day of sale is a day of issue."""
    one = replace(base.ticket(seed), kind="客运汽车票")
    face = Face(140, 80)
    face.put(40, 8, rng.choice(("江苏公路客运汽车票（发票联）", "江苏省汽车客票", "公路客票")), size=4)
    face.put(90, 18, f"发票代码：{one.code}")
    face.put(90, 23, f"发票号码：{one.number}")
    face.put(10, 32, "淮安", size=5)
    face.put(60, 32, "南京汽车总站", size=5)
    sold = rng.random() < 0.5
    rows = [
        (rng.choice(("乘车日期", "日期", "发车时间")), f"{chinese_day(one.day + timedelta(days=3))} 10:20"),
        ("票价", f"{yuan(one.total)}元{rng.choice(('', '（含保险费2.00元）'))}"),
        ("座号", "16"), ("姓名/证件号", "样例甲 3208****0000"),
    ]  # fmt: skip
    if sold:
        rows.append(("售票日期", one.day.isoformat()))
    for place, (label, value) in enumerate(rows):
        face.put(10, 42 + place * 5.5, f"{label}：{value}")
    told = {**_UNTOLD, **one.expected(*_TICKET_FIELDS)}
    return _written(face, rng), told if sold else {**told, "issue_date": None}


FORMS: dict[str, Callable[[int, random.Random], Made]] = {
    "数电票：名称在格内折行": _hanging_cells,
    "数电票：窄表头": _narrow_header,
    "数电票：名称含名目用词": _words_in_names,
    "数电票：双方上下排列": _listed_parties,
    "旧版：窄格与横排侧栏": _older_hanging,
    "铁路客票：行距紧": _tight_rail,
    "行程单：金额逐行列出": _listed_air,
    "出租车票：印有单位": _carrier_taxi,
    "通行费票：只有时间": _timed_toll,
    "定额发票：金额无名目": _bare_quota,
    "机动车发票": _vehicle,
    "数电票：名目在格内折行": _narrow_labels,
    "通行费票：应收、优惠与实收": _reduced_toll,
    "二手车发票": _used_vehicle,
    "卷式发票": _roll,
    "区块链发票": _blockchain,
    "通用机打发票": _printed,
    "客运汽车票": _coach,
}


def form(name: str, seed: int) -> base.Specimen:
    """Make one file of a form."""
    data, expected = FORMS[name](seed, random.Random(f"{name} {seed}"))
    return base.Specimen(name, seed, f"{name}-{seed}", data, expected)
