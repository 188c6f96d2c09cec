"""What people do to a claim, one function an act; each runs inside one unit of work."""

from tracker.claims.operations.drafts import attach, detach, discard, open_draft, save_draft
from tracker.claims.operations.files import add_file, lay_from_folder
from tracker.claims.operations.gate import (
    approve,
    comment,
    deduct,
    finance_return,
    reject,
    send_back,
    step_back,
    verify,
    void_voucher,
)
from tracker.claims.operations.handover import hand_over_claims, takers
from tracker.claims.operations.payees import add_payee, close_payee
from tracker.claims.operations.payments import pay, payment_returned
from tracker.claims.operations.submission import submit, withdraw
from tracker.claims.operations.together import approve_in_order

__all__ = [
    "add_file",
    "add_payee",
    "approve",
    "approve_in_order",
    "attach",
    "close_payee",
    "comment",
    "deduct",
    "detach",
    "discard",
    "finance_return",
    "hand_over_claims",
    "lay_from_folder",
    "open_draft",
    "pay",
    "payment_returned",
    "reject",
    "save_draft",
    "send_back",
    "step_back",
    "submit",
    "takers",
    "verify",
    "void_voucher",
    "withdraw",
]
