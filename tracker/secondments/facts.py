"""What is typed about a secondment: its term and paper, the post's snapshot, the numbers of the person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.evidence.operations import StoredFile
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Refused
from tracker.kernel.text import block, one_line, tell
from tracker.secondments.models import Secondment, Snapshot, TermPaper
from tracker.secondments.ranks import Level, PostKind

_NUMBER_MOST = TermPaper.number.type.length
_STATION_MOST = Secondment.station.type.length
_POST_MOST = Snapshot.duty.type.length
_REASON_MOST = TermPaper.reason.type.length


@dataclass(frozen=True)
class Document:
    """A document: number, date, and its scan if there is one (already in the store)."""

    number: str
    dated: date
    scan: StoredFile | None = None

    def checked(self, at: datetime, *, field: str = "paper_number", dated_field: str = "paper_dated") -> Document:
        """Return it in one spelling. Raises Refused without a number, or for a day that has not come."""
        tidy = replace(self, number=one_line(self.number))
        if not tidy.number or len(tidy.number) > _NUMBER_MOST:
            raise Refused(tell("请填写文件的文号，最多 %(most)s 字", most=_NUMBER_MOST), field=field)
        if self.dated > day_of(at):
            raise Refused("文件日期不能晚于今天，请照文件核对", field=dated_field)
        return tidy


@dataclass(frozen=True)
class PostFacts:
    """The post from a day on, as a document of the home unit says."""

    level: Level
    duty: str
    rank: str = ""
    title: str = ""
    pay_grade: str = ""

    def checked(self) -> PostFacts:
        """Return it in one spelling. Raises Refused without 职务 or when something is too long."""
        tidy = PostFacts(self.level, *(one_line(text) for text in (self.duty, self.rank, self.title, self.pay_grade)))
        if not tidy.duty:
            raise Refused("请填写职务；没有领导职务的填岗位名称", field="duty")
        for field in ("duty", "rank", "title", "pay_grade"):
            if len(getattr(tidy, field)) > _POST_MOST:
                raise Refused(tell("职务、职级、职称和工资档次每项最多 %(most)s 字", most=_POST_MOST), field=field)
        return tidy


@dataclass(frozen=True)
class SecondmentFacts:
    """A secondment to be recorded; ``last_day`` is inclusive."""

    person_id: int
    home_unit_id: int
    post_kind: PostKind
    team_id: int
    begins_on: date
    last_day: date
    paper: Document
    post: PostFacts
    post_paper: Document
    station: str = ""
    full_time: bool = True
    id_number: str = ""
    phone: str = ""
    other_home: bool = False
    """The home unit is not the person's unit in the directory, and that is right."""


def checked_station(station: str) -> str:
    """Return a station in one spelling. Raises Refused when it is too long."""
    tidy = one_line(station)
    if len(tidy) > _STATION_MOST:
        raise Refused(tell("驻点最多 %(most)s 字", most=_STATION_MOST), field="station")
    return tidy


def checked_reason(reason: str, *, needed: bool, field: str = "reason") -> str:
    """Return a reason in one spelling. Raises Refused when it is needed and missing, or too long."""
    tidy = one_line(reason)
    if needed and not tidy:
        raise Refused("请填写事由", field=field)
    if len(tidy) > _REASON_MOST:
        raise Refused(tell("事由最多 %(most)s 字", most=_REASON_MOST), field=field)
    return tidy


def checked_note(note: str, most: int, *, field: str = "note") -> str:
    """Return a note without control characters. Raises Refused when it is longer than ``most``."""
    tidy = block(note)
    if len(tidy) > most:
        raise Refused(tell("最多 %(most)s 字，请删去 %(over)s 字", most=most, over=len(tidy) - most), field=field)
    return tidy
