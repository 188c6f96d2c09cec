"""待我处理, 我发起的, 我已处理: what waits comes first, the longest wait before the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request, url_for
from flask_babel import gettext as _

from tracker.claims import queries
from tracker.claims.course import waited_days
from tracker.claims.lifecycle import FILERS_STATES
from tracker.claims.models import KIND_NAMES
from tracker.claims.queries import Row
from tracker.claims.status import STATUS_KINDS, status_word
from tracker.claims.views.blueprint import blueprint
from tracker.kernel.actors import FINANCE_SEATS, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.clock import now
from tracker.web.access import current_actor, signed_in
from tracker.web.asked import asked_choice, asked_number
from tracker.web.database import reader
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


def shown(row: Row, actor: Actor, *, source: str = "") -> Shown:
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
    )


@blueprint.get("/inbox")
@signed_in
def inbox() -> Response:
    """Show what waits for the person, what they started and what they have decided."""
    actor = current_actor()
    decides = actor.holds_any(_DECIDING)
    tab = asked_choice("tab", ("waiting", "started", "done"), "waiting" if decides else "started")
    before = asked_number("before")
    if tab == "waiting":
        rows = queries.inbox(reader(), actor, most=queries.COUNTED_TO)
        older = ""
    else:
        listed = queries.started if tab == "started" else queries.done
        rows = listed(reader(), actor, before=before, most=_PAGE + 1)
        older = url_for(".inbox", tab=tab, before=rows[_PAGE - 1].id) if len(rows) > _PAGE else ""
        rows = rows[:_PAGE]
    source = "inbox" if tab == "waiting" else ""
    return page(
        "claims/inbox.html",
        tab=tab,
        tab_items=inbox_tabs(actor, tab, "claims.inbox"),
        rows=[shown(row, actor, source=source) for row in rows],
        newer=url_for(".inbox", tab=tab) if before else "",
        older=older,
    )


def inbox_tabs(actor: Actor, current: str, endpoint: str) -> list[dict[str, object]]:
    """List the tabs of the inbox with the count of what waits."""
    waiting = queries.inbox_count(reader(), actor)
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
