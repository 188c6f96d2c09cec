"""Numbers without gaps: a series counts up inside the transaction that uses the number."""

from __future__ import annotations

from sqlalchemy import Integer, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.storage.statements import insert_or, table
from tracker.storage.tables import Base


class Counter(Base):
    """The last number given out in a series."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


def next_number(session: Session, series: str) -> int:
    """Return the next number of a series, counted from 1; it is given back if the transaction fails."""
    session.execute(insert_or(session, Counter).values(series=series, last=0).on_conflict_do_nothing())
    session.execute(update(table(Counter)).where(Counter.series == series).values(last=Counter.last + 1))
    return session.scalars(select(Counter.last).where(Counter.series == series)).one()


def next_numbers(session: Session, series: str, count: int, *, above: int = 0) -> range:
    """Return the next ``count`` numbers of a series, all greater than ``above`` (numbers somebody brought along)."""
    next_number(session, series)
    mine = update(table(Counter)).where(Counter.series == series)
    if above:
        session.execute(mine.where(Counter.last <= above).values(last=above + 1))
    session.execute(mine.values(last=Counter.last + (count - 1)))
    last = session.scalars(select(Counter.last).where(Counter.series == series)).one()
    return range(last - count + 1, last + 1)
