"""Whether a paper equals the record: open to whoever holds the paper, counted so that codes are not guessed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext

from tracker.kernel.text import one_line
from tracker.vouchers import queries
from tracker.vouchers.content import VoucherContent, from_json
from tracker.vouchers.models import Voucher
from tracker.web.access import public
from tracker.web.database import reader
from tracker.web.forms import MoneyField, Required, SiteForm, TextLine
from tracker.web.limits import by_address, limiter
from tracker.web.pages import page

blueprint = Blueprint("vouchers", __name__)

HASH_HEAD = 16
"""Hexadecimal digits of a content's hash that stand on the paper."""


class PaperForm(SiteForm):
    """What is read off a paper."""

    number = TextLine(lazy_gettext("报销凭证编号"), [Required(lazy_gettext("请填写纸面上的编号"))], most=32)
    amount_fen = MoneyField(lazy_gettext("核定金额"), [Required(lazy_gettext("请填写纸面上的核定金额"))])
    head = TextLine(lazy_gettext("内容摘要"), [Required(lazy_gettext("请填写纸面上的 16 位摘要"))], most=40)


@dataclass(frozen=True)
class Record:
    """What the public may know of a voucher: what stands on the paper, names masked."""

    voucher: Voucher
    content: VoucherContent

    @property
    def head(self) -> str:
        """The hash's head as the paper shows it."""
        return self.voucher.content_hash[:HASH_HEAD].upper()

    @property
    def beneficiary(self) -> str:
        """The beneficiary's name, all but its first character hidden."""
        return masked_name(self.content.beneficiary)


def masked_name(name: str) -> str:
    """Hide all but the first character of a name."""
    return name[:1] + "*" * min(len(name) - 1, 3) if name else ""


def _is_head(typed: str, voucher: Voucher) -> bool:
    plain = "".join(typed.split()).replace("-", "").lower()
    return hmac.compare_digest(plain.encode(), voucher.content_hash[:HASH_HEAD].encode())


@blueprint.route("/verify", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", key_func=by_address, methods=["POST"])
def verify() -> Response:
    """Compare number, amount and hash head typed off a paper with the record; a wrong one learns nothing."""
    form = PaperForm()
    record, is_compared = None, False
    if form.sent_and_valid():
        is_compared = True
        voucher = queries.find_number(reader(), (form.number.data or "").upper())
        if voucher is not None and _is_head(form.head.data or "", voucher):
            content = from_json(voucher.content)
            if content.approved_fen == form.amount_fen.data:
                record = Record(voucher, content)
    return page("vouchers/verify.html", form=form, record=record, is_compared=is_compared)


@blueprint.get("/verify/<code>")
@public
@limiter.limit("60/minute", key_func=by_address)
def verify_code(code: str) -> Response:
    """Show the record behind the code on a paper; with the hash head of the paper, whether both are the same."""
    wanted = one_line(code).upper()
    voucher = queries.by_code(reader(), wanted)
    if voucher is None:
        return page("vouchers/verify_unknown.html", status=404, code=wanted[:24])
    head = request.args.get("h", "")
    return page(
        "vouchers/verify_record.html",
        record=Record(voucher, from_json(voucher.content)),
        is_compared=bool(head),
        is_same=bool(head) and _is_head(head[:40], voucher),
    )
