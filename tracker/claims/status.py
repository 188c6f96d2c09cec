"""The words for where a claim stands, as lists and pages show them."""

from __future__ import annotations

from tracker.claims.lifecycle import State, Step

STATUS_WORDS: dict[tuple[State, Step | None], str] = {
    (State.DRAFT, None): "草稿",
    (State.IN_ROUTE, Step.LIAISON): "待核对",
    (State.IN_ROUTE, Step.REVIEW): "待牵头单位审核",
    (State.IN_ROUTE, Step.HEAD): "待负责人审批",
    (State.APPROVED, Step.VERIFY): "待财政复核",
    (State.ACCEPTED, Step.PAY): "待支付",
    (State.PART_PAID, Step.PAY): "部分支付",
    (State.PAID, None): "已支付",
    (State.RETURNED, None): "退回待改",
    (State.REJECTED, None): "不同意",
    (State.DISCARDED, None): "已作废",
}
"""State and whose turn it is → the word of the glossary."""

STATUS_KINDS: dict[str, str] = {
    "待核对": "blue",
    "待牵头单位审核": "blue",
    "待负责人审批": "blue",
    "待财政复核": "blue",
    "待支付": "violet",
    "部分支付": "violet",
    "已支付": "ok",
    "退回待改": "bad",
    "不同意": "bad",
    "已撤回": "",
}
"""Word → the colour of its tag."""


def status_word(state: State, step: Step | None = None, *, has_number: bool = False) -> str:
    """Say where a claim stands; a draft that has a number was sent once and taken back (已撤回)."""
    if state is State.DRAFT and has_number:
        return "已撤回"
    return STATUS_WORDS.get((state, step)) or STATUS_WORDS.get((state, None)) or "办理中"
