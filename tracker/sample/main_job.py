"""The main job once, through the real operations: a travel claim from its draft to the printed voucher.

Each act follows from the claim's state, in a unit of work of its own, so that after a crash half-way the next run
goes on where this one stopped, and one after the end does nothing.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.claims import operations
from tracker.claims.lifecycle import MOVE_NAMES, STEP_NAMES, Move, State, Step
from tracker.claims.models import Claim
from tracker.funds.models import Fund
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.money import capitals
from tracker.sample import bills, pdf, words
from tracker.sample.budget import FUND_CODE
from tracker.sample.filings import filing_of, journey
from tracker.sample.people import PEOPLE, District
from tracker.sample.stage import Stage
from tracker.sample.stories import Fate, Road, drafted, paid_in_full
from tracker.storage import unit_of_work
from tracker.storage.cipher import Cipher

KEY = "main-job"
_FILER = "chenli"
_NIGHTS = 4


@dataclass(frozen=True)
class Act:
    """One act of the job as it is told: what was done, and by whom."""

    told: str
    by: str


def run(district: District, cipher: Cipher) -> Iterator[Act]:
    """Take the claim on from wherever it stands until it is paid, telling each act."""
    characters = bills.LABELS + words.every_character() + "".join(person.name for person in PEOPLE)
    pdf.use_characters(characters)
    while True:
        with unit_of_work() as session:
            act = _next_act(session, district, cipher)
        if act is None:
            return
        yield act


def claim_of(session: Session) -> Claim | None:
    """Find the job's claim."""
    return session.scalar(select(Claim).where(Claim.draft_key == KEY))


def amount_in_capitals(claim: Claim) -> str:
    """Write the approved amount as it stands on the voucher."""
    return f"人民币{capitals(claim.approved_fen)}"


def _next_act(session: Session, district: District, cipher: Cipher) -> Act | None:
    claim = claim_of(session)
    at = now()
    road = _road(session, district, cipher, day_of(claim.created_at if claim else at), at)
    with road.stage.turn(session, at):
        if claim is None:
            drafted(road)
            return Act("填写差旅报销单，上传车票、住宿发票和出差审批单", _named(_FILER))
        road.claim_id = claim.id
        act = _ACTS.get((claim.state, claim.step))
        return act(road) if act else None


def _road(session: Session, district: District, cipher: Cipher, day: date, at: datetime) -> Road:
    """Plan the same journey again for the day the claim was begun."""
    fund = session.scalars(select(Fund).where(Fund.code == FUND_CODE)).one()
    chance = random.Random(day.toordinal())  # noqa: S311  the same day plans the same journey
    name = f"{KEY}-{secrets.token_hex(8)}"
    stage = Stage(fund.year, at, chance, district, cipher, fund.id, name=name, first_bill=900_000)
    member = next(person for person in PEOPLE if person.sign_in_name == _FILER)
    last = min(day - timedelta(days=1), fund.closes_on)
    with stage.turn(session, at):
        stage.learn_categories()
    plan = journey(stage, member, last - timedelta(days=_NIGHTS), nights=_NIGHTS, city=words.CITIES[0])
    return Road(stage, plan, Fate(), KEY)


def _submit(road: Road) -> Act:
    stage = road.stage
    claim = stage.session.get_one(Claim, road.claim_id)
    filing = filing_of(road.plan, stage, claim.payee_id or 0)
    operations.submit(stage.session, road.claim_id, filing, stage.command(_FILER))
    return Act(MOVE_NAMES[Move.SUBMIT], _named(_FILER))


def _review(road: Road) -> Act:
    return _decide(road, road.of_lead_unit(SeatKind.REVIEWER), "票据、审批齐全，同意。")


def _head(road: Road) -> Act:
    return _decide(road, road.of_lead_unit(SeatKind.HEAD), "同意。")


def _decide(road: Road, by: str, says: str) -> Act:
    stage = road.stage
    step = stage.session.get_one(Claim, road.claim_id).step
    operations.approve(stage.session, road.claim_id, stage.command(by, says))
    return Act(STEP_NAMES[step] if step else "", _named(by))


def _verify(road: Road) -> Act:
    officer = "fangzhiyuan"
    operations.verify(road.stage.session, road.claim_id, road.stage.command(officer, "复核无误，准予支付。"))
    return Act("财政复核", _named(officer))


def _pay(road: Road) -> Act:
    paid_in_full(road)
    return Act("财政支付", _named("shenjie"))


def _named(sign_in_name: str) -> str:
    return next(person.name for person in PEOPLE if person.sign_in_name == sign_in_name)


_ACTS: Mapping[tuple[State, Step | None], Callable[[Road], Act]] = {
    (State.DRAFT, None): _submit,
    (State.IN_ROUTE, Step.REVIEW): _review,
    (State.IN_ROUTE, Step.HEAD): _head,
    (State.APPROVED, Step.VERIFY): _verify,
    (State.ACCEPTED, Step.PAY): _pay,
}
"""What comes next, by state and step; anything else is the end."""
