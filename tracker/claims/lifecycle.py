"""The life of a claim: states, moves, the steps of the gate, and what each move does to the hold."""

from __future__ import annotations

from enum import StrEnum

from tracker.kernel.actors import SeatKind
from tracker.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a claim is."""

    DRAFT = "draft"
    IN_ROUTE = "in_route"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    ACCEPTED = "accepted"
    PART_PAID = "part_paid"
    PAID = "paid"
    DISCARDED = "discarded"


class Step(StrEnum):
    """The steps of the gate, in their order."""

    LIAISON = "liaison"
    REVIEW = "review"
    HEAD = "head"
    VERIFY = "verify"
    PAY = "pay"


STEP_SEATS: dict[Step, SeatKind] = {
    Step.LIAISON: SeatKind.LIAISON,
    Step.REVIEW: SeatKind.REVIEWER,
    Step.HEAD: SeatKind.HEAD,
    Step.VERIFY: SeatKind.OFFICER,
    Step.PAY: SeatKind.CASHIER,
}

STEP_NAMES: dict[Step, str] = {
    Step.LIAISON: "组团联络员核对",
    Step.REVIEW: "牵头单位审核",
    Step.HEAD: "牵头单位负责人审批",
    Step.VERIFY: "财政局复核",
    Step.PAY: "支付",
}

LEAD_STEPS = (Step.LIAISON, Step.REVIEW, Step.HEAD)
"""The steps before a claim is approved; the last of them numbers the voucher."""


class Move(StrEnum):
    """What people do to a claim."""

    SAVE = "save"
    DISCARD = "discard"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    STEP_BACK = "step_back"
    DEDUCT = "deduct"
    PASS = "pass"  # noqa: S105  passing a claim on, no password
    APPROVE = "approve"
    REJECT = "reject"
    COMMENT = "comment"
    VERIFY = "verify"
    FINANCE_RETURN = "finance_return"
    VOID = "void"
    PAY_PART = "pay_part"
    PAY_REST = "pay_rest"
    PAYMENT_RETURNED = "payment_returned"
    LAST_PAYMENT_RETURNED = "last_payment_returned"


MOVE_NAMES: dict[Move, str] = {
    Move.SAVE: "保存草稿",
    Move.DISCARD: "删除草稿",
    Move.SUBMIT: "提交审核",
    Move.WITHDRAW: "撤回",
    Move.RETURN: "退回修改",
    Move.STEP_BACK: "退回上一步",
    Move.DEDUCT: "核减",
    Move.PASS: "同意",
    Move.APPROVE: "同意",
    Move.REJECT: "不同意",
    Move.COMMENT: "留言",
    Move.VERIFY: "复核通过",
    Move.FINANCE_RETURN: "退回牵头单位",
    Move.VOID: "作废报销单",
    Move.PAY_PART: "支付",
    Move.PAY_REST: "支付",
    Move.PAYMENT_RETURNED: "登记退票",
    Move.LAST_PAYMENT_RETURNED: "登记退票",
}

LIFE: Lifecycle[State, Move] = Lifecycle(
    {
        (State.DRAFT, Move.SAVE): State.DRAFT,
        (State.DRAFT, Move.DISCARD): State.DISCARDED,
        (State.DRAFT, Move.SUBMIT): State.IN_ROUTE,
        (State.RETURNED, Move.SAVE): State.RETURNED,
        (State.RETURNED, Move.DISCARD): State.DISCARDED,
        (State.RETURNED, Move.SUBMIT): State.IN_ROUTE,
        (State.IN_ROUTE, Move.WITHDRAW): State.DRAFT,
        (State.IN_ROUTE, Move.RETURN): State.RETURNED,
        (State.IN_ROUTE, Move.STEP_BACK): State.IN_ROUTE,
        (State.IN_ROUTE, Move.DEDUCT): State.IN_ROUTE,
        (State.IN_ROUTE, Move.PASS): State.IN_ROUTE,
        (State.IN_ROUTE, Move.APPROVE): State.APPROVED,
        (State.IN_ROUTE, Move.REJECT): State.REJECTED,
        (State.IN_ROUTE, Move.COMMENT): State.IN_ROUTE,
        (State.APPROVED, Move.VERIFY): State.ACCEPTED,
        (State.APPROVED, Move.FINANCE_RETURN): State.IN_ROUTE,
        (State.APPROVED, Move.VOID): State.IN_ROUTE,
        (State.APPROVED, Move.COMMENT): State.APPROVED,
        (State.ACCEPTED, Move.VOID): State.IN_ROUTE,
        (State.ACCEPTED, Move.PAY_PART): State.PART_PAID,
        (State.ACCEPTED, Move.PAY_REST): State.PAID,
        (State.ACCEPTED, Move.COMMENT): State.ACCEPTED,
        (State.PART_PAID, Move.PAY_PART): State.PART_PAID,
        (State.PART_PAID, Move.PAY_REST): State.PAID,
        (State.PART_PAID, Move.PAYMENT_RETURNED): State.PART_PAID,
        (State.PART_PAID, Move.LAST_PAYMENT_RETURNED): State.ACCEPTED,
        (State.PAID, Move.PAYMENT_RETURNED): State.PART_PAID,
        (State.PAID, Move.LAST_PAYMENT_RETURNED): State.ACCEPTED,
    }
)

FILERS_STATES = frozenset({State.DRAFT, State.RETURNED})
"""States in which the claim is in its filer's hands and holds nothing."""

HOLDING_STATES = frozenset({State.IN_ROUTE, State.APPROVED, State.ACCEPTED, State.PART_PAID})
"""States in which the claim's payable part is held on every cell."""

APPROVED_STATES = HOLDING_STATES - {State.IN_ROUTE} | {State.PAID}
"""States a claim reaches only by the lead unit's last signature; while in one of them it has a voucher."""

LIVE_STATES = HOLDING_STATES | {State.PAID}
"""States in which a claim's money, days and papers count as used."""
