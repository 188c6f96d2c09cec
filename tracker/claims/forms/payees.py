"""The form an account is registered on."""

from __future__ import annotations

from tracker.claims.models import PAY_NAMES, PayMethod
from tracker.web.forms import ChoiceField, Required, SiteForm, TextLine


class PayeeForm(SiteForm):
    """Whose account it is, at which bank, its number; the number is enciphered and never shown again."""

    method = ChoiceField(
        "用于",
        [Required("请选择这个账户用于哪种支付")],
        choices=[(method, PAY_NAMES[method]) for method in PayMethod],
        coerce=PayMethod,
    )
    owner = ChoiceField("属于", [Required("请选择账户属于谁")], blank="请选择")
    holder = TextLine("户名", [Required("请填写户名")], most=80)
    bank = TextLine("开户银行", [Required("请填写开户银行")], most=80)
    account = TextLine("账号", [Required("请填写账号")], most=60)
