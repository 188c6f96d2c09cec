"""Who may do what to a fund, and which papers may move money which way."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.funds.models import PAPER_NAMES, Category, Cell, Fund, PaperKind
from tracker.funds.papers import CategoryFacts, FundFacts, PaperChanges, Place
from tracker.kernel.actors import FINANCE_SEATS, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.errors import Forbidden, Refused
from tracker.kernel.money import LARGEST_FEN
from tracker.kernel.text import tell
from tracker.teams.models import Team

PAY_CODES = ("301", "303")
"""工资福利支出 and 对个人和家庭的补助: never a permitted purpose (seconded staff are paid by the home unit)."""

PAY_WORDS = ("工资", "津贴", "补贴", "奖金", "绩效", "福利")
"""Words that always name pay, whatever class it is booked under."""

PAY_CALLED = (
    *(
        "薪酬",
        "薪金",
        "薪资",
        "薪水",
        "年薪",
        "工薪",
        "补助",
        "年终奖",
        "考核奖",
        "奖励金",
        "人员奖励",
        "个人奖励",
        "加班费",
    ),
    *("社保", "社会保险", "养老保险", "医疗保险", "公积金", "年金", "离退休"),
)
"""What else pay is called. A new purpose may not be called so; ``verify`` does not judge older ones by it."""

NOT_PAY = ("伙食补助", "交通补助", "出差补助", "差旅补助", "误餐补助")
"""The fixed allowances of a trip (财行〔2013〕531号), which are travel expense."""

ROUTES: dict[PaperKind, frozenset[tuple[str, str]]] = {
    PaperKind.ISSUE: frozenset({("reserve", "team")}),
    PaperKind.SUPPLEMENT: frozenset({("budget", "reserve"), ("budget", "team")}),
    PaperKind.CUT: frozenset({("reserve", "budget"), ("team", "budget")}),
    PaperKind.MOVE: frozenset({("team", "team")}),
    PaperKind.RECALL: frozenset({("team", "reserve")}),
    PaperKind.LIMIT: frozenset(),
}
"""Which way each kind of paper moves money."""


def require_officer(actor: Actor) -> None:
    """Refuse anyone but the finance bureau's officer. Raises Forbidden."""
    if not actor.holds(SeatKind.OFFICER):
        raise Forbidden("只有财政复核岗可以办理预算；请联系区财政局经办")


def sees_all_teams(actor: Actor) -> bool:
    """Tell whether the person sees every team's account: finance and the auditor."""
    return actor.holds_any(FINANCE_SEATS | {SeatKind.AUDITOR})


def sees_team(actor: Actor, team_id: int, lead_unit_id: int) -> bool:
    """Tell whether the person sees a team's account: finance, the auditor, its lead unit, its own people."""
    return (
        sees_all_teams(actor)
        or lead_unit_id in actor.units(UNIT_SEATS)
        or any(seat.team_id == team_id for seat in actor.seats)
    )


def sees_cell(actor: Actor, cell: Cell) -> bool:
    """Tell whether the person sees an account: a team's as ``sees_team`` says, the fund's own as finance does."""
    if cell.team is None:
        return sees_all_teams(actor)
    return sees_team(actor, cell.team.id, cell.team.lead_unit_id)


def sees_papers(actor: Actor, cells: Iterable[Cell]) -> bool:
    """Tell whether the person reads a fund's papers: finance, the auditor, the lead units of its teams."""
    led = actor.units(UNIT_SEATS)
    return sees_all_teams(actor) or any(cell.team is not None and cell.team.lead_unit_id in led for cell in cells)


def check_fund(session: Session, facts: FundFacts) -> None:
    """Refuse a fund that cannot be. Raises Refused."""
    if facts.closes_on < facts.opens_on:
        raise Refused("结束日期早于开始日期，请核对使用期限", field="closes_on")
    if facts.opens_on.year != facts.year or facts.closes_on.year != facts.year:
        raise Refused(tell("使用期限要在 %(year)s 年度以内，请核对起止日期", year=facts.year), field="opens_on")
    if not facts.categories:
        raise Refused("至少要有一个允许开支的科目", field="categories")
    same = select(Fund.id).where(Fund.year == facts.year, (Fund.name == facts.name) | (Fund.code == facts.code))
    if session.scalar(same.limit(1)) is not None:
        raise Refused(
            tell("%(year)s 年度已有同名或同编号前缀的经费，请换一个名称或前缀", year=facts.year), field="name"
        )
    seen: list[str] = []
    for category in facts.categories:
        check_category(category, seen)
        seen.append(category.name)


def check_category(facts: CategoryFacts, known: Sequence[str]) -> None:
    """Refuse pay as a purpose, and a name twice. Raises Refused.

    Pay stays with the home unit (抽调人员工资福利由原单位发放).
    """
    if is_pay(facts.economic_code, facts.name, facts.economic_name, words=PAY_WORDS + PAY_CALLED):
        raise Refused(
            tell(
                "「%(name)s」属于工资福利性支出，专项经费不能开支（抽调人员工资福利由原单位发放）；请删去这个科目",
                name=facts.name,
            ),
            field="categories",
        )
    if facts.name in known:
        raise Refused(tell("科目「%(name)s」重复，请只保留一个", name=facts.name), field="categories")


def is_pay(economic_code: str, *names: str, words: Sequence[str] = PAY_WORDS) -> bool:
    """Tell whether a purpose is pay: by its economic class, or because it is called so, however it is written."""
    return economic_code.startswith(PAY_CODES) or any(word in _plain(name) for name in names for word in words)


def _plain(name: str) -> str:
    """Leave out what may stand between the characters of a word, and the allowances that are not pay."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", name) if sign.isalnum())
    for allowance in NOT_PAY:
        plain = plain.replace(allowance, "")
    return plain


def check_paper(session: Session, fund: Fund, kind: PaperKind, changes: PaperChanges) -> None:
    """Refuse a paper that moves money a way its kind does not, twice, or to a place that is not there.

    Raises Refused.
    """
    if not (changes.transfers or changes.limits or changes.limit_moves):
        raise Refused("这份文件没有写任何金额变动，请至少填一行")
    for transfer in changes.transfers:
        if (_end(transfer.source), _end(transfer.target)) not in ROUTES[kind] or transfer.source == transfer.target:
            raise Refused(tell("「%(paper)s」文件不能这样划转，请核对调出、调入方", paper=PAPER_NAMES[kind]))
        check_amount(transfer.amount_fen)
    if changes.limit_moves and kind is not PaperKind.MOVE:
        raise Refused("科目之间调剂要用「调剂」文件办理")
    if changes.limits and kind is not PaperKind.LIMIT:
        raise Refused("设分项限额要用「分项限额」文件办理")
    for move in changes.limit_moves:
        if move.source_category_id == move.target_category_id:
            raise Refused("调剂的两个科目要不同，请重选")
        check_amount(move.amount_fen)
    _check_limits(changes)
    _check_teams(session, changes)
    _check_categories(session, fund, changes)


def check_amount(amount_fen: int) -> None:
    """Refuse nothing, less than nothing, and more than a document may carry. Raises Refused."""
    if not 0 < amount_fen <= LARGEST_FEN:
        raise Refused("金额要大于 0、不超过 999,999,999.99 元，请核对")


def _check_limits(changes: PaperChanges) -> None:
    named = [(limit.team_id, limit.category_id) for limit in changes.limits]
    if len(named) != len(set(named)):
        raise Refused("同一个科目的限额写了两次，请只留一行")
    if any(limit.limit_fen is not None and not 0 <= limit.limit_fen <= LARGEST_FEN for limit in changes.limits):
        raise Refused("限额要在 0 到 999,999,999.99 元之间，请核对")


def _check_teams(session: Session, changes: PaperChanges) -> None:
    """Refuse money for a closed team; it may still give money back. Raises Refused."""
    targets = [transfer.target for transfer in changes.transfers if isinstance(transfer.target, int)]
    closed = session.scalar(select(Team.name).where(Team.id.in_(targets), Team.closed_at.is_not(None)).limit(1))
    if closed is not None:
        raise Refused(tell("「%(closed)s」已撤销，不能再下达额度；请选在运行的组团", closed=closed))


def _check_categories(session: Session, fund: Fund, changes: PaperChanges) -> None:
    named = {limit.category_id for limit in changes.limits}
    named |= {c for move in changes.limit_moves for c in (move.source_category_id, move.target_category_id)}
    own = set(session.scalars(select(Category.id).where(Category.fund_id == fund.id)))
    if named - own:
        raise Refused("所选科目不属于这项经费，请刷新页面后重选")


def _end(place: Place) -> str:
    return "team" if isinstance(place, int) else place
