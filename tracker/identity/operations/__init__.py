"""What is done to accounts: signing in and out, passwords, people."""

from tracker.identity.operations.leaving import disable_on_leaving
from tracker.identity.operations.own_password import PreparedChange, change_password, prepare_change
from tracker.identity.operations.people import (
    PersonFacts,
    add_person,
    change_person,
    disable,
    enable,
    reset_password,
    unlock,
)
from tracker.identity.operations.sign_ins import (
    Attempt,
    end_all,
    end_everywhere,
    end_one,
    end_others,
    end_sign_in,
    notice,
    start_sign_in,
    try_sign_in,
)

__all__ = [
    "Attempt",
    "PersonFacts",
    "PreparedChange",
    "add_person",
    "change_password",
    "change_person",
    "disable",
    "disable_on_leaving",
    "enable",
    "end_all",
    "end_everywhere",
    "end_one",
    "end_others",
    "end_sign_in",
    "notice",
    "prepare_change",
    "reset_password",
    "start_sign_in",
    "try_sign_in",
    "unlock",
]
