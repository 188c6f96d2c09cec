"""The office's words for a post: its kind, its level, and the expense rank a level gives."""

from __future__ import annotations

from enum import StrEnum


class PostKind(StrEnum):
    """The kind of post at the home unit (岗位性质)."""

    ADMINISTRATIVE = "administrative"
    CIVIL_LIKE = "civil_like"
    INSTITUTION = "institution"
    ENTERPRISE = "enterprise"
    CONTRACT = "contract"


POST_NAMES: dict[PostKind, str] = {
    PostKind.ADMINISTRATIVE: "行政",
    PostKind.CIVIL_LIKE: "参公",
    PostKind.INSTITUTION: "事业",
    PostKind.ENTERPRISE: "国企",
    PostKind.CONTRACT: "聘用",
}


class Level(StrEnum):
    """The level of a post (职务层次), as the home unit's document says it."""

    MINISTRY = "ministry"
    BUREAU = "bureau"
    DIVISION = "division"
    SECTION = "section"
    STAFF = "staff"


LEVEL_NAMES: dict[Level, str] = {
    Level.MINISTRY: "部级及相当",
    Level.BUREAU: "司局级（厅局级）及相当",
    Level.DIVISION: "县处级及相当",
    Level.SECTION: "乡科级及相当",
    Level.STAFF: "科员及其他",
}


class ExpenseRank(StrEnum):
    """The three ranks of travel standards (财行〔2013〕531号)."""

    MINISTRY = "ministry"
    BUREAU = "bureau"
    OTHER = "other"


RANK_NAMES: dict[ExpenseRank, str] = {
    ExpenseRank.MINISTRY: "部级",
    ExpenseRank.BUREAU: "司局级",
    ExpenseRank.OTHER: "其他人员",
}

EXPENSE_RANKS: dict[Level, ExpenseRank] = {
    Level.MINISTRY: ExpenseRank.MINISTRY,
    Level.BUREAU: ExpenseRank.BUREAU,
    Level.DIVISION: ExpenseRank.OTHER,
    Level.SECTION: ExpenseRank.OTHER,
    Level.STAFF: ExpenseRank.OTHER,
}
"""处级 and 科级 travel as 其他人员: the standards know no rank between."""
