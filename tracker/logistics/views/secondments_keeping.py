"""What the lead unit does: record, extend, end early, take back, change the post, close the leaving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Response, flash, redirect, url_for

from tracker.claims import operations as claim_operations
from tracker.claims.leaving import open_claims
from tracker.claims.operations import moves as claims
from tracker.evidence.operations import StoredFile
from tracker.funds.views.scans import stored_scan
from tracker.identity.queries import units
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Forbidden, Refused, Stale
from tracker.kernel.text import tell
from tracker.logistics.forms.secondments import ActForm, HandClaimsForm, LeaveForm, PostForm, SecondmentForm, TermForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.secondments import keeper, may_keep, office_cipher, secondment_page
from tracker.secondments import operations, policy, queries
from tracker.secondments.models import PaperKind, Secondment
from tracker.secondments.operations import Command
from tracker.secondments.operations.leaving import subjects
from tracker.storage import unit_of_work
from tracker.web.access import current_actor
from tracker.web.asked import asked_number
from tracker.web.database import read_again, reader
from tracker.web.forms import SiteForm, VersionedForm
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

_DAY = timedelta(days=1)


@blueprint.route("/secondments/new", methods=["GET", "POST"])
@keeper
def new_secondment() -> Response:
    """Record a secondment; ``?person=`` names who comes from the directory."""
    form = _new_form()
    if form.sent_and_valid():
        try:
            person_id = _person_id(form.person.data or "")
            scans = stored_scan(form.scan.data), _scan(form.post_scan.data, "post_scan")
            with unit_of_work() as session:
                made = operations.record_secondment(
                    session, form.facts(person_id, *scans), order(form), cipher=office_cipher()
                )
            return to(made.id, _("已登记抽调，组员席位随之生效"))
        except Refused as refusal:
            if refusal.field == "person_id":
                refusal.field = "person"
            form.refuse(refusal)
    return page("logistics/secondment_form.html", form=form)


@blueprint.route("/secondments/<int:secondment_id>/<any(extend,end):act>", methods=["GET", "POST"])
@keeper
def change_term(secondment_id: int, act: str) -> Response:
    """Extend the term or end it early, by a paper."""
    one = kept(secondment_id)
    form = TermForm(data={"version": one.version})
    if form.sent_and_valid():
        try:
            paper = form.paper(stored_scan(form.scan.data))
            with unit_of_work() as session:
                move = operations.extend if act == "extend" else operations.end_early
                move(session, one.id, form.last_day.data, paper, order(form), reason=form.reason.data or "")
            return to(one.id, _("已延长抽调") if act == "extend" else _("已提前结束抽调"))
        except Refused as refusal:
            one = turned_down(form, refusal, secondment_id)
    kind = PaperKind.EXTENSION if act == "extend" else PaperKind.EARLY_END
    return page("logistics/secondment_term.html", form=form, one=one, kind=kind, last_day=one.ends_before - _DAY)


@blueprint.route("/secondments/<int:secondment_id>/post", methods=["GET", "POST"])
@keeper
def change_post(secondment_id: int) -> Response:
    """Write what the home unit's document says about the post from a day on."""
    one = kept(secondment_id)
    latest = queries.snapshots(reader(), one.id)[0]
    known = {name: getattr(latest, name) for name in ("level", "duty", "rank", "title", "pay_grade")}
    form = PostForm(data={"version": one.version, **known})
    if form.sent_and_valid():
        try:
            paper = form.paper(stored_scan(form.scan.data))
            with unit_of_work() as session:
                operations.change_post(
                    session, one.id, form.post(), paper, order(form), effective_on=form.effective_on.data
                )
            return to(one.id, _("已登记职务职级变化，原来的记录保留"))
        except Refused as refusal:
            one = turned_down(form, refusal, secondment_id)
    return page("logistics/secondment_post.html", form=form, one=one, latest=latest)


@blueprint.route("/secondments/<int:secondment_id>/leave", methods=["GET", "POST"])
@keeper
def leave(secondment_id: int) -> Response:
    """Show what is still open, and close the leaving once nothing is."""
    one, today = kept(secondment_id), day_of(now())
    form = LeaveForm(data={"version": one.version, "last_day": min(today, one.ends_before - _DAY)})
    if form.sent_and_valid():
        try:
            facts = form.facts(stored_scan(form.scan.data))
            with unit_of_work() as session:
                operations.leave(session, one.id, facts, order(form))
            return to(one.id, _("已办返岗，可以打印返岗鉴定"))
        except Refused as refusal:
            one = turned_down(form, refusal, secondment_id)
    return _leave_page(one, form, None)


@blueprint.post("/secondments/<int:secondment_id>/claims")
@keeper
def hand_claims(secondment_id: int) -> Response:
    """Hand the open claims of who leaves to a filing agent, by name."""
    one = kept(secondment_id)
    form = HandClaimsForm()
    _offer_takers(form, one)
    if form.sent_and_valid():
        try:
            command = claims.Command(
                current_actor(), now(), form.command_id.data or "", comment=form.hand_reason.data or ""
            )
            with unit_of_work() as session:
                handed = claim_operations.hand_over_claims(
                    session, one.person_id, one.team_id, form.to_person_id.data or 0, command
                )
            flash(_("已移交 %(count)s 张报销单", count=len(handed)), "ok")
            return redirect(url_for(".leave", secondment_id=one.id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    return _leave_page(one, LeaveForm.afresh(version=one.version), form)


def _leave_page(one: Secondment, form: LeaveForm, hand: HandClaimsForm | None) -> Response:
    if hand is None:
        hand = HandClaimsForm.afresh()
        _offer_takers(hand, one)
    session = read_again()
    return page(
        "logistics/secondment_leave.html",
        form=form,
        hand=hand,
        open_claims=bool(open_claims(session, one.person_id, one.team_id, day_of(now()))),
        one=one,
        last_day=one.ends_before - _DAY,
        matters=operations.open_matters(session, one, on=day_of(now())),
        subjects=[_("席位"), *(_(subject) for subject in subjects())],
    )


def _offer_takers(form: HandClaimsForm, one: Secondment) -> None:
    people = claim_operations.takers(reader(), one.team_id, day_of(now()))
    form.to_person_id.offer((person.id, person.name) for person in people if person.id != one.person_id)


@blueprint.post("/secondments/<int:secondment_id>/cancel")
@keeper
def cancel_secondment(secondment_id: int) -> Response:
    """Take back a secondment that has not begun."""
    form = ActForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.cancel(session, secondment_id, order(form))
            return to(secondment_id, _("已取消这次抽调"))
        except Refused as refusal:
            form.refuse(refusal)
    return secondment_page(secondment_id, form)


def order(form: SiteForm) -> Command:
    """Turn a sent form into an order of whoever sent it."""
    version = form.version.data if isinstance(form, VersionedForm) else None
    return Command(current_actor(), now(), form.command_id.data or "", version)


def to(secondment_id: int, sentence: str) -> Response:
    """Go to a secondment's page and say what was done."""
    flash(sentence, "ok")
    return redirect(url_for(".secondment", secondment_id=secondment_id), 303)  # type: ignore[return-value]


def kept(secondment_id: int) -> Secondment:
    """Load a secondment its lead unit acts on. Raises NotFound, Forbidden, Refused once it is over."""
    one = queries.one(reader(), secondment_id, seen_by=current_actor())
    policy.require_keeper(current_actor(), one.team.lead_unit_id)
    if not may_keep(one):
        raise Forbidden("这次抽调已经结束，或者是你自己的抽调，不能再办；请返回查看")
    return one


def turned_down(form: VersionedForm, refusal: Refused, secondment_id: int) -> Secondment:
    """Show a refusal on its form, which from now on carries the newest version."""
    form.refuse(refusal)
    one = queries.one(read_again(), secondment_id, seen_by=current_actor())
    if isinstance(refusal, Stale):
        form.renew(one.version)
    return one


def _new_form() -> SecondmentForm:
    session = reader()
    known: dict[str, object] = {"full_time": True, "begins_on": day_of(now())}
    person_id = asked_number("person")
    if person_id is not None:
        known.update(queries.known_of(session, person_id))
    form = SecondmentForm(data=known)
    form.home_unit_id.offer((unit.id, unit.name) for unit in units(session))
    form.team_id.offer((team.id, team.name) for team in queries.teams_kept(session, current_actor()))
    return form


def _person_id(typed: str) -> int:
    found = queries.person_named(reader(), typed)
    if not found:
        raise Refused(tell("没有账号或姓名是「%(typed)s」的人，请先由系统管理员添加", typed=typed), field="person")
    if len(found) > 1:
        accounts = "、".join(person.sign_in_name for person in found[:5])
        sentence = tell(
            "叫%(typed)s的有 %(count)s 个人，请改填账号：%(accounts)s", typed=typed, count=len(found), accounts=accounts
        )
        raise Refused(sentence, field="person")
    return found[0].id


def _scan(sent: object, field: str, read: Callable[[object], StoredFile | None] = stored_scan) -> StoredFile | None:
    try:
        return read(sent)
    except Refused as refusal:
        refusal.field = field
        raise
