"""Any sequence of acts, by anyone, in any order: the money holds after each.

Hypothesis drives the real operations on SQLite against a model a child could keep: what each claim holds and has
paid. The same acts run on PostgreSQL in the table and race tests.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.holds import nothing_broken
from tests.office import TODAY, Office, a_draft, a_filing, a_payee, command
from tests.templates import a_furnished
from tracker.claims import operations
from tracker.claims.lifecycle import HOLDING_STATES, State
from tracker.claims.models import Claim
from tracker.claims.operations.payments import PaymentFacts
from tracker.funds.book import NotEnoughLeft
from tracker.funds.models import CellKind
from tracker.funds.queries import cells
from tracker.kernel.errors import Refused
from tracker.storage import use
from tracker.storage.files import FileStore, use_files

QUOTA_FEN = 1_500_000
PEOPLE = st.sampled_from(
    [
        "member",
        "colleague",
        "liaison",
        "reviewer",
        "second_reviewer",
        "head",
        "officer",
        "cashier",
        "auditor",
        "outsider",
    ]
)
CATEGORIES = st.sampled_from(["办公与邮电", "宣传印刷"])


@dataclass
class Known:
    """What the model knows of a claim, in fen."""

    approved_fen: int = 0
    paid_fen: int = 0
    holds: bool = False


class Gate(RuleBasedStateMachine):
    """Acts of the gate in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tracker-machine-"))
        self.furnished = a_furnished(self.folder / "tracker.db", quota_fen=QUOTA_FEN, head_from_fen=300_000)
        self.database = use(self.furnished.database)
        use_files(FileStore(self.folder / "files"))
        self.known: dict[int, Known] = {}

    @initialize()
    def office_opens(self) -> None:
        self.office: Office = self.furnished
        self.payee_id = a_payee(self.office)

    @rule(first=st.integers(1, 600_000), second=st.integers(1, 600_000), category=CATEGORIES)
    def file(self, first: int, second: int, category: str) -> None:
        filing = a_filing(self.office, first, second, category=category)
        claim_id = a_draft(self.office, filing)
        self.known[claim_id] = Known()
        free = QUOTA_FEN - sum(known.approved_fen for known in self.known.values() if known.holds or known.paid_fen)
        try:
            with self.database.writing() as session:
                operations.submit(session, claim_id, filing, command(self.office.actor("member")))
        except NotEnoughLeft:
            assert first + second > free
            return
        assert first + second <= free
        self.known[claim_id] = Known(approved_fen=first + second, holds=True)

    def _act(self, claim_id: int, act: str, who: str, **more: int) -> Claim | None:
        """Try an act; a refusal is an answer, anything else is a fault."""
        order = command(self.office.actor(who), comment="原因")
        try:
            with self.database.writing() as session:
                claim: Claim = getattr(operations, act)(session, claim_id, *more.values(), order)
                return claim
        except Refused:
            return None

    @precondition(lambda self: self.known)
    @rule(
        data=st.data(),
        who=PEOPLE,
        act=st.sampled_from(["approve", "verify", "comment", "step_back", "finance_return", "void_voucher"]),
    )
    def move_on(self, data: st.DataObject, who: str, act: str) -> None:
        self._act(data.draw(st.sampled_from(sorted(self.known))), act, who)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def go_straight(self, data: st.DataObject) -> None:
        """Let the right people act in turn, so that claims do reach payment."""
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        for act, who in (("approve", "reviewer"), ("approve", "head"), ("verify", "officer")):
            self._act(claim_id, act, who)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), who=PEOPLE, act=st.sampled_from(["withdraw", "send_back", "reject"]))
    def let_go(self, data: st.DataObject, who: str, act: str) -> None:
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        if self._act(claim_id, act, who) is not None:
            self.known[claim_id] = Known()

    @precondition(lambda self: self.known)
    @rule(data=st.data(), who=PEOPLE, cut=st.integers(0, 700_000))
    def deduct(self, data: st.DataObject, who: str, cut: int) -> None:
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        with self.database.reading() as session:
            line = next(iter(session.get_one(Claim, claim_id).lines), None)
        if line is None:
            return
        if self._act(claim_id, "deduct", who, line_id=line.id, deducted_fen=cut) is not None:
            self.known[claim_id].approved_fen -= cut - line.deducted_fen

    @precondition(lambda self: self.known)
    @rule(
        data=st.data(), who=st.sampled_from(["cashier", "cashier", "officer", "member"]), amount=st.integers(0, 700_000)
    )
    def pay(self, data: st.DataObject, who: str, amount: int) -> None:
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        known = self.known[claim_id]
        amount = min(amount, known.approved_fen - known.paid_fen) or amount
        facts = PaymentFacts(self.payee_id, amount, TODAY)
        try:
            with self.database.writing() as session:
                operations.pay(session, claim_id, facts, command(self.office.actor(who)))
        except Refused:
            return
        known.paid_fen += amount
        known.holds = known.paid_fen < known.approved_fen

    @precondition(lambda self: any(known.paid_fen for known in self.known.values()))
    @rule(data=st.data())
    def payment_comes_back(self, data: st.DataObject) -> None:
        paid = sorted(claim_id for claim_id, known in self.known.items() if known.paid_fen)
        claim_id = data.draw(st.sampled_from(paid))
        with self.database.reading() as session:
            payment = next(p for p in session.get_one(Claim, claim_id).payments if p.returned_at is None)
        with self.database.writing() as session:
            order = command(self.office.actor("cashier"), comment="账号有误")
            operations.payment_returned(session, claim_id, payment.id, TODAY, order)
        self.known[claim_id].paid_fen -= payment.amount_fen
        self.known[claim_id].holds = True

    @invariant()
    def the_money_is_where_the_claims_say(self) -> None:
        if not self.known:
            return
        with self.database.reading() as session:
            [team] = [
                cell
                for cell in cells(session, self.office.fund_id)
                if cell.kind is CellKind.TEAM and cell.team_id == self.office.team_id
            ]
            states = {claim.id: claim.state for claim in session.query(Claim)}
        paid = sum(known.paid_fen for known in self.known.values())
        held = sum(known.approved_fen - known.paid_fen for known in self.known.values() if known.holds)
        assert (team.held, team.spent, team.available) == (held, paid, QUOTA_FEN - held - paid)
        for claim_id, known in self.known.items():
            assert (states[claim_id] in HOLDING_STATES) == known.holds
            assert (states[claim_id] is State.PAID) == (0 < known.paid_fen == known.approved_fen)
        nothing_broken(self.database)

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)


TestGate = Gate.TestCase
TestGate.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
