"""The papers of a secondment: the notices that send, extend and end it (抽调通知), the certificate (返岗鉴定)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tracker.secondments.models import PaperKind, Secondment
from tracker.secondments.queries import Row
from tracker.secondments.ranks import LEVEL_NAMES, POST_NAMES, RANK_NAMES
from tracker.secondments.standing import Paper, Post
from tracker.vouchers.papers import draw_html


def notice(row: Row) -> bytes:
    """Draw the notice to the home unit as a PDF; the same secondment gives the same bytes."""
    one = row.secondment
    return draw_html(
        "secondment_notice.html",
        {"one": one, "post": row.post, "paper": row.start, "last_day": row.start.last_day, **_names(one, row.post)},
        title=f"关于抽调{one.person.name}同志到{one.team.name}工作的通知",
        author=one.team.lead_unit.name,
        at=one.recorded_at,
    )


def term_notice(secondment: Secondment, papers: Sequence[Paper], paper: Paper) -> bytes:
    """Draw the notice that extends a term or ends it early as a PDF; ``papers`` are those of the term, in order."""
    before = papers[papers.index(paper) - 1].last_day
    act = "延长" if paper.kind is PaperKind.EXTENSION else "提前结束"
    facts = {"one": secondment, "paper": paper, "before": before, "last_day": paper.last_day, "kind": paper.kind}
    return draw_html(
        "secondment_term.html",
        facts,
        title=f"关于{act}{secondment.person.name}同志抽调期的通知",
        author=secondment.team.lead_unit.name,
        at=secondment.recorded_at,
    )


def certificate(secondment: Secondment, post: Post, papers: Sequence[Paper]) -> bytes:
    """Draw the certificate of return as a PDF; the same leaving gives the same bytes."""
    last_day = secondment.ends_before - timedelta(days=1)
    return draw_html(
        "secondment_certificate.html",
        {
            "one": secondment,
            "post": post,
            "papers": papers,
            "last_day": last_day,
            "days": (secondment.ends_before - secondment.begins_on).days,
            **_names(secondment, post),
        },
        title=f"{secondment.person.name}返岗鉴定表",
        author=secondment.team.lead_unit.name,
        at=secondment.left_at or secondment.recorded_at,
    )


def _names(secondment: Secondment, post: Post) -> dict[str, str]:
    told = [post.duty, post.rank, post.title, post.pay_grade]
    return {
        "post_kind": POST_NAMES[secondment.post_kind],
        "level": LEVEL_NAMES[post.level],
        "expense_rank": RANK_NAMES[post.expense_rank],
        "told": "，".join(text for text in told if text),
    }
