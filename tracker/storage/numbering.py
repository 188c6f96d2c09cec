"""Numbers without gaps: a series counts up inside the transaction that uses the number."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Executable, Integer, String, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.storage.statements import dialect_of, insert_in, run, table
from tracker.storage.tables import Base


class Counter(Base):
    """The last number given out in a series."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


def next_number(session: Session, series: str) -> int:
    """Return the next number of a series, counted from 1; it is given back if the transaction fails."""
    counted: int = run(session, _count_up(dialect_of(session)), {"series": series}).scalar_one()
    return counted


@cache
def _count_up(dialect: str) -> Executable:
    first = insert_in(dialect, Counter).values(series=bindparam("series"), last=1)
    next_one = {"last": table(Counter).c.last + 1}
    return first.on_conflict_do_update(index_elements=["series"], set_=next_one).returning(table(Counter).c.last)


def next_numbers(session: Session, series: str, count: int, *, above: int = 0) -> range:
    """Return the next ``count`` numbers of a series, all greater than ``above`` (numbers somebody brought along)."""
    next_number(session, series)
    mine = update(table(Counter)).where(Counter.series == series)
    if above:
        session.execute(mine.where(Counter.last <= above).values(last=above + 1))
    session.execute(mine.values(last=Counter.last + (count - 1)))
    last = session.scalars(select(Counter.last).where(Counter.series == series)).one()
    return range(last - count + 1, last + 1)
