"""What is done to secondments."""

from tracker.secondments.operations.confirming import Answers, confirm, is_asked, settle, waive, why_not
from tracker.secondments.operations.correcting import (
    Correction,
    add_scan,
    ask_for_days,
    correct,
    correct_paper,
    correct_post,
)
from tracker.secondments.operations.leaving import (
    LeavingFacts,
    OpenMatter,
    ask_before_leaving,
    leave,
    open_matters,
)
from tracker.secondments.operations.posts import change_post
from tracker.secondments.operations.recording import cancel, record_secondment, span
from tracker.secondments.operations.term import end_early, extend
from tracker.secondments.operations.writing import Command

__all__ = [
    "Answers",
    "Command",
    "Correction",
    "LeavingFacts",
    "OpenMatter",
    "add_scan",
    "ask_before_leaving",
    "ask_for_days",
    "cancel",
    "change_post",
    "confirm",
    "correct",
    "correct_paper",
    "correct_post",
    "end_early",
    "extend",
    "is_asked",
    "leave",
    "open_matters",
    "record_secondment",
    "settle",
    "span",
    "waive",
    "why_not",
]
