"""The roster of seconded people by team and day, one secondment, its scans and printed papers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, current_app, request, send_file, url_for

from tracker.audit import wording
from tracker.funds.views.scans import download
from tracker.kernel.actors import SEAT_NAMES, SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound
from tracker.logistics.forms.secondments import ActForm
from tracker.logistics.secondment_papers import certificate, notice, term_notice
from tracker.logistics.secondment_sheet import roster_sheet
from tracker.logistics.timeline import timeline
from tracker.logistics.views.blueprint import blueprint
from tracker.secondments import policy, queries, reminders
from tracker.secondments.lifecycle import State
from tracker.secondments.models import PAPER_NAMES, THROUGH_NAMES, Secondment
from tracker.secondments.queries import PHASE_NAMES, Phase, Wanted
from tracker.secondments.ranks import LEVEL_NAMES, POST_NAMES, RANK_NAMES
from tracker.secondments.reminders import DUE_NAMES
from tracker.secondments.standing import amendments_of, holding, told
from tracker.storage.cipher import Cipher, OtherKey
from tracker.web.access import current_actor, seated, signed_in
from tracker.web.asked import asked_choice, asked_day, asked_number, asked_text
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.i18n import masked
from tracker.web.pages import page

READERS = (SeatKind.REVIEWER, SeatKind.HEAD, SeatKind.HOME_UNIT, SeatKind.AUDITOR, SeatKind.MEMBER)
keeper = seated(SeatKind.REVIEWER, SeatKind.HEAD)
MOST_EXPORTED = 20_000
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ALL = "all"


@blueprint.get("/secondments")
@seated(*READERS)
def secondments() -> Response:
    """List who is seconded on a day, as a table or along the months."""
    by, session = current_actor(), reader()
    today = day_of(now())
    on, wanted = asked_day("day", today) or today, _wanted()
    found = queries.roster(
        session,
        wanted,
        seen_by=by,
        on=on,
        older_than=asked_number("older"),
        newer_than=asked_number("newer"),
    )
    view = asked_choice("view", ("table", "months"), "table")
    return page(
        "logistics/secondments.html",
        found=found,
        wanted=wanted,
        phase=_phase_word(),
        phase_names=PHASE_NAMES,
        on=on,
        no_day=asked_text("day") if asked_day("day") is None else "",
        today=today,
        counts=queries.counts(session, seen_by=by, on=today),
        waiting=reminders.count_waiting(session, today, seen_by=by),
        changes=reminders.count_changes(session, seen_by=by),
        due_of=reminders.due_of,
        teams=queries.teams_seen(session, by),
        is_keeper=bool(by.units()),
        view=view,
        views=[("table", url("table")), ("months", url("months"))],
        chart=timeline(found.rows, on, today) if view == "months" and found.rows else "",
        newer=_further(newer=found.rows[0].secondment.id) if found.rows and found.has_newer else "",
        older=_further(older=found.rows[-1].secondment.id) if found.rows and found.has_older else "",
        export=url_for(".export_secondments", **_kept()),
    )


@blueprint.get("/secondments/export")
@seated(*READERS)
def export_secondments() -> Response:
    """Hand out the roster as a sheet, filtered like the list."""
    today = day_of(now())
    on = asked_day("day", today) or today
    rows = queries.every(reader(), _wanted(), seen_by=current_actor(), on=on, most=MOST_EXPORTED)
    return sheet(roster_sheet(rows), f"专职人员-{on.isoformat()}.xlsx")


@blueprint.get("/secondments/<int:secondment_id>")
@signed_in
def secondment(secondment_id: int) -> Response:
    """Show a secondment with its papers, posts and confirmations."""
    return secondment_page(secondment_id, None)


@blueprint.get("/secondments/<int:secondment_id>/scans/<int:evidence_id>")
@signed_in
def secondment_scan(secondment_id: int, evidence_id: int) -> Response:
    """Hand out a scan that belongs to a secondment."""
    return download(queries.scan(reader(), secondment_id, evidence_id, seen_by=current_actor()))


@blueprint.get("/secondments/<int:secondment_id>/notice.pdf")
@signed_in
def secondment_notice(secondment_id: int) -> Response:
    """Print the notice to the home unit."""
    by, session = current_actor(), reader()
    one = queries.one(session, secondment_id, seen_by=by)
    if one.state is State.CANCELLED:
        raise NotFound("这次抽调已取消，没有通知可以打印")
    row = queries.as_row(session, one, on=one.begins_on)
    return _pdf(notice(row), f"抽调通知-{one.person.name}.pdf")


@blueprint.get("/secondments/<int:secondment_id>/papers/<int:paper_id>/notice.pdf")
@signed_in
def secondment_term_notice(secondment_id: int, paper_id: int) -> Response:
    """Print the notice of an extension or an early end."""
    session = reader()
    one = queries.one(session, secondment_id, seen_by=current_actor())
    papers = queries.papers(session, one.id)
    paper = next((paper for paper in papers[1:] if paper.id == paper_id), None)
    if paper is None:
        raise NotFound
    return _pdf(term_notice(one, papers, paper), f"{PAPER_NAMES[paper.kind]}通知-{one.person.name}.pdf")


@blueprint.get("/secondments/<int:secondment_id>/certificate.pdf")
@signed_in
def secondment_certificate(secondment_id: int) -> Response:
    """Print the certificate of return of a closed secondment."""
    by, session = current_actor(), reader()
    one = queries.one(session, secondment_id, seen_by=by)
    if one.state is not State.LEFT:
        raise NotFound("还没有办返岗，没有鉴定可以打印")
    post = queries.as_row(session, one, on=one.ends_before).post
    return _pdf(certificate(one, post, queries.papers(session, one.id)), f"返岗鉴定-{one.person.name}.pdf")


def secondment_page(secondment_id: int, turned_down: ActForm | None) -> Response:
    """Draw a secondment's page, with an act that was turned down if there is one."""
    by, session, today = current_actor(), read_again(), day_of(now())
    one = queries.one(session, secondment_id, seen_by=by)
    act = turned_down or ActForm.afresh()
    act.renew(one.version)
    posts, last_day = queries.snapshots(session, one.id), one.ends_before - queries.DAY
    is_keeper = by.person_id != one.person_id and policy.keeps(by, one.team.lead_unit_id)
    present = holding(posts[::-1], min(today, last_day))
    return page(
        "logistics/secondment.html",
        one=one,
        act=act,
        last_day=last_day,
        phase=queries.phase_of(one, today),
        phase_names=PHASE_NAMES,
        snapshots=posts,
        present=present,
        coming=[post for post in posts[::-1] if post.number > present.number],
        papers=queries.papers(session, one.id),
        paper_names=PAPER_NAMES,
        halves=reminders.halves_of(session, one, today),
        due_names=DUE_NAMES,
        through_names=THROUGH_NAMES,
        others=queries.others_of(session, one, seen_by=by),
        post_names=POST_NAMES,
        level_names=LEVEL_NAMES,
        rank_names=RANK_NAMES,
        numbers=numbers_of(one) if policy.sees_numbers(by, one) else None,
        may_keep=may_keep(one),
        may_confirm=is_keeper or policy.speaks_for_home(by, one.home_unit_id),
        is_keeper=is_keeper,
        has_begun=one.begins_on <= today,
        still_seated=[SEAT_NAMES[kind] for kind in queries.seats_at_home(session, one, on=today)] if is_keeper else [],
        amendments=[
            (one_of, wording.facts(told(one_of.before), told(one_of.after)))
            for one_of in amendments_of(session, one.id)
            if one_of.scan_id is None
        ],
    )


def may_keep(one: Secondment) -> bool:
    """Tell whether whoever asks may act on the secondment now."""
    by = current_actor()
    running = one.state is State.RUNNING and by.person_id != one.person_id
    return running and policy.keeps(by, one.team.lead_unit_id)


def numbers_of(one: Secondment) -> tuple[str, str]:
    """Return ID number and phone with their middle hidden; of one that another key hides, that it cannot be read."""
    return _hidden(one.id_cipher), _hidden(one.phone_cipher)


def _hidden(data: bytes | None) -> str:
    try:
        return masked(office_cipher().unlock(data) if data else "")
    except OtherKey:
        return _("密钥不符，读不出来")


def office_cipher() -> Cipher:
    """Return the key that enciphers the numbers of persons."""
    cipher: Cipher = current_app.extensions["tracker.cipher"]
    return cipher


def sheet(data: bytes, name: str) -> Response:
    """Hand out a sheet under its name."""
    return send_file(BytesIO(data), mimetype=_SHEET, as_attachment=True, download_name=name)


def _pdf(data: bytes, name: str) -> Response:
    return send_file(BytesIO(data), mimetype="application/pdf", as_attachment=True, download_name=name)


def _phase_word() -> str:
    return asked_choice("phase", (_ALL, *(phase.value for phase in Phase)), Phase.PRESENT.value)


def _wanted() -> Wanted:
    word = _phase_word()
    return Wanted(asked_text("q"), asked_number("team"), None if word == _ALL else Phase(word))


def _kept() -> dict[str, Any]:
    return {key: value for key, value in request.args.items() if key in {"q", "team", "phase", "day", "view"} and value}


def url(view: str) -> str:
    """Return the address of the list in hand, seen another way."""
    return url_for(".secondments", **{**_kept(), "view": view})


def _further(**edge: Any) -> str:
    return url_for(".secondments", **{**_kept(), **edge})
