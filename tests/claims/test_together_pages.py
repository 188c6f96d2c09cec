"""Approving together: only what every check passed and a small amount allow, each claim on its own."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from tests.claims.gate_pages import form_for, words
from tests.evidence.specimens import digital_xml, invoice
from tests.evidence.stored_files import put
from tests.office import NOON, Office, a_draft, a_file, a_filing, a_submitted, command
from tests.pages import AFTERNOON, Browse
from tests.web.checked_client import CheckedClient, token
from tracker.claims import operations
from tracker.claims.filing import Filing
from tracker.claims.lifecycle import Move, State
from tracker.claims.models import Attachment, Claim, Decision
from tracker.claims.operations.recount import counting_again, explain_alike
from tracker.claims.verdict import open_questions
from tracker.evidence.models import EvidenceReading, ReadState
from tracker.evidence.operations.readings import FileRead, finish
from tracker.evidence.worker import read_file, read_next
from tracker.funds.operations import set_route
from tracker.kernel.errors import Refused
from tracker.storage import current
from tracker.storage.files import current_files
from tracker.vouchers.models import Voucher

LIMIT = 300_000


@pytest.fixture
def allowed(small_office: Office) -> Office:
    """The office, its fund letting claims up to 3,000.00 be approved together."""
    allow(small_office, LIMIT)
    return small_office


def allow(office: Office, limit_fen: int, *, head_from_fen: int = 500_000) -> None:
    with office.database.writing() as session:
        set_route(
            session,
            office.fund_id,
            head_from_fen=head_from_fen,
            with_liaison=False,
            together_up_to_fen=limit_fen,
            by=office.actor("officer"),
            at=NOON,
        )


def in_order(office: Office, *amounts_fen: int) -> int:
    """Submit a claim whose files have been read before and say nothing against it."""
    return submitted(office, a_filing(office, *amounts_fen))


def submitted(office: Office, filing: Filing) -> int:
    claim_id = a_draft(office, filing)
    read_files(office, claim_id)
    with office.database.writing() as session:
        operations.submit(session, claim_id, filing, command(office.actor("member")))
    return claim_id


def in_doubt(office: Office) -> int:
    """Submit a claim with one bill number at two lines: something to look at, nothing that stops it."""
    filing = a_filing(office, 10_000, 10_000)
    for line in filing.lines:
        line.facts["bill_number"] = "26322000000020260309"  # type: ignore[index]
        line.facts["face_fen"] = 20_000  # type: ignore[index]
    return submitted(office, filing)


def read_files(office: Office, claim_id: int, *, later: timedelta = timedelta(hours=-1)) -> None:
    laid = select(Attachment.evidence_id).where(Attachment.claim_id == claim_id)
    with office.database.writing() as session:
        session.execute(
            update(EvidenceReading)
            .where(EvidenceReading.evidence_id.in_(laid))
            .values(state=ReadState.UNREADABLE, read_at=NOON + later)
        )


def state_of(office: Office, claim_id: int) -> State:
    with office.database.reading() as session:
        return session.get_one(Claim, claim_id).state


def approve_together(client: CheckedClient, inbox: TestResponse, *ticks: str) -> TestResponse:
    """Tick the claims in the inbox and press the button."""
    action, values = form_for(inbox, "/inbox/together")
    return client.post(action, data={**values, "item": list(ticks)})


def send(client: CheckedClient, *ticks: str) -> TestResponse:
    """Send ticks that no page of this person offers."""
    form = {"csrf_token": token(client.get("/").get_data(as_text=True)), "command_id": uuid.uuid4().hex}
    return client.post("/inbox/together", data={**form, "item": list(ticks)}, follow_redirects=True)


def tick(office: Office, claim_id: int) -> str:
    with office.database.reading() as session:
        return f"{claim_id}:{session.get_one(Claim, claim_id).version}"


def test_the_inbox_says_what_the_checks_said(allowed: Office, browse: Browse) -> None:
    in_order(allowed, 90_000)
    in_doubt(allowed)

    read = words(browse("reviewer").get("/inbox"))

    assert "全部通过" in read
    assert "1 项要看" in read or "2 项要看" in read
    assert "只能批量同意检查全部通过且金额不超过 3,000.00 元的单据" in read


def test_a_file_read_after_the_submission_is_counted_at_once(allowed: Office, browse: Browse) -> None:
    filing = a_filing(allowed, 90_000)
    claim_id = a_draft(allowed, filing)
    read_files(allowed, claim_id)
    paper = put(allowed, digital_xml(invoice(2)), "往年的发票.xml")
    with allowed.database.writing() as session:
        operations.attach(session, claim_id, paper.id, filing.lines[0].key, by=allowed.actor("member"), at=NOON)
        operations.submit(session, claim_id, filing, command(allowed.actor("member")))
    assert "票据识别中" in words(browse("reviewer").get("/inbox"))

    assert read_next(allowed.database, current_files(), learn=counting_again)

    page = browse("reviewer").get("/inbox")
    with allowed.database.reading() as session:
        questions = open_questions(session, session.get_one(Claim, claim_id), at=AFTERNOON)
    assert questions
    assert f"{len(questions)} 项要看" in words(page)
    assert f'value="{tick(allowed, claim_id)}" aria-label="选择 购置招商资料用纸" disabled' in page.text


def test_two_files_of_a_claim_read_at_once_are_both_counted(office: Office) -> None:
    filing = a_filing(office, 90_000)
    claim_id = a_draft(office, filing)
    read_files(office, claim_id)
    papers = [put(office, digital_xml(invoice(which)), f"往年的发票{which}.xml").id for which in (2, 3)]
    with office.database.writing() as session:
        for paper in papers:
            operations.attach(session, claim_id, paper, filing.lines[0].key, by=office.actor("member"), at=NOON)
        operations.submit(session, claim_id, filing, command(office.actor("member")))
    first, second = (read_file(digital_xml(invoice(which)), "xml", "发票.xml") for which in (2, 3))

    def read(paper: int, what: FileRead) -> None:
        with office.database.writing() as session, counting_again(session, paper, at=AFTERNOON):
            finish(session, paper, what, at=AFTERNOON)

    with office.database.writing() as session, counting_again(session, papers[0], at=AFTERNOON):
        finish(session, papers[0], first, at=AFTERNOON)
        other = threading.Thread(target=read, args=(papers[1], second))
        other.start()
        other.join(1.0)  # it counts, or waits for its turn, before this reader has committed
    other.join()

    with office.database.reading() as session:
        claim = session.get_one(Claim, claim_id)
        assert claim.to_look_at == len(open_questions(session, claim, at=AFTERNOON))


def test_who_approves_while_a_file_of_the_claim_has_just_been_read_is_not_sent_away(office: Office) -> None:
    filing = a_filing(office, 90_000)
    claim_id = a_draft(office, filing)
    read_files(office, claim_id)
    paper = put(office, digital_xml(invoice(2)), "往年的发票.xml").id
    with office.database.writing() as session:
        operations.attach(session, claim_id, paper, filing.lines[0].key, by=office.actor("member"), at=NOON)
        operations.submit(session, claim_id, filing, command(office.actor("member")))
    failed: list[Refused] = []

    def approve() -> None:
        try:
            with office.database.writing() as session:
                operations.approve(session, claim_id, command(office.actor("reviewer")))
        except Refused as refusal:
            failed.append(refusal)

    other = threading.Thread(target=approve)
    with office.database.writing() as session, counting_again(session, paper, at=AFTERNOON):
        finish(session, paper, replace(read_file(digital_xml(invoice(2)), "xml", "发票.xml"), pages=2), at=AFTERNOON)
        other.start()
        other.join(1.0)  # it waits for the claim, or holds it and waits for the file
    other.join()

    assert failed == []
    assert state_of(office, claim_id) is State.APPROVED


def test_a_likeness_explained_to_the_reviewer_is_counted_at_once(allowed: Office, browse: Browse) -> None:
    first = in_order(allowed, 90_000)
    filing = a_filing(allowed, 90_000)
    second = a_draft(allowed, filing)
    read_files(allowed, second)
    with allowed.database.writing() as session:
        laid = session.scalars(select(Attachment).where(Attachment.claim_id == first)).one().evidence
        twin = a_file(session, allowed.actor("member"), data=current_files().get(laid.sha256))
        operations.attach(session, second, twin, filing.lines[0].key, by=allowed.actor("member"), at=NOON)
    read_files(allowed, second)
    with allowed.database.writing() as session:
        operations.submit(session, second, filing, command(allowed.actor("member")))
        asked = session.get_one(Claim, second).to_look_at
    assert asked

    with allowed.database.writing() as session:
        explain_alike(
            session, twin, laid.id, "同一份合同的两次付款", settles=True, by=allowed.actor("reviewer"), at=AFTERNOON
        )

    with allowed.database.reading() as session:
        assert session.get_one(Claim, second).to_look_at == asked - 1


def test_a_claim_with_a_file_still_unread_cannot_be_ticked(allowed: Office, browse: Browse) -> None:
    claim_id = a_submitted(allowed, 90_000)

    page = browse("reviewer").get("/inbox")

    assert "票据识别中" in words(page)
    assert f'value="{tick(allowed, claim_id)}" aria-label="选择 购置招商资料用纸" disabled' in page.text


def test_fifty_rows_with_their_checks_cost_as_many_queries_as_two(allowed: Office, browse: Browse) -> None:
    asked: list[str] = []
    reviewer = browse("reviewer")
    reviewer.get("/inbox")
    event.listen(current().engine, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
    costs: list[list[str]] = []
    for more in (2, 48):
        for _ in range(more):
            a_submitted(allowed, 1_000)
        asked.clear()
        assert reviewer.get("/inbox").text.count("data-row") == 2 + len(costs) * 48
        costs.append([query for query in asked if query.startswith("SELECT")])
    assert len(costs[0]) == len(costs[1])
    assert sum("to_look_at" in query for query in costs[1]) == 1
    assert sum("FROM claim" in query for query in costs[1]) <= 4


def test_what_was_ticked_is_approved_each_with_its_own_voucher_and_word(allowed: Office, browse: Browse) -> None:
    first, second = in_order(allowed, 90_000), in_order(allowed, LIMIT)
    reviewer = browse("reviewer")

    answer = approve_together(reviewer, reviewer.get("/inbox"), tick(allowed, first), tick(allowed, second))

    assert "2 张已同意" in words(answer)
    assert "没有办" not in words(answer)
    assert state_of(allowed, first) == state_of(allowed, second) == State.APPROVED
    with allowed.database.reading() as session:
        said = session.scalars(select(Decision.comment).where(Decision.move == Move.APPROVE)).all()
        assert said == ["批量同意", "批量同意"]
        assert len(session.scalars(select(Voucher.number)).all()) == 2


def test_one_fen_over_the_limit_is_not_offered_and_not_done(allowed: Office, browse: Browse) -> None:
    claim_id = in_order(allowed, LIMIT + 1)
    reviewer = browse("reviewer")
    inbox = reviewer.get("/inbox")
    assert f'value="{tick(allowed, claim_id)}" aria-label="选择 购置招商资料用纸" disabled' in inbox.text

    answer = approve_together(reviewer, inbox, tick(allowed, claim_id))

    assert "金额比批量同意上限 3,000.00 元多 0.01 元" in words(answer)
    assert state_of(allowed, claim_id) is State.IN_ROUTE


def test_a_claim_in_doubt_is_left_and_the_others_go_through(allowed: Office, browse: Browse) -> None:
    doubtful, good = in_doubt(allowed), in_order(allowed, 90_000)
    reviewer = browse("reviewer")

    answer = approve_together(reviewer, reviewer.get("/inbox"), tick(allowed, doubtful), tick(allowed, good))

    assert "1 张已同意 · 1 张没有办" in words(answer)
    assert "票据号码 26322000000020260309 在本单里出现不止一次" in words(answer)
    assert (state_of(allowed, doubtful), state_of(allowed, good)) == (State.IN_ROUTE, State.APPROVED)


def test_the_checks_are_made_again_when_the_button_is_pressed(allowed: Office, browse: Browse) -> None:
    claim_id = in_order(allowed, 90_000)
    reviewer = browse("reviewer")
    inbox, ticked = reviewer.get("/inbox"), tick(allowed, claim_id)
    with allowed.database.writing() as session:
        session.execute(update(EvidenceReading).values(state=ReadState.WAITING))

    assert "还有票据没有识别完" in words(approve_together(reviewer, inbox, ticked))
    assert state_of(allowed, claim_id) is State.IN_ROUTE


def test_a_second_click_gets_the_first_answer(allowed: Office, browse: Browse) -> None:
    claim_id = in_order(allowed, 90_000)
    reviewer = browse("reviewer")
    inbox, ticked = reviewer.get("/inbox"), tick(allowed, claim_id)

    answers = [approve_together(reviewer, inbox, ticked) for _ in range(2)]

    assert ["1 张已同意" in words(answer) for answer in answers] == [True, True]
    with allowed.database.reading() as session:
        assert len(session.scalars(select(Decision).where(Decision.move == Move.APPROVE)).all()) == 1


def test_what_changed_meanwhile_is_not_approved_unseen(allowed: Office, browse: Browse) -> None:
    claim_id = in_order(allowed, 90_000)
    reviewer = browse("reviewer")
    inbox, ticked = reviewer.get("/inbox"), tick(allowed, claim_id)
    with allowed.database.writing() as session:
        line = session.get_one(Claim, claim_id).lines[0]
        by = command(allowed.actor("second_reviewer"), comment="超出协议价")
        operations.deduct(session, claim_id, line.id, 10_000, by)

    answer = approve_together(reviewer, inbox, ticked)

    assert "这张单据刚有变化：吴桐" in words(answer)
    assert state_of(allowed, claim_id) is State.IN_ROUTE


@pytest.mark.parametrize(("person", "sentence"), [("head", "这一步由牵头单位经办办理"), ("officer", "办理")])
def test_another_seat_approves_nothing(allowed: Office, browse: Browse, person: str, sentence: str) -> None:
    claim_id = in_order(allowed, 90_000)

    answer = send(browse(person), tick(allowed, claim_id))

    assert "0 张已同意 · 1 张没有办" in words(answer)
    assert sentence in words(answer)
    assert state_of(allowed, claim_id) is State.IN_ROUTE


def test_a_claim_of_another_lead_unit_is_not_even_named(allowed: Office, browse: Browse) -> None:
    claim_id = in_order(allowed, 90_000)

    answer = send(browse("other_reviewer"), tick(allowed, claim_id))

    assert "没有找到这张单据" in words(answer)
    assert "购置招商资料用纸" not in words(answer)
    assert state_of(allowed, claim_id) is State.IN_ROUTE


def test_without_a_limit_nothing_goes_together(small_office: Office, browse: Browse) -> None:
    claim_id = in_order(small_office, 90_000)
    reviewer = browse("reviewer")
    page = reviewer.get("/inbox")
    assert "批量同意" not in words(page)

    answer = send(reviewer, tick(small_office, claim_id))

    assert "这项经费不允许批量同意" in words(answer)
    assert state_of(small_office, claim_id) is State.IN_ROUTE


def test_finance_accepts_one_at_a_time(allowed: Office, browse: Browse) -> None:
    claim_id = in_order(allowed, 90_000)
    with allowed.database.writing() as session:
        operations.approve(session, claim_id, command(allowed.actor("reviewer")))
    officer = browse("officer")
    assert "批量同意" not in words(officer.get("/inbox"))

    answer = send(officer, tick(allowed, claim_id))

    assert "这一步要逐张办理" in words(answer)
    assert state_of(allowed, claim_id) is State.APPROVED


@pytest.mark.parametrize("items", [[], ["x"], ["1"], ["1:2:3"], ["-1:1"], ["9" * 40 + ":1"], ["<b>:1"]])
def test_no_tick_approves_nothing_and_says_so(allowed: Office, browse: Browse, items: list[str]) -> None:
    claim_id = in_order(allowed, 90_000)

    answer = send(browse("reviewer"), *items)

    assert "请先勾选要同意的单据" in words(answer)
    assert state_of(allowed, claim_id) is State.IN_ROUTE


def test_the_officer_sets_the_limit_on_the_funds_page(small_office: Office, browse: Browse) -> None:
    officer = browse("officer")
    page = officer.get(f"/funds/{small_office.fund_id}")
    assert "不允许，逐张办理" in words(page)
    action, values = form_for(page, f"/funds/{small_office.fund_id}/route")

    officer.post(action, data={**values, "together_up_to": "3,000"})

    assert "3,000.00 元以内、检查全部通过的" in words(officer.get(f"/funds/{small_office.fund_id}"))
