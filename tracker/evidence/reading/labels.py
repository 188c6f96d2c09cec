"""The words that forms print as labels, and the long ones that a narrow cell breaks."""

from __future__ import annotations

import re
from typing import Final

# The labels of a vehicle invoice whose values nobody reads: they end the value before them.
_CELLS: Final = (
    r"(?:车辆类型|厂牌型号|产地|合格证号|进口证明书号|商检单号|发动机号码|车辆识别代号/车架号码|主管税务机关及代码|吨位"
    r"|完税凭证号码|限乘人数|电话|账号|开户银行|地址|(?:[买卖]方单位/个人)?住址|车牌照号|登记证号|车架号/车辆识别代码"
    r"|转入地车辆管理所名称|身份证号码(?:/组织机构代码)?):?"
)
# Label -> pattern over a line's folded text without spaces. The first pattern that fits at a place wins.
_LABELS: Final = (
    ("paper_number", r"(?:数电|全电)(?:发票|票)号码:?"),
    ("original", r"(?:被红冲蓝字(?:数电)?(?:发票|票)号码|原发票号码|对应正数发票(?:代码|号码)):?"),
    ("invoice_code", r"(?:发票代码|票据代码):?"),
    ("invoice_number", r"(?:发票号码|票据号码):?"),
    ("issue_date", r"(?:开票日期|填开日期|售票日期|开具日期|开票时间):?"),
    ("start_time", r"(?:(?:入口|进站|驶入|开始)(?:日期|时间)|(?:上车|等候)时间):?"),
    ("end_time", r"(?:(?:出口|出站|驶出|通行|交易|收费|打印)(?:日期|时间)|下车时间):?"),
    ("plain_date", r"(?:乘车|上车|出行)?日期:?"),
    ("plain_time", r"时间:?"),
    ("check_code", r"校验码:?"),
    ("machine", r"机器编号:?"),
    ("ticket_number", r"(?:电子客票号码|电子客票号):?"),
    (
        "buyer_tax_id",
        r"(?:交款人|(?:购买?方|买方|付款方)(?:信息)?)(?:统一社会信用代码(?:/纳税人识别号)?|(?:纳税人)?识别号|税号):?",
    ),
    (
        "buyer_name",
        r"(?:购买方(?:信息)?:?名称|购方名称|购货单位(?:名称|\(人\))|买方单位/个人(?![住地]址|电话)|付款方名称|付款单位|交款人):?",
    ),
    (
        "seller_name",
        r"(?:销售方(?:信息)?:?名称|销方名称|销货单位名称|卖方单位/个人(?![住地]址|电话)|收款方名称|收款单位(?:\((?:盖?章)\))?|填开单位):?",
    ),
    (
        "seller_tax_id",
        r"(?:销售?方|卖方|收款方)(?:信息)?(?:统一社会信用代码(?:/纳税人识别号)?|(?:纳税人)?识别号|税号):?",
    ),
    ("other_name", r"(?:二手车市场|经营[、,]?拍卖单位)(?:名称)?:?"),
    (
        "tax_id",
        r"(?:统一社会信用代码/?(?:纳税人识别号)?|纳税人识别号/?(?:统一社会信用代码)?|单位代码|税号)(?:/身份证明?号码)?:?",
    ),
    ("address", r"地址[、,]?电话:?"),
    ("bank", r"(?:开户行及账号|开户银行及账号|开户行[、,]账号):?"),
    ("name", r"(?<![目务品者])名称:?"),
    ("capitals", r"(?:价税合计)?\(大写\):?|(?:金额)?合计(?:金额)?\(大写\):?"),
    ("total", r"(?:合计金额|金额合计)?\(小写\):?"),
    ("ex_tax", r"不含税(?:价格?|金额)(?:小写)?:?"),
    ("figures", r"小写:?"),
    ("price_total", r"价税合计:?"),
    ("tax_sum", r"(?:合计税额|税额合计):?"),
    ("amount_sum", r"(?:合计金额|金额合计)(?:\(元\))?:?"),
    ("subtotal", r"小计:?"),
    ("sum", r"(?<!税)合计:?"),
    ("item_head", r"(?:货物或应税劳务、?服务名称|货物或应税劳务名称|项目名称|开票项目)"),
    ("spec_head", r"(?:规格型号|车牌号)"),
    (
        "company",
        r"(?:(?<![货款])单位名称:?|(?:经营|车属|营运|运营|所属|承运)(?:单位|公司|企业)(?:名称)?:?|^(?:出租车?)?(?:公司|企业)(?:名称)?:)",
    ),
    ("unit_head", r"单位:?"),
    ("quantity_head", r"数量"),
    ("price_head", r"单价"),
    ("amount_head", r"金额(?=税率|税额|征收率|$|\((?!元\):?[¥\d])|税)"),
    ("rate_head", r"税率(?:/征收率)?"),
    ("tax_head", r"税额"),
    ("payee", r"(?:收款人|复核人?|开票人|销售方:?\(章\)|收款单位章|校验码|其他信息):?"),
    ("remarks_label", r"备注:?"),
    ("cipher_label", r"密码区:?"),
    ("former_fare", r"(?:原票价|原价|票价差额?|补差价?):?"),
    ("fare", r"票价:?"),
    ("refund_fee", r"退票费:?"),
    ("change_fee", r"改签费:?"),
    ("fuel", r"燃油附加费:?"),
    ("vat_rate", r"增值税税率(?:或征收率)?:?"),
    ("vat", r"增值税税(?!率)额?:?"),
    ("fund", r"民航发展基金:?"),
    ("other_taxes", r"其他税费:?"),
    ("passenger", r"(?:旅客姓名|乘客姓名):?"),
    ("verify", r"验证码:?"),
    ("hint", r"(?:提示信息|保险费|销售网点代号|签注):?"),
    ("reduction", r"(?:优惠|减免|折扣|抵扣)(?:金额)?(?:\(元\))?:?"),
    ("change_given", r"找[零补](?:金额)?:?"),
    ("received", r"实[收付](?:金额|通行费|款)?(?:\(元\))?:?"),
    ("paid", r"(?:总金额|应[收付](?:金额|通行费|款)?|收费金额|通行费金额|金额|车费|通行费)(?:\(元\))?:?"),
    ("cell", _CELLS),
)
LABEL: Final = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _LABELS))

_PARTIES: Final = {
    "": "tax_id",
    "购买方": "buyer_tax_id",
    "购方": "buyer_tax_id",
    "销售方": "seller_tax_id",
    "销方": "seller_tax_id",
}
_IDS: Final = (
    "统一社会信用代码/纳税人识别号",
    "纳税人识别号/统一社会信用代码",
    "统一社会信用代码(纳税人识别号)",
    "统一社会信用代码",
    "纳税人识别号",
)


def _broken() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for body in _IDS:
        for party, kind in _PARTIES.items():
            for colon in ("", ":"):
                for cut in range(1, len(body)):
                    found.setdefault(body[cut:] + colon, []).append((party + body[:cut], kind))
    return {end: tuple(heads) for end, heads in found.items()}


BROKEN: Final = _broken()
"""End of a label on its second line → what its first line may print, and the label's kind."""
