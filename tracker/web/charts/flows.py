"""Where the money went: from the fund to the teams to the categories, bands as wide as the amounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tracker.web.charts.drawing import INK, QUIET, SERIES, Attribute, picture, tag, wan, words
from tracker.web.i18n import gettext, percent_of

_WIDTH, _NODE, _GAP, _PAD, _PITCH = 1080.0, 12.0, 8.0, 8.0, 20.0
_FROM_X, _MIDDLE_X, _TO_X = 150.0, 510.0, 870.0
_LOWEST_HEIGHT = 220.0
_LONGEST_NAME = 11
_TO_COLOUR = "#37475a"


def sankey(source: str, flows: Mapping[tuple[str, str], int], *, label: str = "") -> Markup:
    """Draw the flows ``{(team, category): fen}`` out of the source; what is not above zero flows nowhere.

    Without ``label`` the total and the largest category are said.
    """
    flowing = {ends: fen for ends, fen in flows.items() if fen > 0}
    total = sum(flowing.values())
    teams = _sums((team, fen) for (team, _), fen in flowing.items())
    categories = sorted(_sums((category, fen) for (_, category), fen in flowing.items()), key=lambda pair: -pair[1])
    if not total:
        empty = words(_WIDTH / 2, 64, gettext("还没有支出"), text_anchor="middle")
        return picture(_WIDTH, 120, empty, label=label or gettext("%(source)s还没有支出", source=source))
    height = max(_LOWEST_HEIGHT, max(len(teams), len(categories)) * (_PITCH + _GAP) + 2 * _PAD)
    plan = _Plan(height, total, teams, categories)
    said = label or gettext(
        "%(source)s共支出 %(total)s 万元，%(category)s最多，占 %(share)s",
        source=source,
        total=wan(total),
        category=categories[0][0],
        share=percent_of(categories[0][1], total),
    )
    return picture(
        _WIDTH, height, *_bands(plan, flowing), *_source(plan, source), *_teams(plan), *_categories(plan), label=said
    )


def _sums(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    added: dict[str, int] = {}
    for name, fen in pairs:
        added[name] = added.get(name, 0) + fen
    return list(added.items())


@dataclass(frozen=True)
class _Node:
    name: str
    fen: int
    top: float
    height: float
    text_y: float
    colour: str


class _Plan:
    """Where every node stands; labels keep their distance however thin the nodes are."""

    def __init__(
        self, height: float, total: int, teams: Sequence[tuple[str, int]], categories: Sequence[tuple[str, int]]
    ) -> None:
        self.height, self.total = height, total
        rows = max(len(teams), len(categories))
        self.scale = (height - 2 * _PAD - _GAP * (rows - 1)) / total
        self.teams = self._column(teams, SERIES)
        self.categories = self._column(categories, (_TO_COLOUR,))
        self.source_height = total * self.scale
        self.source_top = (height - self.source_height) / 2

    def _column(self, sums: Sequence[tuple[str, int]], colours: Sequence[str]) -> list[_Node]:
        y = (self.height - self.total * self.scale - _GAP * (len(sums) - 1)) / 2
        lowest_text = y - _PITCH
        nodes = []
        for index, (name, fen) in enumerate(sums):
            length = fen * self.scale
            latest = self.height - _PAD - (len(sums) - 1 - index) * (_PITCH - 4) + 4
            lowest_text = min(max(y + length / 2 + 4, lowest_text + _PITCH - 4), latest)
            nodes.append(_Node(name, fen, y, length, lowest_text, colours[index % len(colours)]))
            y += length + _GAP
        return nodes


def _bands(plan: _Plan, flows: Mapping[tuple[str, str], int]) -> list[Markup]:
    drawn, from_y = [], plan.source_top
    arriving = {node.name: node.top for node in plan.categories}
    for team in plan.teams:
        drawn.append(_band(_FROM_X + _NODE, from_y, _MIDDLE_X, team.top, team.height, team.colour))
        from_y += team.height
        leaving = team.top
        for category in plan.categories:
            height = flows.get((team.name, category.name), 0) * plan.scale
            if height:
                drawn.append(_band(_MIDDLE_X + _NODE, leaving, _TO_X, arriving[category.name], height, team.colour))
                leaving += height
                arriving[category.name] += height
    return drawn


def _band(  # noqa: PLR0917  two points, a height and a colour
    x0: float, y0: float, x1: float, y1: float, height: float, colour: str
) -> Markup:
    middle = (x0 + x1) / 2
    path = (
        f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}V{y1 + height:.1f}"
        f"C{middle:.1f} {y1 + height:.1f} {middle:.1f} {y0 + height:.1f} {x0:.1f} {y0 + height:.1f}Z"
    )
    return tag("path", d=path, fill=colour, fill_opacity=".22")


def _box(x: float, y: float, height: float, colour: str) -> Markup:
    return tag("rect", x=x, y=y, width=_NODE, height=max(height, 1.0), rx=2, fill=colour)


def _named(x: float, y: float, name: str, aside: str, **more: Attribute) -> Markup:
    figures = tag("tspan", f" {aside}", font_weight=400, fill=QUIET)
    return words(x, y, Markup("{}{}").format(_short(name), figures), fill=INK, font_weight=600, **more)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _source(plan: _Plan, name: str) -> list[Markup]:
    middle, at = plan.height / 2, _FROM_X - 10
    return [
        _box(_FROM_X, plan.source_top, plan.source_height, SERIES[0]),
        words(at, middle - 4, _short(name), fill=INK, font_weight=600, text_anchor="end"),
        words(at, middle + 14, gettext("%(figure)s 万", figure=wan(plan.total)), text_anchor="end"),
    ]


def _teams(plan: _Plan) -> list[Markup]:
    drawn = []
    for node in plan.teams:
        drawn.append(_box(_MIDDLE_X, node.top, node.height, node.colour))
        drawn.append(_named(_MIDDLE_X - 8, node.text_y, node.name, wan(node.fen), text_anchor="end"))
    return drawn


def _categories(plan: _Plan) -> list[Markup]:
    drawn = []
    for node in plan.categories:
        aside = gettext("%(figure)s 万 · %(share)s", figure=wan(node.fen), share=percent_of(node.fen, plan.total))
        drawn.append(_box(_TO_X, node.top, node.height, node.colour))
        drawn.append(_named(_TO_X + _NODE + 8, node.text_y, node.name, aside))
    return drawn
