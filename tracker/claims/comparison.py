"""What a line says beside what its file says, field by field, for the reviewer's eye."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.claims.bills import TITLE_SENTENCES
from tracker.claims.models import ClaimLine
from tracker.evidence import keys
from tracker.evidence.queries import Known
from tracker.evidence.reading import Box, Reading
from tracker.evidence.titles import Title, TitleAnswer, check_title
from tracker.kernel.money import format_yuan

MARKED = ("invoice_number", "issue_date", "buyer_name", "buyer_tax_id", "seller_name", "total_fen")
"""The fields that are marked on the page."""


class Same(StrEnum):
    """Whether line and file say the same; a field only one of them knows is shown without a verdict."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Compared:
    """One field: its name, what the file says, whether the line says so too, and what it says instead."""

    label: str
    on_paper: str
    same: Same
    in_claim: str = ""
    is_number: bool = False


def compare(line: ClaimLine, known: Known, titles: Sequence[Title]) -> list[Compared]:
    """Compare total, day of issue, buyer and number of a file with the line it lies at."""
    if known.reading is None:
        return []
    return list(_compared(line, known, known.reading, titles))


def _compared(line: ClaimLine, known: Known, reading: Reading, titles: Sequence[Title]) -> Iterator[Compared]:
    face = line.facts.get("face_fen")
    if reading.total_fen is not None:
        yield _field("价税合计", format_yuan(reading.total_fen), format_yuan(face) if isinstance(face, int) else "")
    if reading.issue_date is not None:
        days = {reading.issue_date, *(leg.day for leg in reading.legs)}
        same = Same.YES if line.spent_on in days else Same.NO
        yield Compared("开票日期", reading.issue_date.isoformat(), same, "" if same is Same.YES else str(line.spent_on))
    answer = check_title(reading, titles)
    if answer is not TitleAnswer.EXEMPT:
        is_unread = answer is TitleAnswer.UNREAD
        title = reading.buyer_name or reading.buyer_tax_id or ("没有读到" if is_unread else "没有抬头")
        is_wrong = answer in TITLE_SENTENCES and not is_unread
        accepted = "、".join(dict.fromkeys(one.name for one in titles)) if is_wrong else ""
        same = Same.UNKNOWN if is_unread else Same.NO if is_wrong else Same.YES
        yield Compared("抬头", title, same, accepted)
    if known.number:
        typed = keys.normal(str(line.facts.get("bill_number") or ""))
        compared = _field("发票号码", known.number, typed)
        yield Compared(compared.label, compared.on_paper, compared.same, compared.in_claim, is_number=True)
    if reading.seller_name:
        yield Compared("销售方", reading.seller_name, Same.UNKNOWN)


def _field(label: str, on_paper: str, in_claim: str) -> Compared:
    if not in_claim:
        return Compared(label, on_paper, Same.UNKNOWN)
    same = on_paper == in_claim
    return Compared(label, on_paper, Same.YES if same else Same.NO, "" if same else in_claim)


def marks_of(reading: Reading, page: int) -> list[tuple[int, int, int, int]]:
    """List where the recognised fields stand on a page (counted from 0): x, y, width, height in thousandths."""
    found = [box for name in MARKED if (box := reading.boxes.get(name)) is not None and box.page == page]
    return [_mark(box) for box in found]


def _mark(box: Box) -> tuple[int, int, int, int]:
    x, y = max(round(box.x0 * 1000) - 3, 0), max(round(box.y0 * 1000) - 3, 0)
    return x, y, min(round(box.x1 * 1000) + 3, 1000) - x, min(round(box.y1 * 1000) + 3, 1000) - y
