"""待我处理, 我发起的, 我已处理: what waits comes first, the longest wait before the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request, url_for

from tracker.claims import checked, queries
from tracker.claims.checked import Checked
from tracker.claims.course import waited_days
from tracker.claims.forms.decisions import TogetherForm
from tracker.claims.lifecycle import FILERS_STATES, LEAD_STEPS
from tracker.claims.models import KIND_NAMES
from tracker.claims.queries import Row
from tracker.claims.status import STATUS_KINDS, status_word
from tracker.claims.views.blueprint import blueprint
from tracker.kernel.actors import FINANCE_SEATS, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.clock import now
from tracker.web.access import current_actor, signed_in
from tracker.web.asked import asked_choice, asked_number
from tracker.web.database import read_once, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

LATE_DAYS = 2
"""A claim that has waited this many working days at one step is shown in amber."""

_PAGE = 20
_DECIDING = UNIT_SEATS | FINANCE_SEATS | {SeatKind.LIAISON}
KIND_ICONS = {"travel": "train", "reception": "cup", "general": "doc"}


@dataclass(frozen=True)
class Shown:
    """A row of a list with its words and address."""

    claim: Row
    status: str
    status_kind: str
    kind: str
    sign: str
    href: str
    is_late: bool
    checked: Checked | None = None


def shown(row: Row, actor: Actor, *, source: str = "", was_checked: Checked | None = None) -> Shown:
    """Dress a row for a list; ``source`` is carried along so that the page knows the way on."""
    status = status_word(row.state, row.step, has_number=row.number is not None)
    is_own_draft = row.state in FILERS_STATES and row.filer_id == actor.person_id
    href = url_for("claims.edit" if is_own_draft else "claims.show", claim_id=row.id)
    is_late = row.waiting_since is not None and waited_days(row.waiting_since, now()) >= LATE_DAYS
    return Shown(
        claim=row,
        status=_(status),
        status_kind=STATUS_KINDS.get(status, ""),
        kind=_(KIND_NAMES[row.kind]),
        sign=KIND_ICONS[row.kind],
        href=f"{href}?from={source}" if source and not is_own_draft else href,
        is_late=is_late,
        checked=was_checked,
    )


@dataclass(frozen=True)
class Waiting:
    """What waits for the person as a list shows it, and what of it may be approved together."""

    rows: Sequence[Shown]
    form: TogetherForm

    @property
    def limits(self) -> list[int]:
        """The limits (fen) under which the funds of these rows let claims be approved together."""
        return sorted(
            {
                row.checked.together_up_to_fen
                for row in self.rows
                if row.checked and row.checked.step in LEAD_STEPS and row.checked.together_up_to_fen
            }
        )

    @property
    def together(self) -> int:
        """How many of the rows may be ticked."""
        return sum(row.checked is not None and row.checked.may_go_together for row in self.rows)


def waiting_rows(actor: Actor, *, most: int) -> Waiting:
    """List what waits for the person with what the checks say of each, longest wait first."""
    rows = queries.inbox(reader(), actor, most=most)
    known = checked.of_claims(reader(), [row.id for row in rows])
    return Waiting(
        [shown(row, actor, source="inbox", was_checked=known.get(row.id)) for row in rows], TogetherForm.afresh()
    )


@blueprint.get("/inbox")
@signed_in
def inbox() -> Response:
    """Show what waits for the person, what they started and what they have decided."""
    actor = current_actor()
    decides = actor.holds_any(_DECIDING)
    tab = asked_choice("tab", ("waiting", "started", "done"), "waiting" if decides else "started")
    before = asked_number("before")
    waiting, older = None, ""
    rows: Sequence[Shown]
    if tab == "waiting":
        waiting = waiting_rows(actor, most=queries.COUNTED_TO)
        rows = waiting.rows
    else:
        listed = queries.started if tab == "started" else queries.done
        found = listed(reader(), actor, before=before, most=_PAGE + 1)
        older = url_for(".inbox", tab=tab, before=found[_PAGE - 1].id) if len(found) > _PAGE else ""
        rows = [shown(row, actor) for row in found[:_PAGE]]
    return page(
        "claims/inbox.html",
        tab=tab,
        tab_items=inbox_tabs(actor, tab, "claims.inbox"),
        rows=rows,
        waiting=waiting,
        newer=url_for(".inbox", tab=tab) if before else "",
        older=older,
    )


def inbox_tabs(actor: Actor, current: str, endpoint: str) -> list[dict[str, object]]:
    """List the tabs of the inbox with the count of what waits."""
    waiting = read_once(queries.inbox_count, actor)
    names = [("waiting", _("待我处理")), ("started", _("我发起的")), ("done", _("我已处理"))]
    if not actor.holds_any(_DECIDING):
        names = names[1:2]
    return [
        {
            "label": label,
            "href": url_for(endpoint, tab=name),
            "current": name == current,
            "count": waiting if name == "waiting" else 0,
            "hot": name == "waiting",
        }
        for name, label in names
    ]


@dataclass(frozen=True)
class Queue:
    """The person's way through what waits: where this claim stands in it and its neighbours."""

    ids: Sequence[int]
    claim_id: int
    is_followed: bool

    @property
    def place(self) -> int:
        """The claim's place, from 1; 0 when it is not waiting."""
        return self.ids.index(self.claim_id) + 1 if self.claim_id in self.ids else 0

    @property
    def previous(self) -> int | None:
        """The claim before it."""
        return self.ids[self.place - 2] if self.place > 1 else None

    @property
    def following(self) -> int | None:
        """The claim after it; the first when it is the last and others wait."""
        if not self.place:
            return self.ids[0] if self.ids else None
        rest = [*self.ids[self.place :], *self.ids[: self.place - 1]]
        return rest[0] if rest else None

    @property
    def is_last(self) -> bool:
        """Tell whether nothing waits longer down the list."""
        return not self.place or self.place == len(self.ids)


def queue_of(actor: Actor, claim_id: int) -> Queue:
    """Read the person's queue as it stands, if this page is part of the walk through it."""
    is_followed = request.args.get("from") == "inbox"
    ids = queries.inbox_ids(reader(), actor) if is_followed else ()
    return Queue(ids, claim_id, is_followed)
