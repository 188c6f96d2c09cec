"""Who may do what to a secondment, who sees its numbers, and what a number must look like."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from tracker.identity.models import Person, Unit
from tracker.kernel.actors import UNIT_SEATS, Actor, SeatKind
from tracker.kernel.documents import IDENTITY_NUMBER, is_identity_number
from tracker.kernel.errors import Forbidden, Refused
from tracker.kernel.text import tell
from tracker.secondments.models import Secondment

LONGEST = timedelta(days=366 * 10)
"""A term longer than ten years is a mistyped year."""
EARLIEST = date(2010, 1, 1)

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{9,11}")


def keeps(by: Actor, lead_unit_id: int) -> bool:
    """Tell whether the actor keeps the secondments of teams under this lead unit."""
    return lead_unit_id in by.units(UNIT_SEATS)


def require_keeper(by: Actor, lead_unit_id: int) -> None:
    """Raise Forbidden unless the actor keeps the secondments of teams under this lead unit."""
    if not keeps(by, lead_unit_id):
        raise Forbidden("抽调由本组团的牵头单位登记和管理，你不是这个牵头单位的经办或负责人")


def speaks_for_home(by: Actor, home_unit_id: int) -> bool:
    """Tell whether the actor holds the home unit's seat."""
    return by.holds(SeatKind.HOME_UNIT, unit_id=home_unit_id)


def may_see(by: Actor, secondment: Secondment) -> bool:
    """Tell whether the actor may know of the secondment at all."""
    return (
        by.person_id == secondment.person_id
        or by.holds(SeatKind.AUDITOR)
        or keeps(by, secondment.team.lead_unit_id)
        or speaks_for_home(by, secondment.home_unit_id)
    )


def sees_numbers(by: Actor, secondment: Secondment) -> bool:
    """Tell whom ID number and phone concern: the person, the lead unit and the home unit's seat (masked for each)."""
    return (
        by.person_id == secondment.person_id
        or keeps(by, secondment.team.lead_unit_id)
        or speaks_for_home(by, secondment.home_unit_id)
    )


def id_number(typed: str) -> str:
    """Return an ID number in one spelling; '' stays ''. Raises Refused when its check sign is wrong (GB 11643-1999)."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)).upper()
    if not plain:
        return ""
    if not IDENTITY_NUMBER.fullmatch(plain):
        raise Refused("身份证号是 18 位，请照证件核对", field="id_number")
    if not is_identity_number(plain):
        raise Refused("身份证号最后一位对不上，请照证件核对", field="id_number")
    return plain


def phone(typed: str) -> str:
    """Return a phone number in one spelling; '' stays ''. Raises Refused when it cannot be one."""
    plain = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", typed)).removeprefix("+86")
    if plain and not (_MOBILE.fullmatch(plain) or _LANDLINE.fullmatch(plain)):
        raise Refused("电话请填 11 位手机号，或带区号的座机号", field="phone")
    return plain


def check_term(begins_on: date, last_day: date) -> None:
    """Raise Refused for a term that cannot be one."""
    if begins_on < EARLIEST:
        raise Refused(
            tell("抽调最早从 %(earliest)s 算起，请核对开始日期的年份", earliest=EARLIEST.isoformat()), field="begins_on"
        )
    if last_day < begins_on:
        raise Refused("最后一天不能早于开始那天", field="last_day")
    if last_day - begins_on > LONGEST:
        raise Refused("抽调期超过十年，请核对最后一天的年份", field="last_day")


def require_own_unit(person: Person, home: Unit, *, is_right: bool) -> None:
    """Raise Refused when the home unit is not the person's unit in the directory and nobody said that this is right."""
    known = person.home_unit
    if known is not None and known.id != home.id and not is_right:
        raise Refused(
            tell(
                "%(person)s在人员目录里的单位是%(unit)s，与原单位不同；核对无误的，在登记页面勾选「已核对」",
                person=person.name,
                unit=known.name,
            ),
            field="other_home",
        )


def require_another(by: Actor, person_id: int, what: str) -> None:
    """Raise Refused when somebody would do this to the own secondment."""
    if by.person_id == person_id:
        raise Refused(tell("不能给自己%(what)s，请由另一位有权的人办理", what=what))
