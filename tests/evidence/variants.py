"""Invoices of the known families, as odd as real ones get: other forms and spacing, treacherous remarks, bad photos.

Every variant is one maker; the facts come from ``specimens``. What a file does not state is expected empty.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

from PIL import Image, ImageEnhance, ImageFilter

from tests.evidence import specimens as base
from tests.evidence.specimens import Face, Invoice, Line, Word, yuan

Made = tuple[bytes, dict[str, object]]
HEADER = base.HEADER
_PARTIES = ("buyer_name", "buyer_tax_id", "seller_name", "seller_tax_id")


# ---------------------------------------------------------------- words moved about


def _blue(seed: int, *, older: bool = False) -> Invoice:
    """An invoice that is paid, taxed and for an office, from the seed on."""
    for place in range(seed * 50, seed * 50 + 50):
        one = base.invoice(place, older=older)
        if one.total > 0 and one.buyer_id and one.tax:
            return replace(one, remark="")
    raise LookupError(seed)


def _red(seed: int) -> Invoice:
    for place in range(seed * 50, seed * 50 + 200):
        one = base.invoice(place)
        if one.total < 0:
            return one
    raise LookupError(seed)


def _spread(face: Face, *, labels: bool, values: bool, pitch: float) -> Face:
    """Set characters apart, each a text of its own, as forms with justified cells do."""
    words: list[Word] = []
    for word in face.words:
        wanted = values if word.tag else labels
        if not wanted or word.turn or len(word.text) < 2:
            words.append(word)
            continue
        x = word.x
        for char in word.text:
            words.append(replace(word, x=x, text=char))
            x += base.width(char, word.size) * pitch
    return _moved(face, words)


def _moved(face: Face, words: list[Word]) -> Face:
    return Face(face.wide, face.high, words, face.code)


def _rewritten(face: Face, change: Callable[[Word], Word | None]) -> Face:
    return _moved(face, [new for word in face.words if (new := change(word)) is not None])


def _without(face: Face, *tags: str) -> Face:
    return _rewritten(face, lambda word: None if word.tag in tags else word)


def _glued(face: Face) -> Face:
    """Set a label and the value that follows it as one text without a gap."""
    words = list(face.words)
    for label in [word for word in words if re.search(r"[:：]$", word.text) and not word.tag]:
        end = label.x + base.width(label.text, label.size)
        after = [word for word in words if word.tag and abs(word.y - label.y) < 0.5 and -0.5 < word.x - end < 14]
        if after and not after[0].tag.startswith("Item"):
            words.remove(label)
            words[words.index(after[0])] = replace(after[0], x=label.x, text=label.text + after[0].text)
    return _moved(face, words)


def _digital(one: Invoice, rng: random.Random, *, coded: bool = False) -> Face:
    return base.digital_face(one, rng, coded=coded)


def _pdf(face: Face, rng: random.Random) -> bytes:
    return base.pdf([face], order=rng.choice(("inline", "stacked")), radicals=rng.random() < 0.3)


def _shuffled(face: Face, rng: random.Random) -> Face:
    words = list(face.words)
    rng.shuffle(words)
    return _moved(face, words)


# ---------------------------------------------------------------- digital invoices


def _text_order(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    return base.pdf([_shuffled(_digital(one, rng), rng)]), one.expected(*HEADER)


def _char_by_char(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    return _pdf(_shuffled(_spread(_digital(one, rng), labels=True, values=True, pitch=1.0), rng), rng), one.expected(
        *HEADER
    )


def _wide_labels(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    face = _digital(one, rng)
    short = _rewritten(
        face, lambda word: replace(word, text=word.text.replace("名称", "名 称")) if not word.tag else word
    )
    return _pdf(short, rng), one.expected(*HEADER)


def _one_run(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    return _pdf(_glued(_digital(one, rng)), rng), one.expected(*HEADER)


def _odd_colon(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    colon = rng.choice("∶﹕︓")
    face = _rewritten(
        _digital(one, rng), lambda word: replace(word, text=re.sub("：", colon, word.text)) if not word.tag else word
    )
    return _pdf(face, rng), one.expected(*HEADER)


REMARKS = (
    "购方开户银行:样例银行淮安分行;  银行账号:62120000000000000001;",
    "订单号:20268888777766665555 合同编号24322000000099998888",
    "发票号码：24312000000077776666 开票日期：2023年01月01日",
    "销方开户银行:样例银行; 银行账号:32050175860000000123; 收款人:样例甲; 复核人:样例乙;",
    "名称：样例厂房改造项目 统一社会信用代码/纳税人识别号：91320000000000000X",
    "价税合计:99999.99 合计:88888.88 (小写)¥77777.77 金额:66.00元",
    "项目名称:河道整治 税额:12.34 购买方名称:别的单位 销售方名称:另一单位",
)


def _remarks(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    face = _digital(one, rng, coded=rng.random() < 0.3)
    for row, text in enumerate(rng.sample(REMARKS, 3)):
        face.put(13, 109 + row * 5, text, tag="Note")
    return _pdf(face, rng), one.expected(*HEADER)


def _bare_form(seed: int, rng: random.Random) -> Made:
    """Values printed on a form whose labels are a picture; digits in the remarks must not become the number."""
    one = _blue(seed)
    face = _rewritten(_digital(one, rng), lambda word: None if "发票号码" in word.text else word)
    face.put(13, 109, rng.choice(REMARKS[:2]), tag="Note")
    return _pdf(face, rng), one.expected(*HEADER)


def _no_figures(seed: int, rng: random.Random) -> Made:
    """The total is printed in capitals alone."""
    one = _blue(seed)
    face = _without(_digital(one, rng), "TaxInclusiveTotalAmount")
    return _pdf(face, rng), one.expected(*HEADER)


def _only_capitals(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    face = _without(_digital(one, rng), "TaxInclusiveTotalAmount", "TaxExclusiveTotalAmount", "TaxTotalAmount")
    return _pdf(face, rng), {**one.expected(*HEADER), "amount_ex_tax_fen": None, "tax_amount_fen": None}


def _mixed_rates(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    free = Line("*餐饮服务*自制食品", "", "", "1", "30.00", 3000, rng.choice(("免税", "不征税", "***")), None)
    lines = (*one.lines, free)
    one = replace(one, lines=lines, ex_tax=(one.ex_tax or 0) + 3000, total=one.total + 3000)
    return _pdf(_digital(one, rng), rng), one.expected(*HEADER)


def _untaxed(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    word = rng.choice(("不征税", "免税", "0%", "***"))
    lines = tuple(replace(line, rate=word, tax=None) for line in one.lines)
    one = replace(one, lines=lines, tax=0, total=one.ex_tax or 0)
    return _pdf(_digital(one, rng), rng), one.expected(*HEADER)


def _red_letter(seed: int, rng: random.Random) -> Made:
    one = _red(seed)
    face = _digital(one, rng)
    style = rng.randint(0, 2)

    def signed(word: Word) -> Word:
        text = word.text
        if style == 1:
            text = re.sub(r"^([¥￥])-", r"-\1", text)
        elif style == 2 and "（负数）" in text:
            text = text.replace("（负数）", "(负数)")
        return replace(word, text=text)

    return _pdf(_rewritten(face, signed), rng), {**one.expected(*HEADER), "red_of": one.red_of}


def _thousands(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)

    def grouped(word: Word) -> Word:
        match = re.fullmatch(r"([¥￥]?)(\d+)\.(\d\d)", word.text)
        if not match or "Amount" not in word.tag:
            return word
        text = f"{match[1]}{int(match[2]):,}.{match[3]}"
        return replace(word, text=text, x=word.x - base.width(text, word.size) + base.width(word.text, word.size))

    return _pdf(_rewritten(_digital(one, rng), grouped), rng), one.expected(*HEADER)


def _person(seed: int, rng: random.Random) -> Made:
    one = replace(_blue(seed), buyer=rng.choice(("样例甲", "样例甲（个人）", "欧阳样例")), buyer_id=None)
    if "普通" not in one.kind:
        one = replace(one, kind="数电发票（普通发票）")
    return _pdf(_digital(one, rng), rng), one.expected(*HEADER)


def _foreign_name(seed: int, rng: random.Random) -> Made:
    one = replace(
        _blue(seed),
        seller=rng.choice(("SAMPLE HOTEL (CHINA) CO., LTD.", "样例７７便利店（淮安）有限公司", "样例·云上咖啡店")),
    )
    return _pdf(_digital(one, rng), rng), one.expected(*HEADER)


_MONEY_HEADS = (("金额", 140), ("税率/征收率", 158), ("税额", 190))
SPECIAL_HEADS = {
    "旅客运输": (("项目名称", 6), ("单价", 60), ("数量", 85), ("单位", 105), *_MONEY_HEADS),
    "不动产租赁": (
        ("项目名称", 6),
        ("产权证书/不动产权证号", 40),
        ("面积单位", 80),
        ("数量", 98),
        ("单价", 112),
        *_MONEY_HEADS,
    ),
    "建筑服务": (("项目名称", 6), ("建筑服务发生地", 50), ("建筑项目名称", 90), *_MONEY_HEADS),
    "货物运输": (("项目名称", 6), ("规格型号", 47), ("单 位", 70), ("数 量", 92), ("单 价", 112), *_MONEY_HEADS),
}
SPECIAL_TABLES = {
    "旅客运输": ("出行人", "有效身份证件号", "出行日期", "出发地", "到达地", "等级", "交通工具类型"),
    "不动产租赁": ("不动产地址", "租赁期起止", "跨地（市）标志"),
    "建筑服务": ("土地增值税项目编号", "跨地（市）标志"),
    "货物运输": ("运输工具种类", "运输工具牌号", "起运地", "到达地", "运输货物名称"),
}


def _special_business(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    one = replace(one, lines=one.lines[:2], ex_tax=sum(line.amount for line in one.lines[:2]))
    one = replace(one, tax=sum(line.tax or 0 for line in one.lines))
    one = replace(one, total=(one.ex_tax or 0) + (one.tax or 0))
    kind = rng.choice(sorted(SPECIAL_HEADS))
    face = _digital(one, rng, coded=rng.random() < 0.3)
    heads = {"项目名称", "规格型号", "单位", "数量", "单价", "金额", "税率/征收率", "税额"}
    body = ("Item", "Quantity", "Price", "Amount", "TaxScheme", "TaxAmount")
    top = next(word.y for word in face.words if word.text == "项目名称")
    face = _rewritten(
        face,
        lambda word: (
            None
            if base.fold_spaces(word.text) in heads
            or word.tag.split(" ")[0] in body
            or (top < word.y < top + 15 and not word.tag)
            else word
        ),
    )
    face.put(10, 10, kind + "服务", size=3.5)
    for text, x in SPECIAL_HEADS[kind]:
        face.put(x, top, text)
    for index, line in enumerate(one.lines, 1):
        y = top + index * 5
        face.put(5, y, line.name[:9])
        face.put(152, y, yuan(line.amount), end=True)
        face.put(166, y, line.rate, end=True)
        face.put(204, y, yuan(line.tax), end=True)
    step = 190 / len(SPECIAL_TABLES[kind])
    for place, text in enumerate(SPECIAL_TABLES[kind]):
        face.put(8 + place * step, top + 20, text)
        face.put(8 + place * step, top + 25, rng.choice(("样例甲", "2026-03-02", "淮安市", "1", "320804199001010000")))
    return _pdf(face, rng), one.expected(*HEADER)


def _second_page_list(seed: int, rng: random.Random) -> Made:
    """A list of goods follows the invoice on a page of its own, with sums of its own."""
    one = _blue(seed)
    sheet = Face(210, 297)
    sheet.put(60, 15, "销售货物或者提供应税劳务清单", size=5)
    sheet.put(10, 25, f"购买方名称：{one.buyer}")
    sheet.put(10, 31, f"销售方名称：{one.seller}")
    sheet.put(10, 37, f"所属增值税发票号码：{one.number}")
    for index in range(8):
        sheet.put(10, 50 + index * 6, f"{index + 1}  样例物品")
        sheet.put(150, 50 + index * 6, "12.00", end=True)
    sheet.put(10, 110, "小计")
    sheet.put(150, 110, "¥96.00", end=True)
    sheet.put(10, 116, "总计")
    sheet.put(150, 116, f"¥{yuan(one.ex_tax)}", end=True)
    sheet.put(190, 116, f"¥{yuan(one.tax)}", end=True)
    return base.pdf([_digital(one, rng, coded=True), sheet]), one.expected(*HEADER)


def _twice_the_same(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    face = _digital(one, rng, coded=True)
    return base.pdf([face, face]), one.expected(*HEADER)


def _two_on_a_page(seed: int, rng: random.Random) -> Made:
    """Two different invoices laid on one page: whose is whose is nobody's guess."""
    first, second = _digital(_blue(seed), rng, coded=True), _digital(_blue(seed + 77), rng, coded=False)
    words = [*first.words, *[replace(word, y=word.y + 145) for word in second.words]]
    face = Face(210, 297, words, first.code if rng.random() < 0.5 else None)
    return base.pdf([face]), {"invoice_number": None, "total_fen": None, **dict.fromkeys(_PARTIES)}


# ---------------------------------------------------------------- older invoices


def _older(one: Invoice, rng: random.Random, *, coded: bool = False) -> Face:
    return base.older_face(one, rng, coded=coded)


def _older_spread(seed: int, rng: random.Random) -> Made:
    one = _blue(seed, older=True)
    face = _older(one, rng)
    words = [
        replace(word, text=" ".join(word.text)) if word.tag.endswith("TaxID") and word.size < 4 else word
        for word in face.words
    ]
    return _pdf(_shuffled(_moved(face, words), rng), rng), one.expected(*HEADER)


def _older_one_run(seed: int, rng: random.Random) -> Made:
    one = _blue(seed, older=True)
    return _pdf(_glued(_older(one, rng)), rng), one.expected(*HEADER)


def _older_special(seed: int, rng: random.Random) -> Made:
    one = _blue(seed, older=True)
    one = replace(one, kind="增值税电子专用发票", code=(one.code or "")[:-2] + "13")
    face = _rewritten(
        _older(one, rng),
        lambda word: replace(word, text=word.text.replace("增值税电子普通发票", "增值税电子专用发票")),
    )
    return _pdf(face, rng), one.expected(*HEADER)


def _older_remarks(seed: int, rng: random.Random) -> Made:
    one = _blue(seed, older=True)
    face = _older(one, rng, coded=rng.random() < 0.4)
    for row, text in enumerate(
        ("订单号:1234567890123456", "发票代码:032001900999", "发票号码:87654321", "名称:别的项目")
    ):
        face.put(127, 108 + row * 5, text, tag="Note")
    return _pdf(face, rng), one.expected(*HEADER)


def _toll(seed: int, rng: random.Random) -> Made:
    one = _blue(seed, older=True)
    line = Line("*经营租赁*通行费", "苏HA0001", "", "", "", 2913, "3%", 87)
    one = replace(one, lines=(line,), ex_tax=2913, tax=87, total=3000, kind="增值税电子普通发票（通行费）")
    one = replace(one, code=(one.code or "")[:-2] + "12")
    face = _older(one, rng)
    renamed = {"规格型号": "车牌号", "单位": "类型", "数量": "通行日期起", "单价": "通行日期止"}
    face = _rewritten(
        face,
        lambda word: (
            replace(word, text=renamed[base.fold_spaces(word.text)], x=word.x - 4)
            if base.fold_spaces(word.text) in renamed
            else replace(word, text=word.text.replace("增值税电子普通发票", "通行费增值税电子普通发票"))
        ),
    )
    face.put(90, 61.5, "20260301")
    face.put(112, 61.5, "20260302")
    return _pdf(face, rng), one.expected(*HEADER)


# ---------------------------------------------------------------- tickets


def _rail(seed: int, rng: random.Random) -> Made:
    one = base.rail(seed)
    face = base.rail_face(one, rng)
    told: dict[str, object] = {**one.expected(*HEADER), "amount_ex_tax_fen": None, "tax_amount_fen": None}
    way = rng.choice(("refund", "change", "alone", "note", "spread"))
    if way == "refund":
        face = _rewritten(
            face, lambda word: replace(word, text=word.text.replace("票价", "退票费")) if "票价" in word.text else word
        )
    elif way == "change":
        face.put(70, 62, "始发改签")
        face.put(110, 62, "原票号：26320000000000009999")
    elif way == "alone":
        face = _rewritten(face, lambda word: None if "购买方" in word.text or "信用代码" in word.text else word)
        told |= {"buyer_name": None, "buyer_tax_id": None}
    elif way == "note":
        face.put(10, 105, "买票请到12306 发货请到95306 中国铁路祝您旅途愉快 订单号：26329999888877776666")
    else:
        face = _spread(face, labels=True, values=True, pitch=1.05)
    return _pdf(face, rng), told


def _air(seed: int, rng: random.Random) -> Made:
    one = base.air(seed)
    face = base.air_face(one, rng)
    way = rng.choice(("uncoded", "no currency", "alone", "two legs"))
    told = one.expected(*HEADER, "other_charges_fen")
    if way == "no currency":
        face = _rewritten(face, lambda word: replace(word, text=word.text.replace("CNY ", "")))
    elif way == "alone":
        face = _rewritten(face, lambda word: None if "购买方名称" in word.text or "纳税人识别号" in word.text else word)
        told |= {"buyer_name": None, "buyer_tax_id": None}
    elif way == "two legs":
        face.put(40, 60, "样航")
        face.put(60, 60, "MU9999")
        face.put(98, 60, one.day.isoformat())
        face.put(8, 63, "至: 三亚")
    if way != "two legs" or rng.random() < 0.5:
        face.code = None
    return _pdf(face, rng), told


def _taxi(seed: int, rng: random.Random) -> Made:
    """A taxi's receipt tells time, way, waiting and price per kilometre before the sum."""
    one = replace(base.ticket(seed), kind="出租车发票")
    colon = rng.choice((":", "：", " "))
    face = Face(60, 150)
    face.put(6, 10, "江苏省出租汽车统一车票", size=3.4)
    rows = (
        ("发票代码", one.code or ""), ("发票号码", one.number), ("单位电话", "0517-80000000"), ("车号", "苏HT0001"),
        ("证号", "320800123456"),
        ("日期", one.day.isoformat()), ("上车", "08:12"), ("下车", "08:40"), ("单价", "2.40元"),
        ("里程", "12.4公里"), ("等候", "00:03:20"), ("金额", f"{yuan(one.total)}元"), ("卡号", "6212000000000000"),
        ("原额", "0.00"), ("余额", "0.00"),
    )  # fmt: skip
    for place, (label, value) in enumerate(rows):
        face.put(6, 20 + place * 7, label + colon)
        face.put(24, 20 + place * 7, value)
    told = one.expected("kind", "invoice_code", "invoice_number", "issue_date", "total_fen", "red_letter")
    return _pdf(face, rng), {**told, **dict.fromkeys(("buyer_name", "seller_name", "amount_ex_tax_fen"))}


def _toll_ticket(seed: int, rng: random.Random) -> Made:
    one = replace(base.ticket(seed), kind="通行费发票")
    face = Face(80, 90)
    face.put(8, 10, "江苏省高速公路联网收费", size=3.4)
    face.put(8, 16, "车辆通行费专用票据", size=3.4)
    for place, text in enumerate(
        (f"发票代码 {one.code}", f"发票号码 {one.number}", "入口：淮安南", "出口：南京北", "车型：1型 车牌：苏HA0001",
         f"时间：{one.day.isoformat()} 08:12:30", f"实收金额：{yuan(one.total)}元", "收费员：001234")
    ):  # fmt: skip
        face.put(8, 26 + place * 6, text)
    told = one.expected("kind", "invoice_code", "invoice_number", "total_fen", "red_letter")
    return _pdf(face, rng), {**told, **dict.fromkeys(("buyer_name", "seller_name", "amount_ex_tax_fen"))}


# ---------------------------------------------------------------- data files


def _xml_prefixed(seed: int, rng: random.Random) -> Made:
    one = base.invoice(seed)
    text = base.digital_xml(one).decode()
    if rng.random() < 0.5:
        text = re.sub(r"<(/?)([A-Za-z])", r"<\1n:\2", text)
        text = text.replace("<n:EInvoice>", '<n:EInvoice xmlns:n="http://example.org/einvoice">', 1)
    else:
        text = text.replace("<EInvoice>", '<EInvoice xmlns="urn:einvoice:2024" version="1.0">', 1)
    return text.encode(), one.expected(*HEADER)


def _xml_encoded(seed: int, rng: random.Random) -> Made:
    one = base.invoice(seed)
    way = rng.choice(("bom", "gb bom", "undeclared gbk", "utf-16 undeclared", "single quotes", "spaces before"))
    text = base.digital_xml(one).decode()
    head, _, body = text.partition("\n")
    data = {
        "bom": lambda: b"\xef\xbb\xbf" + text.encode(),
        "gb bom": lambda: b"\xef\xbb\xbf" + text.replace("utf-8", "GBK", 1).encode(),
        "undeclared gbk": lambda: body.encode("gb18030"),
        "utf-16 undeclared": lambda: body.encode("utf-16"),
        "single quotes": lambda: (head.replace('"', "'").replace("utf-8", "GB18030") + body).encode("gb18030"),
        "spaces before": lambda: b"\n  " + text.encode(),
    }[way]()
    return data, one.expected(*HEADER)


def _xml_dressed(seed: int, rng: random.Random) -> Made:
    """Values in CDATA, on lines of their own, with times, separators, comments and long digits in the remarks."""
    one = replace(_blue(seed), remark="订单 24322000000099998888 发票号码：24312000000077776666")
    text = base.digital_xml(one).decode()
    text = re.sub(r"<(BuyerName|SellerName)>([^<]*)<", r"<\1><![CDATA[\2]]><", text)
    text = re.sub(r"<(TotalTaxAm|InvoiceNumber)>([^<]*)<", r"<\1>\n   \2\n  <", text)
    text = re.sub(r"<IssueTime>[^<]*<", f"<IssueTime>{one.day:%Y-%m-%d} 23:59:59<", text)
    text = text.replace(
        f"<TotalAmWithoutTax>{yuan(one.ex_tax)}<",
        f"<TotalAmWithoutTax>{(one.ex_tax or 0) // 100:,}.{(one.ex_tax or 0) % 100:02d}<",
    )
    return text.replace("<EInvoiceData>", "<!-- 数据 --><EInvoiceData>").encode(), one.expected(*HEADER)


# ---------------------------------------------------------------- OFD


def _ofd_text_alone(seed: int, rng: random.Random) -> Made:
    older = rng.random() < 0.5
    one = _blue(seed, older=older)
    face = _older(one, rng) if older else _digital(one, rng)
    return base.ofd(face, quirks=base.OfdQuirks(stray_page=rng.random() < 0.3)), one.expected(*HEADER)


def _ofd_letters(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    return base.ofd(_spread(_digital(one, rng), labels=True, values=True, pitch=1.0)), one.expected(*HEADER)


def _ofd_glued(seed: int, rng: random.Random) -> Made:
    one = _blue(seed)
    return base.ofd(_glued(_digital(one, rng))), one.expected(*HEADER)


def _ofd_digital_data(seed: int, rng: random.Random) -> Made:
    one = base.invoice(seed)
    return base.ofd(_digital(one, rng), attached={"original_invoice.xml": base.digital_xml(one)}), one.expected(*HEADER)


def _ofd_unlisted_data(seed: int, rng: random.Random) -> Made:
    one = base.invoice(seed)
    parts = base.ofd(_digital(one, rng))
    with zipfile.ZipFile(io.BytesIO(parts)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return base.zipped(held | {"Doc_0/Attachs/einv_ord_issuer.xml": base.digital_xml(one)}), one.expected(*HEADER)


# ---------------------------------------------------------------- pictures


def _tilt(seed: int, rng: random.Random, change: Callable[[Image.Image], Image.Image], quality: int = 80) -> Made:
    older = rng.random() < 0.5
    one = _blue(seed, older=older)
    face = _older(one, rng, coded=True) if older else _digital(one, rng, coded=True)
    shot = change(Image.open(io.BytesIO(base.photo(face, rng))).convert("RGB"))
    out = io.BytesIO()
    shot.save(out, "JPEG", quality=quality)
    told = ("kind", "invoice_code", "invoice_number", "issue_date", "amount_ex_tax_fen" if older else "total_fen")
    return out.getvalue(), {**one.expected(*told), **dict.fromkeys(_PARTIES)}


def _photo_turned(seed: int, rng: random.Random) -> Made:
    angle = rng.choice((90, 180, 270, 35, -50, 135))
    return _tilt(seed, rng, lambda shot: shot.rotate(angle, expand=True, fillcolor=(96, 84, 70)))


def _photo_skewed(seed: int, rng: random.Random) -> Made:
    def skew(shot: Image.Image) -> Image.Image:
        wide, high = shot.size
        a, b = rng.uniform(0.03, 0.14) * wide, rng.uniform(0.03, 0.14) * high
        return shot.transform(
            shot.size, Image.Transform.QUAD, (-a, -b, 0, high + b, wide, high, wide + a, 0), Image.Resampling.BICUBIC
        )

    return _tilt(seed, rng, skew)


def _photo_small(seed: int, rng: random.Random) -> Made:
    wide = rng.choice((760, 900, 1080))
    return _tilt(seed, rng, lambda shot: shot.resize((wide, round(shot.height * wide / shot.width))), 75)


def _photo_dark(seed: int, rng: random.Random) -> Made:
    def dim(shot: Image.Image) -> Image.Image:
        dark = ImageEnhance.Brightness(shot).enhance(rng.uniform(0.3, 0.5))
        return ImageEnhance.Contrast(dark).enhance(rng.uniform(0.4, 0.7)).filter(ImageFilter.GaussianBlur(0.4))

    return _tilt(seed, rng, dim, 60)


def _scan_in_pdf(seed: int, rng: random.Random) -> Made:
    data, told = _tilt(seed, rng, lambda shot: shot.rotate(rng.choice((0, 90, 180)), expand=True))
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).save(out, "PDF", resolution=150)
    return out.getvalue(), told


VARIANTS: dict[str, Callable[[int, random.Random], Made]] = {
    "数电票 PDF：文字次序打乱": _text_order,
    "数电票 PDF：一字一段": _char_by_char,
    "数电票 PDF：名目加空格": _wide_labels,
    "数电票 PDF：名目与值同段": _one_run,
    "数电票 PDF：少见的冒号": _odd_colon,
    "数电票 PDF：备注里有号码和名目": _remarks,
    "数电票 PDF：没有号码名目": _bare_form,
    "数电票 PDF：没有小写合计": _no_figures,
    "数电票 PDF：只有大写": _only_capitals,
    "数电票 PDF：应税与免税混开": _mixed_rates,
    "数电票 PDF：不征税、免税": _untaxed,
    "数电票 PDF：红字": _red_letter,
    "数电票 PDF：金额有千分位": _thousands,
    "数电票 PDF：个人抬头": _person,
    "数电票 PDF：外文与异体名称": _foreign_name,
    "数电票 PDF：特定业务": _special_business,
    "数电票 PDF：附销货清单": _second_page_list,
    "数电票 PDF：同一张两页": _twice_the_same,
    "数电票 PDF：一页两张": _two_on_a_page,
    "旧版 PDF：税号加空格": _older_spread,
    "旧版 PDF：名目与值同段": _older_one_run,
    "旧版 PDF：电子专票": _older_special,
    "旧版 PDF：备注里有代码号码": _older_remarks,
    "旧版 PDF：通行费": _toll,
    "铁路 PDF：退票、改签、个人": _rail,
    "行程单 PDF：无码、无币种、两段": _air,
    "出租车票 PDF": _taxi,
    "通行费票 PDF": _toll_ticket,
    "数电票 XML：名称空间": _xml_prefixed,
    "数电票 XML：编码": _xml_encoded,
    "数电票 XML：写法": _xml_dressed,
    "OFD：只有文字": _ofd_text_alone,
    "OFD：一字一对象": _ofd_letters,
    "OFD：名目与值同对象": _ofd_glued,
    "OFD：附数电票数据": _ofd_digital_data,
    "OFD：附件未登记": _ofd_unlisted_data,
    "照片：转了角度": _photo_turned,
    "照片：斜拍": _photo_skewed,
    "照片：分辨率低": _photo_small,
    "照片：昏暗模糊": _photo_dark,
    "PDF：扫描件": _scan_in_pdf,
}


def variant(name: str, seed: int) -> base.Specimen:
    """Make one file of a variant."""
    data, expected = VARIANTS[name](seed, random.Random(f"{name} {seed}"))
    return base.Specimen(name, seed, f"{name}-{seed}", data, expected)
