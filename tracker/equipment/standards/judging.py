"""What the standards say against the price and the life of a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import KIND_NAMES
from tracker.equipment.standards.figures import Figure, StandardSet, adopted
from tracker.kernel.errors import Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell


@dataclass(frozen=True)
class Finding:
    """What a standard says against a card; one that does not block is shown and let through."""

    field: str
    sentence: str
    blocks: bool


def judge(card: ItemFacts, sets: Iterable[StandardSet] | None = None) -> Iterator[Finding]:
    """Name what the standards in force on the day of purchase say against a card's price and life."""
    for chosen in sets if sets is not None else adopted(card.bought_on):
        figures = [figure for figure in chosen.figures if figure.kind is card.kind]
        yield from _price_findings(card, figures, chosen)
        lives = [figure for figure in figures if figure.life_years is not None]
        for figure in lives[:1]:
            if card.life_years < (figure.life_years or 0):
                yield Finding(
                    "life_years",
                    tell(
                        "%(kind)s最低使用年限 %(life_years)s 年（%(chosen)s%(life_found)s）",
                        kind=KIND_NAMES[card.kind],
                        life_years=figure.life_years,
                        chosen=figure.life_paper or chosen.title,
                        life_found=_unverified(figure.life_found),
                    ),
                    figure.life_found,
                )


def require_within(card: ItemFacts, sets: Iterable[StandardSet] | None = None) -> None:
    """Raise Refused for a card beyond a verified figure without an approval."""
    if card.exception:
        return
    for finding in judge(card, sets):
        if finding.blocks:
            raise Refused(
                tell("%(sentence)s；请核对，或填写超标准审批文号", sentence=finding.sentence), field=finding.field
            )


def _price_findings(card: ItemFacts, figures: Sequence[Figure], chosen: StandardSet) -> Iterator[Finding]:
    priced = [(figure.cap_fen, figure) for figure in figures if figure.cap_fen is not None]
    caps = sorted(priced, key=lambda pair: pair[0])
    if not caps:
        return
    highest, figure = caps[-1]
    a_piece = format_yuan(-(-card.price_fen // card.pieces))
    if card.price_fen > highest * card.pieces:
        if figure.is_by_capacity:
            yield Finding(
                "price_fen",
                tell(
                    "%(kind)s单价 %(a_piece)s 元，上限按容纳人数每人 %(highest)s 元，"
                    "请按人数核对（%(chosen)s%(cap_found)s）",
                    kind=KIND_NAMES[card.kind],
                    a_piece=a_piece,
                    highest=format_yuan(highest),
                    chosen=figure.cap_paper or chosen.title,
                    cap_found=_unverified(figure.cap_found),
                ),
                blocks=False,
            )
            return
        over = format_yuan(-(-(card.price_fen - highest * card.pieces) // card.pieces))
        yield Finding(
            "price_fen",
            tell(
                "%(kind)s单价 %(a_piece)s 元，超出价格上限 %(highest)s 元 %(over)s 元（%(chosen)s%(cap_found)s）",
                kind=KIND_NAMES[card.kind],
                a_piece=a_piece,
                highest=format_yuan(highest),
                over=over,
                chosen=figure.cap_paper or chosen.title,
                cap_found=_unverified(figure.cap_found),
            ),
            figure.cap_found,
        )
    elif card.price_fen > caps[0][0] * card.pieces:
        yield Finding(
            "price_fen",
            tell(
                "%(kind)s单价 %(a_piece)s 元，超出较低职级的上限 %(caps)s 元，"
                "请确认使用人职级（%(chosen)s%(cap_found)s）",
                kind=KIND_NAMES[card.kind],
                a_piece=a_piece,
                caps=format_yuan(caps[0][0]),
                chosen=caps[0][1].cap_paper or chosen.title,
                cap_found=_unverified(caps[0][1].cap_found),
            ),
            blocks=False,
        )


def _unverified(is_found: bool) -> str:  # noqa: FBT001  a word for a mark
    return "" if is_found else "，未核实，只作提醒"
