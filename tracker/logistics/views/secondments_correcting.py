"""Put right what was mistyped about a secondment, its papers and its posts, and add the scans that are missing."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from tracker.evidence.operations import StoredFile
from tracker.funds.views.scans import stored_scan
from tracker.identity.queries import units
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.logistics.forms.secondments import CorrectForm, PaperCorrectForm, PostCorrectForm, ScanForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.secondments import keeper, office_cipher
from tracker.logistics.views.secondments_keeping import kept, order, to, turned_down
from tracker.secondments import operations, policy, queries
from tracker.secondments.models import Secondment
from tracker.secondments.operations import Correction
from tracker.secondments.standing import Paper, Post
from tracker.storage import unit_of_work
from tracker.web.access import current_actor
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.route("/secondments/<int:secondment_id>/correct", methods=["GET", "POST"])
@keeper
def correct_secondment(secondment_id: int) -> Response:
    """Put right the station, the full-time mark, the numbers, the home unit, the first day."""
    one = kept(secondment_id)
    names = ("home_unit_id", "post_kind", "station", "begins_on", "full_time")
    form = CorrectForm(data={"version": one.version, **{name: getattr(one, name) for name in names}})
    # A unit that was closed meanwhile stays with whoever came from it.
    form.home_unit_id.offer({unit.id: unit.name for unit in (*units(reader()), one.home_unit)}.items())
    if form.sent_and_valid():
        try:
            wanted = Correction(
                home_unit_id=form.home_unit_id.data or 0,
                post_kind=form.post_kind.data,
                station=form.station.data or "",
                begins_on=form.begins_on.data,
                full_time=bool(form.full_time.data),
                id_number=form.id_number.data or "",
                phone=form.phone.data or "",
                other_home=bool(form.other_home.data),
            )
            with unit_of_work() as session:
                operations.correct(session, one.id, wanted, form.reason.data or "", order(form), cipher=office_cipher())
            return to(one.id, _("已更正，原来的内容留在更正记录里"))
        except Refused as refusal:
            one = turned_down(form, refusal, secondment_id)
    return page("logistics/secondment_correct.html", form=form, one=one)


@blueprint.route("/secondments/<int:secondment_id>/papers/<int:paper_id>/correct", methods=["GET", "POST"])
@keeper
def correct_paper(secondment_id: int, paper_id: int) -> Response:
    """Put right a paper's number or date."""
    one = kept(secondment_id)
    paper = _paper(one, paper_id)
    form = PaperCorrectForm(data={"version": one.version, "paper_number": paper.number, "paper_dated": paper.dated})
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.correct_paper(
                    session, one.id, paper_id, form.document(), form.correction.data or "", order(form)
                )
            return to(one.id, _("已更正，原来的内容留在更正记录里"))
        except Refused as refusal:
            one = turned_down(form, refusal, secondment_id)
    return page("logistics/secondment_correct_record.html", form=form, one=one, number=paper.number)


@blueprint.route("/secondments/<int:secondment_id>/posts/<int:post_id>/correct", methods=["GET", "POST"])
@keeper
def correct_post(secondment_id: int, post_id: int) -> Response:
    """Put right the words of a post's record; a change of the post goes another way."""
    one = kept(secondment_id)
    post = _post(one, post_id)
    names = ("level", "duty", "rank", "title", "pay_grade", "paper_number", "paper_dated")
    form = PostCorrectForm(data={"version": one.version, **{name: getattr(post, name) for name in names}})
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.correct_post(
                    session, one.id, post_id, form.post(), form.document(), form.correction.data or "", order(form)
                )
            return to(one.id, _("已更正，原来的内容留在更正记录里"))
        except Refused as refusal:
            one = turned_down(form, refusal, secondment_id)
    return page("logistics/secondment_correct_record.html", form=form, one=one, number=post.paper_number)


@blueprint.route(
    "/secondments/<int:secondment_id>/<any(paper,post):what>/<int:record_id>/scan", methods=["GET", "POST"]
)
@keeper
def add_scan(secondment_id: int, what: str, record_id: int) -> Response:
    """Add the scan that a paper or a post lacks."""
    one = queries.one(reader(), secondment_id, seen_by=current_actor())
    policy.require_keeper(current_actor(), one.team.lead_unit_id)
    if one.person_id == current_actor().person_id:
        raise Forbidden("这是你自己的抽调，请由另一位有权的人办理")
    find: Callable[[Secondment, int], Paper | Post] = _paper if what == "paper" else _post
    record = find(one, record_id)
    form = ScanForm(data={"version": one.version})
    if form.sent_and_valid():
        try:
            scan: StoredFile | None = stored_scan(form.scan.data)
            with unit_of_work() as session:
                operations.add_scan(session, one.id, what, record_id, scan, order(form))
            return to(one.id, _("已补上扫描件"))
        except Refused as refusal:
            one = turned_down(form, refusal, secondment_id)
    number = record.number if isinstance(record, Paper) else record.paper_number
    return page("logistics/secondment_scan.html", form=form, one=one, number=number, has_scan=record.scan is not None)


def _paper(one: Secondment, paper_id: int) -> Paper:
    found = next((paper for paper in queries.papers(reader(), one.id) if paper.id == paper_id), None)
    if found is None:
        raise NotFound
    return found


def _post(one: Secondment, post_id: int) -> Post:
    found = next((post for post in queries.snapshots(reader(), one.id) if post.id == post_id), None)
    if found is None:
        raise NotFound
    return found
